"""Objective terms against values worked out by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.solve_cases import (
    FIRST,
    PRICES,
    make_instance,
    roster,
    serves,
    with_,
    work,
)

from solver.allocation import allocate
from solver.need import build_need, due_work, step_price
from solver.outcome import Allocation
from solver.problem import read_problem, score
from solver.term import TERMS, IdlePrice, ShortPrice, StepPrice
from wfm.domain.errors import ModelError
from wfm.domain.people import Preference
from wfm.domain.roster import Roster, RosterInstance, Shift, WorkSpan
from wfm.domain.staffing import DeferredWork


def value(name: str, instance: RosterInstance, plan: Roster) -> int:
    prices = [p for n in TERMS.names() for p in TERMS[n]().prices(instance)]
    served = allocate(instance, plan, serves(instance), build_need(instance, prices))
    return TERMS[name]().value(instance, plan, served.allocation)


def with_meal(agent_id: str, start_idx: int, end_idx: int, meal_idx: int) -> Shift:
    spans = (
        WorkSpan(start_idx=start_idx, end_idx=meal_idx),
        WorkSpan(start_idx=meal_idx, end_idx=meal_idx + 1, activity="meal", paid=False),
        WorkSpan(start_idx=meal_idx + 1, end_idx=end_idx),
    )
    return Shift(agent_id=agent_id, date_local=FIRST, spans=spans)


def test_every_registered_term_has_its_own_file() -> None:
    assert TERMS.names() == (
        "change",
        "fairness",
        "night",
        "overstaffing",
        "overtime",
        "paid_cost",
        "preference",
        "shift_demand",
        "shift_requests",
        "understaffing",
    )


def test_paid_cost_leaves_out_the_unpaid_meal_and_the_previous_roster() -> None:
    instance = make_instance({"p": ["a"]}, {"a": [1]}, wage=2_000_000)
    carried = with_(instance, carry_over=(work("p", -1, -3, 2),))
    plan = roster(with_meal("p", 8, 17, 12))
    assert value("paid_cost", carried, plan) == 8 * 2_000_000


def test_a_change_is_a_day_that_is_not_as_people_know_it() -> None:
    prices = replace(PRICES, change_per_shift=700, change_per_break=30)
    known = (with_meal("p", 8, 17, 12), work("q", 0, 8, 16))
    instance = make_instance({"p": ["a"], "q": ["a"]}, {"a": [1]}, prices=prices)
    live = with_(instance, live=known)
    assert value("change", instance, roster(*known)) == 0
    assert value("change", live, roster(*known)) == 0
    moved_meal = roster(with_meal("p", 8, 17, 11), known[1])
    assert value("change", live, moved_meal) == 30
    assert value("change", live, roster(with_meal("p", 9, 18, 13), known[1])) == 700
    assert value("change", live, roster(known[0])) == 700
    added = roster(*known, work("q", 1, 32, 40))
    assert value("change", live, added) == 700
    assert value("change", live, roster(work("q", 1, 32, 40))) == 3 * 700
    free = with_(live, prices=PRICES)
    assert list(TERMS["change"]().prices(free)) == []


def test_night_counts_paid_hours_between_ten_and_six() -> None:
    instance = make_instance({"p": ["a"]}, {"a": [1]})
    plan = roster(with_meal("p", 20, 29, 23))
    # 22-23 and 0-5 are paid night; the meal at 23 is not paid.
    assert value("night", instance, plan) == 6 * 200_000


@pytest.mark.parametrize(
    ("wishes", "hours"),
    [
        ([("avoid", 0, 12, 1.0)], 4.0),
        ([("avoid", 0, 12, 2.0)], 8.0),
        ([("avoid", 0, 12, 1.0), ("avoid", 10, 14, 1.0)], 8.0),
        ([("prefer", 8, 16, 1.0)], 0.0),
        ([("prefer", 10, 16, 1.0)], 2.0),
        ([("prefer", 10, 12, 1.0), ("prefer", 14, 20, 0.5)], 4.0),
        ([("prefer", 30, 40, 1.0)], 0.0),
        ([("prefer", -4, 10, 1.0)], 0.0),
        ([("prefer", 12, 16, 1.0), ("avoid", 12, 14, 1.0)], 6.0),
    ],
)
def test_preference_prices_avoided_hours_and_hours_outside_preferred_ones(
    wishes: list[tuple[Any, int, int, float]], hours: float
) -> None:
    instance = make_instance({"p": ["a"]}, {"a": [1]})
    given = tuple(
        Preference(agent_id="p", start_idx=s, end_idx=e, kind=k, weight=w)
        for k, s, e, w in wishes
    )
    instance = with_(instance, preferences=given)
    plan = roster(work("p", 0, 8, 16))
    assert value("preference", instance, plan) == round(hours * 150_000)
    (price,) = TERMS["preference"]().prices(instance)
    assert isinstance(price, StepPrice)
    assert int(price.price[0, 8:16].sum()) == round(hours * 150_000)


def test_wishes_of_those_who_serve_longer_weigh_more() -> None:
    instance = make_instance({"p": ["a"], "q": ["a"]}, {"a": [1]})
    people = tuple(
        replace(one, seniority=years)
        for one, years in zip(instance.agents, (0.0, 5.0), strict=True)
    )
    wishes = tuple(
        Preference(agent_id=name, start_idx=0, end_idx=12, kind="avoid")
        for name in ("p", "q")
    )
    prices = replace(instance.prices, preference_seniority=0.1)
    instance = with_(instance, agents=people, preferences=wishes, prices=prices)
    plan = roster(work("p", 0, 8, 16), work("q", 0, 8, 16))
    assert value("preference", instance, plan) == round(4 * 150_000 * (1 + 1.5))
    (price,) = TERMS["preference"]().prices(instance)
    assert isinstance(price, StepPrice)
    assert price.price[:, 8:16].sum(axis=1).tolist() == [600_000, 900_000]


def test_wishes_of_strangers_and_a_price_of_zero_cost_nothing() -> None:
    instance = make_instance({"p": ["a"]}, {"a": [1]})
    stranger = Preference(agent_id="x", start_idx=0, end_idx=24, kind="avoid")
    with_stranger = with_(instance, preferences=(stranger,))
    (price,) = TERMS["preference"]().prices(with_stranger)
    assert isinstance(price, StepPrice)
    assert not price.price.any()
    free = with_(with_stranger, prices=replace(instance.prices, preference_per_hour=0))
    assert list(TERMS["preference"]().prices(free)) == []


def test_understaffing_is_convex_in_what_is_missing() -> None:
    # Need of 10 agents in each of 24 hours; 8 are at work from 8 to 16 only.
    people = {f"p{i}": ["a"] for i in range(8)}
    instance = make_instance(people, {"a": [10]}, days=1)
    plan = roster(*(work(name, 0, 8, 16) for name in people))
    price = 6_000_000
    two_missing = price * (1.0 * 1 + 1.0 * 2)
    all_missing = price * (1.0 * 1 + 1.5 * 2 + 7.5 * 4)
    assert value("understaffing", instance, plan) == 8 * two_missing + 16 * all_missing


def test_target_is_the_larger_of_need_and_guarantee() -> None:
    instance = make_instance({"p": ["a"]}, {"a": [0.5]}, days=1)
    floor = instance.guaranteed_agents.copy()
    floor[0, 3] = 2
    instance = with_(instance, guaranteed_agents=floor)
    price = 6_000_000
    half = 0.05 * 1 + 0.075 * 2 + 0.375 * 4
    two = 0.2 * 1 + 0.3 * 2 + 1.5 * 4
    assert value("understaffing", instance, roster()) == round(
        price * (23 * half + two)
    )


def test_unreachable_target_counts_as_everybody() -> None:
    instance = make_instance({"p": ["a"], "r": ["a"]}, {"a": [0]}, days=1)
    targets = instance.scheduled_agents.copy()
    targets[0, 5] = np.inf
    instance = with_(instance, scheduled_agents=targets)
    two = 0.2 * 1 + 0.3 * 2 + 1.5 * 4
    assert value("understaffing", instance, roster()) == round(6_000_000 * two)


def mail(instance: RosterInstance, *rows: tuple[int, int, float]) -> RosterInstance:
    arrival, due, hours = zip(*rows, strict=True)
    return with_(
        instance,
        deferred=(
            DeferredWork(
                queue_id="mail",
                arrival_idx=np.array(arrival),
                due_idx=np.array(due),
                work_hours=np.array(hours),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("rows", "undone_hours"),
    [
        ([(0, 12, 2.0)], 0.0),
        ([(0, 12, 5.0)], 1.0),
        ([(0, 12, 4.0), (9, 16, 4.0)], 0.0),
        ([(0, 12, 4.0), (9, 15, 4.0)], 1.0),
        ([(-5, 10, 1.5), (3, 12, 2.0), (14, 16, 3.0)], 1.0),
        ([(16, 20, 1.0)], 1.0),
        ([(20, 22, 1.0)], 1.0),
    ],
)
def test_work_not_done_in_time_costs_the_second_step(
    rows: list[tuple[int, int, float]], undone_hours: float
) -> None:
    instance = make_instance({"p": ["mail"]}, {"mail": [0]}, days=1)
    opened = instance.open_mask.copy()
    opened[0, 20:] = False
    instance = mail(with_(instance, open_mask=opened), *rows)
    plan = roster(work("p", 0, 8, 16))
    assert value("understaffing", instance, plan) == round(undone_hours * 2 * 6_000_000)


def test_equal_spans_of_work_are_merged() -> None:
    instance = make_instance({"p": ["mail"]}, {"mail": [0]}, days=1)
    instance = mail(instance, (-3, 5, 1.0), (-1, 5, 0.5), (2, 5, 0.25), (2, 9, 0.0))
    assert [(w.units, w.steps[0], w.due_idx) for w in due_work(instance)] == [
        (1500, 0, 5),
        (250, 2, 5),
    ]


def test_idle_time_is_what_no_queue_needs() -> None:
    instance = make_instance({"p": ["a"], "r": ["b"]}, {"a": [0.25]}, days=1)
    instance = with_(instance, carry_over=(work("p", -1, -2, 3),))
    plan = roster(work("r", 0, 8, 16), work("x", 0, 8, 16))
    # p is at work for 3 hours of the window at a quarter load, r for 8 without.
    assert value("overstaffing", instance, plan) == round((3 * 0.75 + 8) * 100_000)


def test_a_reserved_agent_without_work_is_idle_and_not_lent_out() -> None:
    people = {"p": ["mail", "a"]}
    instance = make_instance(people, {"mail": [0], "a": [1]}, days=1)
    floor = instance.guaranteed_agents.copy()
    floor[0, 8:12] = 1
    instance = mail(with_(instance, guaranteed_agents=floor), (0, 10, 0.5))
    plan = roster(work("p", 0, 8, 16))
    assert value("overstaffing", instance, plan) == round(3.5 * 100_000)
    full_hour = 6_000_000 * (0.1 * 1 + 0.15 * 2 + 0.75 * 4)
    assert value("understaffing", instance, plan) == round(20 * full_hour)


def test_prices_come_in_whole_units() -> None:
    assert step_price(6_000_000, 15) == 1_500_000
    assert step_price(100, 15) == 0
    assert step_price(3_333_333, 15) % 1000 == 0
    odd = ShortPrice(steps=((1.0, 1_500),))
    instance = make_instance({"p": ["a"]}, {"a": [1]})
    with pytest.raises(ModelError, match="no multiple"):
        build_need(instance, (odd,))
    with pytest.raises(ModelError, match="at most one"):
        build_need(instance, (odd, odd))
    need = build_need(instance, (IdlePrice(price=2000), IdlePrice(price=3000)))
    assert need.idle_price == 5
    assert need.piece_prices == (0,)


def test_score_refuses_terms_that_contradict_their_prices() -> None:
    class Crooked:
        def prices(self, instance: RosterInstance) -> list[StepPrice]:
            return [StepPrice(price=instance.pay)]

        def value(
            self, instance: RosterInstance, plan: Roster, allocation: Allocation
        ) -> int:
            return 1

    instance = make_instance({"p": ["a"]}, {"a": [1]})
    problem = read_problem(instance, (), {"crooked": Crooked()})
    with pytest.raises(ModelError, match="terms add up"):
        score(problem, roster(work("p", 0, 8, 16)))


def test_score_adds_up_all_terms() -> None:
    instance = make_instance({"p": ["a"]}, {"a": [1]}, days=1)
    problem = read_problem(instance, ())
    plan = roster(work("p", 0, 8, 16))
    result = score(problem, plan)
    assert result.terms["paid_cost"] == 8 * 2_000_000
    assert result.objective == sum(result.terms.values())
    # Without rules nobody may serve anything: the need is missing all day.
    assert result.terms["understaffing"] == round(
        24 * 6_000_000 * (0.1 * 1 + 0.15 * 2 + 0.75 * 4)
    )


def test_a_pinned_span_counts_for_its_queue_alone() -> None:
    instance = make_instance({"p": ["a", "b"]}, {"a": [1], "b": [1]}, days=1)
    pinned = Shift(
        agent_id="p",
        date_local=FIRST,
        spans=(
            WorkSpan(start_idx=8, end_idx=12, queue="b"),
            WorkSpan(start_idx=12, end_idx=16),
        ),
    )
    prices = [p for n in TERMS.names() for p in TERMS[n]().prices(instance)]
    served = allocate(
        instance, roster(pinned), serves(instance), build_need(instance, prices)
    )
    assert served.live_missing[1, 8:12].tolist() == [0] * 4
    assert served.live_missing[0, 8:12].tolist() == [1000] * 4
    assert served.live_missing[:, 12:16].sum() == 4000
    both = served.allocation.group_queues.index(frozenset({"a", "b"}))
    assert not served.allocation.agents[both, :, 8:12].any()
