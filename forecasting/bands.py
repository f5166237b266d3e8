"""Quantiles from empirical residuals on the square-root scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from forecasting.model import DAYS_PER_WEEK, Fitted, Hindcast, QueueHistory, is_weekend
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

NUM_CLASSES = 5
MIN_RESIDUALS = 40
FULL_SUPPORT_WEEKS = 4
PRIOR_DAY_CV = 0.2
LEAD_WIDENING_PER_WEEK = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """Residual quantiles *offsets* ``[l, n]`` at sqrt volumes *roots* ``[n]``."""

    roots: FloatArray
    offsets: FloatArray

    def at(self, roots: FloatArray) -> FloatArray:
        """Return the offsets ``[l, ...]`` at *roots*, linear between classes."""
        return np.array([np.interp(roots, self.roots, row) for row in self.offsets])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    r"""Quantiles of interval volumes around a mean.

    .. math:: Q_p(\lambda) = \max(0, \sqrt\lambda + z_p(\lambda))^2

    where :math:`z_p` are the *p*-quantiles of :math:`\sqrt x - \sqrt{\hat\lambda}` over
    the history, forecast a week ahead each, in classes of volume and apart for
    Monday to Friday and the weekend. The residuals keep what whole days did
    together, so a band is honest for one interval, and a day's total must not be read
    off by adding them. Where fewer than 40 residuals exist (under two weeks),
    Poisson noise with a day-to-day coefficient of variation of 20 % stands in, for a
    mean that rests on one observation. Each further week ahead adds 2.5 % of width.
    """

    levels: tuple[float, ...]
    known_until: int
    weekday: _Pool | None
    weekend: _Pool | None

    @property
    def are_assumed(self) -> bool:
        """Whether there were too few residuals to learn from."""
        return self.weekday is None and self.weekend is None

    def quantiles(self, mean: FloatArray, days: IntArray) -> FloatArray:
        """Return ``[l, d, s]`` around *mean* ``[d, s]`` on the local dates *days*.

        Each week further from the last observed day than a week widens the band.
        """
        roots = np.sqrt(mean)
        result = np.empty((len(self.levels), *mean.shape))
        weekend = is_weekend(days)
        for rows, pool in ((~weekend, self.weekday), (weekend, self.weekend)):
            result[:, rows] = self._offsets(roots[rows], pool)
        weeks_ahead = np.maximum(days - self.known_until, 0) // DAYS_PER_WEEK
        result *= (1.0 + LEAD_WIDENING_PER_WEEK * weeks_ahead)[None, :, None]
        return np.asarray(np.maximum(roots + result, 0.0) ** 2)

    def _offsets(self, roots: FloatArray, pool: _Pool | None) -> FloatArray:
        if pool is not None:
            return pool.at(roots)
        # Two observations of noise: the mean's own and the new day's.
        scale = np.where(roots > 0, np.sqrt(0.5 + (PRIOR_DAY_CV * roots) ** 2 / 2), 0)
        normal = NormalDist()
        return np.array([normal.inv_cdf(p) * scale for p in self.levels])


def fit_bands(history: QueueHistory, fitted: Fitted, levels: Sequence[float]) -> Bands:
    """Return the bands that *fitted* would have needed on *history*."""
    hindcast = fitted.hindcast(DAYS_PER_WEEK)
    cells = history.ordinary & (hindcast.support > 0)
    mature = cells & (hindcast.support >= FULL_SUPPORT_WEEKS)
    if mature.sum() >= cells.sum() / 2:
        cells = mature
    weekend = is_weekend(history.days)[:, None]
    both = _pool(history, hindcast, cells, levels)
    return Bands(
        levels=tuple(levels),
        known_until=int(history.days[history.usable.any(axis=1)][-1]) + 1,
        weekday=_pool(history, hindcast, cells & ~weekend, levels) or both,
        weekend=_pool(history, hindcast, cells & weekend, levels) or both,
    )


def _pool(
    history: QueueHistory, hindcast: Hindcast, cells: BoolArray, levels: Sequence[float]
) -> _Pool | None:
    num = int(cells.sum())
    if num < MIN_RESIDUALS:
        return None
    roots = np.sqrt(hindcast.expected[cells])
    residuals = np.sqrt(history.offered_contacts[cells]) - roots
    classes = _volume_classes(roots)
    num_weeks = np.unique(np.nonzero(cells.any(axis=1))[0] // DAYS_PER_WEEK).size
    # Few weeks show few of the shocks that move whole days.
    inflation = np.sqrt(1.0 + 1.0 / num_weeks)
    return _Pool(
        roots=np.array([np.median(roots[c]) for c in classes]),
        offsets=inflation
        * np.array([np.quantile(residuals[c], levels) for c in classes]).T,
    )


def _volume_classes(roots: FloatArray) -> list[IntArray]:
    """Return the indices of up to five classes of rising volume, ties together."""
    scale = float(roots.max()) or 1.0
    ranked = np.round(roots / scale, 9)  # rounding errors are no difference
    order = np.argsort(ranked, kind="stable")
    ranked, num = ranked[order], len(roots)
    cuts: list[int] = []
    for part in range(1, NUM_CLASSES):
        tie = ranked[num * part // NUM_CLASSES]
        for side in ("left", "right"):
            cut = int(np.searchsorted(ranked, tie, side))
            if min(cut - max([0, *cuts]), num - cut) >= MIN_RESIDUALS:
                cuts.append(cut)
                break
    return np.split(order, cuts)
