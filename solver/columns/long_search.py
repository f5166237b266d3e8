"""The search where stretches are too long for one table: windows, one after the other.

1. Spans of some weeks from the first to the last date: everybody's best part, what
   they have being used up in proportion. Hours that are still missing are added.
2. Column generation and a dive in each span.
3. The same in windows of some weeks anywhere, also in two parts, half of them where
   it costs most; where a dive leaves room, neighbourhoods for as long.

A second process raises a bound that prices hours (:mod:`solver.columns.loose`); once
that stands still, it searches windows in one half of the weeks, this one in the other.
"""

import time
from collections.abc import Sequence
from math import ceil, prod

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.loose import JOB, LooseBound, job_of, raise_bound
from solver.columns.programme import fill_bounds
from solver.columns.reach import window_of
from solver.columns.tables import NEVER
from solver.columns.turns import MOST_AGENTS, SPAN_WEEKS, WEEK, Windows
from solver.columns.wide import LongRoster, whole_spans
from solver.columns.windows_job import JOB as WINDOWS
from solver.columns.windows_job import KEEP, Planned, WindowsJob
from solver.conflicts import week_conflicts
from solver.problem import Problem, score
from solver.trace import Course
from solver.worker import Aided
from wfm.domain.arrays import IntArray

RESERVE_S = 1.0
"""Kept for the way out, beside the time of two scores."""
FIRST_PART = 0.6
"""Of the time, for the first windows."""
ASIDE_S = 15.0
"""Length of a turn of the second process."""
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
        self.windows = Windows(
            self.now,
            [course.limits.seed, 1],
            self.must_end,
            is_timed=not course.is_deterministic,
        )
        self.sent: Sequence[IntArray] = ()
        self.planned: Sequence[IntArray] | None = None
        self.first = self._first_turns()

    def _first_turns(self) -> list[tuple[Sequence[int], tuple[int, int]]]:
        """Return agents and spans of the first turns: everybody, and all dates."""
        crews = -(-len(self.everybody) // MOST_AGENTS)
        order = self.rng.permutation(len(self.everybody))
        return [
            (sorted(order[n::crews].tolist()), span)
            for span in whole_spans(self.now.num_days, WEEK * SPAN_WEEKS)
            for n in range(crews)
        ]

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
            part = self.now.part(short, self.windows.spans())
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
            job = job_of(self.stretches, upper, self.course.left_s)
            self.worker.send(KEEP, self.stretches)
            self.worker.send(JOB, job)
        else:
            rounds = BOUND_ROUNDS * (self.course.limits.deterministic_rounds or 1)
            job = job_of(self.stretches, upper, np.inf, rounds)
            raise_bound(job, lambda found: self.hear(found.value))

    def listen(self) -> None:
        """Take in what the second process has said."""
        for message in self.worker.messages() if self.worker is not None else ():
            if isinstance(message, LooseBound):
                self.hear(message.value)
            elif isinstance(message, Planned):
                self.planned = message.paths

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
        self.take_over()
        if self.first:
            turns = len(self.first)
            agents, span = self.first.pop(0)
            part_s = FIRST_PART * self.course.left_s / turns
            self.windows.turn(agents, [span], part_s, deep=False)
        else:
            self.employ()
            self.windows.improve()
        if time.perf_counter() - self.offered_s > 10 * self.score_s:
            self.offer("window")

    def employ(self) -> None:
        """Let the second process search half of the weeks when it is free."""
        turn_s = min(ASIDE_S, self.course.left_s - 2 * self.reserve_s)
        self.listen()
        if self.worker is None or self.worker.pending or turn_s < 1.0:
            return
        weeks = self.windows.num_weeks
        begin = int(self.rng.integers(0, max(1, weeks)))
        theirs = (np.arange(weeks) - begin) % max(1, weeks) < weeks // 2
        self.sent = [path.copy() for path in self.now.paths]
        job = WindowsJob(
            paths=tuple(self.sent),
            weeks=theirs,
            seed=int(self.rng.integers(1 << 30)),
            max_time_s=turn_s,
        )
        self.worker.send(WINDOWS, job)
        self.windows.is_free = ~theirs

    def take_over(self) -> None:
        """Take over what the second process has planned, where it fits."""
        if self.planned is not None:
            self.now.merge(self.sent, self.planned)
            self.planned = None
            self.windows.is_free[:] = True
            self.add_hours()
            self.offer("aside")
