"""What a step costs with whole heads, proven by HiGHS where the quick proof is loose.

The compiled proof (:mod:`solver.core.whole_proof`) closes most steps in microseconds
and stays below the best answer at others. Those few are small integer programmes, which
a general solver closes in milliseconds each: heads by kind, what is served of each
piece, and one row for each Hall subset.
"""

from collections.abc import Callable
from math import ceil

import numpy as np

from solver.core.jit import kernel
from solver.core.slots import HEAD
from solver.core.tables import FIRST_SUBSET
from solver.core.whole_ascent import WholePrices, WholeSteps
from solver.core.whole_proof import ATTEMPTS, bound_step
from solver.core.whole_step import answer_step, fill_kinds, fill_pieces
from solver.core.whole_tables import KINDS, PIECES, Board, Steps
from wfm.domain.arrays import FloatArray

TOLERANCE = 1e-6
"""By how much HiGHS may be off: in heads, and as a part of the cost."""
NODES = 2000
"""Most nodes for one step; its bound is valid whenever it ends."""
QUICK = 0.05
"""Effort of the compiled proof before."""
CLOSE = 1e-4
"""Part of a head's price that is not worth a call of HiGHS."""


@kernel
def list_step(
    steps: Steps,
    board: Board,
    prices: FloatArray,
    work_price: FloatArray,
    k: int,
    t: int,
    heads: FloatArray,
) -> float:
    """List kinds and pieces of component *k* at *t*; return the cost of none."""
    nothing = fill_pieces(steps, board, work_price, k, t)
    fill_kinds(steps, board, prices, heads, k, t, 0.0)
    return nothing


@kernel
def quick_step(
    steps: Steps,
    board: Board,
    prices: FloatArray,
    work_price: FloatArray,
    k: int,
    t: int,
    heads: FloatArray,
    work: FloatArray,
) -> float:
    """Return what a good answer of component *k* at *t* costs."""
    return answer_step(steps, board, prices, work_price, k, t, heads, work)


def exact_step(whole: WholeSteps, prices: WholePrices, k: int, t: int) -> float:
    """Return a lower bound of what component *k* costs at *t*, nearly always exact."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    steps, board = whole.steps, whole.board
    nothing = list_step(steps, board, prices.heads, prices.work, k, t, whole.heads)
    kinds, pieces = int(board.count[KINDS]), int(board.count[PIECES])
    if kinds == 0:
        return nothing
    width, price = board.width[:pieces] / HEAD, board.price[:kinds]
    scale = max(1.0, float(price.max(initial=0.0)))
    found = milp(
        np.concatenate([price, -HEAD * board.value[:pieces]]) / scale,
        constraints=LinearConstraint(_rows(whole, k, kinds, pieces), -np.inf, 0.0),
        bounds=Bounds(0.0, np.concatenate([np.full(kinds, ceil(width.sum())), width])),
        integrality=(np.arange(kinds + pieces) < kinds).astype(np.int64),
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )
    if found.mip_dual_bound is None or not np.isfinite(found.mip_dual_bound):
        return -np.inf
    least = nothing + scale * float(found.mip_dual_bound)
    dearest = HEAD * float(board.value[:pieces].max(initial=0.0))
    return least - TOLERANCE * (scale + dearest + abs(least))


def _rows(whole: WholeSteps, k: int, kinds: int, pieces: int) -> FloatArray:
    """Return a row for each subset: what is served less the heads that can do it."""
    cover, board = whole.steps.cover, whole.board
    first, last = cover.components[k : k + 2, FIRST_SUBSET].tolist()
    rows = np.zeros((last - first, kinds + pieces))
    rows[:, :kinds] = -board.counts[:kinds, first:last].T
    for i, c in enumerate(board.class_of[:pieces].tolist()):
        of_class = cover.class_subset[slice(*cover.subset_of_class[c : c + 2])]
        rows[of_class - first, kinds + i] = 1.0
    return rows


def best_bound(whole: WholeSteps, prices: WholePrices, k: int, t: int) -> float:
    """Return a step's bound: the compiled proof's, or HiGHS's where that is loose."""
    steps, board, heads, work = whole.steps, whole.board, whole.heads, whole.work
    answer = quick_step(steps, board, prices.heads, prices.work, k, t, heads, work)
    found = bound_step(
        steps,
        board,
        whole.proof,
        ATTEMPTS * (1.0, 1.0, QUICK),
        prices.heads,
        prices.work,
        k,
        t,
        heads,
        work,
    )
    if not whole.steps.is_whole[k]:
        return float(found)
    head = float(whole.board.price[: whole.board.count[KINDS]].max(initial=0.0))
    if answer - found > CLOSE * max(head, 1.0):
        found = max(found, exact_step(whole, prices, k, t))
    return float(found)


def settle_steps(
    whole: WholeSteps, prices: WholePrices, stop: Callable[[], bool]
) -> float:
    """Return what exact proofs add to the value at *prices* until told to stop.

    They go on from the last call of ``whole.value``, which was at these prices.
    """
    before, kept = float(whole.proven.sum()), (whole.heads.copy(), whole.work.copy())
    for n, (first, last) in enumerate(whole.spans):
        if stop():
            break
        found = sum(
            best_bound(whole, prices, k, t)
            for k in range(len(whole.steps.is_whole))
            for t in range(first, last)
        )
        whole.proven[n] = max(whole.proven[n], found)
    whole.heads[:], whole.work[:] = kept
    return float(whole.proven.sum()) - before
