"""Targets with a value, a date and an owner, and where they should be today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import stdev
from typing import Literal, TypeAlias

from scenarios.kpi import KPIS, Kpi, KpiRow, figure

Status: TypeAlias = Literal["met", "on track", "behind", "missed", "no data"]
WINDOW_DAYS = 28
_WEEK = 7
_Z90 = 1.6448536269514722
_SCOPE = ("site", "vendor", "queue_id", "channel", "language", "market")


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiTarget:
    """Reach *value* of *kpi* by the date *by*.

    Attributes
    ----------
    scope
        Dimension -> value; the target is about rows that have them all.
    start_value, start
        Where it began: the path goes straight from there to the target. ``None``: the
        first four weeks of the rows.
    """

    kpi: str
    value: float
    by: date
    owner: str
    scope: tuple[tuple[str, str], ...] = ()
    start_value: float | None = None
    start: date | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """What it is about, in words."""
        where = " ".join(value for _, value in self.scope)
        return f"{self.kpi} {where}".strip()

    def covers(self, row: KpiRow) -> bool:
        """Return whether the target is about *row*."""
        return all(str(getattr(row, name)) == value for name, value in self.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStatus:
    """A target on *as_of*.

    Attributes
    ----------
    now, low, high
        The figure of the last four weeks, with its 90 % interval from the spread of
        the weeks; ``None`` without data.
    expected
        Where the path is today.
    """

    target: KpiTarget
    as_of: date
    now: float | None
    low: float | None
    high: float | None
    expected: float | None
    status: Status

    def to_row(self) -> dict[str, object]:
        """Return it as a row."""
        return {
            "kpi": self.target.kpi,
            **dict.fromkeys(_SCOPE, ""),
            **dict(self.target.scope),
            "target": self.target.value,
            "by": self.target.by,
            "owner": self.target.owner,
            "as_of": self.as_of,
            "now": self.now,
            "low": self.low,
            "high": self.high,
            "expected_today": self.expected,
            "status": self.status,
            "note": self.target.note,
        }


def target_status(
    target: KpiTarget, rows: Iterable[KpiRow], as_of: date
) -> TargetStatus:
    """Return where *target* stands on *as_of*, from the rows up to that day.

    ``met``: the last four weeks reach the value. ``on track``: the interval of the last
    four weeks reaches what the straight path asks for today. Otherwise ``behind``,
    ``missed`` once the date is past.
    """
    kpi = KPIS[target.kpi]
    own = [row for row in rows if target.covers(row) and row.day <= as_of]
    weeks = _weeks(kpi, own, as_of)
    recent = [row for row in own if row.day > as_of - timedelta(days=WINDOW_DAYS)]
    now = figure(kpi, recent).value
    if now is None:
        return TargetStatus(
            target=target,
            as_of=as_of,
            now=None,
            low=None,
            high=None,
            expected=None,
            status="no data",
        )
    half = _Z90 * stdev(weeks) / sqrt(len(weeks)) if len(weeks) > 1 else 0.0
    expected = _path(target, kpi, own, as_of)
    return TargetStatus(
        target=target,
        as_of=as_of,
        now=now,
        low=now - half,
        high=now + half,
        expected=expected,
        status=_status(target, kpi, now, half, expected, as_of),
    )


def _weeks(kpi: Kpi, rows: Sequence[KpiRow], as_of: date) -> list[float]:
    """Return the figures of the last four weeks, the latest first."""
    found = []
    for k in range(WINDOW_DAYS // _WEEK):
        last = as_of - timedelta(days=_WEEK * k)
        first = last - timedelta(days=_WEEK)
        value = figure(kpi, [r for r in rows if first < r.day <= last]).value
        if value is not None:
            found.append(value)
    return found


def _path(
    target: KpiTarget, kpi: Kpi, rows: Sequence[KpiRow], as_of: date
) -> float | None:
    start = target.start or min(row.day for row in rows)
    value = target.start_value
    if value is None:
        until = start + timedelta(days=WINDOW_DAYS)
        value = figure(kpi, [r for r in rows if start <= r.day < until]).value
    if value is None:
        return None
    whole = max((target.by - start).days, 1)
    gone = min(max((as_of - start).days / whole, 0.0), 1.0)
    return value + gone * (target.value - value)


def _status(
    target: KpiTarget,
    kpi: Kpi,
    now: float,
    half: float,
    expected: float | None,
    as_of: date,
) -> Status:
    sign = _direction(target, kpi, now)
    if sign * (now - target.value) >= 0.0:
        return "met"
    if as_of >= target.by:
        return "missed"
    asked = target.value if expected is None else expected
    return "on track" if sign * (now + sign * half - asked) >= 0.0 else "behind"


def _direction(target: KpiTarget, kpi: Kpi, now: float) -> int:
    """Return 1 where the figure has to rise to the target, -1 where to fall."""
    if kpi.better:
        return kpi.better
    start = now if target.start_value is None else target.start_value
    return 1 if target.value >= start else -1


def all_statuses(
    targets: Iterable[KpiTarget], rows: Sequence[KpiRow], as_of: date
) -> tuple[TargetStatus, ...]:
    """Return where each target stands, the worst first."""
    order = ("missed", "behind", "no data", "on track", "met")
    found = [target_status(target, rows, as_of) for target in targets]
    return tuple(sorted(found, key=lambda s: (order.index(s.status), s.target.by)))
