"""Results of sites and vendors from actuals: one definition of every figure.

Each figure is a sum over a sum, so that it adds up over days, queues and sites: never a
mean of means. A row that lacks one of the two is left out of both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from scenarios.months import Month
from wfm.domain.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRow:
    """One day of one queue at one site or vendor; what is not known is ``None``.

    Attributes
    ----------
    handle_s, wait_s
        Seconds in contacts, and until the answer of those answered; summed.
    resolved_first
        Contacts settled at the first try.
    resolution_n, resolution_s
        Matters settled, and seconds from the first contact until they were; summed.
    csat_good, promoters, detractors, ces_sum
        Of the *csat_n*, *nps_n* and *ces_n* customers who were asked.
    productive_hours, paid_hours
        In or ready for contacts; paid.
    cost
        In major units of *currency*.
    """

    day: date
    queue_id: str
    site: str = ""
    vendor: str = ""
    channel: str = ""
    language: str = ""
    market: str = ""
    offered: float | None = None
    handled: float | None = None
    abandoned: float | None = None
    answered_in_target: float | None = None
    handle_s: float | None = None
    wait_s: float | None = None
    resolved_first: float | None = None
    resolution_n: float | None = None
    resolution_s: float | None = None
    csat_n: float | None = None
    csat_good: float | None = None
    nps_n: float | None = None
    promoters: float | None = None
    detractors: float | None = None
    ces_n: float | None = None
    ces_sum: float | None = None
    productive_hours: float | None = None
    paid_hours: float | None = None
    cost: float | None = None
    currency: str = ""
    row: int = 0

    @property
    def unit(self) -> str:
        """The vendor, or else the site: who did the work."""
        return self.vendor or self.site

    @property
    def month(self) -> str:
        """The month, as text."""
        return str(Month.of(self.day))


Part: TypeAlias = Callable[[KpiRow], float | None]


def _value(name: str) -> Part:
    def part(row: KpiRow) -> float | None:
        value: float | None = getattr(row, name)
        return value

    return part


def _net_promoters(row: KpiRow) -> float | None:
    if row.promoters is None or row.detractors is None:
        return None
    return 100.0 * (row.promoters - row.detractors)


def _handle_hours(row: KpiRow) -> float | None:
    return None if row.handle_s is None else row.handle_s / 3600.0


def _lost_hours(row: KpiRow) -> float | None:
    if row.paid_hours is None or row.productive_hours is None:
        return None
    return row.paid_hours - row.productive_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A figure: *above* over *below*, summed; *needs* are the columns it takes.

    *better* is 1 where more is better, -1 where less is, 0 where neither: both too
    busy and too idle is bad. *is_share* figures are shown as percentages.
    """

    name: str
    text: str
    above: Part
    below: Part
    needs: tuple[str, ...]
    better: int
    is_share: bool = False


def _kpi(
    name: str,
    text: str,
    needs: tuple[str, str] | tuple[str, str, str],
    better: int,
    *,
    above: Part | None = None,
    is_share: bool = False,
) -> Kpi:
    return Kpi(
        name=name,
        text=text,
        above=above or _value(needs[0]),
        below=_value(needs[-1]),
        needs=needs,
        better=better,
        is_share=is_share,
    )


