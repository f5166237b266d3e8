"""The choice among models by a rolling test inside each history.

For every day of the last quarter of a year, each candidate says what it would have
forecast 1, 7 and 28 days before, from what it had learnt before that quarter. Mixtures
of what did well are steadier than any single choice, so errors become weights.

The constants below were looked at on the bank until August 2003, the Technion total,
the taxi trips, two public series of other kinds (half-hourly electricity demand; late
departures by the hour) and four synthetic ones of 0.4 to 300 contacts a slot. The
surface is flat: powers of 8 to 16 and favours of 2 to 10 change the WAPE a week ahead
by about one part in a hundred.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TypeGuard

import numpy as np

from forecasting.model import (
    FORECASTERS,
    Fitted,
    ForecastError,
    Hindcast,
    Learned,
    QueueHistory,
)
from forecasting.profile import NOTHING_ORDINARY
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import ModelTest

SIMPLE = ("weekday_mean", "median_of_weeks", "last_week")
UNTESTED = ("low_rank", "day_total", "weekday_mean", "mean_of_weeks")
"""What counts alike where the history is too short for a test.

The last one looks as if it added nothing. But where no test can speak for patterns, the
field's habit deserves its vote: over histories of 14, 21 and 27 days it moved the WAPE
a week ahead of the bank by +0.4 %, the Technion total by -0.5 %, its thinned calls by
+0.2 %, its types of October by +1.2 %, the taxis by -4 %.
"""
LEADS_TESTED = (1, 7, 28)
LEAD_ENDS = (2, 14)
"""Last leads in days of the near and of the middle group; the rest is far.

