r"""The Lagrangian relaxation of the roster problem, for any prices of heads.

Heads of group g at step t are supplied by agents and carry-over and used by queues or
left idle. With a price :math:`\pi_{gt}` on that balance the problem falls apart:

.. math:: L(\pi, \nu) = \sum_a \min_{\text{weeks}} (cost_a - \pi \cdot work_a)
    - \pi \cdot fixed + \sum_{pieces} w \min(p, \pi^*) +
    \sum_{buckets} u \min(p_{due}, \min_t (\pi^*_t - \nu_t)) + \nu \cdot floor,

with :math:`\pi^*` the cheapest price of a group that can serve the class. A guarantee
of deferred queue b has a price :math:`\nu_{bt}` of its own, for it may be filled by
work or by waiting. Idle heads cost nothing as long as :math:`\pi` is at least minus
the idle price. Seats, rows on heads and hand-overs are dropped. Every term is a
minimum over a superset of what is legal, so :math:`L` is a lower bound for *any*
prices; guarantees enter at a finite price, which only lowers it.
"""

from dataclasses import dataclass

import numpy as np

from solver.core.choices import most_breaks
from solver.core.compile import Compiled
from solver.core.jit import kernel
from solver.core.plan_back import best_week
from solver.core.presence import find_spans, take_breaks
from solver.core.pricing import new_worth, price_options
from solver.core.slots import HEAD
from solver.core.tables import (
    ARRIVAL,
    BACKLOG_CLASS,
    DUE,
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
    OPTION_END,
    OPTION_START,
    PIECE_CLASS,
    PIECE_PRICE,
    RESERVED,
    WORK_BEYOND,
    WORK_INSIDE,
    BacklogTables,
)
from solver.core.week import NEVER, memories
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

REQUIRED, BARRED = 1e12, -1e15
"""Added to what shifts are worth to people whose days are held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of a unit: ``heads[g, t]``, and of guarantees ``floors[b, t]``."""

    heads: FloatArray
    floors: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """Value of the relaxation at some prices, and a subgradient there."""

    value: float
    heads: FloatArray
    floors: FloatArray


@kernel
def place_buckets(
    backlog: BacklogTables, b: int, cost: FloatArray, due_price: float, at: IntArray
) -> float:
    """Put each bucket of backlog *b* where a unit costs least; -1: it is not done."""
    total = 0.0
    for n in range(backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]):
        least = due_price
        at[n] = -1
        for t in range(backlog.buckets[n, ARRIVAL], backlog.buckets[n, DUE]):
            if backlog.open_steps[b, t] and cost[t] < least:
                least = cost[t]
                at[n] = t
        total += least * backlog.work[n]
    return total


@kernel
def find_cheapest(
    heads: FloatArray, serves: BoolArray, price: FloatArray, which: IntArray
) -> None:
    """Write the least price ``[c, t]`` of a group serving class c, and which it is.

    Of groups of one price the first is taken; without any the price is infinite.
    """
    price[:] = np.inf
    which[:] = 0
    for c in range(serves.shape[0]):
        for g in range(serves.shape[1]):
            if serves[c, g]:
                for t in range(heads.shape[1]):
                    if heads[g, t] < price[c, t]:
                        price[c, t] = heads[g, t]
                        which[c, t] = g


@kernel
def serve_pieces(
    pieces: FloatArray,
    live: IntArray,
    width: FloatArray,
    price: FloatArray,
    which: IntArray,
    use: FloatArray,
) -> float:
    """Serve live need ``width[n, t]`` of pieces ``live[n]`` where that is cheaper.

    Returns the least cost; the heads used are added to *use*.
    """
    total = 0.0
    for n in range(live.shape[0]):
        c, missing = int(pieces[live[n], PIECE_CLASS]), pieces[live[n], PIECE_PRICE]
        cost = 0.0
        for t in range(width.shape[1]):
            if price[c, t] < missing:
                cost += price[c, t] * width[n, t]
                use[which[c, t], t] += width[n, t]
            else:
                cost += missing * width[n, t]
        total += cost
    return total


