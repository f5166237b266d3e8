"""Undoing a repair: the plan folder is as it was, or what stays is said."""

from support.roster_drafts import roster_text, write_draft

NOW = ("--now", "2026-10-20T08:00+00:00", "--who", "Ann")
HEADER = "agent_id,from_local,to_local,kind\n"
OLD = "agent_id,kind,from_local,to_local\nD1,vacation,2026-11-01,2026-11-01\n"


def inputs(plan):
    """Return every file of the folder itself and what it holds."""
    return {p.name: p.read_bytes() for p in plan.iterdir() if p.is_file()}


def ill(tmp_path, *rows):
    path = tmp_path / "ill.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


def mend(run, plan, absent, now="2026-10-20T08:00+00:00"):
    return run(
        "repair", plan, "--absent", absent, "--seconds", 0.2, "--now", now,
        "--who", "Ann",
    )  # fmt: skip


def test_an_undone_repair_leaves_no_trace_in_the_inputs(run, tmp_path):
    plan = write_draft(tmp_path / "plan")
    run("edit", plan, "pin", "A1", "2026-10-26", "mail", *NOW)
    before, text = inputs(plan), roster_text(plan)
    assert mend(run, plan, ill(tmp_path, "A2,2026-10-28,2026-10-30,sick"))[0] == 0
    assert "A2" in (plan / "time_off.csv").read_text("utf-8")
    code, said = run("undo", plan, *NOW)
    assert code == 0, said
    assert "time_off.csv is as if the edit had not been" in said
    assert inputs(plan) == before
    assert roster_text(plan) == text
    # Undoing that brings the repair back, absence and all.
    code, said = run("undo", plan, 3, *NOW)
    assert code == 0, said
    assert "A2,2026-10-28" in (plan / "time_off.csv").read_text("utf-8")
    assert "A2,krakow,2026-10-28" not in roster_text(plan)


def test_what_was_added_to_a_file_is_cut_out_of_what_came_later(run, tmp_path):
    plan = write_draft(tmp_path / "plan", files={"time_off.csv": OLD})
    assert mend(run, plan, ill(tmp_path, "A2,2026-10-28,2026-10-28,sick"))[0] == 0
    path = plan / "time_off.csv"
    later = "A1,vacation,2026-11-01,2026-11-01\n"
    path.write_text(path.read_text("utf-8") + later, "utf-8")
    code, said = run("undo", plan, *NOW)
    assert code == 0, said
    assert path.read_text("utf-8") == OLD + later


def test_what_cannot_be_taken_back_is_said_to_stay(run, tmp_path):
    plan = write_draft(tmp_path / "plan", files={"time_off.csv": OLD})
    assert mend(run, plan, ill(tmp_path, "A2,2026-10-28,2026-10-28,sick"))[0] == 0
    path = plan / "time_off.csv"
    changed = path.read_text("utf-8").replace("sick", "vacation")
    path.write_text(changed, "utf-8")
    code, said = run("undo", plan, *NOW)
    assert "time_off.csv was changed since: what edit 1 added to it stays" in said
    assert path.read_text("utf-8") == changed
    assert code == 1  # A2 works in time off again, and that is named
    assert "broken: time_off" in said


def test_shifts_cut_short_are_free_again(run, tmp_path):
    plan = write_draft(tmp_path / "plan")
    run("edit", plan, "pin", "A1", "2026-10-26", "mail", *NOW)
    before, text = inputs(plan), roster_text(plan)
    absent = ill(tmp_path, "A1,2026-10-27 12:00,2026-10-27 23:00,sick")
    mend(run, plan, absent, now="2026-10-27T12:05+01:00")
    assert (plan / "locked_roster.csv").exists()
    code, said = run("undo", plan, *NOW)
    assert code == 0, said
    assert inputs(plan) == before
    assert roster_text(plan) == text


def test_going_back_by_revert_says_that_notes_stay(run, tmp_path):
    plan = write_draft(tmp_path / "plan")
    mend(run, plan, ill(tmp_path, "A2,2026-10-28,2026-10-30,sick"))
    said = run("revert", plan, 0, *NOW)[1]
    assert "time_off.csv stays as it is; wfm undo takes such notes back" in said
