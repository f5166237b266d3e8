"""What one lane (a site, a vendor, a bot) did in one month, before any price."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scenarios.months import Month


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
        Mean headcount, and people who came, left and were in training.
    headcount_by_grade
        Grade -> mean headcount; its values add up to *heads* where it is given.
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
