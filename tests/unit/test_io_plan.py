"""plan.yaml: what is read, and every fault at its place."""

from datetime import date
from pathlib import Path

import pytest
from support.plan_folders import PLAN, line_of, write_folder

from wfm.domain.errors import InputError, Problem
from wfm.domain.plan import Plan
from wfm.io.folder import read_folder


def plan_of(tmp_path: Path, text: str = PLAN, **patches: object) -> Plan:
    folder = write_folder(tmp_path, plan=text)
    named = {path.replace("__", "."): value for path, value in patches.items()}
    return read_folder(folder, frozenset(), named).plan


def problems_of(tmp_path: Path, text: str, **patches: object) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        plan_of(tmp_path, text, **patches)
    return caught.value.problems


def changed(old: str, new: str) -> str:
    assert PLAN.count(old) == 1, old
    return PLAN.replace(old, new)


def test_queues_sites_and_prices_arrive_in_domain_units(tmp_path):
    plan = plan_of(tmp_path)
    assert plan.first_date == date(2026, 10, 26)
    phone, chat, second = plan.queues
    assert phone.opening.spans == (((540, 1260),),) * 7
    assert phone.target.service_level_fraction == 0.8
    assert [(n.skill, n.min_level) for n in chat.requires] == [("en", 2), ("chat", 0)]
    # 22:00-05:00 every day: the night before ends at 05:00
    assert second.opening.spans[3] == ((0, 300), (1320, 1440))
    assert chat.opening.spans[5] == ((600, 720), (780, 900))
    assert chat.opening.spans[6] == ()
    assert plan.sites["denver"].region == "denver"
    assert plan.sites["fukuoka"].night_from_minute == 22 * 60
    # 60.00 EUR = 6,000 cents = 6,000,000 thousandths of a cent
    assert plan.prices.understaffing_per_hour == 6_000_000
    assert plan.prices.preference_per_hour == 150_000
    assert plan.queue_models == {"chat_en": "last_week"}


def test_yen_have_no_minor_unit(tmp_path):
    plan = plan_of(tmp_path, changed("currency: EUR", "currency: JPY"))
    assert plan.prices.understaffing_per_hour == 60_000


def test_rules_of_plan_and_contract(tmp_path):
    rules = plan_of(tmp_path).rules
    by_level = {(r.rule, r.contract_id): r for r in rules}
    assert by_level["weekly_hours", None].parameters == {
        "min_hours": 0.0,
        "max_hours": 40.0,
    }
    assert by_level["weekly_hours", "full"].parameters["min_hours"] == 32.0
    assert not by_level["seats", None].enabled
    floors = by_level["min_cover", None].parameters["floors"]
    weekday, closed = ((540, 1020),), ()
    assert floors == (
        {"site": "denver", "agents": 1, "spans": (weekday,) * 5 + (closed,) * 2},
        {"skill": "ja", "agents": 1, "spans": (((0, 1440),),) * 7},
    )


def test_a_floor_of_a_queue_is_a_queue_floor(tmp_path):
    (floor,) = plan_of(tmp_path).queue_floors
    assert (floor.queue_id, floor.agents) == ("phone_ja", 3)
    assert floor.spans == (((600, 720),), *[()] * 6)


def test_breaks_of_a_shift_by_length(tmp_path):
    contracts = plan_of(tmp_path).contracts
    (day,) = contracts["full"].templates
    assert [rule.minutes for rule in day.breaks_of(540)] == [15, 60, 15]
    (short,) = contracts["part"].templates
    assert [rule.earliest_minutes for rule in short.breaks_of(300)] == [90]
    assert short.weekdays == {0, 1}


def test_yaml_traps_are_what_was_written(tmp_path):
    text = PLAN.replace('"22:00-05:00", night', "22:00-05:00, night")
    text = text.replace("name: Small shop", "name: 010").replace("denver", "NO")
    plan = plan_of(tmp_path, text)
    assert plan.name == "010"
    assert set(plan.sites) == {"fukuoka", "NO"}


