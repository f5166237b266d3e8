"""From rules in plan.yaml to a roster that keeps them, and words where it does not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.tiny_folders import run_wfm, write_tiny

from solver.outcome import SolveLimits
from wfm.api import load
from wfm.domain.roster import Roster
from wfm.pipeline.judge import judge

PEOPLE = tuple((f"A{i}", "Asia/Tokyo") for i in range(1, 7))
MONDAY = date(2026, 10, 26)
RULES = """\
rules:
  - {pack: jp, confirmed: all, confirmed_by: A. Sato}
  - max_consecutive_nights: {nights: 2}
  - days_off_after_nights: {nights: 2, days: 1}
  - start_variation: {minutes: 240}
  - min_consecutive_days_off: {days: 2}
  - shift_count: {starts: ["20:00-23:30"], most: 3}
  - n_minus_1: {agents: 0}
  - apart: {groups: [[A1, A2]]}
  - {min_rest: {hours: 11}, weekly_hours: {max_hours: 40}}
"""
SHIFTS = """\
break_sets:
  meals: [{kind: meal, minutes: 60, paid: false, start_after: "3:00-4:30"}]
shift_templates:
  day: {start: "07:00-22:00", every_minutes: 180, hours: [8, 9], breaks: meals}
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A plan in Tokyo under the Japanese pack and rules about order, and its roster."""
    folder = write_tiny(
        tmp_path_factory.mktemp("plan") / "tokyo",
        zone="Asia/Tokyo",
        agents=PEOPLE,
        hours='{daily: "24h"}',
        offered="3",
    )
    path = folder / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    low, high = text.index("shift_templates:"), text.index("employment_contracts:")
    text = text[:low] + SHIFTS + text[high:]
    low, high = text.index("rules:\n"), text.index("prices:")
    path.write_text(text[:low] + RULES + text[high:], encoding="utf-8")
    plan = load(folder)
    limits = SolveLimits(max_time_s=8)
    return plan, plan.roster(limits=limits)


def test_the_roster_keeps_pack_and_rules(planned):
    _, result = planned
    assert result.certificate.ok
    shifts = result.solved.roster.shifts
    assert len(shifts) >= 10
    assert all(shift.paid_steps * 15 <= 8 * 60 for shift in shifts)
    nights = [s for s in shifts if _clock(result, s) >= 20]
    assert len(nights) >= 2


def _clock(result, shift):
    from wfm.calendar.local import zone

    instant = result.instance.grid.instant(shift.start_idx)
    return instant.astimezone(zone("Asia/Tokyo")).hour


def test_night_work_is_paid_as_the_pack_says(planned):
    _, result = planned
    instance = result.instance
    night = instance.night[0]
    assert instance.pay[0][night].max() == pytest.approx(1.25 * instance.pay[0].min())


@pytest.mark.parametrize("change", ["no meal", "apart"])
def test_a_hand_edited_roster_is_told_what_it_breaks(planned, change):
    _, result = planned
    shifts = list(result.solved.roster.shifts)
    first = next(s for s in shifts if s.agent_id == "A1")
    if change == "no meal":
        spans = tuple(replace(s, activity="work", paid=True) for s in first.spans)
        edited = [s for s in shifts if s != first] + [replace(first, spans=spans)]
        rule, words = "breaks_due", "0 h of breaks in"
    else:
        edited = [s for s in shifts if s.agent_id != "A2"]
        edited.append(replace(first, agent_id="A2"))
        rule, words = "apart", "A1 and A2 are on shift together"
    proof = judge(result.folder, result.instance, Roster(shifts=tuple(edited)))
    broken = {v.rule: v.message for v in proof.violations}
    assert words in broken[rule]


def test_the_past_binds_through_the_ledger(planned):
    _, result = planned
    from solver.build import build_rules
    from wfm.domain.fairness import FairnessRow
    from wfm.domain.roster import RuleSetting

    rows = tuple(
        FairnessRow(
            week=MONDAY - timedelta(days=7 * n),
            version="v1",
            agent_id="A1",
            shifts=5,
            paid_hours=60.0,
            weekends=0,
            weekend_shifts=0,
            night_shifts=0,
            night_hours=0.0,
            undesired_shifts=0,
        )
        for n in (1, 2, 3)
    )
    instance = replace(result.instance, ledger=rows)
    setting = RuleSetting(
        rule="average_hours", parameters={"max_hours": 45, "weeks": 4}
    )
    rule = next(r for r in build_rules([setting]) if r.name == "average_hours")
    assert {v.agent_id for v in rule.violations(instance, result.solved.roster)} == {
        "A1"
    }
    assert rule.violations(result.instance, result.solved.roster) == []


def test_check_names_what_is_off_in_a_pack(tmp_path, capsys, monkeypatch):
    folder = write_tiny(tmp_path / "plan")
    path = folder / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("rules:\n  min", "rules:\n  pack: eu\n  min"))
    code, said = run_wfm(capsys, monkeypatch, "check", folder)
    assert code == 0
    assert "rule pack eu (everybody): off, as nobody has verified them" in said
    assert "daily_rest" in said
    assert "not legal advice" in said
    path.write_text(text.replace("rules:\n  min", "rules:\n  pack: ue\n  min"))
    code, said = run_wfm(capsys, monkeypatch, "check", folder)
    assert code == 1
    assert "unknown rule pack 'ue'" in said
