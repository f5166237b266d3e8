"""Each kind of edit on a small week, in words and as objects."""

from datetime import date
from pathlib import Path

import pytest
from support.roster_drafts import WEEK, shift_lines, usual_lines, write_draft

import wfm.api
from wfm.domain.grid import IntervalGrid
from wfm.domain.roster import Roster, Shift, WorkSpan
from wfm.domain.roster_edits import (
    AddBreak,
    AddShift,
    BreakName,
    EditError,
    MoveBreak,
    MoveShift,
    RosterChange,
    ShiftName,
    change_between,
    changed,
    regular,
)
from wfm.pipeline.edit_requests import change_of
from wfm.pipeline.edit_words import VERBS, request_of
from wfm.pipeline.roster_diff import differences, in_words, shift_words
from wfm.rosters.drafts import Draft, open_draft, propose_words


@pytest.fixture(scope="module")
def draft(tmp_path_factory) -> Draft:
    directory = tmp_path_factory.mktemp("edits") / "plan"
    return open_draft(wfm.api.load(write_draft(directory)))


def after(draft: Draft, *lines: str) -> Roster:
    roster, instance = draft.roster, draft.desk.instance
    for line in lines:
        request = request_of(line.split(), roster, instance)
        change = change_of(request, roster, instance)
        roster = changed(roster, change)
    return roster


def read(roster: Roster, draft: Draft, line: str):
    return request_of(line.split(), roster, draft.desk.instance)


def told(draft: Draft, *lines: str) -> list[str]:
    instance = draft.desk.instance
    found = differences(draft.roster, after(draft, *lines), instance)
    return [in_words(difference, instance) for difference in found]


def hours(draft: Draft, roster: Roster, agent: str, day: int) -> list[str]:
    """Return the agent's shifts of a day of October, and their breaks, in words."""
    return [
        shift_words(shift, draft.desk.instance)
        for shift in roster.shifts
        if shift.agent_id == agent and shift.date_local == date(2026, 10, day)
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "move A1 2026-10-27 10:15",
            ["A1 Tue 2026-10-27: moved, from 09:00-17:30 to 10:15-18:45"],
        ),
        (
            "move A1 2026-10-27 2026-10-31T07:00",
            ["A1 Tue 2026-10-27: other day, from 09:00-17:30 to "
             "Sat 2026-10-31 07:00-15:30"],
        ),
        (
            "end A1 2026-10-27 16:00",
            ["A1 Tue 2026-10-27: shorter, from 09:00-17:30 to 09:00-16:00"],
        ),
        (
            "end A1 2026-10-27 01:00",
            ["A1 Tue 2026-10-27: longer, from 09:00-17:30 to 09:00-01:00"],
        ),
        (
            "replace A1 2026-10-30 D1",
            None,  # D1 works then: refused, below
        ),
        (
            "add A1 2026-10-31 22:00",
            ["A1 Sat 2026-10-31: added 22:00-06:00"],
        ),
        (
            "add A1 2026-10-31 23:15 07:00",
            ["A1 Sat 2026-10-31: added 23:15-07:00"],
        ),
        ("drop D1 2026-10-28", ["D1 Wed 2026-10-28: dropped 09:00-17:30"]),
        (
            "move-break A1 2026-10-27 meal 12:00",
            ["A1 Tue 2026-10-27: meal 13:00-13:30 now meal 12:00-12:30"],
        ),
        (
            "add-break A1 2026-10-27 meal 15:00 15:15",
            ["A1 Tue 2026-10-27: meal 13:00-13:30 now meal 13:00-13:30, "
             "meal 15:00-15:15"],
        ),
        (
            "drop-break A1 2026-10-27 meal",
            ["A1 Tue 2026-10-27: meal 13:00-13:30 now no break"],
        ),
        (
            "pin A1 2026-10-27 phone",
            ["A1 Tue 2026-10-27: works for any queue now phone"],
        ),
        (
            "pin A1 2026-10-27 mail 10:00 15:00",
            ["A1 Tue 2026-10-27: works for any queue now any queue, mail"],
        ),
        ("unpin A1 2026-10-27", []),
    ],
)  # fmt: skip
def test_an_edit_changes_what_its_words_say(draft, line, words):
    if words is None:
        with pytest.raises(EditError, match="overlap"):
            after(draft, line, "replace A1 2026-10-30 D1", line)
        return
    assert told(draft, line) == words


