"""Repair: the least change that mends a roster people already know.

What stands is kept unless leaving it pays for its change price, so the search is not
for a new roster but for the few weeks worth touching. Everybody's best answer to the
roster as it is (exact, :mod:`solver.core.week`) says what touching that person would
gain; the best answer of all is taken, the others are asked again, until none gains.
That is what a planner does by hand, with every combination of shifts seen. Ruin and
recreate around the dearest steps then mends what single answers can't, a last round
takes back what is no longer worth its price, and what guarantees still miss is asked
of CP-SAT in a neighbourhood of people near it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from math import inf
from typing import TypeAlias

import numpy as np

from solver.common_dates import chosen_dates
from solver.core.choices import first_option, not_offered, roster_of
from solver.core.compile import Compiled, compile_problem
from solver.core.incumbent import Undo
from solver.core.local_search import LocalSearch
from solver.need import UNITS_PER_AGENT, Need
from solver.outcome import SolveLimits
from solver.problem import Problem, Score, read_problem, score
from solver.rule import Rule
from solver.trace import Course, Stop
from wfm.calendar.catalogue import BreakWindow, build_shift
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.errors import ModelError
from wfm.domain.roster import Roster, RosterInstance, Shift

HEAT = 0.05
"""Of the ruin and recreate, which begins at a good roster."""
FIRST_PART, LAST_PART = 0.5, 0.15
"""Parts of the time: for best answers one by one, and for the last looks."""
DEARER, MOST_DEARER = 1.6, 40
"""By how much changes become dearer while there are too many, and how often."""
HOLD = 1e14
"""Worth of a shift that is held: beyond every price, sums of it still exact."""
Move: TypeAlias = tuple[int, int | None]
"""An agent's row, and the agent-day that is open (``None``: the whole week)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairLimits:
    """How far a repair may go.

    *budget* is the most agent-days that may differ from the live roster, ``None``
    without a limit; *rounds* makes it reproducible whatever the clock says.
    """

    max_time_s: float = 6.0
    budget: int | None = None
    seed: int = 1
    rounds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A mended roster beside the one that was left to mend.

    Attributes
    ----------
    before, after
        Exact scores of what stood (live shifts that could stay) and of the result.
    frozen
        Agents whose given shifts leave no legal week; they were not touched.
    evaluations, wall_s
        Weeks asked for, and seconds.
    """

    before: Score
    after: Score
    frozen: tuple[str, ...] = ()
    evaluations: int = 0
    wall_s: float = 0.0
    over_budget: bool = False


def repair(
    instance: RosterInstance,
    rules: Sequence[Rule],
    limits: RepairLimits | None = None,
    stop: Stop = None,
) -> Repaired:
    """Return the best roster found near ``instance.live``.

    Parameters
    ----------
    instance
        With ``live`` (shifts that may stay) and ``locked`` (those that must).
    limits
        Time, budget, seed.
    stop
        An event or function that is polled.

    Raises
    ------
    ModelError
        If no roster stands that could be mended.
    """
    if instance.live is None:
        msg = "a repair needs the live roster"
        raise ModelError(msg)
    limits = limits or RepairLimits()
    problem = read_problem(instance, rules)
    search, frozen = prepared(problem, limits.seed)
    before = score(problem, Roster(shifts=instance.live))
    course = Course(
        SolveLimits(max_time_s=limits.max_time_s, seed=limits.seed), None, stop
    )
    search.begin(before)
    search.mend(course, limits)
    after = score(problem, search.whole(frozen))
    return Repaired(
        before=before,
        after=after,
        frozen=tuple(sorted(frozen)),
        evaluations=search.evaluations,
        wall_s=course.wall_s,
        over_budget=limits.budget is not None and search.changes() > limits.budget,
    )


def prepared(problem: Problem, seed: int) -> tuple["RepairSearch", frozenset[str]]:
    """Return the search, and whose shifts are given since they break rules as it is."""
    search = _search_for(problem, seed)
    stuck = frozenset(search.infeasible_agents()) | search.strangers()
    if not stuck:
        return search, stuck
    held = with_given(problem.instance, stuck)
    return _search_for(read_problem(held, problem.rules, problem.terms), seed), stuck


def _search_for(problem: Problem, seed: int) -> "RepairSearch":
    instance = problem.instance
    chosen = chosen_dates(instance, problem.constraints, instance.live or ())
    listed = (*problem.constraints, *chosen)
    compiled = compile_problem(instance, listed, problem.prices)
    return RepairSearch(compiled, problem, seed)


def with_given(
    instance: RosterInstance, agent_ids: Collection[str], roster: Roster | None = None
) -> RosterInstance:
    """Return *instance* with the shifts of some agents given and not to be touched.

    Their shifts (of *roster*, else of the live one) count as carried over: they give
    cover, and nothing of them is decided or paid again.
    """
    shifts = instance.live or () if roster is None else roster.shifts
    return replace(
        instance,
        carry_over=(
            *instance.carry_over,
            *(shift for shift in shifts if shift.agent_id in agent_ids),
        ),
        planned_days={
            name: () if name in agent_ids else days
            for name, days in instance.planned_days.items()
        },
    )


class RepairSearch(LocalSearch):
    """The local search, begun at a live roster, its answers taken best first."""

    def __init__(self, compiled: Compiled, problem: Problem, seed: int) -> None:
        super().__init__(compiled, seed)
        self.problem = problem
        self.evaluations = 0
        self._live_choice = self.now.choice.copy()

    def strangers(self) -> set[str]:
        """Return who has a live shift that the search may not give."""
        live = Roster(shifts=self.problem.instance.live or ())
        return {shift.agent_id for shift in not_offered(self.compiled, live)}

    def begin(self, before: Score) -> None:
        """Go to the live roster; who can't keep the week of it gets the best one."""
        self.resume(before.roster, wanted_work(self.problem.need, before))
        broken = {v.agent_id for v in before.violations if v.agent_id}
        for a, name in enumerate(self.compiled.agent_ids):
            if name in broken:
                self._renew([a])
        self.restart()

    def resume(self, roster: Roster, wanted: FloatArray) -> None:
        """Go to *roster*, the live one; *wanted* ``[q, t]`` is its deferred work."""
        planned = self.problem.instance.planned_days
        shifts = (s for s in roster.shifts if planned.get(s.agent_id))
        self.load(Roster(shifts=tuple(shifts)))
        self._live_choice[:] = self.now.choice
        self._use_profiles(wanted[list(self.compiled.backlog_queues)])
        self.restart()

    def whole(self, given: Collection[str]) -> Roster:
        """Return the best roster with the live shifts of those who were *given*."""
        return self._with_given(self.roster(), given)

    def mend(self, course: Course, limits: RepairLimits) -> None:
        """Search until nothing more is gained, or the time is over."""
        self.best_first(course, until_s=FIRST_PART * limits.max_time_s)
        left_s = course.left_s - LAST_PART * limits.max_time_s
        self.improve(
            seconds=max(0.0, left_s) if limits.rounds is None else None,
            rounds=limits.rounds,
            stop=course.must_stop,
            heat=HEAT,
        )
        self.settle_changed(course)
        if limits.budget is not None:
            self.cut_down(course, limits.budget)

    def best_first(self, course: Course, *, until_s: float = inf) -> None:
        """Take the best of all best answers, one after the other, while one gains."""
        self._take_moves([(a, None) for a in self._needed.tolist()], course, until_s)

    def fill_up(self, course: Course, budget: int) -> None:
        """Take the best change of one agent's day after the other within *budget*."""
        rows = np.flatnonzero(~self.changed_days()).tolist()
        of_row = [(self.compiled.days[row].agent, row) for row in rows]
        needed = set(self._needed.tolist())
        moves: list[Move] = [(a, row) for a, row in of_row if a in needed]
        self._take_moves(moves, course, inf, budget)

    def _take_moves(
        self, moves: Sequence[Move], course: Course, until_s: float, most: float = inf
    ) -> None:
        queue = [(-inf, n) for n in range(len(moves))]
        heapify(queue)
        while queue and not course.must_stop() and course.wall_s < until_s:
            _, n = heappop(queue)
            undo, gain = self.answer(*moves[n])
            if gain <= 0 or self.changes() > most:
                self.take_back(undo)
                continue
            if queue and gain < -queue[0][0]:
                self.take_back(undo)
            else:
                self.now.mark_hand_overs()
                self._note()
            heappush(queue, (-gain, n))

    def answer(
        self, a: int, row: int | None = None, pull: FloatArray | None = None
    ) -> tuple[Undo, float]:
        """Give agent *a* the best week; return how to undo it, and what it gains.

        Those who belong together with *a* get theirs too. With *row* only that
        agent-day is open and the others stay as they are. *pull* ``[t]`` is added to
        the worth of work when the week is chosen.
        """
        self.evaluations += 1
        before = self._value
        with_companions = self.compiled.companions.with_companions
        unit = with_companions([a]) if row is None else [a]
        undo = Undo(self.now, unit)
        held = None if row is None else self._held(a, row)
        for b in unit:
            self.now.count(b, -1)
        for b in unit:
            self.now.insert(b, held, pull)
        return undo, before - self.now.value()

    def _held(self, a: int, row: int) -> FloatArray:
        """Return what keeps all options of agent *a* but those of one agent-day."""
        options, days = self.now.options(a), self.now.days(a)
        held = np.full(options.stop - options.start, -HOLD)
        first = first_option(self.compiled, row) - options.start
        held[first : first + len(self.compiled.days[row].options)] = 0.0
        kept = self.now.choice[days]
        for chosen in kept[(kept >= 0) & (np.arange(days.start, days.stop) != row)]:
            held[chosen - options.start] = HOLD
        return held

    def shifts_of(self, a: int) -> tuple[Shift, ...]:
        """Return the shifts at hand of agent row *a*."""
        days = self.now.days(a)
        choice = np.full_like(self.now.choice, -1)
        choice[days] = self.now.choice[days]
        return roster_of(self.compiled, choice, self.now.taken).shifts

    def best_breaks(self, row: int, shift: Shift, worth: FloatArray) -> Shift | None:
        """Return *shift*, of an agent-day, with its breaks where work is worth least.

        ``None`` where no option of that day has the shift's times.
        """
        item = self.compiled.days[row]
        for option in item.options:
            times = option.start_idx, option.end_idx
            is_free = any(b.first_idx < b.last_idx for b in option.breaks)
            if times == (shift.start_idx, shift.end_idx) and is_free:
                starts = [_cheapest_place(window, worth) for window in option.breaks]
                return build_shift(shift.agent_id, shift.date_local, option, starts)
        return None

    def works_at(self, a: int, steps: range) -> bool:
        """Return whether agent *a* is at work throughout *steps*."""
        works = self.now.works_of(a)
        return bool(((works[:, 0] <= steps.start) & (steps.stop <= works[:, 1])).any())

    def present(self, given: Collection[str]) -> Roster:
        """Return the roster at hand with the live shifts of those who were *given*."""
        at_hand = roster_of(self.compiled, self.now.choice, self.now.taken)
        return self._with_given(at_hand, given)

    def _with_given(self, roster: Roster, given: Collection[str]) -> Roster:
        live = self.problem.instance.live or ()
        kept = (shift for shift in live if shift.agent_id in given)
        return Roster(shifts=(*roster.shifts, *kept))

    def take_back(self, undo: Undo) -> None:
        """Undo an answer."""
        undo.restore(self.now)
        self._value = self.now.value()

    def settle_changed(self, course: Course) -> None:
        """Ask those who were touched once more, until nobody's answer gains."""
        self._go_to(self._best.choice, self._best.taken, self._best.profile)
        is_settled = False
        while not is_settled and not course.interrupted():
            is_settled = True
            for a in self.changed_agents():
                undo, gain = self.answer(a)
                if gain <= 0:
                    self.take_back(undo)
                else:
                    is_settled = False
                    self._note()

    def cut_down(self, course: Course, budget: int) -> None:
        """Make changes dearer until few enough are left, then fill up the budget."""
        dearer = 1.0
        for _ in range(MOST_DEARER):
            if self.changes() <= budget:
                break
            self.scale_changes(DEARER)
            dearer *= DEARER
            self.settle_changed(course)
        self.scale_changes(1.0 / dearer)
        self.fill_up(course, budget)

    def scale_changes(self, factor: float) -> None:
        """Multiply the price of every change; the roster at hand becomes the best."""
        fixed = self.compiled.costs.fixed
        taken = self.now.choice[self.now.choice >= 0]
        self.now.totals.agents += (factor - 1.0) * float(fixed[taken].sum())
        fixed *= factor
        self.restart()

    def changed_days(self) -> BoolArray:
        """Return ``[agent-day]`` whether the shift at hand is not the live one.

        The live shift is an option without a choice of breaks.
        """
        changed: BoolArray = self.now.choice != self._live_choice
        return changed

    def changed_agents(self) -> list[int]:
        """Return whose weeks differ from the live ones."""
        rows = np.flatnonzero(self.changed_days()).tolist()
        return sorted({self.compiled.days[row].agent for row in rows})

    def changes(self) -> int:
        """Return how many agent-days differ from the live roster."""
        return int(self.changed_days().sum())


def wanted_work(need: Need, of: Score) -> FloatArray:
    """Return ``[q, t]`` units of deferred work as the exact allocation of *of* has it.

    What it leaves undone is asked for in whole heads within its time, so that its
    worth shows.
    """
    done = of.served.allocation.agents.sum(axis=0) * UNITS_PER_AGENT
    wanted: FloatArray = np.rint(done)
    for work, undone in zip(need.due, of.served.undone, strict=True):
        left, steps = undone, work.steps
        for t in np.resize(steps, -(-undone // UNITS_PER_AGENT)) if len(steps) else ():
            wanted[work.queue_row, t] += min(left, UNITS_PER_AGENT)
            left -= UNITS_PER_AGENT
    return wanted


def _cheapest_place(window: BreakWindow, worth: FloatArray) -> int:
    """Return the start in *window* at which the break takes least from work."""
    places = range(window.first_idx, window.last_idx + 1)
    return min(places, key=lambda t: float(worth[t : t + window.length_steps].sum()))
