"""A follow-the-sun week of demo size: five sites, fourteen queues, 15-minute steps.

Built like the instance of the research text: demand in the market's clock, skill sets
by site, full and part time, meals and breaks in windows, days off and leave, a
previous roster. Everything is drawn from one seed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from solver.build import build_rules
from solver.constraints import Constraint
from solver.term import TERMS, Price
from wfm.calendar.catalogue import build_shift, shift_options
from wfm.calendar.local import day_range, local_clock
from wfm.calendar.opening import open_mask
from wfm.domain.demand import OpeningHours, Queue, ServiceTarget, SkillNeed
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Agent,
    BlockedTime,
    BreakRule,
    EmploymentContract,
    Preference,
    ShiftTemplate,
    Site,
)
from wfm.domain.roster import PlannedDay, Prices, RosterInstance, RuleSetting, Shift
from wfm.domain.staffing import DeferredWork

FIRST = date(2026, 10, 26)
STEP_MINUTES = 15

SITES = {
    "fukuoka": ("Asia/Tokyo", "apac", 36),
    "dalian": ("Asia/Shanghai", "apac", 36),
    "manila": ("Asia/Manila", "apac", 46),
    "krakow": ("Europe/Warsaw", "emea", 36),
    "denver": ("America/Denver", "amer", 26),
}
SKILL_SETS = {
    "fukuoka": (
        "ja phone",
        "ja phone chat",
        "ja email",
        "ja chat email",
        "ja phone 2nd",
    ),
    "dalian": (
        "ja phone",
        "ko phone",
        "ko ja phone",
        "ja chat email",
        "ko phone email",
    ),
    "manila": (
        "en phone",
        "en phone chat",
        "en chat social",
        "en email social",
        "en phone chat email",
        "en phone chat email social",
    ),
    "krakow": (
        "de phone",
        "de en phone",
        "en chat email",
        "en chat social",
        "de en phone chat",
    ),
    "denver": ("en phone", "en phone chat", "en phone 2nd", "en social chat"),
}
# queue: zone, skills, opening days and hours, share of the component's work, floor
QUEUES: dict[str, tuple[str, str, int, tuple[int, int], float, int]] = {
    "phone_ja": ("Asia/Tokyo", "ja phone", 7, (9, 21), 0.50, 0),
    "phone_ko": ("Asia/Seoul", "ko phone", 5, (9, 18), 0.18, 0),
    "chat_ja": ("Asia/Tokyo", "ja chat", 7, (9, 21), 0.14, 0),
    "email_ja": ("Asia/Tokyo", "ja email", 5, (9, 18), 0.12, 0),
    "second_ja": ("Asia/Tokyo", "ja 2nd", 5, (9, 18), 0.06, 0),
    "phone_us_e": ("America/New_York", "en phone", 7, (9, 21), 0.20, 0),
    "phone_us_c": ("America/Chicago", "en phone", 7, (9, 21), 0.12, 0),
    "phone_us_m": ("America/Denver", "en phone", 7, (9, 21), 0.05, 0),
    "phone_us_p": ("America/Los_Angeles", "en phone", 7, (9, 21), 0.13, 0),
    "phone_us_h": ("Pacific/Honolulu", "en phone", 7, (9, 21), 0.02, 0),
    "phone_de": ("Europe/Berlin", "de phone", 6, (8, 20), 0.16, 0),
    "chat_en": ("UTC", "en chat", 7, (0, 24), 0.18, 2),
    "email_en": ("America/Chicago", "en email", 5, (9, 18), 0.07, 0),
    "social_en": ("UTC", "en social", 7, (0, 24), 0.07, 1),
}
DEFERRED = {"email_ja": 8.0, "email_en": 8.0, "social_en": 2.0}
CONTRACT_HOURS = {"full": (32, 40), "part": (16, 24)}


@dataclass(frozen=True, kw_only=True)
class Synthetic:
    """The problem with its rules and terms, as a search takes them."""

    instance: RosterInstance
    rules: tuple[Any, ...]
    constraints: tuple[Constraint, ...]
    prices: tuple[Price, ...]


def synthetic_week(
    seed: int = 1, *, scale: float = 1.0, num_days: int = 7, load: float = 0.93
) -> Synthetic:
    """Return the week of ``scale`` times 180 agents; *load* is need over contracts."""
    rng = np.random.default_rng(seed)
    grid = _grid(num_days)
    sites = {
        name: Site(site_id=name, zone=zone, region=region, night_premium_fraction=0.25)
        for name, (zone, region, _) in SITES.items()
    }
    contracts = {
        f"{site}_{kind}": EmploymentContract(
            contract_id=f"{site}_{kind}", templates=_templates(site, kind)
        )
        for site in SITES
        for kind in CONTRACT_HOURS
    }
    agents = tuple(_agents(rng, scale))
    queues = tuple(_queue(name) for name in QUEUES)
    days = {a.agent_id: _planned(grid, a, num_days) for a in agents}
    opened = np.array([open_mask(q, grid) for q in queues])
    hours = _work_hours(agents)
    demand = np.array(
        [
            _demand(rng, grid, name, hours[name in _EAST] * load * num_days / 7)
            for name in QUEUES
        ]
    )
    window = day_range(grid, FIRST, "Europe/Warsaw")[0]
    end = day_range(grid, FIRST + timedelta(days=num_days - 1), "Europe/Warsaw")[1]
    inside = np.zeros(grid.num_intervals, dtype=bool)
    inside[window:end] = True
    floors = np.array([[QUEUES[name][5]] for name in QUEUES]) * (opened & inside)
    live = np.where(opened & inside, demand, 0.0)
    deferred = _deferred(live, opened, end)
    live[[i for i, name in enumerate(QUEUES) if name in DEFERRED]] = 0.0
    night = np.array([_night(grid, a.zone) for a in agents])
    wage = np.array([[a.hourly_cost_minor] for a in agents])
    instance = RosterInstance(
        grid=grid,
        zone="Europe/Warsaw",
        window_start_idx=window,
        window_end_idx=end,
        queues=queues,
        sites=sites,
        contracts=contracts,
        agents=agents,
        planned_days=days,
        scheduled_agents=live,
        guaranteed_agents=floors,
        open_mask=opened,
        pay=np.rint(wage * 1000 / 4 * (1 + 0.25 * night)).astype(np.int64),
        night=night,
        prices=Prices(
            understaffing_per_hour=6_000_000,
            overstaffing_per_hour=100_000,
            night_per_hour=200_000,
            preference_per_hour=150_000,
        ),
        deferred=deferred,
        blocked=tuple(_absences(rng, days)),
        preferences=tuple(_wishes(rng, days)),
        carry_over=tuple(_carry_over(rng, grid, agents, contracts)),
    )
    rules = build_rules(_settings(agents))
    return Synthetic(
        instance=instance,
        rules=rules,
        constraints=tuple(c for rule in rules for c in rule.constraints(instance)),
        prices=tuple(p for name in TERMS for p in TERMS[name]().prices(instance)),
    )


_EAST = frozenset({"phone_ja", "phone_ko", "chat_ja", "email_ja", "second_ja"})


def _grid(num_days: int) -> IntervalGrid:
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    hours = 24 * (num_days + 2)
    return IntervalGrid(
        start_utc=start - timedelta(hours=16),
        interval_minutes=STEP_MINUTES,
        num_intervals=(hours + 16) * 60 // STEP_MINUTES,
    )


def _templates(site: str, kind: str) -> tuple[ShiftTemplate, ...]:
    breaks = (
        _break("break", 15, True, 75, 135, from_minutes=360),
        _break("meal", 60, False, 180, 285, from_minutes=360),
        _break("break", 15, True, 150, 75, from_minutes=360, anchor="end"),
        _break("break", 15, True, 90, 165, below=360),
    )
    lengths = (510, 540) if kind == "full" else (240, 270, 300, 330)
    wide = (7 * 60, 14 * 60) if site in {"fukuoka", "denver"} else (6 * 60, 15 * 60)
    found = [_template("day", *wide, lengths, breaks)]
    if site in {"manila", "krakow"}:
        found.append(_template("night", 20 * 60, 23 * 60, lengths, breaks))
    return tuple(found)


def _template(
    name: str, first: int, last: int, lengths: tuple[int, ...], breaks: Any
) -> ShiftTemplate:
    return ShiftTemplate(
        template_id=name,
        start_from_minute=first,
        start_to_minute=last,
        start_step_minutes=30,
        elapsed_minutes=lengths,
        breaks=breaks,
    )


def _break(
    kind: str,
    minutes: int,
    paid: bool,
    earliest: int,
    latest: int,
    *,
    from_minutes: int = 0,
    below: int = 10**6,
    anchor: Any = "start",
) -> BreakRule:
    return BreakRule(
        kind=kind,
        minutes=minutes,
        paid=paid,
        earliest_minutes=earliest,
        latest_minutes=latest,
        anchor=anchor,
        min_shift_minutes=from_minutes,
        below_shift_minutes=below,
    )


def _agents(rng: np.random.Generator, scale: float) -> Any:
    wages = {
        "fukuoka": 2400,
        "dalian": 1300,
        "manila": 900,
        "krakow": 1700,
        "denver": 2600,
    }
    for site, (zone, _, count) in SITES.items():
        for i in range(max(1, round(count * scale))):
            kind = "full" if i % 4 else "part"
            skills = SKILL_SETS[site][i % len(SKILL_SETS[site])]
            yield Agent(
                agent_id=f"{site}{i:03d}",
                site_id=site,
                contract_id=f"{site}_{kind}",
                skills=dict.fromkeys(skills.split(), 0),
                zone=zone,
                hourly_cost_minor=wages[site] + int(rng.integers(0, 200)),
            )


def _queue(name: str) -> Queue:
    zone, skills, days, (opens, closes), _, floor = QUEUES[name]
    span = ((opens * 60, closes * 60),)
    around = name in {"chat_en", "social_en"}
    return Queue(
        queue_id=name,
        channel=name.split("_", maxsplit=1)[0],
        zone=zone,
        requires=tuple(SkillNeed(skill=s) for s in skills.split()),
        opening=OpeningHours(spans=tuple(span if d < days else () for d in range(7))),
        target=ServiceTarget(asa_s=20),
        guaranteed_agents=floor,
        handover_minutes=30 if around else 0,
    )


def _planned(grid: IntervalGrid, agent: Agent, num_days: int) -> tuple[PlannedDay, ...]:
    dates = [FIRST + timedelta(days=i) for i in range(num_days)]
    return tuple(
        PlannedDay(
            date_local=day,
            start_idx=day_range(grid, day, agent.zone)[0],
            end_idx=day_range(grid, day, agent.zone)[1],
            week=i // 7,
        )
        for i, day in enumerate(dates)
    )


def _work_hours(agents: tuple[Agent, ...]) -> dict[bool, float]:
    """Contract hours less absences and breaks of the eastern and the other sites."""
    east = {"fukuoka", "dalian"}
    total = {True: 0.0, False: 0.0}
    for agent in agents:
        most = CONTRACT_HOURS[agent.contract_id.split("_")[1]][1]
        total[agent.site_id in east] += most * 0.86
    return total


def _demand(
    rng: np.random.Generator, grid: IntervalGrid, name: str, hours: float
) -> Any:
    """Agents ``[t]``: two peaks a day in the market's clock, quiet weekends, noise."""
    zone, _, _, _, share, _ = QUEUES[name]
    clock = local_clock(grid, zone)
    hour = clock.minute_of_day / 60
    shape = (
        0.25
        + np.exp(-((hour - 10.5) ** 2) / 8)
        + 0.9 * np.exp(-((hour - 15.5) ** 2) / 9)
    )
    shape = shape * np.where(clock.weekday >= 5, 0.5, 1.0)
    mask = open_mask(_queue(name), grid)
    shape = shape * mask * rng.normal(1.0, 0.03, size=shape.shape).clip(0.8, 1.2)
    week = shape[: 7 * 24 * 60 // STEP_MINUTES].sum() * STEP_MINUTES / 60
    return shape * (share / 1.0) * hours / week * 7 / max(1, 7)


def _deferred(live: Any, opened: Any, end: int) -> tuple[DeferredWork, ...]:
    found = []
    for q, name in enumerate(QUEUES):
        if name not in DEFERRED:
            continue
        ahead = round(DEFERRED[name] * 60 / STEP_MINUTES)
        open_steps = np.flatnonzero(opened[q])
        arrivals = np.flatnonzero(live[q])[::2]
        work = np.add.reduceat(live[q][live[q] > 0], np.arange(0, 2 * len(arrivals), 2))
        position = np.searchsorted(open_steps, arrivals) + ahead
        due = open_steps[np.minimum(position, len(open_steps) - 1)]
        found.append(
            DeferredWork(
                queue_id=name,
                arrival_idx=arrivals,
                due_idx=np.minimum(np.maximum(due, arrivals + 1), end),
                work_hours=work * STEP_MINUTES / 60,
            )
        )
    return tuple(found)


def _night(grid: IntervalGrid, zone: str) -> Any:
    minute = local_clock(grid, zone).minute_of_day
    return (minute >= 22 * 60) | (minute < 6 * 60)


def _absences(rng: np.random.Generator, days: Any) -> Any:
    for agent_id, own in days.items():
        leave = 3 if rng.random() < 0.05 else 1 if rng.random() < 0.4 else 0
        first = int(rng.integers(0, max(1, len(own) - leave + 1)))
        for day in own[first : first + leave]:
            yield BlockedTime(
                agent_id=agent_id,
                start_idx=day.start_idx,
                end_idx=day.end_idx,
                kind="time_off",
                label="leave",
            )


def _wishes(rng: np.random.Generator, days: Any) -> Any:
    for agent_id, own in days.items():
        if rng.random() < 0.3:
            day = own[int(rng.integers(0, len(own)))]
            yield Preference(
                agent_id=agent_id,
                start_idx=day.start_idx,
                end_idx=day.end_idx,
                kind="avoid",
            )


def _carry_over(
    rng: np.random.Generator, grid: IntervalGrid, agents: Any, contracts: Any
) -> Any:
    """The last days of a week before: everybody worked some of the last five days."""
    for agent in agents:
        run = int(rng.integers(0, 4))
        for back in range(run, 0, -1):
            day = FIRST - timedelta(days=back)
            templates = contracts[agent.contract_id].templates
            options = shift_options(templates, day, agent.zone, grid)
            option = options[int(rng.integers(0, len(options)))]
            if back == 1:
                yield build_shift(
                    agent.agent_id, day, option, [b.first_idx for b in option.breaks]
                )


def _settings(agents: tuple[Agent, ...]) -> list[RuleSetting]:
    everybody = {
        "min_rest": {"hours": 11},
        "max_consecutive_days": {"days": 5},
        "weekly_rest": {"hours": 35},
        "max_hours_a_day": {"hours": 9},
    }
    found = [RuleSetting(rule=name, parameters=p) for name, p in everybody.items()]
    for kind, (low, high) in CONTRACT_HOURS.items():
        ids = frozenset(a.agent_id for a in agents if a.contract_id.endswith(kind))
        found.append(
            RuleSetting(
                rule="weekly_hours",
                parameters={"min_hours": low, "max_hours": high},
                agent_ids=ids,
            )
        )
    return found


def shifts_of(roster: Any) -> tuple[Shift, ...]:
    return tuple(roster.shifts)
