"""How far a queue's contacts stray from their forecast, and how that hangs together."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import NormalDist
from typing import Self

import numpy as np

from forecasting.day_parts import NUM_PARTS, part_covariance, prior_covariance
from forecasting.errors import TRIMMED, Errors
from forecasting.model import DAYS_PER_WEEK, QueueHistory
from wfm.domain.arrays import FloatArray, IntArray

LEADS = (1, 7, 28)
"""Days ahead at which errors are measured: tomorrow, a week, a month."""
MIN_DAYS = 7
PRIOR_DAY_CV = 0.2
# A level that nobody could measure drifts by 5 % of the day variance a week.
PRIOR_DRIFT_PER_WEEK = 0.05
PRIOR_SPANS = 4.0
# Pulling in the outer twentieths leaves 91 % of the square of a normal number.
TRIM_LEAVES = 0.91
MAX_SLOT_VARIANCE = 1.0
MAX_DAY_VARIANCE = 1.0
MAX_SHAPE = 4.0
MEMORY_LAGS = np.array([1, 2, 3, 14, 21])
KNOTS = (np.arange(21) + 0.5) / 21
NORMAL_KNOTS = np.array([NormalDist().inv_cdf(p) for p in KNOTS])


def nearness(lead_days: FloatArray) -> FloatArray:
    """Return how near a lead is: 1 tomorrow, 0 from a week on.

    What a day tells of the next ones fades with the inverse of the lead.
    """
    from forecasting.kernels.noise import interpolated

    return interpolated(lead_days, (1.0, 0.0, 0.0), LEADS)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNoise:
    r"""What moves a queue's contacts about their forecast.

    .. math:: X_{d,s} \sim \mathrm{Poisson}\bigl(\lambda_{d,s}\,(1+G_d)\,V_{d,s}\bigr)

    A day factor *G*, a factor *V* of mean 1 that decays from slot to slot, and counting
    noise (mixed-Poisson form of Jongbloed & Koole 2001, doi:10.1002/asmb.444; day and
    slot effects of Aldor-Noiman, Feigin & Mandelbaum 2009, doi:10.1214/09-AOAS255).
    All variances are relative to the mean, squared.

    Attributes
    ----------
    known_until
        First day after the history, as days from 1970-01-01; closed days are known.
    day_variance
        Variance of the day factor at each lead of :data:`LEADS`; it does not fall.
    day_shape
        Quantiles at :data:`KNOTS` of the day factor over its standard deviation.
    lasting_share, decay_per_day
        The correlation of two days' factors, *k* days apart, is
        ``lasting + passing * decay ** k``; the rest is each day's own.
    passing_share
        See above.
    slot_variance, decay_per_slot
        Variance of the slot factor and its correlation from slot to slot.
    part_covariance
        ``[8, 8]`` the day ahead's covariance of the relative errors of the day's
        parts of three hours: what the morning tells of the evening.
    dispersion
        Variance over mean of the counts that is left, at least 1 (Poisson).
    is_assumed
        Whether there was too little history to measure anything.
    factor_days, day_factors
        The days of the history, and their factors a week ahead (NaN where unknown).
    common_drift
        How much of what the day variance grows by after a week all later days share:
        a level that has moved, against days that are less and less alike.
    """

    known_until: int
    day_variance: tuple[float, ...]
    day_shape: FloatArray
    lasting_share: float
    passing_share: float
    decay_per_day: float
    slot_variance: float
    decay_per_slot: float
    part_covariance: FloatArray
    dispersion: float
    is_assumed: bool
    factor_days: IntArray
    day_factors: FloatArray
    common_drift: float = 1.0

    @classmethod
    def assumed(cls, known_until: int) -> Self:
        """Return Poisson noise with day factors of 20 %, for want of a history."""
        variance = PRIOR_DAY_CV**2
        drift = 1.0 + PRIOR_DRIFT_PER_WEEK * 3
        return cls(
            known_until=known_until,
            day_variance=(variance, variance, variance * drift),
            day_shape=NORMAL_KNOTS,
            lasting_share=0.25,
            passing_share=0.25,
            decay_per_day=0.7,
            slot_variance=0.0,
            decay_per_slot=0.0,
            part_covariance=np.full((NUM_PARTS, NUM_PARTS), variance),
            dispersion=1.0,
            is_assumed=True,
            factor_days=np.empty(0, dtype=np.int64),
            day_factors=np.empty(0),
        )

    def lead_of(self, days: IntArray) -> FloatArray:
        """Return how many days ahead *days* lie; the first unknown day is 1."""
        return np.maximum(days - self.known_until + 1, 1).astype(float)

    def day_variance_at(self, lead_days: FloatArray) -> FloatArray:
        """Return the variance of the day factor *lead_days* ahead.

        Between measured leads it is interpolated, up to a week in the inverse of the
        lead (what a day tells of the next ones fades fast), and beyond the last one
        grows on as it did before.
        """
        from forecasting.kernels.noise import interpolated

        near, week, month = self.day_variance
        return interpolated(lead_days, (near, week, month), LEADS)

    def drift_share_at(self, lead_days: FloatArray) -> FloatArray:
        """Return the share of the day variance that all days after a week share."""
        variance = self.day_variance_at(lead_days)
        grown = np.maximum(variance - self.day_variance[1], 0.0) * self.common_drift
        share = np.zeros_like(grown)
        np.divide(grown, variance, out=share, where=variance > 0)
        return share

    def day_correlation(self, days_apart: IntArray) -> FloatArray:
        """Return the correlation of the factors of days that lie *days_apart*."""
        passing = self.passing_share * self.decay_per_day**days_apart
        return np.where(days_apart == 0, 1.0, self.lasting_share + passing)

    @property
    def memory_days(self) -> float:
        """How many days' factors weigh as one independent one (at most a month's)."""
        passing = self.passing_share * self.decay_per_day / (1.0 - self.decay_per_day)
        return 1.0 + 2.0 * (passing + self.lasting_share * LEADS[2])


def fit_noise(history: QueueHistory, errors: dict[int, Errors]) -> QueueNoise:
    """Return the noise behind *errors*, which hold those of each of :data:`LEADS`.

    Everything comes from products of errors in one day (no counting noise is in a
    product of two slots) and of whole days; a twentieth of the days at either end is
    trimmed to the next, so that a single strike or storm does not decide.
    """
    known_until = _known_until(history)
    if errors[LEADS[1]].num_days < MIN_DAYS:
        return QueueNoise.assumed(known_until)
    return _measured(known_until, errors)


def _measured(known_until: int, errors: dict[int, Errors]) -> QueueNoise:
    near, week = errors[LEADS[0]], errors[LEADS[1]]
    lags = _lags(week)
    square, *covariance = _slot_covariance(near, (0, *lags))
    far = {lead: _slot_covariance(errors[lead], lags[3:]) for lead in LEADS[1:]}
    day_variance = _by_lead(errors, {LEADS[0]: covariance[3:]} | far)
    slot_variance, decay_per_slot = _slot_noise(covariance)
    lasting, passing, decay = _day_memory(week, day_variance[1])
    dispersion = _dispersion(near, square, day_variance[0] + slot_variance)
    return QueueNoise(
        known_until=known_until,
        day_variance=day_variance,
        day_shape=_day_shape(week.day_ratio),
        lasting_share=lasting,
        passing_share=passing,
        decay_per_day=decay,
        slot_variance=slot_variance,
        decay_per_slot=decay_per_slot,
        part_covariance=_parts(
            near, day_variance[0], slot_variance, decay_per_slot, dispersion
        ),
        dispersion=dispersion,
        is_assumed=False,
        factor_days=week.days,
        day_factors=week.day_ratio,
        common_drift=_common_drift(week, errors[LEADS[2]]),
    )


def _parts(
    near: Errors,
    day_variance: float,
    slot_variance: float,
    decay: float,
    dispersion: float,
) -> FloatArray:
    """Return ``[8, 8]`` the measured covariance of a day's parts."""
    prior = prior_covariance(near.place[1], day_variance, slot_variance, decay)
    return part_covariance(near, prior, dispersion)


