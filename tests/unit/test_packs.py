"""Rule packs: what they hold, how plan.yaml asks for them, what they pay."""

from datetime import date

import pytest
from support.plan_folders import PLAN, line_of, write_folder

from solver.build import build_rules
from solver.pack import PACKS, Pack, all_premia, all_values
from solver.rule import RULES
from wfm.domain.errors import InputError, UsageError
from wfm.domain.roster import RuleSetting
from wfm.io.folder import read_folder
from wfm.pipeline.rules import resolve_rules
from wfm.report.packs import gaps_of_packs, pack_notes, pack_rows
from wfm.report.proof import setting_words

ASKED = {"eu", "de", "pl", "pt", "jp", "ph", "us", "us_ca", "in_ka", "cn", "kr"}
RULE_LINES = PLAN[PLAN.index("\nrules:") : PLAN.index("\nprices:")]


def plan_with(tmp_path, rules):
    """The plan whose own general rules are *rules*, in lines of YAML."""
    text = PLAN.replace(RULE_LINES, f"\nrules:\n{rules}")
    return read_folder(write_folder(tmp_path, plan=text), frozenset()).plan


def problems_with(tmp_path, rules):
    with pytest.raises(InputError) as caught:
        plan_with(tmp_path, rules)
    return caught.value.problems


def of_pack(plan, pack):
    return {rule.pack_key: rule for rule in plan.rules if rule.pack == pack}


def test_every_place_that_is_asked_for_has_a_pack():
    assert set(PACKS) == ASKED
    for name in PACKS:
        assert PACKS[name].name == name


@pytest.mark.parametrize("name", sorted(ASKED))
def test_values_of_a_pack_are_rules_with_sources(name):
    pack = PACKS[name]
    for value in all_values(pack):
        setting = RuleSetting(rule=value.rule, parameters=value.parameters)
        assert value.rule in {rule.name for rule in build_rules([setting])}
    for entry in (*all_values(pack), *all_premia(pack)):
        assert entry.source.url.startswith("http")
        assert entry.source.read <= date(2026, 11, 22)
        assert len(entry.words) > 15
        assert not entry.verified  # no person has compared a value with the law yet
    for premium in all_premia(pack):
        assert 0 < premium.fraction <= 2
        if premium.kind == "night":
            assert premium.from_minute != premium.to_minute
        if premium.kind == "overtime":
            assert premium.after_hours_a_week > 0


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_rule_has_one_value_in_a_pack(name):
    rules = [value.rule for value in all_values(PACKS[name])]
    assert len(rules) == len(set(rules))


def test_what_a_state_says_replaces_what_it_builds_on():
    german = {value.key: value for value in all_values(PACKS["de"])}
    european = {value.key: value for value in all_values(PACKS["eu"])}
    assert german["weekly_rest"] == european["weekly_rest"]
    assert german["average_hours"].parameters["weeks"] == 24
    assert european["average_hours"].parameters["weeks"] == 17


def test_values_that_the_sources_give():
    """Figures as the sources named in the packs state them, read 2026-11-22."""
    japan = {value.rule: value.parameters for value in all_values(PACKS["jp"])}
    assert japan["breaks_due"]["due"] == ((6.0, 45.0), (8.0, 60.0))
    assert japan["overtime"]["normal_hours"] == 40
    assert japan["overtime"]["max_in_52_weeks"] == 360
    manila = {premium.kind: premium for premium in all_premia(PACKS["ph"])}
    assert (manila["night"].fraction, manila["night"].from_minute) == (0.10, 22 * 60)
    assert manila["night"].to_minute == 6 * 60
    california = {value.rule: value.parameters for value in all_values(PACKS["us_ca"])}
    assert california["break_by"]["hours"] == 5
    assert california["break_by"]["second_hours"] == 10
    portugal = {value.rule: value.parameters for value in all_values(PACKS["pt"])}
    assert portugal["work_stretch"] == {"hours": 5.0, "break_minutes": 60}


def test_an_unverified_value_is_off_until_somebody_confirms_it(tmp_path):
    plan = plan_with(tmp_path, "  - pack: jp\n  - min_rest: {hours: 11}\n")
    assert of_pack(plan, "jp") == {}
    (pack,) = plan.packs
    assert set(pack.states.values()) == {"unverified"}
    assert pack.premia == {}


def test_the_pack_alone_is_a_word(tmp_path):
    plan = plan_with(tmp_path, "  pack: eu\n  min_rest: {hours: 11}\n")
    assert [pack.pack for pack in plan.packs] == ["eu"]


