"""Times and violations in the planner's words."""

from datetime import date, datetime

from wfm.calendar.local import zone
from wfm.domain.roster import RosterInstance, Violation


def zone_of(violation: Violation, instance: RosterInstance) -> str:
    """Return the clock a violation is told on: the agent's, queue's or planner's."""
    for agent in instance.agents:
        if agent.agent_id == violation.agent_id:
            return agent.zone
    for queue in instance.queues:
        if queue.queue_id == violation.queue_id:
            return queue.zone
    return instance.zone


def iso_utc(instance: RosterInstance, idx: int) -> str:
    """Return the UTC time at which step *idx* begins, ISO 8601 with ``Z``."""
    return instance.grid.instant(idx).strftime("%Y-%m-%dT%H:%MZ")


def iso_local(instance: RosterInstance, idx: int, zone_name: str) -> str:
    """Return the local time at which step *idx* begins, ISO 8601 with its offset."""
    return _local(instance, idx, zone_name).isoformat(timespec="minutes")


def _local(instance: RosterInstance, idx: int, zone_name: str) -> datetime:
    return instance.grid.instant(idx).astimezone(zone(zone_name))


def span_text(instance: RosterInstance, start: int, end: int, zone_name: str) -> str:
    """Return ``Mon 2026-10-26 22:00 to Tue 06:00 Europe/Warsaw (UTC 21:00 to ...)``.

    A day is named only where it differs from the one before.
    """
    local = _local(instance, start, zone_name), _local(instance, end, zone_name)
    utc = instance.grid.instant(start), instance.grid.instant(end)
    first = _day(utc[0].date(), local[0].date())
    utc_text = f"{first}{utc[0]:%H:%M} to {_day(utc[1].date(), utc[0].date())}"
    return (
        f"{local[0]:%a %Y-%m-%d %H:%M} to "
        f"{_day(local[1].date(), local[0].date())}{local[1]:%H:%M} {zone_name} "
        f"(UTC {utc_text}{utc[1]:%H:%M})"
    )


def _day(day: date, known: date) -> str:
    """Return *day* as a prefix: nothing, the weekday if next to *known*, or all."""
    if day == known:
        return ""
    return f"{day:%a} " if abs((day - known).days) == 1 else f"{day:%a %Y-%m-%d} "


def describe_violation(violation: Violation, instance: RosterInstance) -> str:
    """Return one line: rule, whom or what, local date, times local and UTC, why."""
    parts = [violation.rule]
    if violation.agent_id:
        names = {agent.agent_id: agent.name for agent in instance.agents}
        name = names.get(violation.agent_id, "")
        parts.append(f"{violation.agent_id} ({name})" if name else violation.agent_id)
    if violation.queue_id:
        parts.append(f"queue {violation.queue_id}")
    if violation.end_idx > violation.start_idx:
        clock = zone_of(violation, instance)
        span = span_text(instance, violation.start_idx, violation.end_idx, clock)
        if violation.date_local and not span[4:].startswith(str(violation.date_local)):
            parts.append(f"{violation.date_local:%a %Y-%m-%d}")
        parts.append(span)
    elif violation.date_local:
        parts.append(f"{violation.date_local:%a %Y-%m-%d}")
    return f"{', '.join(parts)}: {violation.message}"
