"""Overtime: what hours beyond the normal ones of a week cost on top of the wage."""

from collections.abc import Iterable
from dataclasses import dataclass

from solver.outcome import Allocation
from solver.term import TERMS, Price, WeekHoursPrice
from wfm.domain.roster import OvertimePay, Roster, RosterInstance, Shift


@TERMS.add("overtime")
@dataclass(frozen=True, slots=True, kw_only=True)
class OvertimeCost:
    """Premia on overtime; the wage itself, with its other premia, is paid cost."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield one price for each agent and week in which overtime costs more."""
        known = instance.planned_days
        for pay in instance.overtime:
            if pay.price_per_step and pay.agent_id in known:
                yield WeekHoursPrice(
                    agent_id=pay.agent_id,
                    week=pay.week,
                    after_steps=pay.after_minutes // instance.step_minutes,
                    price=pay.price_per_step,
                )

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Go through everybody's weeks and pay what lies beyond the normal time."""
        return overtime_cost(instance, roster)


def overtime_cost(instance: RosterInstance, roster: Roster) -> int:
    """Return what overtime costs beyond the wage, thousandths of a minor unit."""
    shifts = roster.by_agent()
    total = 0
    for pay in instance.overtime:
        steps = _steps_beyond(instance, pay, shifts.get(pay.agent_id, ()))
        total += steps * pay.price_per_step
    return total


def _steps_beyond(
    instance: RosterInstance, pay: OvertimePay, shifts: Iterable[Shift]
) -> int:
    days = instance.planned_days.get(pay.agent_id, ())
    dates = {day.date_local for day in days if day.week == pay.week}
    minutes = sum(
        (span.end_idx - span.start_idx) * instance.step_minutes
        for shift in shifts
        if shift.date_local in dates
        for span in shift.spans
        if span.paid
    )
    return max(0, -(-(minutes - pay.after_minutes) // instance.step_minutes))
