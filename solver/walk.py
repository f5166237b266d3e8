"""What the checkers share: walking over a roster and saying times in words."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from wfm.calendar.local import zone
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

AgentIds = frozenset[str] | None
_DAYS_PER_WEEK = 7


def agents_of(instance: RosterInstance, agent_ids: AgentIds) -> Iterator[Agent]:
    """Yield the agents that a rule limited to *agent_ids* applies to."""
    for agent in instance.agents:
        if agent_ids is None or agent.agent_id in agent_ids:
            yield agent


def planned_dates(instance: RosterInstance, agent_id: str) -> frozenset[date]:
    """Return the local dates on which the agent may start a shift."""
    days = instance.planned_days.get(agent_id, ())
    return frozenset(day.date_local for day in days)


def plan_shifts(
    instance: RosterInstance, roster: Roster, agent_ids: AgentIds
) -> Iterator[tuple[Agent, tuple[Shift, ...]]]:
    """Yield each agent with the shifts that *roster* gives on planned dates."""
    shifts = roster.by_agent()
    for agent in agents_of(instance, agent_ids):
        dates = planned_dates(instance, agent.agent_id)
        own = shifts.get(agent.agent_id, ())
        yield agent, tuple(s for s in own if s.date_local in dates)


def carried_shifts(instance: RosterInstance, agent_id: str) -> tuple[Shift, ...]:
    """Return the agent's shifts of the previous roster, in time order."""
    found = instance.carried_of(agent_id)
    return tuple(sorted(found, key=lambda shift: shift.start_idx))


def past_minutes(instance: RosterInstance, agent_id: str) -> dict[int, int]:
    """Return paid minutes of the weeks before the plan: 1 is the last one.

    The ledger speaks for the weeks that it names, the previous roster for others in
    which it has a shift of the agent; weeks that neither knows are absent.
    """
    planned = instance.planned_days.get(agent_id, ())
    first = min((day.date_local for day in planned), default=date.min)
    minutes: dict[int, int] = {}
    for shift in carried_shifts(instance, agent_id):
        week = -((shift.date_local - first).days // _DAYS_PER_WEEK)
        if week > 0:
            paid = shift.paid_steps * instance.step_minutes
            minutes[week] = minutes.get(week, 0) + paid
    for row in instance.ledger:
        week = -((row.week - first).days // _DAYS_PER_WEEK)
        if row.agent_id == agent_id and week > 0:
            minutes[week] = round(row.paid_hours * 60)
    return minutes


def all_shifts(instance: RosterInstance, roster: Roster) -> tuple[Shift, ...]:
    """Return the shifts of the previous roster and those on planned dates."""
    plan = (shifts for _, shifts in plan_shifts(instance, roster, None))
    return (*instance.carry_over, *(s for shifts in plan for s in shifts))


def clock_text(instance: RosterInstance, idx: int, zone_name: str) -> str:
    """Return when step *idx* begins on the wall clock of *zone_name*."""
    local = instance.grid.instant(idx).astimezone(zone(zone_name))
    return local.strftime("%a %Y-%m-%d %H:%M")


def about_shift(rule: str, shift: Shift, message: str) -> Violation:
    """Return a breach of *rule* by one shift."""
    return Violation(
        rule=rule,
        agent_id=shift.agent_id,
        date_local=shift.date_local,
        start_idx=shift.start_idx,
        end_idx=shift.end_idx,
        message=message,
    )


def local_date(instance: RosterInstance, idx: int, zone_name: str) -> date:
    """Return the date on which step *idx* begins in *zone_name*."""
    return instance.grid.instant(idx).astimezone(zone(zone_name)).date()


def local_minute(instance: RosterInstance, idx: int, zone_name: str) -> int:
    """Return the minute of the day at which step *idx* begins in *zone_name*."""
    return _minute_at(instance.grid, idx, zone_name)


@lru_cache(maxsize=1 << 16)
def _minute_at(grid: IntervalGrid, idx: int, zone_name: str) -> int:
    local = grid.instant(idx).astimezone(zone(zone_name))
    return local.hour * 60 + local.minute


def minute_since(
    instance: RosterInstance, agent: Agent, begins_hour: float, idx: int
) -> int:
    """Return the minutes from *begins_hour* on the agent's clock to step *idx*."""
    minute = local_minute(instance, idx, agent.zone)
    return (minute - round(begins_hour * 60)) % MINUTES_PER_DAY


def hours_text(minutes: float) -> str:
    """Return *minutes* as ``"10 h 45 min"``."""
    hours, rest = divmod(round(minutes), 60)
    parts = [f"{hours} h" if hours or not rest else "", f"{rest} min" if rest else ""]
    return " ".join(part for part in parts if part)


def runs(steps: dict[int, int]) -> Iterator[tuple[int, int, int]]:
    """Yield ``(start, end, value)`` for runs of neighbouring steps of one value."""
    start = previous = None
    for step in sorted(steps):
        if start is None or previous is None:
            start = step
        elif step != previous + 1 or steps[step] != steps[previous]:
            yield start, previous + 1, steps[previous]
            start = step
        previous = step
    if start is not None and previous is not None:
        yield start, previous + 1, steps[previous]
