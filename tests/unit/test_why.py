"""Why a queue is short, and fixes, each scored here once more from nothing."""

from typing import Any

import numpy as np
import pytest
from support.solve_cases import make_instance, roster, template, with_, work

from solver.build import build_rules
from solver.fixes import Fix, cheapest_fixes, gaps, worst_step
from solver.one_person import OnePerson, reasons
from solver.problem import read_problem, score
from solver.rule import Rule
from solver.why import Standing, Why, cost_of, explain_gap
from wfm.domain.people import BlockedTime
from wfm.domain.roster import Roster, RosterInstance, RuleSetting

DAY = [0.0] * 8 + [1.0] * 8 + [0.0] * 8


def rules_of(**parameters: dict[str, float]) -> tuple[Rule, ...]:
    settings = [RuleSetting(rule=k, parameters=v) for k, v in parameters.items()]
    return build_rules(settings)


RULES = rules_of(
    weekly_hours={"min_hours": 0, "max_hours": 16},
    min_rest={"hours": 11},
    max_consecutive_days={"days": 2},
)


def plan(people: dict[str, list[str]], days: int = 3, **changes: Any) -> RosterInstance:
    instance = make_instance(
        people,
        {"a": DAY * days, "b": [0.0] * 24 * days},
        days=days,
        templates=[template((8, 16), (8,), 480)],
    )
    return with_(instance, **changes)


def standing(instance: RosterInstance, live: Roster) -> Standing:
    return Standing(read_problem(instance, RULES), live)


def why_of(
    instance: RosterInstance, live: Roster, day: int = 2
) -> tuple[Standing, Why]:
    given = standing(instance, live)
    return given, explain_gap(given, "a", range(24 * day + 9, 24 * day + 11))


def off(agent_id: str, kind: str = "time_off", label: str = "row 4 (leave)") -> Any:
    return BlockedTime(
        agent_id=agent_id, start_idx=48, end_idx=72, kind=kind, label=label
    )


TWO_DAYS = roster(work("p", 0, 8, 16), work("p", 1, 32, 40))


def test_somebody_whose_hours_are_spent_is_kept_away_by_them() -> None:
    _, why = why_of(plan({"p": ["a"]}), TWO_DAYS)
    (person,) = why.people
    assert person.cost is not None or "weekly_hours" in person.state
    # Two of three days may be worked: coming on the third means giving one up.
    locked = plan({"p": ["a"]}, locked=TWO_DAYS.shifts)
    _, why = why_of(locked, TWO_DAYS)
    assert set(why.people[0].state.split(", ")) <= {
        "several rules",
        "weekly_hours",
        "max_consecutive_days",
        "locked",
    }
    assert why.people[0].cost is None
    assert (why.required, why.served, why.missing) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("kind", "state"),
    [("time_off", "time_off"), ("unavailable", "unavailable"), ("holiday", "holiday")],
)
def test_absences_are_told_by_their_kind(kind: str, state: str) -> None:
    _, why = why_of(plan({"p": ["a"]}, blocked=(off("p", kind),)), roster())
    assert [person.state for person in why.people] == [state]
    assert why.binding == state


def test_a_time_that_no_contract_reaches() -> None:
    instance = plan({"p": ["a"]})
    problem = read_problem(instance, RULES)
    assert reasons(problem, "p", range(2, 4)) == ("contract",)
    assert reasons(problem, "p", range(9, 11)) == ()
    assert OnePerson(problem, "p").can_work(range(9, 11))


def test_everybody_at_work_means_too_few_heads() -> None:
    need = {"a": [2.0] * 72}
    instance = make_instance(
        {"p": ["a"]}, need, days=3, templates=[template((8, 16), (8,), 480)]
    )
    given = Standing(read_problem(instance, RULES), roster(work("p", 2, 56, 64)))
    why = explain_gap(given, "a", range(57, 59))
    assert (why.binding, why.counts) == ("headcount", {"at work": 1})
    assert why.marginal_price > 0
    assert why.shortage_price > 0


