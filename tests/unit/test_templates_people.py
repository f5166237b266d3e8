"""Agents, absences and last week's roster of the example plans."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from support.template_people import (
    WEEKDAYS,
    Weeks,
    all_folders,
    local,
    longest_run,
    minutes,
    rule,
    settings,
    table,
)

from wfm.io.templates import TEMPLATES
from wfm.templates.bank_calls import half_hours, headcount
from wfm.templates.people import shuffled_names


@pytest.fixture(scope="module")
def folders():
    return all_folders()


@pytest.fixture(scope="module")
def demo(folders):
    return folders["global-support"]


@pytest.mark.parametrize("name", list(TEMPLATES))
def test_everybody_has_a_legal_week(name, folders):
    weeks = Weeks(folders[name])
    stuck = [agent for agent in weeks.agents if weeks.legal_week(agent) is None]
    assert stuck == []


def test_the_search_for_a_legal_week_can_fail(folders):
    files = dict(folders["single-site"])
    rows = [f"LIS-001,{day},00:00,24:00,unavailable," for day in ("mon", "wed", "fri")]
    files["availability.csv"] += ("\n".join(rows) + "\n").encode()
    files["time_off.csv"] = b"agent_id,from_local,to_local,kind,paid\n"
    weeks = Weeks(files)
    assert weeks.legal_week("LIS-001") is not None  # four days of eight hours
    files["availability.csv"] += b"LIS-001,tue,00:00,24:00,unavailable,\n"
    assert Weeks(files).legal_week("LIS-001") is None


def test_head_counts(folders):
    heads = {name: len(table(f, "agents.csv")) for name, f in folders.items()}
    assert heads["global-support"] == 180
    assert heads["single-site"] == 25
    assert 15 <= heads["bank"] <= 30


def test_ids_and_names_are_unique_within_the_demo(demo):
    agents = table(demo, "agents.csv")
    assert len({a["agent_id"] for a in agents}) == len(agents)
    assert len({(a["site"], a["name"]) for a in agents}) == len(agents)
    assert agents[0]["agent_id"] == "FUK-001"


def test_the_mix_of_people(demo):
    agents = table(demo, "agents.csv")
    skills = {a["agent_id"]: a["skills"].replace(":", "").split(";") for a in agents}
    languages = {"ja2", "ja3", "ko", "en", "de"}
    bilingual = [a for a, s in skills.items() if len(languages & set(s)) > 1]
    part = [a for a in agents if a["employment_contract"].endswith("_part")]
    channels = [
        len(set(s) & {"phone", "chat", "email", "social"}) for s in skills.values()
    ]
    assert len(bilingual) >= 15
    assert 0.15 <= len(part) / len(agents) <= 0.25
    assert sum(n > 1 for n in channels) / len(agents) > 0.3
    families = [{"ja2", "ja3", "ko", "zh"}, {"en", "de"}]
    assert all(sum(bool(f & set(s)) for f in families) == 1 for s in skills.values())


def test_about_one_agent_day_in_twenty_is_time_off(demo):
    days = 0
    for row in table(demo, "time_off.csv"):
        first, last = (date.fromisoformat(row[k]) for k in ("from_local", "to_local"))
        assert date(2026, 10, 26) <= first <= last <= date(2026, 11, 1)
        days += (last - first).days + 1
    assert 0.03 < days / (180 * 7) < 0.06


def test_every_wage_has_a_rate(demo):
    currencies = {a["currency"] for a in table(demo, "agents.csv")} - {"EUR"}
    rates = {(r["month"], r["from"]) for r in table(demo, "exchange_rates.csv")}
    assert len(currencies) == 5
    # results of the past, the plan's month, then the scenarios'
    months = {f"2026-{m:02d}" for m in range(4, 13)}
    months |= {f"2027-{m:02d}" for m in range(1, 13)}
    assert rates == {(month, c) for month in months for c in currencies}


def shifts_of(rows):
    """Return local date -> spans of last week's roster rows of one agent."""
    shifts = {}
    for row in rows:
        shifts.setdefault(row["date_local"], []).append(row)
    return shifts


def times_of(spans):
    """Return begin and end of a shift whose spans follow each other."""
    ends = [span["end_utc"] for span in spans]
    assert ends[:-1] == [span["start_utc"] for span in spans[1:]]
    return tuple(datetime.fromisoformat(at) for at in (spans[0]["start_utc"], ends[-1]))


@pytest.mark.parametrize("name", ["global-support", "single-site"])
def test_last_weeks_shifts_are_of_the_contract_and_in_free_time(name, folders):
    plan, weeks = settings(folders[name]), Weeks(folders[name])
    monday = plan["week"] - timedelta(days=7)
    for agent_id, rows in weeks.past.items():
        agent = weeks.agents[agent_id]
        for day, spans in shifts_of(rows).items():
            begin, end = times_of(spans)
            wall = begin.astimezone(ZoneInfo(agent["zone"]))
            minute = wall.hour * 60 + wall.minute
            hours = (end - begin) / timedelta(hours=1)
            assert str(wall.date()) == day
            assert monday <= wall.date() < plan["week"]
            assert is_in_template(plan, agent["employment_contract"], minute, hours)
            weekday = WEEKDAYS[wall.weekday()]
            assert weeks.is_free(agent_id, weekday, minute, hours)


