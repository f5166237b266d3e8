"""Totals of days, weeks and months, with quantiles that come from simulated paths."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from forecasting.model import DAYS_PER_WEEK
from forecasting.paths import BLOCK, ForecastNoise, QueuePaths
from wfm.calendar.local import wall_date
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY, VolumeForecast

Period = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRow:
    """Contacts of a queue or group over *num_days* local dates from *first_day* on."""

    name: str
    first_day: date
    num_days: int
    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Totals by period; *quantiles* of each row are at the ascending *levels*."""

    period: Period
    levels: tuple[float, ...]
    rows: tuple[TotalRow, ...]

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return the rows as dictionaries, for a table: ``p10``, ``p50``, ..."""
        names = [f"p{100 * level:g}" for level in self.levels]
        return tuple(
            {
                "name": row.name,
                "first_day": row.first_day,
                "num_days": row.num_days,
                "mean": row.mean,
                **dict(zip(names, row.quantiles, strict=True)),
            }
            for row in self.rows
        )


def totals(
    forecast: VolumeForecast,
    *,
    by: Period = "day",
    groups: Mapping[str, Sequence[str]] | None = None,
    levels: Sequence[float] | None = None,
    num_paths: int = 1024,
    seed: int = 0,
) -> Totals:
    """Return what *forecast* adds up to, by local day, week or month.

    The quantiles are those of sums over paths: a day's is not the sum of its
    intervals', because not every half hour is bad at once. The mean is the sum of the
    forecast's means.

    Parameters
    ----------
    by
        ``"week"`` counts seven local dates from the forecast's first one, as plans
        do; ``"month"`` takes the calendar's, cut where the forecast begins and ends.
    groups
        Queue ids by the name of their group; without it every queue is its own. Dates
        are each queue's own: a group's Monday is everybody's Monday.
    levels
        Ascending quantile levels, the forecast's own by default.
    num_paths, seed
        A thousand paths leave P10 and P90 uncertain by some 1 % of a level.

    Raises
    ------
    ValueError
        If the forecast was read from a file and can't be simulated.
    """
    noise = simulated(forecast)
    chosen = tuple(forecast.levels if levels is None else levels)
    named = groups or {queue_id: (queue_id,) for queue_id in forecast.queue_ids}
    calendar = _Calendar.over(noise.queues, by)
    rows: list[TotalRow] = []
    for name, members in named.items():
        ids = [forecast.queue_ids.index(member) for member in members]
        parts = [_Part(noise=noise, q=q, mean=forecast.mean[q]) for q in ids]
        mean = np.sum([part.mean_sums(calendar) for part in parts], axis=0)
        drawn = np.sum([part.sums(calendar, num_paths, seed) for part in parts], axis=0)
        quantiles = np.quantile(drawn, chosen, axis=1)
        days = np.unique(np.concatenate([noise.queues[q].days for q in ids]))
        rows += calendar.rows(name, days, mean, quantiles)
    return Totals(period=by, levels=chosen, rows=tuple(rows))


def simulated(forecast: VolumeForecast) -> ForecastNoise:
    """Return the noise of *forecast*.

    Raises
    ------
    ValueError
        If it was read from a file, or its noise is not of this package.
    """
    if isinstance(forecast.noise, ForecastNoise):
        return forecast.noise
    msg = "a forecast read from a file can't be simulated; make it anew"
    raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    """The periods over all queues' days: *first_days* ``[p]``, *period_of* a day."""

    first_days: IntArray
    first: int
    period_of: IntArray

    @classmethod
    def over(cls, queues: Sequence[QueuePaths], by: Period) -> "_Calendar":
        first = min(int(queue.days[0]) for queue in queues)
        end = max(int(queue.days[-1]) for queue in queues) + 1
        days = np.arange(first, end)
        keys = _KEYS[by](days)
        _, starts, period_of = np.unique(keys, return_index=True, return_inverse=True)
        return cls(first_days=days[starts], first=first, period_of=period_of)

    def sums(self, queue: QueuePaths, values: FloatArray) -> FloatArray:
        """Return ``[p, n]`` the sums over each period of *values* ``[t, n]``."""
        result = np.zeros((len(self.first_days), values.shape[1]))
        by_day = np.add.reduceat(values, queue.day_starts[:-1], axis=0)
        by_day[-1] = values[queue.day_starts[-2] : queue.day_starts[-1]].sum(axis=0)
        np.add.at(result, self.period_of[queue.days - self.first], by_day)
        return result

    def rows(
        self, name: str, days: IntArray, mean: FloatArray, quantiles: FloatArray
    ) -> list[TotalRow]:
        """Return a row of each period that holds one of *days*."""
        periods = self.period_of[days - self.first]
        return [
            TotalRow(
                name=name,
                first_day=wall_date(int(held[0]) * MINUTES_PER_DAY),
                num_days=len(held),
                mean=float(mean[period]),
                quantiles=tuple(quantiles[:, period].tolist()),
            )
            for period in np.unique(periods)
            if (held := days[periods == period]).size
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One queue of a group, and its *mean* ``[t]``."""

    noise: ForecastNoise
    q: int
    mean: FloatArray

    def mean_sums(self, calendar: _Calendar) -> FloatArray:
        """Return ``[p]`` the mean's sums."""
        sums = calendar.sums(self.noise.queues[self.q], self.mean[:, None])
        return np.asarray(sums[:, 0])

    def sums(self, calendar: _Calendar, num_paths: int, seed: int) -> FloatArray:
        """Return ``[p, n]`` the sums of each path."""
        queue = self.noise.queues[self.q]
        blocks = [
            calendar.sums(queue, self.noise.block(self.q, self.mean, b, seed=seed).T)
            for b in range(-(-num_paths // BLOCK))
        ]
        return np.concatenate(blocks, axis=1)[:, :num_paths]


def _weeks(days: IntArray) -> IntArray:
    return np.asarray((days - days[0]) // DAYS_PER_WEEK)


def _months(days: IntArray) -> IntArray:
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return np.array(months, dtype=np.int64)


_KEYS: dict[Period, Callable[[IntArray], IntArray]] = {
    "day": np.asarray,
    "week": _weeks,
    "month": _months,
}
