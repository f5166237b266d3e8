"""Arrays by local day seen as weeks, and weights that fade with age."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.model import DAYS_PER_WEEK
from wfm.domain.arrays import FloatArray

MONDAYS_WEEK = np.arange(4, 4 + DAYS_PER_WEEK)  # 1970-01-05 was a Monday
"""Days of one week, Monday first."""

Array = npt.NDArray[Any]


def by_week(matrix: Array) -> Array:
    """Return ``[w, 7, ...]`` of ``[d, ...]``, the last week padded with zeros.

    Weeks are blocks of seven local dates from the first one, so a lag of a week is
    the same wall clock seven dates earlier, whatever the clock did in between.
    """
    missing = -len(matrix) % DAYS_PER_WEEK
    padding = np.zeros((missing, *matrix.shape[1:]), dtype=matrix.dtype)
    padded = np.concatenate([matrix, padding])
    return padded.reshape(-1, DAYS_PER_WEEK, *matrix.shape[1:])


def later(matrix: Array, num_days: int, first_row: int = 0) -> Array:
    """Return *matrix* ``[d, ...]`` moved down by *num_days* rows, zeros before.

    Only the rows from *first_row* on are returned.
    """
    known = matrix[max(first_row - num_days, 0) : max(len(matrix) - num_days, 0)]
    missing = len(matrix) - first_row - len(known)
    if missing == 0:
        return known
    moved = np.zeros((missing + len(known), *matrix.shape[1:]), dtype=matrix.dtype)
    moved[missing:] = known
    return moved


def ratio(sums: FloatArray, weights: FloatArray) -> FloatArray:
    """Return sums / weights (they broadcast), 0 where the weight is 0."""
    return np.asarray(sums / np.where(weights > 0, weights, np.inf))


@lru_cache(maxsize=64)
def fading(num: int, keep: float) -> FloatArray:
    """Return ``[n + 1, n]`` weights ``keep ** (i - 1 - j)`` of the past *j* < *i*."""
    age = np.arange(num + 1)[:, None] - 1 - np.arange(num)
    weights = np.where(age >= 0, keep ** np.maximum(age, 0), 0.0)
    weights.flags.writeable = False
    return np.asarray(weights)


def fading_sums(weekly: FloatArray, keep: float) -> FloatArray:
    """Return ``[w + 1, ...]`` the sums of *weekly* ``[w, ...]`` before each week.

    Each week further back counts *keep* times as much.
    """
    flat = weekly.reshape(len(weekly), -1)
    return (fading(len(weekly), keep) @ flat).reshape(-1, *weekly.shape[1:])


def keep_of(half_life: float) -> float:
    """Return what a step leaves of a weight that halves in *half_life* steps."""
    return float(0.5 ** (1.0 / half_life))