def test_all_values_are_confirmed_by_name(tmp_path):
    plan = plan_with(
        tmp_path, "  - {pack: jp, confirmed: all, confirmed_by: A. Sato 2026-11-20}\n"
    )
    found = of_pack(plan, "jp")
    assert found["daily_hours"].parameters == {"hours": 8.0}
    assert set(found) == {value.key for value in all_values(PACKS["jp"])}
    (pack,) = plan.packs
    assert pack.confirmed_by == "A. Sato 2026-11-20"
    assert set(pack.states.values()) == {"confirmed"}


def test_some_values_are_confirmed_some_are_own_some_off(tmp_path):
    plan = plan_with(
        tmp_path,
        "  - pack: de\n"
        "    confirmed: [daily_rest, break]\n"
        "    values: {daily_hours: {hours: 9}, weekly_rest: off}\n",
    )
    assert {k: dict(r.parameters) for k, r in of_pack(plan, "de").items()} == {
        "daily_rest": {"hours": 11.0},
        "break": {"hours": 6.0, "break_minutes": 15},
        "daily_hours": {"hours": 9.0},
    }
    (pack,) = plan.packs
    assert pack.states["daily_hours"] == "own"
    assert pack.states["weekly_rest"] == "off"
    assert pack.states["average_hours"] == "unverified"


def test_the_plans_own_rule_wins_over_the_pack_wherever_it_stands(tmp_path):
    plan = plan_with(
        tmp_path,
        "  - min_rest: {hours: 12}\n  - {pack: eu, confirmed: all}\n",
    )
    settings = {s.rule: s.parameters for s in resolve_rules(plan, ())}
    assert settings["min_rest"] == {"hours": 12.0}
    assert settings["weekly_rest"] == {"hours": 35.0}


def test_a_site_has_a_pack_of_its_own(tmp_path):
    text = PLAN.replace(
        "  fukuoka: {",
        "  fukuoka: {rules: [{pack: jp, confirmed: [daily_hours]}], ",
    )
    plan = read_folder(write_folder(tmp_path, plan=text), frozenset()).plan
    rule = of_pack(plan, "jp")["daily_hours"]
    assert (rule.site_id, rule.contract_id) == ("fukuoka", None)


def test_packs_pay_premia_at_their_sites(tmp_path):
    plan = plan_with(tmp_path, "  - {pack: kr, confirmed: all}\n")
    denver, fukuoka = plan.sites["denver"], plan.sites["fukuoka"]
    assert denver.holiday_premium_fraction == 0.50
    assert denver.night_premium_fraction == 0.50
    assert (denver.night_from_minute, denver.night_to_minute) == (1320, 360)
    assert denver.holidays == "closed"  # as the site says itself
    assert fukuoka.holidays == "premium"
    # The site states night and premium itself.
    assert fukuoka.night_premium_fraction == 0.25
    assert fukuoka.night_to_minute == 5 * 60


def test_own_premium_replaces_the_packs(tmp_path):
    plan = plan_with(tmp_path, "  - {pack: cn, values: {holiday_premium: 1.5}}\n")
    (pack,) = plan.packs
    assert pack.premia == {"holiday_premium": 1.5}
    assert pack.states["holiday_premium"] == "own"


def test_packs_and_rules_hold_between_their_dates(tmp_path):
    lines = (
        "  - {pack: eu, confirmed: all, to: 2026-10-25}\n"
        "  - {pack: jp, confirmed: all, from: 2026-10-26}\n"
        "  - min_rest: {hours: 10, to: 2026-10-25}\n"
        "  - min_rest: {hours: 12, from: 2026-10-26, to: 2026-10-26}\n"
    )
    plan = plan_with(tmp_path, lines)  # the plan begins on 2026-10-26
    assert [pack.pack for pack in plan.packs] == ["jp"]
    rest = [r.parameters for r in plan.rules if r.rule == "min_rest" and not r.pack]
    assert rest == [{"hours": 12.0}]


def test_a_value_that_comes_into_force_later_is_told(tmp_path):
    plan = plan_with(tmp_path, "  - {pack: pl, confirmed: all}\n")
    (pack,) = plan.packs
    assert pack.states["breaks_due"] == "confirmed"  # since 2023-04-26
    early = PLAN.replace(RULE_LINES, "\nrules: {pack: {pack: pl, confirmed: all}}\n")
    early = early.replace("week: 2026-10-26", "week: 2023-01-02")
    plan = read_folder(write_folder(tmp_path / "x", plan=early), frozenset()).plan
    assert plan.packs[0].states["breaks_due"] == "later"


