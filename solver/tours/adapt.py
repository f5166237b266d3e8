"""Plans of many people: read by types, bounded by type, annealed shift by shift.

1. People alike are found (:mod:`solver.tours.alike`); one of each type is compiled.
2. Everybody answers once, exactly: the first legal roster.
3. A second process raises the Lagrangian bound of the problem as stated, one week for
   each type at a time (:mod:`solver.tours.climb`).
4. Weeks with which people answer prices while these settle are drawn as a start.
5. A compiled annealing moves single shifts until the time is over
   (:mod:`solver.tours.crowd`).

What the annealing does not keep by itself (hand-overs) is judged with every roster
offered; where something stays broken, the week search goes on from there.
"""

import time
from types import TracebackType
from typing import Self

import numpy as np

from solver.bound_job import BoundFound
from solver.conflicts import week_conflicts
from solver.outcome import Outcome
from solver.problem import Problem, score
from solver.tours.alike import crowd_of, why_not
from solver.tours.climb import JOB, Climb, ClimbJob
from solver.tours.crowd_search import CrowdSearch, roster_of
from solver.trace import Course
from solver.verdict import verdict
from solver.worker import Worker
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import Roster

LARGE = 400
"""People from whom on their shifts are annealed one by one."""
BOUND_PARTS, START_PARTS = 300, 600
START_PART, PASSES = 0.25, 100
"""Part of the time in which prices may settle for a start; passes at most."""
DRAW_PART, DRAWS = 0.2, 12
"""Part of the time in which starts may be drawn; how many at most."""
SETTLED = 0.4
"""Part of the passes after which answers are remembered."""
ROUND_MOVES, ROUND_WEEKS, ROUND_PASSES = 20_000, 200, 40
"""Moves of shifts and of weeks, and passes of the bound, of a deterministic round."""
HAND_ON = 0.6
"""Part of the time after which a roster that breaks a rule is handed on."""
RESERVE = 2.5
"""Kept for the last score, in times that scoring takes."""


def why_not_large(problem: Problem) -> str:
    """Return why *problem* is not for this search; empty if it is."""
    number = len(problem.instance.agents)
    if number < LARGE:
        return f"{number} people, fewer than {LARGE}"
    return why_not(problem)


def solve_by_types(problem: Problem, course: Course) -> Outcome | None:
    """Return what the search by types comes to; ``None`` where the week search is due.

    The *course* then knows why, and the best roster so far if there is one.
    """
    reason = why_not_large(problem)
    if reason:
        course.method = f"weeks ({reason})"
        return None
    course.method = "types"
    with CrowdRun(problem, course) as search:
        search.run()
    if search.is_broken and course.reason() is None:
        course.method = "types, then weeks (a rule was still broken)"
        return None
    return verdict(problem, course, search.conflicts, search.base_cost)


