"""Where a queue's level goes over years: trend, annual season, and their doubts."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from forecasting.day_totals import usual_volumes
from forecasting.model import DAYS_PER_WEEK, QueueHistory
from wfm.domain.arrays import FloatArray, IntArray

DAYS_PER_YEAR = 365.25
SEASON_WEEKS = 78
MOST_WEEKS = 261
NUM_HARMONICS = 4
SLOPE_SD_PER_YEAR = 0.2
UNSEEN_SEASON_SD = 0.1
WEEKLY_DAMPING, SHORT_DAMPING = 0.99, 0.96
WANDER_SDS = (0.002, 0.006, 0.015, 0.03, 0.06)
NOISE_SDS = (0.01, 0.03, 0.08, 0.2)
SEASON_SDS = (0.02, 0.08, 0.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPath:
    r"""The logarithm of a queue's level as a sum of four parts.

    .. math:: y_w = \beta\,\tau_w + \sum_{k=1}^{4}(a_k \cos + b_k \sin)(2\pi k w/52.18)
        + u_w + e_w

    A trend, damped ahead (Gardner and McKenzie 1985, doi:10.1287/mnsc.31.10.1237:
    :math:`\tau_{h} = \sum_{i \le h} \phi^i` weeks), an annual season, a random walk and
    noise. All have normal priors, so the forecast is that of a Gaussian process
    (Rasmussen and Williams 2006, ch. 2); the sizes of season, walk and noise maximise
    the likelihood over a small grid.

    Attributes
    ----------
    slope
        Trend at the end of history, per year, on the log scale.
    season
        ``[8]`` coefficients of the harmonics, cosines first; 0 if not learnt.
    has_season
        Whether the history is long enough (a year and a half) for a season.
    first_day, end_day
        The first local date of the weeks learnt from, and the first after them.
    """

    slope: float
    season: FloatArray
    has_season: bool
    first_day: int
    end_day: int
    features: FloatArray
    prior: FloatArray
    weeks: FloatArray
    factor: FloatArray
    wander_sd: float
    noise_sd: float

    def trend(self, days: IntArray, until: int | None = None) -> FloatArray:
        """Return the log trend ``[d]`` since the end of history, flat from *until*."""
        days = days if until is None else np.minimum(days, until)
        return np.asarray(self.slope * _damped_years(days, self.end_day, self._damping))

    def annual(self, days: IntArray) -> FloatArray:
        """Return the log annual index ``[d]``."""
        return np.asarray(_harmonics(days) @ self.season)

    def covariance(self, days: IntArray, until: int) -> FloatArray:
        """Return the covariance ``[n, n]`` of the log level of the weeks at *days*.

        Nobody knows how long a trend lasts: where it would lead undamped is one
        standard deviation away.
        """
        ahead = _features(days, self.end_day, self._damping)
        weeks = (days - self.first_day) / DAYS_PER_WEEK + 1.0
        walk = self.wander_sd**2
        known = (ahead * self.prior) @ self.features.T + walk * self.weeks
        half = np.linalg.solve(self.factor, known.T)
        own = (ahead * self.prior) @ ahead.T + walk * np.minimum.outer(weeks, weeks)
        result = own - half.T @ half + self.noise_sd**2 * np.eye(len(days))
        years = np.maximum(days - self.end_day, 0) / DAYS_PER_YEAR
        undamped = self.slope * years - self.trend(days, until)
        result += np.outer(undamped, undamped)
        if not self.has_season:
            unseen = _harmonics(days) - _harmonics(np.array([self.end_day]))
            result += (unseen * _season_variances(UNSEEN_SEASON_SD)) @ unseen.T
        return np.asarray(result)

    @property
    def _damping(self) -> float:
        return WEEKLY_DAMPING if self.has_season else SHORT_DAMPING


def fit_level_path(history: QueueHistory) -> LevelPath:
    """Return the path of the ordinary weeks of *history*, at most the last five years.

    Weeks are counted back from the end. Where no week has contacts, nothing is learnt
    and the priors speak.
    """
    days, level, noise = _weekly_levels(history)
    end_day = int(history.days[-1]) + 1
    has_season = len(days) > 0 and (end_day - days[0]) / DAYS_PER_WEEK >= SEASON_WEEKS
    damping = WEEKLY_DAMPING if has_season else SHORT_DAMPING
    features = _features(days, end_day, damping)
    first = int(days[0]) if len(days) else end_day - DAYS_PER_WEEK
    weeks = (days - first) / DAYS_PER_WEEK + 1.0
    best = max(
        _candidates(features, weeks, level, noise, has_season=has_season),
        key=lambda one: one.likelihood,
    )
    coefficients = best.prior * (features.T @ best.weights)
    return LevelPath(
        slope=float(coefficients[1]),
        season=np.asarray(coefficients[2:]),
        has_season=has_season,
        first_day=first,
        end_day=end_day,
        features=features,
        prior=best.prior,
        weeks=weeks,
        factor=best.factor,
        wander_sd=best.wander_sd,
        noise_sd=best.noise_sd,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    likelihood: float
    weights: FloatArray
    factor: FloatArray
    prior: FloatArray
    wander_sd: float
    noise_sd: float


def _candidates(
    features: FloatArray,
    weeks: FloatArray,
    level: FloatArray,
    noise: FloatArray,
    *,
    has_season: bool,
) -> Iterator[_Candidate]:
    """Yield every size of season, walk and noise with its log likelihood."""
    walk = np.minimum.outer(weeks, weeks)
    seasons = SEASON_SDS if has_season else (0.0,)
    for season_sd, wander_sd, noise_sd in product(seasons, WANDER_SDS, NOISE_SDS):
        prior = np.concatenate(
            [[1.0, SLOPE_SD_PER_YEAR**2], _season_variances(season_sd)]
        )
        covariance = (features * prior) @ features.T + wander_sd**2 * walk
        covariance += np.diag(noise_sd**2 + noise)
        factor = np.linalg.cholesky(covariance)
        half = np.linalg.solve(factor, level)
        yield _Candidate(
            likelihood=float(-0.5 * half @ half - np.log(np.diag(factor)).sum()),
            weights=np.linalg.solve(factor.T, half),
            factor=factor,
            prior=prior,
            wander_sd=wander_sd,
            noise_sd=noise_sd,
        )


def _weekly_levels(history: QueueHistory) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return first day, log level and Poisson variance of the weeks with contacts."""
    mask = history.ordinary
    expected = (mask * usual_volumes(history, mask)).sum(axis=1)
    offered = np.where(mask, history.offered_contacts, 0.0).sum(axis=1)
    whole = min(len(offered) // DAYS_PER_WEEK, MOST_WEEKS) * DAYS_PER_WEEK
    start = len(offered) - whole
    total, usual = (
        x[start:].reshape(-1, DAYS_PER_WEEK).sum(axis=1) for x in (offered, expected)
    )
    seen = total > 0
    days = history.days[start::DAYS_PER_WEEK][: len(total)][seen]
    level = np.log(total[seen] / usual[seen])
    return days, level - (level.mean() if level.size else 0.0), 1.0 / total[seen]


def _features(days: IntArray, end_day: int, damping: float) -> FloatArray:
    """Return ``[n, 10]``: level, trend, harmonics."""
    trend = _damped_years(days, end_day, damping)
    return np.column_stack([np.ones(len(days)), trend, _harmonics(days)])


def _damped_years(days: IntArray, end_day: int, damping: float) -> FloatArray:
    """Return years from the end of history, ahead of it damped week by week."""
    weeks = (days - end_day) / DAYS_PER_WEEK
    ahead = np.maximum(weeks, 0.0)
    damped = damping * (1.0 - damping**ahead) / (1.0 - damping)
    return np.asarray(
        np.where(weeks < 0, weeks, damped) * DAYS_PER_WEEK / DAYS_PER_YEAR
    )


def _harmonics(days: IntArray) -> FloatArray:
    turns = (
        2.0 * np.pi * np.outer(days / DAYS_PER_YEAR, np.arange(1, NUM_HARMONICS + 1))
    )
    return np.concatenate([np.cos(turns), np.sin(turns)], axis=1)


def _season_variances(size: float) -> FloatArray:
    """Return ``[8]`` prior variances: waves of half the length, half the height."""
    height = size / np.arange(1, NUM_HARMONICS + 1)
    return np.concatenate([height, height]) ** 2
