"""Vendor mixes against exhaustive search, and the solver against another one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from support.capacity_cases import two_sites
from support.vendor_cases import lane, large, one_queue

from scenarios.capacity_model import CapacityModel
from scenarios.mip import Programme
from scenarios.mip_solve import MipLimits, Optimum, solve
from scenarios.vendor_mix import TierPrices
from scenarios.vendor_mix_choice import choose_mix
from scenarios.vendor_mix_model import MixModel
from scenarios.vendor_mix_result import MixFound

EXACT = MipLimits(relative_gap=0.0)
NEED = 60


@st.composite
def price_lists(draw) -> TierPrices:
    steps = draw(st.lists(st.integers(1, 90), max_size=3, unique=True).map(sorted))
    prices = draw(st.lists(st.integers(0, 20), min_size=len(steps) + 1, max_size=4))
    return TierPrices(
        from_units=(0.0, *map(float, steps)),
        prices=tuple(map(float, prices[: len(steps) + 1])),
        kind=draw(st.sampled_from(["incremental", "all_units"])),
    )


def by_hand(tiers: TierPrices, most: int) -> list[float]:
    """Return what 0, 1, ... *most* units cost, counted one by one."""
    costs, paid = [0.0], 0.0
    for units in range(1, most + 1):
        starts = [start for start in tiers.from_units if start < units]
        paid += tiers.prices[len(starts) - 1]
        reached = sum(start <= units for start in tiers.from_units) - 1
        whole = units * tiers.prices[reached]
        costs.append(whole if tiers.kind == "all_units" else paid)
    return costs


@settings(deadline=None, max_examples=30)
@given(price_lists(), price_lists(), st.integers(30, 120), st.integers(0, 300))
def test_two_price_lists_against_every_split(first, second, most, minimum):
    # Costs are straight between whole units: a best split is at whole ones, just below
    # one where all units grow dearer, or where the minimum bill is met. The last two
    # save less than one unit's price in each list.
    lanes = (
        lane("first", 1, 1, tiers=first, max_units=120, minimum_minor=minimum),
        lane("second", 1, 1, tiers=second, max_units=most),
    )
    mix = choose_mix(one_queue(np.array([[float(NEED)]]), lanes), EXACT)
    of_first, of_second = by_hand(first, 120), by_hand(second, most)
    best = min(
        max(min(of_first[used:]), minimum)
        + min(of_second[NEED - used :], default=np.inf)
        for used in range(NEED + 1)
    )
    assert isinstance(mix, MixFound)
    slack = 1.0 + max(first.prices) + max(second.prices)
    assert best - slack <= mix.npv_minor <= best + 1.0


@settings(deadline=None, max_examples=30)
@given(price_lists(), st.integers(0, 120))
def test_price_lists_count_unit_by_unit(tiers, units):
    assert tiers.amount(units) == pytest.approx(by_hand(tiers, units)[-1])
    if tiers.kind == "incremental":
        pieces = tiers.pieces(200.0)
        cost = [
            fixed + price * units for a, b, fixed, price in pieces if a <= units <= b
        ]
        assert cost[-1] == pytest.approx(tiers.amount(units))


def by_scipy(programme: Programme) -> float:
    shape = (len(programme.limits), programme.num_variables)
    entries = (programme.value, (programme.row, programme.column))
    rows = LinearConstraint(
        coo_array(entries, shape=shape).tocsr(), programme.low, programme.high
    )
    result = milp(
        programme.cost,
        integrality=programme.is_integer,
        bounds=Bounds(programme.least, programme.most),
        constraints=rows,
        options={"mip_rel_gap": 0.0, "time_limit": 60.0},
    )
    return float(result.fun)


@pytest.mark.parametrize("seed", range(3))
def test_small_mixes_by_another_solver(seed):
    problem = large(queues=2, vendors=4, months=3, bands=2, seed=seed)
    programme = MixModel(problem=problem).programme()
    outcome = solve(programme, EXACT)
    assert isinstance(outcome, Optimum)
    assert outcome.objective == pytest.approx(by_scipy(programme), rel=1e-6)


def test_a_small_capacity_plan_by_another_solver():
    programme = CapacityModel(problem=two_sites(months=6)).programme()
    outcome = solve(programme, EXACT)
    assert isinstance(outcome, Optimum)
    assert outcome.objective == pytest.approx(by_scipy(programme), rel=1e-6)
