"""Rules about breaks, nights, weeks and people: a broken roster each, and its words."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from support.rule_cases import RULE_MAKERS
from support.tiny_rosters import (
    agent,
    instance_of,
    queue,
    shift_at,
    site,
    template,
    with_duty,
)

from solver.build import build_rules
from solver.rule import RULES
from wfm.domain.errors import UsageError
from wfm.domain.fairness import FairnessRow
from wfm.domain.people import Activity
from wfm.domain.roster import Roster, RosterInstance, RuleSetting, Shift, Violation

MONDAY = date(2026, 6, 1)
MEAL = (4, 1, "meal", False)
NIGHT = range(22 - 24, 6)  # hours of a day, from 22:00 the day before


ACTIVITIES = (
    Activity(
        activity="training",
        agent_ids=frozenset("b"),
        minutes=60,
        windows=((24 + 8, 48),),
        due=False,
    ),
    Activity(
        activity="meeting",
        agent_ids=frozenset("abc"),
        minutes=60,
        windows=((24 + 9, 24 + 12),),
        together=True,
        due=False,
    ),
    Activity(
        activity="briefing",
        agent_ids=frozenset("z"),
        minutes=60,
        windows=((24, 48),),
    ),
)


def _instance() -> RosterInstance:
    """Two sites, a night from 22:00 to 06:00, 40 and 48 paid hours in the ledger."""
    instance = instance_of(
        [
            agent("a", "west", skills={"en": 2}, grade="senior", seniority=5.0),
            agent("b", "west"),
            agent("c", "east"),
        ],
        first=MONDAY,
        sites=[site("west"), site("east")],
        queues=[queue("phone", "en")],
        templates={"contract": [template(*range(24), hours=(8, 9, 10))]},
    )
    hours = np.arange(instance.grid.num_intervals) % 24
    night = np.broadcast_to((hours >= 22) | (hours < 6), instance.night.shape)
    opened = np.zeros_like(instance.open_mask)
    opened[0, 9:11] = True
    told = shift_at(instance, "c", MONDAY - timedelta(days=5), 8)
    return replace(
        instance,
        night=night,
        open_mask=opened,
        ledger=_ledger(),
        carry_over=(told,),
        activities=ACTIVITIES,
        published=(shift_at(instance, "a", MONDAY, 8),),
        today=MONDAY - timedelta(days=3),
    )


def _ledger() -> tuple[FairnessRow, ...]:
    counts = dict.fromkeys(
        ("shifts", "weekends", "weekend_shifts", "night_shifts", "undesired_shifts"), 0
    )
    return tuple(
        FairnessRow(
            week=MONDAY - timedelta(days=7 * weeks),
            version="v1",
            agent_id="a",
            paid_hours=hours,
            night_hours=0.0,
            **counts,
        )
        for weeks, hours in ((1, 48.0), (2, 40.0))
    )


INSTANCE = _instance()


def _shift(name: str, day: int, hour: int, hours: int = 8, *breaks: Any) -> Shift:
    when = MONDAY + timedelta(days=day)
    return shift_at(INSTANCE, name, when, hour, hours, breaks)


def _found(rule: str, shifts: list[Shift], **parameters: Any) -> list[Violation]:
    built = build_rules([RuleSetting(rule=rule, parameters=parameters)])
    roster = Roster(shifts=tuple(shifts))
    own = [one for one in built if one.name == rule]
    return [v for one in own for v in one.violations(INSTANCE, roster)]


A_WEEK = [_shift("a", day, 8) for day in range(5)]
NIGHTS = [_shift("a", day, 22) for day in range(3)]
TRAINED = with_duty(_shift("b", 1, 8), "training", 24 + 10, 24 + 11)
AT_HOME = [replace(shift, where="home") for shift in A_WEEK]
CASES: list[tuple[str, dict[str, Any], list[Shift], int, str]] = [
    (
        "breaks_due",
        {"due": [[6, 45], [8, 60]], "paid": False},
        [_shift("a", 0, 8, 10, MEAL), _shift("a", 1, 8, 8)],
        1,
        "0 h of unpaid breaks in 8 h of work, 45 min are due",
    ),
    (
        "break_by",
        {"hours": 3, "break_minutes": 30, "over_hours": 5},
        [_shift("a", 0, 8, 9, (3, 1, "meal", False)), _shift("a", 1, 8, 9, MEAL)],
        1,
        "8 h of work without a break of 30 min that begins within 3 h",
    ),
    (
        "break_by",
        {"hours": 5, "second_hours": 8},
        [_shift("a", 2, 8, 10, MEAL)],
        2,
        "9 h of work without a second break of 30 min that begins within 8 h",
    ),
    (
        "work_stretch",
        {"hours": 5},
        [_shift("a", 0, 8, 10, (5, 1, "meal", False)), _shift("a", 1, 8, 10, MEAL)],
        0,
        "5 h",
    ),
    (
        "work_stretch",
        {"hours": 4, "break_minutes": 15},
        [_shift("a", 0, 8, 9, MEAL), _shift("a", 3, 8, 8)],
        3,
        "8 h of work without a break of 15 min, 4 h are allowed",
    ),
    (
        "max_days_a_week",
        {"days": 4},
        A_WEEK,
        4,
        "a shift on more than 4 days of the week",
    ),
    (
        "average_hours",
        {"max_hours": 42, "weeks": 3},
        A_WEEK,
        0,
        "42 h 40 min a week on average over 3 weeks, at most 42 h",
    ),
    (
        "overtime",
        {"normal_hours": 32},
        A_WEEK,
        0,
        "8 h of overtime in the week, none is approved",
    ),
    (
        "overtime",
        {"normal_hours": 32, "approved": ["a"], "max_in_4_weeks": 30},
        A_WEEK,
        0,
        "8 h of overtime in the week, 6 h are left",
    ),
    (
        "max_consecutive_nights",
        {"nights": 2},
        NIGHTS,
        2,
        "3 night shifts in a row, 2 are allowed",
    ),
    (
        "days_off_after_nights",
        {"nights": 3, "days": 2},
        [*NIGHTS, _shift("a", 4, 12)],
        4,
        "a shift after 3 night shifts in a row, 2 days off are due",
    ),
    (
        "whole_weekends",
        {},
        [_shift("a", 5, 8)],
        6,
        "one date of the weekend is worked and its neighbour is free",
    ),
    (
        "shift_limits",
        {"starts": [[420, 600]]},
        [_shift("a", 0, 7), _shift("b", 0, 11)],
        0,
        "the shift may start 07:00-10:00",
    ),
    (
        "shift_limits",
        {"every_minutes": 120, "weekdays": [1]},
        [_shift("a", 0, 7), _shift("a", 1, 7)],
        1,
        "shifts start every 120 min of the day",
    ),
    (
        "shift_limits",
        {"min_hours": 9, "max_hours": 10},
        [_shift("a", 0, 7, 8), _shift("b", 0, 7, 9)],
        0,
        "the shift lasts 8 h, allowed is 9 h to 10 h",
    ),
    (
        "start_variation",
        {"minutes": 120},
        [_shift("a", 0, 8), _shift("a", 1, 11), _shift("a", 2, 9)],
        1,
        "starts of the week 3 h apart, 2 h are allowed",
    ),
    (
        "start_variation",
        {"minutes": 300, "day_begins_hour": 4},
        [_shift("a", 0, 22), _shift("a", 2, 3), _shift("a", 4, 4)],
        4,
        "starts of the week 23 h apart, 5 h are allowed",
    ),
    (
        "start_change",
        {"minutes": 60},
        [_shift("c", 0, 11), _shift("c", 2, 10), _shift("a", 0, 15)],
        2,
        "the week's earliest start is 2 h from that of the week before, 1 h are "
        "allowed",
    ),
    (
        "together",
        {"groups": (("a", "b"),)},
        [_shift("a", 0, 8), _shift("b", 0, 9)],
        0,
        "b does not work the same shift as a",
    ),
    (
        "buddy",
        {"trainees": ("",), "seniors": ("senior",), "by": ("site",)},
        [_shift("b", 0, 8)],
        0,
        "b is at work without a senior",
    ),
    (
        "simultaneous_breaks",
        {"most": 1, "by": ("site",)},
        [_shift(name, 0, 8, 9, (4, 1, "meal", False)) for name in "ab"],
        0,
        "2 of 2 people are on a break at once",
    ),
    (
        "activities",
        {},
        [with_duty(_shift("b", 0, 8), "training", 10, 11)],
        0,
        "training lies outside its window",
    ),
    (
        "activities",
        {"every_minutes": 240},
        [TRAINED],
        1,
        "training starts every 240 min of the day",
    ),
    (
        "activities",
        {},
        [TRAINED, with_duty(_shift("b", 2, 8), "training", 58, 59)],
        2,
        "training for the second time",
    ),
    (
        "activities",
        {},
        [
            with_duty(_shift("a", 1, 8), "meeting", 24 + 9, 24 + 10),
            with_duty(_shift("b", 1, 8), "meeting", 24 + 10, 24 + 11),
            with_duty(_shift("c", 1, 8), "meeting", 24 + 9, 24 + 10),
        ],
        1,
        "meeting starts Tue 2026-06-02 09:00 for the others",
    ),
    (
        "activities",
        {},
        [with_duty(_shift("b", 1, 8), "training", 24 + 10, 24 + 12)],
        1,
        "training lasts 120 min, 60 paid are due",
    ),
    (
        "activities",
        {},
        [with_duty(_shift("a", 1, 8), "training", 24 + 10, 24 + 11)],
        1,
        "training is not planned for the agent",
    ),
    (
        "split_shifts",
        {"most": 1, "min_gap_hours": 2},
        [_shift("a", day, 8, 10, (4, 2, "split", False)) for day in (0, 3)],
        3,
        "more than 1 split shifts in the week",
    ),
    (
        "split_shifts",
        {"most": 2, "max_gap_hours": 2},
        [_shift("a", 2, 8, 10, (4, 3, "split", False)), *NIGHTS[:1]],
        2,
        "3 h between the parts, allowed is 0 h to 2 h",
    ),
    (
        "home_days",
        {},
        [*A_WEEK[:2], AT_HOME[2]],
        2,
        "the shift is marked as one at home, which is not provided for",
    ),
    (
        "home_days",
        {"max_home": 2},
        [*AT_HOME[:3], *A_WEEK[3:]],
        0,
        "3 days at home, 2 are allowed",
    ),
    (
        "home_days",
        {"max_home": 5, "max_site": 3},
        [AT_HOME[0], *A_WEEK[1:]],
        0,
        "4 days on site, 3 are allowed",
    ),
    (
        "home_days",
        {"max_home": 3, "min_home": 2},
        [*A_WEEK[:4], AT_HOME[4]],
        0,
        "1 days at home, 2 are due",
    ),
    (
        "home_days",
        {"max_home": 3, "min_site": 2},
        [*AT_HOME[:3], A_WEEK[3]],
        0,
        "1 days on site, 2 are due",
    ),
    (
        "home_days",
        {"max_home": 3, "site_on": [1]},
        [*AT_HOME[:2], A_WEEK[3]],
        1,
        "at home on a day on site",
    ),
    (
        "home_days",
        {"max_home": 3, "home_on": [3]},
        [*AT_HOME[:2], A_WEEK[3]],
        3,
        "on site on a day at home",
    ),
    (
        "rotation",
        {"cycle": ["06:00-10:00", "off"], "begins": "2026-06-01", "offset_days": 1},
        [_shift("a", 0, 8), _shift("b", 1, 8), _shift("c", 0, 8), _shift("a", 1, 8)],
        1,
        "the rotation has off on this date",
    ),
    (
        "apart",
        {"groups": [["a", "b"]]},
        [_shift("a", 0, 8), _shift("b", 0, 15), _shift("c", 0, 8)],
        0,
        "a and b are on shift together",
    ),
    (
        "n_minus_1",
        {"agents": 1},
        [_shift("a", 0, 8), _shift("b", 0, 8)],
        0,
        "if west failed, 1 of 1 people for phone would be missing",
    ),
    (
        "notice",
        {"days": 4},
        [_shift("a", 0, 9)],
        0,
        "another shift than what was published, within 4 days' notice and without "
        "consent",
    ),
    (
        "notice",
        {"days": 4},
        [_shift("a", 0, 8), _shift("b", 0, 8)],
        0,
        "a shift beyond what was published, within 4 days' notice and without consent",
    ),
    (
        "notice",
        {"days": 4, "consent": ["b"]},
        [_shift("b", 0, 8)],
        0,
        "the published shift is gone, within 4 days' notice and without consent",
    ),
    (
        "site_at_home",
        {"dates": 2, "weekdays": [0, 1]},
        [_shift("b", 0, 8)],
        0,
        "nobody is at west on 1 dates of the week, 2 are due",
    ),
    (
        "min_cover",
        {
            "floors": [
                {
                    "grade": "senior",
                    "agents": 1,
                    "spans": (((600, 660),), *((),) * 6),
                }
            ]
        },
        [_shift("b", 0, 8)],
        0,
        "1 of 1 people at work for senior are missing",
    ),
    (
        "min_cover",
        {
            "floors": [
                {
                    "site": "west",
                    "agents": 0,
                    "max_agents": 1,
                    "spans": (((600, 660),), *((),) * 6),
                }
            ]
        },
        [_shift("a", 0, 8), _shift("b", 0, 8)],
        0,
        "2 people at work for west, 1 are allowed",
    ),
]


@pytest.mark.parametrize(("rule", "parameters", "shifts", "day", "words"), CASES)
def test_a_breach_is_told_with_its_date_and_numbers(
    rule: str, parameters: dict[str, Any], shifts: list[Shift], day: int, words: str
) -> None:
    found = _found(rule, shifts, **parameters)
    if words == "5 h":  # at its limit nothing is broken
        assert found == []
        return
    assert [v.message for v in found] == [words]
    assert found[0].date_local == MONDAY + timedelta(days=day)
    assert found[0].rule == rule


def test_every_rule_of_its_kind_has_a_case() -> None:
    assert {rule for rule, *_ in CASES} >= set(RULE_MAKERS)


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        ("breaks_due", {"due": [[-1, 30]]}),
        ("breaks_due", {"due": [[6, 30, 5]]}),
        ("break_by", {"hours": -1}),
        ("work_stretch", {"hours": 0}),
        ("max_days_a_week", {"days": 5.5}),
        ("average_hours", {"max_hours": 40, "weeks": 0}),
        ("overtime", {"normal_hours": -1}),
        ("overtime", {"normal_hours": 40, "max_a_week": -2}),
        ("max_consecutive_nights", {"nights": -1}),
        ("days_off_after_nights", {"nights": 0, "days": 1}),
        ("whole_weekends", {"weekdays": [7]}),
        ("shift_limits", {"starts": [[0, 1500]]}),
        ("shift_limits", {"min_hours": 9, "max_hours": 8}),
        ("start_variation", {"minutes": -1}),
        ("rotation", {"cycle": [], "begins": "2026-06-01"}),
        ("rotation", {"cycle": ["early"], "begins": "2026-06-01"}),
        ("rotation", {"cycle": ["off"], "begins": "soon"}),
        ("n_minus_1", {"agents": -1}),
        ("start_change", {"minutes": -1}),
        ("activities", {"every_minutes": 0}),
        ("split_shifts", {"most": -1}),
        ("split_shifts", {"min_gap_hours": 5, "max_gap_hours": 4}),
        ("home_days", {"max_home": 1, "min_home": 2}),
        ("home_days", {"max_home": 1.5}),
        ("home_days", {"min_site": 2}),
        ("home_days", {"max_home": 2, "site_on": [1], "home_on": [1]}),
        ("home_days", {"max_home": 2, "site_on": [7]}),
        ("overtime", {"normal_hours": 40, "premium": -0.5}),
        ("notice", {"days": 0}),
        ("notice", {"days": 14, "consent": ["A7 tomorrow"]}),
        ("notice", {"days": 14, "today": "soon"}),
        ("site_at_home", {"dates": 0}),
        ("site_at_home", {"dates": 3, "weekdays": [1, 2]}),
        ("site_at_home", {"weekdays": [7]}),
    ],
)
def test_parameters_that_make_no_sense_are_refused(
    rule: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match=rule):
        build_rules([RuleSetting(rule=rule, parameters=parameters)])


def test_nothing_is_found_in_an_empty_roster() -> None:
    for rule, parameters, *_ in CASES:
        if rule not in ("min_cover", "n_minus_1", "notice"):
            assert _found(rule, [], **parameters) == []
    assert set(RULES) >= set(RULE_MAKERS)


def test_an_activity_that_is_due_and_not_there_is_told() -> None:
    due = tuple(replace(item, due=True) for item in ACTIVITIES)
    (rule,) = (r for r in build_rules([]) if r.name == "activities")
    instance = replace(INSTANCE, activities=due)
    found = rule.violations(instance, Roster(shifts=(TRAINED,)))
    assert [(v.agent_id, v.message) for v in found] == [
        (
            name,
            "meeting is missing between Tue 2026-06-02 09:00 and Tue 2026-06-02 12:00",
        )
        for name in "abc"
    ]
