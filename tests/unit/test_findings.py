"""What commands say about guarantees that don't hold."""

from datetime import date

import pytest
from rich.console import Console
from support.small_plan import folder, plan, queue

from solver.minimal_conflict import Conflict, ConflictCure, Member
from solver.outcome import Cure, Infeasible, NotFound, Shortfall, SolveLimits
from wfm.commands.findings import (
    MOST_LACKS,
    lack_text,
    lacks_of,
    say,
    say_conflict,
    say_guarantee,
    say_no_roster,
    say_problems,
    say_unserved,
    say_why_impossible,
)
from wfm.domain.errors import Problem
from wfm.pipeline.instance import roster_instance


@pytest.fixture(scope="module")
def instance():
    return roster_instance(folder())


@pytest.fixture
def console():
    return Console(record=True, width=60, file=None, quiet=False, force_terminal=False)


def short(start, end, missing, queue_id="phone_en"):
    return Shortfall(queue_id=queue_id, start_idx=start, end_idx=end, missing=missing)


def test_what_touches_within_a_day_is_one_line(instance):
    # the grid begins with Monday in Warsaw, in steps of 15 minutes
    found = lacks_of([short(40, 44, 1), short(36, 40, 3), short(48, 52, 2)], instance)
    assert [lack_text(lack, instance) for lack in found] == [
        "phone_en: 1 to 3 missing Mon 2026-10-26 08:00 to Mon 10:00 UTC "
        "(Mon 09:00 to Mon 11:00 Europe/Warsaw)",
        "phone_en: 2 missing Mon 2026-10-26 11:00 to Mon 12:00 UTC "
        "(Mon 12:00 to Mon 13:00 Europe/Warsaw)",
    ]


def test_another_local_day_is_another_line(instance):
    found = lacks_of([short(92, 96, 1), short(96, 100, 1)], instance)
    assert [(lack.start_idx, lack.end_idx) for lack in found] == [(92, 96), (96, 100)]


def infeasible(*cures, shortfalls=None):
    shortfalls = (short(36, 40, 1),) if shortfalls is None else shortfalls
    return Infeasible(
        best=None,
        shortfalls=shortfalls,
        cures=tuple(Cure(relaxed=cure) for cure in cures),
    )


def test_single_cures_are_listed_and_pairs_only_without_them(instance, console):
    say_guarantee(console, infeasible(("rule a",), ("rule b",)), instance)
    say_guarantee(console, infeasible(("rule c", "time off d")), instance)
    said = console.export_text()
    assert "cured if any one of these is relaxed: rule a, rule b" in said
    assert "no single rule or absence cures it" in said
    assert "cured if both are relaxed: rule c and time off d" in said


def test_what_is_not_proven_is_not_called_impossible(instance, console):
    outcome = NotFound(wall_s=3.0, stop_reason="time", shortfalls=(short(36, 40, 1),))
    say_guarantee(console, outcome, instance)
    said = console.export_text()
    assert "was found" in said
    assert "can't" not in said
    assert "1 missing" in said


def test_a_conflict_is_told_with_its_cures_cheapest_first(instance, console):
    guarantee = Member(rule="min_cover", queue_id="phone_en", day=date(2026, 10, 26))
    conflict = Conflict(
        members=(guarantee, Member(rule="time_off", agent_id="P1", detail="leave")),
        people={"phone_en": 2},
        steps=(0, 96),
        is_minimal=True,
        cures=(
            ConflictCure(cost=1_234_000, member=guarantee),
            ConflictCure(cost=2_000_000, shortfalls=(short(36, 40, 1),)),
        ),
    )
    say_conflict(console, conflict, instance, "EUR")
    text = " ".join(console.export_text().split())
    assert text == (
        "can't hold together: the guarantee of phone_en on Mon 2026-10-26 and time_off "
        "of P1 (leave) (2 know phone_en) possible without the guarantee of phone_en on "
        "Mon 2026-10-26: €12.34 possible with phone_en: 1 more Mon "
        "2026-10-26 08:00 to Mon 09:00 UTC (Mon 09:00 to Mon 10:00 Europe/Warsaw): "
        "€20.00"
    )


def test_a_guarantee_of_more_than_there_are_is_explained(console):
    given = folder(plan(queues=(queue(guaranteed_agents=9),)))
    wanted = roster_instance(given)
    outcome = infeasible(shortfalls=(short(36, 40, 9),))
    say_why_impossible(console, outcome, given, wanted, SolveLimits(max_time_s=10))
    assert "can't hold together: the guarantee of" in console.export_text()


def test_long_lists_are_cut_and_counted(instance, console):
    shortfalls = tuple(short(8 * i, 8 * i + 4, 1) for i in range(MOST_LACKS + 3))
    say_guarantee(console, infeasible(shortfalls=shortfalls), instance)
    said = console.export_text()
    assert said.count(" missing ") == MOST_LACKS
    assert "and 3 more" in said


def test_no_roster_says_why(console):
    conflict = Infeasible(
        best=None, shortfalls=(), cures=(), conflicts=("A1 has no legal week",)
    )
    say_no_roster(console, conflict)
    say_no_roster(console, NotFound(wall_s=12.3, stop_reason="time"))
    said = console.export_text()
    assert "A1 has no legal week" in said
    assert "no roster was found in 12 s" in said


def test_text_is_printed_as_it_is(console):
    say(console, "[bold]plan[/bold] " + "x" * 80)
    say_problems(console, (Problem(file="a.csv", row=2, message="[/wrong]"),))
    lines = console.export_text().splitlines()
    assert lines[0] == "[bold]plan[/bold] " + "x" * 80
    assert lines[1:] == ["a.csv:2: [/wrong]", "1 problem; nothing was computed"]


def test_queues_that_too_few_can_serve(console):
    # the small plan has two people who speak English
    say_unserved(console, folder(plan(queues=(queue(guaranteed_agents=2),))))
    assert console.export_text() == ""
    say_unserved(console, folder(plan(queues=(queue(guaranteed_agents=3),))))
    assert "phone_en: 2 agents with en, though 3 are guaranteed" in (
        console.export_text()
    )