def test_every_verb_is_tried():
    here = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{verb} ' in here for verb in VERBS)


def test_a_pin_holds_for_its_hours_and_leaves_the_meal(draft):
    spans = [
        (span.activity, span.queue, (span.end_idx - span.start_idx) * 15)
        for shift in after(draft, "pin A1 2026-10-27 mail 10:00 15:00").shifts
        if (shift.agent_id, shift.date_local) == ("A1", date(2026, 10, 27))
        for span in shift.spans
    ]
    assert spans == [
        ("work", "", 60),
        ("work", "mail", 180),
        ("meal", "", 30),
        ("work", "mail", 90),
        ("work", "", 150),
    ]
    freed = after(draft, "pin A1 2026-10-27 mail 10:00 15:00", "unpin A1 2026-10-27")
    assert freed == draft.roster


def test_a_replaced_shift_keeps_its_instants_on_the_other_clock(draft):
    lines = ("drop D1 2026-10-27", "replace A1 2026-10-27 D1")
    assert told(draft, *lines) == [
        "A1 Tue 2026-10-27: dropped 09:00-17:30",
        "D1 Tue 2026-10-27: moved, from 09:00-17:30 to 02:00-10:30",
    ]
    # Warsaw left summer time on the 25th, Denver leaves it on the 1st.
    roster = after(draft, *lines)
    assert hours(draft, roster, "D1", 27) == ["02:00-10:30"]
    assert hours(draft, roster, "A1", 27) == []


def test_a_swap_of_two_days_is_told_as_a_swap(draft):
    lines = ["move A1 2026-10-27 06:00", "end A1 2026-10-27 14:00"]
    start = after(draft, *lines)
    instance = draft.desk.instance
    request = read(start, draft, "swap A1 2026-10-27 A2")
    swapped = changed(start, change_of(request, start, instance))
    assert hours(draft, swapped, "A1", 27) == ["09:00-17:30"]
    assert hours(draft, swapped, "A2", 27) == ["06:00-14:00"]
    found = differences(start, swapped, instance)
    assert [in_words(d, instance) for d in found] == [
        "A1 Tue 2026-10-27: 06:00-14:00 swapped with A2",
        "A2 Tue 2026-10-27: 09:00-17:30 swapped with A1",
    ]
    other = read(start, draft, "swap A1 2026-10-27 A2 2026-10-28")
    with pytest.raises(EditError, match="overlap"):
        change_of(other, start, instance)  # each works both days


def test_a_swap_over_dates_and_people(draft):
    start = after(draft, "drop A1 2026-10-28", "drop A2 2026-10-27")
    instance = draft.desk.instance
    request = read(start, draft, "swap A1 2026-10-27 A2 2026-10-28")
    swapped = changed(start, change_of(request, start, instance))
    found = differences(start, swapped, instance)
    assert [in_words(d, instance) for d in found] == [
        "A1 Tue 2026-10-27: 09:00-17:30 swapped with A2",
        "A2 Wed 2026-10-28: 09:00-17:30 swapped with A1",
    ]


