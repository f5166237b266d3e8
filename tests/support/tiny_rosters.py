"""Tiny roster problems whose rosters can all be written down."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np

from wfm.calendar.catalogue import build_shift, shift_options
from wfm.calendar.local import day_range, local_day
from wfm.domain.demand import OpeningHours, Queue, ServiceTarget, SkillNeed
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Agent,
    BlockedTime,
    BreakRule,
    EmploymentContract,
    ShiftTemplate,
    Site,
)
from wfm.domain.roster import (
    HOME,
    PlannedDay,
    Prices,
    Roster,
    RosterInstance,
    Shift,
    WorkSpan,
)

ALL_DAY = OpeningHours(spans=(((0, 1440),),) * 7)

# Zones and dates on which clocks change there (or elsewhere, for the steady zones).
CLOCK_CHANGES = (
    ("America/Denver", date(2026, 3, 8)),
    ("Europe/Warsaw", date(2026, 3, 29)),
    ("America/Santiago", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Europe/Warsaw", date(2026, 10, 25)),
    ("America/Denver", date(2026, 11, 1)),
    ("Asia/Manila", date(2026, 11, 1)),
    ("Asia/Kolkata", date(2026, 3, 29)),
    ("Pacific/Honolulu", date(2026, 3, 8)),
)


def site(site_id: str = "site", zone: str = "UTC", **changes: Any) -> Site:
    defaults = {"site_id": site_id, "zone": zone, "region": site_id}
    return Site(**(defaults | changes))


def agent(agent_id: str, site_id: str = "site", **changes: Any) -> Agent:
    defaults: dict[str, Any] = {
        "agent_id": agent_id,
        "site_id": site_id,
        "contract_id": "contract",
        "skills": {"en": 0},
        "zone": "UTC",
    }
    return Agent(**(defaults | changes))


def queue(queue_id: str, *skills: str, **changes: Any) -> Queue:
    defaults: dict[str, Any] = {
        "queue_id": queue_id,
        "channel": "phone",
        "zone": "UTC",
        "requires": tuple(SkillNeed(skill=skill) for skill in skills),
        "opening": ALL_DAY,
        "target": ServiceTarget(asa_s=20),
    }
    return Queue(**(defaults | changes))


def template(
    *start_hours: int, hours: Sequence[int] = (8,), breaks: Sequence[BreakRule] = ()
) -> ShiftTemplate:
    """Starts at the given hours, which must be evenly spaced."""
    step = (start_hours[1] - start_hours[0]) * 60 if len(start_hours) > 1 else 60
    return ShiftTemplate(
        template_id="t",
        start_from_minute=start_hours[0] * 60,
        start_to_minute=start_hours[-1] * 60,
        start_step_minutes=step,
        elapsed_minutes=tuple(hour * 60 for hour in hours),
        breaks=tuple(breaks),
    )


def meal(first_hour: int, last_hour: int, *, paid: bool = False) -> BreakRule:
    return BreakRule(
        kind="meal",
        minutes=60,
        paid=paid,
        earliest_minutes=first_hour * 60,
        latest_minutes=last_hour * 60,
    )


def instance_of(
    agents: Sequence[Agent],
    *,
    first: date = date(2026, 6, 1),
    num_days: int = 7,
    templates: Mapping[str, Sequence[ShiftTemplate]] | None = None,
    sites: Sequence[Site] = (),
    queues: Sequence[Queue] = (),
    guaranteed: Callable[[str, int], int] = lambda _q, _t: 0,
    zone: str = "UTC",
    step_minutes: int = 60,
    days_per_week: int = 7,
    **changes: Any,
) -> RosterInstance:
    """A problem over *num_days* local dates; ``guaranteed(queue, t)`` gives floors."""
    by_contract = templates or {"contract": [template(8)]}
    last = first + timedelta(days=num_days - 1)
    zones = {a.zone for a in agents} | {zone}
    start = min(local_day(first, z)[0] for z in zones).replace(minute=0)
    end = max(local_day(last, z)[1] for z in zones)
    minutes = int((end - start).total_seconds()) // 60 + 1440
    grid = IntervalGrid(
        start_utc=start,
        interval_minutes=step_minutes,
        num_intervals=-(-minutes // step_minutes),
    )
    dates = [first + timedelta(days=i) for i in range(num_days)]
    num_t = grid.num_intervals
    window = day_range(grid, first, zone)[0], day_range(grid, last, zone)[1]
    floors = np.zeros((len(queues), num_t), dtype=np.int64)
    for q, one in enumerate(queues):
        for t in range(*window):
            floors[q, t] = guaranteed(one.queue_id, t)
    values: dict[str, Any] = {
        "grid": grid,
        "zone": zone,
        "window_start_idx": window[0],
        "window_end_idx": window[1],
        "queues": tuple(queues),
        "sites": {s.site_id: s for s in (sites or [site()])},
        "contracts": {
            name: EmploymentContract(contract_id=name, templates=tuple(found))
            for name, found in by_contract.items()
        },
        "agents": tuple(agents),
        "planned_days": {
            a.agent_id: tuple(
                PlannedDay(
                    date_local=day,
                    start_idx=day_range(grid, day, a.zone)[0],
                    end_idx=day_range(grid, day, a.zone)[1],
                    week=i // days_per_week,
                )
                for i, day in enumerate(dates)
            )
            for a in agents
        },
        "scheduled_agents": np.zeros((len(queues), num_t)),
        "guaranteed_agents": floors,
        "open_mask": np.ones((len(queues), num_t), dtype=bool),
        "pay": np.zeros((len(agents), num_t), dtype=np.int64),
        "night": np.zeros((len(agents), num_t), dtype=bool),
        "prices": Prices(understaffing_per_hour=1),
    }
    return RosterInstance(**(values | changes))


def shift_at(
    instance: RosterInstance,
    agent_id: str,
    day: date,
    hour: int,
    hours: int = 8,
    breaks: Sequence[tuple[int, int, str, bool]] = (),
) -> Shift:
    """A shift from local *hour*; breaks are (hour into shift, hours, kind, paid)."""
    per_hour = 60 // instance.step_minutes
    zone = next(a.zone for a in instance.agents if a.agent_id == agent_id)
    start = day_range(instance.grid, day, zone)[0] + hour * per_hour
    spans: list[WorkSpan] = []
    cursor = 0
    for at, length, kind, paid in (*breaks, (hours, 0, "", True)):
        if at > cursor:
            spans.append(
                WorkSpan(
                    start_idx=start + cursor * per_hour, end_idx=start + at * per_hour
                )
            )
        if length:
            spans.append(
                WorkSpan(
                    start_idx=start + at * per_hour,
                    end_idx=start + (at + length) * per_hour,
                    activity=kind,
                    paid=paid,
                )
            )
        cursor = at + length
    return Shift(agent_id=agent_id, date_local=day, spans=tuple(spans))


def shifts_of_day(instance: RosterInstance, one: Agent, day: date) -> list[Shift]:
    """Every shift, with every placement of its breaks, that the catalogue allows."""
    templates = instance.contracts[one.contract_id].templates
    return [
        build_shift(one.agent_id, day, option, starts)
        for option in shift_options(templates, day, one.zone, instance.grid)
        for starts in product(
            *(range(w.first_idx, w.last_idx + 1) for w in option.breaks)
        )
    ]


def with_activities(instance: RosterInstance, plain: Shift) -> list[Shift]:
    """The shift with any of its agent's activities anywhere in its work, or none."""
    found = [plain]
    for item in instance.activities:
        if plain.agent_id in item.agent_ids:
            steps = item.minutes // instance.step_minutes
            found += [
                with_duty(shift, item.activity, start, start + steps)
                for shift in found
                for start in range(shift.start_idx, shift.end_idx - steps + 1)
                if any(
                    span.start_idx <= start and start + steps <= span.end_idx
                    for span in shift.working_spans
                )
            ]
    return found


