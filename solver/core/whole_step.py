r"""What a step costs at given prices when heads at work are whole.

At prices of heads and of deferred work each step of a component of queues asks for
whole heads of its groups,

.. math:: \min_{n \in \mathbb{Z}_+} \sum_g (\pi_g + idle) \, n_g - G(n),

with :math:`G(n)` what *n* heads save when they are shared over the pieces of need and
the work that may be done there: a greedy pass over the Hall subsets
(:mod:`solver.core.cover`), dearest piece first. Here is the pass, and an answer that no
head more, less or other betters; :mod:`solver.core.whole_proof` bounds it from below.

Groups become *kinds*: a group that another one replaces at no higher price is left out.
With a *margin*, groups whose prices are that close and that share a class are taken for
one that can do all that either can, at the lower price: a relaxation with fewer kinds.
"""

import numpy as np

from solver.core.jit import inner_kernel, kernel
from solver.core.slots import HEAD
from solver.core.tables import (
    BACKLOG_CLASS,
    BACKLOG_COMPONENT,
    FIRST_PIECE,
    FIRST_SUBSET,
    PIECE_CLASS,
    PIECE_PRICE,
)
from solver.core.whole_tables import KINDS, PIECES, Board, Steps
from wfm.domain.arrays import FloatArray

LEAST = 1e-3
"""By how much an answer has to be better to be taken."""


@inner_kernel
def add_piece(board: Board, value: float, width: float, c: int, b: int) -> None:
    """Add a piece of class *c* behind those that are worth as much."""
    if width <= 0.0:
        return
    at = board.count[PIECES]
    board.count[PIECES] += 1
    while at > 0 and board.value[at - 1] < value:
        board.value[at] = board.value[at - 1]
        board.width[at] = board.width[at - 1]
        board.class_of[at] = board.class_of[at - 1]
        board.backlog[at] = board.backlog[at - 1]
        at -= 1
    board.value[at], board.width[at] = value, width
    board.class_of[at], board.backlog[at] = c, b


@inner_kernel
def fill_pieces(
    steps: Steps, board: Board, work_price: FloatArray, k: int, t: int
) -> float:
    """List the pieces of component *k* at *t*; return what it costs to serve none.

    A guarantee of a backlog is held by work or by waiting: its first units are worth
    both, where there is work.
    """
    components, pieces, total = steps.cover.components, steps.cover.pieces, 0.0
    board.count[PIECES] = 0
    for i in range(components[k, FIRST_PIECE], components[k + 1, FIRST_PIECE]):
        if steps.is_live[i]:
            price, c = pieces[i, PIECE_PRICE], int(pieces[i, PIECE_CLASS])
            add_piece(board, price + steps.idle, steps.width[t, i], c, -1)
            total += price * steps.width[t, i]
    for b in range(steps.rows.shape[0]):
        if steps.rows[b, BACKLOG_COMPONENT] == k:
            c, floor = steps.rows[b, BACKLOG_CLASS], steps.floor[b, t]
            value, both = work_price[b, t] + steps.idle, min(floor, steps.most[b, t])
            add_piece(board, value + steps.breach, both, c, b)
            add_piece(board, steps.breach, floor - both, c, -1)
            add_piece(board, value, steps.most[b, t] - both, c, b)
            total += floor * steps.breach
    return float(total)


@inner_kernel
def kind_for(
    steps: Steps, board: Board, k: int, g: int, price: float, margin: float
) -> int:
    """Return the kind that stands in for group *g*, or the next free place."""
    first, last = steps.first_class[k], steps.first_class[k + 1]
    for x in range(board.count[KINDS]):
        replaces, meets = True, False
        for c in range(first, last):
            if steps.serves[c, g]:
                replaces = replaces and board.serves[x, c]
                meets = meets or board.serves[x, c]
        is_close = margin > 0.0 and price - board.price[x] <= margin * board.price[x]
        if replaces or (is_close and meets):
            return x
    return int(board.count[KINDS])


