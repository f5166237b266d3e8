"""The capacity plan's terms one by one, its tables, and plans under chance."""

import time
from dataclasses import replace

import numpy as np
import pytest
from support.capacity_cases import START, csl, technicians, two_sites

from scenarios import mip_solve
from scenarios.capacity import (
    CapacityProblem,
    Layoffs,
    Need,
    Outsourcing,
    Overtime,
    Pool,
    Recruiting,
    TenureCurve,
    Training,
    Transfer,
)
from scenarios.capacity_plan import (
    CapacityInfeasible,
    CapacityPlan,
    monthly_cost,
    plan_capacities,
    plan_capacity,
)
from scenarios.capacity_stress import NoPlanError, Stress, choose_buffer, stress
from scenarios.mip_solve import MipLimits

EXACT = MipLimits(relative_gap=0.0)


def planned(problem: CapacityProblem) -> CapacityPlan:
    plan = plan_capacity(problem, EXACT)
    assert isinstance(plan, CapacityPlan)
    return plan


def pool(months: int = 3, heads: float = 10.0, **terms) -> Pool:
    plain = {
        "pool_id": "p",
        "site": "s",
        "serves": frozenset({"n"}),
        "heads_before": (heads,),
        "hours_per_head": np.full(months, 100.0),
        "wage_minor": np.full(months, 1000.0),
        "tenure": TenureCurve(attrition=(0.0,), productivity=(1.0,)),
    }
    return Pool(**(plain | terms))


def problem(*pools: Pool, hours, **terms) -> CapacityProblem:
    need = Need(need_id="n", hours=np.array(hours, dtype=float))
    return CapacityProblem(
        start=START,
        currency="USD",
        num_months=len(hours),
        pools=pools,
        needs=terms.pop("needs", (need,)),
        **terms,
    )


def test_overtime_then_vendor_then_missing_hours_by_price():
    people = pool(1, overtime=Overtime(minor_per_hour=5.0, max_fraction=0.1))
    vendor = Outsourcing(
        vendor_id="v",
        serves=frozenset({"n"}),
        minor_per_hour=8.0,
        max_hours=np.array([300.0]),
    )
    need = Need(need_id="n", hours=np.array([1500.0]), missing_minor=50.0)
    plan = planned(problem(people, hours=[0], needs=(need,), vendors=(vendor,)))
    assert plan.overtime_hours[0, 0] == pytest.approx(100)
    assert plan.bought_hours[0, 0, 0] == pytest.approx(300)
    assert plan.missing_hours[0, 0] == pytest.approx(100)
    assert plan.npv_minor == pytest.approx(10_000 + 500 + 2400 + 5000)
    # one hour more of either saves what a missing hour costs beyond its price; the
    # overtime limit is in hours too
    assert plan.worth_minor["vendor v"] == pytest.approx(42)
    assert plan.worth_minor["overtime p"] == pytest.approx(45)


def test_lead_time_and_training_say_when_to_ask():
    people = pool(
        4,
        training=Training(months=1, wage_minor=500),
        recruiting=Recruiting(lead_months=2, hire_minor=300, class_size=(3, 8)),
    )
    # the twelfth head is needed in the fourth month only: a class of three, not of two
    plan = planned(problem(people, hours=[900, 900, 900, 1200]))
    (step,) = plan.hiring_plan()
    assert (step.order_month, step.start_month) == (START, START + 2)
    assert step.productive_month == START + 3
    assert (step.heads, step.classes) == (3, 1)
    assert plan.npv_minor == 43 * 1000 + 3 * (500 + 300)
    assert plan.hiring_rows()[0]["productive_month"] == "2026-11"


