"""roster.xlsx edited, read back, and merged with what happened meanwhile."""

import shutil
import subprocess
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from support.roster_drafts import (
    WEEK,
    put_roster,
    roster_text,
    shift_lines,
    usual_lines,
    write_draft,
)

NOW = ("--now", "2026-10-20T08:00+00:00", "--who", "Ann")


@pytest.fixture
def plan(tmp_path, run):
    """A published plan, whose workbook is in out/."""
    directory = write_draft(tmp_path / "plan")
    assert run("publish", directory, *NOW)[0] == 0
    return directory


@pytest.fixture
def book(plan, tmp_path):
    """Return how to edit a copy of the workbook: a function of its sheets."""

    def edited(change, name="mine.xlsx"):
        path = tmp_path / name
        workbook = load_workbook(plan / "out" / "roster.xlsx")
        change(workbook)
        workbook.save(path)
        return path

    return edited


def cell(sheet, agent, day, column):
    """Return the cell of a shift in the sheet of shifts."""
    heads = [head.value for head in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if (row[0].value, row[3].value) == (agent, datetime(2026, 10, day)):  # noqa: DTZ001 - a cell
            return row[heads.index(column)]
    raise AssertionError((agent, day))


def later(sheet, agent="A1", day=27, hour=10):
    cell(sheet, agent, day, "start_local").value = datetime(2026, 10, day, hour)  # noqa: DTZ001 - a cell
    cell(sheet, agent, day, "end_local").value = datetime(2026, 10, day, hour + 8, 30)  # noqa: DTZ001 - a cell


def test_an_unchanged_workbook_changes_nothing(run, plan, book):
    code, said = run("edit", plan, "--from", book(lambda _: None))
    assert code == 0
    assert "nothing changes" in said


def test_a_shift_moved_on_the_agents_clock_is_shown_then_taken_over(run, plan, book):
    before = roster_text(plan)
    path = book(lambda b: later(b["shifts"]))
    code, said = run("edit", plan, "--from", path)
    assert code == 0
    assert "A1 Tue 2026-10-27: moved, from 09:00-17:30 to 10:00-18:30" in said
    assert f"not taken over; to do so: wfm edit DIR --from {path} --take" in said
    assert roster_text(plan) == before
    code, said = run("edit", plan, "--from", path, "--take", *NOW)
    assert "edit 1 taken over" in said
    assert "A1,krakow,2026-10-27,2026-10-27T09:00Z" in roster_text(plan)
    assert run("undo", plan)[0] == 0
    assert roster_text(plan) == before


def test_spans_edited_in_utc_are_read_as_well(run, plan, book):
    def shorter(workbook):
        sheet = workbook["roster"]
        rows = [r for r in sheet.iter_rows(min_row=2) if r[0].value == "D1"]
        for row in rows[:3]:
            sheet.delete_rows(row[0].row if row is rows[0] else rows[0][0].row)

    code, said = run("edit", plan, "--from", book(shorter))
    assert code == 0
    assert "D1 Mon 2026-10-26: dropped 09:00-17:30" in said


def test_breaks_queues_and_new_rows(run, plan, book):
    def change(workbook):
        sheet = workbook["shifts"]
        cell(sheet, "A1", 27, "breaks").value = "meal 12:00-12:30, meal 15:00-15:15"
        cell(sheet, "A1", 28, "queue").value = "mail"
        cell(sheet, "A1", 29, "breaks").value = None
        cell(sheet, "A2", 30, "agent_id").value = "D1"  # on Warsaw's Friday
        cell(sheet, "D1", 30, "start_local").value = datetime(2026, 10, 31, 2)  # noqa: DTZ001 - a cell
        sheet.append(
            ["A1", "", "", date(2026, 10, 31), "2026-10-31 22:00", "2026-11-01 06:00"]
        )

    path = book(change)
    code, said = run("edit", plan, "--from", path)
    assert code == 1  # now D1 has two shifts of Friday, and one row is wrong
    assert "mine.xlsx sheet shifts:" in said
    assert "overlaps that of D1" in said or "starts on 2026-10-31" in said


def test_good_rows_of_all_kinds(run, plan, book):
    def change(workbook):
        sheet = workbook["shifts"]
        cell(sheet, "A1", 27, "breaks").value = "meal 12:00-12:30, meal 15:00-15:15"
        cell(sheet, "A1", 28, "queue").value = "mail"
        cell(sheet, "A1", 29, "breaks").value = None
        sheet.append(
            ["A2", "", "", date(2026, 10, 31), "2026-10-31 22:00", "2026-11-01 06:00",
             "meal 02:00-02:30"]
        )  # fmt: skip

    code, said = run("edit", plan, "--from", book(change))
    assert "A1 Tue 2026-10-27: meal 13:00-13:30 now meal 12:00-12:30, meal" in said
    assert "A1 Wed 2026-10-28: works for any queue now mail" in said
    assert "A1 Thu 2026-10-29: meal 13:00-13:30 now no break" in said
    assert "A2 Sat 2026-10-31: added 22:00-06:00" in said
    assert code == 1


def test_every_broken_cell_is_named_by_sheet_row_and_column(run, plan, book):
    def damage(workbook):
        sheet = workbook["shifts"]
        for row, column, value in (
            (2, 1, "A7"), (3, 5, "#REF!"), (4, 5, 46321.37), (5, 6, None),
            (6, 4, "27/10"), (7, 7, "lunch 12:00-12:30"), (8, 7, "at noon"),
            (9, 8, "fax"), (10, 5, "2026-10-29 09:07"), (11, 7, "meal 20:00-20:30"),
            (12, 5, "2026-10-28"), (13, 7, "meal 12:00-13:00, meal 12:30-13:30"),
        ):  # fmt: skip
            sheet.cell(row, column).value = value
        sheet.cell(4, 5).number_format = "General"
        workbook["roster"].cell(4, 5).value = "soon"

    code, said = run("edit", plan, "--from", book(damage))
    assert code == 1
    for words in (
        "mine.xlsx sheet shifts:2:agent_id: unknown agent 'A7'",
        "mine.xlsx sheet shifts:3:start_local: '#REF!' can't be read",
        "mine.xlsx sheet shifts:4:start_local: '46321.37' can't be read",
        "mine.xlsx sheet shifts:5:end_local: the cell is blank",
        "mine.xlsx sheet shifts:6:date_local: '27/10' can't be read",
        "mine.xlsx sheet shifts:7:breaks: unknown kind of break 'lunch', expected meal",
        "mine.xlsx sheet shifts:8:breaks: 'at noon' can't be read, expected meal 12:00",
        "mine.xlsx sheet shifts:9:queue: unknown queue 'fax'",
        "mine.xlsx sheet shifts:10:start_local: 2026-10-29T09:07",
        "mine.xlsx sheet shifts:11:breaks: 'meal 20:00-20:30' does not lie in the",
        "mine.xlsx sheet shifts:12:start_local: '2026-10-28' has no time of day",
        "mine.xlsx sheet shifts:13:breaks: the meal overlaps the break before it",
        "mine.xlsx sheet roster:4:end_utc: 'soon' can't be read",
    ):
        assert words in said or words.replace("T09:07", " 09:07") in said, words
    assert "13 problems" in said


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            ["A1", "", "", date(2026, 3, 29), "2026-03-29 02:30", "2026-03-29 09:00"],
            "start_local: 2026-03-29 02:30 does not exist in Europe/Warsaw: clocks go",
        ),
        (
            ["A1", "", "", date(2026, 3, 28), "2026-03-29 01:00", "2026-03-29 09:00"],
            "date_local: the shift starts on 2026-03-29, not on 2026-03-28",
        ),
        (
            ["A1", "", "", date(2026, 4, 2), "2026-04-02 09:00", "2026-04-02 12:00"],
            "date_local: 2026-04-02 is no date of this plan, expected 2026-03-23 to",
        ),
        (
            ["A1", "", "", date(2026, 3, 28), "2026-03-28 09:00", "2026-03-28 09:00"],
            "end_local: 2026-03-28 09:00 is not after the start",
        ),
    ],
)
def test_a_wrong_clock_in_the_week_of_the_change(run, tmp_path, row, words):
    plan = write_draft(tmp_path / "plan", week=date(2026, 3, 23))
    assert run("publish", plan)[0] == 0
    path = tmp_path / "mine.xlsx"
    workbook = load_workbook(plan / "out" / "roster.xlsx")
    workbook["shifts"].append(row)
    workbook.save(path)
    code, said = run("edit", plan, "--from", path)
    assert code == 1
    assert f"mine.xlsx sheet shifts:22:{words}" in said


