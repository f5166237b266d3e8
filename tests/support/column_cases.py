"""Tiny problems over whole stretches, with every legal roster written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from support.tiny_rosters import Tiny, random_instance, shifts_of_day

from solver.build import build_rules
from solver.objectives.paid_cost import PaidCost
from solver.objectives.shift_demand import Demand, ShiftDemand
from solver.objectives.shift_requests import Request, ShiftRequests
from solver.outcome import Allocation
from solver.problem import Problem, read_problem
from solver.rule import Rule
from solver.term import Term
from wfm.domain.people import EmploymentContract
from wfm.domain.roster import (
    PlannedDay,
    Roster,
    RosterInstance,
    RuleSetting,
    Shift,
)


def without_breaks(instance: RosterInstance) -> RosterInstance:
    """The same problem with shifts in one piece and pay at random-looking prices."""
    contracts = {
        name: EmploymentContract(
            contract_id=name,
            templates=tuple(replace(t, breaks=()) for t in contract.templates),
        )
        for name, contract in instance.contracts.items()
    }
    pay = np.arange(instance.pay.size).reshape(instance.pay.shape) % 5
    return replace(instance, contracts=contracts, pay=pay)


def _starts(rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    hour = int(rng.choice([0, 6, 13, 20]))
    return ((hour * 60, (hour * 60 + int(rng.choice([60, 300, 900]))) % 1440),)


def random_settings(rng: np.random.Generator, most_rules: int = 5) -> list[RuleSetting]:
    """Some rules on stretches, tight enough to bind on a few days."""
    low = float(rng.choice([0, 8, 16]))
    choices: list[tuple[str, dict[str, Any]]] = [
        ("period_hours", {"min_hours": low, "max_hours": low + 16}),
        ("period_hours", {"max_hours": 22, "per_weeks": 1}),
        ("weekly_hours", {"max_hours": float(rng.choice([16, 24]))}),
        ("min_rest", {"hours": float(rng.choice([8, 12, 16]))}),
        ("max_consecutive_days", {"days": int(rng.integers(1, 4))}),
        ("min_consecutive_days", {"days": int(rng.integers(2, 4))}),
        ("min_consecutive_days_off", {"days": int(rng.integers(2, 4))}),
        ("max_weekends", {"most": int(rng.integers(0, 2)), "weekdays": [5, 6]}),
        ("max_weekends", {"most": 1, "among": 2, "weekdays": [1, 3, 5, 6]}),
        ("forbidden_next", {"after": _starts(rng), "then": _starts(rng)}),
        ("shift_count", {"starts": _starts(rng), "most": int(rng.integers(0, 3))}),
        ("shift_count", {"starts": _starts(rng), "most": 3, "least": 1}),
        ("shift_count", {"starts": _starts(rng), "most": 1, "per_weeks": 1}),
    ]
    taken = rng.permutation(len(choices))[: int(rng.integers(1, most_rules + 1))]
    return [
        RuleSetting(rule=choices[n][0], parameters=choices[n][1])
        for n in sorted(taken.tolist())
    ]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A problem, and per agent every stretch that keeps the rules."""

    problem: Problem
    stretches: tuple[tuple[tuple[Shift, ...], ...], ...]

    def rosters(self) -> list[tuple[int, Roster]]:
        """Every legal roster with its objective, best first."""
        return _rosters(self.problem, self.stretches)

    def best(self) -> int | None:
        """The least objective of any legal roster, ``None`` if there is none."""
        return next((objective for objective, _ in self.rosters()), None)

    def worst(self) -> Roster:
        """A legal roster with the greatest objective."""
        return self.rosters()[-1][1]


_KEPT: dict[int, list[tuple[int, Roster]]] = {}


