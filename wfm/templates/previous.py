"""Last week's roster of an example plan: a plain rota that breaks no rule.

Full-timers work five days of one start time and have two neighbouring days off;
part-timers work up to four of the days on which they can. Breaks lie near the middle of
their windows. So rest, days in a row and weekly rest hold by construction; cover holds
by the choice of start times, and a test says so. The night and evening shifts of the
last Sunday reach into the plan's first Monday.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from wfm.calendar.local import to_instant, wall_minute
from wfm.templates.people import (
    WEEKDAYS,
    AgentRow,
    AvailabilityRow,
    clock_minutes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Shifts of one contract: *starts* in turn, *breaks* as ``(kind, at, minutes)``.

    All figures are minutes; *starts* count from midnight, breaks from the start.
    """

    starts: tuple[int, ...]
    elapsed_minutes: int
    breaks: tuple[tuple[str, int, int], ...]
    days_a_week: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One line of previous_roster.csv."""

    agent_id: str
    site: str
    date_local: str
    start_utc: str
    end_utc: str
    activity: str
    queue: str = ""


def previous_roster(
    agents: Sequence[AgentRow],
    availability: Sequence[AvailabilityRow],
    rotas: Mapping[str, Rota],
    monday: date,
) -> list[RosterRow]:
    """Return the shifts of the week from *monday* on, span by span."""
    rows: list[RosterRow] = []
    for number, agent in enumerate(agents):
        if agent.valid_from > monday.isoformat():
            continue
        rota = rotas[agent.employment_contract]
        mine = [row for row in availability if row.agent_id == agent.agent_id]
        start, free = _best_start(rota, number + number // 6, mine)
        shifts = replace(rota, breaks=_staggered(rota, number))
        for weekday in _working_days(number, free, rota):
            rows += _shift(agent, monday + timedelta(days=weekday), start, shifts)
    return rows


def _best_start(
    rota: Rota, turn: int, availability: Sequence[AvailabilityRow]
) -> tuple[int, list[int]]:
    """Return the start that is possible on most weekdays, and those weekdays.

    Among equals it is the one whose *turn* it is.
    """
    blocked = [
        (row.weekday, clock_minutes(row.from_local), clock_minutes(row.to_local))
        for row in availability
        if row.kind == "unavailable"
    ]
    ways = []
    for i in range(len(rota.starts)):
        start = rota.starts[(turn + i) % len(rota.starts)]
        end = start + rota.elapsed_minutes
        busy = {day for day, low, high in blocked if low < end and start < high}
        ways.append((start, [d for d in range(7) if WEEKDAYS[d] not in busy]))
    return max(ways, key=lambda way: len(way[1]))


def _staggered(rota: Rota, number: int) -> tuple[tuple[str, int, int], ...]:
    """Return the breaks a quarter hour earlier, as they are, or a quarter later."""
    shift = 15 * (number % 3 - 1)
    return tuple((kind, at + shift, minutes) for kind, at, minutes in rota.breaks)


def _working_days(number: int, free: Sequence[int], rota: Rota) -> list[int]:
    """Return the weekdays that this person works; two days off lie together."""
    if rota.days_a_week == 5:
        first_off = number % 6
        return [d for d in free if d not in {first_off, first_off + 1}]
    turned = [free[(number + i) % len(free)] for i in range(len(free))]
    return sorted(turned[: rota.days_a_week])


def _shift(agent: AgentRow, day: date, start: int, rota: Rota) -> Iterator[RosterRow]:
    begin = to_instant(wall_minute(day, start), agent.zone)
    cursor = 0
    for kind, at, minutes in (*rota.breaks, ("", rota.elapsed_minutes, 0)):
        for activity, first, last in (("work", cursor, at), (kind, at, at + minutes)):
            if first < last:
                yield RosterRow(
                    agent_id=agent.agent_id,
                    site=agent.site,
                    date_local=day.isoformat(),
                    start_utc=_stamp(begin + timedelta(minutes=first)),
                    end_utc=_stamp(begin + timedelta(minutes=last)),
                    activity=activity,
                )
        cursor = at + minutes


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