Group *g* of leads has the weights that the test at ``LEADS_TESTED[g]`` days gave.
"""
_LEAD_ENDS = np.array(LEAD_ENDS)
TEST_DAYS = 91
TEST_MINUTES = 30
MIN_DAYS = 28
LOW_VOLUME_CONTACTS = 2.0
POWER = 16.0
FAVOUR = 4.0
MAX_EXTRA_BIAS = 0.05
SMALLEST_WAPE = 1e-6
NEGLIGIBLE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How candidates did on the last part of a history, from what was known before.

    Attributes
    ----------
    names, fits
        The candidates ``[m]``, fitted to all the history.
    errors
        ``[g, m, n]`` forecast minus offered by lead tested, in half hours or longer
        slots; no lead if there was nothing to test.
    offered_contacts
        ``[g]`` the contacts of these cells.
    favourite
        The candidate to be preferred unless the test speaks against it.
    next_day
        The day after the history.
    wape, bias
        ``[g, m]`` fractions of the offered contacts, by lead tested.
    """

    names: tuple[str, ...]
    fits: tuple[Fitted, ...]
    errors: FloatArray
    offered_contacts: FloatArray
    favourite: str
    next_day: int
    wape: FloatArray = field(init=False)
    bias: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        from forecasting.kernels.errors import sizes_and_sums

        relative = sizes_and_sums(self.errors) / self.offered_contacts[:, None]
        object.__setattr__(self, "wape", relative[0])
        object.__setattr__(self, "bias", relative[1])

    def mixed_wape(self, weights: FloatArray) -> FloatArray:
        """Return the WAPE ``[g]`` of the candidates mixed by *weights* ``[g, m]``."""
        from forecasting.kernels.errors import mixed_sizes

        return np.asarray(mixed_sizes(weights, self.errors) / self.offered_contacts)

    @property
    def was_tested(self) -> bool:
        """Whether there was anything to test."""
        return bool(len(self.errors))

    def weights(self) -> FloatArray:
        r"""Return weights ``[g, m]`` of the candidates, by group of leads.

        A weight goes with :math:`\text{WAPE}^{-16}`, the favourite's four-fold. A
        candidate has none that forecasts five points less than the favourite: WAPE
        rewards medians, staffing needs means. Without a test, the models
        :data:`UNTESTED` count alike.
        """
        if not self.was_tested:
            return self._untested()
        from forecasting.kernels.errors import weights

        limits = (SMALLEST_WAPE, MAX_EXTRA_BIAS, NEGLIGIBLE)
        favourite = self.names.index(self.favourite)
        return weights(self.wape, self.bias, favourite, (POWER, FAVOUR), limits)

    def _untested(self) -> FloatArray:
        known = np.array([name in UNTESTED for name in self.names], dtype=float)
        known = known if known.any() else np.ones(len(self.names))
        return np.tile(known / known.sum(), (len(LEADS_TESTED), 1))

    def mixture(self, weights: FloatArray) -> "Mixture":
        """Return the candidates mixed by *weights* ``[g, m]``."""
        tests = self._tests(weights) if self.was_tested else ()
        return Mixture(
            fits=self.fits, weights=weights, next_day=self.next_day, tests=tuple(tests)
        )

    def _tests(self, weights: FloatArray) -> Iterator[ModelTest]:
        columns = (self.wape.T.tolist(), self.bias.T.tolist(), weights.T.tolist())
        for name, *rows in zip(self.names, *columns, strict=True):
            for lead_days, wape, bias, weight in zip(LEADS_TESTED, *rows, strict=True):
                yield ModelTest(
                    model=name, lead_days=lead_days, wape=wape, bias=bias, weight=weight
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """A weighted mean of fitted models (see :class:`forecasting.model.Chosen`).

    *weights* is ``[g, m]`` by group of leads, *next_day* the day after the history,
    *tests* the table behind the weights.
    """

    fits: tuple[Fitted, ...]
    weights: FloatArray
    next_day: int
    tests: tuple[ModelTest, ...]

    def hindcast(self, lead_days: int, first_row: int = 0) -> Hindcast:
        """Return the mean hindcast, where all members have one."""
        from forecasting.kernels.errors import mix_in, weighted

        weights = self.weights[bisect_left(LEAD_ENDS, lead_days)].tolist()
        members = [(fit, w) for fit, w in zip(self.fits, weights, strict=True) if w > 0]
        fit, weight = members[0]
        first = fit.hindcast(lead_days, first_row)
        if len(members) == 1:
            return first
        expected, support = weighted(first.expected, first.support, weight)
        for fit, weight in members[1:]:  # one at a time: they are large
            one = fit.hindcast(lead_days, first_row)
            mix_in(expected, support, (one.expected, one.support), weight)
        return Hindcast(expected=expected, support=support)

    def _members(self) -> Iterator[tuple[Fitted, list[float]]]:
        """Yield the fits and their weights by group of leads."""
        return zip(self.fits, self.weights.T.tolist(), strict=True)

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the mean contacts of ordinary *days* to come."""
        from forecasting.kernels.errors import mix_days_in

        groups = np.searchsorted(_LEAD_ENDS, days - self.next_day + 1)
        total: FloatArray | None = None
        for m, (fit, shares) in enumerate(self._members()):
            if any(shares):
                said = np.ascontiguousarray(fit.predict(days))
                total = np.zeros(said.shape) if total is None else total
                mix_days_in(total, said, m, self.weights, groups)
        return np.asarray(total)


def candidates(history: QueueHistory) -> tuple[str, ...]:
    """Return the names of the models to choose from for *history*.

    Patterns of days where contacts are many, day totals where they are fewer than
    :data:`LOW_VOLUME_CONTACTS` a slot (the other of the two would cost as much as all
    the rest and hardly count), and the simple ones.
    """
    if len(history.days) < MIN_DAYS:
        return UNTESTED
    from forecasting.kernels.errors import mean_of_cells

    volume = mean_of_cells(history.offered_contacts, history.ordinary)
    return ("day_total" if volume < LOW_VOLUME_CONTACTS else "low_rank", *SIMPLE)


def rehearse(history: QueueHistory, names: Sequence[str] | None = None) -> Rehearsal:
    """Return how the models *names* did on the last quarter of a year of *history*.

    Without *names* they are the :func:`candidates`; the first one is the favourite. At
    most half of the history is the test. Models learn from what lies before it and
    are then only brought up to date, day by day.

    Raises
    ------
    ForecastError
        If no model can be fitted.
    """
    fits = _fitted(history, candidates(history) if names is None else names)
    if not fits:
        raise ForecastError(NOTHING_ORDINARY)
    num_days = len(history.days)
    split = num_days - min(TEST_DAYS, num_days // 2)
    errors, offered = np.empty((0, len(fits), 0)), np.empty(0)
    if num_days >= MIN_DAYS:
        tested = [_as_of(fit, int(history.days[split])) for fit in fits.values()]
        found = _tested(history, split, tested)
        errors, offered = found if found[1].min() > 0 else (errors, offered)
    return Rehearsal(
        names=tuple(fits),
        fits=tuple(fits.values()),
        errors=errors,
        offered_contacts=offered,
        favourite=next(iter(fits)),
        next_day=int(history.days[-1]) + 1,
    )


def _fitted(history: QueueHistory, names: Iterable[str]) -> dict[str, Fitted]:
    """Return by name the models that can be fitted to *history*."""
    fits = {}
    for name in names:
        try:
            fits[name] = FORECASTERS[name]().fit(history)
        except ForecastError:
            continue
    return fits


def _as_of(fit: Fitted, day: int) -> Fitted:
    """Return *fit* with nothing learnt from *day* on."""
    return fit.learnt_before(day) if _is_learned(fit) else fit


def _is_learned(fit: Fitted) -> TypeGuard[Learned]:
    return _are_learned(type(fit))


@cache  # asking a Protocol takes as long as a forecast of some days
def _are_learned(kind: type[Fitted]) -> bool:
    return issubclass(kind, Learned)


def _tested(
    history: QueueHistory, split: int, tested: Sequence[Fitted]
) -> tuple[FloatArray, FloatArray]:
    """Return the errors ``[g, m, n]`` on the days from *split* on, and what came there.

    By lead tested. The cells are those that all models could forecast, short slots
    summed to half hours: the noise of single contacts must not hide who is better.
    """
    from forecasting.kernels.errors import keep_supported, summed_errors

    ordinary, offered = history.ordinary[split:], history.offered_contacts[split:]
    step = max(TEST_MINUTES // history.slot_minutes, 1)
    shape = (len(ordinary), -(-ordinary.shape[1] // step))
    errors = np.empty((len(LEADS_TESTED), len(tested), *shape))
    came = np.zeros(len(LEADS_TESTED))
    for g, lead_days in enumerate(LEADS_TESTED):
        hindcasts = [fit.hindcast(lead_days, split) for fit in tested]
        cells = ordinary.copy()
        for hindcast in hindcasts:
            keep_supported(cells, hindcast.support)
        for row, hindcast in zip(errors[g], hindcasts, strict=True):
            came[g] = summed_errors(offered, hindcast.expected, cells, step, row)
    return errors.reshape(*errors.shape[:2], -1), came
