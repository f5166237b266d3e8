"""Tours for any head count: programme, dive, rounding, local search; always a bound.

1. Greedy tours give a first plan at once.
2. A second process solves the linear relaxation: the bound, and prices of agents.
3. Its rounded solution is a plan; while the second process dives to whole numbers of
   tours, the local search improves that plan.
4. The dive's solution, rounded, is annealed in two threads until the time is over.
   Now and then both go on from the better one's tours.

Whatever fails or is late, the best plan so far is there and the search goes on from
what it has.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from threading import Event

import numpy as np

from solver.outcome import OnProgress, Progress, SolveLimits, StopReason
from solver.tours.dive import dive
from solver.tours.instance import TourInstance
from solver.tours.linear import WAIT_S, Aside, LinearJob, Optimum, safe_bound
from solver.tours.polish import Polish, Snapshot, heat_at
from solver.tours.programme import Programme, tour_programme
from solver.tours.result import TourPlan, TourPrices, finish, prices_of
from solver.tours.rounding import round_off
from wfm.domain.arrays import FloatArray

Stop = Callable[[], bool] | Event | None

DIVE_PART = 0.8
"""Latest part of the time at which the dive must be over: it matters most."""
SPARE_PART = 200
"""One tour more than the relaxation has may be added for so many: with more room the
annealing fills early gaps with people whom it can't take out later.
"""
WORTH, PATIENCE = 0.002, 4
"""Chunks that gain less than that part are too little; after so many the search beside
the second process leaves it the machine, for its answer is worth more.
"""
MEETINGS = 10
"""How often two annealings go on from the better one's tours."""
RESERVE_PART = 0.02
ROUNDS = 500
"""Rounds of the local search in one deterministic round."""


def plan_tours(
    instance: TourInstance,
    limits: SolveLimits | None = None,
    on_progress: OnProgress | None = None,
    stop: Stop = None,
) -> TourPlan:
    """Return tours for *instance* with a proven bound.

    Parameters
    ----------
    instance
        Need, regions, contracts and prices.
    limits
        ``max_time_s``, ``gap``, ``seed`` and ``deterministic_rounds`` are heard.
    on_progress
        Told of every better plan and bound.
    stop
        An event or function that is polled; the search then ends with what it has.

    Raises
    ------
    ModelError
        If the plan contradicts its own recomputation.
    """
    search = _Search(instance, limits or SolveLimits(), on_progress, stop)
    search.run()
    return search.result()