FAULTS = [
    ("version: 1", "version: 2", "version: '2' does not fit"),
    ("    channel: phone\n    zone", "    channel: [phone]\n    zone", "a list of 1"),
    ("name: Small shop", "name: {a: b}", "name: a mapping does not fit"),
    ("hours: [5]", "hours: []", "a list of 0"),
    ("hours: [5]", "hours: [0]", "hours.0: '0' hours is not a shift length"),
    ("remove: [2026-11-18]", "remove: [2026-10-31]", "is both added and removed"),
    ("DE-BE:", "ZZ:", "calendars.ZZ: no public calendar for country 'ZZ'"),
    ("outsourced: true", "outsourced: true, seats: many", "denver.seats: 'many'"),
    ("sun: closed}", "sun: 12:00-12:00}", "sun: the span '12:00-12:00' is empty"),
    (
        "    guaranteed_agents: 2",
        "    chat: {max_chats: 1, aht_factor: [1]}",
        "phone_ja.chat: a phone queue has no chat table",
    ),
    (
        '    open: {daily: "22:00-05:00"}',
        '    patience_s: 60\n    open: {daily: "22:00-05:00"}',
        "patience is not used by",
    ),
    ('{daily: "22:00-05:00"}', "{daily: closed}", "second.open: the queue is never"),
    ("{answer_within_open_hours: 8}", "{max_occupancy: 0.9}", "promises an answer in"),
    (
        'paid: true, before_end: "2:30-1:15"',
        "paid: true",
        "office.2: a break needs one window",
    ),
    ("minutes: 60, paid", "minutes: 50, paid", "minutes: 50 min is not on the roster"),
    ('"1:30-2:45"', '"2:45-1:30"', "start_after: the window ends before it"),
    ('"1:30-2:45"', '"90-120"', "start_after: '90' can't be read"),
    ('"1:30-2:45"', '"1:30"', "start_after: '1:30' can't be read"),
    ('"-6:00"', '"6:00-5:00"', "the range of shift lengths '6:00-5:00' is empty"),
    ('"-6:00"', '"-"', "for_shifts: '-' can't be read"),
    ('start: "09:00", hours', 'start: "09:00-", hours', "short.start: '' can't be"),
    (
        "zone: Asia/Tokyo, region",
        "zone: Asia/Tokio, region",
        "sites.fukuoka.zone: unknown time zone 'Asia/Tokio'; did you mean"
        " 'Asia/Tokyo'?",
    ),
    ("weeks: 1", "weks: 1", "weks: unknown key; did you mean 'weeks'?"),
    ("weeks: 1", "weeks: one", "weeks: 'one' does not fit"),
    ("weeks: 1", "weeks: 0", "weeks: '0' does not fit"),
    ("week: 2026-10-26", "week: 2026-10-27", "week: 2026-10-27 is a tue"),
    ("week: 2026-10-26", "week: 26.10.2026", "week: '26.10.2026' can't be read"),
    ("interval_minutes: 30", "interval_minutes: 25", "interval_minutes: '25'"),
    (
        "roster_step_minutes: 15",
        "roster_step_minutes: 20",
        "roster_step_minutes: 20 min does not divide the interval of 30 min",
    ),
    ("currency: EUR", "currency: EUX", "currency: unknown currency 'EUX'"),
    (
        "model: weekday_mean",
        "model: weekday_men",
        "forecast.model: unknown forecast model 'weekday_men'; did you mean"
        " 'weekday_mean'?",
    ),
    ("DE-BE:", "DE-XX:", "calendars.DE-XX: DE has no subdivision 'XX'"),
    ("country: US", "country: XX", "sites.denver.country: no public calendar"),
    ("fraction: 0.04", "fraction: 4", "shrinkage.sickness.fraction: '4'"),
    ("fraction: 0.02", "fraction: nan", "shrinkage.system.fraction: 'nan'"),
    ("channel: chat", "channel: chad", "channel: unknown channel 'chad'; did you"),
    ("requires: [ja, phone]", "requires: ja", "requires: 'ja' does not fit"),
    ('["en:2", chat]', '["en:x", chat]', "requires.0: 'en:x' is not a skill"),
    ('"09:00-21:00"', '"09:00-21"', "open.daily: '09:00-21' can't be read"),
    ('"09:00-21:00"', '"09:15-21:00"', "open: 09:15 is not on the 30-min interval"),
    ('"13:00-15:00"]', '"11:00-15:00"]', "open.sat: the spans 10:00-12:00, 11:00"),
    ('{weekdays: "09:00-18', '{weekday: "09:00-18', "did you mean 'weekdays'?"),
    ("service_level: 0.80", "service_level: 80", "target.service_level: '80'"),
    (
        "service_level: 0.80, answer",
        "answer",
        "target.answer_within_s: answer_within_s stands alone",
    ),
    ("target: {asa_s: 30}", "target: {}", "queues.chat_en.target: no target"),
    (
        "{answer_within_open_hours: 8}",
        "{asa_s: 8, answer_within_open_hours: 8}",
        "target.asa_s: callback work waits",
    ),
    (
        "target: {asa_s: 30}",
        "target: {asa_s: 30, answer_within_open_hours: 8}",
        "target.answer_within_open_hours: customers of a chat queue wait",
    ),
    ("max_chats: 3", "max_chats: 2", "aht_factor: 3 factors for 2 chats at once"),
    ("[1.0, 1.2, 1.5]", "[1.1, 1.2, 1.5]", "the factor of one chat is 1.1"),
    ("[1.0, 1.2, 1.5]", "[1.0, 1.2, 1.1]", "aht_factor: the factors fall"),
    ("handover_minutes: 30", "handover_minutes: 20", "20 min is not on the roster"),
    ("to: second,", "to: secnd,", "unknown queue 'secnd'; did you mean 'second'?"),
    ("share: 0.05", "share: 1.5", "forwards.0.share: '1.5' does not fit"),
    (", aht_s: 900}", "}", "forwards.0: no handle time is known for what second"),
    ("outsourced: true", "outsourced: NO", "outsourced: 'NO' is neither true nor"),
    ("seats: 40", "seats: -1", "sites.fukuoka.seats: '-1' does not fit"),
    ("holidays: closed", "holidays: close", "did you mean 'closed'?"),
    ("hours: [8.5, 9]", "hours: [8.6, 9]", "hours: 8:36 is not on the roster's step"),
    ('start: "07:00-10:00"', 'start: "22:00-02:00"', "ends before it begins"),
    ("every_minutes: 30", "every_minutes: 20", "0:20 is not on the roster's step"),
    ("[mon, Tuesday]", "[mon, Tusday]", "days.1: unknown weekday 'Tusday'; did you"),
    ("shifts: [short]", "shifts: [shrt]", "unknown shift template 'shrt'; did you"),
    (
        'before_end: "2:30-1:15"',
        'before_end: "1:15-2:30"',
        "before_end: the window ends before it begins",
    ),
    ('start_after: "1:30-2:45"', 'start_after: "1:30-2:50"', "2:50 is not on the"),
    ("seats: off", "seets: off", "rules.seets: unknown rule; did you mean 'seats'?"),
    ("seats: off", "seats: {number: 4}", "rules.seats.number: unknown key"),
    ("min_rest: {hours: 11}", "min_rest: {hours: long}", "rules.min_rest.hours:"),
    ("min_rest: {hours: 11}", "min_rest: {}", "min_rest: the key 'hours' is missing"),
    ("min_rest: {hours: 11}", "min_rest: 11", "min_rest: '11' is not a setting of"),
    ("min_hours: 32", "min_hours: 42", "rules.weekly_hours: weekly hours of 42.0"),
    ("{site: denver, agents", "{site: dever, agents", "unknown site 'dever'; did you"),
    ("{skill: ja, agents: 1}", "{agents: 1}", "rules.min_cover.2: a floor names"),
    ("{skill: ja, agents: 1}", "{skil: ja, agents: 1}", "did you mean 'skill'?"),
    ("hour: 1.00", "hour: -1", "prices.overstaffing_per_hour: '-1' can't be read"),
    ("hour: 60.00", "hour: 60,00", "understaffing_per_hour: '60,00' can't be read"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_one_fault_is_told_once_where_it_stands(tmp_path, old, new, message):
    text = changed(old, new)
    problems = problems_of(tmp_path, text)
    assert message in problems[0].message
    assert problems[0].row == PLAN[: PLAN.index(old)].count("\n") + 1
    assert len(problems) == 1


TOLD_ELSEWHERE = [
    # old text, new text, message, text of the line that it is told at
    ("  phone_ja:", "  phone ja:", "phone ja: 'phone ja' does not fit", "phone ja:"),
    (" country: US,", "", "holidays are closed, but no", "denver: {zone"),
    (
        "    chat: {max_chats: 3, aht_factor: [1.0, 1.2, 1.5]}\n",
        "",
        "queues.chat_en: the key 'chat' is missing",
        "  chat_en:",
    ),
    (
        "  part:\n    shifts: [short]",
        "  part:\n    shifts: [short]\n    rules: {min_cover: []}",
        "floors are named for the whole plan",
        "{min_cover: []}",
    ),
    (
        "per_hour: 60.00",
        "per_hour: 60.00\n  understaffing_steps: [[0.5, 1], [0.4, 2]]",
        "understaffing_steps: the shares sum to 0.9",
        "_steps",
    ),
    (
        "per_hour: 60.00",
        "per_hour: 60.00\n  understaffing_steps: [[0.5, 2], [0.5, 1]]",
        "understaffing_steps: the factors fall",
        "_steps",
    ),
    ("currency: EUR\n", "", "prices: prices in no currency", "prices:"),
    ("shrinkage:\n  sick", "shrinkage: none\nx:\n  sick", "'none' does", "e: none"),
]


@pytest.mark.parametrize(("old", "new", "message", "place"), TOLD_ELSEWHERE)
def test_a_fault_is_told_where_it_can_be_cured(tmp_path, old, new, message, place):
    text = changed(old, new)
    found = [p for p in problems_of(tmp_path, text) if message in p.message]
    assert [problem.row for problem in found] == [line_of(text, place)]


def test_min_cover_is_a_list(tmp_path):
    text = PLAN[: PLAN.index("  min_cover:")] + "  min_cover: {site: denver}\n"
    (problem,) = problems_of(tmp_path, text)
    assert problem.message == "rules.min_cover: {'site': 'denver'} is no list of floors"


def test_break_windows_are_judged_for_every_length_of_a_shift(tmp_path):
    text = changed('start_after: "3:00-4:45"', 'start_after: "2:00-4:45"')
    problems = problems_of(tmp_path, text)
    assert [problem.message for problem in problems] == [
        f"shift_templates.day.breaks: shift of {length}: meal at 2:00-5:45 is not after"
        " break at 1:15-2:30"
        for length in ("8:30", "9:00")
    ]
    assert {problem.row for problem in problems} == {line_of(text, "  day: {start")}


def test_faults_everywhere_are_told_together_in_file_order(tmp_path):
    text = PLAN
    places = []
    for old, new in (
        ("weeks: 1", "weeks: 9"),
        ("name: Small shop", "nam: Small shop"),
        ("zone: America/New_York", "zone: America/New_Yrk"),
        ("to: second", "to: secnd"),
        ("channel: callback", "channel: calback"),
        ("shifts: [short]", "shifts: [shrt]"),
        ("min_rest: {hours: 11}", "min_rst: {hours: 11}"),
        ("max_hours: 40}\n  min_cover", "max_ours: 40}\n  min_cover"),
        ("hour: 60.00", "hour: sixty"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
        places.append(new.split("\n")[0])
    problems = problems_of(tmp_path, text)
    rows = [problem.row for problem in problems]
    assert rows == sorted(rows)
    assert {line_of(text, place) for place in places} <= set(rows)
    # weekly_hours lost its maximum, and part of the contracts builds on it: no more
    assert len(problems) <= len(places) + 1


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("weeks: 1", "weks: 1", 1),  # the key
        ("weeks: 1", "weeks: x", 8),  # the value
        ("  phone_ja:\n    channel: phone\n", "  phone_ja:\n", 3),  # the parent
        ("zone: Asia/Tokyo, region", "zone: Tokyo, region", 19),
    ],
)
def test_faults_point_at_key_value_or_parent(tmp_path, old, new, column):
    (problem,) = problems_of(tmp_path, changed(old, new))
    assert problem.column == str(column)
    assert str(problem).startswith(f"plan.yaml:{problem.row}:{column}: ")


def test_missing_key_is_told_at_its_parent(tmp_path):
    text = changed("    channel: phone\n", "")
    (problem,) = problems_of(tmp_path, text)
    assert problem.message == "queues.phone_ja: the key 'channel' is missing"
    assert problem.row == line_of(text, "  phone_ja:")


def test_duplicate_key_names_both_lines(tmp_path):
    text = changed("weeks: 1\n", "weeks: 1\ncurrency: USD\n")
    (problem,) = problems_of(tmp_path, text)
    assert problem.row == 9
    assert problem.message == "currency: the key stands twice, first in line 6"


def test_forwards_in_a_circle(tmp_path):
    text = changed(
        "    target: {answer_within_open_hours: 8}\n",
        "    target: {answer_within_open_hours: 8}\n"
        "    forwards: [{to: phone_ja, share: 0.1, aht_s: 60}]\n",
    )
    (problem,) = problems_of(tmp_path, text)
    assert "in a circle: phone_ja > second > phone_ja" in problem.message


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "plain words"])
def test_a_file_without_a_plan(tmp_path, text):
    (problem,) = problems_of(tmp_path, text)
    assert problem.message == "the file holds no mapping"


