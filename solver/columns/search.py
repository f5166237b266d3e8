"""The search over columns: what runs when, and when it is over.

1. Everybody's best stretch against all others, one after the other: the first roster.
2. Column generation: stretches and prices in turn; its Lagrangian value is a bound.
3. A dive to a whole roster, priced again after each step.
4. Neighbourhoods (:mod:`solver.columns.improve`).

A second process solves small problems whole by CP-SAT at first (its clauses close what
columns leave open, and the other way round); then it searches neighbourhoods too, and
now and then combines all stretches known.
Rosters and bounds are exchanged both ways. With ``deterministic_rounds`` everything
happens here and neighbourhoods are counted.
"""

from collections.abc import Iterable, Sequence
from math import ceil

import numpy as np

from solver.columns.aside import JOB as ASIDE
from solver.columns.aside import AsideJob, Better, Given
from solver.columns.compile import Stretches
from solver.columns.dive import dive
from solver.columns.generate import Generation
from solver.columns.improve import Improver
from solver.columns.incumbent import Incumbent
from solver.columns.master import Master
from solver.columns.pricer import Column, Pricer
from solver.columns.restricted import chosen, restricted
from solver.columns.whole import JOB as WHOLE
from solver.columns.whole import WholeFound, WholeJob
from solver.conflicts import week_conflicts
from solver.counted import JOB as COUNTED
from solver.counted import CountedJob
from solver.cpsat.linear import JOB as MIP
from solver.cpsat.linear import MipJob, Optimum
from solver.problem import Problem, score
from solver.trace import Course
from solver.worker import Aided
from wfm.domain.roster import Roster

RESERVE_S = 1.0
"""Kept for the last score and the way out."""
WHOLE_AGENT_DAYS = 300
WHOLE_PART, LEAST_WHOLE_S = 0.25, 8.0
"""Problems up to this size are solved whole at first, for so much of the time."""
MOST_CHOICES = 20_000
"""Larger ones up to this size are tried as an integer programme."""
ROOT_PART = 0.4
"""Of the time that is left, for the generation of columns for everybody."""
FIXED_PART = 15
"""A dive fixes one agent in so many at a time."""
TURN_S, COMBINE_EVERY = 20.0, 4
"""Length of a turn of the second process, and which of them combine all stretches."""
NOISE = 0.05
"""Of the first roster, as part of what a missing shift costs."""
TOLERANCE = 1e-6