def _known_until(history: QueueHistory) -> int:
    """Return the day after the last that was reported, or closed: no news is news."""
    from forecasting.kernels.days import last_known

    return int(history.days[last_known(history.usable, history.is_open)]) + 1


def _lags(errors: Errors) -> tuple[int, ...]:
    """Return lags in slots: three short ones, then a quarter to half a day."""
    from forecasting.kernels.noise import usual_length

    length = usual_length(errors.expected)
    far = {max(1, length // 4), max(1, length // 3), max(1, length // 2)}
    return (1, 2, 3, *sorted(far))


def _by_lead(
    errors: dict[int, Errors], far: dict[int, list[float]]
) -> tuple[float, ...]:
    """Return the day variance at each lead; long leads, seldom seen, are shrunk.

    A lead of *k* days has as many independent observations as the history has spans
    of *k* days; four more say that the variance is the week's, plus a mild drift.
    """
    measured = [_day_variance(errors[lead], far[lead]) for lead in LEADS]
    week, result = measured[1], [0.0]
    for lead, value in zip(LEADS, measured, strict=True):
        weeks_more = max(lead - LEADS[1], 0) / DAYS_PER_WEEK
        prior = week * (1.0 + PRIOR_DRIFT_PER_WEEK * weeks_more)
        num = errors[lead].num_days / max(lead, LEADS[1])
        shrunk = (num * value + PRIOR_SPANS * prior) / (num + PRIOR_SPANS)
        result.append(max(shrunk, result[-1]))
    return tuple(result[1:])


def _day_variance(errors: Errors, far: list[float]) -> float:
    """Return the mean of *far*, the covariances of errors far apart in one day.

    Few days make it larger; where a day has a single slot, its total has to tell.
    """
    if not errors.num_days:
        return 0.0
    known = [value for value in far if isfinite(value)]
    value = sum(known) / len(known) / TRIM_LEAVES if known else 0.0
    if errors.expected.shape[1] == 1:  # what is not Poisson is the day's
        days = np.isfinite(errors.day_ratio)
        poisson = 1.0 / errors.expected_of_day[days]
        value = float((errors.day_ratio[days] ** 2 - poisson).mean())
    more = 1.0 + DAYS_PER_WEEK / errors.num_days
    return min(max(value, 0.0), MAX_DAY_VARIANCE) * more


def _slot_covariance(errors: Errors, lags: tuple[int, ...]) -> list[float]:
    """Return the trimmed relative covariance of errors at each of *lags*; NaN: none.

    There is none where fewer than seven days have a pair of slots so far apart.
    """
    from forecasting.kernels.noise import covariances

    found = covariances(
        errors.expected, errors.error, np.array(lags), TRIMMED, MIN_DAYS
    )
    return list(found.tolist())


def _slot_noise(covariance: Sequence[float]) -> tuple[float, float]:
    """Return variance and decay per slot of what is neither the day's nor counting."""
    if not all(isfinite(value) for value in covariance):
        return 0.0, 0.0
    far = sum(covariance[3:]) / len(covariance[3:])
    short = [max(value - far, 0.0) for value in covariance[:3]]
    decay = _decay(short)
    if decay <= 0.0:
        return 0.0, 0.0
    return min(short[0] / decay, MAX_SLOT_VARIANCE), decay


def _decay(covariance: Sequence[float]) -> float:
    """Return the factor from one to the next of three falling covariances."""
    before = sum(covariance[:2])
    if before <= 0.0:
        return 0.0
    ratio = sum(covariance[1:]) / before
    return min(ratio, 0.95) if ratio > 0.05 else 0.0


def _dispersion(errors: Errors, square: float, variance: float) -> float:
    """Return the variance over mean of the counts beyond *variance* of the rates.

    *square* is the mean square of the errors of single slots.
    """
    if not square > variance:
        return 1.0
    flat = errors.expected.ravel()
    volume = float(flat @ flat) / float(errors.expected_of_day.sum())
    return max(1.0, (square - variance) * volume)


def _common_drift(week: Errors, month: Errors) -> float:
    """Return how much of what errors grow by after a week the days of a week share.

    As the level drifts, all of it would be. So four spans of the longer lead say, and
    the errors say what they do.
    """
    from forecasting.kernels.noise import within_week

    (near, near_all), (far, far_all) = (
        within_week(errors.expected_of_day, errors.day_ratio, TRIMMED)
        for errors in (week, month)
    )
    if far_all <= near_all:
        return 1.0
    share = min(max((far - near) / (far_all - near_all), 0.0), 1.0)
    num = month.num_days / LEADS[2]
    return (num * share + PRIOR_SPANS) / (num + PRIOR_SPANS)


def _day_memory(errors: Errors, variance: float) -> tuple[float, float, float]:
    """Return lasting share, passing share and decay of the day factors' correlation.

    Shares are relative to *variance*, in which there is no counting noise; the
    correlation that lasts is that of days two and three weeks apart.
    """
    from forecasting.kernels.noise import memory

    square, (products, pairs) = memory(errors.day_ratio, MEMORY_LAGS, TRIMMED)
    if variance <= 0.0 or not isfinite(square):
        return 0.0, 0.0, 0.0
    total = max(variance, square / 2)
    # Seven pairs more that say nothing: few days prove no memory.
    shares = (products / (pairs + DAYS_PER_WEEK) / total).tolist()
    lasting = min(max(sum(shares[3:]) / len(shares[3:]), 0.0), 0.8)
    short = [max(share - lasting, 0.0) for share in shares[:3]]
    decay = _decay(short)
    passing = min(short[0] / decay, 1.0 - lasting) if decay > 0.0 else 0.0
    return lasting, passing, decay


def _day_shape(ratio: FloatArray) -> FloatArray:
    """Return the quantiles of the observed day ratios at the knots, per trimmed SD.

    Rare days keep their distance, up to four times the SD.
    """
    from forecasting.kernels.noise import shape

    found = shape(ratio, KNOTS, TRIMMED, MAX_SHAPE)
    return found if found.any() else NORMAL_KNOTS


def day_scores(noises: Sequence[QueueNoise]) -> FloatArray:
    """Return ``[n, i]`` the day factors of all *noises* by date, 0 where unknown.

    Dates of which nobody knows anything are left out.
    """
    known = [noise.factor_days for noise in noises if len(noise.factor_days)]
    if not known:
        return np.zeros((0, len(noises)))
    first = min(int(days[0]) for days in known)
    num = max(int(days[-1]) for days in known) - first + 1
    scores = np.zeros((num, len(noises)))
    for column, noise in enumerate(noises):
        rows = noise.factor_days - first
        scores[rows, column] = np.nan_to_num(noise.day_factors)
    return np.asarray(scores[np.any(scores != 0, axis=1)])