class CrowdRun:
    """One run."""

    def __init__(self, problem: Problem, course: Course) -> None:
        self.problem, self.course = problem, course
        self.conflicts: tuple[str, ...] = ()
        self.base_cost = 0
        self.crowd = crowd_of(problem)
        self.search = CrowdSearch(self.crowd, course.limits.seed)
        self.worker: Worker | None = None
        self._offered = np.inf
        self._best_parts: tuple[FloatArray, IntArray, IntArray] | None = None
        self._score_s = 1.0
        self._next_offer_s = 0.0

    def __enter__(self) -> Self:
        """Start the second process."""
        self.worker = Worker()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the second process."""
        if self.worker is not None:
            self.worker.stop()

    @property
    def is_broken(self) -> bool:
        """Whether the best roster breaks a rule."""
        best = self.course.best
        return best is not None and bool(best.violations)

    def run(self) -> None:
        """Search until the course says why to stop."""
        if not self.has_weeks():
            return
        self.course.raise_bound(self.base_cost, "wages")
        self.start_bound()
        self.search.level()
        self.search.sweep()
        self.search.level()
        self.offer("greedy")
        if self.course.is_deterministic:
            self.count_rounds()
            return
        self.draw_start()
        self.anneal()
        self.offer("annealing")

    def has_weeks(self) -> bool:
        """Return whether everybody has a legal week; note costs or conflicts."""
        cheapest = [self.search.cheapest(y) for y in range(len(self.crowd.number))]
        agents, types = self.problem.instance.agents, self.crowd.type_of.tolist()
        never = [
            agent.agent_id
            for agent, y in zip(agents, types, strict=True)
            if cheapest[y] is None
        ]
        if never:
            self.conflicts = week_conflicts(self.problem, never)
        self.base_cost = sum(cheapest[y] or 0 for y in types)
        return not never

    def start_bound(self) -> None:
        """Send the bound to the second process."""
        rounds = self.course.limits.deterministic_rounds
        job = ClimbJob(
            crowd=self.crowd,
            parts=BOUND_PARTS,
            passes=None if rounds is None else ROUND_PASSES * rounds,
            seconds=0.9 * self.course.left_s if rounds is None else None,
        )
        if self.worker is not None:
            self.worker.send(JOB, job)

    def listen(self, wait_s: float = 0.0) -> None:
        """Take in what the second process has said."""
        for message in self.worker.messages(wait_s) if self.worker else ():
            if isinstance(message, BoundFound):
                self.course.raise_bound(message.bound)

    def roster(self) -> Roster:
        """Return the roster at hand."""
        state = self.search.state
        return roster_of(self.crowd, self.problem.instance, state.choice, state.taken)

    def offer(self, phase: str) -> None:
        """Score the roster at hand and offer it, if it seems better."""
        if self.search.value >= self._offered:
            return
        self._offered = self.search.value
        start = time.perf_counter()
        self.course.offer(score(self.problem, self.roster()), phase)
        self._score_s = time.perf_counter() - start
        self._next_offer_s = self.course.wall_s + 10.0 * self._score_s

    def draw_start(self) -> None:
        """Go to the best combination of sampled answers to prices, mended."""
        climb = Climb(self.crowd, START_PARTS, self.course.limits.seed)
        memory = self.settle(climb)
        until = self.course.wall_s + DRAW_PART * self.course.limits.max_time_s
        for drawn in range(DRAWS if memory else 0):
            is_late = drawn > 0 and self.course.wall_s > until
            if is_late or self.course.must_stop():
                break
            self.keep_parts()
            self.search.draw(climb.parts, memory, self.course.must_stop)
            self.listen()
        self.keep_parts()
        self.combine()
        self.offer("sampled start")

    def settle(self, climb: Climb) -> list[tuple[IntArray, IntArray]]:
        """Let prices settle; return the weeks of everybody's later answers."""
        memory: list[tuple[IntArray, IntArray]] = []
        begin = self.course.wall_s
        for done in range(PASSES):
            spent = self.course.wall_s - begin
            over = spent / (START_PART * self.course.limits.max_time_s)
            over = max(done / PASSES, over)
            if over >= 1.0 or self.course.must_stop():
                break
            climb.run_pass(over, self.course.must_stop)
            if over >= SETTLED:
                memory.append((climb.choice.copy(), climb.taken.copy()))
            self.listen()
        return memory

    def keep_parts(self) -> None:
        """Remember the weeks of the components that the roster at hand does best."""
        values = self.search.value_by_component()
        if self._best_parts is None:
            self._best_parts = values, *self.search.weeks_at_hand()
            return
        best, choice, taken = self._best_parts
        better = (values < best)[self.search.component]
        choice[better] = self.search.state.choice[better]
        taken[better] = self.search.state.taken[better]
        np.minimum(best, values, out=best)

    def combine(self) -> None:
        """Go to the best components put together."""
        if self._best_parts is not None:
            self.search.go_to(*self._best_parts[1:])

    def anneal(self) -> None:
        """Cool down over the time that is left."""
        begin = self.course.wall_s
        while True:
            left = self.course.left_s - RESERVE * self._score_s - 1.0
            if left <= 0.0 or self.course.interrupted() or self._is_done():
                break
            over = (self.course.wall_s - begin) / (self.course.wall_s - begin + left)
            self.search.chunk(heat_at(over))
            self.course.rounds += 1
            self.listen()
            if self.course.wall_s >= self._next_offer_s:
                self.offer("annealing")
            if self.is_broken and over > HAND_ON:
                break

    def _is_done(self) -> bool:
        return self.course.reason() is not None

    def count_rounds(self) -> None:
        """Make counted rounds, then hear the whole bound."""
        number = self.course.limits.deterministic_rounds or 0
        for done in range(number):
            if self.course.interrupted():
                break
            self.search.run(ROUND_MOVES, heat_at(done / number))
            for _ in range(ROUND_WEEKS):
                self.search.ruin(heat_at(done / number))
            self.course.rounds += 1
        self.offer("annealing")
        while self.worker is not None and self.worker.is_busy:
            if self.course.interrupted():
                break
            self.listen(0.2)
        self.listen()


def heat_at(over: float) -> float:
    """Return the heat, in parts of the start's, when so much of the time is over."""
    return (1.0 - over / 0.95) ** 2 if over < 0.95 else 0.0