def test_people_ramp_and_age_through_the_bands():
    tenure = TenureCurve(
        attrition=(0.2, 0.1, 0.0), productivity=(0.5, 0.8, 1.0), aht_factor=(1.25, 1, 1)
    )
    people = pool(
        4,
        heads_before=(0.0, 0.0, 10.0),
        tenure=tenure,
        arrivals=np.array([10.0, 0, 0, 0]),
    )
    plan = planned(problem(people, hours=[0, 0, 0, 0]))
    heads = plan.course.heads[0][0]
    assert heads[0].tolist() == [10, 0, 0, 0]
    assert heads[1].tolist() == [0, 8, 0, 0]
    assert heads[2].tolist() == pytest.approx([10, 10, 17.2, 17.2])
    hours = plan.course.productive_hours(plan.problem)[0, 0]
    assert hours.tolist() == pytest.approx([1400, 1640, 1720, 1720])
    row = plan.to_rows()[1]
    assert row["effective_fte"] == pytest.approx(16.4)
    assert row["leavers"] == pytest.approx(2.0)


def test_quality_holds_back_new_people():
    tenure = TenureCurve(
        attrition=(0.0, 0.0), productivity=(1.0, 1.0), quality=(0.5, 0.8)
    )
    people = pool(
        2,
        heads_before=(0.0, 10.0),
        tenure=tenure,
        training=Training(months=0),
        recruiting=Recruiting(),
        least_quality=0.7,
    )
    need = Need(need_id="n", hours=np.full(2, 2000.0), missing_minor=1000.0)
    plan = planned(problem(people, hours=[0, 0], needs=(need,)))
    assert plan.decisions.hires[0, 0] == 5  # (5 x 0.5 + 10 x 0.8) / 15 = 0.7


def test_layoffs_cost_severance_and_are_limited():
    people = pool(3, layoffs=Layoffs(severance_minor=1500, max_heads=3))
    plan = planned(problem(people, hours=[500, 500, 500]))
    assert plan.course.laid_off[0, 0].tolist() == pytest.approx([3, 2, 0])
    assert plan.npv_minor == pytest.approx((7 + 5 + 5) * 1000 + 5 * 1500)


def test_retraining_takes_time_and_people():
    plain = pool(4, pool_id="a", serves=frozenset({"a"}))
    other = pool(4, pool_id="b", serves=frozenset({"b"}))
    needs = (
        Need(need_id="a", hours=np.array([600.0] * 4)),
        Need(need_id="b", hours=np.array([1000.0, 1000, 1000, 1180])),
    )
    route = Transfer(
        source="a", target="b", months=2, loss_fraction=0.1, cost_minor=200
    )
    plan = planned(
        problem(plain, other, hours=[0] * 4, needs=needs, transfers=(route,))
    )
    assert plan.decisions.moved[0].sum() == pytest.approx(2)
    # at once: the tenth that leaves is paid for two months less
    assert plan.decisions.moved[0, 0] == pytest.approx(2)
    heads = plan.course.num_heads()[0, 1].tolist()
    assert heads == pytest.approx([10, 10, 11.8, 11.8])
    assert plan.npv_minor == pytest.approx(80 * 1000 - 2 * 200 + 2 * 200)


def test_seats_training_places_and_recruiting_bind():
    people = pool(
        3,
        training=Training(months=0, max_trainees=4),
        recruiting=Recruiting(max_hires=3),
    )
    need = Need(need_id="n", hours=np.full(3, 2000.0), missing_minor=90.0)
    seats = {"s": np.array([14.0, 14, 14])}
    plan = planned(problem(people, hours=[0] * 3, needs=(need,), site_seats=seats))
    assert plan.course.num_heads()[0, 0].tolist() == pytest.approx([13, 14, 14])
    in_training = replace(people, training=Training(months=1, max_trainees=2))
    plan = planned(problem(in_training, hours=[0] * 3, needs=(need,)))
    assert plan.course.num_heads()[0, 0].tolist() == pytest.approx([10, 12, 14])


def test_bilingual_people_are_counted_once():
    both = pool(1, serves=frozenset({"n", "m"}))
    needs = (
        Need(need_id="n", hours=np.array([700.0]), missing_minor=9.0),
        Need(need_id="m", hours=np.array([700.0]), missing_minor=7.0),
    )
    plan = planned(problem(both, hours=[0], needs=needs))
    assert plan.missing_hours[:, 0].tolist() == pytest.approx([0, 400])
    assert plan.flow_hours.sum() == pytest.approx(1000)


