"""The CP-SAT model as others use it: expressions, hints, extraction, parameters."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Event

import pytest
from ortools.sat.python import cp_model
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
from solver.constraints import Custom, Guarantee, Heads
from solver.cpsat.model import RosterModel
from solver.cpsat.run import configured, run
from solver.outcome import SolveLimits
from wfm.domain.roster import Roster, RosterInstance, RuleSetting, WorkSpan

MONDAY = date(2026, 6, 1)
TUESDAY = date(2026, 6, 2)
LIMITS = SolveLimits(max_time_s=10, seed=3)


def _instance(**changes: object) -> RosterInstance:
    return instance_of(
        [agent("a"), agent("b")],
        first=MONDAY,
        num_days=2,
        queues=[queue("q", "en")],
        templates={"contract": [template(8, 9, breaks=[meal(3, 4)])]},
        **changes,
    )


def _rows(instance: RosterInstance) -> list[object]:
    return [c for rule in build_rules([]) for c in rule.constraints(instance)]


def test_parameters_are_set_on_the_solver() -> None:
    limits = SolveLimits(max_time_s=7, gap=0.02, num_workers=2, seed=5)
    plain = configured(limits).parameters
    assert plain.num_workers == 8
    assert plain.random_seed == 5
    assert plain.max_time_in_seconds == 7
    assert plain.relative_gap_limit == pytest.approx(0.02)
    assert not plain.interleave_search
    assert plain.max_presolve_iterations > 1
    quick = configured(limits, quick_presolve=True).parameters
    assert quick.max_presolve_iterations == 1
    assert quick.cp_model_probing_level == 0
    assert quick.symmetry_level == 0
    counted = configured(
        SolveLimits(num_workers=12), max_time_s=2, deterministic_time=1.5
    ).parameters
    assert counted.num_workers == 12
    assert counted.max_time_in_seconds == 2
    assert counted.max_deterministic_time == pytest.approx(1.5)
    assert counted.interleave_search


def test_expressions_agree_with_the_extracted_roster() -> None:
    instance = _instance()
    carried = shift_at(instance, "b", date(2026, 5, 31), 20)
    instance = replace(instance, carry_over=(carried,))
    model = RosterModel(instance, _rows(instance))
    steps = range(34)
    working = {t: model.heads_working(("a", "b"), t) for t in steps}
    on_shift = {t: model.heads_on_shift(("a", "b"), t) for t in steps}
    alone = {t: model.working("a", t) for t in steps}
    serving = {t: model.heads_serving(("q",), t) for t in steps}
    model.model.maximize(sum(working.values()))
    result = run(model.model, LIMITS)
    assert result.is_optimal
    assert result.has_solution
    assert not result.is_infeasible
    roster = model.extract(result.solver)
    assert len(roster.shifts) == 4
    shifts = (*roster.shifts, carried)

    def heads(t: int, *, at_work: bool, of: str = "ab") -> int:
        return sum(
            span.start_idx <= t < span.end_idx
            for shift in shifts
            if shift.agent_id in of
            for span in (shift.working_spans if at_work else shift.spans)
        )

    for t in steps:
        assert result.solver.value(working[t]) == heads(t, at_work=True)
        assert result.solver.value(serving[t]) == heads(t, at_work=True)
        assert result.solver.value(on_shift[t]) == heads(t, at_work=False)
        assert result.solver.value(alone[t]) == heads(t, at_work=True, of="a")
        assert result.solver.value(model.on_shift("a", t)) == heads(
            t, at_work=False, of="a"
        )


def test_complete_hint_is_taken() -> None:
    instance = _instance()
    rows = [
        *_rows(instance),
        Guarantee(queue_id="q", start_idx=9, end_idx=11, agents=2),
    ]
    model = RosterModel(instance, rows)
    lunch = [(4, 1, "meal", False)]
    wanted = Roster(
        shifts=tuple(shift_at(instance, n, MONDAY, 9, 8, lunch) for n in ("a", "b"))
    )
    model.hint(wanted)
    solver = configured(LIMITS)
    solver.parameters.fix_variables_to_their_hinted_value = True
    assert solver.solve(model.model) == cp_model.OPTIMAL
    assert model.extract(solver) == wanted


def test_others_keep_the_shifts_of_the_base() -> None:
    instance = _instance()
    base = Roster(
        shifts=(
            shift_at(instance, "a", MONDAY, 8, 8, [(3, 1, "meal", False)]),
            shift_at(instance, "b", MONDAY, 8, 8, [(3, 1, "meal", False)]),
            shift_at(instance, "b", TUESDAY, 8, 8, [(3, 1, "meal", False)]),
        )
    )
    model = RosterModel(instance, _rows(instance), free={"b": {TUESDAY}}, base=base)
    assert set(model.literals) == {("b", TUESDAY)}
    assert model.touched == frozenset(range(32, 41))
    assert model.heads_working(("a", "b"), 9) == 2
    assert model.heads_working(("a", "b"), 11) == 0
    model.model.minimize(sum(lit for _, lit in model.literals["b", TUESDAY]))
    result = run(model.model, LIMITS)
    assert model.extract(result.solver).shifts == base.shifts[:2]


def test_given_people_who_are_pinned_count_for_their_queue_only() -> None:
    instance = instance_of(
        [agent("a", skills={"en": 0, "de": 0}), agent("b", skills={"de": 0})],
        first=MONDAY,
        num_days=1,
        queues=[queue("en", "en"), queue("de", "de")],
        guaranteed=lambda q, t: int(8 <= t < 16),
    )
    shift = shift_at(instance, "a", MONDAY, 8)
    for pin, expected in (("", True), ("en", True), ("de", False)):
        span = WorkSpan(start_idx=8, end_idx=16, queue=pin)
        base = Roster(shifts=(replace(shift, spans=(span,)),))
        model = RosterModel(instance, _rows(instance), free={"b": {MONDAY}}, base=base)
        assert run(model.model, LIMITS).has_solution == expected, pin


def test_custom_constraint_speaks_cp_sat() -> None:
    instance = _instance()

    def nobody(model: cp_model.CpModel, context: RosterModel) -> None:
        model.add(sum(lit for row in context.literals.values() for _, lit in row) == 0)

    rows = [*_rows(instance), Custom(enforce=nobody)]
    model = RosterModel(instance, rows)
    assert model.extract(run(model.model, LIMITS).solver).shifts == ()
    model.enforce(Guarantee(queue_id="q", start_idx=9, end_idx=10, agents=1))
    assert run(model.model, LIMITS).is_infeasible


def test_heads_that_given_shifts_alone_exceed_are_infeasible() -> None:
    instance = _instance()
    locked = shift_at(instance, "a", MONDAY, 8, 8, [(3, 1, "meal", False)])
    instance = replace(instance, locked=(locked,))
    high = Heads(agent_ids=frozenset("a"), start_idx=9, end_idx=10, high=0)
    assert run(
        RosterModel(instance, [*_rows(instance), high]).model, LIMITS
    ).is_infeasible


def test_overlapping_break_windows_are_kept_apart() -> None:
    breaks = [meal(3, 5), replace(meal(4, 6), kind="break")]
    instance = instance_of(
        [agent("a")],
        first=MONDAY,
        num_days=1,
        templates={"contract": [template(8, breaks=breaks)]},
        sites=[site()],
    )
    model = RosterModel(instance, _rows(instance))
    starts = {(s.position, s.start_idx): s.literal for s in model.breaks["a", MONDAY]}
    model.model.add(starts[0, 13] == 1)
    model.model.maximize(starts[1, 12] + starts[1, 13] + starts[1, 14])
    result = run(model.model, LIMITS)
    spans = model.extract(result.solver).shifts[0].spans
    assert [s.start_idx for s in spans if s.activity != "work"] == [13, 14]


def test_stop_ends_the_search_early() -> None:
    # Colouring a large random graph takes far longer than the stop.
    model = cp_model.CpModel()
    colours = [model.new_int_var(0, 60, "") for _ in range(400)]
    for i, one in enumerate(colours):
        for j in range(i):
            if (i * 7919 + j * 104729) % 2:
                model.add(one != colours[j])
    highest = model.new_int_var(0, 60, "")
    model.add_max_equality(highest, colours)
    model.minimize(highest)
    asked = Event()

    def stop() -> bool:
        asked.set()
        return True

    result = run(model, SolveLimits(max_time_s=60), stop=stop)
    assert asked.is_set()
    assert result.solver.wall_time < 30


def _locked(*starts: tuple[int, int]) -> RosterInstance:
    """One person with locked shifts: (day, hour), a day before being carried over."""
    instance = instance_of([agent("a")], first=MONDAY, num_days=4)
    shifts = [
        shift_at(instance, "a", MONDAY + timedelta(days=day), hour)
        for day, hour in starts
    ]
    return replace(
        instance,
        locked=tuple(s for s in shifts if s.date_local >= MONDAY),
        carry_over=tuple(s for s in shifts if s.date_local < MONDAY),
    )


@pytest.mark.parametrize(
    ("rule", "parameters", "starts", "is_possible"),
    [
        ("min_rest", {"hours": 11}, [(0, 15), (1, 9)], False),
        ("min_rest", {"hours": 10}, [(0, 15), (1, 9)], True),
        ("min_rest", {"hours": 11}, [(-2, 15), (-1, 9)], True),
        ("min_rest", {"hours": 11}, [(-1, 15), (0, 9)], False),
        ("max_consecutive_days", {"days": 2}, [(0, 8), (1, 8), (2, 8)], False),
        ("max_consecutive_days", {"days": 2}, [(-1, 8), (0, 8), (1, 8)], False),
        ("max_consecutive_days", {"days": 2}, [(-3, 8), (-2, 8), (-1, 8)], True),
        ("weekly_hours", {"max_hours": 15}, [(0, 8), (1, 8)], False),
        ("weekly_hours", {"max_hours": 16}, [(0, 8), (1, 8)], True),
        ("weekly_rest", {"hours": 41}, [(0, 8), (2, 8)], False),
        ("weekly_rest", {"hours": 40}, [(0, 8), (2, 8)], True),
        ("one_shift_a_day", {}, [(0, 0), (0, 12)], False),
        ("one_shift_a_day", {}, [(0, 20), (1, 3)], False),
        ("one_shift_a_day", {}, [(0, 20), (1, 4)], True),
        ("one_shift_a_day", {}, [(-1, 0), (-1, 12)], True),
    ],
)
def test_locked_shifts_are_held_to_the_rules(
    rule: str,
    parameters: dict[str, object],
    starts: list[tuple[int, int]],
    is_possible: bool,
) -> None:
    instance = _locked(*starts)
    rules = build_rules([RuleSetting(rule=rule, parameters=parameters)])
    rows = [c for one in rules for c in one.constraints(instance)]
    assert run(RosterModel(instance, rows).model, LIMITS).has_solution == is_possible
    checked = [
        v
        for one in rules
        if one.name == rule
        for v in one.violations(instance, Roster(shifts=instance.locked))
    ]
    assert (checked == []) == is_possible
