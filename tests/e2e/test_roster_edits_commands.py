"""Edit, undo, publish, revert and diff as a planner types them."""

import csv
import json
import shutil

import pytest
from support.roster_drafts import (
    AGENTS,
    WEEK,
    put_roster,
    roster_text,
    shift_lines,
    usual_lines,
    write_draft,
)

NOW = ("--now", "2026-10-20T08:00+00:00", "--who", "Ann")


@pytest.fixture
def plan(tmp_path):
    return write_draft(tmp_path / "plan")


def edits(plan):
    path = plan / "state" / "edits.jsonl"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def test_an_edit_is_shown_taken_over_logged_and_undone(run, plan):
    before = roster_text(plan)
    code, said = run(
        "edit", plan, "move", "A1", "2026-10-27", "06:00", "--why", "dentist", *NOW
    )
    assert code == 0
    assert "A1 Tue 2026-10-27: moved, from 09:00-17:30 to 06:00-14:30" in said
    assert "breaks no rule that was kept before" in said
    assert "edit 1 taken over" in said
    assert "A1,krakow,2026-10-27,2026-10-27T05:00Z" in roster_text(plan)
    (line,) = edits(plan)
    assert (line["who"], line["why"]) == ("Ann", "dentist")
    assert line["when_utc"] == "2026-10-20T08:00:00+00:00"
    assert line["what"] == "move A1 2026-10-27 06:00"
    assert line["removed"][0][2] == "2026-10-27T08:00Z"
    manifest = json.loads((plan / "out" / "manifest.json").read_text())
    proof = json.loads((plan / "out" / "certificate.json").read_text())
    assert manifest["edits"] == [1]
    assert manifest["roster_sha256"] == proof["roster"] == line["after"]
    code, said = run("undo", plan, *NOW)
    assert code == 0
    assert roster_text(plan) == before
    code, said = run("undo", plan)
    assert code == 2
    assert "nothing to undo" in said
    code, said = run("edit", plan, "--log")
    assert "(undone)" in said
    assert "undo 1 (move A1 2026-10-27 06:00)" in said


def test_rules_are_named_and_do_not_hinder(run, plan):
    code, said = run("edit", plan, "add", "A1", "2026-10-31", "22:00", *NOW)
    assert code == 1
    assert "broken: weekly_hours, A1 (Ala)" in said
    assert edits(plan)[0]["breaks"][0].startswith("weekly_hours, A1")
    code, said = run("verify", plan)
    assert code == 1
    assert "weekly_hours" in said
    code, said = run("edit", plan, "end", "A1", "2026-10-31", "05:00", *NOW)
    assert code == 1  # the shape is newly broken, the hours still are
    assert "still broken: weekly_hours" in said
    code, said = run("edit", plan, "drop", "A1", "2026-10-31", *NOW)
    assert code == 0
    assert "mended: weekly_hours" in said


def test_cover_service_and_cost_are_those_of_the_checkers(run, plan):
    """The only one at work is taken off a day that needs one for each queue."""
    lines = [line for line in usual_lines() if not line.startswith(("A2", "A3", "D1"))]
    put_roster(plan, lines)
    code, said = run("edit", plan, "drop", "A1", "2026-10-27", *NOW)
    assert code == 0
    assert "wages −€160.00, −8.00 paid hours" in said
    # At work from 8 to 12 and 12:30 to 16:30 UTC, and never without something to do.
    changes = [
        float(words[3].replace("+", ""))
        for line in said.splitlines()
        if (words := line.split())[:1] in (["phone"], ["mail"])
    ]
    assert sum(changes) == pytest.approx(8.0)


def test_a_dry_run_and_a_refusal_leave_no_trace(run, plan):
    before = roster_text(plan)
    code, said = run("edit", plan, "drop", "A1", "2026-10-27", "--dry-run")
    assert code == 0
    assert "not taken over" in said
    code, said = run("edit", plan, "replace", "A1", "2026-10-27", "A2")
    assert code == 1
    assert "overlap" in said
    code, said = run("edit", plan, "move", "A1", "2026-10-27", "09:00")
    assert code == 0
    assert "nothing changes" in said
    assert roster_text(plan) == before
    assert not edits(plan)
    assert not (plan / "state" / "rosters").exists()


def test_looking_writes_nothing_at_all(run, plan):
    run("edit", plan, "drop", "A1", "2026-10-27", "--dry-run")
    run("edit", plan, "--from", plan / "out" / "roster.csv")
    run("edit", plan, "--replay", "--dry-run")
    run("edit", plan, "--log")
    run("diff", plan, "draft", "draft")
    assert not (plan / "state").exists()


