"""Diagnosis: what is missing, and what cures it, on problems solved by hand."""

from dataclasses import replace
from datetime import date

import pytest
from support.tiny_rosters import agent, instance_of, queue, shift_at, site, template

from solver.build import build_rules
from solver.explain import diagnose, examine
from solver.outcome import Cure, Shortfall, SolveLimits
from solver.rule import Rule
from wfm.domain.people import BlockedTime
from wfm.domain.roster import Roster, RosterInstance, RuleSetting

MONDAY = date(2026, 6, 1)
LIMITS = SolveLimits(max_time_s=20)


def _rules(**parameters: dict[str, object]) -> tuple[Rule, ...]:
    return build_rules(
        [RuleSetting(rule=name, parameters=given) for name, given in parameters.items()]
    )


def _day_queue(
    agents: int, floor: int, blocked: tuple[BlockedTime, ...] = ()
) -> RosterInstance:
    """Agents who may work 8 to 16 only; *floor* of them guaranteed on day one."""
    return instance_of(
        [agent(f"a{i}") for i in range(agents)],
        first=MONDAY,
        queues=[queue("q", "en")],
        guaranteed=lambda _q, t: floor if 8 <= t < 16 else 0,
        blocked=blocked,
    )


def _leave(name: str, row: int, start: int = 0, end: int = 24) -> BlockedTime:
    return BlockedTime(
        agent_id=name,
        start_idx=start,
        end_idx=end,
        kind="time_off",
        label=f"time_off.csv row {row}",
    )


def test_nothing_is_missing_where_the_guarantee_can_hold() -> None:
    instance = _day_queue(2, 2)
    base = Roster(shifts=())
    found = examine(instance, _rules(), (), LIMITS, base)
    assert found.shortfalls == ()
    assert found.roster is not None
    assert [s.agent_id for s in found.roster.shifts if s.date_local == MONDAY] == [
        "a0",
        "a1",
    ]


def test_too_few_people_has_no_cure() -> None:
    found = examine(_day_queue(2, 3), _rules(), (), LIMITS)
    assert found.shortfalls == (
        Shortfall(queue_id="q", start_idx=8, end_idx=16, missing=1),
    )
    assert found.cures == ()
    assert found.is_proven


def test_single_absence_is_named() -> None:
    instance = _day_queue(2, 2, (_leave("a1", 7),))
    hint = (Shortfall(queue_id="q", start_idx=8, end_idx=16, missing=1),)
    shortfalls, cures = diagnose(instance, _rules(), hint, LIMITS)
    assert shortfalls == hint
    assert cures == (Cure(relaxed=("time_off.csv row 7 of a1",)),)


def test_each_single_absence_that_suffices_is_named() -> None:
    instance = _day_queue(3, 2, (_leave("a1", 7), _leave("a2", 8)))
    _, cures = diagnose(instance, _rules(), (), LIMITS)
    assert {cure.relaxed for cure in cures} == {
        ("time_off.csv row 7 of a1",),
        ("time_off.csv row 8 of a2",),
    }


def test_pair_of_absences_where_one_is_not_enough() -> None:
    instance = _day_queue(2, 2, (_leave("a0", 6), _leave("a1", 7)))
    shortfalls, cures = diagnose(instance, _rules(), (), LIMITS)
    assert [s.missing for s in shortfalls] == [2]
    assert cures == (
        Cure(relaxed=("time_off.csv row 6 of a0", "time_off.csv row 7 of a1")),
    )


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        ("max_hours_a_day", {"hours": 7}),
        ("weekly_hours", {"max_hours": 7}),
        ("weekly_rest", {"hours": 168}),
    ],
)
def test_single_rule_is_named(rule: str, parameters: dict[str, object]) -> None:
    rules = _rules(**{rule: parameters}, max_consecutive_days={"days": 5})
    shortfalls, cures = diagnose(_day_queue(2, 2), rules, (), LIMITS)
    assert [(s.start_idx, s.end_idx, s.missing) for s in shortfalls] == [(8, 16, 2)]
    assert cures == (Cure(relaxed=(rule,)),)


def test_pair_of_rules_where_no_single_one_suffices() -> None:
    rules = _rules(
        max_hours_a_day={"hours": 7},
        weekly_hours={"max_hours": 6},
        min_rest={"hours": 9},
    )
    _, cures = diagnose(_day_queue(1, 1), rules, (), LIMITS)
    assert {frozenset(cure.relaxed) for cure in cures} == {
        frozenset({"max_hours_a_day", "weekly_hours"})
    }


