r"""The relaxation with whole heads, and its prices by incremental ascent.

Heads at work are whole, so each step of a component of queues is a small integer
programme (:mod:`solver.core.whole_step`). With prices :math:`\pi_{gt}` of heads and
:math:`\mu_{bt}` of deferred work the problem still falls apart,

.. math:: L(\pi, \mu) = \sum_a \min_{\text{weeks}} (cost_a - \pi \cdot work_a)
    - \pi \cdot fixed + \sum_t \min_{n \in \mathbb{Z}, r}
    (F_t(n, r) + \pi_t \cdot n - \mu_t \cdot r)
    + \sum_{buckets} u \min(p_{due}, \min_t \mu_t),

and any prices give a lower bound, at least as high as that of the plain relaxation at
its best. Steps answer prices as people do: some at a time, the others' latest answers
count. A good answer will do for that; only a value is proven
(:mod:`solver.core.whole_proof`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.core.ascent import AT_ONCE, MEMORY, Ascent, mean_price
from solver.core.relaxation import Prices, Relaxation, place_buckets
from solver.core.slots import HEAD
from solver.core.tables import BACKLOG_CLASS
from solver.core.whole_proof import ATTEMPTS, bound_steps, new_proof
from solver.core.whole_step import answer_prices
from solver.core.whole_tables import new_board, new_steps
from wfm.domain.arrays import FloatArray

START_LENGTH, LENGTH_RATIO = 1e-5, 0.1
"""As of the plain ascent, from whose prices this one goes on."""
WORK_PART = 0.3
"""Length of a pass for the prices of work, as part of that for heads."""
STEPS_AT_ONCE = 32
"""Steps that are proven together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePrices:
    """Prices of a unit: ``heads[g, t]``, and of deferred work ``work[b, t]``."""

    heads: FloatArray
    work: FloatArray


class WholeSteps:
    """The parts of the relaxation that queues and deferred work make up."""

    def __init__(self, relaxation: Relaxation) -> None:
        self.relaxation = relaxation
        self.steps = new_steps(relaxation)
        self.board = new_board(self.steps)
        self.proof = new_proof(self.board)
        self.heads = np.zeros_like(relaxation.fixed)
        self.work = np.zeros_like(self.steps.most)
        self._at = np.zeros(len(relaxation.compiled.backlog.work), dtype=np.int64)
        start, end = relaxation.compiled.cover_need.window
        firsts = range(start, max(end, start + 1), STEPS_AT_ONCE)
        self.spans = [(first, min(end, first + STEPS_AT_ONCE)) for first in firsts]
        self.proven = np.full(len(self.spans), -np.inf)

    def start(self, prices: Prices) -> WholePrices:
        """Return the prices that mean the same here."""
        relaxation, rows = self.relaxation, self.steps.rows
        cost = [relaxation.cheapest(prices.heads, c)[0] for c in rows[:, BACKLOG_CLASS]]
        work = np.array(cost).reshape(self.work.shape) - prices.floors
        return self.clamp(WholePrices(heads=prices.heads, work=work))

    def clamp(self, prices: WholePrices) -> WholePrices:
        """Return the nearest prices for which the relaxation is bounded."""
        relaxation = self.relaxation
        heads = np.maximum(prices.heads, relaxation.lowest()) * relaxation.inside
        due = float(relaxation.compiled.need.due_price)
        return WholePrices(heads=heads, work=np.clip(prices.work, 0.0, due))

    def answer(self, prices: WholePrices, first: int, last: int) -> float:
        """Let steps answer; return what they cost (not a bound)."""
        return float(
            answer_prices(
                self.steps,
                self.board,
                prices.heads,
                prices.work,
                first,
                last,
                self.heads,
                self.work,
            )
        )

    def bound(
        self, prices: WholePrices, first: int, last: int, effort: float = 1.0
    ) -> float:
        """Return a lower bound of what steps cost, given good answers.

        *effort* multiplies the nodes that a proof may take.
        """
        return float(
            bound_steps(
                self.steps,
                self.board,
                self.proof,
                ATTEMPTS * (1.0, 1.0, effort),
                prices.heads,
                prices.work,
                first,
                last,
                self.heads,
                self.work,
            )
        )

    def place(self, prices: WholePrices, b: int, done: FloatArray) -> float:
        """Put the work of backlog *b* where it costs least; note it in ``done[b]``."""
        backlog = self.relaxation.compiled.backlog
        due = float(self.relaxation.compiled.need.due_price)
        total = place_buckets(backlog, b, prices.work[b], due, self._at)
        own = slice(*backlog.bucket_of_backlog[b : b + 2])
        at, work = self._at[own], backlog.work[own]
        done[b] = 0.0
        np.add.at(done[b], at[at >= 0], work[at >= 0])
        return float(total)

    def value(
        self,
        prices: WholePrices,
        stop: Callable[[], bool] | None = None,
        effort: float = 1.0,
    ) -> float:
        """Return a lower bound of the relaxation at clamped *prices*.

        -inf if it was told to *stop* before the end.
        """
        kept = self.heads.copy(), self.work.copy()
        total = self._apart(prices)
        for n, (first, last) in enumerate(self.spans):
            if stop is not None and stop():
                total = -np.inf
                break
            self.answer(prices, first, last)
            self.proven[n] = self.bound(prices, first, last, effort)
            total += self.proven[n]
        self.heads[:], self.work[:] = kept
        return float(total)

    def estimate(self, prices: WholePrices) -> float:
        """Return about the value at *prices*, a little more than could be proven."""
        kept = self.heads.copy(), self.work.copy()
        span = self.spans[0][0], self.spans[-1][1]
        total = self._apart(prices) + self.answer(prices, *span)
        self.heads[:], self.work[:] = kept
        return total

    def _apart(self, prices: WholePrices) -> float:
        """Return the value without the steps: deferred work, people, carry-over."""
        relaxation, done = self.relaxation, np.zeros_like(self.work)
        total = float(relaxation.compiled.constant)
        total -= float((prices.heads * relaxation.fixed * relaxation.inside).sum())
        total += sum(self.place(prices, b, done) for b in range(len(done)))
        plain = Prices(heads=prices.heads, floors=np.zeros_like(done))
        for a in range(len(relaxation.compiled.agent_ids)):
            total -= relaxation.respond(a, plain) or 0.0
        return total


