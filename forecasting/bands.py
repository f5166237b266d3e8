"""Quantiles of interval volumes, from errors on the square-root scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from forecasting.errors import Errors, errors_at
from forecasting.model import Fitted, Hindcast, QueueHistory, is_weekend
from forecasting.noise import LEADS, PRIOR_DAY_CV, QueueNoise, fit_noise, nearness
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

    def write_offsets(
        self, roots: FloatArray, more: FloatArray, rows: BoolArray, result: FloatArray
    ) -> None:
        """Write the offsets of the quantiles of *roots* ``[d, s]`` to ``[l, d, s]``.

        On the days *rows*; *more* ``[d]`` adds to the rate's variance. Scores are
        linear between classes; beyond them the standard deviation alone follows the
        volume.
        """
        from forecasting.kernels.pools import offsets

        variances = (self.count_variance, self.rate_variance)
        offsets(roots, (self.roots, self.scores), variances, more, rows, result)


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
        if self.week_ahead is None:
            offsets = self._assumed(roots)
            return np.asarray(np.maximum(roots + offsets, 0.0) ** 2)
        from forecasting.kernels.pools import squared

        lead = self.noise.lead_of(days)
        week = self.noise.day_variance[1]
        beyond = self.noise.day_variance_at(np.maximum(lead, LEADS[1])) - week
        weekend, share = is_weekend(days, self.weekend), nearness(lead)
        rows = (~weekend, weekend)
        result = near = self._offsets(self.week_ahead, roots, rows, beyond / 4.0)
        if self.day_ahead is not None:
            rows = (~weekend & (share > 0.0), weekend & (share > 0.0))
            near = self._offsets(self.day_ahead, roots, rows, np.zeros(lead.shape))
        squared(roots, result, near, share)
        return result

    def _assumed(self, roots: FloatArray) -> FloatArray:
        # Two observations of noise: the mean's own and the new day's.
        scale = np.sqrt(0.5 + (PRIOR_DAY_CV * roots) ** 2 / 2) * (roots > 0)
        normal = NormalDist()
        return np.array([normal.inv_cdf(p) * scale for p in self.levels])

    def _offsets(
        self,
        pools: _Lead,
        roots: FloatArray,
        rows: tuple[BoolArray, BoolArray],
        more: FloatArray,
    ) -> FloatArray:
        """Return the offsets on the *rows* of workdays and of the weekend."""
        result = np.empty((len(self.levels), *roots.shape))
        pools.weekday.write_offsets(roots, more, rows[0], result)
        pools.weekend.write_offsets(roots, more, rows[1], result)
        return result


def fit_bands(
    history: QueueHistory,
    fitted: Fitted,
    levels: Sequence[float],
    week_ahead: Hindcast | None = None,
) -> Bands:
    """Return the bands that *fitted* would have needed on *history*.

    *week_ahead* is its hindcast seven days ahead, if that is known already.
    """
    known = {LEADS[1]: week_ahead}
    errors = {lead: errors_at(history, fitted, lead, known.get(lead)) for lead in LEADS}
    day, week = errors[LEADS[0]], errors[LEADS[1]]
    alike = bool((day.expected == week.expected).all())
    if alike:
        errors[LEADS[0]] = week
    noise = fit_noise(history, errors)
    task = _Task(
        levels=np.array(levels),
        off=is_weekend(week.days, history.weekend),
        memory_days=noise.memory_days,
    )
    return Bands(
        levels=tuple(levels),
        weekend=history.weekend,
        noise=noise,
        day_ahead=None if alike else _lead(day, task),
        week_ahead=_lead(week, task),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What every pool of one history shares; *off* are its days of rest ``[d]``."""

    levels: FloatArray
    off: BoolArray
    memory_days: float


def _lead(errors: Errors, task: _Task) -> _Lead | None:
    """Return the pools of one lead, or None where there are too few errors."""
    off = task.off
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
    """Return the pool of *rows* ``[d]``, or None where there are too few errors.

    It is wider than the errors, as few weeks are. Both variances are 0 if there is no
    error at all; else the counts' is at least a hundredth of the least mean square, so
    that a contact where none was expected has a finite score. A class without errors
    counts as one with a thousandth of the largest. Up to five classes of rising volume
    have at least 40 members each; equal volumes stay together.
    """
    from forecasting.kernels.pools import gathered, pooled

    expected, error, num_days, num_weeks = gathered(
        errors.expected,
        errors.error,
        errors.cells,
        rows,
        MAX_RESIDUALS,  # more of the same days would only cost time
    )
    if len(expected) < MIN_RESIDUALS:
        return None
    found, roots, scores = pooled(
        expected, error, task.levels, (NUM_CLASSES, MIN_RESIDUALS)
    )
    return _Pool(
        count_variance=found[0],
        rate_variance=found[1],
        roots=roots,
        scores=_inflation(num_days, num_weeks, task.memory_days) * scores,
    )


def _inflation(num_days: int, num_weeks: int, memory_days: float) -> float:
    """Return how much wider a new day strays than those that were seen.

    Few weeks show few of the shocks that move whole days, and where these last, fewer
    still: no more than one observation a week counts.
    """
    num = max(1.0, min(float(num_weeks), num_days / memory_days))
    return float(np.sqrt(1.0 + 1.0 / num))
