"""What a scenario assumes of demand that no history shows: new queues, other hours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from wfm.calendar.local import local_clock
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import Queue, VolumeForecast
from wfm.domain.errors import UsageError
from wfm.domain.grid import IntervalGrid
from wfm.staffing.channel import CHANNELS

MINUTES_PER_WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRule:
    """Assumptions about one queue's contacts.

    Attributes
    ----------
    like, scale
        A queue without history has *scale* times the contacts of queue *like*, at the
        same hours of its own clock.
    aht_s
        Its handle time; that of *like* where ``None``.
    aht_factor
        Handle time of any queue over what it would be; not of work passed on to it.
    new_hours
        Contacts that come in hours newly opened, as a share of the queue's present
        contacts; evenly over those hours, or laid out like queue *new_hours_like*.
    returning
        Share of the contacts of hours newly closed that come again in open hours.
    """

    like: str | None = None
    scale: float = 1.0
    aht_s: float | None = None
    aht_factor: float = 1.0
    new_hours: float = 0.0
    new_hours_like: str | None = None
    returning: float = 1.0


def with_rules(
    forecast: VolumeForecast,
    queues: Mapping[str, Queue],
    is_open: Mapping[str, BoolArray],
    was_open: Mapping[str, BoolArray],
    rules: Mapping[str, DemandRule],
) -> VolumeForecast:
    """Return *forecast* for *queues*, hours and rules of a scenario.

    Parameters
    ----------
    queues
        The scenario's, by id.
    is_open, was_open
        ``[t]`` opening by queue id: the scenario's, and the base plan's.
    rules
        By queue id; a queue without one has the defaults.

    Raises
    ------
    UsageError
        If a rule lays contacts out like a queue that is not forecast.
    """
    rows = {name: q for q, name in enumerate(forecast.queue_ids)}
    names = list(queues)
    shape = (len(names), forecast.grid.num_intervals)
    mean, aht_s = np.zeros(shape), np.zeros(shape)
    for q, name in enumerate(names):
        rule = rules.get(name, DemandRule())
        if rule.like is not None:
            model = _row(rows, rule.like, name)
            at = _same_clock(forecast.grid, queues[rule.like].zone, queues[name].zone)
            mean[q] = forecast.mean[model][at] * rule.scale
            own = rule.aht_s or forecast.aht_s[model][at]
            aht_s[q] = own * rule.aht_factor
        elif name in rows:
            mean[q] = forecast.mean[rows[name]]
            aht_s[q] = forecast.aht_s[rows[name]] * rule.aht_factor
            if CHANNELS[queues[name].channel].deferred:
                continue  # such contacts come when they come
            mean[q] = _moved(forecast, rows, name, rule, is_open, was_open, queues)
            aht_s[q] = _filled(aht_s[q], forecast.mean[rows[name]])
    count = len(names)
    return replace(
        forecast,
        queue_ids=tuple(names),
        mean=mean,
        quantiles=np.repeat(mean[:, None, :], len(forecast.levels), axis=1),
        aht_s=aht_s,
        first_idx=(0,) * count,
        end_idx=(shape[1],) * count,
    )


def _row(rows: Mapping[str, int], model: str, name: str) -> int:
    if model not in rows:
        msg = f"the demand of {name} is to be like {model}, which has no forecast"
        raise UsageError(msg)
    return rows[model]


def _moved(
    forecast: VolumeForecast,
    rows: Mapping[str, int],
    name: str,
    rule: DemandRule,
    is_open: Mapping[str, BoolArray],
    was_open: Mapping[str, BoolArray],
    queues: Mapping[str, Queue],
) -> FloatArray:
    """Return the contacts ``[t]`` of a queue whose hours may have changed."""
    now = forecast.mean[rows[name]]
    before, after = was_open.get(name, is_open[name]), is_open[name]
    closed, opened = before & ~after, after & ~before
    lost = float(now[closed].sum())
    kept = np.where(closed, 0.0, now)
    if lost > 0.0 and kept.sum() > 0.0:
        kept *= 1.0 + rule.returning * lost / float(kept.sum())
    if rule.new_hours and opened.any():
        shape = opened.astype(float)
        if rule.new_hours_like is not None:
            like = _row(rows, rule.new_hours_like, name)
            own, other = queues[name].zone, queues[rule.new_hours_like].zone
            laid_out = forecast.mean[like][_same_clock(forecast.grid, other, own)]
            shape = laid_out * opened if (laid_out * opened).any() else shape
        kept = kept + shape * rule.new_hours * float(now.sum()) / float(shape.sum())
    return np.asarray(kept)


def _filled(aht_s: FloatArray, contacts: FloatArray) -> FloatArray:
    """Return handle times, the mean where there is none."""
    weight = contacts * (aht_s > 0.0)
    if not weight.sum():
        return aht_s
    mean = float((weight * aht_s).sum() / weight.sum())
    return np.asarray(np.where(aht_s > 0.0, aht_s, mean))


def _same_clock(grid: IntervalGrid, source: str, target: str) -> IntArray:
    """Return for each interval the one at the same wall clock time in *source*.

    Intervals beyond the grid's ends are taken a week off.
    """
    theirs, own = local_clock(grid, source), local_clock(grid, target)
    ahead = (own.day - theirs.day) * 24 * 60 + own.minute_of_day - theirs.minute_of_day
    at = np.arange(grid.num_intervals) + ahead // grid.interval_minutes
    week = MINUTES_PER_WEEK // grid.interval_minutes
    at = np.where(at < 0, at + week, at)
    at = np.where(at >= grid.num_intervals, at - week, at)
    return np.asarray(np.clip(at, 0, grid.num_intervals - 1))
