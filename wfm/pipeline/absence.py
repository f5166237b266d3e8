"""Availability, time off, holidays and employment dates as blocked grid spans."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wfm.calendar.holidays import Holiday
from wfm.calendar.local import to_instant, wall_minute
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent, BlockedTime, Preference
from wfm.domain.plan import AvailabilityRow, PlanFolder, TimeOffRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The local dates for which absences matter: the plan's, and one on each side."""

    grid: IntervalGrid
    first_date: date
    num_days: int

    @property
    def dates(self) -> tuple[date, ...]:
        """The plan's dates with the day before and the day after."""
        start = self.first_date - timedelta(days=1)
        return tuple(start + timedelta(days=i) for i in range(self.num_days + 2))

    def span(self, low: int, high: int, zone_name: str) -> tuple[int, int]:
        """Return the steps that wall minutes ``low:high`` touch, within the dates."""
        low = max(low, wall_minute(self.dates[0]))
        high = min(high, wall_minute(self.dates[-1]) + MINUTES_PER_DAY)
        if low >= high:
            return 0, 0
        start = self.grid.floor_index(to_instant(low, zone_name))
        last = to_instant(high, zone_name) - timedelta(minutes=1)
        return start, self.grid.floor_index(last) + 1


def blocked_times(
    folder: PlanFolder,
    horizon: Horizon,
    daily_credit_minutes: Mapping[str, int],
    site_holidays: Mapping[str, Mapping[date, Holiday]],
) -> tuple[BlockedTime, ...]:
    """Return every span in which an agent can't be at work.

    *daily_credit_minutes* is what one day of paid leave counts towards the weekly
    hours of each agent.
    """
    availability: dict[str, list[AvailabilityRow]] = {}
    for row in folder.availability:
        availability.setdefault(row.agent_id, []).append(row)
    leave: dict[str, list[TimeOffRow]] = {}
    for off in folder.time_off:
        leave.setdefault(off.agent_id, []).append(off)
    result: list[BlockedTime] = []
    for agent in folder.agents:
        result += _unavailable(agent, availability.get(agent.agent_id, ()), horizon)
        credit = daily_credit_minutes[agent.agent_id]
        result += _time_off(agent, leave.get(agent.agent_id, ()), horizon, credit)
        result += _employment(agent, horizon)
        site = folder.plan.sites[agent.site_id]
        if site.holidays == "closed":
            days = site_holidays[site.site_id]
            result += _holidays(agent, days, horizon, credit)
    return tuple(result)


def preferences(folder: PlanFolder, horizon: Horizon) -> tuple[Preference, ...]:
    """Return the preferred and avoided spans of the plan's dates."""
    zones = {agent.agent_id: agent.zone for agent in folder.agents}
    result: list[Preference] = []
    for row in folder.availability:
        if row.kind not in ("prefer", "avoid"):
            continue
        for low, high in _occurrences(row, horizon.dates[1:-1]):
            start, end = horizon.span(low, high, zones[row.agent_id])
            if start < end:
                result.append(
                    Preference(
                        agent_id=row.agent_id,
                        start_idx=start,
                        end_idx=end,
                        kind=row.kind,
                        weight=row.weight,
                    )
                )
    return tuple(result)


def _occurrences(
    row: AvailabilityRow, dates: Iterable[date]
) -> Iterable[tuple[int, int]]:
    for day in dates:
        if row.day == day or (row.day is None and row.weekday == day.weekday()):
            yield wall_minute(day, row.from_minute), wall_minute(day, row.to_minute)


def _unavailable(
    agent: Agent, rows: Sequence[AvailabilityRow], horizon: Horizon
) -> Iterable[BlockedTime]:
    spans = [
        (low, high, f"availability.csv row {row.row}")
        for row in rows
        if row.kind == "unavailable"
        for low, high in _occurrences(row, horizon.dates)
    ]
    spans += _outside_available(rows, horizon)
    for low, high, label in spans:
        start, end = horizon.span(low, high, agent.zone)
        if start < end:
            yield BlockedTime(
                agent_id=agent.agent_id,
                start_idx=start,
                end_idx=end,
                kind="unavailable",
                label=label,
            )