def with_duty(shift: Shift, kind: str, start: int, end: int) -> Shift:
    """The shift with a duty in the midst of a span of work."""
    spans = []
    for span in shift.spans:
        if span.start_idx <= start and end <= span.end_idx:
            duty = WorkSpan(start_idx=start, end_idx=end, activity=kind, duty=True)
            parts = [replace(span, end_idx=start), duty, replace(span, start_idx=end)]
            spans += [part for part in parts if part.start_idx < part.end_idx]
        else:
            spans.append(span)
    return replace(shift, spans=tuple(spans))


def all_rosters(instance: RosterInstance, *names: str) -> Iterator[Roster]:
    """Every roster: each agent works one shift or none on each date.

    Where a rule of *names* decides on places, each shift may be worked at home too;
    published shifts of any shape count where one of them holds on to these.
    """
    places = ("", HOME) if "home_days" in names else ("",)
    told = "notice" in names
    days: list[list[Shift | None]] = []
    for one in instance.agents:
        for planned in instance.planned_days[one.agent_id]:
            locked = [
                s
                for s in (*instance.locked, *(_told(instance) if told else ()))
                if (s.agent_id, s.date_local) == (one.agent_id, planned.date_local)
            ]
            open_to_choice = [
                replace(shift, where=where)
                for plain in shifts_of_day(instance, one, planned.date_local)
                for shift in with_activities(instance, plain)
                for where in places
            ]
            extra = [s for s in locked if s not in open_to_choice]
            days.append([None, *open_to_choice, *extra])
    for chosen in product(*days):
        yield Roster(shifts=tuple(s for s in chosen if s is not None))


