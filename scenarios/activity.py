"""What one lane (a site, a vendor, a bot) did in one month, before any price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.months import Month
from wfm.domain.errors import UsageError

MEASURES: Mapping[str, str] = {
    "contacts": "contact",
    "resolved_contacts": "resolution",
    "attempts": "attempt",
    "handle_minutes": "minute",
    "productive_hours": "hour",
    "logged_hours": "hour",
    "paid_hours": "hour",
    "heads": "FTE-month",
    "outcomes": "outcome",
    "outcome_value": "value",
}
"""Quantities that can be billed -> the unit of one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthActivity:
    """Volumes, hours and results of a lane in a month; planned or actual alike.

    Attributes
    ----------
    contacts, resolved_contacts, attempts
        Contacts handled; those resolved at the first try; contacts that a bot took on,
        solved or not.
    forecast_contacts
        What the buyer had forecast: the base of take-or-pay clauses.
    forecast
        What the buyer had forecast in other measures (``"productive_hours"``, ...).
    handle_minutes
        Minutes in contacts.
    productive_hours, logged_hours, paid_hours
        In or ready for contacts; logged in, breaks included; paid, leave included.
    overtime_hours
        Part of *paid_hours* beyond the contract.
    premium_hours
        Part of *paid_hours* by premium: ``"night"``, ``"sunday"``, ``"holiday"``,
        ``"language"``.
    heads, hires, leavers, trainees
        Mean headcount (*trainees* part of it), and people who came and left.
    headcount_by_grade
        Grade -> mean headcount; its values add up to *heads* where it is given.
    outcomes, outcome_value
        Orders won, debts collected; their value in major units of the lane's currency.
    kpis
        ``"service_level"``, ``"aht_s"``, ``"csat"``, ``"fcr"`` and others by name.
    """

    lane_id: str
    month: Month
    contacts: float = 0.0
    resolved_contacts: float = 0.0
    attempts: float = 0.0
    forecast_contacts: float = 0.0
    handle_minutes: float = 0.0
    productive_hours: float = 0.0
    logged_hours: float = 0.0
    paid_hours: float = 0.0
    overtime_hours: float = 0.0
    premium_hours: Mapping[str, float] = field(default_factory=dict)
    heads: float = 0.0
    hires: float = 0.0
    leavers: float = 0.0
    trainees: float = 0.0
    headcount_by_grade: Mapping[str, float] = field(default_factory=dict)
    kpis: Mapping[str, float] = field(default_factory=dict)
    forecast: Mapping[str, float] = field(default_factory=dict)
    outcomes: float = 0.0
    outcome_value: float = 0.0

    def measure(self, name: str) -> float:
        """Return the quantity called *name*, one of :data:`MEASURES`.

        Raises
        ------
        UsageError
            If there is no such measure.
        """
        if name not in MEASURES:
            msg = f"unknown measure {name!r}; known: {', '.join(MEASURES)}"
            raise UsageError(msg)
        return float(getattr(self, name))

    def forecast_of(self, name: str) -> float:
        """Return what the buyer had forecast of measure *name*.

        A measure without a forecast of its own follows the forecast of contacts at
        the quantity per contact that came about.

        Raises
        ------
        UsageError
            If neither is known.
        """
        if name in self.forecast:
            return float(self.forecast[name])
        if name == "contacts":
            return self.forecast_contacts
        if self.contacts <= 0:
            msg = f"{self.lane_id}, {self.month}: no forecast of {name} to bill against"
            raise UsageError(msg)
        return self.forecast_contacts * self.measure(name) / self.contacts

    def is_idle(self) -> bool:
        """Return whether nothing was done that could be charged."""
        return all(self.measure(name) == 0 for name in MEASURES)


_SUMS = (
    "contacts",
    "resolved_contacts",
    "attempts",
    "forecast_contacts",
    "handle_minutes",
    "productive_hours",
    "logged_hours",
    "paid_hours",
    "overtime_hours",
    "heads",
    "hires",
    "leavers",
    "trainees",
    "outcomes",
    "outcome_value",
)
_SUMS_BY_NAME = ("premium_hours", "headcount_by_grade", "forecast")


def pooled(activities: Sequence[MonthActivity], lane_id: str) -> MonthActivity:
    """Return what several lanes did in one month together, as lane *lane_id*.

    Results are means weighted by contacts over the lanes that have them, unweighted
    where these have no contacts.

    Raises
    ------
    UsageError
        If there is no activity or they are of several months.
    """
    months = {done.month for done in activities}
    if len(months) != 1:
        msg = f"activities of one month can be pooled, not of {len(months)}"
        raise UsageError(msg)
    sums: dict[str, Any] = {
        name: sum(getattr(a, name) for a in activities) for name in _SUMS
    }
    for field_name in _SUMS_BY_NAME:
        parts: list[Mapping[str, float]] = [getattr(a, field_name) for a in activities]
        names = dict.fromkeys(name for part in parts for name in part)
        sums[field_name] = {
            name: sum(part.get(name, 0.0) for part in parts) for name in names
        }
    kpis = {
        name: _mean_result([a for a in activities if name in a.kpis], name)
        for name in dict.fromkeys(name for a in activities for name in a.kpis)
    }
    return MonthActivity(lane_id=lane_id, month=months.pop(), kpis=kpis, **sums)


def _mean_result(activities: Sequence[MonthActivity], name: str) -> float:
    weights = [a.contacts for a in activities]
    if not any(weights):
        weights = [1.0] * len(activities)
    results = [a.kpis[name] for a in activities]
    return sum(w * r for w, r in zip(weights, results, strict=True)) / sum(weights)