def test_whole_week_is_judged_where_each_day_alone_would_do() -> None:
    # One person, one hour guaranteed at noon of all seven days, five in a row allowed.
    instance = instance_of(
        [agent("a0")],
        first=MONDAY,
        queues=[queue("q", "en")],
        guaranteed=lambda _q, t: int(t % 24 == 12),
    )
    hint = (Shortfall(queue_id="q", start_idx=132, end_idx=133, missing=1),)
    found = examine(instance, _rules(max_consecutive_days={"days": 5}), hint, LIMITS)
    assert sum((s.end_idx - s.start_idx) * s.missing for s in found.shortfalls) == 1
    assert found.cures == (Cure(relaxed=("max_consecutive_days",)),)


def test_seats_are_a_cure() -> None:
    instance = _day_queue(3, 2)
    instance = replace(instance, sites={"site": site(seats=1)})
    shortfalls, cures = diagnose(instance, _rules(), (), LIMITS)
    assert [s.missing for s in shortfalls] == [1]
    assert cures == (Cure(relaxed=("seats",)),)


def test_hand_over_that_cannot_be_kept() -> None:
    # West may work 0-8, east 8-16: nobody overlaps, so somebody leaves without.
    sites = [site("west"), site("east")]
    agents = [
        agent("w", "west", contract_id="early"),
        agent("e", "east", contract_id="late"),
    ]
    instance = instance_of(
        agents,
        first=MONDAY,
        num_days=1,
        sites=sites,
        templates={"early": [template(0)], "late": [template(8)]},
        queues=[queue("q", "en", handover_minutes=60)],
        guaranteed=lambda _q, t: int(t < 16),
    )
    is_open = instance.open_mask.copy()
    is_open[:, 16:] = False
    instance = replace(instance, open_mask=is_open)
    shortfalls, cures = diagnose(instance, _rules(), (), LIMITS)
    assert shortfalls == (Shortfall(queue_id="q", start_idx=7, end_idx=8, missing=1),)
    assert cures == (Cure(relaxed=("hand_over",)),)


def test_floor_of_a_site_is_told_in_words() -> None:
    instance = _day_queue(1, 0)
    floor = {"site": "site", "agents": 2, "spans": (((9, 10 * 60),),) + ((),) * 6}
    found = examine(instance, _rules(min_cover={"floors": [floor]}), (), LIMITS)
    assert found.shortfalls == ()
    assert found.conflicts == (
        "cover of site: 2 people are missing from Mon 2026-06-01 01:00 to "
        "Mon 2026-06-01 08:00 (UTC)",
        "cover of site: 1 people are missing from Mon 2026-06-01 08:00 to "
        "Mon 2026-06-01 10:00 (UTC)",
    )


def test_no_roster_at_all_is_said() -> None:
    instance = _day_queue(1, 1, (_leave("a0", 3),))
    locked = shift_at(instance, "a0", MONDAY, 8)
    found = examine(replace(instance, locked=(locked,)), _rules(), (), LIMITS)
    assert found.conflicts == ("no roster keeps the rules, even without any guarantee",)
    assert found.is_proven


def test_large_part_is_judged_at_spaced_steps_and_spread() -> None:
    # 40 hours of two guaranteed, one person: every step lacks one at least.
    instance = instance_of(
        [agent("a")],
        first=MONDAY,
        queues=[queue("q", "en")],
        guaranteed=lambda _q, t: 2 * int(30 <= t < 130 and t != 50),
    )
    hint = (
        Shortfall(queue_id="q", start_idx=30, end_idx=130, missing=1),
        Shortfall(queue_id="q", start_idx=140, end_idx=141, missing=1),
    )
    found = examine(replace(instance, grid=instance.grid), _rules(), hint, LIMITS)
    assert found.is_proven
    assert found.cures == ()
    missing = [(s.start_idx, s.end_idx) for s in found.shortfalls]
    assert missing[-1] == (140, 141)  # elsewhere, as given
    judged = {t for start, end in missing[:-1] for t in range(start, end)}
    assert len(judged) in {23, 24}
    assert 50 not in judged


def test_small_part_finds_nothing_and_gives_the_hint_back() -> None:
    instance = _day_queue(2, 2)
    hint = (Shortfall(queue_id="q", start_idx=8, end_idx=16, missing=1),)
    found = examine(instance, _rules(), hint, LIMITS)
    assert found.shortfalls == hint
    assert not found.is_proven
    assert found.roster is None
