"""The whole plan as one integer programme in which people alike are counted.

Where people can be exchanged, or rules tie little more than numbers of shifts, the
programme of the whole plan (:mod:`solver.cpsat.linear`), made smaller by what is alike
(:mod:`solver.cpsat.shrink`), is solved in seconds. Its optimum is a bound; the shifts
that it counts are then shared out among the people by CP-SAT, and if that can be done,
the roster is optimal. A linear relaxation full of fractions says that it would take
long: then the plan is left to the other searches.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from solver.columns.aside import Given
from solver.columns.whole import WholeFound
from solver.core.compile import Compiled
from solver.core.tables import FIRST_DAY, FIRST_OPTION, FIRST_START
from solver.cpsat.linear import (
    NoLinearFormError,
    Optimum,
    Programme,
    minimise,
    programme,
    slack_of,
)
from solver.cpsat.run import configured
from solver.cpsat.shrink import Shrunk, shrunk
from solver.neighbourhood import Neighbourhoods
from solver.outcome import SolveLimits
from solver.problem import Problem, Score, read_problem, score
from solver.worker import Emit
from wfm.domain.arrays import IntArray
from wfm.domain.roster import Roster

JOB = "solver.counted:run_job"
MOST_OPTIONS, MOST_ALIKE = 20_000, 2_000
"""Shifts to choose from, of everybody and of those who differ, that are few enough."""
MOST_FRACTIONS, FRACTIONS_PART = 40, 0.02
"""So many fractions in the linear relaxation, or that part of it, are few."""
RELAXED_PART = 0.25
"""Part of the time in which the linear relaxation must be solved."""
TOLERANCE = 1e-6
"""Of HiGHS; its bounds are lowered by that part of the objective."""
_WHOLE = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedJob:
    """A problem, the best roster known, and the time there is."""

    given: Given
    roster: Roster | None
    limits: SolveLimits
    max_time_s: float


def counted_job(
    problem: Problem, best: Score | None, limits: SolveLimits, max_time_s: float
) -> CountedJob:
    """Return the job of counting the people of *problem*."""
    return CountedJob(
        given=Given(
            instance=problem.instance, rules=problem.rules, terms=dict(problem.terms)
        ),
        roster=None if best is None else best.roster,
        limits=limits,
        max_time_s=max_time_s,
    )


def can_count(compiled: Compiled) -> bool:
    """Return whether so many people are alike that counting them may be quick."""
    size = [_span(compiled, a).stop for a in range(len(compiled.agent_ids))]
    if not size or size[-1] > MOST_OPTIONS:
        return False
    alike = {_looks(compiled, a): _span(compiled, a) for a in range(len(size))}
    return sum(len(options) for options in alike.values()) <= MOST_ALIKE


def _span(compiled: Compiled, a: int) -> range:
    """Return the rows of the agent's options."""
    weeks = compiled.weeks
    first, last = weeks.agents[a : a + 2, FIRST_DAY]
    starts = weeks.days[[first, last], FIRST_START]
    return range(*weeks.starts[starts, FIRST_OPTION].tolist())


def _looks(compiled: Compiled, a: int) -> tuple[object, ...]:
    """Return what people who can be exchanged have in common, and a little more."""
    weeks, costs, options = compiled.weeks, compiled.costs, _span(compiled, a)
    first, last = weeks.agents[a : a + 2, FIRST_DAY].tolist()
    days = tuple((day.day.date_local, day.options) for day in compiled.days[first:last])
    steps = (costs.on_shift[a], costs.paid[a], costs.working[a])
    return (
        int(compiled.cover_need.group_of_agent[a]),
        hash(days),
        weeks.agents[a, FIRST_DAY + 1 :].tobytes(),
        weeks.weeks[a].tobytes(),
        costs.fixed[options.start : options.stop].tobytes(),
        *(hash(price.tobytes()) for price in steps),
    )


def run_job(job: CountedJob, emit: Emit) -> None:
    """Solve the whole plan if that looks quick; send its roster and its bound.

    The last message holds neither.
    """
    problem = read_problem(job.given.instance, job.given.rules, job.given.terms)
    for found in Counted(problem, job.limits, job.max_time_s).solve(job.roster):
        emit(found)
    emit(WholeFound())