def test_an_hour_shown_twice_survives_the_workbook(run, tmp_path):
    """A shift from the second 02:30 of the night when the clocks go back."""
    lines = [
        "A1,krakow,2026-10-25,2026-10-25T01:30Z,2026-10-25T07:00Z,work,",
        "A2,krakow,2026-10-25,2026-10-25T00:30Z,2026-10-25T07:00Z,work,",
    ]
    plan = write_draft(tmp_path / "plan", week=date(2026, 10, 19), lines=lines)
    run("publish", plan)
    shifts = load_workbook(plan / "out" / "roster.xlsx")["shifts"]
    assert shifts.cell(2, 5).value == "2026-10-25T02:30+01:00"
    assert shifts.cell(3, 5).value == datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 - a cell
    code, said = run("edit", plan, "--from", plan / "out" / "roster.xlsx")
    assert code == 0
    assert "nothing changes" in said


def test_pins_that_the_sheet_of_shifts_cannot_show_stay(run, tmp_path):
    day = shift_lines("A1", WEEK)
    lines = [day[0] + "phone", day[1], day[2] + "mail", *shift_lines("A2", WEEK)]
    plan = write_draft(tmp_path / "plan", lines=lines)
    run("publish", plan)
    path = tmp_path / "mine.xlsx"
    workbook = load_workbook(plan / "out" / "roster.xlsx")
    later(workbook["shifts"], "A2", 26)
    workbook.save(path)
    code, said = run("edit", plan, "--from", path)
    assert code == 0
    assert "A2 Mon" in said
    assert "A1 Mon" not in said
    later(workbook["shifts"], "A1", 26)
    workbook.save(path)
    code, said = run("edit", plan, "--from", path)
    assert code == 1
    assert "shifts:2:queue: 'several' says nothing of a changed shift" in said


