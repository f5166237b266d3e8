"""The small tables of a plan folder: values, and planted faults by row and column."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support.plan_folders import PLAN, TABLES, gzipped, workbook, write_folder

from wfm.calendar.local import wall_minute
from wfm.domain.errors import InputError, Problem, UsageError
from wfm.domain.plan import PlanFolder
from wfm.io.folder import ALL_FILES, read_folder

PEOPLE = ALL_FILES - {"history"}


def read(tmp_path: Path, needs: frozenset[str] = PEOPLE, **tables: object):
    named = {name.replace("__", "."): text for name, text in tables.items()}
    return read_folder(write_folder(tmp_path, tables=named), needs)


def problems(tmp_path: Path, **tables: object) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, **tables)
    return caught.value.problems


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> PlanFolder:
    return read(tmp_path_factory.mktemp("plan"), ALL_FILES)


def test_agents(folder):
    aiko, dan = folder.agents
    assert aiko.skills == {"ja": 3, "phone": 0}
    assert (aiko.hourly_cost_minor, aiko.currency) == (1500, "JPY")  # no minor unit
    assert (dan.hourly_cost_minor, dan.currency) == (2150, "USD")
    assert aiko.zone == "Asia/Tokyo"
    assert (dan.remote, aiko.remote) == (True, False)
    assert aiko.valid_from == date(2020, 1, 1)


def test_availability_past_midnight(folder):
    night, prefer = folder.availability
    assert (night.weekday, night.day) == (0, None)
    assert (night.from_minute, night.to_minute) == (22 * 60, 30 * 60)
    assert (prefer.day, prefer.to_minute) == (date(2026, 10, 27), 1440)
    assert (prefer.kind, prefer.weight, night.weight) == ("prefer", 2.0, 1.0)


def test_time_off_by_dates_is_inclusive(folder):
    leave, doctor = folder.time_off
    assert leave.from_wall_minute == wall_minute(date(2026, 10, 28))
    assert leave.to_wall_minute == wall_minute(date(2026, 10, 30))
    assert leave.paid
    assert doctor.to_wall_minute - doctor.from_wall_minute == 180
    assert not doctor.paid


def test_events_by_queue_and_market(folder):
    sale, outage = folder.events
    assert sale.queue_ids == ("phone_ja", "chat_en")
    assert sale.effect is None
    assert sale.to_local_minute - sale.from_local_minute == 7 * 1440
    assert outage.queue_ids == ("phone_ja",)  # the only one in JP
    assert (outage.effect, outage.aht_factor) == (1.5, 1.1)


def test_the_rest(folder):
    (override,) = folder.overrides  # the row with # is a comment
    assert (override.op, override.value, override.row) == ("scale", 1.2, 3)
    (backlog,) = folder.backlog
    assert backlog.arrived_utc == datetime(2026, 10, 25, 20, tzinfo=UTC)
    assert [rate.rate for rate in folder.exchange_rates] == [0.0057, 0.86]
    assert [row.agent_id for row in folder.previous_roster] == ["F1", "F1"]
    (locked,) = folder.locked
    assert (locked.queue_id, locked.end_utc.minute) == ("phone_ja", 30)


def test_hashes_are_of_the_bytes(folder):
    import hashlib

    expected = hashlib.sha256(TABLES["agents.csv"].encode()).hexdigest()
    assert folder.hashes["agents.csv"] == expected
    assert set(folder.hashes) == {"plan.yaml", "history.csv", *TABLES}


def test_only_what_is_asked_for_is_read(tmp_path):
    found = read(tmp_path, frozenset({"events"}), agents__csv="no table at all")
    assert found.agents == ()
    assert found.previous_roster is None
    assert set(found.hashes) == {"plan.yaml", "events.csv"}


def test_optional_files_may_be_absent(tmp_path):
    absent = dict.fromkeys(TABLES)
    absent["agents.csv"] = (
        TABLES["agents.csv"].replace("1500,JPY", "9,").replace("21.50,USD", "9.005,")
    )
    found = read_folder(write_folder(tmp_path, tables=absent), PEOPLE)
    assert found.previous_roster is None
    assert (found.time_off, found.locked, found.exchange_rates) == ((), (), ())
    # 9.005 EUR is half a cent between 900 and 901: to the even one
    assert [agent.hourly_cost_minor for agent in found.agents] == [900, 900]


AGENT_HEAD = TABLES["agents.csv"].splitlines()[0] + "\n"
ROSTER_HEAD = TABLES["locked_roster.csv"].splitlines()[0] + "\n"
FAULTS = [
    # file, text appended, column, message
    ("agents.csv", "F1,fukuoka,full,ja,,,,,\n", "agent_id", "'F1' stands twice, first"),
    ("agents.csv", "X,fukuka,full,ja,,,,,\n", "site", "unknown site 'fukuka'; did you"),
    ("agents.csv", "X,fukuoka,ful,ja,,,,,\n", "employment_contract", "did you mean"),
    ("agents.csv", "X,fukuoka,full,phome,,,,,\n", "skills", "did you mean 'phone'?"),
    ("agents.csv", "X,fukuoka,full,ja:x,,,,,\n", "skills", "'ja:x' is not a skill"),
    ("agents.csv", "X,fukuoka,full,ja;ja,,,,,\n", "skills", "'ja' stands twice"),
    ("agents.csv", "X,fukuoka,full,,,,,,\n", "skills", "the cell is blank"),
    ("agents.csv", ",fukuoka,full,ja,,,,,\n", "agent_id", "the cell is blank"),
    ("agents.csv", "X,fukuoka,full,ja,,maybe,,,\n", "remote", "'maybe' can't be read"),
    ("agents.csv", "X,fukuoka,full,ja,,,1.2.2020,,\n", "valid_from", "can't be read"),
    ("agents.csv", "X,fukuoka,full,ja,,,,-3,\n", "hourly_cost", "can't be read"),
    ("agents.csv", "X,fukuoka,full,ja,,,,3,XXQ\n", "currency", "unknown currency"),
    ("agents.csv", "X,fukuoka,full,ja,,,,,,,7\n", "", "the row has 11 cells"),
    (
        "availability.csv",
        "F9,,mon,,,avoid,\n",
        "agent_id",
        "unknown agent 'F9'; known:",
    ),
    ("availability.csv", "F1,,,,,avoid,\n", "date", "neither of date and weekday"),
    ("availability.csv", "F1,2026-10-27,mon,,,avoid,\n", "date", "both of date and"),
    ("availability.csv", "F1,,Mondy,,,avoid,\n", "weekday", "did you mean 'monday'?"),
    ("availability.csv", "F1,,mon,9am,,avoid,\n", "from_local", "'9am' can't be read"),
    ("availability.csv", "F1,,mon,,25:00,avoid,\n", "to_local", "can't be read"),
    ("availability.csv", "F1,,mon,,,likes,\n", "kind", "'likes' is none of them"),
    ("availability.csv", "F1,,mon,,,avoid,-1\n", "weight", "-1 is too small"),
    ("time_off.csv", "F1,2026-10-30,2026-10-28,a,\n", "to_local", "is not after"),
    ("time_off.csv", "F1,,2026-10-28,a,\n", "from_local", "the cell is blank"),
    ("time_off.csv", "F1,2026-02-30,,a,\n", "from_local", "can't be read"),
    ("time_off.csv", "F1,2026-10-30 09:00+01:00,,a,\n", "from_local", "has an offset"),
    ("time_off.csv", "G1,2026-10-30,,a,\n", "agent_id", "unknown agent 'G1'"),
    ("events.csv", "E,phone,,2026-10-30,,k,,,\n", "queue", "unknown queue 'phone'"),
    ("events.csv", "E,,,2026-10-30,,k,,,\n", "queue", "neither of queue and market"),
    ("events.csv", "E,,JQ,2026-10-30,,k,,,\n", "market", "no queue has country or"),
    ("events.csv", "E,phone_ja,,2026-10-30,,k,lots,,\n", "effect", "can't be read"),
    ("events.csv", "E,phone_ja,,2026-10-30,,k,1,0,\n", "aht_factor", "0 is too small"),
    ("events.csv", "E,phone_ja,,2026-10-30,,,1,,\n", "kind", "the cell is blank"),
    ("overrides.csv", "forcast,second,2026-10-30,,set,1,,,\n", "stage", "did you mean"),
    ("overrides.csv", "forecast,secnd,2026-10-30,,set,1,,,\n", "queue", "did you mean"),
    ("overrides.csv", "forecast,second,2026-10-30,,sat,1,,,\n", "op", "did you mean"),
    ("overrides.csv", "forecast,second,2026-10-30,,set,,,,\n", "value", "is blank"),
    ("overrides.csv", "forecast,second,2026-10-30,,set,-1,,,\n", "value", "too small"),
    ("backlog.csv", "phone_ja,2026-10-25T20:00Z,3\n", "queue", "can't wait"),
    ("backlog.csv", "second,2026-10-25,3\n", "arrived_utc", "can't be read"),
    ("backlog.csv", "second,2026-10-25T20:00Z,-3\n", "contacts", "too small"),
    ("exchange_rates.csv", "2026-13,JPY,EUR,1,\n", "month", "'2026-13' is no month"),
    ("exchange_rates.csv", "2026-10,YEN,EUR,1,\n", "from", "unknown currency 'YEN'"),
    ("exchange_rates.csv", "2026-11,JPY,EUR,0,\n", "rate", "not positive"),
    ("exchange_rates.csv", "2026-10,JPY,EUR,1,\n", "month", "a second rate for"),
    (
        "previous_roster.csv",
        "F1,fukuoka,2026-10-23,2026-10-23T04:30Z,2026-10-23T06:00Z,work,\n",
        "start_utc",
        "the span overlaps that of F1 in row 3",
    ),
    (
        "previous_roster.csv",
        "F1,fukuoka,2026-10-24,2026-10-24T04:10Z,2026-10-24T06:00Z,work,\n",
        "start_utc",
        "not on the roster's step",
    ),
    (
        "locked_roster.csv",
        "F2,fukuoka,2026-10-28,2026-10-28T00:00Z,2026-10-28T02:00Z,work,\n",
        "agent_id",
        "unknown agent 'F2'; known: D1, F1",
    ),
    (
        "locked_roster.csv",
        "F1,fukuoka,2026-10-28,2026-10-28T00:00Z,2026-10-28T02:00Z,wrok,\n",
        "activity",
        "unknown activity 'wrok'; did you mean 'work'?",
    ),
    (
        "locked_roster.csv",
        "F1,fukuoka,2026-10-26,2026-10-28T00:00Z,2026-10-28T02:00Z,work,\n",
        "date_local",
        "the span starts on 2026-10-28 in Asia/Tokyo, far from 2026-10-26",
    ),
    (
        "locked_roster.csv",
        "F1,fukuoka,2026-10-28,2026-10-28T02:00Z,2026-10-28T02:00Z,work,\n",
        "end_utc",
        "is not after the start",
    ),
    (
        "locked_roster.csv",
        "F1,osaka,2026-10-28,2026-10-28T00:00Z,2026-10-28T02:00Z,work,chat\n",
        "site",
        "unknown site 'osaka'",
    ),
]


@pytest.mark.parametrize(("file", "row", "column", "message"), FAULTS)
def test_a_planted_fault_is_told_by_row_and_column(
    tmp_path, file, row, column, message
):
    text = TABLES[file] + row
    found = problems(tmp_path, **{file.replace(".", "__"): text})
    assert (found[0].file, found[0].row) == (file, text.count("\n"))
    assert found[0].column == column
    assert message in found[0].message
    assert len(found) <= 2


def test_faults_of_every_file_are_told_at_once(tmp_path):
    first = {}
    for file, row, *_ in FAULTS:
        first.setdefault(file, TABLES[file] + row)
    directory = write_folder(
        tmp_path,
        plan=PLAN.replace("name: Small shop", "nmae: Small shop"),
        history="queue,start,offered\nphone_ja,2026-10-12T00:00Z,many\n",
        tables=first,
    )
    with pytest.raises(InputError) as caught:
        read_folder(directory, ALL_FILES)
    files = [problem.file for problem in caught.value.problems]
    assert set(files) == {"plan.yaml", "history.csv", *first}
    assert files == sorted(files, key=list(dict.fromkeys(files)).index)  # by file
    assert caught.value.exit_code == 1


def test_a_faulty_agent_is_not_blamed_elsewhere(tmp_path):
    text = TABLES["agents.csv"].replace("F1,fukuoka", "F1,fukuka")
    assert [p.column for p in problems(tmp_path, agents__csv=text)] == ["site"]


def test_a_faulty_queue_is_not_blamed_elsewhere(tmp_path):
    plan = PLAN.replace("channel: phone\n", "channel: phone\n    chanel: x\n").replace(
        "service_level: 0.80", "service_level: 8"
    )
    with pytest.raises(InputError) as caught:
        read_folder(write_folder(tmp_path, plan=plan), ALL_FILES)
    assert {problem.file for problem in caught.value.problems} == {"plan.yaml"}


def test_unneeded_skills_are_harmless_unless_they_look_like_a_slip(tmp_path):
    text = TABLES["agents.csv"].replace("ja:3;phone", "ja:3;phone;zh")
    assert read(tmp_path, agents__csv=text).agents[0].skills["zh"] == 0


def test_excel_tables_say_the_same(tmp_path):
    rows = [line.split(",") for line in TABLES["time_off.csv"].splitlines()]
    typed = [
        rows[0],
        ["F1", date(2026, 10, 28), date(2026, 10, 29), "leave", True],
        [
            "D1",
            datetime(2026, 10, 30, 9),  # noqa: DTZ001 - Excel has no zones
            datetime(2026, 10, 30, 12),  # noqa: DTZ001 - Excel has no zones
            "doctor",
            False,
        ],
    ]
    from_csv = read(tmp_path / "a").time_off
    found = read(tmp_path / "b", time_off__csv=None, time_off__xlsx=workbook(typed))
    assert found.time_off == from_csv


def test_tables_of_a_spreadsheet_with_decimal_commas(tmp_path):
    rows = [line.split(",") for line in TABLES["agents.csv"].splitlines()]
    rows[1][3], rows[2][3], rows[2][7] = '"ja:3;phone"', '"en:2;chat"', "21,50"
    text = "\n".join(";".join(row) for row in rows)
    found = read(tmp_path, agents__csv=text)
    assert [agent.hourly_cost_minor for agent in found.agents] == [1500, 2150]


def test_rates_must_cover_the_wages(tmp_path):
    text = "month,from,to,rate\n2026-10,JPY,EUR,0.0057\n"
    (found,) = problems(tmp_path, exchange_rates__csv=text)
    assert found.message == "no rate from USD, in which agents are paid"


def test_prices_are_needed_for_people(tmp_path):
    plan = PLAN[: PLAN.index("prices:")]
    directory = write_folder(tmp_path, plan=plan)
    with pytest.raises(InputError, match="the key 'prices' is missing"):
        read_folder(directory, frozenset({"agents"}))
    assert read_folder(directory, frozenset({"history"})).history is not None


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("time-off.csv", "time_off"),
        ("TimeOff.xlsx", "time_off"),
        ("event.csv", "events"),
    ],
)
def test_misspelt_file_names_are_told(tmp_path, name, stem):
    tables = {f"{stem}.csv": None, name: "x\n"}
    directory = write_folder(tmp_path, tables=tables)
    with pytest.raises(InputError) as caught:
        read_folder(directory, PEOPLE)
    (found,) = caught.value.problems
    assert (found.file, found.row) == (name, 0)
    assert f"did you mean '{stem}.csv'?" in found.message


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(UsageError, match="is not a folder"):
        read_folder(tmp_path / "nowhere", frozenset())
    (found,) = problems(tmp_path, agents__csv=None)
    assert (found.file, found.message) == ("agents.csv", "the file is missing")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=r"plan\.yaml: can't be read"):
        read_folder(empty, frozenset())
    with pytest.raises(ValueError, match="unknown files"):
        read_folder(empty, frozenset({"agent"}))


@pytest.mark.parametrize(
    ("content", "message", "row"),
    [
        (b"", "the file is empty", 1),
        (AGENT_HEAD.encode(), "there is no agent", 2),
        (AGENT_HEAD.encode() + b"F1,fukuoka,full,\xe9\n", "0xe9 is not UTF-8", 2),
        (AGENT_HEAD.encode() + b'F1,"fukuoka\n', "the cell is blank", 2),
    ],
)
def test_unreadable_contents(tmp_path, content, message, row):
    absent = dict.fromkeys(
        ("availability.csv", "time_off.csv", "previous_roster.csv", "locked_roster.csv")
    )
    tables = {**absent, "agents.csv": content}
    with pytest.raises(InputError) as caught:
        read_folder(write_folder(tmp_path, tables=tables), PEOPLE)
    found = [p for p in caught.value.problems if message in p.message]
    assert found
    assert found[0].row == row


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("agents.csv.gz", b"not packed", "can't be unpacked"),
        ("agents.csv.gz", gzipped(AGENT_HEAD)[:-9], "can't be unpacked"),
        ("agents.xlsx", b"not a workbook", "not an Excel workbook"),
    ],
)
def test_broken_packages(tmp_path, name, content, message):
    directory = write_folder(tmp_path, tables={"agents.csv": None, name: content})
    with pytest.raises(InputError, match=message):
        read_folder(directory, frozenset({"agents"}))


def test_a_plan_that_is_not_text(tmp_path):
    directory = write_folder(tmp_path)
    (directory / "plan.yaml").write_bytes(b"version: 1\nname: \xff\n")
    with pytest.raises(InputError) as caught:
        read_folder(directory, ALL_FILES)
    (found,) = caught.value.problems
    assert (found.row, found.message) == (2, "byte 0xff is not UTF-8")


def test_remote_agents_have_their_own_clock(tmp_path):
    head = "agent_id,site,employment_contract,skills,zone,valid_from,valid_to\n"
    people = "F1,fukuoka,full,ja,Asia/Seoul,,\nD1,denver,part,en:2,,,\n"
    rates = {"exchange_rates__csv": None}
    found = read(tmp_path / "a", agents__csv=head + people, **rates)
    assert [a.zone for a in found.agents] == ["Asia/Seoul", "America/Denver"]
    bad = "X,fukuoka,full,ja,Asia/Seol,,\nY,fukuoka,full,ja,,2026-02-01,2026-01-31\n"
    zone, dates = problems(tmp_path / "b", agents__csv=head + people + bad, **rates)
    assert (zone.row, zone.column) == (4, "zone")
    assert zone.message.endswith("did you mean 'Asia/Seoul'?")
    assert (dates.row, dates.message) == (5, "2026-01-31 is before 2026-02-01")
