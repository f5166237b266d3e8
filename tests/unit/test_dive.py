"""From shares of weeks to whole ones: people held to dates and lengths."""

from dataclasses import replace

import numpy as np
import pytest
from support.plain_kernels import make_plain
from support.search_cases import (
    all_plans,
    compiled_of,
    is_legal,
    random_instance,
    random_rules,
)
from support.solve_week import rules, week

from solver.bound_job import WeeksFound
from solver.core import bundle_rows
from solver.core.ascent import rough_prices
from solver.core.bound import Climb
from solver.core.bundle import copied, new_answers
from solver.core.choices import roster_of
from solver.core.dive import LEAST_PART, Dive, part_of
from solver.core.lanes import MOST
from solver.core.whole_bundle import WholeBundle
from solver.core.whole_climb import WholeClimb
from solver.heat import PRICED_HEAT
from solver.outcome import SolveLimits
from solver.problem import read_problem
from solver.trace import Course
from solver.week_search import WeekSearch
from wfm.cores import usable_cores
from wfm.domain.roster import Violation

WIDTH = 5


@pytest.fixture
def plainly(monkeypatch):
    """The kernels that take whole answers as plain Python."""
    return make_plain(monkeypatch, bundle_rows)


def drawn_answers(seed):
    """Return answers of four parts with random amounts and shares; one has none."""
    rng = np.random.default_rng(seed)
    answers = new_answers(4, 5, 3)
    answers.used[:] = 4, 3, 0, 4
    for part, used in ((0, 4), (1, 3), (3, 4)):
        own = slice(part * 5, part * 5 + used)
        answers.place[own] = [rng.permutation(WIDTH)[:3] for _ in range(used)]
        answers.amount[own] = rng.integers(-3, 4, (used, 3))
        answers.length[own] = 3
        answers.share[own] = rng.dirichlet(np.ones(used))
    return answers


def amounts(answers, row):
    total = np.zeros(WIDTH)
    np.add.at(total, answers.place[row], answers.amount[row])
    return total


@pytest.mark.parametrize("seed", range(4))
def test_no_part_alone_could_bring_whole_answers_nearer_to_the_shares(plainly, seed):
    answers = drawn_answers(seed)
    rows = plainly.whole_rows(answers, WIDTH)
    parts = [0, 1, 3]
    mean = sum(answers.share[r] * amounts(answers, r) for r in range(20))

    def distance(chosen):
        return float(((mean - sum(amounts(answers, r) for r in chosen)) ** 2).sum())

    taken = [int(rows[part]) for part in parts]
    for i, part in enumerate(parts):
        assert part * 5 <= taken[i] < part * 5 + answers.used[part]
        for other in range(part * 5, part * 5 + answers.used[part]):
            if answers.share[other] >= bundle_rows.LEAST_SHARE:
                changed = [*taken[:i], other, *taken[i + 1 :]]
                assert distance(taken) <= distance(changed) + 1e-9


def test_copied_answers_are_of_their_own():
    answers = drawn_answers(1)
    twin = copied(answers)
    twin.share[:], twin.place[:] = 0.0, 9
    assert answers.share.sum() == pytest.approx(3.0)
    assert answers.place.max() < WIDTH


def bundle_for(seed, **sizes):
    instance = random_instance(seed, **sizes)
    compiled = compiled_of(instance, random_rules(seed))
    plain = Climb(compiled, rough_prices(compiled), None)
    plain.run(rounds=10)
    return instance, plain, WholeBundle(plain.relaxation, plain.best_prices)


def lengths_of(plan):
    return {shift.date_local: shift.end_idx - shift.start_idx for shift in plan}


@pytest.mark.parametrize("seed", [0, 7])
def test_people_held_have_their_best_week_of_those_lengths(seed):
    instance, plain, _ = bundle_for(seed, num_agents=2, num_days=2)
    relaxation, prices = plain.relaxation, plain.best_prices
    free = [relaxation.respond(a, prices) for a in range(2)]
    for a, agent in enumerate(instance.agents):
        of_lengths = {}
        for plan in all_plans(instance, agent.agent_id):
            if is_legal(instance, random_rules(seed), plan, agent.agent_id):
                key = tuple(sorted(lengths_of(plan).items()))
                of_lengths.setdefault(key, []).append(plan)
        values = []
        for key in of_lengths:
            own = relaxation.compiled.days[relaxation.days(a)]
            dates = [item.day.date_local for item in own]
            held = np.array([dict(key).get(date, -1) for date in dates])
            relaxation.hold(a, held)
            values.append(relaxation.respond(a, prices))
            chosen = relaxation.choice[relaxation.days(a)]
            assert [o >= 0 for o in chosen.tolist()] == (held >= 0).tolist()
        relaxation.let_go()
        assert max(values) == pytest.approx(free[a], rel=1e-9, abs=1e-3)
        assert relaxation.respond(a, prices) == free[a]


