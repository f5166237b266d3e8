r"""A lower bound of what a step costs when heads at work are whole.

Kinds of heads are fixed one after the other, cheapest first; those not yet fixed count
by the unit. Then a unit of class c can be bought at the least price :math:`p_c` of
these kinds, so pieces worth more are cut off at :math:`p_c` and the greedy pass over
fixed heads is exact. The cost is convex in each kind's heads, so its values are tried
outwards from a good one until they cost too much. The total of the free heads is whole
as well: with a toll :math:`\theta` on each of them (any toll is valid), the cost for a
total of m is at least :math:`cost(\theta) - \theta m`, and the worst whole m counts.

Where that takes too long, groups of nearly equal price are taken for one
(:mod:`solver.core.whole_step`), or less is proven: that the cost is at least some part
of the way from the bound at the root to the best answer.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import inner_kernel, kernel
from solver.core.slots import HEAD
from solver.core.tables import FIRST_SUBSET
from solver.core.whole_step import (
    by_unit,
    descend,
    fill_kinds,
    fill_pieces,
    take,
)
from solver.core.whole_tables import KINDS, PIECES, Board, Steps
from wfm.domain.arrays import FloatArray, IntArray

TOLLS = 3
"""How many tolls below 0, and above, are looked at."""
MOST_TOTAL = 10_000
ATTEMPTS = np.array(
    [
        [0.0, 1.0, 300],
        [0.003, 1.0, 1000],
        [0.01, 1.0, 3000],
        [0.01, 0.8, 2000],
        [0.02, 0.8, 2000],
        [0.02, 0.5, 2000],
    ]
)
"""Margin of prices, part of the way that is to be proven, most nodes."""
ROUNDING = 1e-9
"""Part of the cost by which a bound is lowered."""

DOWN, UP = range(2)


class Proof(NamedTuple):
    """Scratch of the proof; rows of *depth* d have the first d kinds fixed.

    ``toll[d, j]`` are tolls (the first is 0, then ``tolls[d, DOWN]`` below it and
    ``tolls[d, UP]`` above); with each come pieces as they are worth to fixed heads
    (``pieces[d, j]`` in number) and the worth ``base`` of what is bought. ``free``,
    ``paid`` are units and price of fixed heads; ``at``, ``cost`` and ``is_open`` steer
    the trial values upwards and downwards; ``line`` is scratch.
    """

    cheapest: FloatArray
    tolls: IntArray
    toll: FloatArray
    pieces: IntArray
    base: FloatArray
    value: FloatArray
    width: FloatArray
    class_of: IntArray
    free: FloatArray
    room: FloatArray
    paid: FloatArray
    at: IntArray
    cost: FloatArray
    is_open: IntArray
    line: FloatArray
    nodes: IntArray


def new_proof(board: Board) -> Proof:
    """Return scratch for the kinds and pieces of *board*."""
    depths, num_s = len(board.price) + 1, len(board.free)
    num_c, num_j = board.serves.shape[1], 2 * TOLLS + 1
    most = len(board.value) + num_c
    return Proof(
        cheapest=np.zeros((depths, num_c)),
        tolls=np.zeros((depths, 2), dtype=np.int64),
        toll=np.zeros((depths, num_j)),
        pieces=np.zeros((depths, num_j), dtype=np.int64),
        base=np.zeros((depths, num_j)),
        value=np.zeros((depths, num_j, most)),
        width=np.zeros((depths, num_j, most)),
        class_of=np.zeros((depths, num_j, most), dtype=np.int64),
        free=np.zeros((depths, num_s)),
        room=np.zeros(num_s),
        paid=np.zeros(depths),
        at=np.zeros((depths, 2), dtype=np.int64),
        cost=np.zeros((depths, 2)),
        is_open=np.zeros((depths, 2), dtype=np.int64),
        line=np.zeros(num_j),
        nodes=np.zeros(1, dtype=np.int64),
    )


@inner_kernel
def price_classes(steps: Steps, board: Board, proof: Proof, k: int) -> None:
    """Set the price of a unit of each class from the kinds that are not fixed."""
    num = board.count[KINDS]
    for c in range(steps.first_class[k], steps.first_class[k + 1]):
        proof.cheapest[num, c] = np.inf
        for d in range(num - 1, -1, -1):
            price = board.price[d] / HEAD if board.serves[d, c] else np.inf
            proof.cheapest[d, c] = min(price, proof.cheapest[d + 1, c])


@inner_kernel
def add_entry(proof: Proof, d: int, j: int, value: float, width: float, c: int) -> None:
    """Add what fixed heads can save to the list, dearest first."""
    at = proof.pieces[d, j]
    proof.pieces[d, j] += 1
    while at > 0 and proof.value[d, j, at - 1] < value:
        proof.value[d, j, at] = proof.value[d, j, at - 1]
        proof.width[d, j, at] = proof.width[d, j, at - 1]
        proof.class_of[d, j, at] = proof.class_of[d, j, at - 1]
        at -= 1
    proof.value[d, j, at], proof.width[d, j, at] = value, width
    proof.class_of[d, j, at] = c


@inner_kernel
def fill_entries(
    steps: Steps, board: Board, proof: Proof, k: int, d: int, j: int
) -> None:
    """List the pieces cut off at the prices of free kinds under a toll."""
    proof.pieces[d, j], proof.base[d, j] = 0, 0.0
    for c in range(steps.first_class[k], steps.first_class[k + 1]):
        price, bought = proof.cheapest[d, c] + proof.toll[d, j], 0.0
        for i in range(board.count[PIECES]):
            if board.class_of[i] == c:
                if board.value[i] > price:
                    bought += board.width[i]
                    proof.base[d, j] += (board.value[i] - price) * board.width[i]
                else:
                    add_entry(proof, d, j, board.value[i], board.width[i], c)
        if bought > 0.0 and price > 0.0:
            add_entry(proof, d, j, price, bought, c)


@inner_kernel
def add_toll(proof: Proof, d: int, toll: float) -> None:
    """Keep a toll if it is among the nearest to 0 on its side."""
    side = UP if toll > 0.0 else DOWN
    first, num = 1 + side * TOLLS, proof.tolls[d, side]
    for j in range(first, first + num):
        if abs(proof.toll[d, j] - toll) < 1e-9:
            return
    if num < TOLLS:
        proof.tolls[d, side] += 1
    elif abs(proof.toll[d, first + num - 1]) <= abs(toll):
        return
    at = first + proof.tolls[d, side] - 1
    while at > first and abs(proof.toll[d, at - 1]) > abs(toll):
        proof.toll[d, at] = proof.toll[d, at - 1]
        at -= 1
    proof.toll[d, at] = toll


@inner_kernel
def fill_tolls(steps: Steps, board: Board, proof: Proof, k: int, d: int) -> None:
    """Choose tolls at which the free kinds buy more or less; list their pieces."""
    proof.toll[d, 0], proof.tolls[d, DOWN], proof.tolls[d, UP] = 0.0, 0, 0
    if d < board.count[KINDS]:
        lowest = -board.price[d] / HEAD
        add_toll(proof, d, lowest)
        for i in range(board.count[PIECES]):
            toll = board.value[i] - proof.cheapest[d, board.class_of[i]]
            if toll > lowest and abs(toll) > 1e-9:
                add_toll(proof, d, toll)
    for j in range(2 * TOLLS + 1):
        side = UP if j > TOLLS else DOWN
        if j == 0 or j - 1 - side * TOLLS < proof.tolls[d, side]:
            fill_entries(steps, board, proof, k, d, j)


@inner_kernel
def cost_at(steps: Steps, proof: Proof, k: int, d: int, j: int) -> float:
    """Return the cost with d kinds fixed under toll j on the others."""
    subsets = steps.cover.components
    for s in range(subsets[k, FIRST_SUBSET], subsets[k + 1, FIRST_SUBSET]):
        proof.room[s] = proof.free[d, s]
    total = proof.paid[d] - proof.base[d, j]
    for i in range(proof.pieces[d, j]):
        total -= proof.value[d, j, i] * take(
            steps, proof.room, proof.class_of[d, j, i], proof.width[d, j, i]
        )
    return float(total)


@inner_kernel
def with_whole_total(steps: Steps, proof: Proof, k: int, d: int, cost: float) -> float:
    """Return the least cost if the free heads are whole in total (*cost*: by unit)."""
    proof.line[0] = cost
    for side in range(2):
        first = 1 + side * TOLLS
        for j in range(first, first + proof.tolls[d, side]):
            proof.line[j] = cost_at(steps, proof, k, d, j)
    best = np.inf
    for m in range(MOST_TOTAL):
        least = cost
        for side in range(2):
            first = 1 + side * TOLLS
            for j in range(first, first + proof.tolls[d, side]):
                least = max(least, proof.line[j] - proof.toll[d, j] * HEAD * m)
        if least >= best:
            break
        best = least
    return best


@inner_kernel
def open_depth(board: Board, proof: Proof, d: int) -> None:
    """Begin the trial values of kind *d* with what it has now, upwards and down."""
    proof.at[d, UP], proof.at[d, DOWN] = board.heads[d], board.heads[d] - 1
    for side in range(2):
        proof.is_open[d, side], proof.cost[d, side] = 1, np.inf


@inner_kernel
def next_value(proof: Proof, d: int) -> int:
    """Return the next trial value of kind *d*: ``2 * value + side``, -1 at the end."""
    if proof.is_open[d, UP]:
        proof.at[d, UP] += 1
        return int(2 * (proof.at[d, UP] - 1) + UP)
    if proof.is_open[d, DOWN] and proof.at[d, DOWN] >= 0:
        proof.at[d, DOWN] -= 1
        return int(2 * (proof.at[d, DOWN] + 1) + DOWN)
    return -1


@inner_kernel
def fix(steps: Steps, board: Board, proof: Proof, k: int, d: int, value: int) -> float:
    """Fix the heads of kind *d*; return the cost with the others by the unit."""
    subsets = steps.cover.components
    for s in range(subsets[k, FIRST_SUBSET], subsets[k + 1, FIRST_SUBSET]):
        proof.free[d + 1, s] = proof.free[d, s] + HEAD * value * board.counts[d, s]
    proof.paid[d + 1] = proof.paid[d] + board.price[d] * value
    return cost_at(steps, proof, k, d + 1, 0)


@inner_kernel
def note(proof: Proof, d: int, side: int, cost: float, target: float) -> None:
    """End a direction in which the cost rises above the target."""
    if cost >= target and cost >= proof.cost[d, side]:
        proof.is_open[d, side] = 0
    if proof.cost[d, DOWN] == np.inf:
        proof.cost[d, DOWN] = cost
    proof.cost[d, side] = cost


@inner_kernel
def prepare(steps: Steps, board: Board, proof: Proof, k: int) -> float:
    """Fill all tables; return the bound before any kind is fixed."""
    subsets = steps.cover.components
    price_classes(steps, board, proof, k)
    for d in range(board.count[KINDS] + 1):
        fill_tolls(steps, board, proof, k, d)
    for s in range(subsets[k, FIRST_SUBSET], subsets[k + 1, FIRST_SUBSET]):
        proof.free[0, s] = 0.0
    proof.paid[0] = 0.0
    return with_whole_total(steps, proof, k, 0, cost_at(steps, proof, k, 0, 0))


@inner_kernel
def search(
    steps: Steps, board: Board, proof: Proof, k: int, target: float, most: int
) -> float:
    """Return *target*, or the least cost where that is lower; -inf: not finished."""
    num, d = board.count[KINDS], 0
    open_depth(board, proof, 0)
    while d >= 0:
        coded = next_value(proof, d)
        if coded < 0:
            d -= 1
            continue
        proof.nodes[0] += 1
        if proof.nodes[0] > most:
            return -np.inf
        cost = fix(steps, board, proof, k, d, coded // 2)
        note(proof, d, coded % 2, cost, target)
        if cost < target and d == num - 1:
            target = cost
        elif cost < target and (
            with_whole_total(steps, proof, k, d + 1, cost) < target
        ):
            d += 1
            open_depth(board, proof, d)
    return target


@inner_kernel
def attempt(
    steps: Steps, board: Board, proof: Proof, k: int, part: float, most: int
) -> tuple[float, bool]:
    """Return a lower bound of the component's cost; whether the search was finished."""
    best = descend(steps, board, k)
    root = prepare(steps, board, proof, k)
    slack = ROUNDING * (1.0 + abs(proof.base[0, 0]))
    if best <= root + slack or board.count[KINDS] == 0:
        return min(best, root) - slack, True
    proof.nodes[0] = 0
    found = search(steps, board, proof, k, root + part * (best - root) - slack, most)
    return max(root, found) - slack, found > -np.inf


