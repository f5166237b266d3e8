"""Minimal conflicts on tiny plans: every roster is tried without each member."""

from dataclasses import replace

import numpy as np
import pytest
from support.enumerated import rosters
from support.solve_cases import FIRST, make_instance, template, with_

from solver.build import build_rules
from solver.minimal_conflict import Conflict, Member, member_words, minimal_conflict
from solver.outcome import Shortfall, SolveLimits
from solver.problem import read_problem
from solver.rule import Rule
from wfm.domain.people import BlockedTime
from wfm.domain.roster import RosterInstance, RuleSetting

LIMITS = SolveLimits(max_time_s=20.0)


def rules_of(**parameters: dict[str, float]) -> tuple[Rule, ...]:
    settings = [RuleSetting(rule=k, parameters=v) for k, v in parameters.items()]
    return build_rules(settings)


def plan(people: int, floors: dict[range, int], **changes: object) -> RosterInstance:
    names = [f"p{i}" for i in range(people)]
    instance = make_instance(
        {name: ["a"] for name in names},
        {"a": [0.0]},
        templates=[template((0, 16), (8,), 480)],
    )
    floor = instance.guaranteed_agents.copy()
    for steps, agents in floors.items():
        floor[0, steps.start : steps.stop] = agents
    return with_(instance, guaranteed_agents=floor, **changes)


def off(agent_id: str, start: int, end: int) -> BlockedTime:
    return BlockedTime(
        agent_id=agent_id, start_idx=start, end_idx=end, kind="time_off", label="row 2"
    )


def without(
    instance: RosterInstance, rules: tuple[Rule, ...], member: Member
) -> tuple[RosterInstance, tuple[Rule, ...]]:
    """Give one member up, by other means than the code under test."""
    if member.queue_id:
        floor = instance.guaranteed_agents.copy()
        day = (member.day - FIRST).days if member.day else 0
        floor[:, 24 * day : 24 * day + 24] = 0
        return replace(instance, guaranteed_agents=floor), rules
    if member.agent_id:
        kept = tuple(b for b in instance.blocked if b.agent_id != member.agent_id)
        return replace(instance, blocked=kept), rules
    return instance, tuple(rule for rule in rules if rule.name != member.rule)


def is_possible(instance: RosterInstance, rules: tuple[Rule, ...]) -> bool:
    return next(rosters(read_problem(instance, rules)), None) is not None


CASES = {
    "an absence": (
        plan(2, {range(4, 6): 2}, blocked=(off("p0", 0, 12),)),
        rules_of(),
        {"min_cover", "time_off"},
    ),
    "rest between two days": (
        plan(1, {range(17, 23): 1, range(25, 31): 1}),
        rules_of(min_rest={"hours": 11}),
        {"min_cover", "min_rest"},
    ),
    "hours of the week": (
        plan(1, {range(1, 7): 1, range(41, 47): 1}),
        rules_of(weekly_hours={"min_hours": 0, "max_hours": 12}),
        {"min_cover", "weekly_hours"},
    ),
    "too few people": (plan(1, {range(1, 7): 2}), rules_of(), {"min_cover"}),
}


def conflict_of(name: str) -> tuple[RosterInstance, tuple[Rule, ...], Conflict]:
    instance, rules, _ = CASES[name]
    short = np.flatnonzero(instance.guaranteed_agents[0]).tolist()
    hint = [
        Shortfall(queue_id="a", start_idx=t, end_idx=t + 1, missing=1) for t in short
    ]
    found = minimal_conflict(instance, rules, hint, LIMITS)
    assert found is not None
    return instance, rules, found


@pytest.mark.parametrize("name", CASES)
def test_without_any_one_member_there_is_a_roster(name: str) -> None:
    instance, rules, found = conflict_of(name)
    assert {member.rule for member in found.members} == CASES[name][2]
    assert found.is_minimal
    assert not is_possible(instance, rules)
    for member in found.members:
        assert is_possible(*without(instance, rules, member)), member_words(member)


@pytest.mark.parametrize("name", CASES)
def test_every_cure_comes_true_and_the_cheapest_is_first(name: str) -> None:
    instance, rules, found = conflict_of(name)
    costs = [cure.cost for cure in found.cures]
    assert costs == sorted(costs)
    assert {cure.member for cure in found.cures} >= set(found.members)
    for cure in found.cures:
        if cure.member is not None:
            assert is_possible(*without(instance, rules, cure.member))
        else:
            floor = instance.guaranteed_agents.copy()
            for short in cure.shortfalls:
                floor[0, short.start_idx : short.end_idx] -= short.missing
            assert is_possible(with_(instance, guaranteed_agents=floor), rules)


def test_what_is_possible_has_no_conflict() -> None:
    instance = plan(2, {range(4, 6): 2})
    hint = [Shortfall(queue_id="a", start_idx=4, end_idx=6, missing=1)]
    assert minimal_conflict(instance, rules_of(), hint, LIMITS) is None


def test_members_in_words() -> None:
    _, _, found = conflict_of("an absence")
    assert [member_words(member) for member in found.members] == [
        "the guarantee of a on Mon 2026-10-26",
        "time_off of p0 (row 2)",
    ]
    assert found.people == {"a": 2}
    assert member_words(Member(rule="hand_over", queue_id="a")) == "the hand-over of a"
    rest = Member(rule="min_rest", site_id="home", contract_id="full")
    assert member_words(rest) == "min_rest for full at home"
    assert member_words(Member(rule="seats", detail="seats of home")) == (
        "seats (seats of home)"
    )