def _outside_available(
    rows: Sequence[AvailabilityRow], horizon: Horizon
) -> list[tuple[int, int, str]]:
    """Return what lies outside the ``available`` rows of an agent who has any.

    Somebody with weekly rows is available only then; a dated row replaces the weekly
    ones of its date. Somebody with dated rows only is restricted on those dates.
    """
    given = [row for row in rows if row.kind == "available"]
    if not given:
        return []
    weekly = any(row.day is None for row in given)
    dated = {row.day for row in given if row.day is not None}
    free: list[tuple[int, int]] = []
    for day in horizon.dates:
        mine = [r for r in given if (r.day == day if day in dated else r.day is None)]
        if not weekly and day not in dated:
            free.append((wall_minute(day), wall_minute(day) + MINUTES_PER_DAY))
        for row in mine:
            free += _occurrences(row, (day,))
    start = wall_minute(horizon.dates[0])
    end = wall_minute(horizon.dates[-1]) + MINUTES_PER_DAY
    return [
        (low, high, "availability.csv: outside the available hours")
        for low, high in _complement(sorted(free), start, end)
    ]


def _complement(
    spans: Iterable[tuple[int, int]], start: int, end: int
) -> Iterable[tuple[int, int]]:
    cursor = start
    for low, high in spans:
        if low > cursor:
            yield cursor, low
        cursor = max(cursor, high)
    if cursor < end:
        yield cursor, end


def _time_off(
    agent: Agent, rows: Sequence[TimeOffRow], horizon: Horizon, credit: int
) -> Iterable[BlockedTime]:
    for row in rows:
        start, end = horizon.span(row.from_wall_minute, row.to_wall_minute, agent.zone)
        if start < end:
            yield BlockedTime(
                agent_id=agent.agent_id,
                start_idx=start,
                end_idx=end,
                kind="time_off",
                label=f"time_off.csv row {row.row} ({row.kind})",
                credited_minutes=_credits(row, horizon, credit) if row.paid else {},
            )


def _credits(row: TimeOffRow, horizon: Horizon, credit: int) -> dict[date, int]:
    """Return the paid minutes per date: the hours off, at most a day's worth."""
    result: dict[date, int] = {}
    for day in horizon.dates[1:-1]:
        low = max(row.from_wall_minute, wall_minute(day))
        high = min(row.to_wall_minute, wall_minute(day) + MINUTES_PER_DAY)
        if low < high:
            result[day] = min(high - low, credit)
    return result


def _employment(agent: Agent, horizon: Horizon) -> Iterable[BlockedTime]:
    first = wall_minute(horizon.dates[0])
    last = wall_minute(horizon.dates[-1]) + MINUTES_PER_DAY
    spans = []
    if agent.valid_from is not None:
        spans.append((first, wall_minute(agent.valid_from)))
    if agent.valid_to is not None:
        spans.append((wall_minute(agent.valid_to) + MINUTES_PER_DAY, last))
    for low, high in spans:
        start, end = horizon.span(low, high, agent.zone)
        if low < high and start < end:
            yield BlockedTime(
                agent_id=agent.agent_id,
                start_idx=start,
                end_idx=end,
                kind="not_employed",
                label="agents.csv: outside valid_from and valid_to",
            )


def _holidays(
    agent: Agent, days: Mapping[date, Holiday], horizon: Horizon, credit: int
) -> Iterable[BlockedTime]:
    for day, holiday in days.items():
        if day not in horizon.dates:
            continue
        low = wall_minute(day)
        start, end = horizon.span(low, low + MINUTES_PER_DAY, agent.zone)
        inside = day in horizon.dates[1:-1]
        yield BlockedTime(
            agent_id=agent.agent_id,
            start_idx=start,
            end_idx=end,
            kind="holiday",
            label=f"{holiday.name} {day.isoformat()}",
            credited_minutes={day: credit} if inside else {},
        )
