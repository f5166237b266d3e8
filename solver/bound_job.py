"""The lower bound as a job of the second process."""

from dataclasses import dataclass

from solver.core.bound import Climb, proven
from solver.core.clock import Clock
from solver.core.compile import Compiled
from solver.core.relaxation import Prices
from solver.whole_heads import WholeHeads
from solver.worker import Emit

JOB = "solver.bound_job:run"
CLIMBING = 0.75
"""Part of the time in which prices settle; the rest counts heads as whole."""


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
    """Raise the bound, sending every better one.

    Where the clock decides, the last part of the time goes into whole heads.
    """

    def send(value: int) -> None:
        emit(BoundFound(bound=value))

    seconds = None if job.seconds is None else CLIMBING * job.seconds
    climb = Climb(job.compiled, job.prices, send)
    clock = Clock(job.seconds, 1)
    climb.run(rounds=job.rounds, seconds=seconds, upper=lambda: job.upper)
    send(proven(climb.best))
    if job.rounds is None and climb.best < job.upper:
        whole = WholeHeads(climb.relaxation, climb.best_prices)
        whole.raise_bound(lambda: clock.share() >= 1.0, send)
