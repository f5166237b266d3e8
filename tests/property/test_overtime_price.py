"""Hours beyond the normal ones of a week: priced alike by every search."""

from dataclasses import replace

import numpy as np
import pytest
from support.enumerated import optimum
from support.order_rules import order_case
from support.search_cases import (
    all_plans,
    best_of_first,
    compiled_of,
    is_legal,
    plan_value,
    random_instance,
    random_rules,
)

from solver.build import build_rules
from solver.core.bound import lagrangian_bound, start_prices
from solver.core.local_search import LocalSearch
from solver.core.week import NEVER
from solver.evening import even_out
from solver.fine_search import FineSearch
from solver.outcome import Solved, SolveLimits
from solver.problem import hours_cost, read_problem, score
from solver.search import solve
from solver.term import TERMS, WeekHoursPrice
from wfm.domain.roster import OvertimePay, Roster, RuleSetting


def with_overtime(instance, seed=1, *, after_hours=(8, 10, 12, 20), dear=30_000):
    """The problem with overtime in some weeks of some people, prices that bind."""
    rng = np.random.default_rng(seed + 77)
    pays = [
        OvertimePay(
            agent_id=one.agent_id,
            week=week,
            after_minutes=int(rng.choice(after_hours)) * 60 - int(rng.choice([0, 30])),
            price_per_step=int(rng.integers(1, dear)),
        )
        for one in instance.agents
        for week in {d.week for d in instance.planned_days[one.agent_id]}
        if week == 0 or rng.random() < 0.7
    ]
    return replace(instance, overtime=tuple(pays))


def premium_of(instance, agent_id, shifts):
    """Overtime pay, straight from the days and spans."""
    total = 0
    for pay in instance.overtime:
        if pay.agent_id != agent_id:
            continue
        dates = [
            d.date_local for d in instance.planned_days[agent_id] if d.week == pay.week
        ]
        done = 0
        for shift in sorted(shifts, key=lambda s: s.start_idx):
            for span in shift.spans:
                if shift.date_local in dates and span.paid:
                    for _ in range(span.start_idx, span.end_idx):
                        done += instance.step_minutes
                        total += pay.price_per_step * (done > pay.after_minutes)
    return total


@pytest.mark.parametrize("seed", range(10))
def test_the_best_week_pays_for_its_overtime(seed):
    weeks = 2 if seed % 3 == 0 else 1
    instance = random_instance(seed, num_days=4, weeks=weeks)
    instance = with_overtime(instance, seed)
    rules = random_rules(seed, weeks=weeks)
    compiled = compiled_of(instance, rules)
    found, worth, choice = best_of_first(compiled, seed)
    best = {}
    for plan in all_plans(instance, "a0"):
        key = tuple((s.date_local, s.start_idx, s.end_idx) for s in plan)
        value = plan_value(compiled, worth.gain, plan)
        value -= premium_of(instance, "a0", plan)
        if key not in best or value > best[key][0]:
            best[key] = (value, plan)
    legal = [value for value, p in best.values() if is_legal(instance, rules, p)]
    assert (found > 0.5 * NEVER) == bool(legal)
    if legal:
        assert found == max(legal)
        starts = sorted(compiled.weeks.options[o, 0] for o in choice if o >= 0)
        assert any(
            value == found and sorted(s.start_idx for s in plan) == starts
            for value, plan in best.values()
        )


@pytest.mark.parametrize("case", ["plain", "two weeks", "machine"])
def test_small_moves_keep_count_of_it(case):
    if case == "machine":
        instance, rules = order_case(3)
    else:
        weeks = 1 + (case == "two weeks")
        instance = random_instance(4, num_agents=3, num_days=4, weeks=weeks)
        rules = random_rules(4, weeks=weeks)
    instance = with_overtime(instance, 3)
    problem = read_problem(instance, rules)
    search = FineSearch(problem, compiled_of(instance, rules), seed=5)
    search.construct()
    for heat in (1e7, 1e3):
        search._move(heat)
    again = LocalSearch(search.compiled, seed=1)
    again._go_to(search.now.choice, search.now.taken, search.now.levels.profile)
    assert search.now.totals.agents == pytest.approx(again.now.totals.agents, abs=1e-3)
    roster = search.roster()
    told = sum(
        premium_of(instance, name, shifts) for name, shifts in roster.by_agent().items()
    )
    assert score(problem, roster).terms["overtime"] == told
    assert hours_cost(problem, roster) == told


