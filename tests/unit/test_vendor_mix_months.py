"""Large mixes month by month: bounds hold, openings over time are the cheapest."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from support.vendor_cases import lane, large, one_queue

from scenarios import vendor_mix_probe
from scenarios.mip_pieces import take_apart
from scenarios.mip_solve import MipLimits, NoSolution, Optimum, linear, solve
from scenarios.vendor_mix_model import MixModel
from scenarios.vendor_mix_openings import best_openings
from scenarios.vendor_mix_probe import solve_mix

EXACT = MipLimits(max_time_s=60, relative_gap=0.0)


def modelled(problem):
    model = MixModel(problem=problem)
    return model, model.programme()


def small(seed, **terms):
    return large(queues=2, vendors=4, months=4, bands=2, seed=seed, **terms)


def price(value, months):
    return np.full((1, months), float(value))


def seasonal(open_before, *, term=0, opening=900, closing=200, months=6):
    """A dear site for everything, and a lane that pays in the busy months."""
    lanes = (
        lane("site", 1, months, contact_price=price(30, months)),
        lane(
            "vendor",
            1,
            months,
            contact_price=price(10, months),
            monthly_minor=700,
            is_optional=True,
            open_before=open_before,
            opening_minor=opening,
            closing_minor=closing,
            term_months=term,
        ),
    )
    return one_queue(np.array([[10.0, 80, 20, 90, 5, 60]]), lanes)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_pieces_bound_the_whole_and_no_less_than_its_relaxation(seed):
    model, programme = modelled(small(seed))
    relaxed, duals = linear(programme.relaxed(), EXACT)
    rows = [row for rows in model.opening_rows.values() for row in rows]
    pieces = take_apart(programme, [*rows, *model.ramp_rows], (), duals)
    assert len(pieces.parts) == 4  # one a month
    _, bound = pieces.solved(EXACT)
    best = solve(programme, EXACT).objective
    slack = 1e-7 * best
    assert relaxed.objective - slack <= bound <= best + slack


@pytest.mark.parametrize("open_before", [True, False])
@pytest.mark.parametrize("term", [0, 3])
def test_the_shortest_path_is_the_best_of_all_openings(open_before, term):
    model, programme = modelled(seasonal(open_before, term=term))
    _, duals = linear(programme.relaxed(), EXACT)
    pieces = take_apart(programme, model.opening_rows[0], model.opening_rows[1], duals)
    openings, bound = best_openings(model, pieces, [1], EXACT)
    months = range(model.problem.num_months)
    columns = [model.is_open[1, t] for t in months]
    costs = {}
    for pattern in product((0.0, 1.0), repeat=len(columns)):
        least, most = programme.least.copy(), programme.most.copy()
        least[columns] = most[columns] = pattern
        outcome = solve(replace(programme, least=least, most=most), EXACT)
        if isinstance(outcome, Optimum):
            costs[pattern] = outcome.objective
        else:
            assert isinstance(outcome, NoSolution)
    best = min(costs, key=costs.__getitem__)
    assert bound == pytest.approx(costs[best], rel=1e-7)
    assert tuple(openings[1, t] for t in months) == best


@pytest.mark.parametrize("seed", [1, 2, 5, 6])
def test_month_by_month_finds_what_the_whole_finds(monkeypatch, seed):
    model, programme = modelled(small(seed))
    whole = solve(programme, EXACT)
    monkeypatch.setattr(vendor_mix_probe, "_FEW_VARIABLES", 0)
    found = solve_mix(model, programme, replace(EXACT, relative_gap=1e-4))
    assert found.bound <= whole.objective * (1 + 1e-7)
    assert whole.objective * (1 - 1e-7) <= found.objective
    assert found.objective <= whole.objective * (1 + 1e-4)
    assert found.is_optimal


def test_openings_in_doubt_are_found_by_the_path(monkeypatch):
    monkeypatch.setattr(vendor_mix_probe, "_FEW_VARIABLES", 0)
    model, programme = modelled(seasonal(False, term=2))
    found = solve_mix(model, programme, MipLimits(max_time_s=60, relative_gap=1e-6))
    assert found.objective == pytest.approx(solve(programme, EXACT).objective)


def test_a_mix_without_any_answer_stays_without(monkeypatch):
    monkeypatch.setattr(vendor_mix_probe, "_FEW_VARIABLES", 0)
    lanes = (lane("site", 1, 2, capacity_hours=np.full((1, 2), 1.0)),)
    model, programme = modelled(one_queue(np.array([[5.0, 5.0]]), lanes))
    assert isinstance(solve_mix(model, programme, MipLimits()), NoSolution)