@pytest.mark.parametrize(
    ("rules", "line", "message"),
    [
        ("  - pack: jpp\n", "pack: jpp", "unknown rule pack 'jpp'; did you mean 'jp'?"),
        (
            "  - pack: jp\n    confirmed: [daily_hour]\n",
            "daily_hour",
            "jp has no value 'daily_hour'; did you mean 'daily_hours'?",
        ),
        (
            "  - pack: jp\n    values: {weekly_rests: off}\n",
            "weekly_rests",
            "jp has no such value",
        ),
        (
            "  - pack: jp\n    values: {daily_hours: {hour: 7}}\n",
            "hour: 7",
            "unknown key; did you mean 'hours'?",
        ),
        (
            "  - pack: jp\n    values: {daily_hours: 7}\n",
            "daily_hours: 7",
            "'7' is not a value of max_hours_a_day",
        ),
        (
            "  - pack: jp\n    values: {daily_hours: {hours: -1}}\n",
            "hours: -1",
            "hours a day must not be negative",
        ),
        (
            "  - pack: jp\n    values: {night_premium: lots}\n",
            "lots",
            "lots",
        ),
        ("  - pack: jp\n    values: {night_premium: 25}\n", ": 25}", "25 on top"),
        ("  - {pack: jp, sure: yes}\n", "sure", "unknown key"),
        ("  - {pack: jp, from: soon}\n", "soon", "soon"),
        ("  - just words\n", "just words", "'just words' is no rule"),
        ("  pack: 7\n", "pack: 7", "unknown rule pack '7'"),
        ("  - pack: [eu]\n", "pack: [eu]", "does not fit"),
        ("  - min_rest: {hours: 11, from: soon}\n", "soon", "soon"),
        (
            "  - min_rest: {hours: 11, from: 2026-12-01, to: 2026-11-01}\n",
            "2026-11-01",
            "2026-11-01 lies before 2026-12-01",
        ),
        ("  - min_rests: {hours: 11}\n", "min_rests", "unknown rule"),
    ],
)
def test_faults_are_told_with_line_and_cure(tmp_path, rules, line, message):
    text = PLAN.replace(RULE_LINES, f"\nrules:\n{rules}")
    found = problems_with(tmp_path, rules)
    assert len(found) == 1
    assert message in f"{found[0].message} {found[0].expected}"
    assert found[0].row == line_of(text, line)


def test_rules_that_are_no_table_are_told(tmp_path):
    text = PLAN.replace(RULE_LINES, "\nrules: legal\n")
    with pytest.raises(InputError) as caught:
        read_folder(write_folder(tmp_path, plan=text), frozenset())
    assert "'legal' is no table of rules" in caught.value.problems[0].message


def test_a_pack_with_a_key_twice_is_refused():
    value = all_values(PACKS["jp"])[0]
    with pytest.raises(UsageError, match="a key twice"):
        Pack(name="x", title="x", values=(value, value))


def test_rules_of_packs_are_known():
    for name in PACKS:
        assert {value.rule for value in all_values(PACKS[name])} <= set(RULES)


ROWS = """\
  - {pack: jp, confirmed: [daily_hours, night_premium], confirmed_by: A. Sato}
  - min_rest: {hours: 11}
"""


def test_the_report_lists_every_value_with_state_and_source(tmp_path):
    plan = plan_with(tmp_path, ROWS)
    rows = {row.key: row for row in pack_rows(plan, {"max_hours_a_day": 3})}
    assert set(rows) == set(PACKS["jp"].keys())
    daily = rows["daily_hours"]
    assert (daily.setting, daily.breaches, daily.holds) == ("8 h", 3, True)
    assert daily.state == "on, confirmed by the plan (A. Sato)"
    assert daily.source == "Labor Standards Act, article 32"
    assert daily.read == "2026-11-22"
    assert rows["breaks_due"].state == "off, nobody has verified it"
    assert rows["breaks_due"].breaches == 0
    assert rows["night_premium"].setting == "+25 %, 22:00 to 05:00"


def test_the_report_says_where_the_plan_replaces_a_value(tmp_path):
    lines = "  - {pack: eu, confirmed: all}\n  - min_rest: {hours: 9}\n"
    rows = {row.key: row for row in pack_rows(plan_with(tmp_path, lines))}
    assert rows["daily_rest"].replaced == "everybody: 9 h"
    assert rows["weekly_rest"].replaced == ""


def test_a_rule_switched_off_beside_its_pack_is_told(tmp_path):
    lines = "  - {pack: eu, confirmed: all}\n  - min_rest: off\n"
    rows = {row.key: row for row in pack_rows(plan_with(tmp_path, lines))}
    assert rows["daily_rest"].replaced == "everybody: off"


