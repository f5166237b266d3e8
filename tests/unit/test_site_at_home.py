"""A site at home on a date that the roster chooses: every search, every face."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from support.tiny_rosters import (
    agent,
    all_rosters,
    instance_of,
    queue,
    shift_at,
    site,
    template,
)

from solver.build import build_rules
from solver.common_dates import chosen_dates
from solver.core.local_search import LocalSearch
from solver.cpsat.model import RosterModel
from solver.outcome import Solved, SolveLimits
from solver.problem import read_problem
from solver.repair import RepairLimits, repair
from solver.search import solve
from solver.shares import tables_of
from wfm.domain.people import BlockedTime
from wfm.domain.roster import HOME, Prices, Roster, RuleSetting

MONDAY = date(2026, 6, 1)
WEEKDAYS = (0, 1, 2)


def rules_of(**parameters):
    settings = {
        "home_days": {"max_home": 3},
        "site_at_home": {"weekdays": WEEKDAYS} | parameters,
    }
    return build_rules(
        [RuleSetting(rule=name, parameters=own) for name, own in settings.items()]
    )


def problem_of(num_people=2, num_days=3, **changes):
    people = [agent(f"a{i}") for i in range(num_people)]
    queues = changes.pop("queues", [queue("q", "en")])
    instance = instance_of(
        people,
        first=MONDAY,
        num_days=num_days,
        sites=[site(seats=changes.pop("seats", 1))],
        queues=queues,
        templates={"contract": [template(8)]},
        prices=Prices(understaffing_per_hour=100_000),
    )
    hour = np.arange(instance.grid.num_intervals) % 24
    need = np.where((hour >= 8) & (hour < 16), float(num_people), 0.0)
    need[instance.window_end_idx :] = 0.0
    need = np.tile(need, (len(queues), 1))
    return replace(instance, scheduled_agents=need, **changes)


def places_by_date(roster):
    found = {}
    for shift in roster.shifts:
        found.setdefault(shift.date_local, Counter())[shift.where] += 1
    return found


def test_both_faces_allow_the_same_rosters():
    from ortools.sat.python import cp_model

    instance = problem_of(queues=[])
    rules = [r for r in rules_of() if r.name in ("site_at_home", "one_shift_a_day")]
    legal = {
        roster
        for roster in all_rosters(instance, "home_days")
        if not any(rule.violations(instance, roster) for rule in rules)
    }
    shaped = [r for r in rules_of() if r.name == "home_days"]
    constraints = [c for r in (*rules, *shaped) for c in r.constraints(instance)]
    model = RosterModel(instance, constraints)
    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    found = set()

    class Collect(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self):
            found.add(model.extract(self))

    solver.solve(model.model, Collect())
    assert found == legal
    assert 0 < len(legal) < 3**6


def test_the_solver_proves_it_and_the_busiest_date_relieves_the_seats():
    found = solve(problem_of(), rules_of(), limits=SolveLimits(max_time_s=20))
    assert isinstance(found, Solved)
    # One seat for two: both at home on one date, one of them on the others.
    assert found.objective == 0
    assert any(set(count) == {HOME} for count in places_by_date(found.roster).values())


def test_the_search_of_many_keeps_it():
    problem = read_problem(problem_of(num_people=8, num_days=7, seats=6), rules_of())
    whole, narrow = tables_of(problem)
    assert whole is not narrow
    search = LocalSearch(narrow)
    search.construct()
    roster = search.roster()
    rule = next(rule for rule in problem.rules if rule.name == "site_at_home")
    assert problem.may_fail(rule)
    assert rule.violations(problem.instance, roster) == []
    places = places_by_date(roster)
    assert any(not places[MONDAY + timedelta(days=n)][""] for n in WEEKDAYS)


def test_dates_are_chosen_where_least_is_lost():
    instance = problem_of()
    locked = shift_at(instance, "a0", MONDAY, 8)
    away = BlockedTime(
        agent_id="a1", start_idx=24, end_idx=48, kind="time_off", label="leave"
    )
    rules = rules_of()

    def chosen(instance, shifts=()):
        constraints = [c for r in rules for c in r.constraints(instance)]
        records = chosen_dates(instance, constraints, shifts)
        return {next(iter(r.narrow.args[0])) - MONDAY for r in records}

    need = instance.scheduled_agents.copy()
    need[:, 24:48] *= 2
    busy = replace(instance, scheduled_agents=need)
    assert chosen(busy) == {timedelta(1)}
    assert chosen(replace(busy, locked=(locked,), blocked=(away,))) == {timedelta(1)}
    lock_all = tuple(
        shift_at(instance, "a0", MONDAY + timedelta(days=n), 8) for n in (0, 1)
    )
    assert chosen(replace(busy, locked=lock_all)) == {timedelta(2)}
    told = [
        replace(shift_at(instance, name, MONDAY, 8), where=HOME)
        for name in ("a0", "a1")
    ] + [shift_at(instance, "a0", MONDAY + timedelta(days=n), 8) for n in (1, 2)]
    assert chosen(busy, told) == {timedelta(0)}


@pytest.mark.parametrize("absent", ["a0", "a1"])
def test_a_repair_leaves_the_date_where_it_is(absent):
    instance = problem_of(num_people=3, seats=2)
    live = [
        replace(
            shift_at(instance, f"a{i}", MONDAY + timedelta(days=n), 8),
            where=HOME if n == 2 or i == 2 else "",
        )
        for i in range(3)
        for n in range(3)
    ]
    away = BlockedTime(
        agent_id=absent, start_idx=0, end_idx=24, kind="time_off", label="ill"
    )
    kept = [s for s in live if (s.agent_id, s.date_local) != (absent, MONDAY)]
    instance = replace(
        instance,
        live=tuple(kept),
        blocked=(away,),
        prices=replace(instance.prices, change_per_shift=50, change_per_break=50),
    )
    found = repair(instance, rules_of(), RepairLimits(max_time_s=20, rounds=1))
    assert found.after.violations == ()
    assert found.after.roster == Roster(shifts=tuple(kept))
