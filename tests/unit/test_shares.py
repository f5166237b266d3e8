"""Hours of several weeks reach the week programme as shares that imply them."""

from datetime import date

import pytest
from support.tiny_rosters import agent, instance_of, template

from solver.build import build_rules
from solver.constraints import PaidStepsOnDates, PaidStepsPerWeek
from solver.outcome import Solved, SolveLimits
from solver.problem import read_problem
from solver.search import solve
from solver.shares import weekly_shares
from wfm.domain.demand import OpeningHours
from wfm.domain.roster import Prices, RuleSetting


def _instance(**changes):
    people = [agent(name) for name in "abc"]
    hours = {"contract": [template(8, hours=(4, 8))]}
    return instance_of(
        people, num_days=21, templates=hours, first=date(2026, 6, 1), **changes
    )


def _shares(instance, **parameters):
    rules = build_rules(
        [
            RuleSetting(rule="weekly_hours", parameters={"max_hours": 40}),
            RuleSetting(rule="period_hours", parameters=parameters),
        ]
    )
    return weekly_shares(instance, read_problem(instance, rules).constraints)


def test_shares_add_up_to_the_period_and_take_turns():
    instance = _instance()
    shares = _shares(instance, max_hours=100, min_hours=60)
    by_agent = {name: [s for s in shares if s.agent_id == name] for name in "abc"}
    for own in by_agent.values():
        assert [share.week for share in own] == [0, 1, 2]
        assert sum(share.max_steps for share in own) == 100
        assert sum(share.min_steps for share in own) >= 60
        assert all(share.min_steps <= share.max_steps <= 40 for share in own)
    least = {n: min(s, key=lambda x: x.max_steps).week for n, s in by_agent.items()}
    assert sorted(least.values()) == [0, 1, 2]


def test_one_week_and_what_binds_nothing_need_no_share():
    instance = _instance()
    assert _shares(instance, max_hours=100, per_weeks=1) == ()
    own = [s for s in _shares(instance, max_hours=500) if s.agent_id == "a"]
    assert [s.max_steps for s in own] == [40, 40, 40]


def test_a_part_of_a_week_shares_out_only_its_most():
    instance = _instance()
    days = [day.date_local for day in instance.planned_days["a"]]
    record = PaidStepsOnDates(
        agent_id="a", dates=frozenset(days[3:12]), min_steps=30, max_steps=50
    )
    weekly = PaidStepsPerWeek(agent_id="a", week=1, min_steps=10, max_steps=30)
    shares = weekly_shares(instance, [record, weekly])
    assert [share.week for share in shares] == [0, 1]
    assert sum(share.max_steps for share in shares) == 50
    assert [share.min_steps for share in shares] == [0, 10]


def test_an_impossible_period_is_left_to_the_model():
    instance = _instance()
    record = PaidStepsOnDates(
        agent_id="a",
        dates=frozenset(d.date_local for d in instance.planned_days["a"]),
        min_steps=0,
        max_steps=5,
    )
    weekly = PaidStepsPerWeek(agent_id="a", week=1, min_steps=10, max_steps=30)
    assert weekly_shares(instance, [record, weekly]) == ()


@pytest.mark.timeout(900)
def test_the_search_keeps_hours_of_the_period_and_the_bound_stays_valid():
    from dataclasses import replace

    import numpy as np
    from support.tiny_rosters import queue

    office = OpeningHours(spans=(((480, 960),),) * 7)
    line = queue("phone", "en", opening=office)
    instance = _instance(queues=[line], prices=Prices(understaffing_per_hour=60_000))
    need = np.zeros(instance.scheduled_agents.shape)
    need[0, 24 * 7 : 24 * 14] = 3.0  # all is needed in the second week
    need[0, : 24 * 7] = 1.0
    pay = np.full(instance.pay.shape, 20_000)
    instance = replace(instance, scheduled_agents=need, pay=pay)
    rules = build_rules(
        [
            RuleSetting(rule="weekly_hours", parameters={"max_hours": 40}),
            RuleSetting(rule="period_hours", parameters={"max_hours": 64}),
        ]
    )
    limits = SolveLimits(max_time_s=300, deterministic_rounds=1)
    found = solve(instance, rules, None, limits)
    assert isinstance(found, Solved)
    assert not any(rule.violations(instance, found.roster) for rule in rules)
    for name in "abc":
        paid = sum(s.paid_steps for s in found.roster.by_agent().get(name, ()))
        assert paid <= 64
    assert found.bound <= found.objective
