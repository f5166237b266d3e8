"""Published, repaired, edited in Excel, re-imported: ids and history are kept."""

import json
from datetime import datetime

from openpyxl import load_workbook
from support.roster_drafts import roster_text, write_draft

NOW = ("--now", "2026-10-20T08:00+00:00", "--who", "Ann")


def uids(plan, agent):
    """Return shift date -> UID, and the sequence numbers, of a person's calendar."""
    from icalendar import Calendar

    text = (plan / "out" / "calendars" / f"{agent}.ics").read_bytes()
    events = Calendar.from_ical(text).walk("VEVENT")
    by_day = {str(e["DTSTART"].dt.date()): str(e["UID"]) for e in events}
    return by_day, {int(e["SEQUENCE"]) for e in events}


def edit_in_excel(book):
    """Let A3 begin two hours earlier on Tuesday."""
    workbook = load_workbook(book)
    for row in workbook["shifts"].iter_rows(min_row=2):
        if (row[0].value, row[3].value) == ("A3", datetime(2026, 10, 27)):  # noqa: DTZ001 - a cell
            row[4].value = datetime(2026, 10, 27, 7)  # noqa: DTZ001 - a cell
            row[5].value = datetime(2026, 10, 27, 15, 30)  # noqa: DTZ001 - a cell
            row[6].value = "meal 11:00-11:30"
    workbook.save(book)


def log_of(plan):
    """Return the logged edits."""
    lines = (plan / "state" / "edits.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def check_versions(run, plan):
    said = run("publish", plan, "--list")[1]
    assert [line.split()[1] for line in said.splitlines()] == [
        "superseded", "published,",
    ]  # fmt: skip
    assert "published, from 2026-10-26/v1" in said
    said = run("diff", plan, "v1", "v2")[1]
    assert "A3 Tue 2026-10-27: moved" in said
    assert "A2 Wed 2026-10-28: " in said
    assert run("undo", plan, *NOW)[0] == 0
    assert run("revert", plan, "v1", *NOW)[0] == 1  # A2 is away: the rule is named
    assert "0 shifts changed" in run("diff", plan, "v1", "draft")[1]


def check_undone_repair(run, plan, ids):
    """Take the repair alone back, with edits before and after it; ids stay."""
    assert run("revert", plan, "v2", *NOW)[0] == 0
    code, said = run("edit", plan, "pin", "A3", "2026-10-27", "mail", *NOW)
    assert code == 0, said
    assert run("undo", plan, 1, *NOW)[0] == 0
    assert not (plan / "time_off.csv").exists()
    said = run("diff", plan, "v1", "draft")[1]
    assert "A3 Tue 2026-10-27: moved" in said
    assert said.startswith("v1 -> draft: 1 shift changed")
    assert "A2" not in said
    assert run("publish", plan, "--why", "A2 is well", *NOW)[0] == 0
    assert uids(plan, "A3") == (ids, {3})
    numbers = [line["edit"] for line in log_of(plan)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_ids_and_history_survive_the_whole_way(run, tmp_path):
    plan = write_draft(tmp_path / "plan")
    assert run("publish", plan, "--why", "week 44", *NOW)[0] == 0
    first, sequence = uids(plan, "A3")
    assert sequence == {1}
    book = tmp_path / "planner.xlsx"
    book.write_bytes((plan / "out" / "roster.xlsx").read_bytes())

    absent = tmp_path / "ill.csv"
    absent.write_text(
        "agent_id,from_local,to_local,kind\nA2,2026-10-28,2026-10-30,sick\n", "utf-8"
    )
    code, said = run(
        "repair", plan, "--absent", absent, "--seconds", "2", "--why", "ill", *NOW
    )
    assert code == 0, said
    assert "A2,krakow,2026-10-28" not in roster_text(plan)

    edit_in_excel(book)
    code, said = run("edit", plan, "--from", book, "--take", "--why", "school", *NOW)
    assert code == 0, said
    assert "A3 Tue 2026-10-27: moved, from 09:00-17:30 to 07:00-15:30" in said
    assert "A2" not in said  # the repair stays as it is
    text = roster_text(plan)
    assert "A2,krakow,2026-10-28" not in text
    assert "A3,krakow,2026-10-27,2026-10-27T06:00Z" in text

    assert run("publish", plan, "--why", "week 44, mended", *NOW)[0] == 0
    second, sequence = uids(plan, "A3")
    assert sequence == {2}
    assert second == first
    log = log_of(plan)
    assert [(line["edit"], line["why"]) for line in log] == [(1, "ill"), (2, "school")]
    assert log[0]["after"] == log[1]["before"]
    check_versions(run, plan)
    check_undone_repair(run, plan, first)
