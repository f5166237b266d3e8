"""The choice among models by a rolling test inside each history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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

CANDIDATES = (
    "low_rank",
    "day_total",
    "weekday_mean",
    "median_of_weeks",
    "mean_of_weeks",
    "last_week",
)
UNTESTED = ("low_rank", "day_total", "weekday_mean")
LEADS_TESTED = (1, 7, 28)
LEAD_ENDS = (2, 14)
"""Last leads in days of the near and of the middle group; the rest is far.

Group *g* of leads has the weights that the test at ``LEADS_TESTED[g]`` days gave.
"""
TEST_DAYS = 91
MIN_DAYS = 28
LOW_VOLUME_CONTACTS = 2.0
POWER = 16.0
FAVOUR = 4.0
MAX_EXTRA_BIAS = 0.05
SMALLEST_WAPE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How candidates did on the last part of a history, from what was known before.

    Attributes
    ----------
    names, fits
        The candidates ``[m]`` that could be fitted, fitted to all the history.
    wape, bias
        ``[g, m]`` fractions of the offered contacts at the leads tested, on the cells
        that all candidates could forecast; NaN where nothing could be tested.
    favourite
        The candidate to be preferred unless the test speaks against it.
    """

    names: tuple[str, ...]
    fits: tuple[Fitted, ...]
    wape: FloatArray
    bias: FloatArray
    favourite: str

    def weights(self) -> FloatArray:
        r"""Return weights ``[g, m]`` of the candidates, by group of leads.

        A weight goes with :math:`\text{WAPE}^{-16}`, the favourite's four-fold. A
        candidate has none that was not tested, or whose bias is five points off the
        middle one's: WAPE rewards medians, staffing needs means. Without a test, the
        models :data:`UNTESTED` count alike.
        """
        favoured = np.array([name == self.favourite for name in self.names])
        tested = np.isfinite(self.wape).all(axis=0)
        bias = np.where(tested, self.bias, np.inf)
        if tested.any():
            bias = bias - np.median(bias[:, tested], axis=1, keepdims=True)
        honest = (np.abs(bias) <= MAX_EXTRA_BIAS).all(axis=0)
        if not honest.any():
            return self._untested()
        wape = np.where(honest, self.wape, 1.0)
        score = -POWER * np.log(np.maximum(wape, SMALLEST_WAPE))
        score = np.where(honest, score + np.log(FAVOUR) * favoured, -np.inf)
        weights = np.exp(score - score.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def _untested(self) -> FloatArray:
        known = np.array([name in UNTESTED for name in self.names], dtype=float)
        known = known if known.any() else np.ones(len(self.names))
        return np.tile(known / known.sum(), (len(LEADS_TESTED), 1))

    def mixture(self, next_day: int, weights: FloatArray) -> "Mixture":
        """Return the candidates mixed by *weights* ``[g, m]`` for *next_day* on."""
        return Mixture(
            fits=self.fits,
            weights=weights,
            next_day=next_day,
            tests=tuple(self._tests(weights)),
        )

    def _tests(self, weights: FloatArray) -> Iterator[ModelTest]:
        for m, name in enumerate(self.names):
            for g, lead_days in enumerate(LEADS_TESTED):
                if np.isfinite(self.wape[g, m]):
                    yield ModelTest(
                        model=name,
                        lead_days=lead_days,
                        wape=float(self.wape[g, m]),
                        bias=float(self.bias[g, m]),
                        weight=float(weights[g, m]),
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

    def hindcast(self, lead_days: int) -> Hindcast:
        """Return the mean hindcast, where all members have one."""
        weights = self.weights[np.searchsorted(LEAD_ENDS, lead_days)]
        members = [
            (fit.hindcast(lead_days), float(weight))
            for fit, weight in zip(self.fits, weights, strict=True)
            if weight > 0
        ]
        support = np.minimum.reduce([hindcast.support for hindcast, _ in members])
        expected = sum(weight * hindcast.expected for hindcast, weight in members)
        return Hindcast(expected=np.where(support > 0, expected, 0.0), support=support)

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the mean contacts of ordinary *days* to come."""
        groups = np.searchsorted(LEAD_ENDS, days - self.next_day + 1)
        shares = [
            weights[groups][:, None] * np.maximum(fit.predict(days), 0.0)
            for fit, weights in zip(self.fits, self.weights.T, strict=True)
            if weights.any()
        ]
        return np.asarray(np.sum(shares, axis=0))


def rehearse(history: QueueHistory, names: Sequence[str] = CANDIDATES) -> Rehearsal:
    """Return how the models *names* did on the last quarter of a year of *history*.

    At most half of the history is the test. Models learn from what lies before it and
    are then only brought up to date, day by day.

    Raises
    ------
    ForecastError
        If no model can be fitted.
    """
    fits = _fitted(history, names)
    if not fits:
        raise ForecastError(NOTHING_ORDINARY)
    num_days = len(history.days)
    split = num_days - min(TEST_DAYS, num_days // 2)
    tested = _continued(history, split, fits) if num_days >= MIN_DAYS else {}
    shape = (len(LEADS_TESTED), len(fits))
    wape, bias = np.full(shape, np.nan), np.full(shape, np.nan)
    for g, lead_days in enumerate(LEADS_TESTED) if tested else ():
        hindcasts = {name: fit.hindcast(lead_days) for name, fit in tested.items()}
        errors = _errors(history, split, list(hindcasts.values()))
        which = [list(fits).index(name) for name in tested]
        wape[g, which], bias[g, which] = errors
    return Rehearsal(
        names=tuple(fits),
        fits=tuple(fits.values()),
        wape=wape,
        bias=bias,
        favourite=_favourite(history, fits),
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


def _continued(
    history: QueueHistory, split: int, fits: Mapping[str, Fitted]
) -> dict[str, Fitted]:
    """Return *fits* with nothing learnt from the days from *split* on."""
    learned = [name for name, fit in fits.items() if isinstance(fit, Learned)]
    early = _fitted(history.before(int(history.days[split])), learned)
    tested = {name: fit for name, fit in fits.items() if name not in learned}
    for name, fit in early.items():
        if isinstance(fit, Learned):
            tested[name] = fit.continued(history)
    return tested


def _errors(
    history: QueueHistory, split: int, hindcasts: Sequence[Hindcast]
) -> tuple[FloatArray, FloatArray]:
    """Return WAPE and bias ``[m]`` of *hindcasts* on the days from *split* on."""
    cells = history.ordinary[split:]
    for hindcast in hindcasts:
        cells = cells & (hindcast.support[split:] > 0)
    offered = history.offered_contacts[split:][cells]
    total = float(offered.sum())
    if total <= 0:
        nothing = np.full(len(hindcasts), np.nan)
        return nothing, nothing
    errors = [hindcast.expected[split:][cells] - offered for hindcast in hindcasts]
    wape = np.array([np.abs(error).sum() for error in errors]) / total
    return wape, np.array([error.sum() for error in errors]) / total


def _favourite(history: QueueHistory, names: Iterable[str]) -> str:
    """Return the model to prefer: top-down at low volumes, else patterns of days."""
    cells = history.ordinary
    volume = float(history.offered_contacts[cells].sum()) / max(int(cells.sum()), 1)
    few = volume < LOW_VOLUME_CONTACTS
    order = ("day_total", "low_rank") if few else ("low_rank", "day_total")
    return next((name for name in order if name in names), next(iter(names)))
