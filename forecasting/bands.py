"""Quantiles of interval volumes, from errors on the square-root scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from forecasting.errors import Errors, errors_at
from forecasting.model import DAYS_PER_WEEK, Fitted, QueueHistory, is_weekend
from forecasting.noise import LEADS, PRIOR_DAY_CV, QueueNoise, fit_noise
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

NUM_CLASSES = 5
MIN_RESIDUALS = 40
MAX_RESIDUALS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    r"""Quantiles *scores* ``[l, n]`` of standardised errors at *roots* ``[n]``.

    An error of :math:`\sqrt x` is standardised by :math:`\sqrt{a + b\,\lambda}`: *a* is
    *count_variance* (1/4 for Poisson counts), *b* is *rate_variance*.
    """

    count_variance: float
    rate_variance: float
    roots: FloatArray
    scores: FloatArray

    def offsets(self, roots: FloatArray, more_variance: FloatArray) -> FloatArray:
        """Return the offsets ``[l, d, s]`` of the quantiles of the roots ``[d, s]``.

        *more_variance* ``[d]`` adds to the rate's. Scores are linear between classes;
        beyond them the standard deviation alone follows the volume.
        """
        from forecasting.kernels.pools import offsets

        rates = np.maximum(self.rate_variance + more_variance, 0.0)
        return offsets(roots, (self.roots, self.scores), self.count_variance, rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    """The pools of one lead; either may be missing."""

    weekday: _Pool
    weekend: _Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    r"""Quantiles of interval volumes around a mean.

    .. math:: Q_p(\lambda) = \max\bigl(0, \sqrt\lambda +
        z_p(\lambda)\,\sqrt{a + b_h\,\lambda}\bigr)^2

    where :math:`z_p` are the *p*-quantiles of the standardised errors
    :math:`\sqrt x - \sqrt{\hat\lambda}` over the last 26 weeks (split conformal
    prediction with scaled scores: Lei et al. 2018, doi:10.1080/01621459.2017.1307116),
    in classes of volume and apart for working days and the weekend. They are learnt a
    day and a week ahead; between, their offsets are blended, and beyond a week
    :math:`b_h` grows with the day variance of :class:`~forecasting.noise.QueueNoise`.
    The errors keep what whole days did together, so a band is honest for one
    interval, and a day's total must not be read off by adding bands (see
    :mod:`forecasting.period_totals`). Where fewer than 40 errors exist (under two
    weeks), Poisson noise with a day-to-day coefficient of variation of 20 % stands in,
    for a mean that rests on one observation.
    """

    levels: tuple[float, ...]
    weekend: frozenset[int]
    noise: QueueNoise
    day_ahead: _Lead | None
    week_ahead: _Lead | None

    @property
    def known_until(self) -> int:
        """First day after the history, as days from 1970-01-01."""
        return self.noise.known_until

    @property
    def are_assumed(self) -> bool:
        """Whether there were too few errors to learn from."""
        return self.week_ahead is None

    def quantiles(self, mean: FloatArray, days: IntArray) -> FloatArray:
        """Return ``[l, d, s]`` around *mean* ``[d, s]`` on the local dates *days*."""
        roots = np.sqrt(mean)
        offsets = self._offsets(roots, days)
        return np.asarray(np.maximum(roots + offsets, 0.0) ** 2)

    def _offsets(self, roots: FloatArray, days: IntArray) -> FloatArray:
        if self.week_ahead is None:
            # Two observations of noise: the mean's own and the new day's.
            scale = np.sqrt(0.5 + (PRIOR_DAY_CV * roots) ** 2 / 2) * (roots > 0)
            normal = NormalDist()
            return np.array([normal.inv_cdf(p) * scale for p in self.levels])
        lead = self.noise.lead_of(days)
        week = self.noise.day_variance_at(np.full(1, float(LEADS[1])))
        beyond = self.noise.day_variance_at(np.maximum(lead, LEADS[1])) - week
        offsets = self._at(self.week_ahead, roots, days, beyond / 4.0)
        if self.day_ahead is None or lead.min() >= LEADS[1]:
            return offsets
        near = self._at(self.day_ahead, roots, days, np.zeros_like(lead))
        # What a day tells of the next ones fades with the inverse of the lead.
        weight = (1.0 / np.minimum(lead, LEADS[1]) - 1.0 / LEADS[1]) / (
            1 - 1 / LEADS[1]
        )
        return np.asarray(offsets + (near - offsets) * weight[:, None])

    def _at(
        self, pools: _Lead, roots: FloatArray, days: IntArray, more: FloatArray
    ) -> FloatArray:
        result = np.empty((len(self.levels), *roots.shape))
        weekend = is_weekend(days, self.weekend)
        for rows, pool in ((~weekend, pools.weekday), (weekend, pools.weekend)):
            if rows.any():
                result[:, rows] = pool.offsets(roots[rows], more[rows])
        return result


def fit_bands(history: QueueHistory, fitted: Fitted, levels: Sequence[float]) -> Bands:
    """Return the bands that *fitted* would have needed on *history*."""
    errors = {lead: errors_at(history, fitted, lead) for lead in LEADS}
    day, week = errors[LEADS[0]], errors[LEADS[1]]
    alike = np.array_equal(day.expected, week.expected)
    if alike:
        errors[LEADS[0]] = week
    noise = fit_noise(history, errors)
    task = _Task(levels=levels, weekend=history.weekend, memory_days=noise.memory_days)
    return Bands(
        levels=tuple(levels),
        weekend=history.weekend,
        noise=noise,
        day_ahead=None if alike else _lead(day, task),
        week_ahead=_lead(week, task),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What every pool of one history shares."""

    levels: Sequence[float]
    weekend: frozenset[int]
    memory_days: float


