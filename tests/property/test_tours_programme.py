"""The implicit programme is exactly the one with a column for every single tour."""

import numpy as np
import pytest
from scipy.optimize import linprog
from support.tour_cases import (
    all_tours,
    contract,
    instance_of,
    meal,
    pause,
    pay_of,
    random_instance,
    region,
    steps_of,
)

from solver.tours.linear import LinearJob, minimise, safe_bound
from solver.tours.programme import tour_programme


def explicit_optimum(instance):
    """Solve the relaxation with one column per tour, by the simplex method."""
    tours = list(all_tours(instance))
    num_t, num_r = instance.num_steps, len(instance.regions)
    shares, prices = zip(*instance.short_steps, strict=True)
    work = np.zeros((num_t, len(tours)))
    seated = np.zeros((num_r, num_t, len(tours)))
    names = [r.region_id for r in instance.regions]
    for j, tour in enumerate(tours):
        on_shift, at_work, _ = steps_of(instance, tour)
        np.add.at(work[:, j], at_work, 1.0)
        np.add.at(seated[names.index(tour.region_id), :, j], on_shift, 1.0)
    size, eye = len(shares) * num_t, np.tile(np.eye(num_t), len(shares))
    idle = -np.eye(num_t)
    # C + short - idle = need, written as need <= C + short and C - idle <= need
    above = [-np.hstack([work, eye, np.zeros((num_t, num_t))])]
    limits = [-instance.need_agents]
    above.append(np.hstack([work, np.zeros((num_t, size)), idle]))
    limits.append(instance.need_agents)
    above.append(-np.hstack([work, np.zeros((num_t, size + num_t))]))
    limits.append(-instance.floor_agents.astype(float))
    for r, where in enumerate(instance.regions):
        if where.seats is not None:
            above.append(np.hstack([seated[r], np.zeros((num_t, size + num_t))]))
            limits.append(np.full(num_t, float(where.seats)))
    for kind in instance.contracts:
        own = [t.contract_id == kind.contract_id for t in tours]
        row = np.where(own, 1.0, 0.0) - kind.max_share
        above.append(np.concatenate([row, np.zeros(size + num_t)])[None])
        limits.append(np.zeros(1))
    widths = np.concatenate(
        [instance.need_agents * share / sum(shares) for share in shares]
    )
    most = np.full(len(tours) + size + num_t, np.inf)
    most[len(tours) : len(tours) + size] = widths
    cost = np.concatenate(
        [
            [pay_of(instance, tour) for tour in tours],
            np.repeat(prices, num_t),
            np.full(num_t, instance.idle_price),
        ]
    )
    found = linprog(
        cost,
        A_ub=np.vstack(above),
        b_ub=np.concatenate(limits),
        bounds=np.stack([np.zeros(len(cost)), most], axis=1),
        method="highs-ds",
    )
    return found.fun if found.status == 0 else None


def implicit(instance):
    given = tour_programme(instance)
    job = LinearJob(programme=given, least=given.least, most=given.most, seconds=None)
    return given, minimise(job)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "options", [{}, {"floor": True, "idle": 20}, {"seats": True}], ids=str
)
def test_implicit_and_explicit_programmes_have_the_same_optimum(seed, options):
    instance = random_instance(seed, **options)
    wanted = explicit_optimum(instance)
    given, found = implicit(instance)
    if wanted is None:
        assert found is None
        return
    assert found is not None
    assert found.objective == pytest.approx(wanted, rel=1e-7, abs=1e-4)
    assert safe_bound(given, found.prices, 1e3) == pytest.approx(wanted, rel=1e-6)


def test_a_gap_between_allowed_starts_is_no_band():
    need = np.zeros(8 * 24 + 24)
    need[12 + 6 : 12 + 20] = 1.0
    instance = instance_of(
        need,
        [region(starts=(6, 7, 14, 15))],
        [contract(steps=4, days=2, breaks=(pause(1, 2),))],
        band_steps=2,
    )
    _, found = implicit(instance)
    assert found.objective == pytest.approx(explicit_optimum(instance), rel=1e-7)


def test_meals_in_cheap_steps_save_less():
    pay = np.full(8 * 24 + 24, 100)
    pay[12 + 9] = 160
    need = np.zeros(len(pay))
    need[12 + 6 : 12 + 13] = 2.0
    instance = instance_of(
        need, [region(pay=pay)], [contract(steps=7, days=1, breaks=(meal(2, 4),))]
    )
    _, found = implicit(instance)
    assert found.objective == pytest.approx(explicit_optimum(instance), rel=1e-7)


@pytest.mark.parametrize("seed", range(10))
def test_any_prices_give_a_bound_and_none_is_above_the_optimum(seed):
    instance = random_instance(seed, floor=True, seats=True, idle=seed)
    given, found = implicit(instance)
    if found is None:
        return
    rng = np.random.default_rng(seed)
    for scale in (0.0, 1e-3, 0.1, 1.0):
        prices = found.prices * (1 + scale * rng.standard_normal(len(found.prices)))
        bound = safe_bound(given, prices, 20.0)
        assert bound <= found.objective + 1e-6 * abs(found.objective)


def test_the_size_does_not_depend_on_the_head_count():
    small = random_instance(3)
    large = instance_of(
        1000.0 * small.need_agents,
        small.regions,
        small.contracts,
        short_steps=small.short_steps,
        band_steps=small.band_steps,
    )
    one, other = tour_programme(small), tour_programme(large)
    assert one.num_columns == other.num_columns
    assert len(one.low) == len(other.low)
    assert len(one.value) == len(other.value)
