"""The course of a survey: a search after the other, the set so far, and the bounds."""

import time
from collections.abc import Sequence
from dataclasses import replace

from solver.bound_job import BoundJob
from solver.core.ascent import rough_prices
from solver.core.compile import Compiled, compile_problem
from solver.pareto.bound_job import JOB, TaggedBound, TaggedJob
from solver.pareto.burden import Peers
from solver.pareto.measures import CHANGES, measures_of, nondominated
from solver.pareto.outcome import FrontierLimits, OnPoint, Point
from solver.pareto.search import PointSearch
from solver.pareto.weights import (
    Weights,
    bridges,
    corners,
    exact,
    unit_price,
    weighted,
)
from solver.problem import Score, read_problem, score
from solver.rule import Rule
from solver.trace import Stop
from solver.worker import Aided
from wfm.domain.roster import Roster, RosterInstance

HEAT = 0.05
"""Of the ruin and recreate, which begins at a good roster."""
BOUND_ROUNDS = 20
"""Of each bound, where rounds are counted."""
SPARE = 2
"""Searches that may find nothing new, for which time is kept."""
LAST_WAIT_S = 2.0
MOST_SEARCHES = 3
"""For each roster wanted; beyond, nothing new is to be expected."""


class Survey(Aided):
    """One run over many prices.

    Parameters
    ----------
    instance, rules
        The problem at its own prices.
    asked
        The measures.
    published
        What changes are counted from.
    limits, stop
        When to end.
    """

    def __init__(
        self,
        instance: RosterInstance,
        rules: Sequence[Rule],
        asked: Sequence[str],
        published: Roster | None,
        limits: FrontierLimits,
        stop: Stop,
    ) -> None:
        live = published.shifts if published and CHANGES in asked else None
        self.instance = replace(instance, live=live)
        self.rules, self.asked, self.limits = rules, asked, limits
        self.published = published
        self.plain = read_problem(replace(instance, live=None), rules)
        self.peers = Peers(instance)
        self.unit = unit_price(instance.prices)
        self.points: list[Point] = []
        self.starts: list[Score] = []
        self.tried: list[Weights] = []
        self.bounds: dict[int, int] = {}
        self.allowed = 0
        self._stop = stop if callable(stop) or stop is None else stop.is_set
        self._begin = time.perf_counter()

    def wants_worker(self) -> bool:
        """Return whether bounds are wanted."""
        return self.limits.is_bounded

    @property
    def wall_s(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self._begin

    @property
    def wanted(self) -> int:
        """How many rosters are wanted."""
        return self.limits.wanted(self.asked)

    def must_stop(self) -> bool:
        """Return whether the clock or the user says stop."""
        late = self.limits.rounds is None and self.wall_s >= self.limits.max_time_s
        return late or self.is_stopped()

    def is_stopped(self) -> bool:
        """Return whether the user says stop."""
        return self._stop is not None and bool(self._stop())

    def run(self, start: Roster, start_bound: int | None, on_point: OnPoint) -> None:
        """Search at the corners' prices, then between the points farthest apart.

        The start is the roster at the plan's own prices, *start_bound* its bound.
        """
        self.begin(start, start_bound)
        for weights in corners(self.asked):
            if self.must_stop():
                break
            self.search(exact(self.instance, weights))
            on_point(self.points)
        most = MOST_SEARCHES * self.wanted
        while len(self.points) < self.wanted and len(self.tried) < most:
            between = self.next_weights()
            if between is None or self.must_stop():
                break
            self.search(between)
            on_point(self.points)
        self.await_bounds()

    def begin(self, start: Roster, start_bound: int | None) -> None:
        """Score what is known."""
        known = [start] if self.published is None else [start, self.published]
        self.starts = [score(self.plain, roster) for roster in known]
        self.allowed = min(found.key[0] for found in self.starts)
        self.tried = [Weights()]
        if start_bound is not None:
            self.bounds[0] = start_bound
        self.keep(self.point(0, self.starts[0]))

    def next_weights(self) -> Weights | None:
        """Return where to search next: in the widest gap not yet searched."""
        known = [(point.weights, point.measures) for point in self.points]
        found = (exact(self.instance, w) for w in bridges(known, self.asked))
        return next((w for w in found if w not in self.tried), None)

    def search(self, weights: Weights) -> None:
        """Search at *weights* from the best roster so far; keep what is new."""
        tag, until_s = len(self.tried), self.wall_s + self.seconds()
        self.tried.append(weights)
        problem = read_problem(weighted(self.instance, weights), self.rules)
        compiled = compile_problem(
            problem.instance, problem.constraints, problem.prices
        )
        best = min(self.starts, key=lambda found: self.key_at(weights, found))
        self.send_bound(tag, compiled, self.at(weights, best))
        local = PointSearch(
            compiled, self.peers, self.unit * weights.fairness, self.limits.seed + tag
        )
        local.begin(problem, best.roster)
        local.search(
            seconds=None if self.limits.rounds else max(0.0, until_s - self.wall_s),
            rounds=self.limits.rounds,
            heat=HEAT,
            stop=self.must_stop,
        )
        found = score(self.plain, local.roster())
        winner = min(found, best, key=lambda item: self.key_at(weights, item))
        is_known = any(point.found is winner for point in self.points)
        self.starts.append(found)
        self.keep(self.point(tag, found if is_known else winner))

    def seconds(self) -> float:
        """Return how long the next search may take."""
        left = max(0.0, self.limits.max_time_s - self.wall_s)
        return left / (max(1, self.wanted - len(self.points)) + SPARE)

    def key_at(self, weights: Weights, found: Score) -> tuple[int, int]:
        """Return what a better roster has less of at *weights*."""
        return max(self.allowed, found.key[0]), self.at(weights, found)

    def at(self, weights: Weights, found: Score) -> int:
        """Return the objective of *found* at the prices of *weights*."""
        value = measures_of(self.instance, found, self.peers, self.published)
        more = (weights.service - 1.0) * found.terms["understaffing"]
        more += self.unit * weights.fairness * value.unfair_shifts
        more += self.unit * weights.changes * value.changed_shifts
        return found.objective + round(more)

    def point(self, tag: int, found: Score) -> Point:
        """Return *found* as a point of the set."""
        return Point(
            weights=self.tried[tag],
            found=found,
            measures=measures_of(self.instance, found, self.peers, self.published),
            weighted=self.at(self.tried[tag], found),
        )

    def keep(self, point: Point) -> None:
        """Take a point into the set, and out of it what is dominated now."""
        if point.found.key[0] > self.allowed:
            return
        every = [*self.points, point]
        values = [point.measures for point in every]
        self.points = nondominated(every, values, self.asked)

    def least_change(self) -> int:
        """Return what all changes together cost where they have no weight."""
        if self.instance.live is None:
            return 0
        return sum(len(days) for days in self.instance.planned_days.values())

    def send_bound(self, tag: int, compiled: Compiled, upper: int) -> None:
        """Ask the second process what no roster can undercut at these prices.

        Unevenness is left out of it, so the bound is valid, but loose where that has
        a price.
        """
        if self.worker is None:
            return
        rounds = self.limits.rounds
        job = BoundJob(
            compiled=compiled,
            prices=rough_prices(compiled),
            upper=float(upper),
            rounds=None if rounds is None else BOUND_ROUNDS,
            seconds=self.seconds() if rounds is None else None,
        )
        self.worker.send(JOB, TaggedJob(tag=tag, job=job))

    def await_bounds(self) -> None:
        """Take in the bounds; where rounds are counted, wait for all of them."""
        waited_until = self.wall_s + LAST_WAIT_S
        while self.worker is not None:
            for message in self.worker.messages(0.1):
                if isinstance(message, TaggedBound):
                    known = self.bounds.get(message.tag, 0)
                    self.bounds[message.tag] = max(known, message.bound)
            patient = self.limits.rounds is not None or self.wall_s < waited_until
            if not self.worker.is_busy or not patient or self.is_stopped():
                break
        slack = self.least_change()
        bounds = {self.tried[tag]: bound - slack for tag, bound in self.bounds.items()}
        self.points = [
            replace(point, bound=bounds.get(point.weights)) for point in self.points
        ]
