"""Any sequence of edits, undone in any order that is possible, leaves no trace."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.roster_drafts import SITES, ZONES, write_draft

import wfm.api
from wfm.domain.roster import WORK, Roster, Shift
from wfm.domain.roster_edits import (
    EditError,
    change_between,
    changed,
    refuse_overlaps,
    regular,
)
from wfm.pipeline.edit_requests import change_of
from wfm.pipeline.edit_words import request_of
from wfm.pipeline.roster_diff import differences
from wfm.rosters.drafts import Draft, open_draft

WEEKS = (date(2026, 10, 26), date(2026, 10, 19), date(2026, 3, 23))
"""A usual week, and those in which Warsaw's clocks go back and forward."""


@pytest.fixture(scope="module", params=WEEKS, ids=str)
def draft(request, tmp_path_factory) -> Draft:
    directory = tmp_path_factory.mktemp("undo") / "plan"
    return open_draft(wfm.api.load(write_draft(directory, week=request.param)))


agents = st.sampled_from(sorted(SITES))
days = st.integers(0, 6)
clocks = st.integers(0, 95).map(lambda n: f"{n // 4:02d}:{n % 4 * 15:02d}")
lines = st.one_of(
    st.tuples(st.just("move"), agents, days, clocks),
    st.tuples(st.just("move"), agents, days, days, clocks),
    st.tuples(st.just("end"), agents, days, clocks),
    st.tuples(st.just("swap"), agents, days, agents, days),
    st.tuples(st.just("replace"), agents, days, agents),
    st.tuples(st.just("add"), agents, days, clocks, clocks),
    st.tuples(st.just("drop"), agents, days),
    st.tuples(st.just("move-break"), agents, days, st.just("meal"), clocks),
    st.tuples(st.just("add-break"), agents, days, st.just("meal"), clocks, clocks),
    st.tuples(st.just("drop-break"), agents, days, st.just("meal")),
    st.tuples(st.just("pin"), agents, days, st.sampled_from(["phone", "mail"])),
    st.tuples(st.just("pin"), agents, days, st.just("mail"), clocks, clocks),
    st.tuples(st.just("unpin"), agents, days),
)


def words_of(line, week: date) -> list[str]:
    """Return the words of a drawn line, its days as dates of the week."""
    words = [
        str(week + timedelta(days=part)) if isinstance(part, int) else part
        for part in line
    ]
    if line[0] == "move" and len(line) == 5:
        words[3:] = [f"{words[3]}T{words[4]}"]
    return words


def tried(draft: Draft, drawn):
    """Yield the roster after each edit that was not refused, with its change."""
    roster, instance = draft.roster, draft.desk.instance
    for line in drawn:
        try:
            request = request_of(words_of(line, draft.week), roster, instance)
            change = change_of(request, roster, instance)
        except EditError:
            continue
        roster = changed(roster, change)
        yield roster, change


@settings(max_examples=150, deadline=None)
@given(drawn=st.lists(lines, max_size=12))
def test_undoing_backwards_returns_the_exact_roster(draft, drawn):
    steps = list(tried(draft, drawn))
    roster = steps[-1][0] if steps else draft.roster
    for _, change in reversed(steps):
        roster = changed(roster, change.inverse)
    assert roster == draft.roster


@settings(max_examples=100, deadline=None)
@given(drawn=st.lists(lines, min_size=2, max_size=8), seed=st.integers(0, 2**32 - 1))
def test_edits_of_other_shifts_can_be_undone_in_any_order(draft, drawn, seed):
    steps = list(tried(draft, drawn))
    roster = steps[-1][0] if steps else draft.roster
    left = [change for _, change in steps]
    rng = np.random.default_rng(seed)
    while left:
        for at in rng.permutation(len(left)):
            try:
                roster = changed(roster, left[at].inverse)
            except EditError:
                continue  # a later edit holds on to its shifts: that one first
            del left[at]
            break
        else:
            pytest.fail("the last edit can always be undone")
    assert roster == draft.roster


@settings(max_examples=100, deadline=None)
@given(drawn=st.lists(lines, max_size=8))
def test_what_edits_leave_is_regular_and_on_its_date(draft, drawn):
    agents_zone = {agent: ZONES[site] for agent, site in SITES.items()}
    for roster, change in tried(draft, drawn):
        assert regular(roster.shifts) == roster
        refuse_overlaps(roster.shifts)
        for shift in change.added:
            assert _starts_on_its_date(draft, shift, agents_zone[shift.agent_id])
        again = change_between(draft.roster, roster)
        assert changed(draft.roster, again) == roster
        found = differences(draft.roster, roster, draft.desk.instance)
        assert _all(found, "before") == set(again.removed)
        assert _all(found, "after") == set(again.added)


def _starts_on_its_date(draft: Draft, shift: Shift, zone: str) -> bool:
    from zoneinfo import ZoneInfo  # not the library under test

    start = draft.desk.instance.grid.instant(shift.start_idx)
    return start.astimezone(ZoneInfo(zone)).date() == shift.date_local


def _all(found, when: str) -> set[Shift]:
    shifts = [getattr(difference, when) for difference in found]
    named = [shift for shift in shifts if shift is not None]
    assert len(named) == len(set(named))
    return set(named)


@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(lines, max_size=6), line=lines)
def test_cover_moves_only_where_the_edit_says(draft, drawn, line):
    """People at work before and after, counted step by step, differ by the change."""
    steps = list(tried(draft, drawn))
    roster = steps[-1][0] if steps else draft.roster
    for after, change in list(tried(draft, [*drawn, line]))[len(steps) :]:
        expected = at_work(roster) | at_work(Roster(shifts=change.added))
        lost = at_work(Roster(shifts=change.removed))
        kept = at_work(Roster(shifts=change.added))
        assert at_work(after) == (expected - lost) | kept


def at_work(roster: Roster) -> set[tuple[str, int]]:
    return {
        (shift.agent_id, idx)
        for shift in roster.shifts
        for span in shift.spans
        if span.activity == WORK
        for idx in range(span.start_idx, span.end_idx)
    }
