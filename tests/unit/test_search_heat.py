"""How hot the annealing of weeks is: by what the start can still lose."""

import pytest
from support.solve_week import rules, week

from solver.heat import COLD, COOL, HEAT, WARM
from solver.outcome import SolveLimits
from solver.problem import read_problem
from solver.trace import Course
from solver.week_search import WeekSearch


def begun(limits: SolveLimits) -> WeekSearch:
    """Return a search that has its first roster and nothing else."""
    search = WeekSearch(read_problem(week(), rules()), Course(limits, None, None))
    assert search.heat() == COLD
    search.local.construct()
    search.adopt("greedy")
    search.start_objective = search.local.objective
    return search


def losing(search: WeekSearch, each: float) -> float:
    """Raise the bound until each shift can lose that much; return what it can."""
    best, start = search.course.best, search.start_objective
    assert best is not None
    assert start is not None
    number = len(best.roster.shifts)
    search.course.raise_bound(round(start - each * number))
    return (start - search.course.bound) / number


def test_heat_is_no_more_than_the_start_can_lose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search = begun(SolveLimits(max_time_s=1e6))
    hottest, coldest = search.local.heats
    assert 0 < coldest < hottest
    assert search.heat() == pytest.approx(HEAT)  # nothing is proven yet
    loss = losing(search, 0.01 * HEAT * coldest)
    assert search.heat() * hottest == pytest.approx(WARM * loss, rel=1e-3)
    monkeypatch.setattr(WeekSearch, "share", lambda _: 1.0)  # all is over
    assert search.heat() * coldest == pytest.approx(COOL * loss)


def test_counted_rounds_do_not_depend_on_when_bounds_arrive() -> None:
    search = begun(SolveLimits(max_time_s=1e6, deterministic_rounds=100))
    before = search.heat()
    losing(search, 1.0)
    assert search.heat() == before