def test_an_added_shift_has_the_breaks_of_its_template(draft):
    roster = after(draft, "add A1 2026-10-31 06:00")
    shift = next(s for s in roster.shifts if s.date_local == date(2026, 10, 31))
    assert (shift.end_idx - shift.start_idx) * 15 == 8.5 * 60
    meal = next(s for s in shift.spans if s.activity == "meal")
    assert not meal.paid
    assert (meal.start_idx - shift.start_idx) * 15 == 240
    bare = after(draft, "add A1 2026-10-31 06:15 09:00")
    shift = next(s for s in bare.shifts if s.date_local == date(2026, 10, 31))
    assert [span.activity for span in shift.spans] == ["work"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "unknown edit ''"),
        ("shove A1 2026-10-27", "unknown edit 'shove'"),
        ("drop A1", "drop is asked as: drop AGENT DATE"),
        ("drop A11 2026-10-27", "unknown agent 'A11'; did you mean 'A1'?"),
        ("drop A1 2026-10-31", "no shift A1 2026-10-31 in the roster; A1 works Mon"),
        ("drop A1 2026-10-27#2", "no shift A1 2026-10-27 #2"),
        ("drop A1 2026-10-27#x", "after # stands which one"),
        ("drop A1 tomorrow", "not a date"),
        ("pin A1 2026-10-27 phon", "unknown queue 'phon'; did you mean 'phone'?"),
        ("pin A1 2026-10-27 phone 10:00", "say from when to when"),
        ("pin A1 2026-10-27 phone 16:00 19:00", "outside the shift of A1"),
        ("move A1 2026-10-27 9.30", "not a time like"),
        ("move A1 2026-10-27 25:00", "not a time like"),
        ("move A1 2026-10-27 2026-10-28", "not a time like"),
        ("move A1 2026-10-27 10:07", "not on the roster's step of 15 min"),
        ("move A1 2026-10-27 2026-11-04T09:00", "2026-11-04 is no date of this plan"),
        ("move A1 2026-10-27 2026-10-28T10:00", "spans of A1 overlap"),
        ("swap A1 2026-10-27 A1 2026-10-28", "can't swap shifts with nobody else"),
        ("replace A1 2026-10-27 A2", "spans of A2 overlap on 2026-10-27"),
        ("end A1 2026-10-27 2026-10-27T08:00", "would end before it begins"),
        ("add A1 2026-10-31 09:15", "no shift of contract full starts then"),
        ("add A1 2026-10-31 09:00 2026-10-31T08:00", "would end before it begins"),
        ("add A1 2026-10-27 16:00 20:00", "spans of A1 overlap"),
        ("move-break A1 2026-10-27 nap 12:00", "the shift has: meal"),
        ("move-break A1 2026-10-27 meal 20:00", "lies outside the shift"),
        ("add-break A1 2026-10-27 nap 12:00 12:30", "unknown kind of break 'nap'"),
        ("add-break A1 2026-10-27 meal 13:15 13:45", "the meal overlaps the meal"),
        ("drop-break A1 2026-10-27 meal#2", "no break A1 2026-10-27 meal #2"),
    ],
)
def test_what_is_not_there_or_overlaps_is_refused_by_name(draft, line, message):
    with pytest.raises(EditError) as refused:
        after(draft, line)
    assert message in str(refused.value)


def test_rules_refuse_nothing(draft):
    roster = after(draft, "move A1 2026-10-27 23:45", "move A1 2026-10-28 09:00")
    proof = draft.desk.judged(roster).certificate
    assert {v.rule for v in proof.violations} >= {"min_rest", "shift_shape"}


def test_queues_stay_pinned_through_edits_of_breaks(tmp_path):
    lines = shift_lines("A1", WEEK, queue="mail")
    draft = open_draft(wfm.api.load(write_draft(tmp_path / "p", lines=lines)))
    roster = after(draft, "drop-break A1 2026-10-26 meal", "end A1 2026-10-26 19:00")
    (shift,) = roster.shifts
    assert [span.queue for span in shift.spans] == ["mail"]


def test_a_break_at_the_very_start_becomes_work_as_the_work_after_it(draft):
    lines = ("move-break A1 2026-10-27 meal 09:00", "drop-break A1 2026-10-27 meal")
    roster = after(draft, *lines)
    assert told(draft, *lines) == told(draft, "drop-break A1 2026-10-27 meal")
    assert roster == after(draft, "drop-break A1 2026-10-27 meal")


def test_a_break_cut_off_by_a_new_end_falls_away(draft):
    roster = after(draft, "end A1 2026-10-27 13:00")
    shift = next(
        s for s in roster.by_agent()["A1"] if s.date_local == date(2026, 10, 27)
    )
    assert [span.activity for span in shift.spans] == ["work"]


def test_shifts_that_touch_become_one_as_when_a_file_is_read(draft):
    lines = ("end A1 2026-10-27 13:00", "add A1 2026-10-27 13:00 15:00")
    assert hours(draft, after(draft, *lines), "A1", 27) == ["09:00-15:00"]


def test_nothing_may_overlap_what_was_carried_over(tmp_path):
    sunday = date(2026, 10, 25)
    previous = (
        "agent_id,site,date_local,start_utc,end_utc,activity,queue\n"
        + "\n".join(shift_lines("A1", sunday, start=22 * 60))
    )
    directory = write_draft(
        tmp_path / "p", lines=[], files={"previous_roster.csv": previous}
    )
    draft = open_draft(wfm.api.load(directory))
    with pytest.raises(EditError, match="the shift of 2026-10-26 begins before that"):
        after(draft, "add A1 2026-10-26 06:00")


DST_AUTUMN, DST_SPRING = date(2026, 10, 19), date(2026, 3, 23)


