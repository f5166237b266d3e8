"""A roster broken in one way is reported by exactly the broken rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.rule_cases import RULE_MAKERS
from support.stretch_rules import STRETCH_RULES
from support.tiny_rosters import (
    agent,
    instance_of,
    meal,
    queue,
    shift_at,
    site,
    template,
)

from solver.build import build_rules
from solver.rule import RULES
from wfm.domain.people import BlockedTime
from wfm.domain.roster import (
    Roster,
    RosterInstance,
    RuleSetting,
    Shift,
    Violation,
    WorkSpan,
)

MONDAY = date(2026, 6, 1)
LUNCH = (4, 1, "meal", False)
FLOOR = {"skill": "de", "agents": 1, "spans": (((11 * 60, 12 * 60),),) + ((),) * 6}
RULE_SET = build_rules(
    [
        RuleSetting(rule=name, parameters=parameters)
        for name, parameters in {
            "weekly_hours": {"min_hours": 14, "max_hours": 40},
            "max_hours_a_day": {"hours": 8},
            "min_rest": {"hours": 11},
            "max_consecutive_days": {"days": 5},
            "weekly_rest": {"hours": 48},
            "min_cover": {"floors": [FLOOR]},
        }.items()
    ]
)


def _day(i: int) -> date:
    return MONDAY + timedelta(days=i)


def _instance() -> RosterInstance:
    """West and east; phone needs one agent from 8 to 10 on Monday."""
    blocked = [
        BlockedTime(
            agent_id="w1",
            start_idx=24 * 5,
            end_idx=24 * 6,
            kind="unavailable",
            label="availability.csv row 2",
        ),
        BlockedTime(
            agent_id="w1",
            start_idx=24 * 6,
            end_idx=24 * 7,
            kind="time_off",
            label="time_off.csv row 3",
        ),
    ]
    instance = instance_of(
        [
            agent("w1", "west", skills={"en": 2}),
            agent("w2", "west", skills={"en": 0, "de": 0}),
            agent("e1", "east", skills={"en": 0, "de": 0}),
        ],
        first=MONDAY,
        sites=[site("west", seats=2), site("east")],
        templates={
            "contract": [
                template(*range(24), hours=(8, 9, 10), breaks=[meal(3, 5)]),
            ]
        },
        queues=[queue("phone", "en"), queue("mail", "de", handover_minutes=120)],
        guaranteed=lambda q, t: int(q == "phone" and 8 <= t < 10),
        blocked=tuple(blocked),
    )
    # Mail is open on Tuesday from 8 to 18; its people overlap there.
    is_open = instance.open_mask.copy()
    is_open[1] = False
    is_open[1, 24 + 8 : 24 + 18] = True
    carried = [shift_at(instance, "w1", _day(-1), 8, 9, [LUNCH])]
    locked = [shift_at(instance, "e1", _day(4), 9, 9, [LUNCH])]
    return replace(
        instance,
        open_mask=is_open,
        carry_over=tuple(carried),
        locked=tuple(locked),
    )


INSTANCE = _instance()


def _shift(agent_id: str, day: int, hour: int, hours: int = 9) -> Shift:
    return shift_at(INSTANCE, agent_id, _day(day), hour, hours, [LUNCH])


LEGAL = {
    ("w1", 0): _shift("w1", 0, 8),
    ("w1", 1): _shift("w1", 1, 8),
    ("w1", 2): _shift("w1", 2, 8),
    ("w2", 0): _shift("w2", 0, 9),
    ("w2", 1): _shift("w2", 1, 8, 8),
    ("e1", 0): _shift("e1", 0, 10),
    ("e1", 1): _shift("e1", 1, 13),
    ("e1", 4): _shift("e1", 4, 9),
}
Key = tuple[str, int]


def _with(changes: dict[Key, Shift | None], *more: Shift) -> Roster:
    shifts = [s for s in (LEGAL | changes).values() if s is not None]
    return Roster(shifts=(*shifts, *more))


def _pinned(shift: Shift, queue_id: str) -> Shift:
    spans = tuple(
        replace(span, queue=queue_id) if span.activity == "work" else span
        for span in shift.spans
    )
    return replace(shift, spans=spans)


def _violations(roster: Roster, instance: RosterInstance = INSTANCE) -> list[Violation]:
    return [v for rule in RULE_SET for v in rule.violations(instance, roster)]


def test_the_legal_roster_breaks_nothing() -> None:
    assert _violations(_with({})) == []


LATE_MEAL = shift_at(INSTANCE, "w1", _day(2), 8, 9, [(6, 1, "meal", False)])
NO_MEAL = shift_at(INSTANCE, "w1", _day(2), 8, 8, [])
LONG_MEAL = shift_at(INSTANCE, "w1", _day(2), 8, 9, [(4, 2, "meal", False)])
TEAM = shift_at(INSTANCE, "w1", _day(2), 8, 9, [(4, 1, "meeting", False)])
WRONG_DATE = replace(_shift("w1", 3, 8), date_local=_day(2))
W1_LATE = _shift("w1", 0, 9)
W2_NIGHT = _shift("w2", 3, 0)
BROKEN: list[tuple[str, str, int | None, Callable[[], Roster]]] = [
    (
        "one_shift_a_day",
        "w1",
        2,
        lambda: _with({}, shift_at(INSTANCE, "w1", _day(2), 10, 9, [LUNCH])),
    ),
    ("shift_shape", "w1", 2, lambda: _with({("w1", 2): LATE_MEAL})),
    ("shift_shape", "w1", 2, lambda: _with({("w1", 2): NO_MEAL})),
    ("shift_shape", "w1", 2, lambda: _with({("w1", 2): LONG_MEAL})),
    ("shift_shape", "w1", 2, lambda: _with({("w1", 2): TEAM})),
    ("shift_shape", "w1", 2, lambda: _with({("w1", 2): WRONG_DATE})),
    ("shift_shape", "w1", 2, lambda: _with({("w1", 2): _shift("w1", 2, 8, 7)})),
    ("shift_shape", "w1", 9, lambda: _with({}, _shift("w1", 9, 8))),
    (
        "shift_shape",
        "nobody",
        2,
        lambda: _with({}, replace(_shift("w1", 2, 8), agent_id="nobody")),
    ),
    ("weekly_hours", "w2", 0, lambda: _with({("w2", 1): None})),
    ("max_hours_a_day", "w1", 2, lambda: _with({("w1", 2): _shift("w1", 2, 8, 10)})),
    ("min_rest", "w1", 2, lambda: _with({("w1", 2): _shift("w1", 2, 3)})),
    ("min_rest", "w1", 0, lambda: _with({("w1", 0): _shift("w1", 0, 3)})),
    (
        "max_consecutive_days",
        "w1",
        4,
        lambda: _with({("w1", i): _shift("w1", i, 8) for i in (3, 4)}),
    ),
    (
        "weekly_rest",
        "w2",
        0,
        lambda: _with({("w2", 3): _shift("w2", 3, 0), ("w2", 5): _shift("w2", 5, 0)}),
    ),
    ("availability", "w1", 5, lambda: _with({("w1", 5): _shift("w1", 5, 8)})),
    ("time_off", "w1", 6, lambda: _with({("w1", 6): _shift("w1", 6, 8)})),
    (
        "skills",
        "w1",
        2,
        lambda: _with({("w1", 2): _pinned(LEGAL["w1", 2], "mail")}),
    ),
    (
        "skills",
        "w1",
        2,
        lambda: _with({("w1", 2): _pinned(LEGAL["w1", 2], "fax")}),
    ),
    ("locked", "e1", 4, lambda: _with({("e1", 4): None})),
    ("locked", "e1", 4, lambda: _with({("e1", 4): _shift("e1", 4, 10)})),
    ("min_cover", "", 0, lambda: _with({("w1", 0): W1_LATE})),
    (
        "min_cover",
        "",
        0,
        lambda: _with({("w2", 0): None, ("e1", 0): None, ("w2", 3): W2_NIGHT}),
    ),
    ("hand_over", "", 1, lambda: _with({("e1", 1): _shift("e1", 1, 15)})),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "agent_id", "day", "broken"), BROKEN)
def test_exactly_the_broken_rule_is_reported(
    rule: str, agent_id: str, day: int | None, broken: Callable[[], Roster]
) -> None:
    found = _violations(broken())
    assert {(v.rule, v.agent_id) for v in found} == {(rule, agent_id)}
    assert len(found) == (2 if rule == "skills" else 1)  # work before and after lunch
    assert found[0].date_local == _day(day or 0)
    assert len(found[0].message) > 10


def test_seats_are_reported_for_the_site_and_time() -> None:
    instance = replace(INSTANCE, sites=INSTANCE.sites | {"west": site("west", seats=1)})
    found = _violations(_with({}), instance)
    assert {v.rule for v in found} == {"seats"}
    assert [(v.start_idx, v.end_idx) for v in found] == [(9, 17), (32, 40)]
    assert found[0].message == "2 people in west, which has 1 seats"


def test_every_rule_is_broken_here() -> None:
    elsewhere = {"seats"} | STRETCH_RULES | set(RULE_MAKERS)
    assert {rule for rule, *_ in BROKEN} | elsewhere == set(RULES)


def test_messages_give_numbers_in_words() -> None:
    found = _violations(_with({("w1", 2): _shift("w1", 2, 3)}))
    assert found[0].message == "10 h rest before the shift, 11 h are due"
    assert (found[0].start_idx, found[0].end_idx) == (41, 51)


def test_too_many_weekly_hours_are_reported() -> None:
    setting = {"max_hours": 23.75}
    rules = build_rules([RuleSetting(rule="weekly_hours", parameters=setting)])
    found = [v for rule in rules for v in rule.violations(INSTANCE, _with({}))]
    assert [(v.rule, v.agent_id, v.message) for v in found] == [
        (
            "weekly_hours",
            name,
            "24 h paid in the week, at most 23 h 45 min are allowed",
        )
        for name in ("w1", "e1")
    ]


def test_clock_change_shortens_the_night_but_not_the_rest() -> None:
    # 29 March 2026: Warsaw's clocks skip 02:00 to 03:00. From 18:00 to 05:00 is 10 h.
    instance = instance_of(
        [agent("a", zone="Europe/Warsaw")],
        first=date(2026, 3, 28),
        num_days=2,
        sites=[site(zone="Europe/Warsaw")],
        zone="Europe/Warsaw",
    )
    shifts = [
        shift_at(instance, "a", date(2026, 3, 28), 10, 8),
        shift_at(instance, "a", date(2026, 3, 29), 4, 8),  # 4 h elapsed: 05:00
    ]
    rule = build_rules([RuleSetting(rule="min_rest", parameters={"hours": 11})])
    roster = Roster(shifts=tuple(shifts))
    found = [
        v for r in rule if r.name == "min_rest" for v in r.violations(instance, roster)
    ]
    assert [v.message for v in found] == ["10 h rest before the shift, 11 h are due"]


def test_skipped_start_time_is_the_first_instant_after_the_gap() -> None:
    # 8 March 2026: Denver has no 02:00; a shift due then starts at 03:00 (2 h elapsed).
    instance = instance_of(
        [agent("a", zone="America/Denver")],
        first=date(2026, 3, 8),
        num_days=1,
        sites=[site(zone="America/Denver")],
        zone="America/Denver",
        templates={"contract": [template(2)]},
    )
    shape = next(rule for rule in RULE_SET if rule.name == "shift_shape")
    right = shift_at(instance, "a", date(2026, 3, 8), 2)
    wrong = shift_at(instance, "a", date(2026, 3, 8), 3)
    assert shape.violations(instance, Roster(shifts=(right,))) == []
    found = shape.violations(instance, Roster(shifts=(wrong,)))
    assert [v.message for v in found] == [
        "no shift of contract contract starts Sun 2026-03-08 04:00"
    ]


def test_break_before_the_end_is_judged_from_the_end() -> None:
    rule = replace(
        meal(0, 0, paid=True), anchor="end", earliest_minutes=180, latest_minutes=120
    )
    instance = instance_of(
        [agent("a")], templates={"contract": [template(8, breaks=[rule])]}
    )
    shape = next(r for r in RULE_SET if r.name == "shift_shape")
    for hour, is_right in ((4, False), (5, True), (6, True), (7, False)):
        taken = shift_at(instance, "a", MONDAY, 8, 8, [(hour, 1, "meal", True)])
        found = shape.violations(instance, Roster(shifts=(taken,)))
        assert (found == []) == is_right, hour


def test_paid_leave_counts_and_unpaid_leave_lowers_the_minimum() -> None:
    def weekly(kind: str, credit: dict[date, int], min_hours: float) -> int:
        block = BlockedTime(
            agent_id="w2",
            start_idx=24 * 5,
            end_idx=24 * 7,
            kind=kind,
            label="leave",
            credited_minutes=credit,
        )
        instance = replace(INSTANCE, blocked=(block,))
        rules = build_rules(
            [
                RuleSetting(
                    rule="weekly_hours",
                    parameters={"min_hours": min_hours, "max_hours": 40},
                )
            ]
        )
        rule = next(r for r in rules if r.name == "weekly_hours")
        roster = Roster(shifts=tuple(s for (a, _), s in LEGAL.items() if a == "w2"))
        return sum(v.agent_id == "w2" for v in rule.violations(instance, roster))

    # w2 works 8 + 7 paid hours; two days of leave.
    assert weekly("time_off", {_day(5): 480}, 23) == 0
    assert weekly("time_off", {_day(5): 480}, 23 + 1.5) == 0  # Sunday lowers by 1/7
    assert weekly("time_off", {}, 21) == 0  # 21 * 5 / 7 = 15
    assert weekly("time_off", {}, 21.1) == 1
    assert weekly("unavailable", {}, 21) == 1


def test_pinned_people_fill_only_their_queue() -> None:
    instance = instance_of(
        [agent("a", skills={"en": 0, "de": 0}), agent("b", skills={"en": 0})],
        queues=[queue("en", "en"), queue("de", "de")],
        guaranteed=lambda q, t: int(8 <= t < 16),
    )
    rule = next(r for r in RULE_SET if r.name == "min_cover")
    rule = replace(rule, floors=())
    free = shift_at(instance, "a", MONDAY, 8)
    other = shift_at(instance, "b", MONDAY, 8)
    span = WorkSpan(start_idx=8, end_idx=16, queue="en")
    pinned = replace(free, spans=(span,))
    assert rule.violations(instance, Roster(shifts=(free, other))) == []
    found = rule.violations(instance, Roster(shifts=(pinned, other)))
    assert [(v.queue_id, v.message) for v in found] == [
        ("de", "1 of 1 guaranteed agents are missing")
    ]


def test_cold_start_is_no_violation() -> None:
    instance = instance_of(
        [agent("a")], queues=[queue("q", "en")], guaranteed=lambda _q, t: int(t < 16)
    )
    rules = build_rules([])
    roster = Roster(shifts=(shift_at(instance, "a", MONDAY, 8),))

    def found(end: int) -> list[tuple[int, int]]:
        cold = replace(instance, cold_start_end_idx=end)
        return [
            (v.start_idx, v.end_idx) for r in rules for v in r.violations(cold, roster)
        ]

    assert found(0) == [(0, 8)]
    assert found(6) == [(6, 8)]
    assert found(8) == []
