"""The fairness ledger: what each agent has been asked to work, week by week."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FairnessRow:
    """``state/fairness.csv``: one agent in one week of one published roster.

    A shift counts in the week of the local date on which it starts.

    Attributes
    ----------
    week
        First local date of the week.
    version
        The published roster, as ``2026-10-26/v2``; a later one of the same week
        replaces the rows of an earlier one.
    weekends
        1 where a shift starts on a Saturday or Sunday, else 0.
    night_shifts
        Shifts with at least three hours in the site's night (Directive 2003/88/EC,
        article 2, calls who works so a night worker).
    undesired_shifts
        Shifts that touch avoided time, or leave the preferred span of their day.
    """

    week: date
    version: str
    agent_id: str
    shifts: int
    paid_hours: float
    weekends: int
    weekend_shifts: int
    night_shifts: int
    night_hours: float
    undesired_shifts: int