@inner_kernel
def join(steps: Steps, board: Board, k: int, x: int, g: int) -> None:
    """Let kind *x* do all that group *g* can do."""
    subsets = steps.cover.components
    for c in range(steps.first_class[k], steps.first_class[k + 1]):
        if steps.serves[c, g]:
            board.serves[x, c] = True
    for s in range(subsets[k, FIRST_SUBSET], subsets[k + 1, FIRST_SUBSET]):
        board.counts[x, s] = max(board.counts[x, s], steps.cover.counts[g, s])


@inner_kernel
def open_kind(steps: Steps, board: Board, k: int, x: int, g: int, price: float) -> None:
    """Begin a kind with nothing but group *g*'s price."""
    subsets = steps.cover.components
    board.count[KINDS] = x + 1
    board.price[x], board.owner[x], board.heads[x] = price, g, 0
    for c in range(steps.first_class[k], steps.first_class[k + 1]):
        board.serves[x, c] = False
    for s in range(subsets[k, FIRST_SUBSET], subsets[k + 1, FIRST_SUBSET]):
        board.counts[x, s] = 0.0


@inner_kernel
def sort_members(steps: Steps, board: Board, prices: FloatArray, k: int, t: int) -> int:
    """List the groups of component *k*, the cheapest first; return how many."""
    first = steps.first_member[k]
    num = steps.first_member[k + 1] - first
    for i in range(num):
        g, at = steps.members[first + i], i
        while at > 0 and prices[board.order[at - 1], t] > prices[g, t]:
            board.order[at] = board.order[at - 1]
            at -= 1
        board.order[at] = g
    return int(num)


@inner_kernel
def fill_kinds(
    steps: Steps,
    board: Board,
    prices: FloatArray,
    heads: FloatArray,
    k: int,
    t: int,
    margin: float,
) -> None:
    """List the kinds at *t*, with the *heads* of the groups that each stands for."""
    board.count[KINDS] = 0
    for i in range(sort_members(steps, board, prices, k, t)):
        g = board.order[i]
        price = HEAD * (prices[g, t] + steps.idle)
        x = kind_for(steps, board, k, g, price, margin)
        if x == board.count[KINDS]:
            open_kind(steps, board, k, x, g, price)
        if margin > 0.0 or board.owner[x] == g:
            join(steps, board, k, x, g)
        board.heads[x] += int(heads[g, t])


@inner_kernel
def free_heads(steps: Steps, board: Board, k: int) -> float:
    """Count the units of all heads by subset; return what the heads cost."""
    subsets, paid = steps.cover.components, 0.0
    first, last = subsets[k, FIRST_SUBSET], subsets[k + 1, FIRST_SUBSET]
    for s in range(first, last):
        board.free[s] = 0.0
    for x in range(board.count[KINDS]):
        if board.heads[x] > 0:
            paid += board.price[x] * board.heads[x]
            for s in range(first, last):
                board.free[s] += HEAD * board.heads[x] * board.counts[x, s]
    return float(paid)


@inner_kernel
def take(steps: Steps, room: FloatArray, c: int, width: float) -> float:
    """Serve up to *width* units of class *c* from *room*; return how many."""
    cover = steps.cover
    first, last = cover.subset_of_class[c], cover.subset_of_class[c + 1]
    for i in range(first, last):
        width = min(width, room[cover.class_subset[i]])
    if width > 0.0:
        for i in range(first, last):
            room[cover.class_subset[i]] -= width
    return max(0.0, width)


@inner_kernel
def cost_with(
    steps: Steps, board: Board, k: int, paid: float, more: int, less: int
) -> float:
    """Return the cost with a head of one kind more and one less (-1: of none)."""
    subsets = steps.cover.components
    for s in range(subsets[k, FIRST_SUBSET], subsets[k + 1, FIRST_SUBSET]):
        board.room[s] = board.free[s]
        if more >= 0:
            board.room[s] += HEAD * board.counts[more, s]
        if less >= 0:
            board.room[s] -= HEAD * board.counts[less, s]
    total = paid
    if more >= 0:
        total += board.price[more]
    if less >= 0:
        total -= board.price[less]
    for i in range(board.count[PIECES]):
        total -= board.value[i] * take(
            steps, board.room, board.class_of[i], board.width[i]
        )
    return float(total)