def test_a_vendor_grows_step_by_step():
    vendor = Outsourcing(
        vendor_id="v",
        serves=frozenset({"n"}),
        minor_per_hour=1.0,
        max_hours=np.array([100.0, 500, 500]),
        max_rise_hours=150.0,
    )
    need = Need(need_id="n", hours=np.full(3, 1500.0), missing_minor=90.0)
    plan = planned(problem(pool(3), hours=[0] * 3, needs=(need,), vendors=(vendor,)))
    assert plan.bought_hours[0, 0].tolist() == pytest.approx([100, 250, 400])


def test_what_would_have_to_give_is_named():
    outcome = plan_capacity(problem(pool(2), hours=[900, 1300]), EXACT)
    assert isinstance(outcome, CapacityInfeasible)
    assert outcome.to_rows() == [
        {"limit": "need n", "month": "2026-09", "amount": pytest.approx(300)}
    ]


def test_a_rich_plan_meets_its_needs_and_its_own_books():
    plan = plan_capacity(two_sites(months=8), MipLimits(relative_gap=0.002))
    assert isinstance(plan, CapacityPlan)
    served = plan.flow_hours.sum(axis=0) + plan.bought_hours.sum(axis=0)
    needs = np.array([need.hours for need in plan.problem.needs])
    np.testing.assert_allclose(served + plan.missing_hours, needs, rtol=1e-6)
    supply = plan.course.productive_hours(plan.problem)[0] + plan.overtime_hours
    given = plan.flow_hours.sum(axis=1) + plan.idle_hours
    np.testing.assert_allclose(supply, given, rtol=1e-6, atol=1e-5)
    discounted = (monthly_cost(plan) * plan.problem.discount()).sum()
    assert discounted == pytest.approx(plan.npv_minor, rel=1e-6)
    assert plan.gap_fraction <= 0.002
    for step in plan.hiring_plan():
        assert 6 * step.classes <= step.heads <= 12 * step.classes
    rows = plan.need_rows()
    assert rows[0]["required_fte"] == pytest.approx(needs[0, 0] / 118)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"heads_before": (1.0, 2.0)}, "tenure bands"),
        ({"least_quality": 0.5}, "quality of each"),
        ({"serves": frozenset({"x"})}, "unknown names: x"),
    ],
)
def test_pools_that_make_no_sense_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        problem(pool(1, **change), hours=[100])


def test_tenure_curves_are_checked():
    with pytest.raises(ValueError, match="attrition must"):
        TenureCurve(attrition=(1.5,), productivity=(1.0,))
    with pytest.raises(ValueError, match="productivity needs 2"):
        TenureCurve(attrition=(0.1, 0.1), productivity=(1.0,))


CALM = Stress(need_cv=1e-9, attrition_cv=0.0, class_fill=1.0)


def test_without_chance_the_plan_comes_true():
    plan = planned(
        technicians(
            needs=(3000, 3000),
            heads=30,
            quit_share=0.0,
            hours=160,
            trainer_hours=50,
            wage=2000,
            trainee=1000,
        )
    )
    report = stress(plan, CALM, num_paths=20, seed=1)
    assert report.cost_minor.tolist() == pytest.approx([plan.npv_minor] * 20)
    assert report.enough_probability.min() == 1


def test_leavers_are_binomial_about_the_plan():
    plan = planned(csl(is_whole=True))
    report = stress(plan, CALM, num_paths=4000, seed=2)
    expected = plan.course.num_heads()[0, 0]
    # wages follow heads, which are unbiased
    assert report.cost_minor.mean() == pytest.approx(plan.npv_minor, rel=0.002)
    assert (report.heads_p10[0] < expected).all()
    assert (expected[1:] < report.heads_p90[0][1:]).all()
    # a plan that is just enough on average is short about every other time
    assert 0.3 < report.enough_probability[0, -1] < 0.7


