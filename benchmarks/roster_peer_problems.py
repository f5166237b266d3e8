"""pyworkforce's problems in this package's rules and terms, solved and read back."""

import time
from collections import Counter
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np

from benchmarks.nrp_problem import (
    instance_of,
    rows_of,
    rules_of,
    terms_of,
)
from benchmarks.nrp_text import Cover, Employee, Given, Request
from benchmarks.roster_peer_cases import Case, worth
from solver.build import build_rules
from solver.objectives.overstaffing import Overstaffing
from solver.objectives.paid_cost import PaidCost
from solver.objectives.shift_requests import Request as Turned
from solver.objectives.shift_requests import ShiftRequests
from solver.objectives.understaffing import Understaffing
from solver.outcome import Solved, SolveLimits
from solver.search import solve
from solver.term import Term
from wfm.domain.demand import OpeningHours, Queue, ServiceTarget, SkillNeed
from wfm.domain.people import EmploymentContract, ShiftTemplate
from wfm.domain.roster import Prices, RosterInstance, RuleSetting

HOUR = 60
"""Objective units of one hour."""
NEVER = 1_000 * HOUR
"""Price of what pyworkforce forbids and this problem prices."""
UNIT = 1000
"""Objective units of one head or one head's period."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A solution in pyworkforce's words, with a bound of its objective."""

    solution: dict[str, Any]
    bound: float
    wall_s: float


def answer(case: Case, seconds: float) -> Answer:
    """Solve a case by ``solver.solve``."""
    began = time.perf_counter()
    make = _roster if case.kind == "MinHoursRoster" else _schedule
    solution, bound = make(case, SolveLimits(max_time_s=seconds))
    return Answer(solution=solution, bound=bound, wall_s=time.perf_counter() - began)


def _roster(case: Case, limits: SolveLimits) -> tuple[dict[str, Any], float]:
    asked = case.arguments
    given = _given(asked)
    instance = instance_of(given)
    shape = instance.pay.shape
    per_step = HOUR * instance.step_minutes // 60
    instance = replace(instance, pay=np.full(shape, per_step, dtype=np.int64))
    all_day = ((0, 1439),)
    least = asked["num_days"] - asked["max_resting"]
    settings = [
        *rules_of(given),
        RuleSetting(rule="shift_count", parameters={"starts": all_day, "least": least}),
    ]
    found = solve(
        instance,
        build_rules(settings, given.staff),
        {**terms_of(given), "paid_cost": PaidCost()},
        limits,
    )
    assert isinstance(found, Solved)
    # A request that is met costs nothing here and is taken off there.
    liked = sum(r.price for r in given.requests if not r.is_off)
    rows = rows_of(given, found.roster)
    work = [
        {"resource": name, "day": day, "shift": shift}
        for name, row in rows.items()
        for day, shift in enumerate(row)
        if shift
    ]
    return {"resource_shifts": work}, (found.bound - liked) / HOUR


def _given(asked: dict[str, Any]) -> Given:
    """Say it as staff, shifts, requests and cover."""
    days = asked["num_days"]
    pairs = [(p["origin"], p["destination"]) for p in asked["non_sequential_shifts"]]
    staff = Employee(
        max_shifts={},
        max_minutes=days * 1440,
        min_minutes=60 * asked["min_working_hours"],
        max_run=days,
        min_run=1,
        min_off=1,
        max_weekends=days,
    )
    bans = [
        Request(
            employee=b["resource"],
            day=b["day"],
            shift=b["shift"],
            price=NEVER,
            is_off=True,
        )
        for b in asked["banned_shifts"]
    ]
    likes = [
        Request(
            employee=p["resource"],
            day=day,
            shift=p["shift"],
            price=HOUR * worth(asked, p["resource"], p["shift"]),
            is_off=False,
        )
        for p in asked.get("resources_preferences", ())
        for day in range(days)
    ]
    hours = zip(asked["shifts"], asked["shifts_hours"], strict=True)
    return Given(
        days=days,
        minutes={shift: 60 * length for shift, length in hours},
        not_after={
            shift: frozenset(then for first, then in pairs if first == shift)
            for shift in asked["shifts"]
        },
        staff=dict.fromkeys(asked["resources"], staff),
        requests=(*bans, *likes),
        cover=tuple(
            Cover(day=day, shift=shift, wanted=n, under=NEVER, over=0)
            for shift, row in asked["required_resources"].items()
            for day, n in enumerate(row)
        ),
    )


