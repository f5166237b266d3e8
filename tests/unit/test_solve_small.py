"""solve() on problems small enough to know the answer."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from support.enumerated import optimum
from support.solve_cases import FIRST, PRICES, make_instance, template, with_, work

import solver.worker
from solver.build import build_rules
from solver.constraints import Constraint, Custom
from solver.outcome import Infeasible, NotFound, Progress, Solved, SolveLimits
from solver.problem import read_problem
from solver.rule import Rule
from solver.search import solve
from solver.worker import Worker
from wfm.calendar.catalogue import build_shift, shift_options
from wfm.domain.people import BlockedTime, BreakRule, Preference
from wfm.domain.roster import Roster, RosterInstance, RuleSetting, Shift, Violation
from wfm.domain.staffing import DeferredWork

LIMITS = SolveLimits(max_time_s=90.0)
"""Far more than a quiet machine needs: these searches end when they have proven it."""
CHANGE_PRICES = replace(PRICES, change_per_shift=3_000_000, change_per_break=700_000)


def rules_of(**parameters: dict[str, float]) -> tuple[Rule, ...]:
    settings = [RuleSetting(rule=k, parameters=v) for k, v in parameters.items()]
    return build_rules(settings)


def two_days(seed: int, **changes: Any) -> RosterInstance:
    rng = np.random.default_rng(seed)
    need = {"a": rng.uniform(0, 2, 12).round(3), "b": rng.uniform(0, 1, 12).round(3)}
    instance = make_instance(
        {"p": ["a"], "r": ["a", "b"]},
        {name: values.tolist() for name, values in need.items()},
        step_minutes=120,
        templates=[template((6, 14), (6, 8), 240)],
    )
    return with_(instance, **changes)


def guaranteed(instance: RosterInstance, steps: dict[int, int]) -> RosterInstance:
    floor = instance.guaranteed_agents.copy()
    for t, agents in steps.items():
        floor[0, t] = agents
    return with_(instance, guaranteed_agents=floor)


def cases() -> dict[str, RosterInstance]:
    mail = DeferredWork(
        queue_id="b",
        arrival_idx=np.array([0, 6]),
        due_idx=np.array([8, 20]),
        work_hours=np.array([3.0, 7.0]),
    )
    wish = Preference(agent_id="p", start_idx=4, end_idx=7, kind="avoid", weight=20.0)
    return {
        "plain": two_days(0),
        "guarantee": guaranteed(two_days(1), {4: 1, 8: 1}),
        "deferred": two_days(2, deferred=(mail,)),
        "wishes": two_days(3, preferences=(wish,)),
        "carry over": two_days(4, carry_over=(work("p", -1, -3, 2),)),
        "breaks paid in short shifts only": mixed_breaks(),
        "a live roster": two_days(
            5, live=(work("p", 0, 3, 7), work("r", 1, 15, 19)), prices=CHANGE_PRICES
        ),
        "a live roster, breaks movable": with_(
            mixed_breaks(), live=(with_meal("p", 2),), prices=CHANGE_PRICES
        ),
    }


def with_meal(agent_id: str, after: int) -> Shift:
    """Return the first option of the day of mixed breaks, its meal *after* steps."""
    instance = mixed_breaks()
    templates = instance.contracts["full"].templates
    option = shift_options(templates, FIRST, "UTC", instance.grid)[0]
    return build_shift(agent_id, FIRST, option, [option.start_idx + after])


def mixed_breaks() -> RosterInstance:
    """Return a day on which the same hour off is paid in short shifts only."""
    off: dict[str, Any] = {
        "minutes": 60,
        "earliest_minutes": 120,
        "latest_minutes": 180,
    }
    day = replace(
        template((6, 14), (5, 7), 240),
        breaks=(
            BreakRule(kind="rest", paid=True, below_shift_minutes=360, **off),
            BreakRule(kind="meal", paid=False, min_shift_minutes=360, **off),
        ),
    )
    need = np.random.default_rng(9).uniform(0, 1.2, 24).round(3)
    return make_instance(
        {"p": ["a"], "r": ["a"]},
        {"a": need.tolist()},
        days=1,
        templates=[day],
        prices=replace(PRICES, understaffing_per_hour=3_000_000),
    )


@pytest.mark.parametrize("name", sorted(cases()))
def test_small_problems_are_solved_to_the_enumerated_optimum(name: str) -> None:
    instance = cases()[name]
    rules = rules_of(
        weekly_hours={"min_hours": 6, "max_hours": 20}, min_rest={"hours": 11}
    )
    best = optimum(read_problem(instance, rules))
    assert best is not None
    found = solve(instance, rules, limits=LIMITS)
    assert isinstance(found, Solved)
    assert found.objective == best == sum(found.terms.values())
    assert found.bound <= best
    assert found.gap < 1e-5
    assert found.stop_reason == "optimal"
    assert found.reproducible


def test_a_guarantee_beyond_all_people_is_infeasible_and_still_gives_a_roster() -> None:
    instance = guaranteed(two_days(0), {5: 3})
    found = solve(instance, rules_of(), limits=LIMITS)
    assert isinstance(found, Infeasible)
    assert [(s.queue_id, s.start_idx, s.end_idx) for s in found.shortfalls] == [
        ("a", 5, 6)
    ]
    assert found.shortfalls[0].missing == 1
    assert found.cures == ()
    assert found.best is not None
    assert {s.agent_id for s in found.best.roster.shifts} == {"p", "r"}
    assert found.best.bound <= found.best.objective


def test_a_single_absence_that_would_cure_is_named() -> None:
    off = BlockedTime(
        agent_id="p", start_idx=0, end_idx=12, kind="time_off", label="row 7"
    )
    instance = guaranteed(two_days(0, blocked=(off,)), {5: 2})
    found = solve(instance, rules_of(), limits=LIMITS)
    assert isinstance(found, Infeasible)
    assert any("row 7" in what for cure in found.cures for what in cure.relaxed)


def test_somebody_without_a_legal_week_is_named_with_what_would_cure_it() -> None:
    off = BlockedTime(
        agent_id="p", start_idx=0, end_idx=24, kind="unavailable", label="row 3"
    )
    instance = two_days(0, blocked=(off,))
    rules = tuple(
        replace(rule, min_hours=8.0) if rule.name == "weekly_hours" else rule  # type: ignore[type-var]
        for rule in rules_of(weekly_hours={"min_hours": 8, "max_hours": 40})
    )
    found = solve(instance, rules, limits=LIMITS)
    assert isinstance(found, Infeasible)
    assert found.best is None
    (conflict,) = found.conflicts
    assert conflict.startswith("p has no legal week")
    assert "weekly_hours" in conflict
    assert "row 3" in conflict


def test_conflicting_rules_of_which_none_alone_is_to_blame() -> None:
    offs = tuple(
        BlockedTime(
            agent_id="p", start_idx=s, end_idx=s + 12, kind="unavailable", label=f"{s}"
        )
        for s in (0, 12)
    )
    instance = two_days(0, blocked=offs)
    rules = rules_of(weekly_hours={"min_hours": 14, "max_hours": 40})
    found = solve(instance, rules, limits=LIMITS)
    assert isinstance(found, Infeasible)
    assert "weekly_hours" in found.conflicts[0]
    assert "relaxed would give one: rule" in found.conflicts[0]


def test_nobody_to_plan_is_an_empty_roster_at_a_known_price() -> None:
    instance = make_instance({}, {"a": [1.0]}, days=1)
    found = solve(instance, rules_of(), limits=LIMITS)
    assert isinstance(found, Solved)
    assert found.roster.shifts == ()
    assert found.method == "nobody"
    assert found.objective == found.bound == round(24 * 6_000_000 * 3.4)


def test_nobody_for_a_guarantee_is_not_found_or_infeasible() -> None:
    instance = guaranteed(make_instance({}, {"a": [1.0]}, days=1), {3: 1})
    found = solve(instance, rules_of(), limits=LIMITS)
    assert isinstance(found, Infeasible | NotFound)
    assert found.shortfalls[0].start_idx == 3


def test_without_need_nobody_works_beyond_the_contract() -> None:
    instance = make_instance({"p": ["a"]}, {"a": [0.0]})
    assert instance.planned_days
    found = solve(instance, rules_of(), limits=LIMITS)
    assert isinstance(found, Solved)
    assert found.roster.shifts == ()
    assert found.objective == 0
    bound_to_work = rules_of(weekly_hours={"min_hours": 8, "max_hours": 40})
    found = solve(instance, bound_to_work, limits=LIMITS)
    assert isinstance(found, Solved)
    # The cheapest eight hours: by day, all of them idle.
    assert found.objective == 8 * (2_000_000 + 100_000)
    assert found.avoidable_base == 8 * 2_000_000


def test_people_without_a_shift_to_choose_stay_at_home() -> None:
    never = replace(template(), weekdays=frozenset())
    instance = make_instance({"p": ["a"]}, {"a": [1.0]}, days=1, templates=[never])
    found = solve(instance, rules_of(), limits=LIMITS)
    assert isinstance(found, Solved)
    assert found.roster.shifts == ()
    assert found.bound <= found.objective == round(24 * 6_000_000 * 3.4)


def test_locked_shifts_stay() -> None:
    locked = (work("p", 0, 9, 12),)
    instance = two_days(0, locked=locked)
    found = solve(instance, rules_of(), limits=LIMITS)
    assert isinstance(found, Solved)
    kept = [s for s in found.roster.shifts if s.agent_id == "p"]
    assert [s for s in kept if s.date_local == FIRST] == list(locked)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLateStart:
    """A rule in CP-SAT's own words: p's shifts start before step 6 of the first day."""

    name: ClassVar[str] = "no_late_start"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterable[Constraint]:
        def enforce(model: Any, context: Any) -> None:
            for (name, day), options in context.literals.items():
                for option, literal in options:
                    if name == "p" and day == FIRST and option.start_idx >= 5:
                        enforced = model.new_bool_var("")
                        model.add_exactly_one([literal, enforced])
                        model.add_element(0, [enforced, literal], 1)

        yield Custom(enforce=enforce)

    def violations(
        self, instance: RosterInstance, roster: Roster
    ) -> tuple[Violation, ...]:
        return tuple(
            Violation(rule=self.name, agent_id="p", date_local=FIRST)
            for shift in roster.shifts
            if shift.agent_id == "p" and shift.date_local == FIRST
            if shift.start_idx >= 5
        )


def test_a_rule_in_words_of_its_own_is_left_to_cp_sat() -> None:
    instance = two_days(0)
    rules = (*rules_of(), NoLateStart())
    best = optimum(read_problem(instance, rules))
    found = solve(instance, rules, limits=LIMITS)
    assert isinstance(found, Solved)
    assert found.objective == best
    assert found.bound <= found.objective


class DeadWorker(Worker):
    """A second process that dies as soon as it is given something to do."""

    def send(self, function: str, payload: Any) -> None:
        super().send(function, payload)
        self._child.kill()
        self._child.wait()


def test_the_search_outlives_its_second_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(solver.worker, "Worker", DeadWorker)
    with caplog.at_level(logging.CRITICAL):
        found = solve(two_days(0), rules_of(), limits=SolveLimits(max_time_s=5.0))
    assert isinstance(found, Solved)
    assert found.stop_reason == "time"
    assert not found.reproducible
    assert 0 <= found.bound <= found.objective


def test_stopping_at_once_keeps_the_first_roster() -> None:
    seen: list[Progress] = []
    found = solve(
        two_days(0),
        rules_of(),
        limits=LIMITS,
        on_progress=seen.append,
        stop=lambda: True,
    )
    assert isinstance(found, Solved)
    assert found.stop_reason == "interrupted"
    assert seen[0].phase == "greedy"
    assert found.trace == tuple(seen)


def test_a_script_without_a_main_guard_can_solve(tmp_path: Path) -> None:
    here = Path(__file__).resolve().parents[1]
    script = tmp_path / "plain.py"
    script.write_text(
        "from support.solve_cases import make_instance\n"
        "from solver.search import solve\n"
        "from solver.build import build_rules\n"
        "print('once')\n"
        "found = solve(make_instance({'p': ['a']}, {'a': [1.0]}), build_rules([]))\n"
        "print(found.stop_reason)\n"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(here), "PATH": "/usr/bin:/bin"},
        timeout=120,
    )
    assert done.stdout.split() == ["once", "optimal"]
    assert time.monotonic() - start < 100


def test_many_people_without_a_legal_week_are_counted() -> None:
    names = [f"p{i:02d}" for i in range(12)]
    instance = make_instance({name: ["a"] for name in names}, {"a": [1.0]}, days=1)
    rules = rules_of(
        weekly_hours={"min_hours": 30, "max_hours": 40}, max_hours_a_day={"hours": 2}
    )
    found = solve(instance, rules, limits=LIMITS)
    assert isinstance(found, Infeasible)
    assert len(found.conflicts) == 11
    assert found.conflicts[-1] == "2 more agents have no legal week"
    assert found.conflicts[0].startswith("p00 has no legal week")
