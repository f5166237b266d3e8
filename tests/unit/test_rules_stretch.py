"""Rules on an agent's whole stretch: what they say, and what they refuse."""

from datetime import timedelta
from typing import Any

import pytest
from support.stretch_rules import BROKEN, EARLY, MONDAY, Days, on, roster, two_weeks

from solver.build import build_rules
from solver.constraints import ShiftSet
from solver.kinds import shifts_of_kind
from solver.rule import Rule
from wfm.domain.errors import UsageError
from wfm.domain.roster import RuleSetting


def _rule(name: str, parameters: dict[str, Any]) -> Rule:
    rules = build_rules([RuleSetting(rule=name, parameters=parameters)])
    return next(rule for rule in rules if rule.name == name)


@pytest.mark.parametrize(
    ("name", "parameters", "changes", "carried", "days", "day", "words"), BROKEN
)
def test_the_breach_is_named_with_its_date(
    name: str,
    parameters: dict[str, Any],
    changes: dict[str, Any],
    carried: Days,
    days: Days,
    day: int | None,
    words: str,
) -> None:
    instance = two_weeks(carried, **changes)
    found = _rule(name, parameters).violations(instance, roster(instance, days))
    if not words:
        assert found == []
        return
    assert day is not None
    assert [(v.rule, v.agent_id, v.message) for v in found] == [(name, "a", words)]
    assert found[0].date_local == MONDAY + timedelta(days=day)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("shift_count", {"starts": [[0]]}, "not two minutes of the day"),
        ("shift_count", {"starts": [[0, 1440]]}, "not two minutes of the day"),
        ("shift_count", {"starts": [], "least": 3, "most": 2}, "3 to 2 shifts"),
        ("period_hours", {"min_hours": 3, "max_hours": 2}, "hours of 3 to 2"),
        ("min_consecutive_days", {"days": 0}, "whole number from 1"),
        ("min_consecutive_days_off", {"days": 1.5}, "whole number from 1"),
        ("max_weekends", {"most": -1}, "-1 weekends"),
        ("max_weekends", {"most": 1, "weekdays": [7]}, r"0 \(Monday\) to 6"),
    ],
)
def test_parameters_out_of_range_are_refused(
    name: str, parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        _rule(name, parameters)


def test_a_set_of_shifts_looks_at_start_and_length() -> None:
    instance = two_weeks()
    (shift,) = roster(instance, on([0], EARLY)).shifts
    assert ShiftSet().holds(shift)
    assert ShiftSet(starts=frozenset({6}), min_steps=8, max_steps=8).holds(shift)
    assert not ShiftSet(starts=frozenset({6}), min_steps=9).holds(shift)
    assert not ShiftSet(max_steps=7).holds(shift)
    assert not ShiftSet(starts=frozenset({7})).holds(shift)


def test_a_window_may_run_past_midnight_and_reaches_the_previous_roster() -> None:
    grid = two_weeks().grid
    kind = shifts_of_kind(grid, "UTC", ((23 * 60, 60),))
    assert kind.starts is not None
    assert {-25, -24, -23, -1, 0, 1, 23} <= kind.starts
    assert not {-2, 2, 22} & kind.starts