class _Search:
    """One run."""

    def __init__(
        self,
        instance: TourInstance,
        limits: SolveLimits,
        on_progress: OnProgress | None,
        stop: Stop,
    ) -> None:
        self.instance, self.limits = instance, limits
        self.polish = Polish(instance, limits.seed)
        self.polishes = [self.polish]
        self.programme: Programme = tour_programme(instance)
        self.best: Snapshot | None = None
        self.bound = trivial_bound(instance)
        self.prices: TourPrices | None = None
        self.trace: list[Progress] = []
        self.first_s: float | None = None
        self._on_progress = on_progress
        self._stop = stop.is_set if isinstance(stop, Event) else stop
        self._start = time.perf_counter()
        self._anneal_from = 0.0
        self._idle_chunks = 0
        self._met = 0

    def run(self) -> None:
        """Search until time, gap or the user says stop."""
        self.polish.greedy(_rows_for(self.instance))
        self.offer(self.polish, "greedy")
        with Aside(self.is_over) as aside:
            job = self.job(None, None, self.limits.max_time_s)
            root = aside.solve(job, self.meanwhile("greedy"))
            if root is not None:
                self.take_root(root)
                self.start_from(root.x, "rounded")
                x = dive(
                    self.instance,
                    self.programme,
                    root,
                    lambda least, most: self.solve_aside(aside, least, most),
                )
                self.start_from(x, "dive")
        self.anneal()

    def take_root(self, root: Optimum) -> None:
        """Keep bound and prices of the relaxation."""
        largest = self.largest()
        bound = int(np.ceil(safe_bound(self.programme, root.prices, largest) - 1e-6))
        self.bound = max(self.bound, bound)
        self.prices = prices_of(self.instance, self.programme, root)
        self.tell("relaxation")

    def largest(self) -> float:
        """Return more than any column can be in a plan as good as the best."""
        cost = self.best.cost if self.best is not None else 0.0
        least = min(
            float(self.programme.cost[first : first + 7 * len(region.starts)].min())
            for (r, _), first in self.programme.starts.items()
            for region in (self.instance.regions[r],)
        )
        return 7.0 * max(1.0, cost) / max(1.0, least)

    def job(
        self, least: FloatArray | None, most: FloatArray | None, until_s: float
    ) -> LinearJob:
        """Return the programme with these bounds, to be solved before *until_s*."""
        left = max(0.1, until_s - self.wall_s)
        return LinearJob(
            programme=self.programme,
            least=self.programme.least if least is None else least,
            most=self.programme.most if most is None else most,
            seconds=None if self.is_deterministic else left,
        )

    def solve_aside(
        self, aside: Aside, least: FloatArray, most: FloatArray
    ) -> Optimum | None:
        """Solve with these bounds while the local search works here."""
        until_s = DIVE_PART * self.limits.max_time_s
        is_late = not self.is_deterministic and self.wall_s >= until_s
        if is_late or self.is_over():
            return None
        job = self.job(least, most, until_s)
        return aside.solve(job, self.meanwhile("beside the dive"))

    def meanwhile(self, phase: str) -> Callable[[], None] | None:
        """Return what to do while the second process is busy, if anything."""
        return None if self.is_deterministic else lambda: self.descend(phase)

    def descend(self, phase: str) -> None:
        """Improve the plan at hand a little, as long as that is worth it."""
        if self._idle_chunks >= PATIENCE:
            time.sleep(WAIT_S)
            return
        before = self.polish.cost
        self.polish.chunk(0.0)
        self.offer(self.polish, phase)
        is_little = before - self.polish.cost < WORTH * before
        self._idle_chunks = self._idle_chunks + 1 if is_little else 0

    def start_from(self, x: FloatArray, phase: str) -> None:
        """Go on from *x*, rounded."""
        spare = 2 + round(float(x[self.programme.total])) // SPARE_PART
        tables = self.polish.tables
        self.polish.load(round_off(self.instance, self.programme, tables, x, spare))
        self.offer(self.polish, phase)
        self._idle_chunks = 0

    def anneal(self) -> None:
        """Spend what is left on the local search."""
        if self.is_deterministic:
            number = self.limits.deterministic_rounds or 0
            for n in range(number):
                if self.must_stop():
                    return
                self.polish.run(ROUNDS, (1.0 - (n + 1) / number) ** 2)
                self.offer(self.polish, "local search")
            return
        self._anneal_from = self.wall_s
        polishes = self.polishes
        if self.limits.num_workers > 1:
            tables, seed = self.polish.tables, self.limits.seed + 1
            polishes.append(Polish(self.instance, seed, tables))
            polishes[1].load(self.polish.snapshot().state)
        with ThreadPoolExecutor(len(polishes)) as pool:
            while not self.is_over():
                heat = heat_at(self.share())
                list(pool.map(Polish.chunk, polishes, repeat(heat)))
                for polish in polishes:
                    self.offer(polish, "local search")
                self.meet(polishes)

    def meet(self, polishes: list[Polish]) -> None:
        """Let all go on from the best one's tours, every now and then."""
        due = int(MEETINGS * self.share())
        if due > self._met:
            self._met = due
            best, *others = sorted(polishes, key=lambda polish: polish.cost)
            for polish in others:
                polish.load(best.snapshot().state)

    def share(self) -> float:
        """Return the part of the annealing's time that is over."""
        whole = self.limits.max_time_s * (1.0 - RESERVE_PART) - self._anneal_from
        return min(1.0, (self.wall_s - self._anneal_from) / max(whole, 1e-3))

    def offer(self, polish: Polish, phase: str) -> None:
        """Keep the plan of *polish* if it is the best."""
        found = polish.snapshot()
        if self.best is None or found.key < self.best.key:
            self.best = found
            if self.first_s is None and not found.faults:
                self.first_s = self.wall_s
            self.tell(phase)

    def tell(self, phase: str) -> None:
        """Note where the search stands and tell who listens."""
        best = self.best
        progress = Progress(
            wall_s=self.wall_s,
            phase=phase,
            objective=round(best.cost) if best else None,
            bound=self.bound,
            violations=best.faults if best else 0,
        )
        self.trace.append(progress)
        if self._on_progress is not None:
            self._on_progress(progress)

    @property
    def wall_s(self) -> float:
        """Seconds since the search began."""
        return time.perf_counter() - self._start

    @property
    def is_deterministic(self) -> bool:
        """Whether rounds, not the clock, decide."""
        return self.limits.deterministic_rounds is not None

    def must_stop(self) -> bool:
        """Return whether the user or the clock says stop."""
        if self._stop is not None and self._stop():
            return True
        end = self.limits.max_time_s * (1.0 - RESERVE_PART)
        return self.wall_s >= end

    def is_over(self) -> bool:
        """Return whether the search may end."""
        return self.reason() is not None

    def reason(self) -> StopReason | None:
        """Return why the search is over, ``None`` while it is not."""
        if self._stop is not None and self._stop():
            return "interrupted"
        if self.best is not None and not self.best.faults:
            distance = self.best.cost - self.bound
            if distance < 0.5:
                return "optimal"
            if distance <= self.limits.gap * max(self.best.cost, 1.0):
                return "gap"
        if self.must_stop():
            return "time"
        return None

    def result(self) -> TourPlan:
        """Return the best plan."""
        assert self.best is not None  # noqa: S101 - the greedy plan always exists
        reason = self.reason()
        fallback: StopReason = "deterministic" if self.is_deterministic else "time"
        return finish(
            self.instance,
            self.polish.tables,
            self.best,
            bound=self.bound,
            prices=self.prices,
            stop_reason=reason or fallback,
            wall_s=self.wall_s,
            first_plan_s=self.first_s,
            rounds=sum(polish.rounds for polish in self.polishes),
            trace=tuple(self.trace),
        )


def trivial_bound(instance: TourInstance) -> int:
    """Return what covering or missing every agent-step costs at the very least.

    A shift costs at least the cheapest one's pay for each of its working steps.
    """
    cheapest = min(
        _least_cost(instance, r, k)
        for r in range(len(instance.regions))
        for k in range(len(instance.contracts))
    )
    price = min(cheapest, float(instance.short_steps[0][1]))
    return int(np.floor(instance.need_agents.sum() * price))


def _least_cost(instance: TourInstance, r: int, k: int) -> float:
    """Return the least pay of a working step in shifts of (r, k)."""
    region, contract = instance.regions[r], instance.contracts[k]
    unpaid = sum(b.length_steps for b in contract.breaks if not b.paid)
    breaks = sum(b.length_steps for b in contract.breaks)
    paid = contract.shift_steps - unpaid
    return float(region.pay.min()) * paid / max(1, contract.shift_steps - breaks)


def _rows_for(instance: TourInstance) -> int:
    """Return how many tours may be needed at most, roughly."""
    work = min(c.days * c.shift_steps for c in instance.contracts)
    return 8 + int(1.5 * instance.need_agents.sum() / max(1, work))