class ColumnSearch(Aided):
    """One run."""

    def __init__(self, problem: Problem, stretches: Stretches, course: Course) -> None:
        self.problem, self.stretches, self.course = problem, stretches, course
        self.pricer = Pricer(self.stretches)
        self.now = Incumbent(self.stretches, self.pricer)
        self.rng = np.random.default_rng(course.limits.seed)
        self.everybody = tuple(range(len(self.stretches.agents)))
        self.pool: dict[tuple[int, bytes], Column] = {}
        self.sent: list[Column] = []
        self.improver = Improver(self.now, course.limits.seed)
        self.given = Given(
            instance=problem.instance, rules=problem.rules, terms=dict(problem.terms)
        )
        self.turns = 0
        self.conflicts: tuple[str, ...] = ()

    def wants_worker(self) -> bool:
        """Return whether the clock decides: in rounds everything happens here."""
        return not self.course.is_deterministic

    def run(self) -> None:
        """Search until the course says why to stop."""
        impossible = [a for a in self.everybody if not self.pricer.is_possible(a)]
        if impossible:
            names = [self.stretches.agents[a].agent_id for a in impossible]
            self.conflicts = week_conflicts(self.problem, names)
            return
        self.construct()
        self.start_whole()
        self.generate()
        while self.course.reason() is None:
            if self.course.left_s < RESERVE_S:
                self.course.run_out()
            self.improve()
            self.course.rounds += 1

    def is_over(self) -> bool:
        """Return whether to leave what is being done; hear the second process."""
        self.listen()
        self.employ()
        return self.must_end() or self.course.proven

    def must_end(self) -> bool:
        """Return whether there is no more time, or the user wants to stop."""
        return self.course.must_stop() or self.course.left_s < RESERVE_S

    def construct(self) -> None:
        """Make the first roster."""
        order = self.rng.permutation(len(self.everybody)).tolist()
        for a in order:
            noise = (
                NOISE
                * self.stretches.short
                * self.rng.random(self.stretches.short.shape)
            )
            self.now.respond(a, noise)
        self.adopt("greedy")
        for a in order:
            if not self.must_end():
                self.now.respond(a)
        self.now.sweep(order, self.must_end)
        self.adopt("greedy")

    def adopt(self, phase: str) -> None:
        """Offer the roster at hand if it is whole and better than the best known."""
        if not self.now.is_whole:
            return
        self.remember(c for c in self.now.columns if c is not None)
        best = self.course.best
        if best is None or self.now.objective < best.objective:
            self.course.offer(score(self.problem, self.now.roster()), phase)
            self.settle()

    def settle(self) -> None:
        """Say that the optimum is proven once bound and roster meet."""
        best = self.course.best
        if best is not None and self.course.bound >= best.objective:
            self.course.prove("columns")

    def remember(self, columns: Iterable[Column]) -> None:
        """Keep columns for combinations."""
        for column in columns:
            self.pool[column.agent, column.choices.tobytes()] = column

    def hear_bound(self, value: float) -> None:
        """Take in a Lagrangian value of the whole problem."""
        value += self.now.base
        self.course.raise_bound(ceil(value - TOLERANCE * max(1.0, abs(value))))
        self.settle()

    def generate(self) -> None:
        """Generate columns for everybody, then dive, from wherever that has led."""
        nobody = np.zeros(len(self.stretches.wanted), dtype=np.int64)
        part = 1.0 if self.course.is_deterministic else ROOT_PART
        until_s = self.course.left_s * (1.0 - part)
        generation = Generation(
            stretches=self.stretches,
            pricer=self.pricer,
            master=Master(self.stretches, self.everybody, nobody),
            given=nobody,
            left_s=lambda: self.course.left_s - until_s,
        )
        for column in self.now.columns:
            if column is not None:
                generation.master.add(column)
        generation.run(
            stop=lambda: self.is_over() or self.course.left_s < until_s,
            tell=self.hear_bound,
        )
        if not self.is_over():
            generation.left_s = lambda: self.course.left_s - RESERVE_S
            size = max(1, len(self.everybody) // FIXED_PART)
            found = dive(generation, size, np.inf, self.is_over)
            self.remember(generation.master.columns)
            self.take(found or (), "dive")

    def take(self, columns: Sequence[Column], phase: str) -> None:
        """Try *columns*, and let agents respond; keep what was if it was better."""
        if not columns or not self.now.is_whole:
            return
        old = [column for column in self.now.columns if column is not None]
        before = self.now.objective
        for column in columns:
            self.now.put(column.agent, column)
        self.now.sweep(self.rng.permutation(len(self.everybody)).tolist(), self.is_over)
        if self.now.objective > before:
            for column in old:
                self.now.put(column.agent, column)
        self.adopt(phase)

    def improve(self) -> None:
        """Search one neighbourhood."""
        self.remember(self.improver.improve(self.is_over))
        self.adopt("neighbourhood")

    def start_whole(self) -> None:
        """Let the second process solve a small problem whole."""
        days = sum(len(own) for own in self.problem.instance.planned_days.values())
        choices = sum(len(agent.options) for agent in self.stretches.agents)
        if self.worker is None or choices > MOST_CHOICES:
            return
        best, limits = self.course.best, self.course.limits
        is_small = days <= WHOLE_AGENT_DAYS
        make = WholeJob if is_small else CountedJob
        job = make(
            given=self.given,
            roster=None if best is None else best.roster,
            limits=limits,
            max_time_s=max(LEAST_WHOLE_S, WHOLE_PART * limits.max_time_s),
        )
        self.worker.send(WHOLE if is_small else COUNTED, job)

    def employ(self) -> None:
        """Give the second process work when it is free, by turns."""
        seconds = min(TURN_S, self.course.left_s - RESERVE_S)
        best = self.course.best
        if self.worker is None or self.worker.pending or best is None or seconds < 1.0:
            return
        self.turns += 1
        if self.turns % COMBINE_EVERY == 0:
            self.sent = list(self.pool.values())
            nobody = np.zeros(len(self.stretches.wanted), dtype=np.int64)
            programme = restricted(self.stretches, self.everybody, nobody, self.sent)
            self.worker.send(MIP, MipJob(programme=programme, max_time_s=seconds))
            return
        job = AsideJob(
            given=self.given if self.turns == 1 else None,
            roster=best.roster,
            seed=self.course.limits.seed + 1000 * self.turns,
            max_time_s=seconds,
        )
        self.worker.send(ASIDE, job)

    def listen(self) -> None:
        """Take in what the second process has said."""
        for message in self.worker.messages() if self.worker is not None else ():
            if isinstance(message, Optimum):
                self.take_over(chosen(message, self.sent), "combination")
            elif isinstance(message, WholeFound):
                self.hear_whole(message)
            elif isinstance(message, Better):
                self.hear_roster(message.roster, "aside")

    def take_over(self, columns: Sequence[Column], phase: str) -> None:
        """Go on from a whole choice of columns if it is better than the roster."""
        other = Incumbent(self.stretches, self.pricer)
        for column in columns:
            other.put(column.agent, column)
        best = self.course.best
        if other.is_whole and (best is None or other.objective < best.objective):
            for column in columns:
                self.now.put(column.agent, column)
            self.adopt(phase)

    def hear_whole(self, message: WholeFound) -> None:
        """Take in a roster and a bound of the whole model."""
        if message.bound is not None:
            self.course.raise_bound(message.bound)
        if message.roster is not None:
            self.hear_roster(message.roster, "clauses")
        self.settle()

    def hear_roster(self, roster: Roster, phase: str) -> None:
        """Go on from *roster* if it is better."""
        other = Incumbent(self.stretches, self.pricer)
        other.load(roster)
        columns = [column for column in other.columns if column is not None]
        self.take_over(columns, phase)
