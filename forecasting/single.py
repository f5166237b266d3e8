"""The forecast of one queue, from its local days to the local days of a horizon."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.aht import fit_handle_time
from forecasting.bands import Bands, fit_bands
from forecasting.day_level import (
    PlainHistory,
    SpecialDays,
    learn_special_days,
    plain_history,
    widened,
)
from forecasting.days import Horizon, QueueRecord
from forecasting.effects import TINY
from forecasting.model import DAYS_PER_WEEK, FORECASTERS, Fitted, ForecastError
from forecasting.noise import QueueNoise
from forecasting.select import TEST_MINUTES
from forecasting.special import stated_factors
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import ModelTest, SpecialDay

NAIVE_MODEL = "last_week"
# What a broken model may raise; LinAlgError is a ValueError.
MODEL_FAILURES = (ForecastError, ArithmeticError, ValueError, IndexError)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayForecast:
    """One queue by local day and slot, contacts per interval.

    *mean* ``[d, s]``, *quantiles* ``[l, d, s]``, *aht_s* ``[d, s]``. *failure* says
    what went wrong and what stands in its place; empty if all went well. *notes* say
    what the forecast had to assume. *noise* is ``None`` where nothing is known.
    *day_spread* ``[d]`` is how many times as far as an ordinary day each may stray
    (``None``: all are ordinary). *tests* are those behind a choice among models,
    *special_days* what holidays and events make of the dates.
    """

    mean: FloatArray
    quantiles: FloatArray
    aht_s: FloatArray
    failure: str = ""
    notes: tuple[str, ...] = ()
    noise: QueueNoise | None = None
    day_spread: FloatArray | None = None
    tests: tuple[ModelTest, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()


def forecast_days(
    record: QueueRecord, horizon: Horizon, model: str, levels: Sequence[float]
) -> DayForecast:
    """Return the forecast of *horizon* by *model*, or by last week if that fails.

    A queue without any observed open interval is forecast as zero and says so.
    """
    first = f"model {model!r} failed: "
    try:
        return _volumes(record, horizon, model, levels)
    except MODEL_FAILURES as error:
        first += str(error) or type(error).__name__
    try:
        naive = _volumes(record, horizon, NAIVE_MODEL, levels)
    except ForecastError:
        return zero_forecast(
            record.queue.default_aht_s, horizon, levels, f"{first}; zeros in its place"
        )
    parts = (first, "last week's volumes in its place", naive.failure)
    return replace(naive, failure="; ".join(part for part in parts if part))


def zero_forecast(
    aht_s: float | None, horizon: Horizon, levels: Sequence[float], failure: str = ""
) -> DayForecast:
    """Return a forecast of no contacts, at the handle time that the plan states."""
    shape = horizon.is_open.shape
    return DayForecast(
        mean=np.zeros(shape),
        quantiles=np.zeros((len(levels), *shape)),
        aht_s=np.full(shape, aht_s or 0.0),
        failure=failure,
    )


def _volumes(
    record: QueueRecord, horizon: Horizon, model: str, levels: Sequence[float]
) -> DayForecast:
    """Return the forecast by *model*, which sees the hours of opening only."""
    shape = horizon.is_open.shape
    aht_s = _handle_time(record, horizon)
    if any(tag.aht_factor != 1.0 for tag in horizon.tags):
        aht_s = stated_factors(horizon.tags, shape)[1] * aht_s
    first, end = _hours(record, horizon)
    if (first, end) != (0, shape[1]):
        record, horizon = record.within(first, end), horizon.within(first, end)
    found = _open_hours(record, horizon, model, levels)
    tables = np.zeros((1 + len(levels), *shape))
    tables[0, :, first:end], tables[1:, :, first:end] = found.mean, found.quantiles
    return replace(
        found,
        mean=tables[0],
        quantiles=tables[1:],
        aht_s=aht_s,
        failure="" if aht_s.any() else "no handle time in history or plan; 0 s used",
    )


def _open_hours(
    record: QueueRecord, horizon: Horizon, model: str, levels: Sequence[float]
) -> DayForecast:
    """Return the forecast by *model* without its handle time."""
    plain = plain_history(record.history, record.trusted)
    fitted = FORECASTERS[model]().fit(plain.history)
    days, tags, is_open = horizon.days, horizon.tags, horizon.is_open
    ordinary = _ordinary(fitted, horizon)
    # Where no special day lies ahead, there is nothing to learn them for.
    special = learn_special_days(plain.history, record.tags if tags else (), fitted)
    mean, variance = special.applied(ordinary, days, tags)
    bands = fit_bands(plain.history, fitted, levels, special.week_ahead)
    quantiles = widened(bands.quantiles(mean, days), mean, variance, levels)
    factors = plain.course.factors(days)[:, None] * is_open
    return DayForecast(
        mean=mean * factors,
        quantiles=quantiles * factors,
        aht_s=np.zeros(mean.shape),
        notes=tuple(_notes(horizon, plain, special, bands)),
        noise=bands.noise,
        day_spread=_day_spread(bands.noise, mean, variance, horizon),
        tests=getattr(fitted, "tests", ()),  # of a model that is Chosen
        special_days=special.described(ordinary, days, tags, is_open),
    )


def _hours(record: QueueRecord, horizon: Horizon) -> tuple[int, int]:
    """Return the slots of the day from the first one ever open to the last, half-open.

    The first one begins a half hour, so that half hours stay what they are.
    """
    from forecasting.kernels.days import open_span

    first, end = open_span(record.history.is_open, horizon.is_open)
    step = max(TEST_MINUTES // record.history.slot_minutes, 1)
    return first // step * step, end


def _ordinary(fitted: Fitted, horizon: Horizon) -> FloatArray:
    """Return what *fitted* expects of ordinary days, checked."""
    mean = fitted.predict(horizon.days)
    if mean.shape != horizon.is_open.shape or not np.isfinite(mean).all():
        msg = "the forecast is not finite"
        raise ForecastError(msg)
    return np.maximum(mean, 0.0)


def _day_spread(
    noise: QueueNoise, mean: FloatArray, variance: FloatArray, horizon: Horizon
) -> FloatArray | None:
    """Return ``[d]`` the day factor's spread over that of ordinary days."""
    if not variance.any():
        return None
    from forecasting.kernels.effects import day_spread

    ordinary = noise.day_variance_at(noise.lead_of(horizon.days))
    spread = day_spread(mean, variance, horizon.is_open, ordinary, TINY)
    return spread if (spread != 1.0).any() else None


def _notes(
    horizon: Horizon, plain: PlainHistory, special: SpecialDays, bands: Bands
) -> Iterator[str]:
    """Yield what the forecast had to assume, for the planner to judge."""
    if horizon.days[0] - bands.known_until >= DAYS_PER_WEEK:
        # Closed days are known, and said no more than not to be missing.
        history = plain.history
        last = history.days[history.usable.any(axis=1)][-1]
        gap = int(horizon.days[0] - last) - 1
        yield f"the history ends {gap} days before the forecast begins"
    if bands.are_assumed:
        yield "too little history to measure errors: the bands are assumed"
    yield from plain.notes()
    yield from special.notes(horizon.tags, horizon.is_open)


def _handle_time(record: QueueRecord, horizon: Horizon) -> FloatArray:
    """Return the handle time ``[d, s]``: learnt, else the plan's, else 0."""
    stated = record.queue.default_aht_s
    fitted = fit_handle_time(
        record.history.days,
        record.handle_s,
        record.handled,
        slot_minutes=record.history.slot_minutes,
        stated_s=stated,
    )
    if fitted is None:
        return np.full(horizon.is_open.shape, stated or 0.0)
    return fitted.predict(horizon.days)
