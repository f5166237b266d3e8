"""history.csv: what is read, cleaned and logged, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from support.plan_folders import (
    HISTORY_HEADER,
    PLAN,
    csv_text,
    gzipped,
    history_rows,
    history_text,
    workbook,
    write_folder,
)

from wfm.domain.errors import InputError, Problem
from wfm.domain.plan import CleaningEntry, PlanFolder
from wfm.io.folder import read_folder

HISTORY = frozenset({"history"})
OPEN_ALL_DAY = PLAN.replace('{daily: "09:00-21:00"}', "{daily: 24h}").replace(
    '{weekdays: "09:00-18:00", sat: ["10:00-12:00", "13:00-15:00"], sun: closed}',
    "{daily: 24h}",
)


def read(tmp_path: Path, text: str | None = None, **named: object) -> PlanFolder:
    plan = str(named.pop("plan", OPEN_ALL_DAY))
    tables = named.pop("tables", None)
    folder = write_folder(tmp_path, plan=plan, history=text, tables=tables)
    return read_folder(folder, HISTORY)


def problems(tmp_path: Path, text: str | None = None, **named: object) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, **named)
    return list(caught.value.problems)


def log_of(folder: PlanFolder, word: str) -> list[CleaningEntry]:
    return [entry for entry in folder.history_log if word in entry.finding]


def with_zone(zone: str, plan: str = OPEN_ALL_DAY) -> str:
    return plan.replace("history: {zone: ~}", f"history: {{zone: {zone}}}")


def local_rows(*starts: str) -> list[tuple[str, ...]]:
    """Rows with naive starts for both queues, offered 1, 2, 3, ..."""
    return [
        (queue, start, str(i + 1), str(i + 1), "0", "300")
        for queue in ("phone_ja", "chat_en")
        for i, start in enumerate(starts)
    ]


def offered_at(folder: PlanFolder, instant: str, queue: int = 0) -> float | None:
    history = folder.history
    t = history.grid.index_of(datetime.fromisoformat(instant))
    seen = 0 <= t < history.grid.num_intervals and history.observed[queue, t]
    return float(history.offered_contacts[queue, t]) if seen else None


def test_a_clean_history_is_on_the_grid(tmp_path):
    folder = read(tmp_path)
    history = folder.history
    assert history.grid.start_utc == datetime(2026, 10, 12, tzinfo=UTC)
    assert history.offered_contacts.shape == (3, 14 * 48)
    assert history.offered_contacts[0, :48].tolist() == list(range(1, 49))
    assert history.handled_contacts[1, :48].tolist() == list(range(48))
    assert history.abandoned_contacts[0].tolist() == [1.0] * 14 * 48
    # nothing was handled in slot 0, so its handle time weighs nothing
    assert history.aht_weight[0, :3].tolist() == [0.0, 1.0, 2.0]
    assert history.aht_s[0, :3].tolist() == [0.0, 300.0, 300.0]
    assert history.observed[:2].all()
    assert not history.observed[2].any()
    assert folder.history_log == ()


def test_excel_and_compressed_say_the_same_as_csv(tmp_path):
    rows = history_rows(days=3)
    typed = [
        (q, datetime.fromisoformat(s).replace(tzinfo=None), int(o), int(h), int(a), 300)
        for q, s, o, h, a, _ in rows
    ]
    plan = with_zone("UTC")
    kinds = {
        "csv": {"history.csv": history_text(rows)},
        "gz": {"history.csv": None, "history.csv.gz": gzipped(history_text(rows))},
        "xlsx": {
            "history.csv": None,
            "history.xlsx": workbook([HISTORY_HEADER, *typed]),
        },
    }
    found = {
        kind: read(tmp_path / kind, plan=plan, tables=tables).history
        for kind, tables in kinds.items()
    }
    for name in ("offered_contacts", "handled_contacts", "aht_s", "observed"):
        first = getattr(found["csv"], name)
        assert np.array_equal(first, getattr(found["gz"], name))
        assert np.array_equal(first, getattr(found["xlsx"], name))
    assert found["csv"].grid == found["xlsx"].grid


def test_byte_order_mark_semicolons_and_decimal_commas(tmp_path):
    rows = [(*row[:5], "300,5") for row in history_rows(days=2)]
    text = "\ufeff" + csv_text([HISTORY_HEADER, *rows], delimiter=";")
    folder = read(tmp_path, text)
    assert folder.history.aht_s[0, 5] == 300.5
    assert folder.history.offered_contacts[0, 5] == 6.0


def test_columns_of_an_export_by_alias_and_by_mapping(tmp_path):
    header = ("SKILL", "Interval-Start", "Calls Offered", "Answered", "Verloren", "AHT")
    plan = OPEN_ALL_DAY.replace(
        "history: {zone: ~}", "history: {columns: {abandoned: verloren}}"
    )
    text = csv_text([header, *history_rows(days=2)])
    folder = read(tmp_path, text, plan=plan)
    assert folder.history.abandoned_contacts[0, 5] == 1.0


def test_a_mapped_export_may_have_more_columns_but_not_fewer(tmp_path):
    header = (*HISTORY_HEADER[:2], "Calls In", "Calls Out", "Lost", "Occupancy")
    text = csv_text([header, *history_rows(days=2)])
    columns = "history: {columns: {offered: calls in, abandoned: Lost}}"
    plan = OPEN_ALL_DAY.replace("history: {zone: ~}", columns)
    assert read(tmp_path, text, plan=plan).history.offered_contacts[0, 5] == 6.0
    (found,) = problems(tmp_path, text, plan=plan.replace("Lost", "Losst"))
    assert (found.row, found.message) == (1, "the column 'Losst' is missing")
    (found,) = problems(tmp_path, text, plan=plan.replace("{offered:", "{offerd:"))[:1]
    assert found.message.endswith("'offerd' does not fit; did you mean 'offered'?")


def test_missing_is_not_zero(tmp_path):
    rows = [list(row) for row in history_rows(days=2)]
    rows[10][2:] = ["0", "0", "0", ""]
    del rows[20:23]
    folder = read(tmp_path, history_text(rows))
    history = folder.history
    assert history.observed[0, 10]
    assert history.offered_contacts[0, 10] == 0.0
    assert not history.observed[0, 20:23].any()
    (entry,) = log_of(folder, "not reported")
    assert entry.finding == "3 open intervals are not reported"
    assert entry.start == "2026-10-12T19:00+09:00"  # 10:00 UTC on Tokyo's clock


def test_gaps_are_counted_in_open_hours_only(tmp_path):
    # open 09:00-21:00 Tokyo = 00:00-12:00 UTC; one whole day and an evening missing
    rows = [r for r in history_rows(days=5) if not r[1].startswith("2026-10-14")]
    folder = read(tmp_path, history_text(rows), plan=PLAN)
    (entry,) = [e for e in log_of(folder, "not reported") if e.queue_id == "phone_ja"]
    assert entry.finding.startswith("24 open intervals")
    assert log_of(folder, "while closed")[0].action == "kept as history"


def test_duplicates_keep_the_last_and_are_logged(tmp_path):
    rows = history_rows(days=3)
    other = (*rows[8][:2], "99", "90", "9", "300")
    folder = read(tmp_path, history_text([*rows[:5], rows[4], *rows[5:], other]))
    assert folder.history.offered_contacts[0, 8] == 99.0
    same, differ = log_of(folder, "duplicate")
    assert (same.row, same.finding) == (6, "duplicate of row 7 with same values")
    assert differ.row == 11
    assert differ.finding.endswith("with other values")


def test_a_few_faulty_rows_are_left_out_and_logged(tmp_path):
    rows = [list(row) for row in history_rows(days=14)]  # 672 rows of each queue
    rows[3][2] = "-4"
    rows[4][3] = "n/a"
    rows[5][5] = "1e99"
    rows[6][1] = "yesterday"
    rows[7][1] = "2206-10-12T03:30Z"
    rows[8][2] = ""
    folder = read(tmp_path, history_text(rows))
    dropped = log_of(folder, "")
    assert [entry.row for entry in dropped if entry.row] == [5, 6, 7, 8, 9, 10]
    assert not folder.history.observed[0, 3:9].any()
    assert folder.history.grid.num_intervals == 14 * 48


def test_many_faulty_rows_are_problems_with_row_and_column(tmp_path):
    rows = [list(row) for row in history_rows(days=2)]
    rows[1][2] = "x"
    rows[100][5] = "-1"
    found = problems(tmp_path, history_text(rows))
    assert [(p.row, p.column) for p in found] == [(3, "offered"), (102, "aht_s")]
    assert found[0].message == "offered 'x' is no number from 0 to 10,000,000"


def test_a_column_of_nonsense_is_told_in_short(tmp_path):
    rows = [(*row[:2], "x", *row[3:]) for row in history_rows(days=2)]
    found = problems(tmp_path, history_text(rows))
    assert len(found) == 2 * 21
    assert found[20].message == "and 76 more faulty rows of phone_ja, of 96"


def test_unknown_queue_is_told_once_with_a_suggestion(tmp_path):
    rows = [("phone_jp", *row[1:]) for row in history_rows(days=2)[:3]]
    found = problems(tmp_path, history_text([*history_rows(days=2), *rows]))
    assert [(p.row, p.column) for p in found] == [(194, "queue")]
    assert found[0].message == (
        "unknown queue 'phone_jp' (3 rows); did you mean 'phone_ja'?"
    )


def test_a_queue_without_rows_must_be_fed_by_another(tmp_path):
    rows = [row for row in history_rows(days=2) if row[0] == "phone_ja"]
    (found,) = problems(tmp_path, history_text(rows))
    assert found.message == "queue 'chat_en' has no row"  # 'second' is fed


@pytest.mark.parametrize(
    ("aht", "unit"), [("4.5", "minutes"), ("300000", "milliseconds")]
)
def test_handle_times_in_another_unit_are_refused(tmp_path, aht, unit):
    rows = [(*row[:5], aht) for row in history_rows(days=2)]
    found = problems(tmp_path, history_text(rows))
    assert [p.column for p in found] == ["aht_s", "aht_s"]
    assert found[0].message.endswith(f"which looks like {unit}")


def test_more_handled_than_offered_raises_offered(tmp_path):
    rows = [list(row) for row in history_rows(days=2)]
    rows[9][3] = "25"  # offered 10
    folder = read(tmp_path, history_text(rows))
    assert folder.history.offered_contacts[0, 9] == 25.0
    (entry,) = log_of(folder, "more than offered")
    assert (entry.row, entry.action) == (11, "offered raised to handled")


def test_finer_rows_are_summed_with_weighted_handle_time(tmp_path):
    rows = [
        (queue, f"2026-10-12T{m // 60:02d}:{m % 60:02d}Z", offered, offered, "0", aht)
        for queue in ("phone_ja", "chat_en")
        for m in range(0, 1440, 15)
        for offered, aht in [("1", "100") if m % 30 == 0 else ("3", "300")]
    ]
    del rows[41]  # the second half of an interval: it can't be summed
    folder = read(tmp_path, history_text(rows))
    history = folder.history
    assert history.offered_contacts[0, 0] == 4.0
    assert history.aht_s[0, 0] == (1 * 100 + 3 * 300) / 4
    assert not history.observed[0, 20]
    assert len(log_of(folder, "lack some of their finer rows")) == 1
    assert len(log_of(folder, "rows are 15 min apart")) == 2


def test_coarser_rows_are_refused(tmp_path):
    rows = [row for row in history_rows(days=2) if row[1].endswith(":00Z")]
    found = problems(tmp_path, history_text(rows))
    assert [p.row for p in found] == [2, 50]
    assert found[0].message == "rows of phone_ja are 60 min apart"
    assert "interval_minutes" in found[0].expected


def test_a_stray_start_off_the_grid_is_left_out(tmp_path):
    rows = [*history_rows(days=14), ("phone_ja", "2026-10-12T00:07Z", *"1110")]
    folder = read(tmp_path, history_text(rows))
    (entry,) = log_of(folder, "not on the 30-min grid")
    assert entry.row == len(rows) + 1
    assert folder.history.offered_contacts[0, 0] == 1.0


def test_naive_times_need_a_zone(tmp_path):
    text = history_text(local_rows("2026-10-12 09:00", "2026-10-12 09:30"))
    (found,) = problems(tmp_path, text)
    assert (found.row, found.column) == (2, "start")
    assert "has no offset" in found.message
    folder = read(tmp_path / "b", text, plan=with_zone("Asia/Tokyo"))
    assert offered_at(folder, "2026-10-12T09:00+09:00") == 1.0


def test_a_wrong_zone_of_the_history_is_a_problem_of_the_plan(tmp_path):
    (found,) = problems(tmp_path, plan=with_zone("Europe/Warschau"))
    assert found.file == "plan.yaml"
    assert "did you mean 'Europe/Warsaw'?" in found.message


# Poland: 02:00-03:00 happened twice on 2026-10-25, never on 2026-03-29.
FALL = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]


@pytest.mark.parametrize("backwards", [False, True])
def test_both_hours_of_the_fall_back_are_kept(tmp_path, backwards):
    rows = local_rows(*(f"2026-10-25 {clock}" for clock in FALL))
    text = history_text(rows[::-1] if backwards else rows)
    folder = read(tmp_path, text, plan=with_zone("Europe/Warsaw"))
    seen = [
        offered_at(folder, f"2026-10-2{day}T{clock}Z")
        for day, clock in (
            ("4", "23:30"),
            ("5", "00:00"),
            ("5", "00:30"),
            ("5", "01:00"),
            ("5", "01:30"),
            ("5", "02:00"),
        )
    ]
    assert seen == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert len(log_of(folder, "exists twice")) == 8
    assert not log_of(folder, "duplicate")


def test_one_row_of_the_double_hour_is_the_first(tmp_path):
    rows = local_rows(
        *(f"2026-10-25 {c}" for c in ("01:30", "02:00", "02:30", "03:00"))
    )
    folder = read(tmp_path, history_text(rows), plan=with_zone("Europe/Warsaw"))
    assert offered_at(folder, "2026-10-25T00:00Z") == 2.0
    assert offered_at(folder, "2026-10-25T01:00Z") is None
    actions = {entry.action for entry in log_of(folder, "exists twice")}
    assert actions == {"taken as the first time"}


def test_times_in_the_spring_gap_are_moved_unless_a_real_row_is_there(tmp_path):
    plan = with_zone("Europe/Warsaw")
    with_real = local_rows(*(f"2026-03-29 {c}" for c in ("01:30", "02:00", "03:00")))
    folder = read(tmp_path / "a", history_text(with_real), plan=plan)
    assert offered_at(folder, "2026-03-29T01:00Z") == 3.0
    alone = local_rows(*(f"2026-03-29 {c}" for c in ("01:30", "02:00", "03:30")))
    folder = read(tmp_path / "b", history_text(alone), plan=plan)
    assert offered_at(folder, "2026-03-29T01:00Z") == 2.0
    assert len(log_of(folder, "does not exist")) == 2


@pytest.mark.parametrize(
    ("zone", "clock", "instants"),
    [
        ("America/Denver", "2026-11-01 01:30", ("07:30", "08:30")),
        ("America/Santiago", "2026-04-04 23:30", ("02:30", "03:30")),
        ("Pacific/Honolulu", "2026-11-01 01:30", ("11:30",)),
        ("Asia/Kolkata", "2026-10-25 02:30", ("21:00",)),
    ],
)
def test_clock_changes_of_other_zones(tmp_path, zone, clock, instants):
    rows = local_rows(*[clock] * len(instants))
    folder = read(tmp_path, history_text(rows), plan=with_zone(zone))
    history = folder.history
    seen = [
        history.grid.instant(t) for t in np.flatnonzero(history.observed[0]).tolist()
    ]
    assert [f"{instant:%H:%M}" for instant in seen] == list(instants)


def test_handled_alone_is_taken_with_a_warning(tmp_path):
    plan = OPEN_ALL_DAY.replace("history: {zone: ~}", "history: {offered_is: handled}")
    rows = [(q, s, h) for q, s, _, h, _, _ in history_rows(days=2)]
    text = csv_text([("queue", "start", "handled"), *rows])
    folder = read(tmp_path, text, plan=plan)
    assert folder.history.offered_contacts[0, :3].tolist() == [0.0, 1.0, 2.0]
    assert len(log_of(folder, "only handled contacts are known")) == 1
    assert len(log_of(folder, "column aht_s is absent")) == 1
    (found,) = problems(tmp_path / "b", text)
    assert found.message == "the column 'offered' is missing"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("queue,start,offered\n", "there is no row"),
        ("queue,start\nphone_ja,2026-10-12T00:00Z\n", "column 'offered' is missing"),
        ("queue,start,offered,ofered\n", "unknown column; did you mean 'offered'?"),
        ("queue,start,offered,volume\n", "'offered' and 'volume' both are 'offered'"),
    ],
)
def test_files_without_contents(tmp_path, text, message):
    found = problems(tmp_path, text)
    assert any(message in problem.message for problem in found), found


def test_a_missing_history_is_told(tmp_path):
    (found,) = problems(tmp_path, tables={"history.csv": None})
    assert str(found) == (
        "history.csv: the file is missing, expected one of history.csv,"
        " history.csv.gz, history.xlsx"
    )


def test_the_log_stays_small(tmp_path):
    rows = history_rows(days=14)
    twice = [row for row in rows[:300] for _ in range(2)]
    folder = read(tmp_path, history_text([*twice, *rows[300:]]))
    kept = log_of(folder, "duplicate")
    assert len([entry for entry in kept if entry.row]) == 100
    assert kept[-1].finding == "200 more of kind 'duplicate'"
