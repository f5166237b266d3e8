"""Moves of two people alike: shifts traded, both moved; exact, legal, worth having."""

import numpy as np
import pytest
from support.search_cases import compiled_of, is_legal
from support.solve_cases import FIRST, make_instance, template, with_
from support.solve_week import rules, week

from solver.build import build_rules
from solver.core.local_search import LocalSearch
from solver.fine_search import FineSearch, alike
from solver.problem import read_problem, score
from wfm.domain.people import Preference
from wfm.domain.roster import Roster, RuleSetting, Shift, WorkSpan


def search_of(instance, rules):
    search = FineSearch(
        read_problem(instance, rules), compiled_of(instance, rules), seed=5
    )
    search.construct()
    return search


def move_pairs(search, heat, num_moves):
    """Make moves of two people, none of one; whether some stood."""
    search._num_moves, search._num_pairs = 0, num_moves
    before = search.now.clock
    search._move(heat)
    return search.now.clock > before


@pytest.fixture(scope="module")
def moved():
    search = search_of(week(), rules())
    made = [move_pairs(search, heat, 3000) for heat in (1e7, 1e4)]
    return search, made


def test_moves_of_two_are_counted_exactly(moved):
    search, made = moved
    assert all(made)
    now, again = search.now, LocalSearch(search.compiled, seed=1)
    again._go_to(now.choice, now.taken, now.levels.profile)
    assert now.totals.cover == pytest.approx(again.now.totals.cover, abs=1e-3)
    assert now.totals.agents == pytest.approx(again.now.totals.agents, abs=1e-3)
    assert np.array_equal(now.cover.heads, again.now.cover.heads)


def test_moves_of_two_keep_everybodys_rules(moved):
    search, _ = moved
    now = search.now
    search._best.choice[:], search._best.taken[:] = now.choice, now.taken
    shifts = search.roster().by_agent()
    for name in search.compiled.agent_ids:
        assert is_legal(week(), rules(), shifts.get(name, ()), name)


def crossed(shifts, wishes, *, days, least_hours):
    """Two people with *shifts*, and what each would rather not work; both search."""
    instance = make_instance(
        {"one": ["a"], "two": ["a"]},
        {"a": [1.0] * 24 * days},
        days=days,
        templates=[template((0, 16), (8,), 960)],
    )
    avoided = tuple(
        Preference(agent_id=name, start_idx=start, end_idx=end, kind="avoid")
        for name, start, end in wishes
    )
    hours = {"min_hours": least_hours, "max_hours": least_hours}
    kept = build_rules([RuleSetting(rule="weekly_hours", parameters=hours)])
    search = search_of(with_(instance, preferences=avoided), kept)
    roster = Roster(
        shifts=tuple(
            Shift(
                agent_id=name,
                date_local=FIRST.replace(day=FIRST.day + start // 24),
                spans=(WorkSpan(start_idx=start, end_idx=start + 8),),
            )
            for name, start in shifts
        )
    )
    search.load(roster)
    return search, roster


def starts_of(search):
    return {s.agent_id: s.start_idx for s in search.roster().shifts}


def test_two_people_trade_the_shifts_of_a_date_that_neither_wants():
    search, _ = crossed(
        [("one", 0), ("two", 16)],
        [("one", 0, 8), ("two", 16, 24)],
        days=1,
        least_hours=8,
    )
    assert move_pairs(search, 1e-3, 50)
    assert starts_of(search) == {"one": 16, "two": 0}


def test_two_people_trade_days_off():
    search, roster = crossed(
        [("one", 0), ("two", 24)],
        [("one", 0, 24), ("two", 24, 48)],
        days=2,
        least_hours=8,
    )
    problem = search._problem
    assert move_pairs(search, 1e-3, 200)
    starts = starts_of(search)
    assert starts["two"] < 24 <= starts["one"]
    gain = score(problem, roster).objective - score(problem, search.roster()).objective
    assert gain == score(problem, roster).terms["preference"] > 0


def test_people_alike_serve_the_same_queues_by_shifts_of_the_same_lengths():
    instance = make_instance(
        {"p": ["a"], "q": ["b"], "r": ["a"], "s": ["a", "b"], "t": ["a"]},
        {"a": [1.0], "b": [1.0]},
    )
    compiled = compiled_of(instance, ())
    people, ranges = alike(compiled, np.arange(5))
    assert [compiled.agent_ids[a] for a in people] == ["p", "r", "t"]
    assert ranges.tolist() == [[0, 3]] * 3
    nobody, none = alike(compiled, np.array([1, 3]))
    assert nobody.size == 0
    assert none.shape == (0, 2)
