"""Rules per agent: plan, site and contract tables, and the weekly maximum."""

from support.small_plan import agent, plan

from wfm.domain.plan import PlanRule
from wfm.pipeline.rules import resolve_rules, weekly_minutes

PEOPLE = (
    agent("A1"),
    agent("A2", contract_id="part"),
    agent("A3", site_id="denver"),
)


def settings(*rules):
    return resolve_rules(plan(rules=rules), PEOPLE)


def test_a_rule_of_the_plan_applies_to_everybody():
    (only,) = settings(PlanRule(rule="min_rest", parameters={"hours": 11}))
    assert only.agent_ids is None
    assert dict(only.parameters) == {"hours": 11}


def test_contract_wins_over_site_and_site_over_plan_by_parameter():
    found = settings(
        PlanRule(rule="weekly_hours", parameters={"min_hours": 0, "max_hours": 40}),
        PlanRule(rule="weekly_hours", parameters={"max_hours": 38}, site_id="krakow"),
        PlanRule(rule="weekly_hours", parameters={"max_hours": 20}, contract_id="part"),
    )
    by_agents = {s.agent_ids: dict(s.parameters) for s in found}
    assert by_agents == {
        frozenset({"A1"}): {"min_hours": 0, "max_hours": 38},
        frozenset({"A2"}): {"min_hours": 0, "max_hours": 20},
        frozenset({"A3"}): {"min_hours": 0, "max_hours": 40},
    }


def test_off_at_a_contract_switches_the_rule_off_for_its_people_only():
    found = settings(
        PlanRule(rule="min_rest", parameters={"hours": 11}),
        PlanRule(rule="min_rest", enabled=False, contract_id="part"),
    )
    off = {s.agent_ids for s in found if s.parameters.get("enabled") is False}
    assert off == {frozenset({"A2"})}


def test_a_rule_that_stands_only_at_a_site_leaves_the_others_free():
    (only,) = settings(
        PlanRule(rule="min_rest", parameters={"hours": 12}, site_id="denver")
    )
    assert only.agent_ids == frozenset({"A3"})


def test_weekly_minutes_is_the_agents_own_maximum():
    found = settings(
        PlanRule(rule="weekly_hours", parameters={"min_hours": 0, "max_hours": 40}),
        PlanRule(rule="weekly_hours", parameters={"max_hours": 20}, contract_id="part"),
    )
    assert weekly_minutes(found, "A1") == 2400
    assert weekly_minutes(found, "A2") == 1200
    assert weekly_minutes((), "A1") is None
