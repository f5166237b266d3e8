"""Weeks exchanged for fairness: the fairest there is, against all exchanges."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import numpy as np
import pytest
from support.tiny_rosters import agent, instance_of, queue, shift_at, template

from solver.build import build_rules
from solver.evening import even_out
from solver.outcome import Solved, SolveLimits
from solver.pareto.burden import Peers
from solver.problem import read_problem, score
from wfm.domain.fairness import FairnessRow
from wfm.domain.people import BlockedTime
from wfm.domain.roster import Prices, Roster, RuleSetting

FRIDAY = date(2026, 6, 5)
PEOPLE = ("a", "b", "c", "d")
PAST = {"a": 6, "b": 0, "c": 3, "d": 3}
WEEKS = {"a": (1, 2), "b": (0,), "c": (0, 1), "d": (2,)}  # days from Friday


def _row(name, weekend_shifts):
    return FairnessRow(
        week=FRIDAY - timedelta(days=7),
        version="v1",
        agent_id=name,
        shifts=5,
        paid_hours=40.0,
        weekends=1,
        weekend_shifts=weekend_shifts,
        night_shifts=0,
        night_hours=0.0,
        undesired_shifts=0,
    )


def _problem(measure, *, within=1.0, seed=1):
    rng = np.random.default_rng(seed)
    base = instance_of(
        [agent(name) for name in PEOPLE],
        first=FRIDAY,
        num_days=3,
        queues=[queue("q", "en")],
        templates={"contract": [template(8)]},
        prices=Prices(
            understaffing_per_hour=1,
            fairness_measure=measure,
            fairness_within=within,
        ),
    )
    away = base.planned_days["b"][2]
    instance = replace(
        base,
        ledger=tuple(_row(name, number) for name, number in PAST.items()),
        pay=1000 * rng.integers(1, 9, size=base.pay.shape[0])[:, None]
        + np.zeros(base.pay.shape, dtype=np.int64),
        blocked=(
            BlockedTime(
                agent_id="b",
                start_idx=away.start_idx,
                end_idx=away.end_idx,
                kind="time_off",
                label="row 2",
            ),
        ),
    )
    rules = build_rules([RuleSetting(rule="max_days_a_week", parameters={"days": 2})])
    problem = read_problem(instance, rules)
    shifts = (
        shift_at(instance, name, FRIDAY + timedelta(days=day), 8)
        for name, days in WEEKS.items()
        for day in days
    )
    return problem, score(problem, Roster(shifts=tuple(shifts)))


def _solved(found):
    return Solved(
        roster=found.roster,
        allocation=found.served.allocation,
        objective=found.objective,
        bound=0,
        avoidable_base=0,
        terms=dict(found.terms),
        stop_reason="time",
        reproducible=False,
        wall_s=0.0,
        first_roster_s=0.0,
        start_objective=found.objective,
        rounds=0,
    )


def _all_exchanges(problem, found):
    own = found.roster.by_agent()
    for order in permutations(PEOPLE):
        shifts = (
            replace(shift, agent_id=name)
            for name, other in zip(PEOPLE, order, strict=True)
            for shift in own.get(other, ())
        )
        exchanged = score(problem, Roster(shifts=tuple(shifts)))
        if not exchanged.violations:
            yield exchanged


def _key(problem, found, measure):
    peers = Peers(problem.instance)
    loads = sorted(peers.past + peers.counts_of(found.roster) / peers.weeks)[::-1]
    return {
        "lexicographic": tuple(round(load, 3) for load in loads),
        "min_max": loads[0],
        "spread": loads[0] - loads[-1],
    }[measure]


@pytest.mark.parametrize("within", [1.0, 0.02])
@pytest.mark.parametrize("measure", ["spread", "min_max", "lexicographic"])
def test_the_fairest_exchange_within_the_budget_is_found(measure, within):
    problem, found = _problem(measure, within=within)
    assert found.violations == ()
    most = found.objective + round(within * found.objective)
    allowed = [e for e in _all_exchanges(problem, found) if e.objective <= most]
    best = min((_key(problem, e, measure), e.objective) for e in allowed)
    evened = even_out(problem, _solved(found), SolveLimits(seed=1))
    result = score(problem, evened.roster)
    assert result.violations == ()
    assert (_key(problem, result, measure), result.objective) == best
    assert evened.objective == result.objective
    assert evened.evenness.is_proven
    assert evened.evenness.cost == result.objective - found.objective
    if within == 1.0:
        assert evened.evenness.after[0] < evened.evenness.before[0]
        assert evened.evenness.exchanged > 0


def test_people_whom_a_rule_ties_keep_their_weeks():
    problem, found = _problem("lexicographic")
    tied = build_rules(
        [
            RuleSetting(rule="apart", parameters={"groups": [["a", "d"]]}),
            RuleSetting(rule="apart", parameters={"groups": [["b", "c"]]}),
            RuleSetting(rule="buddy", parameters={"pairs": [["a", "c"]]}),
        ]
    )
    problem = replace(
        problem,
        constraints=(
            *problem.constraints,
            *(c for rule in tied for c in rule.constraints(problem.instance)),
        ),
    )
    solved = _solved(found)
    assert even_out(problem, solved, SolveLimits(seed=1)) is solved