@kernel
def note_work(
    backlog: BacklogTables,
    b: int,
    at: IntArray,
    which: IntArray,
    use: FloatArray,
    slack: FloatArray,
) -> None:
    """Add the heads that do the placed work of backlog *b* to *use*; lessen *slack*."""
    for n in range(backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]):
        if at[n] >= 0:
            use[which[at[n]], at[n]] += backlog.work[n]
            slack[at[n]] -= backlog.work[n]


@kernel
def add_spans(count: FloatArray, spans: IntArray) -> None:
    """Add one to ``count[t]`` for every step in *spans*."""
    for n in range(spans.shape[0]):
        for t in range(spans[n, 0], spans[n, 1]):
            count[t] += 1.0


class Relaxation:
    """Evaluates the relaxation; holds the scratch for it."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        cover, need = compiled.cover, compiled.cover_need
        num_t, num_g = need.fixed_heads.shape
        self.inside = np.zeros(num_t)
        self.inside[slice(*need.window)] = 1.0
        self.fixed = np.ascontiguousarray(need.fixed_heads.T) * HEAD
        num_c = len(cover.subset_of_class) - 1
        self.serves = np.zeros((num_c, num_g), dtype=bool)
        for c in range(num_c):
            own = cover.class_subset[slice(*cover.subset_of_class[c : c + 2])]
            # A group serves a class if it counts in every subset that holds the class.
            self.serves[c] = cover.counts[:, own].all(axis=1) if len(own) else False
        moving = compiled.backlog.rows[:, [WORK_INSIDE, RESERVED, WORK_BEYOND]]
        self.live = np.setdiff1d(np.arange(len(cover.pieces)), moving.ravel())
        self._width = np.ascontiguousarray(need.width[:, self.live].T)
        self._price = np.zeros((num_c, num_t))
        self._which = np.zeros((num_c, num_t), dtype=np.int64)
        self.bonus = np.zeros(len(compiled.weeks.options))
        self.owed = np.zeros(len(compiled.agent_ids))
        self._memories = memories(compiled.weeks)
        self._worth = new_worth(compiled.weeks, num_t)
        num_d = len(compiled.days)
        breaks = most_breaks(compiled)
        self.choice = np.full(num_d, -1, dtype=np.int64)
        self.taken = np.full((num_d, breaks), -1, dtype=np.int64)
        most = int(np.diff(compiled.weeks.agents[:, FIRST_DAY]).max(initial=1))
        self._shifts = np.zeros((most, 2), dtype=np.int64)
        self._works = np.zeros((most * (breaks + 1), 2), dtype=np.int64)
        self._at = np.zeros(len(compiled.backlog.work), dtype=np.int64)

    def lowest(self) -> float:
        """Return the least price at which idle heads cost nothing."""
        return -self.compiled.cover_need.idle_price

    def clamp(self, prices: Prices) -> Prices:
        """Return the nearest prices for which the relaxation is bounded."""
        heads = np.maximum(prices.heads, self.lowest()) * self.inside
        rows = self.compiled.backlog.rows
        least = self._cheapest(heads)[0][rows[:, BACKLOG_CLASS]] - self.lowest()
        hard = self.compiled.breach_price / HEAD
        floors = np.clip(prices.floors, 0.0, np.minimum(least, hard))
        return Prices(heads=heads, floors=floors * self.inside)

    def cheapest(self, heads: FloatArray, c: int) -> tuple[FloatArray, IntArray]:
        """Return the least price ``[t]`` of a group serving class *c*, and which."""
        price, which = self._cheapest(heads)
        return price[c].copy(), which[c].copy()

    def _cheapest(self, heads: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return the same for all classes ``[c, t]``, until the next call."""
        find_cheapest(heads, self.serves, self._price, self._which)
        return self._price, self._which

    def value(self, prices: Prices) -> Relaxed:
        """Evaluate the relaxation at *prices*, which must be clamped."""
        total, use, slack = self._flow(prices)
        floors = self.compiled.backlog.floor * self.inside
        total += float((prices.floors * floors).sum()) + float(self.compiled.constant)
        supply = self.fixed * self.inside
        total -= float((prices.heads * supply).sum())
        for a, g in enumerate(self.compiled.cover_need.group_of_agent.tolist()):
            best = self.respond(a, prices)
            if best is not None:
                total -= best
                supply[g] += self.work_of(a) * HEAD
        return Relaxed(value=total, heads=use - supply, floors=slack)

    def flow(self, prices: Prices) -> tuple[FloatArray, FloatArray]:
        """Return the use of heads ``[g, t]`` and what guarantees miss ``[b, t]``."""
        _, use, slack = self._flow(prices)
        return use, slack

    def cost_of_need(self, prices: Prices) -> float:
        """Return the part of the value that queues pay: the rest is agents' own."""
        total, _, _ = self._flow(prices)
        return total + float((prices.floors * self.compiled.backlog.floor).sum())

    def _flow(self, prices: Prices) -> tuple[float, FloatArray, FloatArray]:
        use, backlog = np.zeros_like(prices.heads), self.compiled.backlog
        price, which = self._cheapest(prices.heads)
        pieces = self.compiled.cover.pieces
        total = serve_pieces(pieces, self.live, self._width, price, which, use)
        slack = backlog.floor * self.inside
        due_price = float(self.compiled.need.due_price)
        for b, c in enumerate(backlog.rows[:, BACKLOG_CLASS].tolist()):
            cost = price[c] - prices.floors[b]
            total += place_buckets(backlog, b, cost, due_price, self._at)
            note_work(backlog, b, self._at, which[c], use, slack[b])
        return total, use, slack

    def respond(self, a: int, prices: Prices) -> float | None:
        """Find agent *a*'s best week at *prices*; return its value, None if none is."""
        compiled, weeks, worth = self.compiled, self.compiled.weeks, self._worth
        g = compiled.cover_need.group_of_agent[a]
        np.multiply(prices.heads[g], HEAD, out=worth.gain)
        price_options(weeks, compiled.costs, worth, a)
        own = self._options_of(a)
        worth.value[own] += self.bonus[own]
        best = best_week(weeks, self._memories[a], a, worth.value, self.choice)
        if best < 0.5 * NEVER:
            return None
        take_breaks(weeks, a, self.choice, worth.break_at, self.taken)
        return best - float(self.owed[a])

    def hold(self, a: int, lengths: IntArray) -> None:
        """Let agent *a* only have weeks whose shifts ``[day]`` have these lengths.

        -1 is for a day off. The values found then are no bounds any more.
        """
        weeks = self.compiled.weeks
        self.owed[a] = 0.0
        for day, length in enumerate(lengths.tolist(), weeks.agents[a, FIRST_DAY]):
            firsts = weeks.days[[day, day + 1], FIRST_START]
            own = slice(*weeks.starts[firsts, FIRST_OPTION].tolist())
            options = weeks.options[own]
            is_held = options[:, OPTION_END] - options[:, OPTION_START] == length
            self.bonus[own] = np.where(is_held, REQUIRED, BARRED)
            self.owed[a] += REQUIRED * bool(is_held.any())

    def let_go(self) -> None:
        """Let everybody have all weeks again."""
        self.bonus[:], self.owed[:] = 0.0, 0.0

    def _options_of(self, a: int) -> slice:
        """Return the rows of agent *a*'s options."""
        weeks = self.compiled.weeks
        firsts = weeks.days[weeks.agents[[a, a + 1], FIRST_DAY], FIRST_START]
        return slice(*weeks.starts[firsts, FIRST_OPTION].tolist())

    def work_of(self, a: int) -> FloatArray:
        """Return 1 for each step ``[t]`` in which the week just found is at work."""
        found = find_spans(
            self.compiled.weeks, a, self.choice, self.taken, self._shifts, self._works
        )
        work = np.zeros(len(self.inside))
        add_spans(work, self._works[: found[1]])
        return work * self.inside

    def days(self, a: int) -> slice:
        """Return the rows of agent *a*'s days."""
        first, last = self.compiled.weeks.agents[a : a + 2, FIRST_DAY].tolist()
        return slice(first, last)
