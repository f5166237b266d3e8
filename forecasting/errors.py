"""What a model's forecasts of the past were wrong by."""

from dataclasses import dataclass

from forecasting.model import Fitted, Hindcast, QueueHistory
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

WINDOW_DAYS = 182
FULL_SUPPORT_WEEKS = 4
LEAST_OF_USUAL = 0.2
TRIMMED = 0.05
"""Share of the days at either end that is pulled in before moments are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Forecast errors of one lead: *expected* and *error* ``[d, s]``, on *cells* only.

    Both are 0 elsewhere. Days are the last ones of the history, at most 26 weeks.

    Attributes
    ----------
    expected_of_day
        ``[d]`` contacts that were expected on the scored cells.
    day_ratio
        ``[d]`` offered over expected contacts, less 1; NaN for days with less than a
        fifth of the usual expected contacts.
    num_days
        How many days have a ratio.
    place
        The first slot of the arrays in the day, and how many slots a whole day has.
    """

    days: IntArray
    expected: FloatArray
    error: FloatArray
    cells: BoolArray
    expected_of_day: FloatArray
    day_ratio: FloatArray
    num_days: int
    place: tuple[int, int]


def errors_at(
    history: QueueHistory,
    fitted: Fitted,
    lead_days: int,
    hindcast: Hindcast | None = None,
) -> Errors:
    """Return the errors that *fitted* would have made on the last 26 weeks.

    Its *hindcast* of all the history may be given, if it is known already.

    The first weeks of a model, when it rests on fewer than four earlier ones, are
    left out where they are the smaller part.
    """
    from forecasting.kernels.errors import measured

    first = max(len(history.days) - WINDOW_DAYS, 0)
    if hindcast is None:
        hindcast = fitted.hindcast(lead_days, first)
    rows = slice(first - len(history.days), None)
    (expected, error, cells), (total, ratio, num_days) = measured(
        (history.offered_contacts[rows], history.ordinary[rows]),
        (hindcast.expected[rows], hindcast.support[rows]),
        FULL_SUPPORT_WEEKS,
        LEAST_OF_USUAL,
    )
    return Errors(
        days=history.days[first:],
        expected=expected,
        error=error,
        cells=cells,
        expected_of_day=total,
        day_ratio=ratio,
        num_days=num_days,
        place=(history.slots[0], history.slots_of_day),
    )
