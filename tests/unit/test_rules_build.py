"""Settings of a plan become rules."""

import pytest

from solver.build import build_rules
from solver.rule import RULES
from wfm.domain.errors import UsageError
from wfm.domain.roster import RuleSetting

ALWAYS = {
    "one_shift_a_day",
    "shift_shape",
    "availability",
    "time_off",
    "skills",
    "locked",
    "seats",
    "min_cover",
    "hand_over",
    "home_days",
    "activities",
}


def _setting(rule: str, agents: str | None = None, **parameters: object) -> RuleSetting:
    ids = None if agents is None else frozenset(agents)
    return RuleSetting(rule=rule, parameters=parameters, agent_ids=ids)


def test_rules_without_parameters_hold_by_themselves() -> None:
    assert {rule.name for rule in build_rules([])} == ALWAYS
    assert {name for name in RULES if RULES[name].always} == ALWAYS


def test_rule_is_named_like_its_file() -> None:
    for name in RULES:
        assert RULES[name].name == name
        assert RULES[name].__module__ == f"solver.rules.{name}"


def test_numbers_may_be_text() -> None:
    rules = build_rules([_setting("weekly_hours", min_hours="32", max_hours=40.5)])
    rule = next(r for r in rules if r.name == "weekly_hours")
    assert rule == RULES["weekly_hours"](min_hours=32, max_hours=40.5)


def test_off_switches_a_rule_off() -> None:
    rules = build_rules([_setting("seats", enabled=False)])
    assert {rule.name for rule in rules} == ALWAYS - {"seats"}
    parametrised = build_rules([_setting("min_rest", hours=11, enabled=False)])
    assert {rule.name for rule in parametrised} == ALWAYS


def test_off_for_some_keeps_the_rule_for_the_rest() -> None:
    rules = build_rules([_setting("seats", "ab", enabled=False)], agent_ids="abcd")
    found = [rule.agent_ids for rule in rules if rule.name == "seats"]
    assert found == [frozenset("cd")]


def test_cover_is_about_the_whole_plan() -> None:
    one, two = {"site": "x", "agents": 1}, {"skill": "y", "agents": 2}
    rules = build_rules(
        [
            _setting("min_cover", "ab", floors=[one, two]),
            _setting("min_cover", "cd", floors=[one]),
            _setting("hand_over", "ab", enabled=False),
        ]
    )
    cover = [rule for rule in rules if rule.name == "min_cover"]
    assert cover == [RULES["min_cover"](floors=(one, two))]
    assert "hand_over" not in {rule.name for rule in rules}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (_setting("min_rst", hours=11), "unknown rule 'min_rst'; did you mean"),
        (_setting("min_rest", hour=11), "no parameter 'hour'; did you mean 'hours'"),
        (_setting("min_rest", x=11), "no parameter 'x'; known: ['hours']"),
        (_setting("min_rest"), "rule min_rest: "),
        (_setting("min_rest", hours="long"), "hours is 'long', expected a number"),
        (_setting("min_rest", hours=True), "hours is True, expected a number"),
        (_setting("min_rest", hours=-1), "must not be negative, got -1 h"),
        (_setting("weekly_rest", hours=-1), "must not be negative, got -1 h"),
        (_setting("max_hours_a_day", hours=-1), "must not be negative, got -1"),
        (_setting("max_consecutive_days", days=0), "a whole number from 1, got 0"),
        (_setting("max_consecutive_days", days=2.5), "whole number from 1, got 2.5"),
        (_setting("weekly_hours", min_hours=9, max_hours=8), "hours of 9 to 8"),
        (_setting("min_cover", floors=3), "floors is 3, expected a list"),
        (_setting("min_cover", floors=[{"agents": 1}]), "names whom it counts"),
    ],
)
def test_faults_are_named(setting: RuleSetting, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        build_rules([setting])
    assert message in str(caught.value)
