"""Windows in the second process, in the weeks that it is given."""

from dataclasses import dataclass
from functools import lru_cache

from solver.columns.compile import Stretches
from solver.columns.jobs import Job
from solver.columns.turns import Windows
from solver.columns.wide import LongRoster
from solver.worker import Emit
from wfm.domain.arrays import BoolArray, IntArray

KEEP = "solver.columns.windows_job:keep"
JOB = "solver.columns.windows_job:run_job"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsJob(Job):
    """Paths of all agents to improve in some weeks for so long."""

    paths: tuple[IntArray, ...]
    weeks: BoolArray
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The paths that have become of them."""

    paths: tuple[IntArray, ...]


@lru_cache(maxsize=1)
def _kept() -> list[LongRoster]:
    """Return where the child keeps the problem between jobs."""
    return []


def keep(stretches: Stretches, _emit: Emit) -> None:
    """Keep a problem for the jobs to come."""
    _kept()[:] = [LongRoster(stretches)]


def run_job(job: WindowsJob, emit: Emit) -> None:
    """Improve the job's paths and send what has become of them."""
    clock = job.clock()
    (now,) = _kept()
    now.load(job.paths)
    windows = Windows(now, job.seed, clock.is_over)
    windows.is_free = job.weeks.copy()
    for _ in clock.rounds():
        windows.improve()
    emit(Planned(paths=tuple(now.paths)))
