"""Measures of the forecasting benchmark, by origin, so that they can be paired."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.forecasting_data import DataSet
from benchmarks.forecasting_runs import LEVELS, Runs
from forecasting import metrics

# Days of the horizon, half-open: day-ahead, week-ahead, weeks four to six, all.
WINDOWS = {"D1": (0, 1), "W1": (0, 7), "W4-6": (21, 42), "W1-6": (0, 42)}


@dataclass(frozen=True, kw_only=True)
class Actual:
    """What came, ``[o, q, d, s]``, what was open, and which cells count (0 or 1)."""

    offered: np.ndarray
    is_open: np.ndarray
    weight: np.ndarray
    origin_days: np.ndarray

    @classmethod
    def of(cls, data: DataSet) -> "Actual":
        low = [data.row(origin) for origin in data.origins]
        days = 7 * data.weeks
        weight = np.array([data.weights[n : n + days] for n in low], dtype=float)
        return cls(
            offered=np.array([data.offered[:, n : n + days] for n in low]),
            is_open=np.array([data.is_open[n : n + days] for n in low])[:, None],
            weight=np.repeat(weight[:, None], len(data.queue_ids), axis=1),
            origin_days=np.array(low),
        )

    def window(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        low, high = WINDOWS[name]
        return self.offered[:, :, low:high], self.weight[:, :, low:high]

    def has(self, name: str) -> bool:
        return self.offered.shape[2] >= WINDOWS[name][1]

    def overlap(self, name: str) -> int:
        """Return how many later origins' windows share days with an origin's."""
        length = np.diff(WINDOWS[name])[0]
        apart = self.origin_days[None, :] - self.origin_days[:, None]
        return int(np.median(((apart > 0) & (apart < length)).sum(axis=1)))


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A sum of errors and the contacts behind it, by origin ``[o]``."""

    error: np.ndarray
    offered: np.ndarray
    overlap: int

    @property
    def value(self) -> float:
        total = self.offered.sum()
        return float(self.error.sum() / total) if total else math.nan

    def ratio_to(self, other: "Loss") -> tuple[float, float, float]:
        """Return the ratio of two losses and its 90 % interval (delta method)."""
        ratio = self.error.sum() / other.error.sum()
        half = half_width(self.error - ratio * other.error, self.overlap)
        half /= other.error.mean()
        return float(ratio), float(ratio - half), float(ratio + half)

    def less(self, other: "Loss") -> tuple[float, float, float]:
        """Return the paired difference and its 90 % interval."""
        gap = self.value - other.value
        paired = self.error - other.error - gap * self.offered
        half = half_width(paired, self.overlap) / self.offered.mean()
        return gap, gap - half, gap + half


def half_width(values: np.ndarray, overlap: int) -> float:
    """Return half the 90 % interval of the mean of *values* ``[o]``.

    Windows that overlap are not independent: their covariances up to *overlap* are
    added with Bartlett's weights (Newey and West 1987, doi:10.2307/1913610).
    """
    from scipy.stats import t

    num, centred = len(values), values - values.mean()
    variance = (centred**2).sum()
    for lag in range(1, min(overlap, num - 1) + 1):
        weight = 1.0 - lag / (overlap + 1.0)
        variance += 2.0 * weight * (centred[lag:] * centred[:-lag]).sum()
    variance = max(variance, 0.0) / (num * (num - 1))
    return float(t.ppf(0.95, num - 1) * math.sqrt(variance))


def wape(actual: Actual, mean: np.ndarray, window: str, *, daily: bool = False) -> Loss:
    """Return absolute errors of intervals, or of day totals."""
    low, high = WINDOWS[window]
    offered, weight = actual.window(window)
    error = (mean[:, :, low:high] - offered) * weight
    if daily:
        error = error.sum(axis=3)
    kept = tuple(range(1, error.ndim))
    return Loss(
        error=np.abs(error).sum(axis=kept),
        offered=(offered * weight).sum(axis=(1, 2, 3)),
        overlap=actual.overlap(window),
    )


def bias(actual: Actual, mean: np.ndarray, window: str) -> float:
    low, high = WINDOWS[window]
    offered, weight = actual.window(window)
    return float(((mean[:, :, low:high] - offered) * weight).sum()) / float(
        (offered * weight).sum()
    )


def coverage(actual: Actual, runs: Runs, window: str) -> tuple[int, int]:
    """Return (intervals within P10 to P90, intervals), both ends included."""
    low, high = WINDOWS[window]
    offered, weight = actual.window(window)
    band = runs.quantiles[:, :, :, low:high]
    inside = (offered >= band[:, :, 0]) & (offered <= band[:, :, -1])
    return int((inside * weight).sum()), int(weight.sum())


def width(actual: Actual, runs: Runs, window: str) -> float:
    """Return the mean width of the 80 % band over the mean volume."""
    low, high = WINDOWS[window]
    offered, weight = actual.window(window)
    band = runs.quantiles[:, :, -1, low:high] - runs.quantiles[:, :, 0, low:high]
    return float((band * weight).sum() / (offered * weight).sum())


def pinball(actual: Actual, runs: Runs, window: str) -> Loss:
    """Return the mean pinball loss of the five levels over the mean volume."""
    low, high = WINDOWS[window]
    offered, weight = actual.window(window)
    error = offered[:, :, None] - runs.quantiles[:, :, :, low:high]
    level = np.array(LEVELS)[:, None, None]
    loss = np.maximum(level * error, (level - 1.0) * error).mean(axis=2) * weight
    return Loss(
        error=loss.sum(axis=(1, 2, 3)),
        offered=(offered * weight).sum(axis=(1, 2, 3)),
        overlap=actual.overlap(window),
    )


def poisson_floor(data: DataSet, actual: Actual, window: str) -> float:
    """Return the WAPE of an oracle that knows every mean rate.

    The rate is the mean of weekday and slot over the scored days of the whole file.
    """
    weekday = np.array([day.weekday() for day in data.days])
    rates = np.zeros((7, *data.offered.shape[::2]))
    for day in range(7):
        rows = data.scored & (weekday == day)
        if rows.any():
            rates[day] = data.offered[:, rows].mean(axis=1)
    days = actual.origin_days[:, None] + np.arange(*WINDOWS[window])
    rate = np.moveaxis(rates[weekday[days]], 2, 1)
    return metrics.poisson_floor(rate[actual.window(window)[1] > 0])


def mean_of_six(data: DataSet, origins: Sequence) -> np.ndarray:
    """Return ``[o, q, d, s]`` the mean of the last six same weekdays that were open.

    The industry's habit, and the reference of this benchmark: written here on
    purpose, apart from the models that it judges.
    """
    return np.array([same_weekdays(data, origin, 6) for origin in origins])


def same_weekdays(data: DataSet, origin, last: int, since=None) -> np.ndarray:
    """Return ``[q, d, s]`` means of up to *last* days of each weekday."""
    end = data.row(origin)
    start = data.row(since) if since else 0
    weekday = np.array([day.weekday() for day in data.days])
    days = np.arange(end, end + 7 * data.weeks)
    result = np.zeros((len(data.queue_ids), len(days), data.offered.shape[2]))
    for d, day in enumerate(days):
        kin = np.flatnonzero((weekday == weekday[day]) & data.observed)
        kin = kin[(kin < end) & (kin >= start)][-last:]
        if len(kin):
            result[:, d] = data.offered[:, kin].mean(axis=1)
    return result
