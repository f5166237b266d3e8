"""What stays the same, or in proportion, when a problem is told otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from support.solve_cases import PRICES
from support.tiny_rosters import agent, instance_of, meal, queue, site, template

from solver.build import build_rules
from solver.columns.compile import compile_stretches, stretches_of
from solver.columns.pricer import MOST_LABELS, Pricer
from solver.objectives.paid_cost import PaidCost
from solver.objectives.shift_demand import Demand, ShiftDemand
from solver.outcome import Solved, SolveLimits
from solver.problem import read_problem, score
from solver.search import solve
from solver.term import Term
from wfm.domain.people import EmploymentContract
from wfm.domain.roster import Roster, RosterInstance, RuleSetting, Shift

DAYS = 3
SKILLS = (("en",), ("de",), ("en", "de"))
RULES = build_rules(
    [
        RuleSetting(rule="min_rest", parameters={"hours": 12}),
        RuleSetting(rule="period_hours", parameters={"max_hours": 17}),
        RuleSetting(rule="max_consecutive_days", parameters={"days": 2}),
    ]
)
SHIFTS = [template(0, 8, 16, hours=(8,), breaks=[meal(3, 4)])]


def problem_of(
    seed: int, *, zone: str = "UTC", weeks_later: int = 0, names: str = "abc"
) -> RosterInstance:
    """Three people, two queues, three days; all clocks are those of *zone*."""
    rng = np.random.default_rng(seed)
    need = rng.integers(0, 3, size=(2, DAYS, 6)).repeat(4, axis=2).reshape(2, -1)
    wages = rng.integers(10, 30, size=len(SKILLS)) * 100_000
    people = [
        agent(name, zone=zone, skills=dict.fromkeys(skills, 0))
        for name, skills in zip(names, SKILLS, strict=True)
    ]
    instance = instance_of(
        people,
        num_days=DAYS,
        templates={"contract": SHIFTS},
        sites=[site(zone=zone)],
        queues=[queue("en", "en"), queue("de", "de")],
        zone=zone,
        prices=PRICES,
    )
    instance = moved(instance, weeks_later)
    low, high = instance.window_start_idx, instance.window_end_idx
    scheduled = np.zeros((2, instance.grid.num_intervals))
    scheduled[:, low:high] = need
    return replace(
        instance,
        scheduled_agents=scheduled,
        pay=np.repeat(wages[:, None], instance.grid.num_intervals, axis=1),
    )


def moved(instance: RosterInstance, weeks: int) -> RosterInstance:
    """The same dates so many weeks later, in a zone whose clocks do not change."""
    later = timedelta(weeks=weeks)
    return replace(
        instance,
        grid=replace(instance.grid, start_utc=instance.grid.start_utc + later),
        planned_days={
            name: tuple(replace(d, date_local=d.date_local + later) for d in days)
            for name, days in instance.planned_days.items()
        },
    )


def optimum(
    instance: RosterInstance,
    terms: dict[str, Term] | None = None,
    rules: Sequence[Any] = RULES,
) -> Solved:
    found = solve(instance, rules, terms, SolveLimits(max_time_s=60.0))
    assert isinstance(found, Solved)
    assert found.stop_reason == "optimal"
    assert found.objective - found.bound <= 1e-6 * found.objective
    return found


def permuted(instance: RosterInstance, order: Sequence[int]) -> RosterInstance:
    """The same people in another order."""
    return replace(
        instance,
        agents=tuple(instance.agents[n] for n in order),
        pay=instance.pay[list(order)],
        night=instance.night[list(order)],
    )


def in_order_of_need(instance: RosterInstance) -> RosterInstance:
    """The same queues the other way round."""
    return replace(
        instance,
        queues=instance.queues[::-1],
        scheduled_agents=instance.scheduled_agents[::-1].copy(),
    )


TOLD: dict[str, Callable[[int], RosterInstance]] = {
    "renamed": lambda seed: problem_of(seed, names="zxy"),
    "other order": lambda seed: permuted(problem_of(seed), (2, 0, 1)),
    "queues": lambda seed: in_order_of_need(problem_of(seed)),
    "next week": lambda seed: problem_of(seed, weeks_later=1),
    "east": lambda seed: problem_of(seed, zone="Asia/Manila"),
    "west": lambda seed: problem_of(seed, zone="Pacific/Honolulu"),
}


@cache
def settled(seed: int = 0) -> Solved:
    """The optimum as the problem is told first."""
    return optimum(problem_of(seed))


@pytest.mark.parametrize("name", TOLD)
def test_what_does_not_matter_does_not_change_the_optimum(name: str) -> None:
    assert settled().objective > 0
    assert optimum(TOLD[name](0)).objective == settled().objective


def test_dearer_by_a_factor_costs_that_factor() -> None:
    instance = problem_of(0)
    assert not instance.night.any()
    prices = {
        name: 3 * getattr(instance.prices, name)
        for name in ("understaffing_per_hour", "overstaffing_per_hour")
    }
    dearer = replace(
        instance, pay=3 * instance.pay, prices=replace(instance.prices, **prices)
    )
    assert optimum(dearer).objective == 3 * settled().objective


# Whole shifts, one kind a day: choosing days is a flow, so the optimum is proportional.


def counted(seed: int, copies: int) -> tuple[RosterInstance, dict[str, Term]]:
    """Copies of three people, and of what a day asks for."""
    rng = np.random.default_rng([seed, 7])
    names = [f"{name}{n}" for n in range(copies) for name in "abc"]
    instance = instance_of([agent(name) for name in names], num_days=5)
    wage = rng.integers(1, 9, size=3)
    pay = np.repeat(np.tile(wage, copies)[:, None], instance.grid.num_intervals, axis=1)
    instance = replace(instance, pay=pay)
    demands = tuple(
        Demand(
            date_local=day.date_local,
            starts=((0, 1439),),
            agents=copies * int(rng.integers(0, 4)),
            under_price=int(rng.integers(20, 90)),
            over_price=int(rng.integers(0, 30)),
        )
        for day in instance.planned_days[names[0]]
    )
    return instance, {
        "paid_cost": PaidCost(),
        "shift_demand": ShiftDemand(demands=demands),
    }


HOURS = build_rules(
    [RuleSetting(rule="period_hours", parameters={"min_hours": 16, "max_hours": 24})]
)


@pytest.mark.parametrize("seed", range(2))
def test_twice_the_people_and_the_demand_cost_twice_as_much(seed: int) -> None:
    found = [optimum(*counted(seed, copies), HOURS) for copies in (1, 2, 3)]
    assert found[0].objective > 0
    assert [one.objective for one in found] == [
        copies * found[0].objective for copies in (1, 2, 3)
    ]


@pytest.mark.parametrize("change", ["person", "demand"])
def test_more_room_costs_no_more(change: str) -> None:
    instance, terms = counted(0, 1)
    before = optimum(instance, terms, HOURS).objective
    loose = build_rules(
        [RuleSetting(rule="period_hours", parameters={"max_hours": 40})]
    )
    if change == "person":
        assert optimum(instance, terms, loose).objective <= before
        return
    demand = terms["shift_demand"]
    assert isinstance(demand, ShiftDemand)
    fewer = replace(demand, demands=demand.demands[1:])
    assert optimum(instance, terms | {"shift_demand": fewer}, HOURS).objective <= before


# Mutants of a legal roster are found out.


def other(found: Roster, old: Shift, *new: Shift) -> Roster:
    return Roster(shifts=(*(s for s in found.shifts if s is not old), *new))


def later(shift: Shift, steps: int) -> Shift:
    spans = tuple(
        replace(s, start_idx=s.start_idx + steps, end_idx=s.end_idx + steps)
        for s in shift.spans
    )
    return replace(shift, spans=spans)


MUTANTS: dict[str, Callable[[Shift], tuple[Shift, ...]]] = {
    "off the grid of starts": lambda s: (later(s, 1),),
    "another date": lambda s: (replace(s, date_local=s.date_local + timedelta(1)),),
    "twice": lambda s: (s, later(s, 8)),
    "without its meal": lambda s: (replace(s, spans=s.spans[:1]),),
    "shorter": lambda s: (replace(s, spans=s.spans[1:]),),
    "of somebody unknown": lambda s: (replace(s, agent_id="nobody"),),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutants_of_a_roster_are_found_out(name: str) -> None:
    instance = problem_of(0)
    problem = read_problem(instance, RULES)
    found = settled().roster
    assert score(problem, found).violations == ()
    assert len(found.shifts) >= 3
    for shift in found.shifts:
        mutant = other(found, shift, *MUTANTS[name](shift))
        assert [v for rule in RULES for v in rule.violations(instance, mutant)]


# Memory is asked for in advance, and no more than is stated.


def test_tables_and_labels_stay_within_their_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance, terms = counted(0, 1)
    long = replace(
        instance,
        contracts={
            "contract": EmploymentContract(
                contract_id="contract", templates=(template(0, 8, 16, hours=(7, 8)),)
            )
        },
    )
    problem = read_problem(long, HOURS, terms)
    stretches = compile_stretches(problem)
    places = max(np.prod(one.tables.shape) for one in stretches.agents)
    pricer = Pricer(stretches)
    assert pricer._memory.size == places
    (labels,) = pricer._labels.values()
    assert max(len(part) for part in (labels.value, labels.used)) <= MOST_LABELS
    assert not stretches.is_wide
    monkeypatch.setattr("solver.columns.compile.WIDE_PLACES", 0)
    loose = compile_stretches(problem)
    assert loose.is_wide
    assert max(np.prod(one.tables.shape) for one in loose.agents) < places
    # At least n shifts can't be counted loosely: too many places are refused.
    two = RuleSetting(
        rule="shift_count", parameters={"starts": [(0, 1439)], "least": 2}
    )
    bound = read_problem(long, [*HOURS, *build_rules([two])], terms)
    assert stretches_of(bound) is not None
    monkeypatch.setattr("solver.columns.compile.MOST_PLACES", 0)
    assert stretches_of(bound) is None