def test_the_same_seed_gives_the_same_stress():
    plan = planned(csl(is_whole=True))
    first, again = (stress(plan, Stress(), num_paths=50, seed=5) for _ in range(2))
    assert (first.cost_minor == again.cost_minor).all()
    other = stress(plan, Stress(), num_paths=50, seed=6)
    assert (first.cost_minor != other.cost_minor).any()
    assert {row["need"] for row in first.to_rows()} == {"work"}


def test_overtime_and_vendors_step_in_the_cheapest_first():
    people = pool(1, overtime=Overtime(minor_per_hour=5.0, max_fraction=0.1))
    vendor = Outsourcing(
        vendor_id="v",
        serves=frozenset({"n"}),
        minor_per_hour=3.0,
        max_hours=np.array([50.0]),
    )
    need = Need(need_id="n", hours=np.array([1200.0]), missing_minor=40.0)
    plan = planned(problem(people, hours=[0], needs=(need,), vendors=(vendor,)))
    report = stress(plan, CALM, num_paths=3, seed=1)
    cost = 10_000 + 50 * 3 + 100 * 5 + 50 * 40
    assert report.cost_minor.tolist() == pytest.approx([cost] * 3, rel=1e-6)
    assert report.missing_hours[:, 0, 0].tolist() == pytest.approx([50] * 3, rel=1e-4)


def test_dear_missing_hours_ask_for_a_buffer_and_cheap_ones_for_none():
    how = Stress(need_cv=0.08)
    limits = MipLimits(relative_gap=0.002)
    best = [
        choose_buffer(
            two_sites(months=6, missing_minor=price),
            how,
            buffers=(-0.05, 0.0, 0.05),
            limits=limits,
            num_paths=500,
        )
        for price in (2500.0, 60_000.0)
    ]
    assert best[0].best <= 0.0
    assert best[1].best == 0.05
    rows = best[1].to_rows()
    assert [row["is_best"] for row in rows] == [False, False, True]
    enough = [row["enough_probability"] for row in rows]
    assert enough == sorted(enough)


def test_a_buffer_needs_a_price_and_a_plan():
    with pytest.raises(ValueError, match="prices missing hours"):
        choose_buffer(csl(is_whole=True), Stress())
    need = Need(need_id="n", hours=np.array([900.0]), missing_minor=1.0)
    idle = problem(pool(1), hours=[0], needs=(need,), max_idle_hours=0.0)
    with pytest.raises(NoPlanError):
        choose_buffer(idle, Stress(), buffers=(0.0,))


def test_a_stress_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="class_fill"):
        Stress(class_fill=1.5)


def test_several_plans_at_once_are_those_made_one_by_one(monkeypatch):
    cheap = replace(two_sites(months=4), max_idle_hours=np.inf)
    none = problem(pool(), hours=[5000, 5000, 5000])
    problems = [cheap, csl(is_whole=True), none]
    alone = [plan_capacity(one, EXACT) for one in problems]
    for cores in (1, 3):
        monkeypatch.setattr(mip_solve, "usable_cores", lambda cores=cores: cores)
        together = plan_capacities(problems, EXACT)
        for one, other in zip(alone[:2], together[:2], strict=True):
            assert other.npv_minor == one.npv_minor
            assert other.decisions.hires.tolist() == one.decisions.hires.tolist()
        assert isinstance(together[2], CapacityInfeasible)
        assert together[2].gives == alone[2].gives


def test_after_an_interruption_nothing_more_is_solved(monkeypatch):
    begun = []

    def interrupted(programme, limits):
        begun.append(programme)
        time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(mip_solve, "_run", interrupted)
    monkeypatch.setattr(mip_solve, "usable_cores", lambda: 2)
    with pytest.raises(KeyboardInterrupt):
        plan_capacities([csl(is_whole=True)] * 60)
    assert 1 <= len(begun) < 60