def test_a_time_that_the_clock_skips_is_refused(tmp_path):
    week = DST_SPRING
    draft = open_draft(wfm.api.load(write_draft(tmp_path / "p", week=week, lines=[])))
    with pytest.raises(EditError, match=r"02:30 does not exist in Europe/Warsaw"):
        after(draft, "add A1 2026-03-29 02:30 08:00")
    roster = after(draft, "add A1 2026-03-28 22:00")
    (shift,) = roster.shifts
    assert (shift.end_idx - shift.start_idx) * 15 == 8 * 60
    assert shift_words(shift, draft.desk.instance) == "22:00-07:00"  # an hour is lost


def test_a_time_that_the_clock_shows_twice_is_the_first_unless_told(tmp_path):
    draft = open_draft(
        wfm.api.load(write_draft(tmp_path / "p", week=DST_AUTUMN, lines=[]))
    )
    first = after(draft, "add A1 2026-10-25 02:30 08:00").shifts[0]
    second = after(draft, "add A1 2026-10-25 2026-10-25T02:30+01:00 08:00").shifts[0]
    assert second.start_idx - first.start_idx == 4
    assert first.date_local == second.date_local == date(2026, 10, 25)


def test_the_regular_form_is_that_of_a_file(draft):
    assert regular(draft.roster.shifts) == draft.roster


def test_overlapping_spans_have_no_regular_form():
    def shift(day: int, *spans: tuple[int, int]) -> Shift:
        return Shift(
            agent_id="A",
            date_local=date(2026, 10, day),
            spans=tuple(WorkSpan(start_idx=a, end_idx=b) for a, b in spans),
        )

    with pytest.raises(EditError, match="overlap on 2026-10-26"):
        regular([shift(26, (0, 8)), shift(26, (4, 12))])
    with pytest.raises(EditError, match="2026-10-27 begins before that of 2026-10-26"):
        regular([shift(26, (0, 8)), shift(27, (4, 12))])


def test_a_change_that_no_longer_fits_says_so(draft):
    gone = change_between(draft.roster, after(draft, "drop A1 2026-10-27"))
    with pytest.raises(EditError, match="no longer as this edit left or found it"):
        changed(after(draft, "drop A1 2026-10-27"), gone)
    assert not RosterChange()
    assert gone.agent_ids == {"A1"}


def test_names_read_as_typed():
    shift = ShiftName(agent_id="A1", date_local=WEEK)
    assert str(shift) == "A1 2026-10-26"
    assert str(BreakName(shift=shift, kind="meal", nth=2)) == "A1 2026-10-26 meal #2"


def test_requests_are_objects_of_their_own(draft):
    instance = draft.desk.instance
    grid: IntervalGrid = instance.grid
    name = ShiftName(agent_id="A1", date_local=date(2026, 10, 27))
    words = {
        "move A1 2026-10-27 10:00": MoveShift,
        "add A1 2026-10-31 09:00": AddShift,
        "move-break A1 2026-10-27 meal 12:00": MoveBreak,
        "add-break A1 2026-10-27 meal 15:00 15:15": AddBreak,
    }
    for line, kind in words.items():
        assert isinstance(request_of(line.split(), draft.roster, instance), kind)
    request = read(draft.roster, draft, "move A1 2026-10-27 10:00")
    ten = grid.index_of(grid.instant(0).replace(day=27, hour=9, minute=0, month=10))
    assert request == MoveShift(shift=name, start_idx=ten)


def test_a_proposal_is_a_table_as_well(draft):
    frame = propose_words(draft, "move A1 2026-10-27 10:00").to_frame(draft)
    (row,) = frame.to_dict("records")
    assert (row["agent_id"], row["change"]) == ("A1", "moved")
    assert row["start_utc_after"] == "2026-10-27T09:00Z"
    assert len(propose_words(draft, "move A1 2026-10-27 09:00").to_frame(draft)) == 0


def test_one_person_and_an_empty_roster(tmp_path):
    one = "agent_id,site,employment_contract,skills\nA1,krakow,full,en\n"
    directory = write_draft(tmp_path / "p", lines=[], files={"agents.csv": one})
    draft = open_draft(wfm.api.load(directory))
    assert draft.roster == Roster(shifts=())
    with pytest.raises(EditError, match="A1 works never"):
        after(draft, "drop A1 2026-10-27")
    assert told(draft, "add A1 2026-10-27 09:00") == [
        "A1 Tue 2026-10-27: added 09:00-17:30"
    ]
    assert usual_lines()