def test_both_sheets_edited_in_different_ways_are_refused(run, plan, book):
    def change(workbook):
        later(workbook["shifts"])
        workbook["roster"].delete_rows(2, 3)

    code, said = run("edit", plan, "--from", book(change))
    assert code == 1
    assert "the sheets roster and shifts were both edited, in different ways" in said


def test_other_files_are_refused_in_words(run, plan, tmp_path):
    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(b"not a workbook")
    code, said = run("edit", plan, "--from", wrong)
    assert code == 1
    assert "wrong.xlsx: not an Excel workbook" in said
    code, said = run("edit", plan, "--from", tmp_path / "none.xlsx")
    assert code == 1
    assert "none.xlsx: can't be read" in said
    with zipfile.ZipFile(wrong, "w") as archive:
        archive.writestr("a.txt", "b")
    code, said = run("edit", plan, "--from", wrong)
    assert code == 1
    from openpyxl import Workbook

    Workbook().save(wrong)
    code, said = run("edit", plan, "--from", wrong)
    assert code == 1
    assert "no sheet shows a roster, expected 'shifts' or 'roster'" in said


def test_a_csv_is_compared_as_it_stands(run, plan, tmp_path):
    path = tmp_path / "mine.csv"
    text = roster_text(plan).replace("2026-10-27T08:00Z", "2026-10-27T07:00Z")
    path.write_text(text, encoding="utf-8")
    code, said = run("edit", plan, "--from", path)
    assert "A1 Tue 2026-10-27: longer, from 09:00-17:30 to 08:00-17:30" in said
    path.write_text(text.replace("A2", "A8"), encoding="utf-8")
    code, said = run("edit", plan, "--from", path)
    assert code == 1
    assert "mine.csv:17:agent_id: unknown agent 'A8'" in said


