"""Trade-offs: measures, what is non-dominated, and the set that a survey finds."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from support.solve_cases import FIRST, make_instance, roster, template, work

from solver.build import build_rules
from solver.pareto.burden import Peers
from solver.pareto.frontier import check_asked, frontier
from solver.pareto.measures import (
    Measures,
    changed_agent_days,
    dominates,
    measures_of,
    most_balanced,
    nondominated,
    scaled,
)
from solver.pareto.outcome import Frontier, FrontierLimits
from solver.pareto.search import PointSearch, option_burdens
from solver.pareto.weights import (
    STRONG,
    Weights,
    between,
    bridges,
    corners,
    exact,
    weighted,
)
from solver.problem import read_problem, score
from wfm.domain.fairness import FairnessRow
from wfm.domain.roster import Roster, RosterInstance, RuleSetting

RULES = build_rules(
    [
        RuleSetting(rule="weekly_hours", parameters={"min_hours": 0, "max_hours": 40}),
        RuleSetting(rule="min_rest", parameters={"hours": 11}),
    ]
)
LIMITS = FrontierLimits(rounds=2, is_bounded=False)


def valued(
    cost: int = 0, missing: float = 0, unfair: float = 0, changed: int = 0
) -> Measures:
    return Measures(
        paid_cost=cost,
        missing_hours=missing,
        unfair_shifts=unfair,
        changed_shifts=changed,
    )


@pytest.fixture(scope="module")
def crew() -> RosterInstance:
    """Four people alike over a week, three of them needed by day."""
    need = [0.0] * 8 + [3.0] * 8 + [0.0] * 8
    return make_instance(
        {name: ["a"] for name in "pqrs"},
        {"a": need * 7},
        days=7,
        templates=[template((6, 10), (8,), 120)],
    )


@pytest.fixture(scope="module")
def start(crew: RosterInstance) -> Roster:
    """p, q and r work Wednesday to Sunday: both weekend shifts are theirs."""
    return roster(
        *(work(n, d, 24 * d + 8, 24 * d + 16) for n in "pqr" for d in range(2, 7))
    )


@pytest.fixture(scope="module")
def surveyed(crew: RosterInstance, start: Roster) -> Frontier:
    asked = ("cost", "service", "fairness", "changes")
    return frontier(crew, RULES, asked, start, published=start, limits=LIMITS)


def test_what_is_worse_in_nothing_and_better_in_something_dominates() -> None:
    asked = ("cost", "service")
    assert dominates(valued(1, 2), valued(1, 3), asked)
    assert not dominates(valued(1, 2), valued(1, 2), asked)
    assert not dominates(valued(1, 3), valued(2, 2), asked)
    # What was not asked does not count.
    assert dominates(valued(1, 2, unfair=9), valued(1, 3), asked)


def test_the_nondominated_are_those_that_plain_comparison_leaves() -> None:
    rng = np.random.default_rng(3)
    values = [
        valued(int(c), float(s), float(f)) for c, s, f in rng.integers(0, 4, (40, 3))
    ]
    asked = ("cost", "service", "fairness")
    triples = [(v.paid_cost, v.missing_hours, v.unfair_shifts) for v in values]
    best = {
        own
        for own in triples
        if not any(
            other != own and all(a <= b for a, b in zip(other, own, strict=True))
            for other in triples
        )
    }
    found = nondominated(values, values, asked)
    kept = [(v.paid_cost, v.missing_hours, v.unfair_shifts) for v in found]
    assert len(kept) == len(set(kept))
    assert set(kept) == best


def test_the_balanced_one_is_nearest_to_the_best_of_all() -> None:
    values = [valued(0, 10), valued(4, 3), valued(10, 0)]
    assert scaled(values, ("cost", "service")) == [(0.0, 1.0), (0.4, 0.3), (1.0, 0.0)]
    assert most_balanced(values, ("cost", "service")) == 1
    # A measure in which all are the same moves nothing.
    assert most_balanced(values, ("cost", "changes")) == 0


def test_burdens_count_weekends_and_nights_among_peers(crew: RosterInstance) -> None:
    peers = Peers(crew)
    night = work("p", 5, 24 * 5 + 22, 24 * 6 + 6)  # a Saturday's night counts twice
    day = work("q", 0, 8, 16)
    counts = peers.counts_of(roster(night, day))
    assert counts.tolist() == [2.0, 0.0, 0.0, 0.0]
    # p is 1.5 above the mean of a half; so many shifts would have to change hands.
    assert peers.unfair(counts) == pytest.approx(1.5)
    assert peers.unfair(np.ones(4)) == 0.0


def test_the_ledger_counts_beside_the_plan(crew: RosterInstance) -> None:
    row = FairnessRow(
        week=FIRST - timedelta(days=7),
        version="v1",
        agent_id="p",
        shifts=5,
        paid_hours=40,
        weekends=1,
        weekend_shifts=2,
        night_shifts=0,
        night_hours=0,
        undesired_shifts=0,
    )
    others = [
        replace(row, agent_id=name, weekend_shifts=0, weekends=0) for name in "qr"
    ]
    peers = Peers(replace(crew, ledger=(row, *others)))
    # s is new: taken to have had what the others had, two thirds of a shift.
    assert peers.past.tolist() == pytest.approx([2.0, 0.0, 0.0, 2 / 3])


def test_options_are_burdened_as_the_shifts_they_become(
    crew: RosterInstance, start: Roster
) -> None:
    from solver.core.choices import choices_of
    from solver.core.compile import compile_problem

    problem = read_problem(crew, RULES)
    compiled = compile_problem(crew, problem.constraints, problem.prices)
    peers = Peers(crew)
    option, _ = choices_of(compiled, start)
    burdens = option_burdens(compiled, peers)
    total = burdens[option[option >= 0]].sum()
    assert total == peers.counts_of(start).sum() == 6
    search = PointSearch(compiled, peers, 1e6, seed=1)
    search.begin(problem, start)
    assert search.fair.counts().tolist() == [2.0, 2.0, 2.0, 0.0]
    priced = search.fair.value()
    search.fair.price = 0.0
    assert priced - search.fair.value() == pytest.approx(1.5e6)


def test_changes_are_dates_of_people(start: Roster) -> None:
    other = roster(*start.shifts[1:], work("s", 0, 8, 16))
    changed = changed_agent_days(start, other)
    assert changed == {("p", FIRST + timedelta(days=2)), ("s", FIRST)}
    assert changed_agent_days(start, start) == set()


def test_weights_are_factors_on_the_plans_own_prices(crew: RosterInstance) -> None:
    found = weighted(crew, Weights(service=0.5, changes=2.0)).prices
    assert found.understaffing_per_hour == crew.prices.understaffing_per_hour // 2
    assert found.change_per_shift == 4 * crew.prices.understaffing_per_hour
    assert found.change_per_break == found.change_per_shift
    lean, rich = list(corners(("cost", "service")))
    assert between(lean, rich).service == pytest.approx(1.0)
    assert between(Weights(), Weights(fairness=STRONG)).fairness == pytest.approx(0.5)


def test_a_roster_is_worth_the_same_by_weights_as_by_weighted_prices(
    crew: RosterInstance, start: Roster
) -> None:
    """The value at other weights, against a score of the problem at these prices."""
    odd = replace(crew, prices=replace(crew.prices, understaffing_per_hour=6_060_000))
    base = score(read_problem(odd, RULES), start)
    for service in (0.25, 0.37, 1.9, 4.0):
        weights = exact(odd, Weights(service=service))
        assert weights.service == pytest.approx(service, rel=0.01)
        found = score(read_problem(weighted(odd, weights), RULES), start)
        short = base.terms["understaffing"]
        more = round((weights.service - 1) * short)
        assert found.objective == base.objective + more


def test_the_widest_gap_between_neighbours_is_bridged_first() -> None:
    known = [
        (Weights(service=0.25), valued(0, 10)),
        (Weights(service=1.0), valued(2, 7)),
        (Weights(service=4.0), valued(10, 0)),
    ]
    first, second = bridges(known, ("cost", "service"))
    assert (first.service, second.service) == (2.0, 0.5)


def test_no_roster_of_the_set_is_better_in_all_that_was_asked(
    surveyed: Frontier, crew: RosterInstance, start: Roster
) -> None:
    assert len(surveyed.points) >= 4
    for one, other in product(surveyed.points, repeat=2):
        assert one is other or not dominates(
            one.measures, other.measures, surveyed.asked
        )
    problem, peers = read_problem(crew, RULES), Peers(crew)
    for point in surveyed.points:
        again = score(problem, point.roster)
        assert not again.violations
        assert measures_of(crew, again, peers, start) == point.measures
    costs = [point.measures.paid_cost for point in surveyed.points]
    assert costs == sorted(costs)
    assert 0 <= surveyed.balanced < len(surveyed.points)


def test_each_measure_has_a_roster_that_leans_to_it(surveyed: Frontier) -> None:
    values = [point.measures for point in surveyed.points]
    assert min(v.changed_shifts for v in values) == 0
    # Four alike can share six weekend shifts two, two, one and one.
    assert min(v.unfair_shifts for v in values) <= 1.0
    assert min(v.paid_cost for v in values) < max(v.paid_cost for v in values)
    assert min(v.missing_hours for v in values) < max(v.missing_hours for v in values)


def test_a_survey_is_the_same_again_by_rounds(
    surveyed: Frontier, crew: RosterInstance, start: Roster
) -> None:
    again = frontier(crew, RULES, surveyed.asked, start, published=start, limits=LIMITS)
    assert [p.roster for p in again.points] == [p.roster for p in surveyed.points]


def test_bounds_lie_below_their_rosters(crew: RosterInstance, start: Roster) -> None:
    found = frontier(
        crew,
        RULES,
        ("cost", "service"),
        start,
        limits=replace(LIMITS, points=3, is_bounded=True),
    )
    gaps = [point.gap for point in found.points if point.gap is not None]
    assert gaps
    assert all(
        point.bound is None or point.bound <= point.weighted for point in found.points
    )


def test_a_survey_told_to_stop_has_what_it_began_with(
    crew: RosterInstance, start: Roster
) -> None:
    found = frontier(
        crew, RULES, ("cost", "service"), start, limits=LIMITS, stop=lambda: True
    )
    assert [point.roster for point in found.points] == [start]
    assert found.points[0].gap is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("cost", "speed"), "unknown measure 'speed'"),
        (("cost",), "two to four different measures"),
        (("cost", "cost"), "two to four different measures"),
        (("cost", "changes"), "published roster"),
    ],
)
def test_measures_that_cannot_be_asked_for_are_named(
    asked: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        check_asked(asked, has_published=False)
