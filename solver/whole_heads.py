r"""The bound with whole heads: what fractions of people can't do at single steps.

The relaxation (:mod:`solver.core.relaxation`) lets queues buy heads by the unit. Heads
at work are whole, so at the same prices each step of a component of queues is solved
once more as a small integer programme: whole heads of each group, shared over queues,

.. math:: \min_{n \in \mathbb{Z}} F_t(n) + \pi_t \cdot n - \mu_t \cdot done,

with :math:`F_t` the cost of need left open and of idle heads, guarantees held by
heads. Work of a bucket is worth :math:`\lambda`, the price at which the relaxation does
it, and :math:`\mu_{bt}` is the highest :math:`\lambda` of those that may be done at t.
Any :math:`\lambda` between 0 and the price of undone work gives a valid bound, and
every step that has not been solved counts as in the relaxation, so the sum is a bound
at any time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from solver.core.bound import proven
from solver.core.compile import Compiled
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from solver.core.tables import (
    ARRIVAL,
    BACKLOG_CLASS,
    BACKLOG_COMPONENT,
    DUE,
    FIRST_PIECE,
    PIECE_CLASS,
    PIECE_HARD,
    PIECE_PRICE,
)
from wfm.domain.arrays import FloatArray, IntArray

TOLERANCE = 1e-6
"""Part of a programme's value by which its bound is lowered."""
LONGEST_S = 0.5
"""Of one step; its bound then counts as far as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Groups, classes, live pieces and backlogs of one component of queues."""

    groups: IntArray
    classes: IntArray
    pieces: IntArray
    backlogs: IntArray