@kernel
def bound_step(
    steps: Steps,
    board: Board,
    proof: Proof,
    attempts: FloatArray,
    prices: FloatArray,
    work_price: FloatArray,
    k: int,
    t: int,
    heads: FloatArray,
    work: FloatArray,
) -> float:
    """Return a lower bound of what component *k* costs at *t*.

    *heads* are a good answer; *work* and heads of components that count by the unit
    are written to.
    """
    nothing = fill_pieces(steps, board, work_price, k, t)
    best = -np.inf
    for n in range(attempts.shape[0]):
        fill_kinds(steps, board, prices, heads, k, t, attempts[n, 0])
        if not steps.is_whole[k]:
            best = by_unit(board, heads, work, t)
            break
        found, is_done = attempt(
            steps, board, proof, k, attempts[n, 1], int(attempts[n, 2])
        )
        best = max(best, found)
        if is_done:
            break
    return float(nothing + best)


@kernel
def bound_steps(
    steps: Steps,
    board: Board,
    proof: Proof,
    attempts: FloatArray,
    prices: FloatArray,
    work_price: FloatArray,
    first: int,
    last: int,
    heads: FloatArray,
    work: FloatArray,
) -> float:
    """Return a lower bound of what all components cost at ``first <= t < last``."""
    total = 0.0
    for k in range(steps.is_whole.shape[0]):
        for t in range(first, last):
            total += bound_step(
                steps, board, proof, attempts, prices, work_price, k, t, heads, work
            )
    return total
