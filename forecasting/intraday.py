"""Re-forecast the rest of the day and the week from what has come so far."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from forecasting.day_update import DayUpdate, update_days
from forecasting.paths import ForecastNoise, QueuePaths
from forecasting.period_totals import simulated
from wfm.calendar.local import wall_date
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY, ContactHistory, VolumeForecast


def reforecast(
    forecast: VolumeForecast,
    actuals: ContactHistory,
    *,
    until: datetime | None = None,
) -> VolumeForecast:
    """Return *forecast* in the light of *actuals*: what came, then the rest anew.

    Intervals that were over by *until* and were reported hold what came, without a
    band. The rest moves by as much as the contacts seen and the history's days justify
    (see :func:`forecasting.day_update.update_days`), today most, later days by what
    one day tells of the next; bands narrow, and paths go on from what came. Queues
    without actuals stay as they were. ``notes`` say by how much today's rest moved.

    Parameters
    ----------
    actuals
        Contacts on a grid in step with the forecast's; what lies outside the forecast
        is not looked at.
    until
        Take only intervals that were over at this instant; all that were reported by
        default.

    Raises
    ------
    ValueError
        If the forecast was read from a file or has met actuals before, or the grids
        are not in step.
    """
    noise = simulated(forecast)
    if any(queue.settled is not None for queue in noise.queues):
        msg = "this forecast has met actuals before: begin at the published one"
        raise ValueError(msg)
    seen = _Actuals.on(forecast, actuals, until)
    rows = [
        _updated(forecast, q, queue, seen.offered[q], seen.seen[q])
        for q, queue in enumerate(noise.queues)
    ]
    handled = seen.seen & (seen.aht_s > 0)
    return replace(
        forecast,
        mean=np.array([row.mean for row in rows]),
        quantiles=np.array([row.quantiles for row in rows]),
        aht_s=np.where(handled, seen.aht_s, forecast.aht_s),
        notes={
            queue_id: notes
            for queue_id, row in zip(forecast.queue_ids, rows, strict=True)
            if (notes := forecast.notes.get(queue_id, ()) + row.notes)
        },
        noise=ForecastNoise(
            queues=tuple(row.paths for row in rows), loadings=noise.loadings
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Actuals:
    """Actuals ``[q, t]`` on the forecast's grid and queues, 0 where not *seen*."""

    offered: FloatArray
    aht_s: FloatArray
    seen: BoolArray

    @classmethod
    def on(
        cls, forecast: VolumeForecast, actuals: ContactHistory, until: datetime | None
    ) -> "_Actuals":
        shift = _shift(forecast, actuals)
        num_t = forecast.grid.num_intervals
        source = np.arange(num_t) - shift
        inside = (source >= 0) & (source < actuals.grid.num_intervals)
        if until is not None:
            inside &= np.arange(num_t) < forecast.grid.floor_index(until)
        seen = np.zeros(forecast.mean.shape, dtype=bool)
        offered, aht_s = np.zeros(seen.shape), np.zeros(seen.shape)
        for q, queue_id in enumerate(forecast.queue_ids):
            if queue_id in actuals.queue_ids:
                row = actuals.queue_ids.index(queue_id)
                own = np.zeros(num_t, dtype=bool)
                own[forecast.first_idx[q] : forecast.end_idx[q]] = True
                own &= inside
                seen[q, own] = actuals.observed[row, source[own]]
                offered[q, own] = actuals.offered_contacts[row, source[own]]
                aht_s[q, own] = actuals.aht_s[row, source[own]]
        return cls(offered=offered * seen, aht_s=aht_s * seen, seen=seen)