def test_a_dive_ends_with_legal_weeks_and_leaves_the_bundle_as_it_was():
    instance, _, bundle = bundle_for(7, num_agents=3)
    for _ in range(20):
        bundle.run_pass(0.0)
    value, prices = bundle.value, bundle.prices.heads.copy()
    choice, taken = Dive(bundle).run(1.0)
    assert bundle.value == value
    assert (bundle.prices.heads == prices).all()
    assert not bundle.relaxation.bonus.any()
    roster = roster_of(bundle.relaxation.compiled, choice, taken)
    for agent in instance.agents:
        own = [s for s in roster.shifts if s.agent_id == agent.agent_id]
        assert is_legal(instance, random_rules(7), own, agent.agent_id)


def test_parts_are_larger_where_there_is_time_for_few_steps():
    assert part_of(1, 5.0) == part_of(0, 5.0) == 1.0
    assert part_of(1000, 1e6) == LEAST_PART
    left = 1000.0
    for _ in range(4):
        left *= 1.0 - part_of(1000, 4.0)
    assert left == pytest.approx(1.0)


def test_a_climb_says_that_weeks_will_come_and_sends_them_once():
    _, plain, _ = bundle_for(7, num_agents=3)
    sent = []

    def note(weeks):
        sent.append((weeks is None, climb.ascent.lanes.count))

    climb = WholeClimb(plain, None, note)
    climb.run(rounds=100)
    cores = min(MOST, usable_cores())
    assert sent == [(True, 1), (False, cores)]
    assert climb.ascent.lanes.count == 1


class Silent:
    """A second process that is busy for some calls and says nothing."""

    def __init__(self, calls):
        self.calls, self.pending = calls, 1

    @property
    def is_busy(self):
        return self.calls > 0

    def messages(self, _wait_s=0.0):
        self.calls -= 1
        return []


def started():
    """Return a search with a first roster."""
    limits = SolveLimits(max_time_s=1e6)
    search = WeekSearch(read_problem(week(), rules()), Course(limits, None, None))
    search.local.construct()
    search.adopt("greedy")
    return search


def test_the_search_waits_for_weeks_as_long_as_they_may_come():
    search = started()
    search.worker = Silent(calls=3)
    search.await_weeks()
    assert search.worker.calls == 3  # nobody has said that weeks will come
    search.are_weeks_coming = True
    assert search.is_over()
    search.await_weeks()
    assert search.worker.calls == 0
    assert not search.may_wait


def test_weeks_do_not_come_from_a_process_that_has_ended():
    search = started()
    search.worker, search.are_weeks_coming = Silent(calls=0), True
    search.take_weeks()
    search.worker = Silent(calls=3)  # busy with something else
    assert not search.may_wait


def test_the_search_goes_its_own_way_near_the_bound():
    search = started()
    search.worker, search.are_weeks_coming = Silent(calls=3), True
    assert search.may_wait
    search.course.raise_bound(int(0.995 * search.course.best.objective))
    assert not search.may_wait
    nothing = np.zeros(0, dtype=np.int64)
    search.weeks = WeeksFound(choice=nothing, taken=nothing, worth=nothing)
    search.take_weeks()
    assert search.weeks is None
    assert search.begun == 0.0


def test_the_search_does_not_wait_while_somebody_is_missing():
    search = started()
    search.worker, search.are_weeks_coming = Silent(calls=3), True
    assert search.may_wait
    best = search.course.best
    missing = Violation(rule="guarantee", message="nobody at work")
    search.course.best = replace(best, violations=(missing,))
    assert not search.may_wait


def test_the_search_goes_on_from_weeks_and_keeps_the_best_roster():
    search = started()
    compiled, best = search.compiled, search.course.best
    plain = Climb(compiled, rough_prices(compiled), None)
    plain.run(rounds=20)
    bundle = WholeBundle(plain.relaxation, plain.best_prices)
    choice, taken = bundle.weeks()
    worth = bundle.mean_prices().work
    search.weeks = WeeksFound(choice=choice, taken=taken, worth=worth)
    assert search.is_over()
    tried, told = [], []
    search.local.use_worth = told.append
    search.try_weeks = tried.append
    search.take_weeks()
    assert {*tried[0].start.shifts} == {*roster_of(compiled, choice, taken).shifts}
    assert told[0] is worth
    assert search.weeks is None
    assert search.course.best is best
    roster = roster_of(compiled, choice, taken)
    assert search.start_objective == search.local.objective
    assert {*search.local.roster().shifts} == {*roster.shifts}
    assert search.begun > 0.0
    assert search.annealed() < search.share()
    assert search.heat() <= PRICED_HEAT