@pytest.mark.parametrize(
    "arguments",
    [(), ("drop", "A1", "2026-10-27", "--log"), ("--log", "--replay")],
)
def test_one_thing_at_a_time(run, plan, arguments):
    code, said = run("edit", plan, *arguments)
    assert code == 2
    assert "say one thing" in said


def test_without_a_draft_the_command_to_run_is_named(run, plan):
    (plan / "out" / "roster.csv").unlink()
    code, said = run("edit", plan, "--log")
    assert code == 2
    assert "wfm plan" in said


def test_a_draft_of_another_week_is_not_edited(run, plan):
    code, said = run("edit", plan, "--log", "--week", "2026-11-02")
    assert code == 2
    assert "of the week of 2026-10-26" in said


def test_any_edit_is_undone_by_number_and_done_again(run, plan):
    run("edit", plan, "drop", "A1", "2026-10-27", *NOW)
    first = roster_text(plan)
    run("edit", plan, "drop", "A2", "2026-10-27", *NOW)
    both = roster_text(plan)
    assert run("undo", plan, "1", *NOW)[0] == 0
    assert run("undo", plan, "2", *NOW)[0] == 0
    code, said = run("undo", plan, "1")
    assert code == 2
    assert "is undone already" in said
    assert run("undo", plan, "3", *NOW)[0] == 0  # the undoing of 1
    assert roster_text(plan) == first
    assert run("undo", plan, "4", *NOW)[0] == 0
    assert roster_text(plan) == both
    code, said = run("undo", plan, "9")
    assert "edit 9 did not lead to this roster" in said


def test_an_edit_whose_shift_was_edited_since_is_not_undone(run, plan):
    run("edit", plan, "move", "A1", "2026-10-27", "10:00", *NOW)
    run("edit", plan, "move", "A1", "2026-10-27", "11:00", *NOW)
    code, said = run("undo", plan, "1")
    assert code == 1
    assert "no longer as this edit left or found it" in said


def test_a_batch_is_one_edit_and_all_or_nothing(run, plan, tmp_path):
    file = tmp_path / "edits.txt"
    file.write_text(
        "# Tuesday\nmove A1 2026-10-27 06:00\n\nmove A1 2026-10-27 07:00\n"
        "drop A2 2026-10-28\n",
        encoding="utf-8",
    )
    before = roster_text(plan)
    code, said = run("edit", plan, "--batch", file, *NOW)
    assert code == 0
    assert "from 09:00-17:30 to 07:00-15:30" in said
    assert len(edits(plan)) == 1
    run("undo", plan, *NOW)
    assert roster_text(plan) == before
    file.write_text("drop A1 2026-10-27\ndrop B1 2026-10-27\nfly A1\n", "utf-8")
    code, said = run("edit", plan, "--batch", file)
    assert code == 1
    assert "edits.txt:2: unknown agent 'B1'" in said
    assert "edits.txt:3: unknown edit 'fly'" in said
    assert roster_text(plan) == before


def test_edits_are_made_again_on_a_new_run(run, plan):
    run("edit", plan, "move", "A1", "2026-10-27", "06:00", *NOW)
    run("edit", plan, "drop", "A2", "2026-10-28", *NOW)
    run("edit", plan, "drop", "D1", "2026-10-28", *NOW)
    run("undo", plan, *NOW)
    kept = [x for x in usual_lines() if not x.startswith("A2,krakow,2026-10-28")]
    put_roster(plan, kept)  # a new run without A2's Wednesday
    code, said = run("edit", plan, "--replay", *NOW)
    assert code == 0
    assert "left out 2 (drop A2 2026-10-28): no shift A2 2026-10-28" in said
    assert "A1 Tue 2026-10-27: moved, from 09:00-17:30 to 06:00-14:30" in said
    assert "D1" not in said
    code, said = run("edit", plan, "--replay")
    assert "nothing changes" in said


def test_names_may_hold_blanks_and_letters_of_any_script(run, tmp_path):
    people = AGENTS.replace("A1,", '"Ala Nowak; 愛",')
    lines = [x.replace("A1,", '"Ala Nowak; 愛",', 1) for x in usual_lines()]
    plan = write_draft(tmp_path / "p", lines=lines, files={"agents.csv": people})
    code, said = run("edit", plan, "drop", "Ala Nowak; 愛", "2026-10-27", *NOW)
    assert code == 0, said
    assert "Ala Nowak; 愛 Tue 2026-10-27: dropped" in said
    batch = tmp_path / "b.txt"
    batch.write_text("end 'Ala Nowak; 愛' 2026-10-28 16:00\nend 'Ala\n", "utf-8")
    code, said = run("edit", plan, "--batch", batch)
    assert code == 1
    assert "b.txt:2:" in said
    assert "No closing quotation" in said
    put_roster(plan, lines)
    code, said = run("edit", plan, "--replay", *NOW)
    assert code == 0
    assert "dropped" in said
    code, said = run("edit", plan, "--from", plan / "out" / "roster.xlsx")
    assert "nothing changes" in said


