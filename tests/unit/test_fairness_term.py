"""The fairness term against prices worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from support.tiny_rosters import agent, instance_of, meal, shift_at, site, template

from solver.allocation import allocate, serves_of
from solver.build import build_rules
from solver.objectives.fairness import Beyond, Fairness, beyond_peers
from solver.outcome import Solved, SolveLimits
from solver.problem import read_problem, score
from solver.search import solve
from wfm.domain.fairness import FairnessRow
from wfm.domain.roster import Prices, Roster, RuleSetting

FRIDAY = date(2026, 6, 5)
HOUR = 60_000  # price of an hour at one shift a week more


def row(agent_id, weeks_ago, weekends=0, nights=0):
    return FairnessRow(
        week=FRIDAY - timedelta(days=7 * weeks_ago),
        version="v1",
        agent_id=agent_id,
        shifts=5,
        paid_hours=40.0,
        weekends=min(1, weekends),
        weekend_shifts=weekends,
        night_shifts=nights,
        night_hours=8.0 * nights,
        undesired_shifts=0,
    )


def problem(ledger, num_days=4):
    """Three people in Tokyo, two of one contract; the night is 22:00 to 06:00."""
    people = [
        agent("a", zone="Asia/Tokyo"),
        agent("b", zone="Asia/Tokyo"),
        agent("c", zone="Asia/Tokyo", contract_id="other"),
    ]
    shapes = [template(8, 14, 20, hours=(9,), breaks=[meal(4, 4)])]
    instance = instance_of(
        people,
        first=FRIDAY,
        num_days=num_days,
        sites=[site(zone="Asia/Tokyo")],
        zone="Asia/Tokyo",
        templates={"contract": shapes, "other": shapes},
        prices=Prices(understaffing_per_hour=1, fairness_per_hour=HOUR),
        ledger=tuple(ledger),
    )
    hours = (
        instance.grid.start_utc.hour + 9 + np.arange(instance.grid.num_intervals)
    ) % 24
    dark = np.broadcast_to((hours >= 22) | (hours < 6), instance.night.shape)
    return replace(instance, night=dark)


def value_of(instance, *shifts):
    roster = Roster(shifts=shifts)
    return Fairness().value(instance, roster, allocation_of(instance, roster))


def allocation_of(instance, roster):
    found = read_problem(instance, build_rules([]))
    serves = serves_of(found.constraints)
    return allocate(instance, roster, serves, found.need).allocation


LEDGER = (
    row("a", 1, weekends=2, nights=1),
    row("a", 2, weekends=1),
    row("b", 1, weekends=1),
    row("b", 2),
    row("c", 1, weekends=2, nights=5),
)


def test_shares_are_by_week_and_among_peers():
    found = beyond_peers(problem(LEDGER))
    assert found == {
        "a": Beyond(weekends=1.5 - 0.5, nights=0.5),
        "b": Beyond(weekends=0.0, nights=0.0),
        "c": Beyond(weekends=0.0, nights=0.0),  # alone in the contract
    }


def test_a_weekend_hour_costs_by_the_share_beyond_the_least():
    instance = problem(LEDGER)
    saturday = shift_at(
        instance, "a", FRIDAY + timedelta(days=1), 8, 9, [(4, 1, "meal", False)]
    )
    assert value_of(instance, saturday) == 8 * HOUR
    friday = shift_at(instance, "a", FRIDAY, 8, 9, [(4, 1, "meal", False)])
    assert value_of(instance, friday) == 0
    by_b = replace(saturday, agent_id="b")
    assert value_of(instance, by_b) == 0


def test_a_night_shift_pays_for_its_hours_of_night_and_of_saturday():
    # Friday 20:00 to Saturday 05:00, meal at 00:00: 22-24 and 1-5 are night (6 h),
    # 1-5 is Saturday (4 h).
    instance = problem(LEDGER)
    night = shift_at(instance, "a", FRIDAY, 20, 9, [(4, 1, "meal", False)])
    assert value_of(instance, night) == round(6 * 0.5 * HOUR) + 4 * HOUR


@pytest.mark.parametrize("seed", range(6))
def test_search_prices_are_the_terms_value(seed):
    rng = np.random.default_rng(seed)
    ledger = [
        row(
            name, week, weekends=int(rng.integers(0, 3)), nights=int(rng.integers(0, 4))
        )
        for name in "abc"
        for week in range(1, 4)
        if rng.random() < 0.7
    ]
    instance = problem(ledger)
    shifts = [
        shift_at(
            instance, name, FRIDAY + timedelta(days=d), int(rng.choice([8, 14, 20])), 9,
            [(4, 1, "meal", False)],
        )
        for name in "abc"
        for d in range(4)
        if rng.random() < 0.6
    ]  # fmt: skip
    found = score(read_problem(instance, build_rules([])), Roster(shifts=tuple(shifts)))
    assert found.terms["fairness"] == value_of(instance, *shifts)


def test_without_price_or_ledger_nothing_is_priced():
    assert list(Fairness().prices(problem(()))) == []
    free = replace(problem(LEDGER), prices=Prices(understaffing_per_hour=1))
    assert list(Fairness().prices(free)) == []


def test_who_had_fewer_weekends_gets_the_next():
    ledger = (row("a", 1, weekends=2), row("b", 1), row("c", 1, weekends=2))
    instance = problem(ledger, num_days=2)
    pay = np.full(instance.pay.shape, 1000)
    instance = replace(instance, pay=pay)
    saturday = instance.planned_days["a"][1]
    setting = {"floors": ({"site": "site", "agents": 1, "spans": SPANS},)}
    rules = build_rules([RuleSetting(rule="min_cover", parameters=setting)])
    found = solve(
        instance, rules, limits=SolveLimits(max_time_s=20, deterministic_rounds=1)
    )
    assert isinstance(found, Solved)
    workers = {
        shift.agent_id
        for shift in found.roster.shifts
        if shift.date_local == saturday.date_local
    }
    assert workers in ({"b"}, {"c"})  # c has no peer, so it is nobody's excess


SPANS = tuple(((540, 600),) if day == 5 else () for day in range(7))