def test_broken_yaml_is_told_with_its_place(tmp_path):
    (problem,) = problems_of(tmp_path, "queues: [a\nweek: 1\n")
    assert problem.row == 2
    assert "not YAML" in problem.message


def test_endless_nesting_is_told(tmp_path):
    (problem,) = problems_of(tmp_path, "a: " + "[" * 1200)
    assert problem.message in {
        "not a plan: nested too deeply",
        "not YAML: expected the node content, but found '<stream end>'",
    }


def test_an_anchor_in_itself_is_a_fault(tmp_path):
    problems = problems_of(tmp_path, PLAN + "extra: &a [*a]\n")
    assert "an anchor holds itself" in {problem.message for problem in problems}


def test_empty_sections_are_as_absent(tmp_path):
    plan = plan_of(
        tmp_path,
        changed("rules: {weekly_hours: {min_hours: 32, max_hours: 40}}", "rules:"),
    )
    assert all(rule.contract_id is None for rule in plan.rules)


def test_a_zone_off_the_grid(tmp_path):
    text = changed("zone: Asia/Tokyo, region", "zone: Asia/Kathmandu, region")
    assert plan_of(tmp_path, text).sites["fukuoka"].zone == "Asia/Kathmandu"
    queue = PLAN.replace("zone: America/New_York", "zone: Asia/Kathmandu")
    (problem,) = problems_of(tmp_path, queue)
    assert "Asia/Kathmandu is 345 min from UTC, off the 30-min grid" in problem.message


