"""What the contacts seen so far say of the rest of the day and the week."""

from dataclasses import dataclass

import numpy as np

from forecasting.day_parts import slot_covariance
from forecasting.noise import QueueNoise
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

MIN_FACTOR, MAX_FACTOR = 0.2, 5.0
MIN_VARIANCE_LEFT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUpdate:
    """What actuals say of the days of a forecast, all ``[d, s]`` but the last.

    Attributes
    ----------
    factor
        By what the expected contacts change.
    variance_before, variance_after
        Relative variance of the rate (without counting noise), before and after.
    day_spread
        ``[d]`` standard deviation of the rest of each day against what it was.
    """

    factor: FloatArray
    variance_before: FloatArray
    variance_after: FloatArray
    day_spread: FloatArray


def update_days(
    noise: QueueNoise,
    days: IntArray,
    expected: FloatArray,
    offered: FloatArray,
    seen: BoolArray,
    spread: FloatArray | None = None,
) -> DayUpdate:
    r"""Return the best linear update of a forecast by the contacts *seen*.

    .. math:: \hat f = K_{\cdot o}\,(K_{oo} + N)^{-1}
        \Bigl(\frac{x_o}{\lambda_o} - 1\Bigr), \qquad N = \phi / \lambda_o

    *K* is the covariance of the relative errors as the history measured it a day
    ahead, *N* counting noise: so the gain grows with the contacts seen and with the
    variance of days, and is next to nothing where either is small (linear empirical
    Bayes, Bühlmann & Straub's credibility; within the day it does what Shen & Huang
    2008, doi:10.1287/msom.1070.0179, do by penalised least squares). The last day
    that was seen counts slot by slot, the days before it by their totals.

    Parameters
    ----------
    days
        ``[d]`` consecutive local dates, as days from 1970-01-01.
    expected, offered, seen
        ``[d, s]`` the forecast, the actuals, and where these are known.
    spread
        ``[d]`` how many times as far as an ordinary day each may stray; 1 if not given.
    """
    seen = seen & (expected > 0)
    problem = _Problem(
        noise=noise,
        days=days,
        day_variance=noise.day_variance_at(noise.lead_of(days))
        * (1.0 if spread is None else spread**2),
        expected=expected,
        seen=seen,
        slots=slot_covariance(
            noise.part_covariance,
            expected.shape[1],
            noise.slot_variance,
            noise.decay_per_slot,
        ),
    )
    before = problem.variances()
    factor, after = np.ones_like(expected), before
    if seen.any():
        factor, after = problem.solved(offered)
    return DayUpdate(
        factor=np.clip(factor, MIN_FACTOR, MAX_FACTOR),
        variance_before=before,
        variance_after=np.maximum(after, MIN_VARIANCE_LEFT * before),
        day_spread=_day_spread(expected * ~seen, before, after),
    )


def _day_spread(
    weight: FloatArray, before: FloatArray, after: FloatArray
) -> FloatArray:
    """Return ``[d]`` the ratio of standard deviations, by the contacts to come."""
    total = (weight * before).sum(axis=1)
    left = (weight * after).sum(axis=1)
    ratio = np.divide(left, total, out=np.ones_like(left), where=total > 0)
    return np.asarray(np.sqrt(np.clip(ratio, 0.0, 1.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """Covariances between the slots of all days and what was observed.

    Observations are the seen slots of the last seen day, then the totals of the seen
    days before it. *slots* ``[s, s]`` is the covariance within an ordinary day ahead.
    """

    noise: QueueNoise
    days: IntArray
    day_variance: FloatArray
    expected: FloatArray
    seen: BoolArray
    slots: FloatArray

    @property
    def today(self) -> int:
        """Row of the last day that was seen."""
        return int(np.flatnonzero(self.seen.any(axis=1))[-1])

    @property
    def past(self) -> IntArray:
        """Rows of the seen days before *today*."""
        return np.flatnonzero(self.seen[: self.today].any(axis=1))

    def within_day(self, day: int) -> FloatArray:
        """Return ``[s, s]`` the covariance of the slots of one *day*."""
        more = float(self.day_variance[day]) - self.noise.day_variance[0]
        return np.asarray(self.slots + max(more, 0.0))

    def variances(self) -> FloatArray:
        """Return ``[d, s]`` the variance of every slot."""
        more = np.maximum(self.day_variance - self.noise.day_variance[0], 0.0)
        return np.asarray(np.diag(self.slots) + more[:, None])

    def solved(self, offered: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ``[d, s]`` the factors and the variances that are left."""
        deviation, among = self.observed(offered), self.among_observed()
        factor, after = np.empty_like(self.expected), self.variances()
        for day in range(len(self.days)):
            shared = self.with_observed(day)
            gain = np.linalg.solve(among, shared.T)
            factor[day] = 1.0 + deviation @ gain
            after[day] -= np.einsum("so,os->s", shared, gain)
        return factor, after

    def observed(self, offered: FloatArray) -> FloatArray:
        """Return the relative deviations of the observations."""
        today, past = self.today, self.past
        slots = self.seen[today]
        now = offered[today, slots] / self.expected[today, slots]
        counted = np.where(self.seen, offered, 0.0)[past].sum(axis=1)
        return np.concatenate([now, counted / self._seen_expected(past)]) - 1.0

    def among_observed(self) -> FloatArray:
        """Return the covariance of the observations, counting noise included."""
        today, past = self.today, self.past
        slots = self.seen[today]
        num = int(slots.sum())
        matrix = np.empty((num + len(past),) * 2)
        matrix[:num, :num] = self.within_day(today)[np.ix_(slots, slots)]
        matrix[num:, :num] = self._between(past, today)[:, None]
        matrix[:num, num:] = matrix[num:, :num].T
        matrix[num:, num:] = [self._between(past, int(day)) for day in past]
        own = [self._total_variance(int(day)) for day in past]
        matrix[range(num, len(matrix)), range(num, len(matrix))] = own
        counts = [self.expected[today, slots], self._seen_expected(past)]
        return matrix + np.diag(self.noise.dispersion / np.concatenate(counts))

    def with_observed(self, day: int) -> FloatArray:
        """Return ``[s, o]`` the covariance of the slots of *day* with observations."""
        today, past = self.today, self.past
        slots = self.seen[today]
        num = self.expected.shape[1]
        totals = np.tile(self._between(past, day), (num, 1))
        if day == today:
            now = self.within_day(day)[:, slots]
        else:
            level = self._between(np.array([day]), today)[0]
            now = np.full((num, int(slots.sum())), level)
        return np.concatenate([now, totals], axis=1)

    def _seen_expected(self, rows: IntArray) -> FloatArray:
        return np.asarray((self.expected * self.seen)[rows].sum(axis=1))

    def _total_variance(self, day: int) -> float:
        """Return the variance of the total of the seen slots of *day*."""
        weight = self.expected[day] * self.seen[day]
        weight = weight / weight.sum()
        inside = float(weight @ self.within_day(day) @ weight)
        return max(inside, float(self._between(np.array([day]), day)[0]))

    def _between(self, rows: IntArray, day: int) -> FloatArray:
        """Return the covariance of the day factors of *rows* and *day*."""
        apart = np.abs(self.days[rows] - self.days[day])
        variance = np.sqrt(self.day_variance[rows] * self.day_variance[day])
        return np.asarray(self.noise.day_correlation(apart) * variance)
