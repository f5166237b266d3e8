"""What a roster adds to the fairness ledger."""

from datetime import date, timedelta

from wfm.domain.fairness import FairnessRow
from wfm.domain.people import Preference
from wfm.domain.roster import Roster, RosterInstance, Shift

NIGHT_SHIFT_HOURS = 3.0
_SATURDAY = 5
_DAYS = 7


def fairness_rows(
    instance: RosterInstance, roster: Roster, first_date: date, version: str
) -> tuple[FairnessRow, ...]:
    """Return one row per week and agent, those without a shift included.

    Weeks count from *first_date*; shifts on other dates than the planned are left out.
    """
    by_agent = roster.by_agent()
    weeks = sorted(
        {day.week for days in instance.planned_days.values() for day in days}
    )
    return tuple(
        _row(instance, a, week, version, _in_week(shifts, week))
        for week in (first_date + timedelta(days=_DAYS * n) for n in weeks)
        for a, agent in enumerate(instance.agents)
        for shifts in (by_agent.get(agent.agent_id, ()),)
    )


def _in_week(shifts: tuple[Shift, ...], week: date) -> list[Shift]:
    end = week + timedelta(days=_DAYS)
    return [shift for shift in shifts if week <= shift.date_local < end]


def _row(
    instance: RosterInstance, a: int, week: date, version: str, shifts: list[Shift]
) -> FairnessRow:
    agent_id = instance.agents[a].agent_id
    hours = instance.grid.interval_hours
    wishes = [w for w in instance.preferences if w.agent_id == agent_id]
    nights = [_night_steps(instance, a, shift) * hours for shift in shifts]
    on_weekends = sum(shift.date_local.weekday() >= _SATURDAY for shift in shifts)
    return FairnessRow(
        week=week,
        version=version,
        agent_id=agent_id,
        shifts=len(shifts),
        paid_hours=sum(shift.paid_steps for shift in shifts) * hours,
        weekends=int(on_weekends > 0),
        weekend_shifts=on_weekends,
        night_shifts=sum(night >= NIGHT_SHIFT_HOURS for night in nights),
        night_hours=sum(nights),
        undesired_shifts=sum(_is_undesired(instance, s, wishes) for s in shifts),
    )


def _night_steps(instance: RosterInstance, a: int, shift: Shift) -> int:
    """Return the steps of the shift in the night, unpaid breaks left out."""
    return sum(
        int(instance.night[a, max(span.start_idx, 0) : span.end_idx].sum())
        for span in shift.spans
        if span.paid
    )


def _is_undesired(
    instance: RosterInstance, shift: Shift, wishes: list[Preference]
) -> bool:
    """Return whether the shift touches avoided time or leaves a preferred span."""
    low, high = shift.start_idx, shift.end_idx
    if any(
        w.kind == "avoid" and w.start_idx < high and low < w.end_idx for w in wishes
    ):
        return True
    preferred = [
        w
        for w in wishes
        for day in instance.planned_days[shift.agent_id]
        if w.kind == "prefer"
        and day.date_local == shift.date_local
        and day.start_idx <= w.start_idx < day.end_idx
    ]
    inside = any(w.start_idx <= low and high <= w.end_idx for w in preferred)
    return bool(preferred) and not inside
