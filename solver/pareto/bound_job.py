"""Bounds at several prices as jobs of the second process, told apart by a tag."""

from dataclasses import dataclass

from solver.bound_job import BoundFound, BoundJob
from solver.bound_job import run as run_one
from solver.worker import Emit

JOB = "solver.pareto.bound_job:run"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedJob:
    """A bound to be found, and whose it is."""

    tag: int
    job: BoundJob


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedBound:
    """A better bound, and whose it is."""

    tag: int
    bound: int


def run(tagged: TaggedJob, emit: Emit) -> None:
    """Raise the bound, sending every better one with its tag."""

    def tell(found: BoundFound) -> None:
        emit(TaggedBound(tag=tagged.tag, bound=found.bound))

    run_one(tagged.job, tell)
