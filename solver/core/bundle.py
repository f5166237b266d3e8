r"""Prices from the answers given so far: a bundle with a part for everybody.

The relaxation's value is a sum of concave parts: a person's best week, a step's
cheapest heads, a bucket of deferred work. Each part is the least of many *answers*,
and an answer is linear in the prices: ``cost + prices . amounts``. The answers heard so
far make a model from above. The next prices are the model's best near the present ones
:math:`\bar y`,

.. math:: \max_y \sum_i \min_{a \in A_i} (c_a + y \cdot v_a)
    - \sum_j (y_j - \bar y_j)^2 / (2 \lambda_j),

found through its dual: shares :math:`x` of each part's answers, and prices that follow
what is left over, :math:`y = \bar y + \lambda \sum_a x_a v_a` within their limits. Two
answers of one part exchange their shares at a time, with an exact length of step.

A bundle method with disaggregated parts: J. B. Hiriart-Urruty and C. Lemaréchal, Convex
Analysis and Minimization Algorithms II, Springer 1993, chapter XV.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import inner_kernel, kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

SMALL = 1e-9
"""Shares below that count as none."""
LITTLE = 0.01
"""Answers with shares below that may give way, the dearest first."""


class Answers(NamedTuple):
    """Answers of like parts, each with room for equally many.

    Row ``part * room + n`` is the n-th of ``used[part]`` answers: amounts ``amount`` of
    the prices ``place``, ``length`` in number; ``cost`` without them; its ``share``.
    ``asked`` tells with which question it was heard.
    """

    room: int
    used: IntArray
    place: IntArray
    amount: FloatArray
    length: IntArray
    cost: FloatArray
    share: FloatArray
    asked: IntArray


class Near(NamedTuple):
    """Where prices are sought: near ``centre``, within ``low`` and ``high``.

    ``reach`` is how far a price moves for each unit ``left`` over; ``scratch`` is zero
    between calls.
    """

    centre: FloatArray
    reach: FloatArray
    low: FloatArray
    high: FloatArray
    left: FloatArray
    scratch: FloatArray


def new_answers(num_parts: int, room: int, width: int) -> Answers:
    """Return room for answers of *num_parts* parts with up to *width* amounts."""
    rows = num_parts * room
    return Answers(
        room=room,
        used=np.zeros(num_parts, dtype=np.int64),
        place=np.zeros((rows, width), dtype=np.int32),
        amount=np.zeros((rows, width)),
        length=np.zeros(rows, dtype=np.int64),
        cost=np.zeros(rows),
        share=np.zeros(rows),
        asked=np.zeros(rows, dtype=np.int64),
    )


def copied(answers: Answers) -> Answers:
    """Return answers of their own."""
    return Answers(
        room=answers.room,
        used=answers.used.copy(),
        place=answers.place.copy(),
        amount=answers.amount.copy(),
        length=answers.length.copy(),
        cost=answers.cost.copy(),
        share=answers.share.copy(),
        asked=answers.asked.copy(),
    )


def keep_only(answers: Answers, part: int, is_kept: BoolArray) -> None:
    """Keep some of a part's answers ``[n]``; they have all of its share."""
    first = part * answers.room
    rows = first + np.flatnonzero(is_kept)
    for array in (
        answers.place,
        answers.amount,
        answers.length,
        answers.cost,
        answers.share,
        answers.asked,
    ):
        array[first : first + len(rows)] = array[rows]
    answers.used[part] = len(rows)
    own = answers.share[first : first + len(rows)]
    own /= max(own.sum(), SMALL)
    answers.share[first + len(rows) : first + answers.room] = 0.0


@inner_kernel
def value_of(answers: Answers, row: int, prices: FloatArray) -> float:
    """Return what an answer is worth at *prices*."""
    total = answers.cost[row]
    for e in range(answers.length[row]):
        total += prices[answers.place[row, e]] * answers.amount[row, e]
    return float(total)


@inner_kernel
def is_known(answers: Answers, row: int, new: int) -> bool:
    """Return whether two rows hold the same answer."""
    if answers.length[row] != answers.length[new]:
        return False
    for e in range(answers.length[row]):
        if answers.place[row, e] != answers.place[new, e]:
            return False
        if answers.amount[row, e] != answers.amount[new, e]:
            return False
    apart = abs(answers.cost[row] - answers.cost[new])
    return bool(apart <= 1e-6 * abs(answers.cost[new]))


@inner_kernel
def free_row(answers: Answers, part: int, prices: FloatArray) -> int:
    """Return the row for a part's next answer: a free one, or the least useful."""
    first = part * answers.room
    if answers.used[part] < answers.room - 1:
        return int(first + answers.used[part])
    least, dearest, found, unused = np.inf, -np.inf, first, -1
    for row in range(first, first + answers.used[part]):
        if answers.share[row] < least:
            least, found = answers.share[row], row
        if answers.share[row] <= LITTLE:
            value = value_of(answers, row, prices)
            if value > dearest:
                dearest, unused = value, row
    return int(found if unused < 0 else unused)


