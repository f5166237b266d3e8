"""Rules with dates that begin or end within the plan."""

from dataclasses import replace
from datetime import date

import pytest
from support.tiny_folders import write_tiny
from support.tiny_rosters import agent, instance_of, shift_at, template

from solver.build import build_rules
from solver.constraints import ShapedShifts
from solver.dated import Dated
from wfm.api import load
from wfm.domain.roster import Roster, RuleSetting
from wfm.pipeline.judge import plan_rules

MONDAY, WEDNESDAY, SUNDAY = date(2026, 10, 26), date(2026, 10, 28), date(2026, 11, 1)
TABLES = """\
rules:
  - max_hours_a_day: {hours: 9}
  - max_hours_a_day: {hours: 8, from: 2026-10-29}
  - shift_limits: {starts: "08:00-10:00", from: 2026-10-28, to: 2026-10-30}
  - min_rest: {hours: 10, to: 2026-10-29}
  - min_rest: {hours: 12, from: 2026-10-30}
  - seats: off
  - {weekly_hours: {max_hours: 40, from: 2026-11-09}, max_consecutive_days: {days: 5}}
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """What a plan with such tables asks for."""
    folder = write_tiny(tmp_path_factory.mktemp("dated") / "plan")
    path = folder / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    low, high = text.index("rules:\n"), text.index("prices:")
    text = text[:low] + TABLES + text[high:]
    text = text.replace(", rules: {weekly_hours: {min_hours: 0}}", "")
    path.write_text(text, encoding="utf-8")
    return plan_rules(load(folder).read(frozenset({"agents"})))


def _named(rules, name):
    return [rule for rule in rules if rule.name == name]


def test_tables_part_the_dates_of_the_plan(rules):
    early, late = _named(rules, "max_hours_a_day")
    assert isinstance(early, Dated)
    assert (early.rule.hours, early.last) == (9, WEDNESDAY)
    assert (late.rule.hours, late.first) == (8, date(2026, 10, 29))
    (limits,) = _named(rules, "shift_limits")
    assert (limits.first, limits.last) == (WEDNESDAY, date(2026, 10, 30))
    assert not _named(rules, "seats")
    assert not _named(rules, "weekly_hours")
    assert not isinstance(_named(rules, "max_consecutive_days")[0], Dated)


def test_a_shift_is_judged_by_the_table_of_its_date(rules):
    people = [agent("a", zone="Europe/Warsaw")]
    instance = instance_of(
        people,
        first=MONDAY,
        zone="Europe/Warsaw",
        templates={"contract": [template(6, 8, hours=(8, 9))]},
    )
    days = [MONDAY, date(2026, 10, 29), date(2026, 10, 30), SUNDAY]
    roster = Roster(shifts=tuple(shift_at(instance, "a", d, 6, 9) for d in days))
    told = {
        (v.rule, v.date_local)
        for r in rules
        for v in r.violations(instance, roster)
        if r.name in ("max_hours_a_day", "shift_limits")
    }
    assert told == {
        ("max_hours_a_day", days[1]),
        ("max_hours_a_day", days[2]),
        ("max_hours_a_day", days[3]),
        ("shift_limits", days[1]),
        ("shift_limits", days[2]),
    }


def test_what_goes_over_days_holds_by_the_plans_first_date(rules):
    instance = instance_of([agent("a")], first=MONDAY)
    early, late = _named(rules, "min_rest")
    assert len(list(early.constraints(instance))) == 1
    assert list(late.constraints(instance)) == []
    shifts = [shift_at(instance, "a", SUNDAY.replace(month=10, day=d), h) for d, h in
              ((30, 8), (31, 3))]  # fmt: skip
    roster = Roster(shifts=tuple(shifts))
    assert not late.violations(instance, roster)
    hours = replace(early.rule, hours=20)
    assert replace(early, rule=hours).violations(instance, roster)


def test_a_rule_that_always_holds_stands_where_no_table_does():
    settings = [
        RuleSetting(rule="seats", parameters={"enabled": False}, last=MONDAY),
        RuleSetting(rule="seats", first=date(2026, 10, 27)),
    ]
    (seats,) = _named(build_rules(settings, "a"), "seats")
    assert isinstance(seats, Dated)
    assert (seats.first, seats.always, seats.agent_ids) == (
        date(2026, 10, 27),
        True,
        None,
    )


def test_a_dated_rule_may_be_bound_to_some_people(rules):
    early = replace(_named(rules, "max_hours_a_day")[0], agent_ids=frozenset("b"))
    assert early.rule.agent_ids == frozenset("b")
    assert list(early.constraints(instance_of([agent("a")], first=MONDAY))) == []


def test_the_search_is_told_of_single_dates(rules):
    instance = instance_of([agent("a", zone="Europe/Warsaw")], first=MONDAY)
    early = _named(rules, "max_hours_a_day")[0]
    (record,) = early.constraints(instance)
    assert isinstance(record, ShapedShifts)