KPIS: Mapping[str, Kpi] = {
    kpi.name: kpi
    for kpi in (
        _kpi(
            "service_level",
            "answered in target, of those offered",
            ("answered_in_target", "offered"),
            1,
            is_share=True,
        ),
        _kpi("asa_s", "mean wait of those answered, s", ("wait_s", "handled"), -1),
        _kpi(
            "abandonment",
            "abandoned, of those offered",
            ("abandoned", "offered"),
            -1,
            is_share=True,
        ),
        _kpi(
            "contacts_per_hour",
            "handled per productive hour",
            ("handled", "productive_hours"),
            1,
        ),
        _kpi("aht_s", "mean handle time, s", ("handle_s", "handled"), -1),
        _kpi(
            "resolution_s",
            "mean time from the first contact to the solution, s",
            ("resolution_s", "resolution_n"),
            -1,
        ),
        _kpi(
            "fcr",
            "settled at the first try, of those handled",
            ("resolved_first", "handled"),
            1,
            is_share=True,
        ),
        _kpi(
            "csat",
            "satisfied, of those who answered",
            ("csat_good", "csat_n"),
            1,
            is_share=True,
        ),
        _kpi(
            "nps",
            "promoters less detractors, per hundred",
            ("promoters", "detractors", "nps_n"),
            1,
            above=_net_promoters,
        ),
        _kpi("ces", "mean mark for effort (high: easy)", ("ces_sum", "ces_n"), 1),
        _kpi(
            "occupancy",
            "hours in contacts, of productive ones (above 1: several at once)",
            ("handle_s", "productive_hours"),
            0,
            above=_handle_hours,
            is_share=True,
        ),
        _kpi(
            "shrinkage",
            "paid hours that are not productive",
            ("productive_hours", "paid_hours"),
            -1,
            above=_lost_hours,
            is_share=True,
        ),
        _kpi("cost_per_contact", "cost per contact handled", ("cost", "handled"), -1),
        _kpi(
            "cost_per_resolved",
            "cost per contact settled at the first try",
            ("cost", "resolved_first"),
            -1,
        ),
    )
}
"""Figures by name, in the order of the table."""

DIMENSIONS = (
    "unit",
    "site",
    "vendor",
    "queue_id",
    "channel",
    "language",
    "market",
    "month",
)
"""What a table may be broken down by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of some rows: *value* of *below* units; ``None`` if it can't be said."""

    value: float | None
    above: float
    below: float


def figure(kpi: Kpi, rows: Iterable[KpiRow]) -> Figure:
    """Return *kpi* over *rows*, those without its parts left out."""
    above, below = 0.0, 0.0
    for row in rows:
        one, other = kpi.above(row), kpi.below(row)
        if one is not None and other is not None:
            above, below = above + one, below + other
    value = above / below if below > 0.0 else None
    return Figure(value=value, above=above, below=below)


def grouped(
    rows: Iterable[KpiRow], by: Sequence[str]
) -> dict[tuple[str, ...], list[KpiRow]]:
    """Return *rows* by the values of the dimensions *by*, in order of the values.

    Raises
    ------
    UsageError
        If there is no such dimension.
    """
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown:
        msg = f"unknown dimension {unknown[0]!r}; known: {', '.join(DIMENSIONS)}"
        raise UsageError(msg)
    found: dict[tuple[str, ...], list[KpiRow]] = {}
    for row in rows:
        found.setdefault(tuple(str(getattr(row, name)) for name in by), []).append(row)
    return dict(sorted(found.items()))


def kpi_rows(
    rows: Sequence[KpiRow], by: Sequence[str] = ("unit",)
) -> tuple[dict[str, object], ...]:
    """Return a row per group: the dimensions, volumes, every figure.

    Raises
    ------
    UsageError
        If there is no such dimension.
    """
    return tuple(
        {
            **dict(zip(by, key, strict=True)),
            "offered": _total(own, "offered"),
            "handled": _total(own, "handled"),
            **{name: figure(kpi, own).value for name, kpi in KPIS.items()},
        }
        for key, own in grouped(rows, by).items()
    )


def unknown_figures(rows: Sequence[KpiRow]) -> dict[str, str]:
    """Return figures that no row allows -> the columns that are missing."""
    found = {}
    for name, kpi in KPIS.items():
        if figure(kpi, rows).value is None:
            known = {n for n in kpi.needs if any(_is_given(row, n) for row in rows)}
            missing = [n for n in kpi.needs if n not in known]
            found[name] = ", ".join(missing) or "nothing to divide by"
    return found


def _is_given(row: KpiRow, name: str) -> bool:
    return getattr(row, name) is not None


def _total(rows: Iterable[KpiRow], name: str) -> float:
    return sum(getattr(row, name) or 0.0 for row in rows)
