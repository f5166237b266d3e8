"""Each rule as plan.yaml writes it: read, kept by a solved roster, told when broken."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from ortools.sat.python import cp_model
from support.tiny_folders import write_tiny

import wfm.templates
from solver.cpsat.model import RosterModel
from solver.rule import RULES
from wfm.api import PEOPLE_FILES, load
from wfm.domain.errors import InputError
from wfm.domain.roster import HOME, Roster, WorkSpan
from wfm.pipeline.instance import roster_instance
from wfm.pipeline.judge import plan_rules

MONDAY = date(2026, 10, 19)  # clocks change in Europe on the 25th
PEOPLE = [(f"A{i}", "Europe/Warsaw") for i in (1, 2, 3, 4)] + [("A5", "Asia/Tokyo")]
SHIFTS = """\
break_sets:
  meals: [{kind: meal, minutes: 30, paid: false, start_after: "3:00-4:30"}]
shift_templates:
  day: {start: "06:00-22:00", every_minutes: 240, hours: [6, 8], breaks: meals}
  split: {start: "08:00", hours: [3], split: {gap: "3:00-4:00", hours: [3]}}
"""
EXAMPLES = {
    "weekly_hours": "{min_hours: 12, max_hours: 40}",
    "max_hours_a_day": "{hours: 7}",
    "period_hours": "{max_hours: 50, per_weeks: 2}",
    "average_hours": "{max_hours: 25, weeks: 4}",
    "overtime": "{normal_hours: 24, approved: [A1], max_a_week: 8, premium: 0.25}",
    "min_rest": "{hours: 11}",
    "weekly_rest": "{hours: 60}",
    "max_consecutive_days": "{days: 4}",
    "min_consecutive_days": "{days: 2}",
    "min_consecutive_days_off": "{days: 2}",
    "max_days_a_week": "{days: 4}",
    "max_consecutive_nights": "{nights: 1, hours: 3}",
    "days_off_after_nights": "{nights: 1, days: 1, hours: 3}",
    "whole_weekends": "{}",
    "max_weekends": "{most: 1, among: 2}",
    "shift_count": '{starts: ["14:00-23:30"], most: 1, per_weeks: 1}',
    "forbidden_next": '{after: ["14:00-22:00"], then: ["06:00-10:00"]}',
    "shift_limits": '{starts: ["06:00-14:00"], weekdays: [mon, tue, wed, thu, fri]}',
    "start_variation": "{minutes: 240}",
    "start_change": "{minutes: 240}",
    "split_shifts": "{most: 1, min_gap_hours: 3, max_gap_hours: 5}",
    "home_days": "{max_home: 2, min_site: 1, site_on: tue}",
    "site_at_home": "{dates: 1, weekdays: [wed, thu]}",
    "rotation": '{cycle: ["06:00-10:00", any, off], begins: 2026-10-19}',
    "breaks_due": "{due: [[6, 30]]}",
    "break_by": "{hours: 5, break_minutes: 30, over_hours: 6}",
    "work_stretch": "{hours: 4.5, break_minutes: 30}",
    "min_cover": '[{site: s1, agents: 1, max_agents: 2, when: {mon: "10:00-12:00"}}]',
    "n_minus_1": "{agents: 1, queues: [phone]}",
    "apart": "{groups: [[A1, A2]]}",
    "together": "{groups: [[A1, A2]]}",
    "buddy": "{pairs: [[A3, A1, A2]]}",
    "simultaneous_breaks": "{most: 1, by: site}",
    "notice": "{days: 14, consent: [A2], today: 2026-10-15}",
    "availability": "{}",
    "time_off": "{}",
    "skills": "{}",
    "seats": "{}",
    "locked": "{}",
    "hand_over": "{}",
    "shift_shape": "{}",
    "one_shift_a_day": "{}",
    "activities": "{every_minutes: 30}",
}
SOLVED = (
    "overtime",
    "max_days_a_week",
    "shift_count",
    "forbidden_next",
    "shift_limits",
    "start_variation",
    "site_at_home",
    "rotation",
)
"""Rules that are solved here; both faces of all are compared elsewhere."""
OF_WEEKS = ("average_hours", "max_weekends", "period_hours", "start_change")
"""Rules that need two weeks to say anything."""
STEPS_A_DAY = 48
FAULTY = {
    "weekly_hours": "{min_hours: 41, max_hours: 40}",
    "max_hours_a_day": "{hour: 7}",
    "shift_count": '{starts: ["25:00-26:00"], most: 1}',
    "rotation": "{cycle: [early], begins: 2026-10-19}",
    "min_cover": "[{agents: 2}]",
    "n_minus_1": "{agents: 1, queues: [fax]}",
    "apart": "{groups: [[A1, A9]]}",
    "buddy": "{pairs: [[A3, A8]]}",
    "start_variation": "{minutes: soon}",
    "hand_over": "{minutes: 5}",
    "notice": "{days: 14, consent: [A9]}",
    "site_at_home": "{dates: 3, weekdays: [wed, thu]}",
}
WORDS = {
    "weekly_hours": "weekly hours of 41.0 to 40.0",
    "max_hours_a_day": "did you mean",
    "shift_count": "25:00",
    "rotation": "early",
    "min_cover": "names nobody",
    "n_minus_1": "unknown queue 'fax'",
    "apart": "unknown agent 'A9'",
    "buddy": "unknown agent 'A8'",
    "start_variation": "soon",
    "hand_over": "unknown key",
    "notice": "unknown agent 'A9'",
    "site_at_home": "3 dates a week",
}


def _folder(path: Path, rule: str, value: str) -> Path:
    """A plan of five people in Warsaw and Tokyo, under one rule more."""
    folder = write_tiny(
        path,
        week=MONDAY,
        agents=PEOPLE,
        hours='{daily: "24h"}',
        guaranteed=0,
    )
    plan = folder / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    low, high = text.index("shift_templates:"), text.index("employment_contracts:")
    text = text[:low] + SHIFTS + text[high:]
    low, high = text.index("rules:\n  min_rest"), text.index("prices:")
    more = {"home_days": "{max_home: 3}"} if rule == "site_at_home" else {}
    lines = [f"  {name}: {own}" for name, own in (more | {rule: value}).items()]
    text = text[:low] + "rules:\n" + "\n".join(lines) + "\n" + text[high:]
    text = text.replace("shifts: [day], rules: {weekly_hours: {min_hours: 0}}", "X")
    text = re.sub(r"full: .*", "full: {shifts: [day, split]}", text)
    text = text.replace("Europe/Warsaw}", "Europe/Warsaw, seats: 2}")
    text = text.replace("roster_step_minutes: 15", "roster_step_minutes: 30")
    if rule == "hand_over":
        text = text.replace("guaranteed_agents: 0", "handover_minutes: 60")
    if rule in OF_WEEKS:
        text = text.replace(f"week: {MONDAY}", f"week: {MONDAY}\nweeks: 2")
    plan.write_text(text, encoding="utf-8")
    (folder / "availability.csv").write_text(
        "agent_id,date,weekday,from_local,to_local,kind,weight\n"
        "A1,,wed,00:00,24:00,unavailable,\n",
        encoding="utf-8",
    )
    (folder / "time_off.csv").write_text(
        "agent_id,from_local,to_local,kind,paid\nA2,2026-10-23,2026-10-24,leave,true\n",
        encoding="utf-8",
    )
    (folder / "activities.csv").write_text(
        "activity,agent_id,group,duration_min,earliest_local,latest_local\n"
        "coaching,A3,,60,2026-10-20,2026-10-30\n",
        encoding="utf-8",
    )
    return folder


def _case(tmp_path: Path, rule: str):
    folder = load(_folder(tmp_path / "plan", rule, EXAMPLES[rule])).read(PEOPLE_FILES)
    instance = roster_instance(folder)
    rules = plan_rules(folder)
    if rule in ("locked", "notice"):
        told = _shifts(instance, rules)[:6]
        instance = replace(
            instance,
            locked=told if rule == "locked" else (),
            published=told if rule == "notice" else None,
        )
    return instance, rules


def _shifts(instance, rules):
    """Shifts of a roster that keeps *rules*, at least seven."""
    constraints = [c for rule in rules for c in rule.constraints(instance)]
    model = RosterModel(instance, constraints)
    literals = [v for own in model.literals.values() for _, v in own]
    model.model.add(cp_model.LinearExpr.sum(literals) >= 7)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model.model) == cp_model.OPTIMAL
    return model.extract(solver).shifts


def _mutated(rng: np.random.Generator, instance, shifts):
    """The shifts with one of them dropped, moved, copied, pinned or changed inside."""
    found = list(shifts)
    i = int(rng.integers(len(found)))
    shift, how = found[i], int(rng.integers(8))
    names = [one.agent_id for one in instance.agents]
    step = int(rng.integers(-12, 13))
    if how == 0:
        del found[i]
    elif how == 1:
        found.append(replace(shift, agent_id=str(rng.choice(names))))
    elif how == 2:
        days = int(rng.integers(-3, 4))
        found.append(_moved(shift, days * STEPS_A_DAY, days))
    elif how == 3:
        found[i] = _moved(shift, step, 0)
    elif how == 4:
        spans = (WorkSpan(start_idx=shift.start_idx, end_idx=shift.end_idx),)
        found[i] = replace(shift, spans=spans)
    elif how == 5:
        found[i] = replace(shift, where="" if shift.where else HOME)
    elif how == 6:
        queue = str(rng.choice(["phone", "fax"]))
        spans = tuple(replace(s, queue=queue) for s in shift.spans)
        found[i] = replace(shift, spans=spans)
    else:
        last = shift.spans[-1]
        longer = replace(last, end_idx=last.end_idx + int(rng.integers(1, 8)))
        found[i] = replace(shift, spans=(*shift.spans[:-1], longer))
    return found or [shift]


def _moved(shift, steps, days):
    spans = tuple(
        replace(s, start_idx=s.start_idx + steps, end_idx=s.end_idx + steps)
        for s in shift.spans
    )
    day = shift.date_local + timedelta(days=days)
    return replace(shift, spans=spans, date_local=day)


@pytest.mark.parametrize("name", SOLVED)
def test_a_rule_of_plan_yaml_is_solved_and_its_breach_is_found(name, tmp_path):
    instance, rules = _case(tmp_path, name)
    shifts = _shifts(instance, rules)
    roster = Roster(shifts=shifts)
    assert len(shifts) >= 7
    broken = {v.rule for rule in rules for v in rule.violations(instance, roster)}
    assert broken == set()
    own = [rule for rule in rules if rule.name == name]
    assert own
    rng = np.random.default_rng([*name.encode()])
    for _ in range(300):
        shifts = _mutated(rng, instance, shifts)
        edited = Roster(shifts=tuple(shifts))
        found = [v for rule in own for v in rule.violations(instance, edited)]
        if found:
            break
    assert found
    assert {v.rule for v in found} == {name}
    assert all(v.message for v in found)


@pytest.mark.parametrize("name", list(FAULTY))
def test_parameters_that_can_not_be_are_told_with_their_place(name, tmp_path):
    folder = _folder(tmp_path / "plan", name, FAULTY[name])
    with pytest.raises(InputError) as caught:
        load(folder).read(frozenset({"agents"}))
    told = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith("plan.yaml:") and WORDS[name] in line for line in told)


def test_every_rule_is_tried_and_documented():
    assert set(EXAMPLES) == set(RULES)
    readme = Path(wfm.templates.__file__).parent / "global-support" / "README.md"
    text = readme.read_text(encoding="utf-8")
    table = text[text.index("| rule |") : text.index("A **rule pack**")]
    assert set(re.findall(r"[a-z][a-z_0-9]+", table)) >= set(RULES)