def test_a_gap_that_costs_less_than_filling_it_is_bound_by_cost() -> None:
    instance = plan({"p": ["a"]}, pay=np.full((1, 96), 50_000_000))
    _, why = why_of(instance, roster())
    assert why.binding == "cost"
    assert why.people[0].cost is not None
    assert why.people[0].cost > 0


def by_kind(fixes: tuple[Fix, ...]) -> dict[str, Fix]:
    return {fix.kind: fix for fix in fixes}


def assert_comes_true(given: Standing, why: Why, fix: Fix) -> None:
    """Score the fix from nothing: legal under its plan, its cost and effect as told."""
    fresh = read_problem(
        with_(fix.problem.instance, live=None), fix.problem.rules, fix.problem.terms
    )
    found = score(fresh, fix.roster)
    assert not found.violations
    before = score(
        read_problem(with_(given.problem.instance, live=None), RULES), given.roster
    )
    assert cost_of(found) - cost_of(before) == fix.cost
    span = slice(why.start_idx, why.end_idx)
    gained = (
        before.served.live_missing[0, span].sum()
        - found.served.live_missing[0, span].sum()
    )
    assert gained == round(1000 * fix.filled) > 0


def test_every_fix_comes_true() -> None:
    people = {"p": ["a"], "q": ["a"], "r": ["b"]}
    live = roster(*TWO_DAYS.shifts, work("r", 2, 56, 64))
    instance = plan(people, blocked=(off("q"),), locked=TWO_DAYS.shifts)
    given, why = why_of(instance, live)
    fixes = cheapest_fixes(given, why)
    assert [fix.cost for fix in fixes] == sorted(fix.cost for fix in fixes)
    found = by_kind(fixes)
    assert {"time_off", "skill", "headcount"} <= set(found)
    assert (found["time_off"].agent_id, found["time_off"].detail) == (
        "q",
        "row 4 (leave)",
    )
    assert (found["skill"].agent_id, found["skill"].detail) == ("r", "a")
    for fix in fixes:
        assert_comes_true(given, why, fix)


def test_a_rule_set_aside_says_by_how_much() -> None:
    live = roster(work("p", 0, 8, 16), work("p", 1, 32, 40))
    instance = plan({"p": ["a"]}, locked=live.shifts)
    rules = rules_of(weekly_hours={"min_hours": 0, "max_hours": 16})
    given = Standing(read_problem(instance, rules), live)
    why = explain_gap(given, "a", range(57, 59))
    fix = by_kind(cheapest_fixes(given, why))["weekly_hours"]
    (breach,) = fix.sets_aside
    assert "24 h paid in the week, at most 16 h" in breach.message
    assert fix.cost < 0


def test_somebody_who_is_sick_is_not_called_back() -> None:
    instance = plan({"p": ["a"]}, blocked=(off("p", label="row 4 (sick)"),))
    given, why = why_of(instance, roster())
    assert "time_off" not in by_kind(cheapest_fixes(given, why))


def test_gaps_are_ranked_by_what_they_cost() -> None:
    given = standing(plan({"p": ["a"]}), roster(work("p", 1, 32, 40)))
    found = gaps(given)
    assert [(queue, steps.start, steps.stop) for queue, steps in found] == [
        ("a", 8, 16),
        ("a", 56, 64),
    ]
    assert worst_step(given, "a", found[0][1], 2) == range(8, 10)
    filled = roster(*(work("p", day, 24 * day + 8, 24 * day + 16) for day in range(3)))
    assert gaps(standing(plan({"p": ["a"]}), filled)) == ()


def test_marginal_prices_lie_between_nothing_and_the_dearest_shortage() -> None:
    given = standing(plan({"p": ["a"], "q": ["a"]}), TWO_DAYS)
    prices = given.marginal_prices()
    dearest = max(given.problem.need.piece_prices) * 1000
    assert prices.shape == (2, 96)
    assert (prices <= dearest + 1e-6).all()
    assert prices[0, 56:64].max() > 0