class WholeHeads:
    """A bound at given prices, raised step by step.

    Parameters
    ----------
    relaxation, prices
        The relaxation and where it is evaluated; *prices* must be clamped.
    """

    def __init__(self, relaxation: Relaxation, prices: Prices) -> None:
        self.relaxation, self.prices = relaxation, prices
        compiled: Compiled = relaxation.compiled
        self.compiled = compiled
        self.cover, self.need = compiled.cover, compiled.cover_need
        self.idle = float(self.need.idle_price)
        num_c = len(relaxation.serves)
        self.cheapest = np.array(
            [relaxation.cheapest(prices.heads, c)[0] for c in range(num_c)]
        ).reshape(num_c, prices.heads.shape[1])
        self.worth, worth_of_work = self._worth_of_work()
        self.parts = list(self._parts())
        flow = relaxation.cost_of_need(prices)
        base = relaxation.value(prices).value - flow
        self.value = base + worth_of_work + sum(map(self._as_relaxed, self._steps()))

    def _worth_of_work(self) -> tuple[FloatArray, float]:
        """Return ``[b, t]`` what a unit of deferred work is worth, and what all is.

        Below 0 where none of it can be done.
        """
        backlog, due = self.compiled.backlog, float(self.compiled.need.due_price)
        worth, total = np.full(backlog.floor.shape, -1.0), 0.0
        for b in range(len(worth)):
            cost = self.cheapest[backlog.rows[b, BACKLOG_CLASS]]
            cost = np.maximum(0.0, cost - self.prices.floors[b])
            for n in range(*backlog.bucket_of_backlog[b : b + 2]):
                span = slice(backlog.buckets[n, ARRIVAL], backlog.buckets[n, DUE])
                is_open = backlog.open_steps[b, span]
                price = min(due, float(cost[span][is_open].min(initial=due)))
                own = worth[b, span]
                own[is_open] = np.maximum(own[is_open], price)
                total += price * float(backlog.work[n])
        return worth, total

    def _parts(self) -> Iterator[_Part]:
        rows, live = self.compiled.backlog.rows, self.relaxation.live
        first = self.cover.components[:, FIRST_PIECE]
        for k in range(len(first) - 1):
            pieces = live[(live >= first[k]) & (live < first[k + 1])]
            backlogs = np.flatnonzero(rows[:, BACKLOG_COMPONENT] == k)
            classes = [*self.class_of(pieces), *rows[backlogs, BACKLOG_CLASS]]
            yield _Part(
                groups=np.flatnonzero(self.cover.component_of_group == k),
                classes=np.unique(np.array(classes, dtype=np.int64)),
                pieces=pieces,
                backlogs=backlogs,
            )

    def class_of(self, pieces: IntArray) -> IntArray:
        """Return the class of each of *pieces*."""
        classes: IntArray = self.cover.pieces[pieces, PIECE_CLASS].astype(np.int64)
        return classes

    def _steps(self) -> Iterator[tuple[_Part, int]]:
        for part in self.parts:
            for t in range(*self.need.window):
                yield part, t

    def _as_relaxed(self, where: tuple[_Part, int]) -> float:
        """Return the least cost of a step when heads are bought by the unit."""
        part, t = where
        dearest = self.cover.pieces[part.pieces, PIECE_PRICE]
        price = np.minimum(dearest, self.cheapest[self.class_of(part.pieces), t])
        total = float((price * self.need.width[t, part.pieces]).sum())
        own = self.cheapest[self.compiled.backlog.rows[part.backlogs, BACKLOG_CLASS], t]
        own = np.minimum(own, self.compiled.breach_price / HEAD)
        worth = self.worth[part.backlogs, t]
        worth = np.where(worth >= 0.0, worth, -self.idle)
        floor = self.compiled.backlog.floor[part.backlogs, t]
        return total + float(((own - worth) * floor).sum())

    def raise_bound(
        self, stop: Callable[[], bool], on_bound: Callable[[int], None]
    ) -> int:
        """Solve the steps one after the other until *stop*; return the bound."""
        for where in self._steps():
            if stop():
                break
            least = self._as_relaxed(where)
            gain = self._in_whole_heads(*where) - least
            if gain > 0.0:
                self.value += gain
                on_bound(proven(self.value))
        return proven(self.value)

    def _in_whole_heads(self, part: _Part, t: int) -> float:
        """Return a lower bound of the cost of a step when heads are whole."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        step = _Step(self, part, t)
        if not step.most.any():
            return -np.inf
        found = milp(
            step.cost,
            constraints=LinearConstraint(step.rows, step.low, np.inf),
            bounds=Bounds(step.least, step.most),
            integrality=step.is_whole,
            options={"time_limit": LONGEST_S, "mip_rel_gap": TOLERANCE},
        )
        bound = getattr(found, "mip_dual_bound", None)
        if found.status == 2 or bound is None:
            return -np.inf
        value = float(bound) * HEAD + step.constant
        return value - TOLERANCE * (abs(value) + step.constant)


class _Step:
    """The programme of one step: variables in heads, costs of a head.

    Variables are heads by group, their shares by group and class, served need by
    piece, and by backlog what waits for its guarantee, and its work. Rows: heads of a
    group are shared over classes; a class serves what its shares allow; guarantees are
    held by waiting or work.
    """

    def __init__(self, of: WholeHeads, part: _Part, t: int) -> None:
        serves = of.relaxation.serves
        self.part, self.groups = part, part.groups.tolist()
        self.classes = part.classes.tolist()
        self.arcs = [(g, c) for g in self.groups for c in self.classes if serves[c, g]]
        fields = (self.groups, self.arcs, part.pieces, part.backlogs, part.backlogs)
        sizes = [len(field) for field in fields]
        self.num = sum(sizes)
        self.places = [
            slice(end - size, end)
            for size, end in zip(sizes, np.cumsum(sizes).tolist(), strict=True)
        ]
        self.cost, self.least = np.zeros(self.num), np.zeros(self.num)
        self.most = np.full(self.num, np.inf)
        self.is_whole = np.zeros(self.num, dtype=np.int64)
        self._price(of, t)
        floor = of.compiled.backlog.floor[part.backlogs, t] / HEAD
        self.rows = np.vstack([self._balance(of), self._held()])
        self.low = np.concatenate([np.zeros(len(self.rows) - len(floor)), floor])

    def _price(self, of: WholeHeads, t: int) -> None:
        """Set limits and costs."""
        part, prices = self.part, of.prices
        heads, _, served, waits, works = self.places
        people = np.bincount(of.need.group_of_agent, minlength=len(prices.heads))
        self.is_whole[heads] = 1
        self.most[heads] = (people + of.relaxation.fixed[:, t] / HEAD)[part.groups]
        self.cost[heads] = prices.heads[part.groups, t] + of.idle
        width = of.need.width[t, part.pieces] / HEAD
        hard = of.cover.pieces[part.pieces, PIECE_HARD]
        dearest = of.cover.pieces[part.pieces, PIECE_PRICE] - hard
        self.most[served], self.cost[served] = width, -dearest - of.idle
        self.least[served] = np.where(hard > 0.0, width, 0.0)
        self.constant = HEAD * float((width * dearest).sum())
        self.most[waits] = of.compiled.backlog.floor[part.backlogs, t] / HEAD
        worth = of.worth[part.backlogs, t]
        self.most[works] = np.where(worth >= 0.0, np.inf, 0.0)
        self.cost[works] = -worth - of.idle

    def _balance(self, of: WholeHeads) -> FloatArray:
        """Return the rows of groups and classes."""
        part, num_g = self.part, len(self.groups)
        rows = np.zeros((num_g + len(self.classes), self.num))
        heads, shares, served, waits, works = (place.start for place in self.places)
        for n in range(num_g):
            rows[n, heads + n] = 1.0
        for n, (g, c) in enumerate(self.arcs):
            rows[self.groups.index(g), shares + n] = -1.0
            rows[num_g + self.classes.index(c), shares + n] = 1.0
        for n, c in enumerate(of.class_of(part.pieces).tolist()):
            rows[num_g + self.classes.index(c), served + n] = -1.0
        own = of.compiled.backlog.rows[part.backlogs, BACKLOG_CLASS]
        for n, c in enumerate(own.tolist()):
            rows[num_g + self.classes.index(c), [waits + n, works + n]] = -1.0
        return rows

    def _held(self) -> FloatArray:
        """Return the rows of guarantees."""
        num = len(self.part.backlogs)
        rows = np.zeros((num, self.num))
        for n in range(num):
            rows[n, [self.places[3].start + n, self.places[4].start + n]] = 1.0
        return rows
