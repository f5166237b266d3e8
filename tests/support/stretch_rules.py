"""Rosters of one agent over two weeks, each broken in one way, by rule."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from support.tiny_rosters import agent, instance_of, shift_at, template

from wfm.domain.people import BlockedTime
from wfm.domain.roster import Roster, RosterInstance

MONDAY = date(2026, 6, 1)
EARLY, LATE, NIGHT = 6, 14, 22
Days = dict[int, int]  # day of the plan -> start hour


def two_weeks(carried: Days | None = None, **changes: Any) -> RosterInstance:
    """One agent, shifts of eight hours from 6, 14 and 22 o'clock."""
    instance = instance_of(
        [agent("a")],
        first=MONDAY,
        num_days=14,
        templates={"contract": [template(EARLY, LATE, NIGHT)]},
        **changes,
    )
    if carried is None:
        return instance
    before = roster(instance, carried).shifts
    return instance_of(
        [agent("a")],
        first=MONDAY,
        num_days=14,
        templates={"contract": [template(EARLY, LATE, NIGHT)]},
        carry_over=before,
        **changes,
    )


def roster(instance: RosterInstance, days: Days) -> Roster:
    return Roster(
        shifts=tuple(
            shift_at(instance, "a", MONDAY + timedelta(days=day), hour)
            for day, hour in days.items()
        )
    )


def on(days: Sequence[int], hour: int = EARLY) -> Days:
    return dict.fromkeys(days, hour)


def leave(days: Sequence[int], minutes: int) -> tuple[BlockedTime, ...]:
    return tuple(
        BlockedTime(
            agent_id="a",
            start_idx=24 * day,
            end_idx=24 * day + 24,
            kind="time_off",
            label="time_off.csv row 1",
            credited_minutes={MONDAY + timedelta(days=day): minutes},
        )
        for day in days
    )


NIGHTS: dict[str, Any] = {"starts": [[1260, 120]]}
OPEN: dict[str, Any] = {"boundary": "open"}
# rule, parameters, changes of the problem, carried days, days, date and words (or none)
BROKEN: list[tuple[str, dict[str, Any], dict[str, Any], Days, Days, int, str]] = [
    (
        "shift_count",
        NIGHTS | {"most": 2},
        {},
        {},
        on([1, 4, 8], NIGHT) | on([2]),
        8,
        "3 shifts that start 21:00-02:00, at most 2 are allowed",
    ),
    ("shift_count", NIGHTS | {"most": 3}, {}, {}, on([1, 4, 8], NIGHT), -1, ""),
    ("shift_count", NIGHTS | {"most": 0}, {}, on([-1], NIGHT), on([1]), -1, ""),
    (
        "shift_count",
        NIGHTS | {"most": 2, "least": 1, "per_weeks": 1},
        {},
        {},
        on([1], NIGHT),
        7,
        "0 shifts that start 21:00-02:00, at least 1 are due",
    ),
    (
        "shift_count",
        NIGHTS | {"most": 0, "max_elapsed_minutes": 479},
        {},
        {},
        on([1], NIGHT),
        -1,
        "",
    ),
    (
        "period_hours",
        {"max_hours": 40},
        {},
        {},
        on([0, 1, 2, 7, 8, 9]),
        0,
        "48 h paid in the period, at most 40 h are allowed",
    ),
    (
        "period_hours",
        {"min_hours": 56, "max_hours": 80},
        {"blocked": leave([4], 480)},
        {},
        on([0, 1, 2, 7, 8]),
        0,
        "48 h paid in the period, at least 56 h are due",
    ),
    (
        "period_hours",
        {"min_hours": 48, "max_hours": 48},
        {"blocked": leave([4], 480)},
        {},
        on([0, 1, 2, 7, 8]),
        -1,
        "",
    ),
    ("period_hours", {"max_hours": 24, "per_weeks": 1}, {}, {}, on([0, 1, 9]), -1, ""),
    (
        "min_consecutive_days",
        {"days": 3},
        {},
        {},
        on([4, 5]),
        4,
        "2 days in a row with a shift, at least 3 are due",
    ),
    ("min_consecutive_days", {"days": 3}, {}, {}, on([12, 13]), -1, ""),
    (
        "min_consecutive_days",
        {"days": 3},
        {},
        {},
        on([0, 1]),
        0,
        "2 days in a row with a shift, at least 3 are due",
    ),
    ("min_consecutive_days", {"days": 3}, OPEN, {}, on([0, 1]), -1, ""),
    ("min_consecutive_days", {"days": 3}, {}, on([-1]), on([0, 1]), -1, ""),
    (
        "min_consecutive_days",
        {"days": 3},
        {},
        on([-2, -1]),
        on([7, 8, 9]),
        -2,
        "2 days in a row with a shift, at least 3 are due",
    ),
    (
        "min_consecutive_days_off",
        {"days": 2},
        {},
        {},
        on([3, 5]),
        4,
        "1 days off in a row, at least 2 are due",
    ),
    ("min_consecutive_days_off", {"days": 2}, {}, {}, on([1, 12]), -1, ""),
    ("min_consecutive_days_off", {"days": 2}, {}, on([-2]), on([1]), -1, ""),
    (
        "min_consecutive_days_off",
        {"days": 2},
        {},
        on([-2]),
        on([0]),
        -1,
        "1 days off in a row, at least 2 are due",
    ),
    (
        "max_weekends",
        {"most": 1},
        {},
        {},
        on([5, 6, 13]),
        12,
        "2 weekends with a shift, 1 are allowed",
    ),
    ("max_weekends", {"most": 1, "among": 1}, {}, {}, on([5, 6, 13]), -1, ""),
    ("max_weekends", {"most": 1, "weekdays": [6]}, {}, {}, on([5, 12, 13]), -1, ""),
    (
        "forbidden_next",
        {"after": [[NIGHT * 60, NIGHT * 60]], "then": [[0, 899]]},
        {},
        {},
        on([3], NIGHT) | on([4], LATE),
        4,
        "a shift that starts 00:00-14:59 on the day after one that starts 22:00",
    ),
    (
        "forbidden_next",
        {"after": [[NIGHT * 60, NIGHT * 60]], "then": [[0, 899]]},
        {},
        on([-1], NIGHT),
        on([0], LATE),
        0,
        "a shift that starts 00:00-14:59 on the day after one that starts 22:00",
    ),
    (
        "forbidden_next",
        {"after": [[NIGHT * 60, NIGHT * 60]], "then": [[0, 899]]},
        {},
        {},
        on([3], NIGHT) | on([5], LATE),
        -1,
        "",
    ),
]
STRETCH_RULES = frozenset(rule for rule, *_ in BROKEN)
