r"""Alarms when a figure has drifted: an EWMA chart of daily figures.

A day's figure less the mean of its weekday in the baseline, times the root of how many
it counts, has about the same spread every day; that spread is the mean moving range of
the baseline over 1.128, which lets days vary more than binomial counts would (Laney
2002, Quality Engineering 14(4), 531-537). The exponentially weighted mean of these
standardised days, :math:`z_i = 0.2 x_i + 0.8 z_{i-1}`, raises an alarm beyond
:math:`2.962 \sqrt{0.2 / 1.8}` from zero: a false alarm in 500 days, a shift by one
standard deviation of a day found in about ten (Lucas and Saccucci 1990, Technometrics
32(1), 1-12; Roberts 1959, Technometrics 1(3), 239-250). Where many figures are watched
at once, the limit is as much wider as makes all of them together raise no more false
alarms than one would (Bonferroni).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np

from scenarios.kpi import KPIS, Kpi, KpiRow, figure, grouped
from wfm.domain.arrays import FloatArray

MEMORY = 0.2
LIMIT_SIGMAS = 2.962
MOVING_RANGE_FACTOR = 1.128379167095513
"""Mean range of two independent normals of standard deviation 1: 2 / sqrt(pi)."""
BASELINE_DAYS = 56
_LEAST_DAYS = 21


def ewma(values: FloatArray, memory: float = MEMORY) -> FloatArray:
    """Return exponentially weighted means of *values* ``[d]``, from 0 on."""
    means = np.empty(len(values))
    mean = 0.0
    for d, value in enumerate(values.tolist()):
        mean = memory * value + (1.0 - memory) * mean
        means[d] = mean
    return means


def control_limit(memory: float = MEMORY, sigmas: float = LIMIT_SIGMAS) -> float:
    """Return how far from 0 the mean of standardised days may lie."""
    return float(sigmas * np.sqrt(memory / (2.0 - memory)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftChart:
    """The chart of one figure after its baseline.

    Attributes
    ----------
    days
        Days after the baseline that have the figure ``[d]``.
    mean
        Exponentially weighted mean of standardised days ``[d]``; alarms are beyond
        plus or minus *limit*.
    """

    days: tuple[date, ...]
    mean: FloatArray
    limit: float

    @property
    def is_alarmed(self) -> bool:
        """Whether the last day is beyond the limit."""
        return bool(len(self.mean)) and abs(float(self.mean[-1])) > self.limit

    @property
    def since(self) -> date | None:
        """The day after which the mean stayed on the side of the alarm."""
        if not self.is_alarmed:
            return None
        side = np.sign(self.mean) == np.sign(self.mean[-1])
        other = np.flatnonzero(~side)
        return self.days[int(other[-1]) + 1 if len(other) else 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftAlarm:
    """A figure that has left its baseline and is still away on the last day."""

    kpi: str
    unit: str
    channel: str
    direction: Literal["better", "worse", "higher", "lower"]
    since: date
    last: date
    before: float
    now: float
    mean_sigmas: float
    limit_sigmas: float

    def to_row(self) -> dict[str, object]:
        """Return it as a row."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def drift_chart(
    kpi: Kpi, rows: Sequence[KpiRow], baseline_days: int = BASELINE_DAYS
) -> DriftChart | None:
    """Return the chart of *kpi* over *rows*; ``None`` with too little to judge by.

    The baseline are the first *baseline_days* days.
    """
    days, values, weights = _daily(kpi, rows)
    if not days:
        return None
    until = days[0] + timedelta(days=baseline_days)
    count = sum(day < until for day in days)
    if count < _LEAST_DAYS or count == len(days):
        return None
    centre = _weekday_means(days, values, weights, count)
    scaled = (values - centre) * np.sqrt(weights)
    spread = float(np.abs(np.diff(scaled[:count])).mean()) / MOVING_RANGE_FACTOR
    if spread <= 0.0:
        return None
    return DriftChart(
        days=tuple(days[count:]),
        mean=ewma(scaled[count:] / spread),
        limit=control_limit(),
    )


def _daily(
    kpi: Kpi, rows: Sequence[KpiRow]
) -> tuple[list[date], FloatArray, FloatArray]:
    by_day: dict[date, list[KpiRow]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    days, values, weights = [], [], []
    for day, own in sorted(by_day.items()):
        found = figure(kpi, own)
        if found.value is not None:
            days.append(day)
            values.append(found.value)
            weights.append(found.below)
    return days, np.array(values), np.array(weights)


def _weekday_means(
    days: Sequence[date], values: FloatArray, weights: FloatArray, count: int
) -> FloatArray:
    """Return the baseline's mean of each day's weekday, weighted by what it counts."""
    weekday = np.array([day.weekday() for day in days])
    whole = float((values * weights)[:count].sum() / weights[:count].sum())
    means = np.full(7, whole)
    for k in range(7):
        own = np.flatnonzero(weekday[:count] == k)
        if len(own) > 1:
            means[k] = float((values * weights)[own].sum() / weights[own].sum())
    by_day: FloatArray = means[weekday]
    return by_day


def drift_alarms(
    rows: Sequence[KpiRow],
    names: Sequence[str] = ("service_level", "abandonment", "aht_s", "fcr", "csat"),
    baseline_days: int = BASELINE_DAYS,
) -> tuple[DriftAlarm, ...]:
    """Return figures that have drifted, by who did the work and channel; worst first.

    Raises
    ------
    KeyError
        If there is no such figure.
    """
    charts = [
        (KPIS[name], unit, channel, own, chart)
        for (unit, channel), own in grouped(rows, ("unit", "channel")).items()
        for name in names
        for chart in [drift_chart(KPIS[name], own, baseline_days)]
        if chart is not None
    ]
    limit = control_limit(sigmas=shared_sigmas(len(charts)))
    found = [
        _alarm(kpi, unit, channel, own, wider)
        for kpi, unit, channel, own, chart in charts
        for wider in [replace(chart, limit=limit)]
        if wider.is_alarmed
    ]
    return tuple(
        sorted(found, key=lambda a: (a.direction != "worse", -abs(a.mean_sigmas)))
    )


def shared_sigmas(num_charts: int) -> float:
    """Return the limit of each of several charts that together are as calm as one."""
    from scipy.special import ndtr, ndtri

    beyond = ndtr(-LIMIT_SIGMAS) / max(num_charts, 1)
    return float(-ndtri(beyond))


def _alarm(
    kpi: Kpi, unit: str, channel: str, rows: Sequence[KpiRow], chart: DriftChart
) -> DriftAlarm:
    since = chart.since or chart.days[-1]
    first = chart.days[0]
    before = figure(kpi, [row for row in rows if row.day < first]).value
    now = figure(kpi, [row for row in rows if row.day >= since]).value
    mean = float(chart.mean[-1])
    return DriftAlarm(
        kpi=kpi.name,
        unit=unit,
        channel=channel,
        direction=_direction(kpi, mean),
        since=since,
        last=chart.days[-1],
        before=before or 0.0,
        now=now or 0.0,
        mean_sigmas=mean,
        limit_sigmas=chart.limit,
    )


def _direction(kpi: Kpi, mean: float) -> Literal["better", "worse", "higher", "lower"]:
    if not kpi.better:
        return "higher" if mean > 0 else "lower"
    return "better" if mean * kpi.better > 0 else "worse"
