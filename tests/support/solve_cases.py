"""Small roster problems for tests of the search, built in a line or two."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from wfm.domain.demand import OpeningHours, Queue, ServiceTarget, SkillNeed
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Agent,
    BreakRule,
    EmploymentContract,
    ShiftTemplate,
    Site,
)
from wfm.domain.roster import (
    PlannedDay,
    Prices,
    Roster,
    RosterInstance,
    Shift,
    WorkSpan,
    is_eligible,
)

FIRST = date(2026, 10, 26)
ALWAYS = OpeningHours(spans=((((0, 1440),),) * 7))
PRICES = Prices(
    understaffing_per_hour=6_000_000,
    overstaffing_per_hour=100_000,
    night_per_hour=200_000,
    preference_per_hour=150_000,
)


def template(
    starts: Sequence[int] = (8, 16),
    hours: Sequence[float] = (8,),
    step_minutes: int = 240,
    meal: bool = False,
) -> ShiftTemplate:
    """Return a template with starts between two hours and an optional meal."""
    breaks = (
        (
            BreakRule(
                kind="meal",
                minutes=60,
                paid=False,
                earliest_minutes=180,
                latest_minutes=240,
                min_shift_minutes=360,
            ),
        )
        if meal
        else ()
    )
    return ShiftTemplate(
        template_id="day",
        start_from_minute=int(starts[0] * 60),
        start_to_minute=int(starts[-1] * 60),
        start_step_minutes=step_minutes,
        elapsed_minutes=tuple(int(h * 60) for h in hours),
        breaks=breaks,
    )


def queue(name: str, skills: Sequence[str] = ()) -> Queue:
    """Return a queue that asks for the skill of its own name unless told."""
    needs = tuple(SkillNeed(skill=s) for s in (skills or (name,)))
    return Queue(
        queue_id=name,
        channel="phone",
        zone="UTC",
        requires=needs,
        opening=ALWAYS,
        target=ServiceTarget(service_level_fraction=0.8, answer_within_s=20),
    )


def make_instance(
    agents: Mapping[str, Sequence[str]],
    need: Mapping[str, Sequence[float]],
    *,
    step_minutes: int = 60,
    days: int = 2,
    templates: Sequence[ShiftTemplate] | None = None,
    prices: Prices = PRICES,
    wage: int = 2_000_000,
) -> RosterInstance:
    """Return a UTC instance: agent id -> skills, queue id -> need of each step.

    A need shorter than the window is repeated to its end.
    """
    per_day = 24 * 60 // step_minutes
    grid = IntervalGrid(
        start_utc=datetime(2026, 10, 26, tzinfo=UTC),
        interval_minutes=step_minutes,
        num_intervals=per_day * (days + 1),
    )
    window = per_day * days
    queues = tuple(queue(name) for name in need)
    scheduled = np.zeros((len(queues), grid.num_intervals))
    for row, values in enumerate(need.values()):
        scheduled[row, :window] = np.resize(np.asarray(values, dtype=float), window)
    people = tuple(
        Agent(
            agent_id=name,
            site_id="home",
            contract_id="full",
            skills=dict.fromkeys(skills, 0),
            zone="UTC",
        )
        for name, skills in agents.items()
    )
    dates = tuple(
        PlannedDay(
            date_local=FIRST + timedelta(days=d),
            start_idx=per_day * d,
            end_idx=per_day * (d + 1),
            week=d // 7,
        )
        for d in range(days)
    )
    shape = (len(queues), grid.num_intervals)
    hour = np.arange(grid.num_intervals) % per_day * step_minutes / 60
    night = (hour >= 22) | (hour < 6)
    contract = EmploymentContract(
        contract_id="full", templates=tuple(templates or (template(),))
    )
    open_mask = np.zeros(shape, dtype=bool)
    open_mask[:, :window] = True
    return RosterInstance(
        grid=grid,
        zone="UTC",
        window_start_idx=0,
        window_end_idx=window,
        queues=queues,
        sites={"home": Site(site_id="home", zone="UTC", region="eu")},
        contracts={"full": contract},
        agents=people,
        planned_days={agent.agent_id: dates for agent in people},
        scheduled_agents=scheduled,
        guaranteed_agents=np.zeros(shape, dtype=np.int64),
        open_mask=open_mask,
        pay=np.full(
            (len(people), grid.num_intervals), wage * step_minutes // 60, dtype=np.int64
        ),
        night=np.tile(night, (len(people), 1)),
        prices=prices,
    )


def serves(instance: RosterInstance) -> dict[str, frozenset[str]]:
    """Return agent id -> queues whose skills the agent holds."""
    return {
        agent.agent_id: frozenset(
            q.queue_id for q in instance.queues if is_eligible(agent, q)
        )
        for agent in instance.agents
    }


def work(agent_id: str, day: int, start_idx: int, end_idx: int) -> Shift:
    """Return a shift of one working span."""
    return Shift(
        agent_id=agent_id,
        date_local=FIRST + timedelta(days=day),
        spans=(WorkSpan(start_idx=start_idx, end_idx=end_idx),),
    )


def roster(*shifts: Shift) -> Roster:
    """Return a roster of *shifts*."""
    return Roster(shifts=shifts)


def with_(instance: RosterInstance, **changes: object) -> RosterInstance:
    """Return a copy of *instance* with some fields changed."""
    return replace(instance, **changes)  # type: ignore[arg-type]