@inner_kernel
def walk(
    steps: Steps, board: Board, k: int, cost: float, more: int, less: int
) -> float:
    """Change heads in one way for as long as that is better; return the cost."""
    paid = free_heads(steps, board, k)
    while less < 0 or board.heads[less] > 0:
        found = cost_with(steps, board, k, paid, more, less)
        if found >= cost - LEAST:
            break
        cost = found
        if more >= 0:
            board.heads[more] += 1
        if less >= 0:
            board.heads[less] -= 1
        paid = free_heads(steps, board, k)
    return cost


@inner_kernel
def descend(steps: Steps, board: Board, k: int) -> float:
    """Change heads until none more, less or other is better; return the cost."""
    num = board.count[KINDS]
    cost = cost_with(steps, board, k, free_heads(steps, board, k), -1, -1)
    before = np.inf
    while cost < before:
        before = cost
        for x in range(num):
            cost = walk(steps, board, k, cost, x, -1)
            cost = walk(steps, board, k, cost, -1, x)
        if cost == before:
            for more in range(num):
                for less in range(num):
                    if more != less:
                        cost = walk(steps, board, k, cost, more, less)
    return cost


@inner_kernel
def serve(steps: Steps, board: Board, k: int, work: FloatArray, t: int) -> None:
    """Note what the heads do of each backlog."""
    free_heads(steps, board, k)
    for i in range(board.count[PIECES]):
        done = take(steps, board.free, board.class_of[i], board.width[i])
        if board.backlog[i] >= 0:
            work[board.backlog[i], t] += done


@inner_kernel
def by_unit(board: Board, heads: FloatArray, work: FloatArray, t: int) -> float:
    """Buy heads by the unit, each piece from the cheapest kind; return the cost."""
    total = 0.0
    for i in range(board.count[PIECES]):
        for x in range(board.count[KINDS]):
            if board.serves[x, board.class_of[i]]:
                gain = board.value[i] - board.price[x] / HEAD
                if gain > 0.0:
                    total -= gain * board.width[i]
                    heads[board.owner[x], t] += board.width[i] / HEAD
                    if board.backlog[i] >= 0:
                        work[board.backlog[i], t] += board.width[i]
                break
    return total


@inner_kernel
def answer_step(
    steps: Steps,
    board: Board,
    prices: FloatArray,
    work_price: FloatArray,
    k: int,
    t: int,
    heads: FloatArray,
    work: FloatArray,
) -> float:
    """Find good heads ``[g, t]`` of component *k* and their work; return the cost.

    The search begins with *heads*; what they do is added to ``work[b, t]``.
    """
    total = fill_pieces(steps, board, work_price, k, t)
    fill_kinds(steps, board, prices, heads, k, t, 0.0)
    for i in range(steps.first_member[k], steps.first_member[k + 1]):
        heads[steps.members[i], t] = 0.0
    if not steps.is_whole[k]:
        return total + by_unit(board, heads, work, t)
    total += descend(steps, board, k)
    serve(steps, board, k, work, t)
    for x in range(board.count[KINDS]):
        heads[board.owner[x], t] = board.heads[x]
    return total


@kernel
def answer_prices(
    steps: Steps,
    board: Board,
    prices: FloatArray,
    work_price: FloatArray,
    first: int,
    last: int,
    heads: FloatArray,
    work: FloatArray,
) -> float:
    """Find good heads ``[g, t]`` and work ``[b, t]`` for steps; return their cost.

    Both go on from what they are; the answer is as good as small changes make it.
    """
    total = 0.0
    for t in range(first, last):
        for b in range(work.shape[0]):
            work[b, t] = 0.0
        for k in range(steps.is_whole.shape[0]):
            total += answer_step(steps, board, prices, work_price, k, t, heads, work)
    return total
