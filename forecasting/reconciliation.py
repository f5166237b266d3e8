"""A forecast whose queues agree with forecasts of their channels and markets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecasting.covariance import shrunk_correlation
from forecasting.days import Horizon, MarketCalendar, QueueRecord, queue_record
from forecasting.hierarchy import Hierarchy, error_covariance, reconcile
from forecasting.model import QueueHistory
from forecasting.noise import QueueNoise, day_scores
from forecasting.paths import QueuePaths
from forecasting.period_totals import simulated
from forecasting.single import forecast_days
from forecasting.special import tagged_cells
from wfm.calendar.holidays import Holiday
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import (
    MINUTES_PER_DAY,
    ContactHistory,
    DemandEvent,
    Queue,
    VolumeForecast,
)

MAX_CORRELATION = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """A forecast that agrees with its sums, and by how much it had to move.

    Attributes
    ----------
    forecast
        The queues' forecast; a group's is the sum of its queues'.
    hierarchy
        The nodes.
    days
        ``[d]`` the local dates that all queues forecast, as days from 1970-01-01.
    base, agreed
        ``[n, d]`` contacts of every node and day before and after.
    """

    forecast: VolumeForecast
    hierarchy: Hierarchy
    days: IntArray
    base: FloatArray
    agreed: FloatArray


def reconciled(
    forecast: VolumeForecast,
    history: ContactHistory,
    queues: Sequence[Queue],
    *,
    holidays: Mapping[str, Mapping[date, Holiday]] | None = None,
    events: Sequence[DemandEvent] = (),
    model: str = "weekday_mean",
) -> Reconciled:
    """Return *forecast* with its queues' days moved to agree with their sums.

    Every channel within a market, every market, and all queues are forecast by *model*
    from their summed histories, on local dates (a Monday is each queue's own Monday),
    and are heard if they did better over the history than the sum of their queues.
    MinT weighs these against the queues' forecasts day by day, by the errors that
    each made in the past and how they went together (shrunken covariance); the
    intervals of a day keep their shape. It is done by days because there the
    forecasts differ: the error of an interval about its day is mostly counting noise.
    Dates that a holiday or event marks for any queue stay as they are.

    Raises
    ------
    ValueError
        If the forecast was read from a file, or the queues share no date or have no
        history.
    """
    calendar = MarketCalendar(holidays=holidays or {}, events=events)
    known = [queue for queue in queues if queue.queue_id in history.queue_ids]
    paths = _paths_of(forecast, known)
    days = _common_days(list(paths.values()))
    hierarchy = Hierarchy.of(known)
    records = [
        queue_record(history, queue, calendar).before(int(days[0])) for queue in known
    ]
    nodes = [
        _queue_node(forecast.mean[q], path, record.history, days)
        for (q, path), record in zip(paths.items(), records, strict=True)
    ]
    for members in hierarchy.summing[len(known) :] > 0:
        inside = [record for record, held in zip(records, members, strict=True) if held]
        nodes.append(_forecast_node(inside, days, model))
    marked = _marked(calendar, known, days, forecast.grid.interval_minutes)
    agreed = _agreed(hierarchy, nodes, days, marked)
    return Reconciled(
        forecast=_moved(forecast, paths, days, agreed),
        hierarchy=hierarchy,
        days=days,
        base=np.array([node.day_totals for node in nodes]),
        agreed=hierarchy.summing @ agreed,
    )


def _paths_of(
    forecast: VolumeForecast, queues: Sequence[Queue]
) -> dict[int, QueuePaths]:
    """Return the paths of *queues* by their row in *forecast*, in their order."""
    rows = [forecast.queue_ids.index(queue.queue_id) for queue in queues]
    noise = simulated(forecast)
    return {q: noise.queues[q] for q in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A node's own forecast ``[d]`` of day totals, its noise, its *errors* by date."""

    day_totals: FloatArray
    noise: QueueNoise
    errors: Mapping[int, float]


def _common_days(queues: Sequence[QueuePaths]) -> IntArray:
    first = max((int(queue.days[0]) for queue in queues), default=0)
    end = min((int(queue.days[-1]) for queue in queues), default=-1) + 1
    if end <= first:
        msg = "the queues share no local date: there is nothing to reconcile"
        raise ValueError(msg)
    return np.arange(first, end)


def _day_totals(mean: FloatArray, path: QueuePaths, days: IntArray) -> FloatArray:
    """Return ``[d]`` the sums of *mean* ``[t]`` over the local dates *days*."""
    running = np.concatenate([[0.0], np.cumsum(mean)])
    by_day = np.diff(running[path.day_starts])
    first = int(days[0] - path.days[0])
    return np.asarray(by_day[first : first + len(days)])


def _queue_node(
    mean: FloatArray, path: QueuePaths, history: QueueHistory, days: IntArray
) -> _Node:
    """Return a queue's forecast as it is."""
    return _Node(
        day_totals=_day_totals(mean, path, days),
        noise=path.noise,
        errors=_past_errors(history, path.noise),
    )


def _forecast_node(records: Sequence[QueueRecord], days: IntArray, model: str) -> _Node:
    """Return the forecast of the sum of *records*, from its own history."""
    summed = _summed(records)
    shape = (len(days), summed.history.observed.shape[1])
    horizon = Horizon(days=days, is_open=np.ones(shape, dtype=bool), tags=())
    result = forecast_days(summed, horizon, model, (0.5,))
    noise = result.noise or QueueNoise.assumed(int(days[0]))
    return _Node(
        day_totals=result.mean.sum(axis=1),
        noise=noise,
        errors=_past_errors(summed.history, noise),
    )


def _summed(records: Sequence[QueueRecord]) -> QueueRecord:
    """Return the sum of *records* by local date and slot, where all are known.

    What one of them did not report, or did on a special day, nobody knows of the sum.
    """
    first = max(int(record.history.days[0]) for record in records)
    parts = [record.history for record in records]
    rows = [slice(first - int(part.days[0]), None) for part in parts]
    both = list(zip(parts, rows, strict=True))
    known = [part.observed[r] | ~part.is_open[r] for part, r in both]
    is_open = np.any([part.is_open[r] for part, r in both], axis=0)
    offered = [part.offered_contacts[r] * part.usable[r] for part, r in both]
    history = QueueHistory(
        days=parts[0].days[rows[0]],
        slot_minutes=parts[0].slot_minutes,
        offered_contacts=np.sum(offered, axis=0),
        observed=np.all(known, axis=0),
        is_open=is_open,
        special=np.any([part.special[r] for part, r in both], axis=0),
        weekend=parts[0].weekend,
    )
    nothing = np.zeros(is_open.shape)
    return replace(
        records[0],
        history=history,
        handle_s=nothing,
        handled=nothing,
        tags=(),
        trusted=np.ones(len(is_open), dtype=bool),
    )


def _past_errors(history: QueueHistory, noise: QueueNoise) -> dict[int, float]:
    """Return by date the contacts offered less those expected a week ahead."""
    offered = np.where(history.ordinary, history.offered_contacts, 0.0).sum(axis=1)
    rows = noise.factor_days - history.days[0]
    ratio = noise.day_factors
    error = offered[rows] * ratio / (1.0 + ratio)
    known = np.isfinite(ratio) & (ratio > -1.0)
    dates = noise.factor_days[known].tolist()
    return dict(zip(dates, error[known].tolist(), strict=True))


def _marked(
    calendar: MarketCalendar, queues: Sequence[Queue], days: IntArray, minutes: int
) -> BoolArray:
    """Return ``[d]`` whether a holiday or event marks the date for any queue."""
    marked = np.zeros(len(days), dtype=bool)
    for queue in queues:
        slots = -(-MINUTES_PER_DAY // minutes)
        tags = calendar.tags(queue, days, minutes)
        marked |= tagged_cells(tags, (len(days), slots)).any(axis=1)
    return np.asarray(marked)


def _agreed(
    hierarchy: Hierarchy, nodes: Sequence[_Node], days: IntArray, marked: BoolArray
) -> FloatArray:
    """Return ``[q, d]`` the queues' contacts of each day after reconciliation."""
    base = np.array([node.day_totals for node in nodes])
    num_queues = hierarchy.summing.shape[1]
    agreed = base[:num_queues].copy()
    heard = _heard(hierarchy, nodes)
    if heard.sum() == num_queues:
        return agreed
    part = hierarchy.only(heard)
    noises = [node.noise for node, kept in zip(nodes, heard, strict=True) if kept]
    correlation, _ = shrunk_correlation(day_scores(noises))
    off = ~np.eye(len(noises), dtype=bool)
    correlation[off] *= MAX_CORRELATION
    for d in np.flatnonzero(~marked):
        lead = [noise.lead_of(days[[d]]) for noise in noises]
        day_variance = [
            noise.day_variance_at(h)[0] for noise, h in zip(noises, lead, strict=True)
        ]
        counts = [noise.dispersion for noise in noises]
        volume = base[heard, d]
        variance = volume * (np.array(day_variance) * volume + np.array(counts))
        agreed[:, d] = reconcile(part, volume, error_covariance(variance, correlation))
    return agreed


def _heard(hierarchy: Hierarchy, nodes: Sequence[_Node]) -> BoolArray:
    """Return ``[n]`` which nodes have a say: those that beat the sum of their queues.

    Whoever forecast a group worse than its queues together did, over the dates of the
    history that all know, would only spoil these. Queues always have a say.
    """
    num_queues = hierarchy.summing.shape[1]
    heard: BoolArray = np.asarray(np.arange(len(nodes)) < num_queues)
    for n in range(num_queues, len(nodes)):
        members = [nodes[int(q)].errors for q in np.flatnonzero(hierarchy.summing[n])]
        dates = set(nodes[n].errors).intersection(*members)
        own = sum(abs(nodes[n].errors[date]) for date in dates)
        queues = sum(abs(sum(errors[date] for errors in members)) for date in dates)
        heard[n] = own < queues
    return heard


def _moved(
    forecast: VolumeForecast,
    paths: Mapping[int, QueuePaths],
    days: IntArray,
    agreed: FloatArray,
) -> VolumeForecast:
    """Return *forecast* with each queue's days scaled to what was *agreed* upon."""
    mean, quantiles = forecast.mean.copy(), forecast.quantiles.copy()
    for (q, path), totals in zip(paths.items(), agreed, strict=True):
        before = _day_totals(forecast.mean[q], path, days)
        factor = np.ones(len(path.days))
        first = int(days[0] - path.days[0])
        factor[first : first + len(days)] = np.divide(
            totals, before, out=np.ones_like(before), where=before > 0
        )
        inside = slice(int(path.day_starts[0]), int(path.day_starts[-1]))
        by_interval = np.repeat(factor, np.diff(path.day_starts))
        mean[q, inside] *= by_interval
        quantiles[q][:, inside] *= by_interval
    return replace(forecast, mean=mean, quantiles=quantiles)
