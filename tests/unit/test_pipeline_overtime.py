"""What overtime costs: from the rule, the site or a pack to a price for each week."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from support.plan_folders import PLAN, write_folder
from support.small_plan import agent, folder, plan, site

from solver.objectives.overtime import overtime_cost
from wfm.domain.people import Premia
from wfm.domain.plan import PlanRule
from wfm.domain.roster import OvertimePay, Roster, Shift, WorkSpan
from wfm.io.folder import read_folder
from wfm.pipeline.instance import roster_instance
from wfm.report.packs import pack_rows

MONDAY = date(2026, 10, 26)
ONE = (agent(),)
STEP = 4000 * 1000 // 4  # 40.00 an hour, a quarter of it, in thousandths of a cent
RULE_LINES = PLAN[PLAN.index("\nrules:") : PLAN.index("\nprices:")]
PREMIUM = {"normal_hours": 38, "premium": 0.5}


def pays(the_plan, agents=ONE):
    return roster_instance(folder(the_plan, agents=agents)).overtime


def rules_of(*rules):
    return tuple(PlanRule(rule="overtime", parameters=own, **at) for own, at in rules)


def test_without_a_premium_nothing_is_paid():
    assert pays(plan()) == ()
    limits = rules_of(({"normal_hours": 38, "approved": ("all",)}, {}))
    assert pays(plan(rules=limits)) == ()
    assert pays(plan(sites={"krakow": site(overtime_premium_fraction=0.25)})) == ()


def test_the_rules_premium_is_a_part_of_the_wage_alone():
    place = site(night_premium_fraction=1.0, sunday_premium_fraction=1.0)
    found = pays(plan(sites={"krakow": place}, rules=rules_of((PREMIUM, {}))))
    assert found == (
        OvertimePay(
            agent_id="A1", week=0, after_minutes=38 * 60, price_per_step=STEP // 2
        ),
    )


def test_the_sites_premium_counts_from_its_own_hours_or_the_rules():
    place = site(overtime_premium_fraction=0.25, overtime_after_minutes=2400)
    (own,) = pays(plan(sites={"krakow": place}))
    assert (own.after_minutes, own.price_per_step) == (2400, STEP // 4)
    rules = rules_of(({"normal_hours": 30}, {}))
    (ruled,) = pays(plan(sites={"krakow": place}, rules=rules))
    assert (ruled.after_minutes, ruled.price_per_step) == (1800, STEP // 4)
    free = rules_of(({"normal_hours": 30, "premium": 0.0}, {}))
    assert pays(plan(sites={"krakow": place}, rules=free)) == ()


def test_each_week_is_paid_as_its_first_date_says():
    later = MONDAY + timedelta(days=9)
    place = site(
        overtime_premium_fraction=0.25,
        overtime_after_minutes=2400,
        premia_later=((later, Premia(overtime_fraction=0.5)),),
    )
    rules = rules_of(
        ({"normal_hours": 38}, {"last": MONDAY + timedelta(days=6)}),
        ({"normal_hours": 36}, {"first": MONDAY + timedelta(days=14)}),
    )
    found = pays(plan(sites={"krakow": place}, rules=rules, weeks=3))
    assert [(p.after_minutes, p.price_per_step) for p in found] == [
        (38 * 60, STEP // 4),
        (40 * 60, STEP // 4),
        (36 * 60, STEP // 2),
    ]


def test_only_those_are_paid_whom_the_rule_speaks_of():
    people = (agent("A1"), agent("A2", contract_id="part"))
    the_plan = plan(rules=rules_of((PREMIUM, {"contract_id": "full"})))
    contracts = dict.fromkeys(("full", "part"), the_plan.contracts["full"])
    found = pays(replace(the_plan, contracts=contracts), agents=people)
    assert {p.agent_id for p in found} == {"A1"}


def test_a_step_that_ends_beyond_the_normal_time_is_overtime():
    instance = roster_instance(folder(plan(rules=rules_of((PREMIUM, {})))))
    pay = replace(instance.overtime[0], after_minutes=2 * 60 + 20)
    instance = replace(instance, overtime=(pay,))
    first = instance.planned_days["A1"][0].start_idx
    spans = (
        WorkSpan(start_idx=first, end_idx=first + 4),
        WorkSpan(start_idx=first + 4, end_idx=first + 8, activity="meal", paid=False),
        WorkSpan(start_idx=first + 8, end_idx=first + 16),
    )
    shift = Shift(agent_id="A1", date_local=MONDAY, spans=spans)
    # Three paid hours: 40 minutes too many, in three steps.
    roster = Roster(shifts=(shift,))
    assert overtime_cost(instance, roster) == 3 * pay.price_per_step
    early = replace(shift, date_local=MONDAY - timedelta(days=1))
    assert overtime_cost(instance, Roster(shifts=(early,))) == 0


# ------------------------------------------------------------------ packs with dates


def read_with(tmp_path, rules, **changes):
    text = PLAN.replace(RULE_LINES, f"\nrules:\n{rules}")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return read_folder(write_folder(tmp_path, plan=text), frozenset()).plan


PARTS = """\
  - {pack: jp, confirmed: all, to: 2026-10-28}
  - pack: jp
    confirmed: all
    from: 2026-10-29
    values: {night_premium: 0.5, overtime_premium: 0.75, daily_hours: {hours: 7}}