def _rosters(
    problem: Problem, stretches: Sequence[Sequence[tuple[Shift, ...]]]
) -> list[tuple[int, Roster]]:
    if id(problem) not in _KEPT:
        found = []
        for chosen in product(*stretches):
            roster = Roster(shifts=sum(chosen, ()))
            found.append((objective_of(problem, roster), roster))
        _KEPT[id(problem)] = sorted(found, key=lambda item: item[0])
    return _KEPT[id(problem)]


def objective_of(problem: Problem, roster: Roster) -> int:
    """The terms alone: nobody is allocated to anything here."""
    nobody = Allocation(group_queues=(), group_agents=(), agents=np.zeros((0, 0, 0)))
    return sum(
        term.value(problem.instance, roster, nobody) for term in problem.terms.values()
    )


def _stretches(
    instance: RosterInstance, rules: Sequence[Rule], a: int
) -> tuple[tuple[Shift, ...], ...]:
    one = instance.agents[a]
    locked = [s for s in instance.locked if s.agent_id == one.agent_id]
    days: list[list[Shift | None]] = []
    for planned in instance.planned_days[one.agent_id]:
        found = shifts_of_day(instance, one, planned.date_local)
        fixed = [s for s in locked if s.date_local == planned.date_local]
        days.append([None, *found, *(s for s in fixed if s not in found)])
    legal = []
    for chosen in product(*days):
        shifts = tuple(s for s in chosen if s is not None)
        roster = Roster(shifts=shifts)
        found_of = (rule.violations(instance, roster) for rule in rules)
        if not any(v.agent_id == one.agent_id for own in found_of for v in own):
            legal.append(shifts)
    return tuple(legal)


@cache
def random_case(seed: int, agents: int = 1, days: int = 5) -> Case:
    """A random problem with demands, requests, carry-over and sometimes a lock."""
    rng = np.random.default_rng([seed, agents, days])
    instance = without_breaks(
        random_instance(rng, Tiny(agents=agents, days=days, options=2))
    )
    boundary = "open" if rng.random() < 0.3 else "carry_over"
    instance = replace(instance, boundary=boundary)
    if rng.random() < 0.3:
        instance = _with_lock(rng, instance)
    rules = build_rules(random_settings(rng))
    terms: dict[str, Term] = {
        "paid_cost": PaidCost(),
        "shift_demand": ShiftDemand(demands=tuple(_demands(rng, instance))),
        "shift_requests": ShiftRequests(requests=tuple(_requests(rng, instance))),
    }
    problem = read_problem(instance, rules, terms)
    stretches = tuple(_stretches(instance, rules, a) for a in range(agents))
    return Case(problem=problem, stretches=stretches)


def _with_lock(rng: np.random.Generator, instance: RosterInstance) -> RosterInstance:
    one = instance.agents[rng.integers(len(instance.agents))]
    days: Sequence[PlannedDay] = instance.planned_days[one.agent_id]
    found = shifts_of_day(instance, one, days[rng.integers(len(days))].date_local)
    return replace(instance, locked=(found[rng.integers(len(found))],))


def _demands(rng: np.random.Generator, instance: RosterInstance) -> list[Demand]:
    one = instance.agents[0].agent_id
    first = instance.planned_days[one][0].date_local
    num_days = len(instance.planned_days[one])
    return [
        Demand(
            date_local=first + timedelta(days=int(rng.integers(num_days))),
            starts=_starts(rng),
            agents=int(rng.integers(0, 3)),
            under_price=int(rng.integers(0, 60)),
            over_price=int(rng.integers(0, 20)),
            agent_ids=None if rng.random() < 0.7 else frozenset({one}),
        )
        for _ in range(2 * num_days)
    ]


def _requests(rng: np.random.Generator, instance: RosterInstance) -> list[Request]:
    return [
        Request(
            agent_id=one.agent_id,
            date_local=day.date_local,
            starts=_starts(rng),
            price=int(rng.integers(0, 30)),
            is_off=bool(rng.random() < 0.5),
        )
        for one in instance.agents
        for day in instance.planned_days[one.agent_id]
        if rng.random() < 0.5
    ]
