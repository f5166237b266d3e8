"""Short annealings from the same weeks, and what is taken of each."""

from types import SimpleNamespace

import numpy as np
import pytest
from support.solve_week import rules, week

from solver.outcome import SolveLimits
from solver.problem import read_problem
from solver.trace import Course
from solver.trials import MOST, PART, TRIAL_S, combined, teams_of, trials_for
from solver.week_search import WeekSearch
from wfm.domain.roster import Roster


def roster(**names):
    """Return a stand-in: one shift for each person, worth a number."""
    shifts = [
        SimpleNamespace(agent_id=a, worth=w, start_idx=0) for a, w in names.items()
    ]
    return Roster(shifts=tuple(shifts))


def worth(found):
    return 0, sum(shift.worth for shift in found.shifts)


TEAMS = [frozenset({"a", "b"}), frozenset({"c"})]


def test_each_team_comes_from_where_it_is_best():
    found = combined(
        [roster(a=1, b=9, c=5), roster(a=4, b=4, c=7), roster(a=9, b=9, c=2)],
        TEAMS,
        worth,
    )
    assert {s.agent_id: s.worth for s in found.shifts} == {"a": 4, "b": 4, "c": 2}


def test_breaches_count_before_costs():
    def strict(found):
        values = [shift.worth for shift in found.shifts]
        return values.count(1), sum(values)

    found = combined([roster(a=1, b=1, c=5), roster(a=8, b=8, c=5)], TEAMS, strict)
    assert [s.worth for s in found.shifts] == [8, 8, 5]


def test_one_team_is_taken_as_it_is():
    asked = []

    def count(found):
        asked.append(found)
        return worth(found)

    rosters = [roster(a=3, b=1), roster(a=1, b=2)]
    assert combined(rosters, [frozenset({"a", "b"})], count) is rosters[1]
    assert asked == rosters


@pytest.mark.parametrize(
    ("seconds", "count"), [(0.5, 1), (8 * TRIAL_S, 4), (1e4, MOST)]
)
def test_trials_take_their_part_of_the_time(seconds, count):
    trials = trials_for(Roster(shifts=()), seconds)
    assert trials.count == count
    assert trials.count * trials.seconds == pytest.approx(PART * seconds)


def test_teams_are_people_without_a_queue_in_common():
    compiled = SimpleNamespace(
        agent_ids=("a", "b", "c", "d"),
        cover=SimpleNamespace(component_of_group=np.array([0, 1, -1])),
        cover_need=SimpleNamespace(group_of_agent=np.array([0, 1, 0, 2])),
    )
    assert teams_of(compiled) == [frozenset("d"), frozenset("ac"), frozenset("b")]


def test_the_search_goes_on_from_the_best_trial():
    limits = SolveLimits(max_time_s=20.0)
    search = WeekSearch(read_problem(week(), rules()), Course(limits, None, None))
    search.local.construct()
    search.adopt("greedy")
    start = search.local.roster()
    search.start_objective = search.local.objective
    trials = trials_for(start, 2.0)
    search.try_weeks(trials)
    assert search.tried > 0.0
    assert search.annealed() >= 0.28
    assert search.local_worth() <= search.worth_of(start)
    assert search.course.best is not None