class Counted:
    """The programme of a whole plan, with people alike counted.

    Parameters
    ----------
    problem
        What is solved.
    limits
        Seed and workers.
    max_time_s
        How long everything may take.
    """

    def __init__(
        self, problem: Problem, limits: SolveLimits, max_time_s: float
    ) -> None:
        self.problem, self.limits = problem, limits
        self._until = time.perf_counter() + max_time_s
        self.model = Neighbourhoods(problem, limits.seed).whole()

    def left_s(self) -> float:
        """Return how much time is left."""
        return max(0.1, self._until - time.perf_counter())

    def solve(self, known: Roster | None) -> Iterator[WholeFound]:
        """Yield what is found: a roster, and a bound that *known* or it anchors."""
        try:
            given = programme(self.model.model)
        except NoLinearFormError:
            return
        small = shrunk(given, self.kinds(len(given.cost)))
        if not self.is_promising(small.programme):
            return
        answer = minimise(small.programme, max_time_s=self.left_s())
        roster = self.shared_out(small, answer)
        if roster is not None:
            yield WholeFound(roster=roster)
        anchor = roster or known
        if anchor is not None and np.isfinite(answer.bound):
            yield from self.bounds(given, anchor, answer.bound)

    def kinds(self, num_variables: int) -> IntArray:
        """Return for each variable what it decides; 0 for what only follows."""
        kind = np.zeros(num_variables, dtype=np.int64)
        number: dict[object, int] = {}
        for what, literal in self.decisions():
            kind[literal.index] = number.setdefault(what, len(number) + 1)
        return kind

    def decisions(self) -> Iterator[tuple[object, cp_model.IntVar]]:
        """Yield every literal of a shift or break, with what it is for anybody."""
        for (_, day), options in self.model.literals.items():
            for option, literal in options:
                yield (day, option), literal
        for (_, day), starts in self.model.breaks.items():
            for start in starts:
                place = (start.position, start.length_steps, start.start_idx)
                yield (day, place), start.literal

    def is_promising(self, given: Programme) -> bool:
        """Return whether few amounts are fractions in the linear relaxation."""
        nothing = np.zeros(len(given.cost), dtype=bool)
        seconds = RELAXED_PART * self.left_s()
        relaxed = minimise(replace(given, whole=nothing), max_time_s=seconds)
        if relaxed.values is None:
            return False
        values = relaxed.values[given.is_whole]
        fractions = int((np.abs(values - np.rint(values)) > _WHOLE).sum())
        return fractions <= max(MOST_FRACTIONS, FRACTIONS_PART * len(values))

    def shared_out(self, small: Shrunk, answer: Optimum) -> Roster | None:
        """Return a roster with exactly the shifts and breaks that are counted."""
        if answer.values is None:
            return None
        counts = np.rint(answer.values).astype(np.int64)
        cells: dict[int, list[cp_model.IntVar]] = {}
        for _, literal in self.decisions():
            cells.setdefault(int(small.cell[literal.index]), []).append(literal)
        cp = self.model.model
        cp.clear_objective()  # type: ignore[no-untyped-call]
        for cell, literals in cells.items():
            cp.add(cp_model.LinearExpr.sum(literals) == int(counts[cell]))
        solver = configured(self.limits, max_time_s=self.left_s())
        if solver.solve(cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return self.model.extract(solver)

    def bounds(
        self, given: Programme, anchor: Roster, bound: float
    ) -> Iterator[WholeFound]:
        """Yield the bound of the score that *bound* of the programme stands for.

        The programme leaves a constant out, which the roster *anchor* tells.
        """
        worth = score(self.problem, anchor)
        value = self.value(given, anchor)
        if value is not None and not worth.violations:
            slack = slack_of(given, value - bound + TOLERANCE * abs(bound))
            yield WholeFound(bound=worth.objective - slack)

    def value(self, given: Programme, roster: Roster) -> float | None:
        """Return the objective of the programme for *roster*."""
        least, most = given.least.copy(), given.most.copy()
        for literal, chosen in self.chosen(roster).items():
            least[literal] = most[literal] = chosen
        fixed = replace(given, least=least, most=most, whole=given.is_whole)
        found = minimise(fixed, max_time_s=self.left_s())
        return found.objective if found.is_optimal else None

    def chosen(self, roster: Roster) -> dict[int, float]:
        """Return the value of each literal that decides, in *roster*."""
        self.model.hint(roster)
        hints = self.model.model.proto.solution_hint
        decide = {literal.index for _, literal in self.decisions()}
        return {
            variable: float(value)
            for variable, value in zip(
                list(hints.vars), list(hints.values), strict=True
            )
            if variable in decide
        }
