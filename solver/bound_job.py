"""The lower bound as a job of the second process."""

from dataclasses import dataclass
from typing import Any

from solver.worker import Emit

JOB = "solver.bound_job:run"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundJob:
    """What to bound, and for how long: by rounds if given, else by seconds."""

    compiled: Any
    start_prices: Any
    rounds: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFound:
    """A better lower bound."""

    bound: int


def run(job: BoundJob, emit: Emit) -> None:
    """Raise the bound, sending every better one."""
    from solver.core.bound import lagrangian_bound

    bound = lagrangian_bound(
        job.compiled,
        job.start_prices,
        rounds=job.rounds,
        seconds=job.seconds,
        on_bound=lambda value: emit(BoundFound(bound=int(value))),
    )
    emit(BoundFound(bound=int(bound)))
