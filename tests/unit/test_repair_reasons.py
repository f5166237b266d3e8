"""Every change of a repair has a reason in a planner's words."""

from support.solve_cases import (
    FIRST,
    PRICES,
    make_instance,
    roster,
    template,
    with_,
    work,
)

from solver.build import build_rules
from solver.problem import read_problem, score
from wfm.domain.people import BlockedTime
from wfm.domain.roster import Roster
from wfm.pipeline.repair_reasons import RepairChange, repair_changes
from wfm.pipeline.repairs import repair_case

LIVE = roster(
    work("p", 0, 8, 16),
    work("q", 0, 8, 16),
    work("r", 0, 16, 24),
    work("s", 0, 8, 16),
)
NEED = [0.0] * 8 + [3.0] * 8 + [1.0] * 8


def told(after: Roster, sick: tuple[str, ...] = ("p",)) -> dict[str, RepairChange]:
    instance = make_instance(
        {name: ["a"] for name in "pqrst"},
        {"a": NEED + [0.0] * 24},
        templates=[template((8, 16), (8,), 480)],
        prices=PRICES,
    )
    blocked = tuple(
        BlockedTime(
            agent_id=name, start_idx=0, end_idx=24, kind="time_off", label="row 2"
        )
        for name in sick
    )
    case = repair_case(with_(instance, blocked=blocked), LIVE, fixed_until=0)
    problem = read_problem(case.instance, build_rules(()))
    before, now = (
        score(problem, r) for r in (Roster(shifts=case.instance.live or ()), after)
    )
    changes = repair_changes(case, before.served, now.served, after)
    return {change.difference.agent_id: change for change in changes}


def kept(*names: str) -> list[object]:
    return [shift for shift in LIVE.shifts if shift.agent_id in names]


def test_an_added_shift_names_queue_time_and_who_is_absent() -> None:
    after = roster(*kept("q", "r", "s"), work("t", 0, 8, 16))  # type: ignore[arg-type]
    found = told(after)
    assert set(found) == {"t"}
    assert found["t"].difference.kind == "added"
    assert found["t"].reason == "a short 08:00-16:00 (p absent)"
    assert (found["t"].queue_id, found["t"].hours) == ("a", 8.0)
    assert found["t"].difference.date_local == FIRST


def test_a_dropped_shift_says_that_it_is_not_needed() -> None:
    found = told(roster(*kept("q", "s"), work("t", 0, 8, 16)))  # type: ignore[arg-type]
    assert found["r"].difference.kind == "dropped"
    assert found["r"].reason == "not needed there any more"


def test_hours_given_up_for_another_change_of_the_same_person() -> None:
    after = roster(*kept("q", "s"), work("r", 0, 8, 16))  # type: ignore[arg-type]
    found = told(after)
    assert found["r"].difference.kind == "moved"
    assert found["r"].reason.startswith("a short 08:00-16:00")


def test_many_absent_people_are_counted() -> None:
    after = roster(work("t", 0, 8, 16))
    found = told(after, sick=("p", "q", "r", "s"))
    assert found["t"].reason == "a short 08:00-16:00 (p, q, s absent)"


def test_an_added_shift_that_no_queue_needs_keeps_up_hours() -> None:
    after = roster(*kept("q", "r", "s"), work("t", 1, 40, 48))  # type: ignore[arg-type]
    found = told(after)
    assert found["t"].reason == "keeps up the hours due in the week"
