"""The search where stretches are too long for one table: windows, one after the other.

1. Spans of some weeks from the first to the last date: everybody's best part, what
   they have being used up in proportion. Hours that are still missing are added.
2. Column generation and a dive in each span, then neighbourhoods.
3. Windows of some weeks anywhere, also in two parts: neighbourhoods.

A second process raises a bound that prices hours (:mod:`solver.columns.loose`).
"""

import time
from collections.abc import Callable
from math import ceil, prod

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.dive import dive
from solver.columns.generate import Generation
from solver.columns.improve import Improver
from solver.columns.incumbent import Incumbent
from solver.columns.loose import JOB, LooseBound, job_of, raise_bound
from solver.columns.master import Master
from solver.columns.programme import fill_bounds
from solver.columns.reach import window_of
from solver.columns.tables import NEVER
from solver.columns.wide import LongRoster, whole_spans
from solver.columns.window import Spans
from solver.conflicts import week_conflicts
from solver.problem import Problem, score
from solver.trace import Course
from solver.worker import Aided

RESERVE_S = 1.0
"""Kept for the way out, beside the time of two scores."""
WEEK = 7
SPAN_WEEKS, HALF_WEEKS = 4, 2
"""Dates of a window, and of each half of one in two parts."""
TWO_PARTS = 0.3
"""Part of the windows that are in two parts."""
MOST_AGENTS = 60
"""Agents of a window."""
TURN_S, TURN_ROUNDS = 6.0, 20
"""Length of a turn on one window; its neighbourhoods where rounds are counted."""
MIP_S = 2.0
FIRST_PART, DIVE_ROUNDS, FIXED_PART = 0.6, 40, 12
"""Of the time, for the first windows; rounds of columns, and what a dive fixes."""
NOISE = 0.05
"""Of what a missing shift costs, in the first roster."""
BOUND_ROUNDS = 60
"""Rounds of the bound for each deterministic round."""
REPAIRS = 40
TOLERANCE = 1e-6