def test_patches_replace_values_before_they_are_judged(tmp_path):
    plan = plan_of(
        tmp_path,
        queues__chat_en__aht_s=420,
        queues__chat_en__chat__aht_factor=[1, 1.1, 1.2],
        queues__phone_ja__forwards__0__share=0.5,
        queues__phone_ja__closed_on_holidays=True,
        queues__phone_ja__guaranteed_agents=None,
        week=date(2026, 11, 2),
    )
    phone, chat, _ = plan.queues
    assert chat.default_aht_s == 420.0
    assert chat.chat.aht_factor == (1.0, 1.1, 1.2)
    assert phone.forwards[0].share == 0.5
    assert phone.closed_on_holidays
    assert phone.guaranteed_agents == 0
    assert plan.first_date == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("queues__chat_em__aht_s", "no such place to change; did you mean 'chat_en'?"),
        ("queues__chat_en__aht", "unknown key; did you mean 'aht_s'?"),
        ("queues__phone_ja__forwards__7__share", "no such place to change"),
        ("weks", "unknown key; did you mean 'weeks'?"),
    ],
)
def test_patches_of_no_place_are_faults(tmp_path, path, message):
    problems = problems_of(tmp_path, PLAN, **{path: 4})
    assert any(message in problem.message for problem in problems)


def test_a_patch_may_begin_a_section(tmp_path):
    text = PLAN[: PLAN.index("prices:")]
    plan = plan_of(tmp_path, text, prices__understaffing_per_hour="50.5")
    assert plan.prices.understaffing_per_hour == 5_050_000


def test_a_change_weighs_as_much_as_two_missing_hours_unless_stated(tmp_path):
    plan = plan_of(tmp_path / "a", PLAN, prices__understaffing_per_hour="50.00")
    assert plan.prices.change_per_shift == 2 * plan.prices.understaffing_per_hour
    assert plan.prices.change_per_break == plan.prices.change_per_shift // 3
    own = {"prices__change_per_shift": "9.00", "prices__change_per_break": "0"}
    plan = plan_of(tmp_path / "b", PLAN, **own)
    assert (plan.prices.change_per_shift, plan.prices.change_per_break) == (900_000, 0)
