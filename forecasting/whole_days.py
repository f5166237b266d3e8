"""Whole days of a history: gaps filled, days that are out of line weighing little."""

from dataclasses import dataclass
from functools import lru_cache

from forecasting.model import DAYS_PER_WEEK, ForecastError, QueueHistory
from forecasting.profile import NOTHING_ORDINARY
from forecasting.scores import ScoreModel
from wfm.domain.arrays import BoolArray, FloatArray

NEIGHBOURS = 5
OUTLIER_SIGMAS = 3.0
SIGMA_PER_MAD = 1.4826
SMALLEST_SIGMA = 0.01
SPREAD_HALF_LIFE_WEEKS = 26.0
_SCALE = (OUTLIER_SIGMAS, SIGMA_PER_MAD, SMALLEST_SIGMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDays:
    """Days of a history without gaps.

    Attributes
    ----------
    seen
        ``[s]`` the slots of the day that are there.
    values
        ``[d, s']``; what was not seen has its weekday's profile at the height of the
        rest of its day.
    weights
        ``[d]`` the share of the usual day that was seen, less for days off the line.
    """

    seen: BoolArray
    values: FloatArray
    weights: FloatArray

    def first(self, num_days: int) -> "WholeDays":
        """Return the first *num_days* days."""
        return WholeDays(
            seen=self.seen,
            values=self.values[:num_days],
            weights=self.weights[:num_days],
        )


@lru_cache(maxsize=1)  # several models ask in turn for the same history
def root_days(history: QueueHistory) -> WholeDays:
    """Return the square roots of the contacts of *history* as whole days.

    Only the slots that were ordinary on some day are there.

    Raises
    ------
    ForecastError
        If no cell is ordinary.
    """
    if not history.ordinary.any():
        raise ForecastError(NOTHING_ORDINARY)
    from forecasting.kernels.days import root_days

    seen, values, weights = root_days(
        history.offered_contacts,
        history.ordinary,
        history.first_weekday,
        NEIGHBOURS,
        _SCALE,
    )
    return WholeDays(seen=seen, values=values, weights=weights)


def ordinariness(height: FloatArray, seen: BoolArray) -> FloatArray:
    """Return weights ``[d]`` in (0, 1] that fall as a day is off its neighbours.

    A day's *height* is compared with the median of the days *seen* around it, itself
    among them: once four days have moved together, a new level is the rule.
    """
    from forecasting.kernels.days import ordinary_weights

    return ordinary_weights(height, seen, NEIGHBOURS, _SCALE)


def spread_of(roots: WholeDays, patterns: FloatArray, model: ScoreModel) -> FloatArray:
    """Return what to add to the squared mean root, by slot ``[s]``.

    Its shape over the day is the variance of the *roots* around their week-ahead
    forecasts, scores of *model* times *patterns*; its size makes these forecasts add
    up to the contacts that came, recent months weighing more. *roots* may be the
    first days of the model's only.
    """
    from forecasting.kernels.patterns import spread

    scores, support = model.hindcast(DAYS_PER_WEEK)
    half_life_days = DAYS_PER_WEEK * SPREAD_HALF_LIFE_WEEKS
    days = (roots.values, roots.weights)
    return spread(days, patterns, scores, support, half_life_days)