class LongSearch(Aided):
    """One run."""

    def __init__(self, problem: Problem, stretches: Stretches, course: Course) -> None:
        self.problem, self.stretches, self.course = problem, stretches, course
        self.now = LongRoster(stretches)
        self.everybody = tuple(range(len(stretches.agents)))
        self.rng = np.random.default_rng(course.limits.seed)
        self.conflicts: tuple[str, ...] = ()
        self.score_s, self.offered_s = 0.0, 0.0
        self.first = list(whole_spans(self.now.num_days, WEEK * SPAN_WEEKS))

    def wants_worker(self) -> bool:
        """Return whether the clock decides: in rounds everything happens here."""
        return not self.course.is_deterministic

    @property
    def reserve_s(self) -> float:
        """Time that is kept for the end."""
        return RESERVE_S + 1.3 * self.score_s

    def run(self) -> None:
        """Search until the course says why to stop."""
        impossible = [a for a in self.everybody if not self._is_possible(a)]
        if impossible:
            names = [self.stretches.agents[a].agent_id for a in impossible]
            self.conflicts = week_conflicts(self.problem, names)
            return
        self.construct()
        self.start_bound()
        while self.course.reason() is None:
            if self.course.left_s < self.reserve_s:
                self.course.run_out()
                break
            self.improve()
            self.course.rounds += 1
        self.offer("window")

    def _is_possible(self, a: int) -> bool:
        """Return whether some stretch keeps all but hours and counts of shifts."""
        agent = self.stretches.agents[a]
        tables = agent.parts.loose()
        bound = np.zeros(prod(tables.shape)).reshape(tables.shape)
        scratch = np.empty(len(tables.block_column))
        worth = np.zeros(len(agent.cost))
        top = fill_bounds(tables, window_of(tables), worth, scratch, bound)
        return float(top) > NEVER / 2

    def must_end(self) -> bool:
        """Return whether to leave what is being done; hear the second process."""
        self.listen()
        return self.course.must_stop() or self.course.left_s < self.reserve_s

    def construct(self) -> None:
        """Make the first roster."""
        for span in whole_spans(self.now.num_days, WEEK * SPAN_WEEKS):
            part = self.now.open_part(self.everybody, span)
            if part is None:
                continue
            now, order = part.now, self.rng.permutation(len(part.agents)).tolist()
            short = now.stretches.short
            for n in order:
                now.respond(n, NOISE * short * self.rng.random(short.shape))
            for n in order:
                if not self.course.must_stop():
                    now.respond(n)
            self.now.adopt(part)
        self.mend()
        self.add_hours()
        self.offer("greedy")

    def mend(self) -> None:
        """Ask anew for those whose spans did not fit together, all dates at once."""
        for a in self.now.broken():
            self.now.clear(a)
            part = self.now.part([a], [(0, self.now.num_days)])
            if part is not None and not self.course.must_stop():
                part.now.put(0, None)
                part.now.respond(0)
                self.now.adopt(part)

    def add_hours(self) -> None:
        """Give everybody the least hours."""
        for _ in range(REPAIRS):
            short = self.now.short_of_hours()
            if not short or self.course.must_stop():
                return
            part = self.now.part(short, self._spans())
            if part is not None:
                for n in range(len(part.agents)):
                    part.now.respond(n)
                self.now.adopt(part)

    def start_bound(self) -> None:
        """Have a bound raised, by the second process if there is one."""
        best = self.course.best
        upper = self.now.objective if best is None else best.objective
        upper -= self.now.base
        if self.worker is not None:
            self.worker.send(JOB, job_of(self.stretches, upper, self.course.left_s))
        else:
            rounds = BOUND_ROUNDS * (self.course.limits.deterministic_rounds or 1)
            job = job_of(self.stretches, upper, np.inf, rounds)
            raise_bound(job, lambda found: self.hear(found.value))

    def listen(self) -> None:
        """Take in what the second process has said."""
        for message in self.worker.messages() if self.worker is not None else ():
            if isinstance(message, LooseBound):
                self.hear(message.value)

    def hear(self, value: float) -> None:
        """Take in a bound of all that stretches cost beyond nothing."""
        value += self.now.base
        self.course.raise_bound(ceil(value - TOLERANCE * max(1.0, abs(value))))
        best = self.course.best
        if best is not None and self.course.bound >= best.objective:
            self.course.prove("columns")

    def offer(self, phase: str) -> None:
        """Offer the roster at hand if it is legal and better than the best known."""
        best = self.course.best
        if (
            self.now.short_of_hours()
            or self.now.broken()
            or (best is not None and self.now.objective >= best.objective)
        ):
            return
        begun = time.perf_counter()
        self.course.offer(score(self.problem, self.now.roster()), phase)
        self.offered_s = time.perf_counter()
        self.score_s = max(self.score_s, self.offered_s - begun)

    def improve(self) -> None:
        """Search a window: all spans in their order at first, then any."""
        self.add_hours()
        is_first = bool(self.first)
        spans = [self.first.pop(0)] if is_first else self._spans()
        agents = self.rng.permutation(len(self.everybody))[:MOST_AGENTS]
        part = self.now.part(sorted(agents.tolist()), spans)
        if part is None:
            return
        stop = self._turn(len(self.first) + 1 if is_first else 0)
        order = self.rng.permutation(len(part.agents)).tolist()
        part.now.sweep(order, stop)
        if is_first:
            self._dive(part.now, stop)
        self._search(part.now, stop)
        self.now.adopt(part)
        if time.perf_counter() - self.offered_s > 10 * self.score_s:
            self.offer("window")

    def _dive(self, now: Incumbent, stop: Callable[[], bool]) -> None:
        """Generate columns for all agents of a window, and make a roster of them."""
        agents, before = range(len(now.columns)), now.objective
        old = now.take(agents)
        given = now.count.copy()
        generation = Generation(
            stretches=now.stretches,
            pricer=now.pricer,
            master=Master(now.stretches, tuple(agents), given),
            given=given,
            left_s=lambda: min(TURN_S, self.course.left_s),
        )
        for column in old:
            generation.master.add(column)
        generation.run(stop=stop, most_rounds=DIVE_ROUNDS)
        size = max(1, len(old) // FIXED_PART)
        found = dive(generation, size, np.inf, stop) or []
        for column in (*old, *found):
            now.put(column.agent, column)
        now.sweep(list(agents), stop)
        if now.objective > before:
            for column in old:
                now.put(column.agent, column)

    def _search(self, now: Incumbent, stop: Callable[[], bool]) -> None:
        """Search neighbourhoods until the turn is over."""
        improver = Improver(now, int(self.rng.integers(1 << 30)), MIP_S)
        for _ in range(TURN_ROUNDS if self.course.is_deterministic else 10**6):
            if stop():
                return
            improver.improve(stop)

    def _turn(self, turns: int) -> Callable[[], bool]:
        """Return what says that a turn is over, one of so many that are to come."""
        if self.course.is_deterministic:
            return self.must_end
        part_s = FIRST_PART * self.course.left_s / turns if turns else TURN_S
        until_s = time.perf_counter() + part_s
        return lambda: self.must_end() or time.perf_counter() > until_s

    def _spans(self) -> Spans:
        """Return the dates of a window."""
        weeks = -(-self.now.num_days // WEEK)
        if self.rng.random() < TWO_PARTS and weeks > 2 * HALF_WEEKS:
            first = int(self.rng.integers(0, weeks - 2 * HALF_WEEKS + 1))
            then = int(self.rng.integers(first + HALF_WEEKS, weeks - HALF_WEEKS + 1))
            starts, length = [first, then], HALF_WEEKS
        else:
            last = max(0, weeks - SPAN_WEEKS)
            starts, length = [int(self.rng.integers(0, last + 1))], SPAN_WEEKS
        spans = [(WEEK * w, WEEK * (w + length)) for w in starts]
        if len(spans) == 2 and spans[0][1] == spans[1][0]:
            spans = [(spans[0][0], spans[1][1])]
        return spans