def test_a_shift_without_end_is_refused(run, plan):
    code, said = run("edit", plan, "end", "A1", "2026-10-30", "2026-11-09T10:00")
    assert code == 1
    assert "would end more than a day after the plan" in said


def test_nothing_kept_is_said(run, plan):
    code, said = run("publish", plan, "--list")
    assert code == 0
    assert "no roster was kept; to publish the draft: wfm publish DIR" in said


def test_a_version_of_another_week_is_no_state_of_this_one(run, tmp_path, plan):
    run("publish", plan, *NOW)
    later = write_draft(tmp_path / "later", week=WEEK.replace(month=11, day=2))
    shutil.copytree(plan / "state", later / "state")
    code, said = run("revert", later, "2026-10-26/v1")
    assert code == 2
    assert "2026-10-26/v1 is of another week than the plan, 2026-11-02" in said


def test_publishing_keeps_a_version_whole_and_supersedes(run, plan):
    code, said = run("publish", plan, "--why", "first", *NOW)
    assert code == 0
    folder = plan / "state" / "rosters" / "2026-10-26" / "v1"
    record = json.loads((folder / "record.json").read_text())
    assert (record["state"], record["who"]) == ("published", "Ann")
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        "roster.csv", "certificate.json", "manifest.json", "requirement.csv",
        "fairness.csv",
    }  # fmt: skip
    out = {path.name for path in (plan / "out").iterdir()}
    assert out >= {"report.html", "roster.xlsx", "pages", "calendars"}
    code, said = run("publish", plan, *NOW)
    assert "published already, as 2026-10-26/v1" in said
    record = json.loads((plan / "out" / "manifest.json").read_text())
    assert record["version"] == "2026-10-26/v1"
    run("edit", plan, "move", "A1", "2026-10-27", "06:00", *NOW)
    record = json.loads((plan / "out" / "manifest.json").read_text())
    assert "version" not in record  # it is a draft again
    code, said = run("publish", plan, "--why", "second", *NOW)
    assert code == 0
    assert "against 2026-10-26/v1, now superseded: 1 shift of 1 person changed" in said
    code, said = run("publish", plan, "--list")
    assert "2026-10-26/v1  superseded" in said
    assert "2026-10-26/v2  published, from 2026-10-26/v1" in said
    calendar = (plan / "out" / "calendars" / "A1.ics").read_text()
    assert "SEQUENCE:2" in calendar


def test_the_ledger_counts_what_each_was_asked(run, plan):
    lines = [*shift_lines("A1", WEEK), *shift_lines("A1", WEEK.replace(day=31))]
    lines += shift_lines("A2", WEEK.replace(day=30), start=22 * 60, hours=8)
    put_roster(plan, lines)
    avoid = "agent_id,weekday,from_local,to_local,kind\nA1,mon,16:00,20:00,avoid\n"
    (plan / "availability.csv").write_text(avoid, encoding="utf-8")
    run("publish", plan, *NOW)
    with (plan / "state" / "fairness.csv").open(encoding="utf-8") as file:
        rows = {row["agent_id"]: row for row in csv.DictReader(file)}
    assert [rows["A1"][c] for c in ("shifts", "weekends", "weekend_shifts")] == [
        "2", "1", "1",
    ]  # fmt: skip
    assert rows["A1"]["undesired_shifts"] == "1"
    assert rows["A1"]["paid_hours"] == "16"
    # 22:00 to 06:00 with half an hour's unpaid meal
    assert (rows["A2"]["night_shifts"], rows["A2"]["night_hours"]) == ("1", "7.5")
    assert (rows["A3"]["shifts"], rows["A3"]["paid_hours"]) == ("0", "0")


