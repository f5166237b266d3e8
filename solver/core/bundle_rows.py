"""One whole answer for each part, near what their shares come to on average.

Near a fractional optimum the answers' shares say how much of everything there is to be,
though no single answer can be it. Whole answers whose amounts add up to nearly the same
are a good start for a search: the most frequent answer of each part first, then one
part after the other takes the answer that brings the sum closest to the mean.
"""

import numpy as np

from solver.core.bundle import Answers
from solver.core.jit import inner_kernel, kernel
from wfm.domain.arrays import FloatArray, IntArray

SWEEPS = 20
"""How often each part may change its answer."""
LEAST_SHARE = 0.01
"""Answers with less are not taken."""


@inner_kernel
def add_row(answers: Answers, row: int, sign: float, left: FloatArray) -> None:
    """Add ``sign`` times an answer to ``left``."""
    for e in range(answers.length[row]):
        left[answers.place[row, e]] += sign * answers.amount[row, e]


@inner_kernel
def distance_after(answers: Answers, row: int, left: FloatArray) -> float:
    """Return by how much the squares of ``left`` change when an answer is taken off."""
    total = 0.0
    for e in range(answers.length[row]):
        amount = answers.amount[row, e]
        total += amount * (amount - 2.0 * left[answers.place[row, e]])
    return total


@inner_kernel
def nearest_row(answers: Answers, part: int, taken: int, left: FloatArray) -> int:
    """Return the part's answer that leaves least; *taken* if none is better."""
    found, least = taken, distance_after(answers, taken, left)
    for n in range(answers.used[part]):
        row = part * answers.room + n
        if answers.share[row] >= LEAST_SHARE:
            distance = distance_after(answers, row, left)
            if distance < least:
                found, least = row, distance
    return found


@inner_kernel
def likeliest_row(answers: Answers, part: int) -> int:
    """Return the part's answer with the largest share."""
    found = part * answers.room
    for row in range(found, found + answers.used[part]):
        if answers.share[row] > answers.share[found]:
            found = row
    return found


@kernel
def take_rows(answers: Answers, rows: IntArray, left: FloatArray) -> None:
    """Write the row of one answer for each part to ``rows[part]``.

    ``left`` is zero before, and then what the shares come to less what was taken.
    """
    for part in range(rows.shape[0]):
        rows[part] = likeliest_row(answers, part)
        for n in range(answers.used[part]):
            row = part * answers.room + n
            add_row(answers, row, answers.share[row], left)
        if answers.used[part] > 0:
            add_row(answers, rows[part], -1.0, left)
    for _ in range(SWEEPS):
        num_changed = 0
        for part in range(rows.shape[0]):
            if answers.used[part] < 2:
                continue
            add_row(answers, rows[part], 1.0, left)
            row = nearest_row(answers, part, rows[part], left)
            add_row(answers, row, -1.0, left)
            num_changed += row != rows[part]
            rows[part] = row
        if num_changed == 0:
            break


def whole_rows(answers: Answers, num_prices: int) -> IntArray:
    """Return the row of one answer for each part ``[part]``."""
    rows = np.zeros(len(answers.used), dtype=np.int64)
    take_rows(answers, rows, np.zeros(num_prices))
    return rows
