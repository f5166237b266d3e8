"""Rules on a person's days at which tiny problems bind, for the test of both faces."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from support.tiny_rosters import Tiny, shifts_of_day, template

from solver.walk import local_minute
from wfm.domain.people import (
    SPLIT,
    Activity,
    BreakRule,
    EmploymentContract,
    ShiftTemplate,
)
from wfm.domain.roster import RosterInstance, Shift

Case = tuple[RosterInstance, dict[str, Any]]
Maker = Callable[[np.random.Generator, RosterInstance], Case]


def _home_days(rng: np.random.Generator, instance: RosterInstance) -> Case:
    weekdays = [int(day) for day in rng.permutation(7)]
    one, two = sorted(rng.integers(0, 3, 2).tolist())
    low, high = sorted(rng.integers(0, 3, 2).tolist())
    agents = tuple(replace(a, remote=rng.random() < 0.1) for a in instance.agents)
    parameters = {
        "min_home": one,
        "max_home": max(1, two),
        "min_site": low,
        "max_site": high if rng.random() < 0.4 and high else 7,
        "site_on": tuple(weekdays[: int(rng.integers(0, 3))]),
        "home_on": tuple(weekdays[3 : 3 + int(rng.integers(0, 2))]),
    }
    return replace(instance, agents=agents), parameters


def _site_at_home(rng: np.random.Generator, instance: RosterInstance) -> Case:
    agents = tuple(replace(a, remote=rng.random() < 0.2) for a in instance.agents)
    if rng.random() < 0.6:  # one site for all
        agents = tuple(replace(a, site_id=agents[0].site_id) for a in agents)
    weekdays = tuple(int(day) for day in rng.permutation(7)[: rng.integers(2, 8)])
    dates = int(rng.integers(1, 3))
    if rng.random() < 0.3:
        instance = replace(instance, locked=(some_shift(rng, instance),))
    return replace(instance, agents=agents), {"dates": dates, "weekdays": weekdays}


def some_shift(rng: np.random.Generator, instance: RosterInstance) -> Shift:
    """Any shift that somebody may work."""
    one = instance.agents[rng.integers(len(instance.agents))]
    days = instance.planned_days[one.agent_id]
    found = shifts_of_day(instance, one, days[rng.integers(len(days))].date_local)
    return found[rng.integers(len(found))]


def _start(rng: np.random.Generator, instance: RosterInstance) -> int:
    """The minute of the day at which some shift starts."""
    shift = some_shift(rng, instance)
    one = next(a for a in instance.agents if a.agent_id == shift.agent_id)
    return local_minute(instance, shift.start_idx, one.zone)


def _start_change(rng: np.random.Generator, instance: RosterInstance) -> Case:
    apart = abs(_start(rng, instance) - _start(rng, instance))
    minutes = max(0.0, float(apart + rng.choice([0, 0, -1, 1])))
    begins = float(rng.choice([0, 4, 14, 21.5]))
    return instance, {"minutes": minutes, "day_begins_hour": begins}


def _activities(rng: np.random.Generator, instance: RosterInstance) -> Case:
    step = instance.step_minutes
    items = []
    for name in ("training", "coaching")[: int(rng.integers(1, 3))]:
        shift = some_shift(rng, instance)
        low = shift.start_idx + int(rng.integers(-2, 6))
        length = int(rng.choice([1, 2, 3]))
        days = int(rng.choice([1, 1, 2]))
        width = int(rng.choice([0, 2, 5, 12]))
        people = rng.random(len(instance.agents)) < 0.7
        items.append(
            Activity(
                activity=name,
                agent_ids=frozenset(
                    one.agent_id
                    for one, has in zip(instance.agents, people, strict=True)
                    if has
                ),
                minutes=length * step,
                windows=tuple(
                    (begin, begin + length + width) for begin in (low, low + 24)[:days]
                ),
                together=bool(rng.random() < 0.4),
                due=bool(rng.random() < 0.8),
            )
        )
    every = int(rng.choice([step, step, 60, 120]))
    return replace(instance, activities=tuple(items)), {"every_minutes": every}


def _split_shifts(rng: np.random.Generator, instance: RosterInstance) -> Case:
    gaps = sorted({int(gap) for gap in rng.choice([2, 3, 5], 2)})
    start = int(rng.choice([5, 8])) * 60
    parts = [
        template(start // 60, hours=(8,)),
        *(
            ShiftTemplate(
                template_id="t",
                start_from_minute=start,
                start_to_minute=start,
                start_step_minutes=60,
                elapsed_minutes=((4 + gap + 3) * 60,),
                breaks=(
                    BreakRule(
                        kind=SPLIT,
                        minutes=gap * 60,
                        paid=False,
                        earliest_minutes=240,
                        latest_minutes=240,
                    ),
                ),
            )
            for gap in gaps
        ),
    ]
    contracts = {
        name: EmploymentContract(contract_id=name, templates=tuple(parts))
        for name in instance.contracts
    }
    least = float(rng.choice([0, gaps[0], gaps[-1] - 0.1, gaps[0] + 0.1]))
    return replace(instance, contracts=contracts, carry_over=(), locked=()), {
        "most": int(rng.integers(0, 3)),
        "min_gap_hours": least,
        "max_gap_hours": max(least, float(rng.choice([24, gaps[-1], gaps[0]]))),
    }


DAY_MAKERS: dict[str, Maker] = {
    "home_days": _home_days,
    "site_at_home": _site_at_home,
    "start_change": _start_change,
    "split_shifts": _split_shifts,
    "activities": _activities,
}
DAY_SIZES: dict[str, Tiny] = {
    "home_days": Tiny(agents=1, days=4, options=1),
    "site_at_home": Tiny(agents=2, days=3, options=1),
    "activities": Tiny(agents=2, days=1, options=1),
    "split_shifts": Tiny(agents=1, days=4, options=1),
    "start_change": Tiny(agents=1, days=5, options=2),
}