def test_a_version_or_an_earlier_state_comes_back(run, plan):
    run("publish", plan, *NOW)
    first = roster_text(plan)
    run("edit", plan, "drop", "A1", "2026-10-27", *NOW)
    one = roster_text(plan)
    run("edit", plan, "drop", "A2", "2026-10-27", *NOW)
    two = roster_text(plan)
    assert run("revert", plan, "1", *NOW)[0] == 0
    assert roster_text(plan) == one
    assert run("revert", plan, "v1", *NOW)[0] == 0
    assert roster_text(plan) == first
    assert run("undo", plan, *NOW)[0] == 0
    assert run("undo", plan, *NOW)[0] == 0
    assert roster_text(plan) == two
    assert run("revert", plan, "0", *NOW)[0] == 0
    assert roster_text(plan) == first
    code, said = run("revert", plan, "published")
    assert "is as published already" in said
    for wrong, words in (
        ("v9", "no roster 'v9' is kept of 2026-10-26; known: v1 (published)"),
        ("monday", "neither a version such as v2 nor the number of an edit"),
        ("77", "edit 77 did not lead to this roster"),
        ("2026-10-19/v1", "no roster '2026-10-19/v1' is kept of 2026-10-19"),
    ):
        code, said = run("revert", plan, wrong)
        assert code == 2
        assert words in said


def test_rosters_are_told_apart_in_every_combination(run, plan, tmp_path):
    run("publish", plan, *NOW)
    run("edit", plan, "swap", "A1", "2026-10-27", "D1", *NOW)
    run("edit", plan, "add", "A2", "2026-10-31", "06:00", *NOW)
    file = tmp_path / "mine.csv"
    file.write_text(roster_text(plan), encoding="utf-8")
    for first in ("published", "v1", "2026-10-26/v1"):
        for second in ("draft", str(file)):
            code, said = run("diff", plan, first, second)
            assert code == 1  # Saturday makes it 48 hours
            assert "A1 Tue 2026-10-27: 09:00-17:30 swapped with D1" in said
            assert "A2 Sat 2026-10-31: added 06:00-14:30" in said
    code, said = run("diff", plan, "draft", "v1", "--out", tmp_path / "d.csv")
    assert code == 0
    with (tmp_path / "d.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert [(row["agent_id"], row["change"]) for row in rows] == [
        ("A1", "swapped with"), ("A2", "dropped"), ("D1", "swapped with"),
    ]  # fmt: skip
    run("diff", plan, "v1", "draft", "--out", tmp_path / "d.json")
    found = json.loads((tmp_path / "d.json").read_text())
    added = next(s for s in found["shifts"] if s["change"] == "added")
    assert "weekly_hours" in added["breaks"]
    assert {q["queue"] for q in found["queues"]} == {"phone", "mail"}
    code, said = run("diff", plan, "v1", "nowhere.csv")
    assert code == 2
    assert "no file, version, 'draft' or 'published'" in said
    code, said = run("diff", plan, "v1", "v1")
    assert code == 0
    assert "0 shifts changed" in said


def test_rosters_of_other_weeks_are_judged_in_theirs(run, plan):
    run("publish", plan, *NOW)
    code, said = run("diff", plan, "v1", "v1", "--week", "2026-11-02")
    assert code == 2
    assert "no roster 'v1' is kept of 2026-11-02" in said
    week = ("--week", "2026-11-02")
    code, said = run("diff", plan, "2026-10-26/v1", "draft", *week)
    assert code == 2
    assert "of different weeks: 2026-10-26 and 2026-11-02" in said
    code, said = run("diff", plan, "2026-10-26/v1", "2026-10-26/v1", *week)
    assert code == 0


def test_writers_come_one_after_the_other(run, plan):
    """Edits that begin at once all stand in the end, each on the one before."""
    import subprocess
    import sys

    lines = [("drop", "A1"), ("drop", "A2"), ("drop", "A3"), ("drop", "D1")]
    command = [sys.executable, "-m", "wfm.cli", "edit", str(plan)]
    running = [
        subprocess.Popen(
            [*command, *words, "2026-10-27"], stdout=subprocess.PIPE, text=True
        )
        for words in lines
    ]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert all("taken over" in text for text in said)
    assert "2026-10-27," not in roster_text(plan).replace("2026-10-27T", "")
    found = edits(plan)
    assert [line["edit"] for line in found] == [1, 2, 3, 4]
    assert [line["after"] for line in found[:3]] == [
        line["before"] for line in found[1:]
    ]


def test_a_full_disk_leaves_everything_as_it_was(run, plan, monkeypatch):
    run("edit", plan, "drop", "A1", "2026-10-27", *NOW)
    before, log = roster_text(plan), edits(plan)

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wfm.report.workbook.write_workbook", full)
    code, said = run("edit", plan, "drop", "A2", "2026-10-27", *NOW)
    assert code == 1
    assert "No space left" in said
    assert (roster_text(plan), edits(plan)) == (before, log)
    monkeypatch.undo()
    left = [p.name for p in plan.iterdir() if p.name.startswith(".out")]
    assert not left