def test_notes_name_what_is_off_and_that_this_is_no_advice(tmp_path):
    first, advice = pack_notes(plan_with(tmp_path, ROWS))
    assert first.startswith("rule pack jp (everybody): off, as nobody has verified")
    assert "breaks_due" in first
    assert "daily_hours" not in first
    assert "not legal advice" in advice
    assert pack_notes(plan_with(tmp_path / "none", "  min_rest: {hours: 11}\n")) == ()


def test_gaps_of_a_pack_are_listed(tmp_path):
    gaps = gaps_of_packs(plan_with(tmp_path, "  pack: [eu, jp]\n"))
    assert any(gap.startswith("Japan: 35 %") for gap in gaps)
    assert any(gap.startswith("European Union: night workers") for gap in gaps)


def test_names_in_rules_are_checked(tmp_path):
    lines = (
        "  - n_minus_1: {agents: 1, queues: [phone_jaa]}\n"
        "  - apart: {groups: [[F1, F2]]}\n"
        "  - overtime: {normal_hours: 40, approved: [D2]}\n"
    )
    text = PLAN.replace(RULE_LINES, f"\nrules:\n{lines}")
    folder = write_folder(tmp_path, plan=text)
    with pytest.raises(InputError) as caught:
        read_folder(folder, frozenset({"agents"}))
    apart, overtime, n_minus_1 = caught.value.problems
    assert n_minus_1.message.startswith(
        "rules.0.n_minus_1.queues.0: unknown queue 'phone_jaa'"
    )
    assert n_minus_1.row == line_of(text, "phone_jaa")
    assert apart.message == "rules.apart: unknown agent 'F2'; known: D1, F1"
    assert overtime.message == "rules.overtime: unknown agent 'D2'; known: D1, F1"


def test_words_for_times_and_weekdays_in_rules(tmp_path):
    lines = (
        '  - shift_count: {starts: "20:00-23:30", most: 3}\n'
        "  - max_weekends: {most: 1, among: 2, weekdays: [sat, sun]}\n"
        '  - forbidden_next: {after: ["14:00-16:00"], then: ["06:00", [420, 480]]}\n'
        "  - overtime: {normal_hours: 40, approved: all}\n"
    )
    rules = {r.rule: r.parameters for r in plan_with(tmp_path, lines).rules}
    assert rules["shift_count"]["starts"] == ((1200, 1410),)
    assert rules["max_weekends"]["weekdays"] == (5, 6)
    assert rules["forbidden_next"] == {
        "after": ((840, 960),),
        "then": ((360, 360), (420, 480)),
    }
    assert rules["overtime"]["approved"] == ("all",)


def test_floors_by_level_grade_and_years(tmp_path):
    lines = (
        "  min_cover:\n"
        '    - {skill: "ja:3", agents: 1, max_agents: 4}\n'
        "    - {site: denver, grade: senior, agents: 1}\n"
        "    - {min_seniority: 2, agents: 2}\n"
    )
    rule = next(r for r in plan_with(tmp_path, lines).rules if r.rule == "min_cover")
    floors = [
        {k: v for k, v in f.items() if k != "spans"} for f in rule.parameters["floors"]
    ]
    assert floors == [
        {"skill": "ja", "level": 3, "agents": 1, "max_agents": 4},
        {"site": "denver", "grade": "senior", "agents": 1},
        {"min_seniority": 2.0, "agents": 2},
    ]


@pytest.mark.parametrize(
    ("floor", "message"),
    [
        ("{site: denver}", "the key 'agents' is missing"),
        ("{site: denver, agents: 3, max_agents: 2}", "and at most 2"),
        ('{skill: "xx:3", agents: 1}', "unknown skill 'xx'"),
    ],
)
def test_floors_that_make_no_sense_are_told(tmp_path, floor, message):
    (problem,) = problems_with(tmp_path, f"  min_cover:\n    - {floor}\n")
    assert message in problem.message


def test_premia_by_skill_are_read_with_their_level(tmp_path):
    text = PLAN.replace(
        "  fukuoka: {",
        '  fukuoka: {skill_premium: {"ja:3": 0.1, en: 0.05}, sunday_premium: 0.35, ',
    )
    place = read_folder(write_folder(tmp_path, plan=text), frozenset()).plan.sites
    assert place["fukuoka"].skill_premia == (("ja", 3, 0.1), ("en", 0, 0.05))
    assert place["fukuoka"].sunday_premium_fraction == 0.35


def test_floors_are_told_in_words():
    floor = {"skill": "ja", "level": 3, "agents": 1, "max_agents": 4}
    words = setting_words({"floors": (floor, {"grade": "senior", "agents": 2})})
    assert words == (
        "skill ja level 3 and up: at least 1, at most 4, grade senior: at least 2"
    )