"""


def test_packs_and_their_premia_change_within_a_plan(tmp_path):
    found = read_with(tmp_path, PARTS)
    hours = {
        rule.first: (rule.last, rule.parameters["hours"])
        for rule in found.rules
        if rule.pack_key == "daily_hours"
    }
    assert hours == {
        date.min: (date(2026, 10, 28), 8.0),
        date(2026, 10, 29): (date.max, 7.0),
    }
    denver = found.sites["denver"]
    before, after = (denver.premia_on(date(2026, 10, n)) for n in (28, 29))
    assert (before.night_fraction, after.night_fraction) == (0.25, 0.5)
    assert (before.overtime_fraction, after.overtime_fraction) == (0.25, 0.75)
    assert denver.overtime_after_minutes == 2400
    assert denver.night_from_minute == 22 * 60
    # Fukuoka states a night premium of its own.
    fukuoka = found.sites["fukuoka"]
    assert {fukuoka.premia_on(date(2026, 10, n)).night_fraction for n in (28, 29)} == {
        0.25
    }
    states = {(row.key, row.state) for row in pack_rows(found)}
    assert ("daily_hours", "on, confirmed by the plan, to 2026-10-28") in states
    own = "on, with the plan's own value, from 2026-10-29"
    assert ("daily_hours", own) in states
    settings = {row.key: row.setting for row in pack_rows(found)}
    assert settings["overtime_premium"] == "+75 % beyond 40 hours a week"


def test_a_law_that_begins_within_the_plan_waits_for_its_date(tmp_path):
    week = ("week: 2026-10-26", "week: 2023-04-24")
    found = read_with(tmp_path, "  - {pack: pl, confirmed: all}\n", week=week)
    (pack,) = found.packs
    assert pack.states["breaks_due"] == "confirmed"
    assert pack.spans == {"breaks_due": (date(2023, 4, 26), date.max)}
    (rule,) = (rule for rule in found.rules if rule.pack_key == "breaks_due")
    assert rule.first == date(2023, 4, 26)
    own = "  - {pack: pl, values: {breaks_due: {due: [[6, 15]]}}}\n"
    early = read_with(tmp_path / "own", own, week=week)
    assert early.packs[0].spans == {}


def test_a_pack_that_ends_before_it_begins_is_told(tmp_path):
    from wfm.domain.errors import InputError

    with pytest.raises(InputError, match="2026-10-27 lies before 2026-10-29"):
        read_with(tmp_path, "  - {pack: jp, from: 2026-10-29, to: 2026-10-27}\n")


def test_premia_are_paid_from_the_date_on_which_they_hold():
    night = Premia(night_fraction=0.5)
    place = site(
        night_premium_fraction=0.25,
        premia_later=((date(2026, 10, 29), night),),
    )
    instance = roster_instance(folder(plan(sites={"krakow": place})))

    def at(text):
        return instance.grid.index_of(datetime.fromisoformat(text))

    assert instance.pay[0, at("2026-10-28T23:45+01:00")] == round(1.25 * STEP)
    assert instance.pay[0, at("2026-10-29T00:00+01:00")] == round(1.5 * STEP)
    assert instance.pay[0, at("2026-10-29T12:00+01:00")] == STEP
