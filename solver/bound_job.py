"""The lower bound as a job of the second process."""

from dataclasses import dataclass

from solver.core.bound import lagrangian_bound
from solver.core.compile import Compiled
from solver.core.relaxation import Prices
from solver.worker import Emit

JOB = "solver.bound_job:run"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundJob:
    """What to bound, and for how long: by rounds if given, else by seconds.

    *prices* are where to start, *upper* is the value of a known roster.
    """

    compiled: Compiled
    prices: Prices
    upper: float
    rounds: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFound:
    """A better lower bound."""

    bound: int


def run(job: BoundJob, emit: Emit) -> None:
    """Raise the bound, sending every better one."""
    bound = lagrangian_bound(
        job.compiled,
        job.prices,
        rounds=job.rounds,
        seconds=job.seconds,
        upper=lambda: job.upper,
        on_bound=lambda value: emit(BoundFound(bound=int(value))),
    )
    emit(BoundFound(bound=int(bound)))