class WholeAscent:
    """Prices with whole heads; goes on from where a plain ascent has come to."""

    def __init__(self, ascent: Ascent, prices: Prices, seed: int = 1) -> None:
        self.relaxation = ascent.relaxation
        self.whole = WholeSteps(self.relaxation)
        self.prices = self.whole.start(prices)
        self._people = ascent
        self._rng = np.random.default_rng(seed)
        self._length = START_LENGTH * mean_price(self.relaxation.compiled)
        self.whole.answer(self.prices, *self._window)
        self._use = HEAD * self.whole.heads
        self._work = self.whole.work.copy()
        self._placed, self._done = np.zeros_like(self._work), np.zeros_like(self._work)
        for b in range(len(self._done)):
            self.whole.place(self.prices, b, self._done)
        self._placed[:] = self._done
        self._sum = WholePrices(
            heads=np.zeros_like(self._use), work=np.zeros_like(self._work)
        )
        self._num_summed = self._turn = 0

    @property
    def _window(self) -> tuple[int, int]:
        start, end = self.relaxation.compiled.cover_need.window
        return int(start), int(end)

    def run_pass(self, over: float) -> None:
        """Let everybody and every step answer once; *over*: part of the run so far."""
        order = self._rng.permutation(len(self.relaxation.compiled.agent_ids))
        batches = np.array_split(order, max(1, len(order) // AT_ONCE))
        cuts = np.linspace(*self._window, len(batches) + 1).astype(int).tolist()
        length = self._length * LENGTH_RATIO ** min(1.0, over) / len(batches)
        for n, batch in enumerate(batches):
            plain = Prices(heads=self.prices.heads, floors=self.prices.work)
            for a in batch.tolist():
                self._people.answer(a, plain)
            self.whole.answer(self.prices, cuts[n], cuts[n + 1])
            if len(self._done):
                self._turn = (self._turn + 1) % len(self._done)
                self.whole.place(self.prices, self._turn, self._done)
            self._adjust(length)

    def _adjust(self, length: float) -> None:
        self._use += MEMORY * (HEAD * self.whole.heads - self._use)
        self._work += MEMORY * (self.whole.work - self._work)
        self._placed += MEMORY * (self._done - self._placed)
        self.prices = self.whole.clamp(
            WholePrices(
                heads=self.prices.heads + length * (self._use - self._people.supply),
                work=self.prices.work
                + WORK_PART * length * (self._placed - self._work),
            )
        )
        self._sum.heads[:] += self.prices.heads
        self._sum.work[:] += self.prices.work
        self._num_summed += 1

    def mean_prices(self) -> WholePrices:
        """Return the mean of the prices since the last call."""
        count = max(1, self._num_summed)
        mean = WholePrices(heads=self._sum.heads / count, work=self._sum.work / count)
        self._sum.heads[:], self._sum.work[:] = 0.0, 0.0
        self._num_summed = 0
        return self.whole.clamp(mean)