def _told(instance: RosterInstance) -> list[Shift]:
    """The published shifts that no absence meets: they may be of any shape."""
    return [
        shift
        for shift in instance.published or ()
        if not any(
            block.start_idx < shift.end_idx and shift.start_idx < block.end_idx
            for block in instance.blocked_of(shift.agent_id)
        )
    ]


@dataclass(frozen=True, kw_only=True)
class Tiny:
    """Sizes of a random problem; small enough to write all rosters down."""

    agents: int = 2
    days: int = 3
    options: int = 2
    with_queues: bool = False


def random_instance(rng: np.random.Generator, size: Tiny) -> RosterInstance:
    """A random problem around a clock change, with carry-over and absences."""
    zone, change = CLOCK_CHANGES[rng.integers(len(CLOCK_CHANGES))]
    other, _ = CLOCK_CHANGES[rng.integers(len(CLOCK_CHANGES))]
    sites = [site("home", zone), site("away", other)]
    step = 30 if "Asia/Kolkata" in (zone, other) else 60
    first = change - timedelta(days=int(rng.integers(0, size.days)))
    agents = [
        agent(
            f"a{i}",
            sites[i % 2].site_id,
            zone=sites[i % 2].zone,
            contract_id=f"c{i}",
            skills=_skills(rng),
            remote=bool(rng.random() < 0.2),
        )
        for i in range(size.agents)
    ]
    templates = {a.contract_id: [_random_template(rng, size)] for a in agents}
    queues = [queue("q_en", "en"), queue("q_de", "de"), queue("q_both", "en", "de")]
    instance = instance_of(
        agents,
        first=first,
        num_days=size.days,
        templates=templates,
        sites=sites,
        queues=queues if size.with_queues else (),
        zone=zone,
        step_minutes=step,
        days_per_week=int(rng.choice([size.days, 7, 2])),
    )
    return replace(
        instance,
        carry_over=tuple(_random_carry_over(rng, instance, first)),
        blocked=tuple(_random_blocks(rng, instance)),
    )


def _skills(rng: np.random.Generator) -> dict[str, int]:
    known = ({"en": 0}, {"de": 0}, {"en": 0, "de": 0}, {"en": 0, "de": 0})
    return dict(known[rng.integers(len(known))])


def _random_template(rng: np.random.Generator, size: Tiny) -> ShiftTemplate:
    start = int(rng.choice([0, 1, 2, 6, 13, 20, 23]))
    starts = (start,)
    hours: tuple[int, ...] = (int(rng.choice([6, 8, 11])),)
    if size.options > 1:
        if rng.random() < 0.5 and start < 20:
            starts = (start, start + int(rng.choice([1, 3])))
        else:
            hours = (hours[0], hours[0] + int(rng.choice([1, 2])))
    breaks = []
    if rng.random() < 0.4:
        paid = bool(rng.random() < 0.5)
        breaks = [meal(3, 3 + int(rng.random() < 0.4), paid=paid)]
    return template(*starts, hours=hours, breaks=breaks)


def _random_carry_over(
    rng: np.random.Generator, instance: RosterInstance, first: date
) -> Iterator[Shift]:
    for one in instance.agents:
        for back in range(1, int(rng.integers(0, 4)) + 1):
            found = shifts_of_day(instance, one, first - timedelta(days=back))
            if found:
                yield found[rng.integers(len(found))]


def _random_blocks(
    rng: np.random.Generator, instance: RosterInstance
) -> Iterator[BlockedTime]:
    kinds = ("unavailable", "time_off", "holiday", "not_employed")
    for one in instance.agents:
        if rng.random() < 0.6:
            days = instance.planned_days[one.agent_id]
            day = days[rng.integers(len(days))]
            start, end = day.start_idx, day.end_idx
            if rng.random() < 0.5:  # the edge of a shift, for ties
                found = shifts_of_day(instance, one, day.date_local)
                edge = found[rng.integers(len(found))]
                start, end = (
                    (edge.end_idx, edge.end_idx + 3)
                    if rng.random() < 0.5
                    else (edge.start_idx - 3, edge.start_idx)
                )
            credit = {day.date_local: 120} if rng.random() < 0.4 else {}
            yield BlockedTime(
                agent_id=one.agent_id,
                start_idx=start,
                end_idx=end,
                kind=str(rng.choice(kinds)),
                label="row",
                credited_minutes=credit,
            )
