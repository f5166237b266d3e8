"""Where the roster before the plan comes from: the planner's file, or the state."""

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from support.roster_drafts import HEADER, WEEK, shift_lines, usual_lines, write_draft

import wfm.api
from wfm.api import PEOPLE_FILES
from wfm.domain.errors import InputError
from wfm.domain.plan import RosterRow
from wfm.io.roster_state import Version, keep_version, published, versions

NEXT = WEEK + timedelta(days=7)
NO_VERSION = Version(
    week=WEEK,
    number=0,
    state="published",
    who="Ann",
    when_utc=datetime(2026, 10, 20, tzinfo=UTC),
    why="",
    roster_hash="r",
    requirement_hash="q",
)


def keep(directory, lines, *, week=WEEK, weeks=1, state="published"):
    text = HEADER + "".join(f"{line}\n" for line in lines)
    version = Version(
        week=week,
        weeks=weeks,
        number=0,
        state=state,
        who="Ann",
        when_utc=NO_VERSION.when_utc,
        why="",
        roster_hash="",
        requirement_hash="",
    )
    return keep_version(directory, version, {"roster.csv": text.encode()})


@pytest.fixture
def plan(tmp_path):
    """A plan of the week after WEEK, without a previous roster."""
    return write_draft(tmp_path / "plan", week=NEXT)


def rows(plan) -> tuple[RosterRow, ...] | None:
    return wfm.api.load(plan).read(PEOPLE_FILES).previous_roster


def days(plan, agent="A1"):
    found = {r.date_local for r in rows(plan) or () if r.agent_id == agent}
    return [f"{day:%m-%d}" for day in sorted(found)]


def put_previous(plan, lines):
    text = HEADER + "".join(f"{line}\n" for line in lines)
    (plan / "previous_roster.csv").write_text(text, encoding="utf-8")


def test_without_anything_there_is_a_cold_start(plan):
    assert rows(plan) is None


def test_the_published_week_is_taken_with_its_hash(plan):
    keep(plan, usual_lines())
    assert days(plan) == ["10-26", "10-27", "10-28", "10-29", "10-30"]
    hashes = wfm.api.load(plan).read(PEOPLE_FILES).hashes
    assert "state/rosters/2026-10-26/v1/roster.csv" in hashes


def test_drafts_and_superseded_versions_do_not_count(plan):
    keep(plan, shift_lines("A1", WEEK))
    keep(plan, shift_lines("A1", WEEK + timedelta(days=2)))
    keep(plan, usual_lines(), state="draft")
    assert days(plan) == ["10-28"]
    states = [version.state for version in versions(plan)]
    assert states == ["superseded", "published", "draft"]
    assert published(plan, WEEK).name == "2026-10-26/v2"


def test_the_planners_own_file_wins_where_it_speaks_of_the_week_before(plan):
    keep(plan, usual_lines())
    put_previous(plan, shift_lines("A1", NEXT - timedelta(days=1)))
    assert days(plan) == ["11-01"]


def test_an_older_file_comes_before_what_was_published(plan):
    keep(plan, usual_lines())
    put_previous(plan, shift_lines("A1", WEEK - timedelta(days=2)))
    assert days(plan)[:2] == ["10-24", "10-26"]


def test_a_published_week_that_does_not_reach_the_plan_is_no_previous_one(plan):
    early = WEEK - timedelta(days=7)
    keep(plan, usual_lines(early), week=early)
    assert rows(plan) is None
    put_previous(plan, shift_lines("A1", WEEK - timedelta(days=2)))
    assert days(plan) == ["10-24"]


def test_four_weeks_are_remembered_and_no_more(plan):
    for n in range(1, 7):
        week = NEXT - timedelta(days=7 * n)
        keep(plan, shift_lines("A1", week), week=week)
    assert days(plan) == ["10-05", "10-12", "10-19", "10-26"]


def test_of_overlapping_plans_the_later_one_holds_from_its_first_day(plan):
    long = WEEK - timedelta(days=14)
    lines = [
        line for n in range(28) for line in shift_lines("A1", long + timedelta(days=n))
    ]
    keep(plan, lines, week=long, weeks=4)
    keep(plan, shift_lines("A1", WEEK), week=WEEK)
    assert days(plan)[-2:] == ["10-25", "10-26"]
    assert len(days(plan)) == 15  # the rest of the long plan is not of the past


def test_who_has_left_is_passed_over(plan):
    keep(plan, usual_lines())
    path = plan / "agents.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("A1,", "A7,"), encoding="utf-8")
    assert days(plan) == []
    assert days(plan, "A2")


def test_a_damaged_version_is_told_with_all_other_problems(plan):
    version = keep(plan, usual_lines())
    version.path(plan, "roster.csv").write_text("gone", encoding="utf-8")
    path = plan / "agents.csv"
    path.write_text(path.read_text("utf-8").replace("full", "ful"), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        rows(plan)
    told = str(refused.value)
    assert "the file was changed after it was kept" in told
    assert "agents.csv:2:employment_contract" in told
    shutil.rmtree(plan / "state")


def test_planning_a_published_week_again_does_not_carry_it_over(tmp_path):
    plan = write_draft(tmp_path / "plan", week=WEEK)
    keep(plan, usual_lines())
    assert rows(plan) is None
    assert date(2026, 10, 26) == WEEK
