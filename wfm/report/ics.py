"""Calendars: one iCalendar file per person."""

from pathlib import Path
from typing import TYPE_CHECKING

from wfm.domain.people import Agent
from wfm.domain.roster import Shift
from wfm.report.inputs import ReportInput
from wfm.report.pages import break_labels
from wfm.report.text import city, file_stem, hours_label, number

if TYPE_CHECKING:
    from icalendar import Event


def write_calendars(directory: Path, inputs: ReportInput, sequence: int = 0) -> None:
    """Write ``<agent_id>.ics`` for everybody with a shift.

    Each shift is one event in UTC with its breaks, in local time, in the description.
    Its UID depends only on person and date, so that importing a later version with a
    higher *sequence* moves events instead of doubling them. Stamped with the run's
    time: the same run gives the same bytes. A roster that lacks a guarantee or was
    interrupted is ``TENTATIVE``.
    """
    directory.mkdir(parents=True, exist_ok=True)
    shifts = inputs.roster.by_agent()
    for agent in inputs.instance.agents:
        mine = shifts.get(agent.agent_id, ())
        if mine:
            content = agent_calendar(inputs, agent, mine, sequence)
            (directory / f"{file_stem(agent.agent_id)}.ics").write_bytes(content)


def agent_calendar(
    inputs: ReportInput, agent: Agent, shifts: tuple[Shift, ...], sequence: int = 0
) -> bytes:
    """Return the calendar of one person as iCalendar bytes."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//wfm//roster//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add(
        "x-wr-calname", f"{inputs.folder.plan.name}: {agent.name or agent.agent_id}"
    )
    calendar.add("x-wr-timezone", agent.zone)
    nth: dict[str, int] = {}
    for shift in shifts:
        day = shift.date_local.isoformat()
        nth[day] = nth.get(day, 0) + 1
        calendar.add_component(_event(inputs, agent, shift, nth[day], sequence))
    content: bytes = calendar.to_ical()
    return content


def _event(
    inputs: ReportInput, agent: Agent, shift: Shift, nth: int, sequence: int
) -> "Event":
    from icalendar import Event

    grid = inputs.instance.grid
    again = f".{nth}" if nth > 1 else ""
    hours = hours_label(grid, shift.start_idx, shift.end_idx, agent.zone)
    lines = [
        f"{hours}, {city(agent.zone)} time",
        *break_labels(inputs, shift, agent),
        f"{number(shift.paid_steps * inputs.step_hours, 2)} paid hours",
    ]
    event = Event()
    event.add("uid", f"{file_stem(agent.agent_id)}.{shift.date_local}{again}@wfm")
    event.add("dtstamp", inputs.created_utc)
    event.add("sequence", sequence)
    event.add("dtstart", grid.instant(shift.start_idx))
    event.add("dtend", grid.instant(shift.end_idx))
    event.add("summary", f"Work, {agent.site_id}")
    place = "remote" if agent.remote else shift.where or agent.site_id
    event.add("location", place)
    event.add("description", "\n".join(lines))
    event.add("status", "CONFIRMED" if inputs.status == "ok" else "TENTATIVE")
    event.add("transp", "OPAQUE")
    return event
