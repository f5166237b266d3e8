"""Times and violations in the planner's words."""

from datetime import datetime

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
    """Return ``Mon 2026-10-26 22:00 to Tue 06:00 Europe/Warsaw (UTC 21:00 to 05:00)``.

    The second day is named only where it differs from the first.
    """
    local = _span(_local(instance, start, zone_name), _local(instance, end, zone_name))
    start_utc, end_utc = instance.grid.instant(start), instance.grid.instant(end)
    utc = f"{start_utc:%H:%M} to {end_utc:%H:%M}"
    if start_utc.date() != _local(instance, start, zone_name).date():
        utc = _span(start_utc, end_utc)
    return f"{local} {zone_name} (UTC {utc})"


def _span(start: datetime, end: datetime) -> str:
    day = "" if end.date() == start.date() else f"{end:%a} "
    return f"{start:%a %Y-%m-%d %H:%M} to {day}{end:%H:%M}"


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
