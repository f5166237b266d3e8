"""Neighbourhoods in the second process, from whatever roster it is given."""

from dataclasses import dataclass
from functools import lru_cache

from solver.columns.compile import compile_stretches
from solver.columns.improve import Improver
from solver.columns.incumbent import Incumbent
from solver.columns.jobs import Job
from solver.columns.pricer import Pricer
from solver.problem import read_problem
from solver.rule import Rule
from solver.term import Term
from solver.worker import Emit
from wfm.domain.roster import Roster, RosterInstance

JOB = "solver.columns.aside:run_job"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """A problem as rules and terms say it."""

    instance: RosterInstance
    rules: tuple[Rule, ...]
    terms: dict[str, Term]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideJob(Job):
    """A roster to improve; *given* comes with the first job only."""

    given: Given | None
    roster: Roster
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Better:
    """A better roster."""

    roster: Roster


@lru_cache(maxsize=1)
def _kept() -> list[Pricer]:
    """Return where the child keeps the programmes between jobs."""
    return []


def run_job(job: AsideJob, emit: Emit) -> None:
    """Improve the job's roster and send every better one."""
    clock = job.clock()
    if job.given is not None:
        given = job.given
        problem = read_problem(given.instance, given.rules, given.terms)
        _kept()[:] = [Pricer(compile_stretches(problem))]
    (pricer,) = _kept()
    now = Incumbent(pricer.stretches, pricer)
    now.load(job.roster)
    improver = Improver(now, job.seed)
    for _ in clock.rounds():
        before = now.objective
        improver.improve(clock.is_over)
        if now.objective < before:
            emit(Better(roster=now.roster()))