@pytest.mark.parametrize("seed", [5])
def test_bound_and_solver_meet_at_the_enumerated_optimum(seed):
    instance = random_instance(seed, num_agents=2, num_days=2, num_queues=2)
    instance = replace(with_overtime(instance, seed), deferred=())
    problem = read_problem(instance, random_rules(seed))
    best = optimum(problem)
    assert best is not None
    search = LocalSearch(compiled_of(instance, problem.rules), seed=1)
    search.construct()
    prices = start_prices(search.compiled, search)
    assert lagrangian_bound(search.compiled, prices, rounds=20) <= best
    found = solve(instance, problem.rules, limits=SolveLimits(max_time_s=20))
    assert isinstance(found, Solved)
    assert found.objective == best
    assert best - 5 <= found.bound <= best


def test_dear_overtime_is_worked_by_nobody_and_cheap_overtime_where_it_is_missed():
    base = random_instance(2, num_agents=1, num_days=4, num_queues=1)
    need = np.where(base.open_mask, 1.0, 0.0)
    base = replace(
        base,
        scheduled_agents=need,
        deferred=(),
        blocked=(),
        carry_over=(),
        pay=np.full_like(base.pay, 1000),
    )
    rules = build_rules(
        [RuleSetting(rule="weekly_hours", parameters={"max_hours": 100})]
    )
    hours = []
    for price in (0, 1_000, 10**7):
        pay = OvertimePay(
            agent_id="a0", week=0, after_minutes=20 * 60, price_per_step=price
        )
        found = solve(
            replace(base, overtime=(pay,)), rules, limits=SolveLimits(max_time_s=20)
        )
        assert isinstance(found, Solved)
        paid = sum(s.paid_steps for s in found.roster.shifts) * 2
        hours.append(paid)
        assert found.terms["overtime"] == max(0, paid - 20) // 2 * price
    assert hours[0] == hours[1] > 20 >= hours[2]


def test_weeks_are_exchanged_at_what_their_hours_cost():
    instance = random_instance(6, num_agents=2, num_days=4)
    alike = tuple(
        replace(one, contract_id="c0", skills=instance.agents[0].skills)
        for one in instance.agents
    )
    pays = (OvertimePay(agent_id="a0", week=0, after_minutes=0, price_per_step=10**8),)
    instance = replace(
        instance,
        agents=alike,
        carry_over=(),
        blocked=(),
        deferred=(),
        pay=np.full_like(instance.pay, 1000),
        overtime=pays,
        prices=replace(instance.prices, fairness_measure="min_max", fairness_within=1),
    )
    problem = read_problem(instance, build_rules([]))
    found = solve(instance, problem.rules, limits=SolveLimits(max_time_s=10))
    assert isinstance(found, Solved)
    evened = even_out(problem, found, SolveLimits(max_time_s=5))
    assert evened.objective <= 2 * found.objective
    assert not {s.agent_id for s in found.roster.shifts} & {"a0"}


def test_prices_of_nothing_are_left_out():
    instance = random_instance(1)
    free = OvertimePay(agent_id="a0", week=0, after_minutes=0, price_per_step=0)
    gone = OvertimePay(agent_id="a9", week=0, after_minutes=0, price_per_step=5)
    term = TERMS["overtime"]()
    assert list(term.prices(replace(instance, overtime=(free, gone)))) == []
    one = replace(free, price_per_step=7, after_minutes=130)
    (price,) = term.prices(replace(instance, overtime=(one,)))
    assert price == WeekHoursPrice(agent_id="a0", week=0, after_steps=1, price=7)
    assert hours_cost(read_problem(instance, ()), Roster(shifts=())) == 0
