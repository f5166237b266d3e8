"""Plans of tours: legal, no better than the best, no worse than the bound."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from support.tour_cases import (
    all_tours,
    cover_cost,
    faults,
    pay_of,
    random_instance,
    steps_of,
)

from solver.outcome import SolveLimits
from solver.tours.plan import plan_tours

LIMITS = SolveLimits(max_time_s=600.0, deterministic_rounds=1)


def best_of_all(instance, most):
    """The cheapest of all sets of up to *most* tours, one by one."""
    tours = {}
    for tour in all_tours(instance):
        on_shift, at_work, _ = steps_of(instance, tour)
        useful = tuple(t for t in at_work if instance.need_agents[t] > 0)
        key = (tour.contract_id, tour.region_id, tuple(on_shift), useful)
        cost = pay_of(instance, tour)
        if key not in tours or cost < tours[key][0]:
            tours[key] = (cost, at_work)
    kinds = [(key[0], *value) for key, value in tours.items() if key[3]]
    best = cover_cost(instance, np.zeros(instance.num_steps))
    for number in range(1, most + 1):
        for chosen in combinations_with_replacement(kinds, number):
            if not within_shares(instance, [kind for kind, _, _ in chosen]):
                continue
            heads = np.zeros(instance.num_steps)
            for _, _, at_work in chosen:
                heads[at_work] += 1
            cover = cover_cost(instance, heads)
            if cover is not None:
                total = cover + sum(cost for _, cost, _ in chosen)
                best = total if best is None else min(best, total)
    return best


def within_shares(instance, kinds):
    return all(
        kinds.count(c.contract_id) <= c.max_share * len(kinds) + 1e-9
        for c in instance.contracts
    )


@pytest.mark.parametrize("seed", range(5))
def test_tiny_plans_are_as_good_as_the_best_of_all(seed):
    instance = random_instance(seed)
    plan = plan_tours(instance, LIMITS)
    found, _ = faults(instance, plan)
    assert found == []
    best = best_of_all(instance, 2)
    assert plan.bound <= best + 1e-6
    assert plan.objective <= best + 2


@pytest.mark.parametrize("seed", range(20, 27))
def test_plans_keep_every_limit_and_cost_what_they_say(seed):
    instance = random_instance(seed, floor=seed % 2 == 0, seats=seed % 3 == 0, idle=15)
    plan = plan_tours(instance, LIMITS)
    found, heads = faults(instance, plan)
    assert bool(found) == bool(plan.faults)
    if not found:
        cost = sum(pay_of(instance, tour) for tour in plan.tours)
        cover = cover_cost(instance, heads)
        assert plan.objective == pytest.approx(cost + cover, abs=2)
        assert plan.bound <= plan.objective
        assert plan.gap >= 0
        np.testing.assert_allclose(
            plan.missing, np.maximum(0, instance.need_agents - heads)
        )


def test_equal_seeds_give_equal_plans():
    instance = random_instance(5, floor=True)
    one, other = plan_tours(instance, LIMITS), plan_tours(instance, LIMITS)
    assert one.tours == other.tours
    assert one.stop_reason in ("deterministic", "optimal")


def test_twice_the_need_costs_at_most_twice():
    instance = random_instance(7)
    one = plan_tours(instance, LIMITS)
    twice = plan_tours(
        type(instance)(
            **{
                name: getattr(instance, name)
                for name in (
                    "step_minutes",
                    "floor_agents",
                    "regions",
                    "contracts",
                    "short_steps",
                    "idle_price",
                    "band_steps",
                    "min_rest_steps",
                    "day_steps",
                )
            },
            need_agents=2 * instance.need_agents,
        ),
        LIMITS,
    )
    assert twice.bound >= 2 * one.bound - 4
    assert twice.objective <= 2 * one.objective + 2
