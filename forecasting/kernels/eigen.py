"""Eigenvectors of small symmetric matrices, faster than by LAPACK.

A day has some dozens of slots, and for so few LAPACK mostly prepares itself.
Reflections make the matrix tridiagonal, rotations then make it diagonal: Golub and Van
Loan (2013), Matrix Computations, sections 8.3.1 and 8.3.3. What is rounded is small
beside the largest eigenvalue, as with LAPACK.
"""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray

SMALL = 64
"""Up to how many rows it is faster than LAPACK, whose blocks then begin to pay."""
_EPSILON = 2.0**-52
_NOTHING = 1e-100
"""A length that counts as zero beside entries of one: squares of less lose digits."""
_MOST_SWEEPS = 60


@kernel
def _mirror(row: FloatArray, k: int, mirror: FloatArray) -> float:
    """Write the *mirror* that turns *row* beyond *k* into its next element alone.

    It is scaled to a length of the root of 2, or 0 if there is next to nothing to turn;
    returned is what that element becomes.
    """
    num, square = len(row), 0.0
    for j in range(k + 1, num):
        mirror[j] = row[j]
        square += row[j] * row[j]
    if square < _NOTHING * _NOTHING:
        mirror[:] = 0.0
        return float(row[k + 1])
    length = math.sqrt(square)
    turned = -length if row[k + 1] > 0.0 else length
    mirror[k + 1] -= turned
    half = length * (length + abs(row[k + 1]))  # of the mirror's length, squared
    scale = math.sqrt(1.0 / half)
    for j in range(k + 1, num):
        mirror[j] *= scale
    return turned


@kernel
def _mirrored(matrix: FloatArray, k: int, mirror: FloatArray, half: FloatArray) -> None:
    """Turn the symmetric *matrix* beyond *k* over on both sides, in place."""
    num, dot = len(matrix), 0.0
    half[:] = 0.0
    for i in range(k + 1, num):
        row, one = matrix[i], mirror[i]
        for j in range(k + 1, num):
            half[j] += one * row[j]
    for i in range(k + 1, num):
        dot += half[i] * mirror[i]
    for i in range(k + 1, num):
        half[i] -= dot / 2.0 * mirror[i]
    for i in range(k + 1, num):
        row, one, other = matrix[i], mirror[i], half[i]
        for j in range(k + 1, num):
            row[j] -= one * half[j] + other * mirror[j]


@kernel
def _tridiagonal(left: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the diagonal of the matrix *left*, what lies beside it, and the rows.

    In their coordinates it has nothing else. It is overwritten.
    """
    num = len(left)
    mirrors, some, beside = np.zeros((num, num)), np.zeros(num), np.zeros(num)
    for k in range(num - 2):
        beside[k] = _mirror(left[k], k, mirrors[k])
        _mirrored(left, k, mirrors[k], some)
    if num > 1:
        beside[num - 2] = left[num - 2, num - 1]
    columns = np.eye(num)
    for k in range(num - 3, -1, -1):
        mirror = mirrors[k]
        some[:] = 0.0
        for i in range(k + 1, num):
            row, one = columns[i], mirror[i]
            for j in range(k + 1, num):
                some[j] += one * row[j]
        for i in range(k + 1, num):
            row, one = columns[i], mirror[i]
            for j in range(k + 1, num):
                row[j] -= one * some[j]
    return np.diag(left).copy(), beside, columns.T.copy()


@kernel
def _rotate(one: FloatArray, other: FloatArray, sine: float, cosine: float) -> None:
    """Rotate two rows into each other, in place."""
    for j in range(len(one)):
        up, down = one[j], other[j]
        other[j] = sine * up + cosine * down
        one[j] = cosine * up - sine * down


@kernel
def _sweep(
    diagonal: FloatArray, beside: FloatArray, rows: FloatArray, low: int, high: int
) -> None:
    """Make what lies beside the diagonal at *low* smaller, by turns from *high* on."""
    step = (diagonal[low + 1] - diagonal[low]) / (2.0 * beside[low])
    root = math.sqrt(step * step + 1.0)
    shift = beside[low] / (step + (root if step >= 0.0 else -root))
    ahead = diagonal[high] - diagonal[low] + shift
    sine = cosine = 1.0
    moved = 0.0
    for i in range(high - 1, low - 1, -1):
        across, along = sine * beside[i], cosine * beside[i]
        root = math.sqrt(across * across + ahead * ahead)
        if root < _NOTHING:  # the matrix has come apart here
            diagonal[i + 1] -= moved
            beside[i + 1] = beside[high] = 0.0
            return
        beside[i + 1] = root
        sine, cosine = across / root, ahead / root
        ahead = diagonal[i + 1] - moved
        root = (diagonal[i] - ahead) * sine + 2.0 * cosine * along
        moved = sine * root
        diagonal[i + 1] = ahead + moved
        ahead = cosine * root - along
        _rotate(rows[i], rows[i + 1], sine, cosine)
    diagonal[low] -= moved
    beside[low], beside[high] = ahead, 0.0


@kernel
def _end_of_block(diagonal: FloatArray, beside: FloatArray, low: int) -> int:
    """Return the first row from *low* on with next to nothing beside its diagonal."""
    row = low
    while row < len(diagonal) - 1:
        near = abs(diagonal[row]) + abs(diagonal[row + 1])
        if abs(beside[row]) <= _EPSILON * near:
            break
        row += 1
    return row


@kernel
def eigen(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the rising eigenvalues ``[n]`` of a symmetric *matrix* ``[n, n]``.

    And their vectors, one a row.
    """
    num, largest = len(matrix), np.abs(matrix).max()
    scale = largest if largest > 0.0 else 1.0  # squares of squares stay in range
    diagonal, beside, rows = _tridiagonal(matrix / scale)
    for low in range(num):
        for _ in range(_MOST_SWEEPS):
            high = _end_of_block(diagonal, beside, low)
            if high == low:
                break
            _sweep(diagonal, beside, rows, low, high)
    order = np.argsort(diagonal)
    return scale * diagonal[order], rows[order]