def test_a_run_that_ends_meanwhile_is_not_lost(run, plan, monkeypatch):
    from wfm.report import workbook

    new = [line for line in usual_lines() if not line.startswith("D1")]
    write = workbook.write_workbook

    def meanwhile(path, inputs):
        write(path, inputs)
        put_roster(plan, new)

    monkeypatch.setattr("wfm.report.workbook.write_workbook", meanwhile)
    code, said = run("edit", plan, "drop", "A2", "2026-10-27", *NOW)
    assert code == 2
    assert "was replaced meanwhile; nothing was taken over" in said
    assert "D1" not in roster_text(plan)
    assert not edits(plan)


def test_ctrl_c_leaves_everything_as_it_was(run, plan, monkeypatch):
    from wfm.domain.errors import Interrupted

    before = roster_text(plan)

    def interrupted(*_args, **_kwargs):
        raise Interrupted

    monkeypatch.setattr("wfm.report.workbook.write_workbook", interrupted)
    code, _ = run("edit", plan, "drop", "A2", "2026-10-27", *NOW)
    assert code == 130
    assert (roster_text(plan), edits(plan)) == (before, [])


def test_a_line_whose_roster_never_came_is_no_history(run, plan):
    """The machine stopped after the log was written, before out/ was replaced."""
    before = roster_text(plan)
    run("edit", plan, "drop", "A1", "2026-10-27", *NOW)
    put_roster(plan, usual_lines())
    assert roster_text(plan) == before
    code, said = run("edit", plan, "--log")
    assert "no edit led to this roster" in said
    code, said = run("undo", plan)
    assert code == 2
    run("edit", plan, "drop", "A2", "2026-10-27", *NOW)
    code, said = run("edit", plan, "--log")
    assert "drop A2" in said
    assert "drop A1" not in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"edit": 2, "week"', "the line breaks off"),
        ("oops\n", "the line is no edit"),
        ('{"edit": 2, "week": "2026-10-26"}\n', "the line is no edit"),
        ('["edit"]\n', "the line is no edit"),
    ],
)
def test_a_damaged_log_is_named_by_line_with_its_cure(run, plan, line, words):
    run("edit", plan, "drop", "A1", "2026-10-27", *NOW)
    with (plan / "state" / "edits.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(line)
    code, said = run("edit", plan, "drop", "A2", "2026-10-27")
    assert code == 1
    assert f"state/edits.jsonl:2: {words}" in said
    assert "take the line out" in said


def _break_json(folder):
    (folder / "record.json").write_text("{", encoding="utf-8")


def _drop_record(folder):
    (folder / "record.json").unlink()


def _drop_entry(folder):
    path = folder / "record.json"
    record = json.loads(path.read_text())
    del record["who"]
    path.write_text(json.dumps(record), encoding="utf-8")


def _wrong_state(folder):
    path = folder / "record.json"
    path.write_text(path.read_text().replace('"published"', '"lost"'), "utf-8")


def _forge_roster(folder):
    path = folder / "roster.csv"
    path.write_text(path.read_text().replace("08:00Z", "07:00Z"), "utf-8")


def _drop_roster(folder):
    (folder / "roster.csv").unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_break_json, "record.json: can't be read"),
        (_drop_record, "record.json: the file is missing"),
        (_drop_entry, "record.json: the entry 'who' is missing"),
        (_wrong_state, "record.json: can't be read: unknown state 'lost'"),
        (_forge_roster, "roster.csv: the file was changed after it was kept"),
        (_drop_roster, "roster.csv: the file is missing"),
    ],
)
def test_a_damaged_version_is_named_by_file_with_its_cure(run, plan, damage, words):
    run("publish", plan, *NOW)
    damage(plan / "state" / "rosters" / "2026-10-26" / "v1")
    code, said = run("diff", plan, "v1", "draft")
    assert code == 1
    assert f"state/rosters/2026-10-26/v1/{words}" in said
    assert "move its folder out of state/" in said


def test_stale_inputs_of_the_requirement_are_named(run, plan):
    path = plan / "out" / "manifest.json"
    record = json.loads(path.read_text()) | {"inputs_sha256": {"events.csv": "00"}}
    path.write_text(json.dumps(record), encoding="utf-8")
    code, said = run("edit", plan, "drop", "A1", "2026-10-27", "--dry-run")
    assert code == 0
    assert "the requirement is older than events.csv" in said


def test_the_login_signs_by_default(run, plan, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ola")
    run("edit", plan, "drop", "A1", "2026-10-27")
    assert edits(plan)[0]["who"] == "ola"
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(KeyError()))
    run("edit", plan, "drop", "A2", "2026-10-27")
    assert edits(plan)[1]["who"] == "planner"
