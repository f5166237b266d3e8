"""Every rule: CP-SAT can choose a roster exactly when the checker finds nothing.

All rosters of tiny random problems are written down; thresholds are drawn from values
that those rosters attain, so that ties occur.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model
from support.rule_cases import RULE_MAKERS, RULE_SIZES
from support.tiny_rosters import (
    Tiny,
    all_rosters,
    random_instance,
    shifts_of_day,
    with_activities,
)

from solver.build import build_rules
from solver.cpsat.model import RosterModel
from solver.dated import Dated
from solver.rule import RULES, Rule
from solver.walk import local_minute
from wfm.domain.roster import (
    Roster,
    RosterInstance,
    RuleSetting,
    Shift,
    Violation,
    WorkSpan,
)

SEEDS = range(8)
MOST_ROSTERS = 800
BASE = build_rules([RuleSetting(rule="one_shift_a_day")])
ONE_A_DAY = next(rule for rule in BASE if rule.name == "one_shift_a_day")
SIZES = {
    "hand_over": Tiny(agents=2, days=3, options=2, with_queues=True),
    "min_cover": Tiny(agents=3, days=2, options=2, with_queues=True),
    "seats": Tiny(agents=3, days=2),
    "max_consecutive_days": Tiny(agents=1, days=4, options=2),
    "weekly_rest": Tiny(agents=1, days=4, options=2),
    "min_consecutive_days": Tiny(agents=1, days=5, options=1),
    "min_consecutive_days_off": Tiny(agents=1, days=5, options=1),
    "max_weekends": Tiny(agents=1, days=5, options=2),
    "forbidden_next": Tiny(agents=1, days=4, options=2),
}
SIZES |= RULE_SIZES
Case = tuple[RosterInstance, dict[str, Any]]


def _minutes(instance: RosterInstance, steps: int) -> int:
    return steps * instance.step_minutes


def _some_shift(rng: np.random.Generator, instance: RosterInstance) -> Shift:
    one = instance.agents[rng.integers(len(instance.agents))]
    days = instance.planned_days[one.agent_id]
    found = shifts_of_day(instance, one, days[rng.integers(len(days))].date_local)
    return found[rng.integers(len(found))]


def _off_grid(rng: np.random.Generator) -> float:
    """Mostly a tie, sometimes a little beside it and off the grid."""
    return float(rng.choice([0.0, 0.0, 0.1, -0.1]))


def _weekly_hours(rng: np.random.Generator, instance: RosterInstance) -> Case:
    rosters = list(all_rosters(instance))
    roster = rosters[rng.integers(len(rosters))]
    per_agent = [sum(s.paid_steps for s in x) for x in roster.by_agent().values()]
    hours = _minutes(instance, int(rng.choice(per_agent or [0]))) / 60
    hours = max(0.0, hours + float(rng.choice([0, 0, 2, -2])))
    whole = hours * 7 / float(rng.choice([1, 2, 3, 7]))
    if rng.random() < 0.5:
        return instance, {"max_hours": hours + abs(_off_grid(rng))}
    return instance, {"min_hours": whole, "max_hours": max(hours, whole)}


def _max_hours_a_day(rng: np.random.Generator, instance: RosterInstance) -> Case:
    paid = _minutes(instance, _some_shift(rng, instance).paid_steps) / 60
    return instance, {"hours": paid + _off_grid(rng)}


def _gaps(instance: RosterInstance) -> list[int]:
    gaps: list[int] = []
    for one in instance.agents:
        planned = instance.planned_days[one.agent_id]
        shifts = [
            s for d in planned for s in shifts_of_day(instance, one, d.date_local)
        ]
        shifts += [s for s in instance.carry_over if s.agent_id == one.agent_id]
        gaps += [
            after.start_idx - before.end_idx
            for before, after in product(shifts, shifts)
            if before.date_local < after.date_local
        ]
    return [gap for gap in gaps if gap >= 0] or [0]


def _min_rest(rng: np.random.Generator, instance: RosterInstance) -> Case:
    gap = _minutes(instance, int(rng.choice(sorted(_gaps(instance))[:12]))) / 60
    return instance, {"hours": max(0.0, gap + _off_grid(rng))}


def _weekly_rest(rng: np.random.Generator, instance: RosterInstance) -> Case:
    gaps = _gaps(instance)
    for one in instance.agents:
        days = instance.planned_days[one.agent_id]
        for d in days:
            for s in shifts_of_day(instance, one, d.date_local):
                gaps += [s.start_idx - days[0].start_idx, days[-1].end_idx - s.end_idx]
    hours = _minutes(instance, int(rng.choice([g for g in gaps if g >= 0]))) / 60
    return instance, {"hours": max(0.0, hours + _off_grid(rng))}


def _max_consecutive_days(rng: np.random.Generator, instance: RosterInstance) -> Case:
    return instance, {"days": int(rng.integers(1, 5))}


def _locked(rng: np.random.Generator, instance: RosterInstance) -> Case:
    shift = _some_shift(rng, instance)
    if rng.random() < 0.4:  # a shape that no template has
        span = WorkSpan(start_idx=shift.start_idx, end_idx=shift.start_idx + 1)
        shift = replace(shift, spans=(span,))
    return replace(instance, locked=(shift,)), {}


def _seats(rng: np.random.Generator, instance: RosterInstance) -> Case:
    sites = {
        name: replace(site, seats=int(rng.integers(0, 3)))
        for name, site in instance.sites.items()
    }
    return replace(instance, sites=sites), {}


def _with_grades(rng: np.random.Generator, instance: RosterInstance) -> RosterInstance:
    agents = tuple(
        replace(
            one,
            grade=str(rng.choice(["", "senior"])),
            seniority=float(rng.choice([0.0, 2.0, 3.5])),
            skills={name: int(rng.integers(0, 2)) for name in one.skills},
        )
        for one in instance.agents
    )
    return replace(instance, agents=agents)


def _at_most(rng: np.random.Generator) -> dict[str, Any]:
    return {"max_agents": int(rng.integers(1, 3))} if rng.random() < 0.5 else {}


def _min_cover(rng: np.random.Generator, instance: RosterInstance) -> Case:
    shift = _some_shift(rng, instance)
    floors = np.zeros(instance.guaranteed_agents.shape, dtype=np.int64)
    start, end = instance.window_start_idx, instance.window_end_idx
    for q in range(len(instance.queues)):
        if rng.random() < 0.6:
            low = max(start, shift.start_idx + int(rng.integers(0, 3)))
            high = min(end, shift.end_idx - int(rng.integers(0, 3)))
            floors[q, low : max(low, high)] = rng.integers(1, 3 - int(q == 2))
    cold = start + int(rng.choice([0, 0, 6, 24]))
    parameters: dict[str, Any] = {}
    if rng.random() < 0.5:
        minute = int(rng.integers(0, 20)) * 60
        spans = tuple(((minute, minute + 120),) if d % 2 else () for d in range(7))
        site = {"site": instance.agents[0].site_id, "agents": 1, "spans": spans}
        skill = {"skill": "en", "agents": 1, "spans": spans}
        by_person = {"grade": "senior", "agents": 0, "max_agents": 1, "spans": spans}
        served = {"min_seniority": 2, "skill": "de", "level": 1, "agents": 1}
        able = {"queue": "q_en", "agents": 0, "max_agents": 1}
        mixed = {"queue": "q_de", "grade": "senior", "agents": 1} | site
        kinds: tuple[dict[str, Any], ...] = (
            site,
            skill,
            by_person,
            served,
            able,
            mixed,
        )
        parameters = {"floors": (kinds[rng.integers(6)] | _at_most(rng),)}
        is_open = np.array(instance.open_mask)
        is_open[0, :: int(rng.integers(2, 9))] = False
        instance = replace(instance, open_mask=is_open)
        instance = _with_grades(rng, instance)
        if rng.random() < 0.5:
            floors[:] = 0
    changed = replace(instance, guaranteed_agents=floors, cold_start_end_idx=cold)
    return changed, parameters


def _hand_over(rng: np.random.Generator, instance: RosterInstance) -> Case:
    minutes = instance.step_minutes * int(rng.choice([1, 2, 4]))
    queues = tuple(replace(q, handover_minutes=minutes) for q in instance.queues)
    is_open = np.array(instance.open_mask)
    is_open[:, : instance.window_start_idx + int(rng.choice([0, 30, 45]))] = False
    if rng.random() < 0.5:
        is_open[:, instance.window_start_idx + 40 :: 24] = False
    cold = int(rng.choice([0, instance.window_start_idx + 20]))
    return (
        replace(instance, queues=queues, open_mask=is_open, cold_start_end_idx=cold),
        {},
    )


def _availability(_rng: np.random.Generator, instance: RosterInstance) -> Case:
    blocks = tuple(replace(b, kind="unavailable") for b in instance.blocked)
    return replace(instance, blocked=blocks), {}


def _plain(_rng: np.random.Generator, instance: RosterInstance) -> Case:
    return instance, {}


def _kind(rng: np.random.Generator, instance: RosterInstance) -> tuple[int, int]:
    """A start window around some shift that may be worked, its edges ties."""
    shift = _some_shift(rng, instance)
    zone_name = next(a.zone for a in instance.agents if a.agent_id == shift.agent_id)
    minute = local_minute(instance, shift.start_idx, zone_name)
    before, after = (int(rng.choice([0, 0, 60, 180, 500])) for _ in range(2))
    return (minute - before) % 1440, (minute + after) % 1440


def _block(rng: np.random.Generator) -> int:
    return int(rng.choice([0, 0, 1, 2]))


def _shift_count(rng: np.random.Generator, instance: RosterInstance) -> Case:
    parameters: dict[str, Any] = {
        "starts": (_kind(rng, instance),),
        "most": int(rng.integers(0, 3)),
        "per_weeks": _block(rng),
    }
    if rng.random() < 0.4:
        shift = _some_shift(rng, instance)
        minutes = _minutes(instance, shift.end_idx - shift.start_idx)
        key = str(rng.choice(["min_elapsed_minutes", "max_elapsed_minutes"]))
        parameters[key] = minutes
    if rng.random() < 0.4:
        parameters["least"] = parameters["most"]
    return instance, parameters


def _period_hours(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance, parameters = _weekly_hours(rng, instance)
    low = float(rng.choice([0.0, 0.0, 1.0])) * parameters.get("min_hours", 0.0)
    most = max(low, parameters["max_hours"])
    return instance, {"min_hours": low, "max_hours": most, "per_weeks": _block(rng)}


def _short_runs(rng: np.random.Generator, instance: RosterInstance) -> Case:
    boundary = "open" if rng.random() < 0.3 else "carry_over"
    changed = replace(instance, boundary=boundary)
    return changed, {"days": int(rng.integers(2, 4))}


def _max_weekends(rng: np.random.Generator, instance: RosterInstance) -> Case:
    days = ((5, 6), (0, 1, 2, 3, 4), (6, 0), (5, 0, 2))[rng.integers(4)]
    parameters = {
        "most": int(rng.integers(0, 3)),
        "among": int(rng.choice([0, 1, 2])),
        "weekdays": days,
    }
    return instance, parameters


def _forbidden_next(rng: np.random.Generator, instance: RosterInstance) -> Case:
    return instance, {"after": (_kind(rng, instance),), "then": (_kind(rng, instance),)}


MAKERS: dict[str, Callable[[np.random.Generator, RosterInstance], Case]] = {
    "availability": _availability,
    "weekly_hours": _weekly_hours,
    "max_hours_a_day": _max_hours_a_day,
    "min_rest": _min_rest,
    "weekly_rest": _weekly_rest,
    "max_consecutive_days": _max_consecutive_days,
    "locked": _locked,
    "seats": _seats,
    "min_cover": _min_cover,
    "hand_over": _hand_over,
    "shift_count": _shift_count,
    "period_hours": _period_hours,
    "min_consecutive_days": _short_runs,
    "min_consecutive_days_off": _short_runs,
    "max_weekends": _max_weekends,
    "forbidden_next": _forbidden_next,
}


MAKERS |= RULE_MAKERS


def _is_small(instance: RosterInstance) -> bool:
    """Whether the rosters are few enough to write them down in a moment."""
    states = [
        1
        + sum(
            len(with_activities(instance, shift))
            for shift in shifts_of_day(instance, one, day.date_local)
        )
        for one in instance.agents
        for day in instance.planned_days[one.agent_id]
    ]
    return math.prod(states) <= MOST_ROSTERS


@cache
def make_case(name: str, seed: int) -> tuple[RosterInstance, Rule]:
    rng = np.random.default_rng([seed, *name.encode()])
    while True:
        instance = random_instance(rng, SIZES.get(name, Tiny()))
        instance, parameters = MAKERS.get(name, _plain)(rng, instance)
        if _is_small(instance):
            break
    rule: Any = RULES[name]
    return instance, rule(**parameters)


class _Collector(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: RosterModel) -> None:
        super().__init__()
        self.model = model
        self.rosters: set[Roster] = set()

    def on_solution_callback(self) -> None:
        self.rosters.add(self.model.extract(self))


def feasible_rosters(
    instance: RosterInstance, rules: Iterable[Rule], **given: Any
) -> set[Roster]:
    constraints = [c for rule in rules for c in rule.constraints(instance)]
    model = RosterModel(instance, constraints, **given)
    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    collector = _Collector(model)
    status = solver.solve(model.model, collector)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return collector.rosters


def legal_rosters(
    instance: RosterInstance, rosters: Iterable[Roster], rules: Iterable[Rule]
) -> set[Roster]:
    return {
        r for r in rosters if not any(rule.violations(instance, r) for rule in rules)
    }


@cache
def judged_case(name: str, seed: int) -> tuple[int, set[Roster]]:
    """How many rosters keep one shift a day, and which of them keep the rule too."""
    instance, rule = make_case(name, seed)
    rosters = legal_rosters(instance, all_rosters(instance, name), [ONE_A_DAY])
    return len(rosters), legal_rosters(instance, rosters, [rule])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", list(RULES))
def test_faces_agree_on_all_rosters(name: str, seed: int) -> None:
    instance, rule = make_case(name, seed)
    _, legal = judged_case(name, seed)
    assert feasible_rosters(instance, (ONE_A_DAY, rule)) == legal


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "name",
    [
        "shift_limits",
        "max_hours_a_day",
        "work_stretch",
        "weekly_hours",
        "weekly_rest",
        "max_days_a_week",
        "split_shifts",
        "seats",
        "min_cover",
        "min_rest",
    ],
)
def test_faces_agree_where_a_rule_holds_on_some_dates(name: str, seed: int) -> None:
    instance, rule = make_case(name, seed)
    rng = np.random.default_rng([seed, 5, *name.encode()])
    dates = [d.date_local for d in instance.planned_days[instance.agents[0].agent_id]]
    first, last = sorted(dates[i] for i in rng.integers(0, len(dates), 2))
    if rng.random() < 0.3:
        first = date.min
    dated: Rule = Dated(rule, first, last)
    rosters = legal_rosters(instance, all_rosters(instance, name), [ONE_A_DAY])
    legal = legal_rosters(instance, rosters, [dated])
    assert feasible_rosters(instance, (ONE_A_DAY, dated)) == legal


@cache
def _several_rules(seed: int) -> tuple[RosterInstance, list[Rule]]:
    """A few of the rules on one problem, with one or two locked shifts."""
    rng = np.random.default_rng(seed)
    while True:
        instance = random_instance(rng, Tiny(agents=2, days=3, with_queues=True))
        kept: list[Rule] = [ONE_A_DAY]
        for name in RULES:
            if rng.random() < 4 / len(RULES.names()) or name == "locked":
                instance, parameters = MAKERS.get(name, _plain)(rng, instance)
                cls: Any = RULES[name]
                kept.append(cls(**parameters))
        locked = (*instance.locked, _some_shift(rng, instance))
        instance = replace(instance, locked=tuple(dict.fromkeys(locked)))
        instance = _with_known_shapes(instance)
        if _is_small(instance):
            return instance, kept


def _with_known_shapes(instance: RosterInstance) -> RosterInstance:
    """The problem without published shifts that templates no longer have."""
    if instance.published is None:
        return instance
    offered = {
        shift
        for one in instance.agents
        for day in instance.planned_days[one.agent_id]
        for shift in shifts_of_day(instance, one, day.date_local)
    }
    kept = tuple(shift for shift in instance.published if shift in offered)
    return replace(instance, published=kept)


@cache
def _legal_by_several(seed: int) -> set[Roster]:
    instance, rules = _several_rules(seed)
    names = [rule.name for rule in rules]
    return legal_rosters(instance, all_rosters(instance, *names), rules)


@pytest.mark.parametrize("seed", range(16))
def test_faces_agree_on_several_rules_together(seed: int) -> None:
    instance, rules = _several_rules(seed)
    assert feasible_rosters(instance, rules) == _legal_by_several(seed)


def test_several_rules_leave_legal_rosters_often_enough() -> None:
    assert sum(bool(_legal_by_several(seed)) for seed in range(16)) >= 3


def _freed(instance: RosterInstance, roster: Roster, *, of: str) -> Roster:
    return Roster(shifts=tuple(s for s in roster.shifts if s.agent_id != of))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", list(RULES))
def test_faces_agree_where_one_agent_is_free(name: str, seed: int) -> None:
    instance, rule = make_case(name, seed)
    rules = (ONE_A_DAY, rule)
    _, legal = judged_case(name, seed)
    if not legal:
        assert not feasible_rosters(instance, rules)
        return
    base = max(legal, key=lambda r: (len(r.shifts), str(r)))
    one = instance.agents[0].agent_id
    dates = {day.date_local for day in instance.planned_days[one]}
    found = feasible_rosters(instance, rules, free={one: dates}, base=base)
    rest = _freed(instance, base, of=one)
    assert found == {r for r in legal if _freed(instance, r, of=one) == rest}


@pytest.mark.parametrize("name", sorted(set(RULES) - {"shift_shape", "skills"}))
def test_cases_hold_legal_and_illegal_rosters(name: str) -> None:
    legal = illegal = 0
    for seed in SEEDS:
        num_rosters, kept = judged_case(name, seed)
        legal += any(r.shifts for r in kept)
        illegal += len(kept) < num_rosters
    assert legal >= 2
    assert illegal >= 2 or name == "one_shift_a_day"


@dataclass(frozen=True)
class _Mutant:
    """A rule whose checker or encoder is wrong at ties."""

    rule: Any
    checked_as: Any

    name = "mutant"
    always = False

    def constraints(self, instance: RosterInstance) -> Iterable[Any]:
        return self.rule.constraints(instance)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        return list(self.checked_as.violations(instance, roster))


def _is_killed(name: str, mutate: Callable[[Any], Any]) -> bool:
    for seed in SEEDS:
        instance, rule = make_case(name, seed)
        rules = (ONE_A_DAY, _Mutant(rule, mutate(rule)))
        rosters = list(all_rosters(instance))
        legal = legal_rosters(instance, rosters, rules)
        if feasible_rosters(instance, rules) != legal:
            return True
    return False


# One minute moves exactly the ties ("<=" for "<"), sixty are off by one step or two.
@pytest.mark.parametrize(
    ("name", "field", "minutes"),
    [
        ("min_rest", "hours", 1),
        ("min_rest", "hours", -60),
        ("weekly_rest", "hours", 1),
        ("weekly_rest", "hours", -60),
        ("max_hours_a_day", "hours", -1),
        ("max_hours_a_day", "hours", 60),
        ("weekly_hours", "max_hours", -1),
        ("weekly_hours", "max_hours", 60),
        ("weekly_hours", "min_hours", 1),
        ("weekly_hours", "min_hours", -420),
        ("period_hours", "max_hours", -1),
        ("period_hours", "max_hours", 60),
        ("period_hours", "min_hours", 1),
    ],
)
def test_mutants_at_ties_are_killed(name: str, field: str, minutes: int) -> None:
    def mutate(rule: Any) -> Any:
        hours = max(0.0, getattr(rule, field) + minutes / 60)
        changes = {field: hours}
        if field == "min_hours":
            changes["max_hours"] = max(rule.max_hours, hours)
        if field == "max_hours":
            changes["min_hours"] = min(rule.min_hours, hours)
        return replace(rule, **changes)

    assert _is_killed(name, mutate)


@pytest.mark.parametrize(
    ("name", "field", "change"),
    [
        ("shift_count", "most", 1),
        ("min_consecutive_days", "days", 1),
        ("min_consecutive_days", "days", -1),
        ("min_consecutive_days_off", "days", 1),
        ("min_consecutive_days_off", "days", -1),
        ("max_weekends", "most", 1),
    ],
)
def test_mutants_that_count_wrongly_are_killed(
    name: str, field: str, change: int
) -> None:
    def mutate(rule: Any) -> Any:
        return replace(rule, **{field: getattr(rule, field) + change})

    assert _is_killed(name, mutate)


def test_unchanged_rule_is_not_called_a_mutant() -> None:
    assert not _is_killed("min_rest", lambda rule: rule)
