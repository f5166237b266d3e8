"""Rules between people in the compiled search: counted exactly, kept, moved as one."""

from dataclasses import replace

import numpy as np
import pytest
from support.search_cases import compiled_of, random_instance
from support.tiny_rosters import (
    agent,
    all_rosters,
    instance_of,
    meal,
    queue,
    template,
)

from solver.build import build_rules
from solver.core.choices import first_option, roster_of
from solver.core.local_search import LocalSearch
from solver.core.tables import FIRST_BREAK, WINDOW_FIRST, WINDOW_LAST
from solver.outcome import Solved, SolveLimits
from solver.problem import read_problem, score
from solver.search import solve
from wfm.domain.roster import Prices, RuleSetting

NAMES = ("buddy", "simultaneous_breaks", "together")
GROUPS = [["a0", "a1"], ["a2", "a3"]]
SETTINGS = {
    "buddy": {"trainees": ["new"], "seniors": ["old"], "per_senior": 1, "by": []},
    "simultaneous_breaks": {"most": 1, "by": []},
    "together": {"groups": GROUPS},
}


def _rule(name, **parameters):
    setting = RuleSetting(rule=name, parameters=parameters or SETTINGS[name])
    return next(rule for rule in build_rules([setting]) if rule.name == name)


def _case(seed, **sizes):
    """Four people, two of them new, two alike; some of the previous roster goes on."""
    instance = random_instance(seed, num_agents=4, num_days=3, **sizes)
    grades = ("new", "old", "new", "")
    agents = tuple(
        replace(one, grade=grade, contract_id=("c0", "c0", "c1", "c1")[i])
        for i, (one, grade) in enumerate(zip(instance.agents, grades, strict=True))
    )
    return replace(instance, agents=agents, carry_over=())


def _random_week(search, a, rng, share):
    """Give agent *a*, who is out, shifts on that share of dates, breaks anywhere."""
    now, weeks = search.now, search.compiled.weeks
    for d in range(now.days(a).start, now.days(a).stop):
        options = first_option(search.compiled, d) + np.arange(
            len(search.compiled.days[d].options)
        )
        is_on = len(options) and rng.random() < share
        now.choice[d] = rng.choice(options) if is_on else -1
        if now.choice[d] >= 0:
            own = weeks.options[now.choice[d] : now.choice[d] + 2, FIRST_BREAK]
            for i, window in enumerate(weeks.breaks[slice(*own)]):
                low, high = weeks.windows[window, [WINDOW_FIRST, WINDOW_LAST]]
                now.taken[d, i] = rng.integers(low, high + 1)
    now.count(a, 1)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_broken_is_counted_as_the_checker_counts_it(name):
    instance, rule = _case(1), _rule(name)
    search = LocalSearch(compiled_of(instance, (*build_rules([]), rule)))
    now, rng = search.now, np.random.default_rng(1)
    seen = set()
    for n in range(30):
        for a in range(4):
            now.count(a, -1)
            _random_week(search, a, rng, share=(0.0, 0.3, 0.9)[n % 3])
        roster = roster_of(search.compiled, now.choice, now.taken)
        found = rule.violations(instance, roster)
        counted = now.totals.differing if name == "together" else now.totals.off_rows
        assert bool(counted) == bool(found)
        assert name != "together" or counted == len(found)
        seen.add(bool(found))
    assert seen == {True, False}


@pytest.mark.parametrize("name", NAMES)
def test_the_worth_of_an_agent_is_what_the_value_changes_by(name):
    instance, rule = _case(2), _rule(name)
    search = LocalSearch(compiled_of(instance, (*build_rules([]), rule)))
    search.construct()
    now, price = search.now, search.compiled.breach_price
    for a in range(4):
        now.count(a, -1)
        without = now.value()
        assert now.insert(a)
        worth = sum(now._worth.value[o] for o in now.choice[now.days(a)] if o >= 0)
        for dates in search.compiled.companions.shared.get(a, {}).values():
            worth -= price * sum(now.choice[d.partner_day] >= 0 for d in dates)
        assert without - now.value() == pytest.approx(worth, abs=1e-3)


def _pair(**changes):
    """Two people who belong together; one can begin late only on Tuesday."""
    people = [agent("a0"), agent("a1", contract_id="other")]
    shifts = {"contract": [template(6, 8, 10)], "other": [template(8, 10, 12)]}
    need = np.zeros((1, 96))
    need[0, 6:14] = need[0, 34:42] = 1.0
    return instance_of(
        people,
        num_days=3,
        templates=shifts,
        queues=[queue("q", "en")],
        scheduled_agents=need,
        pay=np.full((2, 96), 1000),
        prices=Prices(understaffing_per_hour=30_000),
        **changes,
    )


@pytest.mark.parametrize("of", ["shift", "day"])
def test_a_pair_moves_as_one_to_the_best_there_is(of):
    instance = _pair()
    rules = (*build_rules([]), _rule("together", groups=[["a0", "a1"]], of=of))
    problem = read_problem(instance, rules)
    best = min(score(problem, roster).key for roster in all_rosters(instance))
    search = LocalSearch(compiled_of(instance, rules), 1)
    search.construct()
    search.improve(rounds=2)
    assert search.breaches.total == 0
    assert score(problem, search.roster()).key == best
    if of == "shift":
        outcome = solve(instance, rules, limits=SolveLimits(max_time_s=20, seed=1))
        assert isinstance(outcome, Solved)
        assert (0, outcome.objective) == best


def test_trainees_and_breaks_are_arranged_by_the_search():
    people = [
        agent("t", grade="new"),
        agent("s1", grade="old"),
        agent("s2", grade="old"),
    ]
    instance = instance_of(
        people,
        num_days=5,
        templates={"contract": [template(6, 10, breaks=[meal(3, 5)])]},
        queues=[queue("q", "en")],
        scheduled_agents=np.full((1, 144), 1.6),
        pay=np.full((3, 144), 1000),
        prices=Prices(understaffing_per_hour=30_000),
    )
    rules = (
        *build_rules(
            [
                RuleSetting(rule="max_consecutive_days", parameters={"days": 4}),
                RuleSetting(
                    rule="weekly_hours", parameters={"min_hours": 24, "max_hours": 40}
                ),
            ]
        ),
        _rule("buddy"),
        _rule("simultaneous_breaks", most=1, by=[]),
    )
    search = LocalSearch(compiled_of(instance, rules), 1)
    search.construct()
    search.improve(rounds=3)
    assert search.breaches.total == 0
    found = score(read_problem(instance, rules), search.roster())
    assert found.violations == ()
    assert {shift.agent_id for shift in found.roster.shifts} == {"t", "s1", "s2"}