def test_a_workbook_older_than_the_draft_is_merged(run, plan, book):
    """Published, repaired, edited in Excel, re-imported: nobody's work is lost."""
    path = book(lambda b: later(b["shifts"], "A1", 27))
    run("edit", plan, "drop", "D1", "2026-10-28", "--why", "ill", *NOW)
    run("edit", plan, "replace", "A2", "2026-10-29", "A3", *NOW)  # refused: A3 works
    run("edit", plan, "drop", "A2", "2026-10-30", *NOW)
    code, said = run("edit", plan, "--from", path, "--take", *NOW)
    assert code == 0
    assert "A1 Tue 2026-10-27: moved" in said
    assert "D1" not in said
    text = roster_text(plan)
    assert "D1,denver,2026-10-28" not in text
    assert "A2,krakow,2026-10-30" not in text
    assert "A1,krakow,2026-10-27,2026-10-27T09:00Z" in text
    code, said = run("edit", plan, "--log")
    assert [line.split()[0] for line in said.splitlines()] == ["1", "2", "3"]
    assert run("publish", plan, *NOW)[0] == 0
    code, said = run("diff", plan, "v1", "published")
    assert "3 shifts changed" in said


def test_a_workbook_of_a_version_that_a_new_run_replaced_is_merged(run, plan, book):
    """The base is no state of the draft any more, but it was published."""
    path = book(lambda b: later(b["shifts"], "A1", 27))
    put_roster(plan, [x for x in usual_lines() if not x.startswith("D1")])
    code, said = run("edit", plan, "--from", path)
    assert code == 0
    assert "A1 Tue 2026-10-27: moved" in said
    assert "D1" not in said


def test_where_both_changed_the_same_the_file_has_the_last_word(run, plan, book):
    path = book(lambda b: later(b["shifts"], "A1", 27))
    run("edit", plan, "move", "A1", "2026-10-27", "06:00", *NOW)
    code, said = run("edit", plan, "--from", path, "--take", *NOW)
    assert code == 0
    assert "A1 Tue 2026-10-27 has changed since the file was made" in said
    assert "moved, from 06:00-14:30 to 10:00-18:30" in said


def test_a_workbook_of_a_roster_nobody_kept_is_compared_with_the_draft(
    run, tmp_path, plan, book
):
    path = book(lambda b: later(b["shifts"], "A1", 27))
    shutil.rmtree(plan / "state")
    put_roster(plan, [x for x in usual_lines() if not x.startswith("D1")])
    code, said = run("edit", plan, "--from", path)
    assert code == 1
    assert "were both edited" in said  # which of them was, nobody can know any more

    def alone(workbook):
        later(workbook["shifts"], "A1", 27)
        del workbook["roster"]

    shutil.copy(path, plan / "out" / "roster.xlsx")
    code, said = run("edit", plan, "--from", book(alone))
    assert "is of a roster that is not kept" in said
    assert "D1 Mon 2026-10-26: added" in said


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_a_workbook_saved_by_libreoffice_is_read_back(run, plan, book, tmp_path):
    path = book(lambda b: later(b["shifts"], "A1", 27))
    saved = tmp_path / "saved"
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
         "--convert-to", "xlsx", "--outdir", str(saved), str(path)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    code, said = run("edit", plan, "--from", saved / "mine.xlsx", "--take", *NOW)
    assert code == 0
    assert "A1 Tue 2026-10-27: moved, from 09:00-17:30 to 10:00-18:30" in said
    changed = [line for line in said.splitlines() if line.startswith("  A")]
    assert len(changed) == 1