def _schedule(case: Case, limits: SolveLimits) -> tuple[dict[str, Any], float]:
    """Day by day, as pyworkforce's days have nothing to do with each other."""
    days = case.arguments["num_days"]
    each = replace(limits, max_time_s=limits.max_time_s / days)
    rows: list[dict[str, Any]] = []
    bound = 0.0
    for day in range(days):
        counts, lower = _one_day(case, day, each)
        bound += lower
        rows += [{"day": day, "shift": s, "resources": n} for s, n in counts.items()]
    return {"resources_shifts": rows}, bound


def _one_day(case: Case, day: int, limits: SolveLimits) -> tuple[Counter[str], float]:
    """One queue, as many people as can be needed."""
    is_count = case.kind == "MinRequiredResources"
    instance, named = _pool(case, day)
    terms: dict[str, Term] = {"understaffing": Understaffing()}
    if is_count:
        requests = tuple(_per_head(instance))
        terms["shift_requests"] = ShiftRequests(requests=requests)
    else:
        terms["overstaffing"] = Overstaffing()
    found = solve(instance, build_rules([]), terms, limits)
    assert isinstance(found, Solved)
    counts = Counter(
        named[shift.start_idx, shift.end_idx - shift.start_idx]
        for shift in found.roster.shifts
    )
    return counts, found.bound / UNIT


def _per_head(instance: RosterInstance) -> list[Turned]:
    """Every shift costs one head."""
    return [
        Turned(
            agent_id=name,
            date_local=day.date_local,
            starts=((0, 1439),),
            price=UNIT,
            is_off=True,
        )
        for name, days in instance.planned_days.items()
        for day in days
    ]


def _pool(case: Case, day: int) -> tuple[RosterInstance, dict[tuple[int, int], str]]:
    """Return the problem, and start and length -> pyworkforce's name of the shift."""
    asked, periods = case.arguments, case.arguments["periods"]
    spans = {
        name: (row.index(1), sum(row)) for name, row in asked["shifts_coverage"].items()
    }
    required = np.array(asked["required_resources"][day])
    lengths = [length for _, length in spans.values()]
    is_count = case.kind == "MinRequiredResources"
    length = max(lengths) if is_count else min(lengths)
    # So many lanes of shifts, one after the other, cover any need.
    heads = int(required.max()) * ceil(periods / length)
    step = 1440 // periods
    blank = Given(
        days=1,
        minutes={"any": step},
        not_after={"any": frozenset()},
        staff={
            f"p{n}": Employee(
                max_shifts={},
                max_minutes=0,
                min_minutes=0,
                max_run=1,
                min_run=1,
                min_off=1,
                max_weekends=1,
            )
            for n in range(heads)
        },
        requests=(),
        cover=(),
    )
    instance = instance_of(blank)
    return _as_queue(instance, spans, required.reshape(1, -1), case.kind), {
        span: name for name, span in spans.items()
    }


def _as_queue(
    instance: RosterInstance,
    spans: dict[str, tuple[int, int]],
    need: np.ndarray,
    kind: str,
) -> RosterInstance:
    step = instance.step_minutes
    dear = kind == "MinRequiredResources"
    templates = tuple(
        ShiftTemplate(
            template_id=name,
            start_from_minute=start * step,
            start_to_minute=start * step,
            start_step_minutes=step,
            elapsed_minutes=(length * step,),
        )
        for name, (start, length) in spans.items()
    )
    per_hour = UNIT * 60 // step
    return replace(
        instance,
        contracts={"all": EmploymentContract(contract_id="all", templates=templates)},
        queues=(
            Queue(
                queue_id="work",
                channel="phone",
                zone="UTC",
                requires=(SkillNeed(skill="work"),),
                opening=OpeningHours(spans=(((0, 1440),),) * 7),
                target=ServiceTarget(asa_s=20),
            ),
        ),
        agents=tuple(replace(one, skills={"work": 0}) for one in instance.agents),
        scheduled_agents=need.astype(float),
        guaranteed_agents=np.zeros(need.shape, dtype=np.int64),
        open_mask=np.ones(need.shape, dtype=bool),
        prices=Prices(
            understaffing_per_hour=per_hour * (1000 if dear else 1),
            understaffing_steps=((1.0, 1.0),),
            overstaffing_per_hour=0 if dear else per_hour,
        ),
    )