@pytest.mark.parametrize("name", ["global-support", "single-site"])
def test_last_weeks_rests_runs_and_hours(name, folders):
    plan, weeks = settings(folders[name]), Weeks(folders[name])
    monday = plan["week"] - timedelta(days=7)
    for agent_id, rows in weeks.past.items():
        contract = weeks.agents[agent_id]["employment_contract"]
        zone = ZoneInfo(weeks.agents[agent_id]["zone"])
        shifts = shifts_of(rows)
        times = [times_of(spans) for spans in shifts.values()]
        gaps = [b[0] - a[1] for a, b in pairwise(times)]
        rest = rule(plan, contract, "min_rest", "hours")
        assert min(gaps) >= timedelta(hours=rest)
        run = rule(plan, contract, "max_consecutive_days", "days")
        assert longest_run(shifts) <= run
        week = [local(day, 0, zone) for day in (monday, plan["week"])]
        free = [*gaps, times[0][0] - week[0], week[1] - times[-1][1]]
        assert max(free) >= timedelta(hours=35)
        meals = sum(row["activity"] == "meal" for row in rows)
        paid = sum((b - a) / timedelta(hours=1) for a, b in times)
        paid -= meals * unpaid_hours(plan, contract)
        limits = plan["employment_contracts"][contract]["rules"]["weekly_hours"]
        assert limits["min_hours"] <= paid <= limits["max_hours"]


def unpaid_hours(plan, contract):
    template = plan["employment_contracts"][contract]["shifts"][0]
    breaks = plan["break_sets"][plan["shift_templates"][template]["breaks"]]
    return sum(b["minutes"] for b in breaks if not b["paid"]) / 60


def is_in_template(plan, contract, minute, hours):
    for name in plan["employment_contracts"][contract]["shifts"]:
        template = plan["shift_templates"][name]
        first, last = map(minutes, template["start"].split("-"))
        on_step = (minute - first) % template["every_minutes"] == 0
        if first <= minute <= last and on_step and hours in template["hours"]:
            return True
    return False


def test_the_last_sunday_reaches_into_the_plan(demo):
    monday = datetime.fromisoformat("2026-10-25T23:00:00+00:00")
    on_shift = Counter()
    for row in table(demo, "previous_roster.csv"):
        begin, end = (datetime.fromisoformat(row[k]) for k in ("start_utc", "end_utc"))
        if begin <= monday < end and row["activity"] == "work":
            on_shift[row["site"]] += 1
    assert on_shift["denver"] >= 6
    assert on_shift["manila"] >= 2
    assert not on_shift["fukuoka"]  # eight in the morning there


def test_nobody_new_worked_last_week(demo):
    new = {a["agent_id"] for a in table(demo, "agents.csv") if a["valid_from"]}
    assert len(new) == 1
    assert not new & {row["agent_id"] for row in table(demo, "previous_roster.csv")}


def test_names_are_drawn_without_repetition():
    names = shuffled_names("PT", np.random.Generator(np.random.PCG64(3)))
    assert len(set(names)) == len(names) == 120


def test_students_are_off_in_the_morning_and_others_on_whole_days(demo):
    spans = Counter(
        (row["from_local"], row["to_local"])
        for row in table(demo, "availability.csv")
        if row["kind"] == "unavailable"
    )
    assert set(spans) == {("00:00", "12:30"), ("00:00", "24:00")}
    kinds = {row["kind"] for row in table(demo, "availability.csv")}
    assert kinds == {"unavailable", "prefer", "avoid"}


def test_the_banks_half_hours():
    stamps = [f"2003-03-03T20:{m:02d}:00Z" for m in range(0, 60, 5)]
    counts = half_hours([*stamps, "2003-03-03T21:00:00Z"], [*range(12), 99])
    assert counts == {
        datetime(2003, 3, 3, 20, 0): 0 + 1 + 2 + 3 + 4 + 5,  # noqa: DTZ001 - local clock
        datetime(2003, 3, 3, 20, 30): 6 + 7 + 8 + 9 + 10 + 11,  # noqa: DTZ001 - same
    }


def test_the_banks_head_count_follows_the_last_four_weeks():
    first = datetime(2003, 9, 29, 9)  # noqa: DTZ001 - the source has a local clock
    weeks = {first + timedelta(days=d, minutes=30): 20_000 for d in range(0, 28, 7)}
    old = {first - timedelta(days=300): 10**9}
    # 20,000 calls x 0.05 x 240 s = 66.7 h; / 0.73 / 37.5 h = 2.4 people
    assert headcount(weeks | old) == 3