def _lead(errors: Errors, task: _Task) -> _Lead | None:
    """Return the pools of one lead, or None where there are too few errors."""
    off = is_weekend(errors.days, task.weekend)
    weekday = _pool(errors, ~off, task)
    if not errors.cells[off].any():  # all there is are working days
        return _Lead(weekday=weekday, weekend=weekday) if weekday else None
    apart = _pool(errors, off, task)
    if weekday is None or apart is None:
        both = _pool(errors, np.ones_like(off), task)
        weekday, apart = weekday or both, apart or both
    if weekday is None or apart is None:
        return None
    return _Lead(weekday=weekday, weekend=apart)


def _pool(errors: Errors, rows: BoolArray, task: _Task) -> _Pool | None:
    """Return the pool of *rows* ``[d]``, or None where there are too few errors."""
    from forecasting.kernels.pools import gathered

    expected, error, counts = gathered(
        errors.expected,
        errors.error,
        errors.cells,
        rows,
        MAX_RESIDUALS,  # more of the same days would only cost time
    )
    if len(expected) < MIN_RESIDUALS:
        return None
    inflation = _inflation(counts > 0, task.memory_days)
    return _pool_of(expected, error, task.levels, inflation)


def _pool_of(
    expected: FloatArray,
    error: FloatArray,
    levels: Sequence[float],
    inflation: float,
) -> _Pool:
    """Return the pool of *error* around *expected* ``[n]``, wider by *inflation*.

    Both variances are 0 if there is no error at all; else the counts' is at least a
    hundredth of the least mean square, so that a contact where none was expected has a
    finite score. A class without errors counts as one with a thousandth of the largest.
    """
    from forecasting.kernels.pools import class_quantiles, residuals, variances

    order, bounds = _volume_classes(expected)
    volumes, away, volume, square = residuals(expected, error, order, bounds)
    found = variances(volume, square)
    scores = class_quantiles(volumes, away, found, bounds, np.array(levels))
    return _Pool(
        count_variance=found[0],
        rate_variance=found[1],
        roots=np.sqrt(volumes[(bounds[:-1] + bounds[1:] - 1) // 2]),
        scores=inflation * scores,
    )


def _inflation(days: BoolArray, memory_days: float) -> float:
    """Return how much wider a new day strays than the days ``[d]`` that were seen.

    Few weeks show few of the shocks that move whole days, and where these last, fewer
    still: no more than one observation a week counts.
    """
    week = np.flatnonzero(days) // DAYS_PER_WEEK
    num_weeks = 1 + np.count_nonzero(np.diff(week))
    num = max(1.0, min(float(num_weeks), week.size / memory_days))
    return float(np.sqrt(1.0 + 1.0 / num))


def _volume_classes(volumes: FloatArray) -> tuple[IntArray, IntArray]:
    """Return an order of rising volume and the bounds of up to five classes in it.

    Equal volumes stay together, and a class has at least 40 members.
    """
    from forecasting.kernels.pools import class_bounds

    # Rounding errors are no difference.
    ranked = np.round(volumes / (float(volumes.max()) or 1.0), 9)
    order = np.argsort(ranked)
    return order, class_bounds(ranked[order], NUM_CLASSES, MIN_RESIDUALS)
