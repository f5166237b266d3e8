"""An instance of the benchmark in the rules and terms of the package."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import gcd

import numpy as np

from benchmarks.nrp_text import Given
from solver.objectives.shift_demand import Demand, ShiftDemand
from solver.objectives.shift_requests import Request, ShiftRequests
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Agent,
    BlockedTime,
    EmploymentContract,
    ShiftTemplate,
    Site,
)
from wfm.domain.roster import (
    PlannedDay,
    Prices,
    Roster,
    RosterInstance,
    RuleSetting,
)

MONDAY = date(2024, 1, 1)
DAY_MINUTES = 1440


def starts(given: Given) -> dict[str, int]:
    """Give every shift a start of its own, so early that none runs past midnight."""
    step = gcd(*given.minutes.values(), DAY_MINUTES)
    while (len(given.minutes) - 1) * step > DAY_MINUTES - max(given.minutes.values()):
        step = next(n for n in range(step - 1, 0, -1) if step % n == 0)
    return {name: n * step for n, name in enumerate(given.minutes)}


def instance_of(given: Given) -> RosterInstance:
    """Say what there is: people, dates, shifts, days off."""
    step = _step(given)
    num_t = given.days * (DAY_MINUTES // step)
    shape = (len(given.staff), num_t)
    return RosterInstance(
        grid=IntervalGrid(
            start_utc=datetime(2024, 1, 1, tzinfo=UTC),
            interval_minutes=step,
            num_intervals=num_t,
        ),
        zone="UTC",
        window_start_idx=0,
        window_end_idx=num_t,
        queues=(),
        sites={"site": Site(site_id="site", zone="UTC", region="site")},
        contracts={
            "all": EmploymentContract(contract_id="all", templates=_templates(given))
        },
        agents=tuple(
            Agent(agent_id=n, site_id="site", contract_id="all", skills={}, zone="UTC")
            for n in given.staff
        ),
        planned_days=dict.fromkeys(given.staff, _dates(given)),
        scheduled_agents=np.zeros((0, num_t)),
        guaranteed_agents=np.zeros((0, num_t), dtype=np.int64),
        open_mask=np.zeros((0, num_t), dtype=bool),
        pay=np.zeros(shape, dtype=np.int64),
        night=np.zeros(shape, dtype=bool),
        prices=Prices(understaffing_per_hour=0),
        blocked=tuple(_days_off(given)),
        boundary="open",
    )


def _step(given: Given) -> int:
    return gcd(*given.minutes.values(), *starts(given).values(), DAY_MINUTES)


def _dates(given: Given) -> tuple[PlannedDay, ...]:
    per_day = DAY_MINUTES // _step(given)
    return tuple(
        PlannedDay(
            date_local=MONDAY + timedelta(days=d),
            start_idx=d * per_day,
            end_idx=(d + 1) * per_day,
            week=d // 7,
        )
        for d in range(given.days)
    )


def _templates(given: Given) -> tuple[ShiftTemplate, ...]:
    at, step = starts(given), _step(given)
    return tuple(
        ShiftTemplate(
            template_id=name,
            start_from_minute=at[name],
            start_to_minute=at[name],
            start_step_minutes=step,
            elapsed_minutes=(minutes,),
        )
        for name, minutes in given.minutes.items()
    )


def _days_off(given: Given) -> Iterator[BlockedTime]:
    per_day = DAY_MINUTES // _step(given)
    for name, one in given.staff.items():
        for d in sorted(one.days_off):
            yield BlockedTime(
                agent_id=name,
                start_idx=d * per_day,
                end_idx=(d + 1) * per_day,
                kind="time_off",
                label=f"day {d} off",
            )


def rules_of(given: Given) -> list[RuleSetting]:
    """Say what is demanded; employees with equal demands share a rule."""
    at = starts(given)
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    parameters: dict[tuple[str, str], dict[str, object]] = {}

    def demand(rule: str, who: str, **values: object) -> None:
        key = (rule, repr(values))
        alike[key].add(who)
        parameters[key] = values

    for name, one in given.staff.items():
        demand(
            "period_hours",
            name,
            min_hours=one.min_minutes / 60,
            max_hours=one.max_minutes / 60,
        )
        demand("max_consecutive_days", name, days=one.max_run)
        demand("min_consecutive_days", name, days=one.min_run)
        demand("min_consecutive_days_off", name, days=one.min_off)
        demand("max_weekends", name, most=one.max_weekends)
        for shift, most in one.max_shifts.items():
            if most < given.days:
                window = ((at[shift], at[shift]),)
                demand("shift_count", name, starts=window, most=most)
    settings = [
        RuleSetting(
            rule=key[0], parameters=parameters[key], agent_ids=frozenset(alike[key])
        )
        for key in alike
    ]
    settings += [
        RuleSetting(
            rule="forbidden_next",
            parameters={
                "after": ((at[shift], at[shift]),),
                "then": tuple((at[other], at[other]) for other in sorted(banned)),
            },
        )
        for shift, banned in given.not_after.items()
        if banned
    ]
    return settings


def terms_of(given: Given) -> dict[str, object]:
    """Say what is priced."""
    at = starts(given)
    demands = tuple(
        Demand(
            date_local=MONDAY + timedelta(days=row.day),
            starts=((at[row.shift], at[row.shift]),),
            agents=row.wanted,
            under_price=row.under,
            over_price=row.over,
        )
        for row in given.cover
    )
    requests = tuple(
        Request(
            agent_id=row.employee,
            date_local=MONDAY + timedelta(days=row.day),
            starts=((at[row.shift], at[row.shift]),),
            price=row.price,
            is_off=row.is_off,
        )
        for row in given.requests
    )
    return {
        "shift_demand": ShiftDemand(demands=demands),
        "shift_requests": ShiftRequests(requests=requests),
    }


def rows_of(given: Given, roster: Roster) -> dict[str, list[str]]:
    """Return the roster as shift ids per employee and day."""
    names = {minute: name for name, minute in starts(given).items()}
    step = _step(given)
    per_day = DAY_MINUTES // step
    rows = {name: [""] * given.days for name in given.staff}
    for shift in roster.shifts:
        day, place = divmod(shift.start_idx, per_day)
        rows[shift.agent_id][day] = names[place * step]
    return rows
