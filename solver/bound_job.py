"""The lower bound, and a start that follows from it, as a job of the second process."""

from dataclasses import dataclass

from solver.core.bound import Climb, proven
from solver.core.compile import Compiled
from solver.core.relaxation import Prices
from solver.core.whole_climb import Weeks, WholeClimb
from solver.core.whole_tables import has_whole
from solver.worker import Emit
from wfm.domain.arrays import FloatArray, IntArray

JOB = "solver.bound_job:run"
PLAIN, PLAIN_S, LONG_S = 0.06, 10.0, 120.0
"""Part of the time or rounds in which heads count by the unit, and the most seconds of
it; then they are whole. In less than the last time it is a smaller part."""
LEAST_ROUNDS, LEAST_S = 400, 30.0
"""With fewer rounds, or less time, heads count by the unit throughout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundJob:
    """What to bound, and for how long: by rounds if given, else by seconds.

    *prices* are where to start, *upper* is the value of a known roster. With
    *wants_weeks* a part of the seconds goes into weeks to search from, with all cores
    until these are sent.
    """

    compiled: Compiled
    prices: Prices
    upper: float
    rounds: int | None
    seconds: float | None
    wants_weeks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFound:
    """A better lower bound."""

    bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeksComing:
    """Weeks to search from will come; all cores work for them until they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeksFound:
    """Where to search: options and break starts per agent-day.

    They are about as good as fractional people's, but for what small moves mend. Where
    deferred work is done at best, a unit of it is worth *worth* ``[b, t]``.
    """

    choice: IntArray
    taken: IntArray
    worth: FloatArray


def run(job: BoundJob, emit: Emit) -> None:
    """Raise the bound, sending every better one, and once weeks to search from."""

    def send(value: int) -> None:
        emit(BoundFound(bound=value))

    def send_weeks(weeks: Weeks | None) -> None:
        if weeks is None:
            emit(WeeksComing())
        else:
            choice, taken, worth = weeks
            emit(WeeksFound(choice=choice, taken=taken, worth=worth))

    climb = Climb(job.compiled, job.prices, send)
    is_whole = _is_long(job) and has_whole(climb.relaxation)
    rounds, seconds = _plain_part(job) if is_whole else (job.rounds, job.seconds)
    climb.run(rounds=rounds, seconds=seconds, upper=lambda: job.upper)
    send(proven(climb.best))
    if is_whole and climb.best < job.upper:
        whole = WholeClimb(climb, send, send_weeks if job.wants_weeks else None)
        if job.rounds is not None:
            whole.run(rounds=job.rounds - (rounds or 0), upper=job.upper)
        elif job.seconds is not None:
            whole.run(seconds=job.seconds - (seconds or 0.0), upper=job.upper)


def _plain_part(job: BoundJob) -> tuple[int | None, float | None]:
    """Return the rounds and seconds in which heads count by the unit."""
    if job.rounds is not None:
        return round(PLAIN * job.rounds), None
    seconds = job.seconds or 0.0
    return None, min(PLAIN_S, PLAIN * seconds * min(1.0, seconds / LONG_S))


def _is_long(job: BoundJob) -> bool:
    """Return whether whole heads are worth the time that they take."""
    if job.rounds is not None:
        return job.rounds >= LEAST_ROUNDS
    return job.seconds is not None and job.seconds >= LEAST_S