@inner_kernel
def next_row(answers: Answers, part: int) -> int:
    """Return the row in which a part's new answer is to be written."""
    return int(part * answers.room + min(answers.used[part], answers.room - 1))


@inner_kernel
def keep(answers: Answers, part: int, prices: FloatArray) -> None:
    """Keep the answer in the part's next row, if it is not known.

    Where there is no room the least useful gives way, and leaves it its share.
    """
    first, new = part * answers.room, next_row(answers, part)
    for row in range(first, first + answers.used[part]):
        if row != new and is_known(answers, row, new):
            return
    row = free_row(answers, part, prices)
    if answers.used[part] < answers.room - 1:
        answers.share[row] = 1.0 if answers.used[part] == 0 else 0.0
        answers.used[part] += 1
    if row == new:
        return
    for e in range(answers.length[new]):
        answers.place[row, e] = answers.place[new, e]
        answers.amount[row, e] = answers.amount[new, e]
    answers.length[row], answers.cost[row] = answers.length[new], answers.cost[new]
    answers.asked[row] = answers.asked[new]


@kernel
def least_value(answers: Answers, prices: FloatArray) -> float:
    """Return the sum of the least answers known: not below the true parts' sum."""
    total = 0.0
    for part in range(answers.used.shape[0]):
        least = np.inf
        for n in range(answers.used[part]):
            row = part * answers.room + n
            least = min(least, value_of(answers, row, prices))
        if answers.used[part] > 0:
            total += least
    return total


@kernel
def add_left(answers: Answers, left: FloatArray) -> None:
    """Add to ``left`` the amounts of all answers by their shares."""
    for part in range(answers.used.shape[0]):
        for n in range(answers.used[part]):
            row = part * answers.room + n
            for e in range(answers.length[row]):
                amount = answers.share[row] * answers.amount[row, e]
                left[answers.place[row, e]] += amount


@inner_kernel
def price_at(near: Near, j: int) -> float:
    """Return the price that follows from what is left over."""
    price = near.centre[j] + near.reach[j] * near.left[j]
    return float(min(max(price, near.low[j]), near.high[j]))


@inner_kernel
def value_near(answers: Answers, row: int, near: Near) -> float:
    """Return what an answer is worth at the prices that follow."""
    total = answers.cost[row]
    for e in range(answers.length[row]):
        total += price_at(near, answers.place[row, e]) * answers.amount[row, e]
    return float(total)


@inner_kernel
def bend(answers: Answers, one: int, other: int, near: Near) -> float:
    """Return how fast the worth of two answers closes up as they exchange shares."""
    total = 0.0
    for e in range(answers.length[one]):
        near.scratch[answers.place[one, e]] += answers.amount[one, e]
    for e in range(answers.length[other]):
        near.scratch[answers.place[other, e]] -= answers.amount[other, e]
    for row in (one, other):
        for e in range(answers.length[row]):
            j = answers.place[row, e]
            total += near.reach[j] * near.scratch[j] * near.scratch[j]
            near.scratch[j] = 0.0
    return total


@inner_kernel
def exchange(answers: Answers, one: int, other: int, gain: float, near: Near) -> None:
    """Move the best part of the share of the row *other* to the row *one*."""
    closing, part = bend(answers, one, other, near), answers.share[other]
    if closing > 0.0:
        part = min(part, gain / closing)
    answers.share[one] += part
    answers.share[other] -= part
    for e in range(answers.length[one]):
        near.left[answers.place[one, e]] += part * answers.amount[one, e]
    for e in range(answers.length[other]):
        near.left[answers.place[other, e]] -= part * answers.amount[other, e]


@inner_kernel
def cheapest_row(answers: Answers, part: int, near: Near) -> int:
    """Return the row of the part's answer that is worth least."""
    found, least = -1, np.inf
    for n in range(answers.used[part]):
        row = part * answers.room + n
        value = value_near(answers, row, near)
        if value < least:
            found, least = row, value
    return found


@kernel
def settle_shares(answers: Answers, parts: IntArray, near: Near) -> None:
    """Let the answers of *parts* exchange shares with the cheapest of each in turn."""
    for i in range(parts.shape[0]):
        part = parts[i]
        one = cheapest_row(answers, part, near)
        for n in range(answers.used[part]):
            row = part * answers.room + n
            if row != one and answers.share[row] > SMALL:
                low = value_near(answers, one, near)
                gain = value_near(answers, row, near) - low
                if gain > SMALL * abs(low):
                    exchange(answers, one, row, gain, near)
