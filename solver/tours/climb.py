r"""Bounds and starts for many people: prices of heads that settle, type by type.

The Lagrangian relaxation of :mod:`solver.core.relaxation`, in which people alike answer
prices alike: one week is asked for each type, however many people it has. At any prices
its value is a lower bound of every legal roster, not of tours alone. As in
:mod:`solver.core.ascent`, a few people answer at a time while prices follow use less
supply; a large type is divided into parts that answer by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.bound_job import BoundFound
from solver.core.bound import proven
from solver.core.clock import Clock
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from solver.core.tables import FIRST_DAY
from solver.tours.alike import Crowd
from solver.worker import Emit
from wfm.domain.arrays import IntArray

JOB = "solver.tours.climb:run"
AT_ONCE = 8
LENGTH, LENGTH_RATIO = 0.07, 0.02
"""Length of a pass per unit of imbalance and person, in mean prices; its fall."""
MEMORY = 0.1
"""Weight of the newest use of heads in their running mean."""
FIRST_EVALUATION, NEXT_EVALUATION = 6, 1.2
"""After how many passes the relaxation is evaluated: first, and then by factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Type and number of people of each part, ``[part]``."""

    types: IntArray
    people: IntArray


def parts_of(number: IntArray, wanted: int) -> Parts:
    """Return *number* ``[y]`` people in about *wanted* parts, each of one type."""
    size = max(1, int(number.sum()) // wanted)
    types: list[int] = []
    people: list[int] = []
    for y, n in enumerate(number.tolist()):
        parts = -(-n // size)
        types += [y] * parts
        people += [n * (i + 1) // parts - n * i // parts for i in range(parts)]
    return Parts(types=np.array(types), people=np.array(people))


class Climb:
    """Prices, and the weeks with which everybody answered last.

    Parameters
    ----------
    crowd
        The problem by types.
    wanted
        Number of parts, roughly; a type has one at least.
    seed
        Of the order in which parts answer.

    Attributes
    ----------
    choice, taken
        ``[part, d]`` and ``[part, d, i]`` latest weeks, as in the week programme.
    """

    def __init__(self, crowd: Crowd, wanted: int, seed: int = 1) -> None:
        self.crowd, self.relaxation = crowd, Relaxation(crowd.compiled)
        self.number = crowd.number
        self.parts = parts_of(self.number, wanted)
        self.prices = self.relaxation.clamp(typical_prices(crowd))
        self._rng = np.random.default_rng(seed)
        num_p, num_t = len(self.parts.types), crowd.compiled.costs.paid.shape[1]
        days = int(np.diff(crowd.compiled.weeks.agents[:, FIRST_DAY]).max(initial=1))
        self.choice = np.full((num_p, days), -1, dtype=np.int64)
        breaks = self.relaxation.taken.shape[1]
        self.taken = np.full((num_p, days, breaks), -1, dtype=np.int64)
        self._work = np.zeros((num_p, num_t), dtype=np.int8)
        self._groups = crowd.compiled.cover_need.group_of_agent
        self.supply = self.relaxation.fixed * self.relaxation.inside
        self._use, self._slack = self.relaxation.flow(self.prices)
        self._length = LENGTH * _mean_price(crowd) / max(1, int(self.number.sum()))
        self._sum = _nothing(self.prices)
        self._num_summed = 0

    def bound(self, prices: Prices) -> float:
        """Return the value of the relaxation, a lower bound of every legal roster."""
        prices = self.relaxation.clamp(prices)
        total = self.relaxation.value(prices).value
        for y in np.flatnonzero(self.number > 1).tolist():
            best = self.relaxation.respond(y, prices) or 0.0
            total -= float(self.number[y] - 1) * best
        return total

    def run_pass(self, over: float, stop: Callable[[], bool]) -> None:
        """Let every part answer once; *over* is the part of the run that is over."""
        order = self._rng.permutation(len(self.parts.types))
        batches = np.array_split(order, max(1, len(order) // AT_ONCE))
        length = self._length * LENGTH_RATIO ** min(1.0, over) / len(batches)
        for batch in batches:
            if stop():
                return
            for part in batch.tolist():
                self._answer(part)
            self._adjust(length)

    def _answer(self, part: int) -> None:
        relaxation, y = self.relaxation, int(self.parts.types[part])
        if relaxation.respond(y, self.prices) is None:
            return
        work = relaxation.work_of(y)
        change = self.parts.people[part] * HEAD * (work - self._work[part])
        self.supply[self._groups[y]] += change
        self._work[part] = work
        days = relaxation.days(y)
        number = days.stop - days.start
        self.choice[part, :number] = relaxation.choice[days]
        self.taken[part, :number] = relaxation.taken[days]

    def _adjust(self, length: float) -> None:
        use, slack = self.relaxation.flow(self.prices)
        self._use += MEMORY * (use - self._use)
        self._slack += MEMORY * (slack - self._slack)
        self.prices = self.relaxation.clamp(
            Prices(
                heads=self.prices.heads + length * (self._use - self.supply),
                floors=self.prices.floors + length * self._slack,
            )
        )
        self._sum.heads[:] += self.prices.heads
        self._sum.floors[:] += self.prices.floors
        self._num_summed += 1

    def mean_prices(self) -> Prices:
        """Return the mean of the prices since the last call."""
        count = max(1, self._num_summed)
        mean = Prices(heads=self._sum.heads / count, floors=self._sum.floors / count)
        self._sum, self._num_summed = _nothing(self.prices), 0
        return self.relaxation.clamp(mean)


def _nothing(prices: Prices) -> Prices:
    return Prices(
        heads=np.zeros_like(prices.heads), floors=np.zeros_like(prices.floors)
    )


def _mean_price(crowd: Crowd) -> float:
    """Return a typical price of a unit: of paid time, else of missing need."""
    paid = crowd.compiled.costs.paid
    if paid.any():
        return float(paid[paid > 0].mean()) / HEAD
    return max(1.0, float(crowd.compiled.need.piece_prices[0]))


def typical_prices(crowd: Crowd) -> Prices:
    """Return the typical price for every head: where to start from nothing."""
    num_t, num_g = crowd.compiled.cover_need.fixed_heads.shape
    return Prices(
        heads=np.full((num_g, num_t), _mean_price(crowd)),
        floors=np.zeros(crowd.compiled.backlog.floor.shape),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbJob:
    """What to bound in the second process, by passes if given, else by seconds."""

    crowd: Crowd
    parts: int
    passes: int | None
    seconds: float | None


def run(job: ClimbJob, emit: Emit) -> None:
    """Raise the bound, sending every better one."""
    climb, clock = Climb(job.crowd, job.parts), Clock(job.seconds, job.passes)
    best = climb.bound(climb.prices)
    emit(BoundFound(bound=proven(best)))
    due = FIRST_EVALUATION
    while clock.share() < 1.0:
        climb.run_pass(clock.share(), lambda: clock.share() >= 1.0)
        clock.rounds_done += 1
        if clock.rounds_done >= due or clock.share() >= 1.0:
            due = int(clock.rounds_done * NEXT_EVALUATION) + 1
            best = max(best, climb.bound(climb.mean_prices()))
            emit(BoundFound(bound=proven(best)))