def _shift(forecast: VolumeForecast, actuals: ContactHistory) -> int:
    """Return the index of the actuals' first interval on the forecast's grid."""
    step = forecast.grid.interval_minutes
    shift, rest = divmod(actuals.grid.start_minute - forecast.grid.start_minute, step)
    if actuals.grid.interval_minutes != step or rest:
        msg = (
            f"actuals of {actuals.grid.interval_minutes} min from "
            f"{actuals.grid.start_utc} are not in step with the forecast's {step} min"
        )
        raise ValueError(msg)
    return shift


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One queue anew: *mean* ``[t]``, *quantiles* ``[l, t]``."""

    mean: FloatArray
    quantiles: FloatArray
    paths: QueuePaths
    notes: tuple[str, ...]


def _updated(
    forecast: VolumeForecast,
    q: int,
    queue: QueuePaths,
    offered: FloatArray,
    seen: BoolArray,
) -> _Row:
    mean, quantiles = forecast.mean[q], forecast.quantiles[q]
    inside = slice(int(queue.day_starts[0]), int(queue.day_starts[-1]))
    if not seen[inside].any():
        return _Row(mean=mean, quantiles=quantiles, paths=queue, notes=())
    cells = _cells(queue)
    expected, came, known = np.zeros((3, len(queue.days), int(cells[1].max()) + 1))
    expected[cells], came[cells] = mean[inside], offered[inside]
    known[cells] = seen[inside]
    spread = np.ones(len(queue.days)) if queue.day_spread is None else queue.day_spread
    update = update_days(queue.noise, queue.days, expected, came, known > 0, spread)
    new_mean, new_quantiles = mean.copy(), quantiles.copy()
    new_mean[inside] *= update.factor[cells]
    new_quantiles[:, inside] = _quantiles(
        mean[inside], quantiles[:, inside], update, cells, queue.noise.dispersion
    )
    new_mean[seen] = new_quantiles[:, seen] = offered[seen]
    return _Row(
        mean=new_mean,
        quantiles=new_quantiles,
        paths=replace(queue, day_spread=spread * update.day_spread, settled=seen),
        notes=_notes(queue, expected, known > 0, update),
    )


def _cells(queue: QueuePaths) -> tuple[IntArray, IntArray]:
    """Return the day and the place in it of each interval of the queue's days."""
    lengths = np.diff(queue.day_starts)
    day = np.repeat(np.arange(len(lengths)), lengths)
    first = np.repeat(queue.day_starts[:-1], lengths)
    return day, np.arange(queue.day_starts[0], queue.day_starts[-1]) - first


def _quantiles(
    mean: FloatArray,
    quantiles: FloatArray,
    update: DayUpdate,
    cells: tuple[IntArray, IntArray],
    dispersion: float,
) -> FloatArray:
    """Return ``[l, t]`` the quantiles about the new mean, no wider than they were.

    Offsets of the square roots shrink with the variance that is left. A lower quantile
    of less than half a contact stays where it is: zero is as likely as it was.
    """
    factor = update.factor[cells]
    before = dispersion + update.variance_before[cells] * mean
    after = dispersion + update.variance_after[cells] * mean * factor
    narrower = np.sqrt(np.minimum(after / before, 1.0))
    offsets = (np.sqrt(quantiles) - np.sqrt(mean)) * narrower
    moved = np.maximum(np.sqrt(mean * factor) + offsets, 0.0) ** 2
    nothing = (quantiles < np.minimum(mean, 0.5)) & (quantiles < moved)
    return np.where(nothing, quantiles, moved)


def _notes(
    queue: QueuePaths, expected: FloatArray, seen: BoolArray, update: DayUpdate
) -> tuple[str, ...]:
    """Say by how much the rest of the last seen day moved."""
    counted = seen & (expected > 0)
    if not counted.any():
        return ()
    today = int(np.flatnonzero(counted.any(axis=1))[-1])
    rest = np.where(seen[today], 0.0, expected[today])
    if not rest.any():
        return ()
    change = float(rest @ update.factor[today] / rest.sum()) - 1.0
    day = wall_date(int(queue.days[today]) * MINUTES_PER_DAY)
    return (f"the rest of {day} moved by {change:+.1%} after a look at actuals",)
