"""A level that has moved for good: from which day on, and by how much.

What a mean over months forgets slowly, the course of the days shows: from one day to
the next the level is another, and stays. Days before are worth having at the new level,
for weekdays, the shape of the day and the spread can still be learnt from them.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.level_path import SEASON_WEEKS
from forecasting.model import DAYS_PER_WEEK
from wfm.domain.arrays import BoolArray, FloatArray

WINDOW_DAYS = 42
SEARCH_DAYS = 21
NEAR_DAYS = 7
LEAST_BEFORE_DAYS = 28
MIN_MOVE = 0.15
MIN_SPREADS = 2.0
STEADY = 1.0 / 3.0
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelBreak:
    """From the row *row* on, the level is *ratio* times what it was before."""

    row: int
    ratio: float

    def taken_out(self, offered: FloatArray) -> FloatArray:
        """Return *offered* ``[d, s]`` with the days before at the new level."""
        factors = np.ones((len(offered), 1))
        factors[: self.row] = self.ratio
        return np.asarray(offered * factors)


def find_break(level: FloatArray, ordinary: BoolArray) -> LevelBreak | None:
    r"""Return where the *level* ``[d]`` of *ordinary* days moved for good, if it did.

    The place is where the three weeks before and after differ most. With *m* the
    difference between the logarithmic medians of (at most) six weeks on either side, it
    is a break if

    * :math:`|m| \ge 0.15`, and two robust standard deviations of a day;
    * it is sudden: two thirds of *m* lie between the week before and the week after;
    * it stood before and has stayed since: within a third of *m*, the older half of the
      days before is like the younger one, and the last two weeks like the first six.

    So neither a season nor a fortnight of holidays is one. It takes three weeks to be
    believed, after four at the old level. Where the history tells the season of the
    year (a year and a half), there is none: what comes back each year has not moved.

    The limits are set by reasoning. At all origins five days apart of the bank, the
    Technion bank, the taxis, and parts, thinned and hourly versions of them, nothing is
    found; where 20 weeks of the bank are followed by days of 60 %, it is, from the
    third week on.
    """
    if len(level) >= SEASON_WEEKS * DAYS_PER_WEEK:
        return None
    from forecasting.kernels.level_break import level_break

    row, ratio = level_break(
        np.where(ordinary, level, np.nan),
        (WINDOW_DAYS, SEARCH_DAYS, NEAR_DAYS),
        (LEAST_BEFORE_DAYS, SEARCH_DAYS),
        (MIN_MOVE, MIN_SPREADS * _MAD_TO_SD, STEADY),
    )
    return LevelBreak(row=row, ratio=ratio) if row else None
