"""Compiled loops of the forecast against array formulas, and as plain Python."""

import calendar
import itertools
import multiprocessing
import os
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support.forecast_plain import digest

from forecasting.kernels import (
    days,
    effects,
    errors,
    months,
    noise,
    pools,
    profiles,
    scores,
)

DAYS, SLOTS = 61, 10


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def by_week(values):
    """Return ``[w, 7, ...]``, the last week padded with zeros."""
    missing = -len(values) % 7
    padded = np.concatenate([values, np.zeros((missing, *values.shape[1:]))])
    return padded.reshape(-1, 7, *values.shape[1:])


def faded(weekly, keep):
    """Return the fading sums of the weeks before each, and after the last."""
    age = np.arange(len(weekly) + 1)[:, None] - 1 - np.arange(len(weekly))
    weights = np.where(age >= 0, keep ** np.maximum(age, 0), 0.0)
    return np.tensordot(weights, weekly, axes=1)


def test_all_results_are_the_same_when_nothing_is_compiled():
    context = multiprocessing.get_context("spawn")
    parent, child = context.Pipe(duplex=False)
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    try:
        process = context.Process(target=digest, args=(child,))
        process.start()
    finally:
        del os.environ["NUMBA_DISABLE_JIT"]
    plain = parent.recv() if parent.poll(200) else None
    process.join(30)
    compiled_parent, compiled_child = context.Pipe(duplex=False)
    digest(compiled_child)
    assert plain is not None
    for one, other in zip(plain, compiled_parent.recv(), strict=True):
        assert one == pytest.approx(other, rel=1e-11)
    assert process.exitcode == 0


def test_weekday_means_are_matrix_products(rng):
    values, weights = rng.normal(size=(DAYS, 3)), rng.random(DAYS)
    weights[rng.random(DAYS) < 0.3] = 0.0
    means, seen, counts = scores.weekday_means(values, weights, 0.9)
    sums = faded(by_week(values * weights[:, None]), 0.9)
    total = faded(by_week(weights), 0.9)
    known = total > 0
    expected = np.where(
        known[..., None], sums / np.where(known, total, 1)[..., None], 0
    )
    flat = expected[:-1].reshape(-1, 3)[:DAYS]
    assert means[:DAYS] == pytest.approx(flat)
    assert means[DAYS:] == pytest.approx(expected[-1])
    assert (seen[:DAYS] > 0).tolist() == known[:-1].ravel()[:DAYS].tolist()
    assert counts[DAYS:].tolist() == by_week((weights > 0) * 1.0).sum(0).tolist()


def test_shares_solve_the_ridge_equations(rng):
    num, size, prior = 80, 2, 20.0
    day = (rng.normal(size=(num, size)), rng.random(num), np.ones(num))
    past = tuple(rng.normal(size=(num, size)) for _ in range(4))
    leads, groups = np.array([1, 9]), np.array([0, 1])
    found = scores.shares(num, leads, groups, np.full(2, prior), day, past)
    for group, (lead, weeks) in enumerate(((1, 0), (9, 7))):
        rows = np.arange(lead, num)
        use = day[1][rows]
        for k in range(size):
            design = np.stack(
                [
                    p[rows - at, k]
                    for p, at in zip(past, (lead, lead, 0, weeks), strict=True)
                ]
            )
            mean, design = past[2][rows - weeks, k], design[[0, 1, 3]]
            squares = (design * use) @ design.T
            squares += np.diag(np.diag(squares) * prior / use.sum())
            right = (design * use) @ (day[0][rows, k] - mean)
            expected = np.clip(np.linalg.solve(squares, right), 0, 1)
            assert found[group, :, k] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kind", [profiles.MEAN, profiles.MEDIAN])
@pytest.mark.parametrize("weeks", [1, 4, 6])
def test_recent_weeks_are_averaged_as_numpy_does(rng, kind, weeks):
    offered = rng.poisson(5.0, (DAYS, SLOTS)).astype(float)
    cells = rng.random((DAYS, SLOTS)) < 0.7
    expected, support, now, seen = profiles.recent(offered, cells, weeks, kind)
    average = np.median if kind == profiles.MEDIAN else np.mean
    for row in range(DAYS + 7):
        for s in range(SLOTS):
            before = range(
                row % 7 if row < DAYS else (row - DAYS) % 7, min(row, DAYS), 7
            )
            known = [offered[d, s] for d in before if cells[d, s]]
            value = average(known[-weeks:]) if known else 0.0
            if row < DAYS:
                assert expected[row, s] == pytest.approx(value)
                assert support[row, s] == len(known)
            else:
                assert now[row - DAYS, s] == pytest.approx(value)
                assert seen[row - DAYS, s] == (len(known) > 0)


def test_fading_profiles_are_matrix_products(rng):
    offered, cells = rng.random((DAYS, SLOTS)), rng.random((DAYS, SLOTS)) < 0.6
    expected, support, sums, weights = profiles.fading(offered, cells, 0.9)
    total = faded(by_week(offered * cells), 0.9)
    weight = faded(by_week(cells * 1.0), 0.9)
    means = np.where(weight > 0, total / np.where(weight > 0, weight, 1), 0)
    assert expected == pytest.approx(means[:-1].reshape(-1, SLOTS)[:DAYS])
    assert (sums, weights) == (pytest.approx(total[-1]), pytest.approx(weight[-1]))
    assert (support > 0).tolist() == (
        (weight[:-1] > 0).reshape(-1, SLOTS)[:DAYS].tolist()
    )


def test_slots_never_seen_lie_between_their_neighbours(rng):
    seen = np.array([0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0], dtype=bool)
    values = rng.random((4, int(seen.sum())))
    there = np.flatnonzero(seen)
    expected = [np.interp(np.arange(len(seen)), there, row) for row in values]
    assert scores.between(values, seen) == pytest.approx(np.array(expected))


def test_outer_ratios_are_pulled_in(rng):
    ratios = rng.normal(size=(3, 57))
    ratios[1, ::3], ratios[2] = np.nan, np.nan
    found = noise.pulled_in(ratios, 0.05)
    for row, given in zip(found, ratios, strict=True):
        known = np.sort(given[~np.isnan(given)])
        if not known.size:
            assert not row.any()
            continue
        cut = int(np.ceil(0.05 * known.size))
        clipped = np.clip(given, known[cut], known[-1 - cut])
        assert row.tolist() == np.nan_to_num(clipped).tolist()
    weights = rng.random((3, 57)) * ~np.isnan(ratios)
    products = np.nan_to_num(ratios) * weights
    means = noise.trimmed_ratios(products, weights, 0.05, 7)
    expected = (found * weights)[:2].sum(axis=1) / weights[:2].sum(axis=1)
    assert means[:2] == pytest.approx(expected)
    assert np.isnan(means[2])


def test_products_at_a_distance(rng):
    expected, error = rng.random((5, 8)), rng.normal(size=(5, 8))
    products, weights = noise.lagged_products(expected, error, np.array([0, 3, 9]))
    assert products[0] == pytest.approx((error**2).sum(axis=1))
    assert products[1] == pytest.approx((error[:, 3:] * error[:, :-3]).sum(axis=1))
    assert weights[1] == pytest.approx((expected[:, 3:] * expected[:, :-3]).sum(axis=1))
    assert not products[2].any()
    ratio = np.array([0.5, np.nan, -0.2, 2.0, 0.1])
    total, pairs = noise.day_products(ratio, 1.0, np.array([1, 2]))
    assert total == pytest.approx([-0.2 + 0.1, 0.5 * -0.2 + -0.2 * 0.1])
    assert pairs.tolist() == [2, 2]


def test_classes_keep_equal_volumes_together_and_have_their_quantiles(rng):
    volumes = np.sort(rng.integers(0, 12, 400))
    bounds = pools.class_bounds(volumes, 5, 40)
    assert bounds[[0, -1]].tolist() == [0, 400]
    assert len(bounds) == 6
    assert (np.diff(bounds) >= 40).all()
    for low, middle, high in zip(bounds, bounds[1:], bounds[2:], strict=False):
        assert volumes[low:middle].max() < volumes[middle:high].min()
    away, levels = rng.normal(size=400), np.array([0.1, 0.5, 0.93])
    found = pools.class_quantiles(volumes, away, (0.25, 0.1), bounds, levels)
    scaled = away / np.sqrt(0.25 + 0.1 * volumes)
    for c, (low, high) in enumerate(pairwise(bounds.tolist())):
        assert found[:, c] == pytest.approx(np.quantile(scaled[low:high], levels))


@pytest.mark.parametrize(
    ("sizes", "classes"),
    [
        ((200, 200), (200, 200)),
        ((390, 10), (400,)),
        ((10, 390), (400,)),
        ((100, 220, 80), (100, 220, 80)),
        ((30, 30, 340), (60, 340)),
    ],
)
def test_classes_of_few_volumes(rng, sizes, classes):
    bounds = pools.class_bounds(np.repeat(np.arange(len(sizes)) * 3, sizes), 5, 40)
    assert np.diff(bounds).tolist() == list(classes)


def test_keys_are_sorted_and_equal_ones_keep_their_order(rng):
    keys = rng.choice(rng.integers(0, 2**30, 150), 400)
    order = pools.sorted_by(keys, 30)
    assert order.tolist() == np.argsort(keys, kind="stable").tolist()


@pytest.mark.parametrize(
    "values",
    [
        np.full(40, 3.0),
        np.array([1.0, 2.0] * 20),
        np.append(np.linspace(-1.0, 1.0, 38), [1e300, -1e300]),
        np.array([0.0, 1e-320, 3e-320, 2e-320] * 10),
        np.random.default_rng(5).normal(size=40),
    ],
)
def test_order_statistics_are_those_of_the_sorted_values(values):
    wanted = np.array([0, 3, 39, 20, 20, 38])
    assert pools.ranked(values, wanted).tolist() == np.sort(values)[wanted].tolist()


def test_opening_spans_all_days_of_history_and_horizon():
    past, ahead = np.zeros((2, 3, 8), dtype=bool)
    assert days.open_span(past, ahead) == (0, 0)
    past[1, 3:5] = True
    assert days.open_span(past, ahead) == (3, 5)
    ahead[0, 6], ahead[2, 1] = True, True
    assert days.open_span(past, ahead) == (1, 7)
    assert days.open_span(ahead, past) == (1, 7)


def test_closed_days_are_known_and_missing_ones_are_not():
    is_open = np.array([[True], [True], [True], [False], [True]])
    usable = np.array([[True], [True], [False], [False], [False]])
    assert days.last_known(usable, is_open) == 3
    assert days.last_known(usable[:3], is_open[:3]) == 1


def test_days_without_support_in_an_open_slot_are_unknown(rng):
    support, opens = rng.integers(-1, 3, (20, 4)), rng.random((7, 4)) < 0.4
    weekdays = (3 + np.arange(20)) % 7
    wanted = ((support <= 0) & opens[weekdays]).any(axis=1)
    found = days.days_unknown(support, opens, 3)
    assert found.tolist() == np.flatnonzero(wanted).tolist()


def test_a_pool_has_the_middle_of_each_class(rng):
    mean = rng.permutation(np.repeat([1.0, 9.0, 100.0], 100))
    found, roots, quantiles = pools.pooled(
        mean, rng.normal(size=300), np.array([0.5]), (3, 40)
    )
    assert roots.tolist() == [1.0, 3.0, 10.0]
    assert quantiles.shape == (1, 3)
    assert min(found) >= 0.0


def test_errors_are_summed_with_their_sizes_and_mixed(rng):
    found, weights = rng.normal(size=(3, 50)), np.array([0.2, 0.0, 0.8])
    sizes, sums = errors.sizes_and_sums(found[None])
    assert sizes[0] == pytest.approx(np.abs(found).sum(axis=1))
    assert sums[0] == pytest.approx(found.sum(axis=1))
    mixed = errors.mixed_sizes(weights[None], found[None])
    assert mixed == pytest.approx([np.abs(weights @ found).sum()])
    values, support = rng.random((6, 4)), rng.integers(0, 2, (6, 4))
    assert errors.weighted(values, support, 0.3)[0] == pytest.approx(
        0.3 * values * support
    )
    total, groups = np.ones((6, 4)), np.arange(6) % 2
    errors.mix_days_in(total, values - 0.5, 1, np.array([[9, 2.0], [9, 3.0]]), groups)
    wanted = 1.0 + (2.0 + groups)[:, None] * np.maximum(values - 0.5, 0.0)
    assert total == pytest.approx(wanted)
    cells = rng.random((6, 4)) < 0.5
    assert errors.mean_of_cells(values, cells) == pytest.approx(values[cells].mean())
    assert errors.mean_of_cells(values, cells & False) == 0.0


def test_places_count_from_both_ends_of_the_month():
    first, num = date(1999, 12, 30), 430
    months_on, places = months.places_in_month((1999, 12, 30), num, 31)
    for row, (month, place) in enumerate(zip(months_on, places, strict=True)):
        day = first + timedelta(days=row)
        last = calendar.monthrange(day.year, day.month)[1]
        assert place == (day.day - 1 if day.day <= 15 else 30 - last + day.day)
        assert month == 12 * (day.year - 1999) + day.month - 12


def test_days_of_a_week_move_together_by_their_volume(rng):
    ratio, expected = rng.normal(size=40), rng.random(40)
    ratio[[3, 20]] = np.nan
    products, variances = [], []
    for start in range(-6, 40):
        held = [d for d in range(max(start, 0), min(start + 7, 40)) if d not in (3, 20)]
        for one, other in itertools.combinations(held, 2):
            both = expected[one] * expected[other]
            products.append((both, both * ratio[one] * ratio[other]))
    for day in set(range(40)) - {3, 20}:
        variances.append((expected[day] ** 2, (expected[day] * ratio[day]) ** 2))
    found = noise.within_week(expected, ratio, 0.0)
    for value, pairs in zip(found, (products, variances), strict=True):
        weight, product = np.sum(pairs, axis=0)
        assert value == pytest.approx(product / weight)
    assert noise.within_week(expected, ratio * np.nan, 0.0) == (0.0, 0.0)
    one = np.where(np.arange(40) == 5, 0.3, np.nan)
    assert noise.within_week(expected, one, 0.0) == pytest.approx((0.0, 0.09))


def test_levels_are_those_of_the_days_around(rng):
    offered, expected = rng.poisson(5.0, (30, 4)) * 1.0, 4.0 + rng.random((30, 4))
    ordinary = rng.random((30, 4)) < 0.9
    level, spread = effects.levels(offered, ordinary, expected, (3, 0.5), (1.5, 0.03))
    came, total = (offered * ordinary).sum(axis=1), (expected * ordinary).sum(axis=1)
    prior = 0.5 * total.mean()
    near = [slice(max(d - 3, 0), d + 4) for d in range(30)]
    wanted = [(came[n].sum() + prior) / (total[n].sum() + prior) for n in near]
    assert level == pytest.approx(wanted)
    away = np.abs(np.log((came + 0.5) / (total * level + 0.5)))
    variance = (1.5 * np.median(away)) ** 2 - np.median(1 / (total + 1))
    assert spread == pytest.approx(max(np.sqrt(max(variance, 0.0)), 0.03))
    none = effects.levels(offered, ordinary & False, expected, (3, 0.5), (1.5, 0.03))
    assert none[0].tolist() == [1.0] * 30
    assert none[1] == 1.0


def test_a_tag_teaches_by_its_own_cells_only(rng):
    offered, expected = rng.random((6, 3)), rng.random((6, 3))
    usable, level = rng.random((6, 3)) < 0.8, 1.0 + rng.random(6)
    cells, alike = np.ones((3, 3), dtype=bool), rng.random((3, 3))
    cells[2, 0] = False
    rows = np.array([1, 2, 2])  # a tag of two days, and one on the second of them
    found = effects.products(
        np.array([2, 1]),
        (rows, cells, alike),
        (offered, usable),
        (expected, level),
        0.0,
    )
    single = usable[[1, 2]] & [[True] * 3, [True, False, False]]
    one = expected[[1, 2]] * level[[1, 2], None] * single
    other = alike[:2] * level[[1, 2], None] * single
    weight = np.divide(1.0, one + other, out=np.zeros((2, 3)), where=single)
    came = offered[[1, 2]]
    products = [one * one, one * other, other * other, one * came, other * came]
    wanted = [one, one + other, *(weight * product for product in products)]
    assert found[0] == pytest.approx([part.sum() for part in wanted])
    assert not found[1].any()


def test_variances_fit_the_mean_squares():
    volumes = np.array([1.0, 4.0, 10.0])
    assert pools.variances(volumes, 0.25 + 0.1 * volumes) == pytest.approx((0.25, 0.1))
    # falling, of one volume, without contacts, without errors
    assert pools.variances(volumes, np.array([3.0, 2.0, 1.0]))[1] == 0.0
    assert pools.variances(np.full(2, 4.0), np.full(2, 0.8)) == pytest.approx(
        (0.008, 0.2)
    )
    assert pools.variances(np.zeros(2), np.full(2, 0.8)) == pytest.approx((0.8, 0.0))
    assert pools.variances(volumes, np.zeros(3)) == (0.0, 0.0)


def test_offsets_are_linear_between_the_classes(rng):
    roots, knots = 4.0 * rng.random((6, 5)), np.array([1.0, 2.0, 3.5])
    table, more = np.sort(rng.normal(size=(3, 3)), axis=0), rng.random(6) - 0.5
    rows, found = np.arange(6) != 2, np.full((3, 6, 5), -9.0)
    pools.offsets(roots, (knots, table), (0.25, 0.1), more, rows, found)
    scale = np.sqrt(0.25 + np.maximum(0.1 + more, 0)[:, None] * roots**2)
    for quantiles, row in zip(found, table, strict=True):
        expected = np.interp(roots, knots, row) * scale
        assert quantiles[rows] == pytest.approx(expected[rows])
        assert (quantiles[~rows] == -9.0).all()


def test_quantiles_blend_a_day_and_a_week_ahead(rng):
    roots, share = rng.random((4, 3)), np.array([1.0, 0.5, 0.1, 0.0])
    week, day = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4, 3))
    blended = roots + week + share[:, None] * (day - week)
    pools.squared(roots, week, day, share)
    assert week == pytest.approx(np.maximum(blended, 0.0) ** 2)


def test_many_cells_are_thinned_evenly(rng):
    expected, error = rng.random((30, 20)), rng.random((30, 20))
    cells, rows = rng.random((30, 20)) < 0.8, rng.random(30) < 0.6
    some = np.flatnonzero(cells & rows[:, None])
    chosen = some[np.arange(50) * some.size // 50]
    found = pools.gathered(expected, error, cells, rows, 50)
    assert found[0].tolist() == expected.ravel()[chosen].tolist()
    assert found[1].tolist() == error.ravel()[chosen].tolist()
    days_seen = np.flatnonzero(cells.any(axis=1) & rows)
    assert found[2] == len(days_seen)
    assert found[3] == len(set(days_seen // 7))


def test_medians_of_neighbours(rng):
    level = rng.random(40)
    level[::7] = np.nan
    steps = np.array([-6, -3, 3, 6])
    found = days.medians_around(level, steps, 3)
    for row in range(40):
        near = [level[row + k] for k in steps if 0 <= row + k < 40]
        near = [value for value in near if not np.isnan(value)]
        if len(near) < 3:
            assert np.isnan(found[row])
        else:
            assert found[row] == pytest.approx(np.median(near))


def test_the_prior_of_parts_is_the_mean_over_slots():
    slots = np.arange(12)
    decay = 0.7 ** np.abs(slots[:, None] - slots)
    blocks = decay.reshape(4, 3, 4, 3).mean(axis=(1, 3))
    found = noise.prior(12, 4, 0.01, (0.2, 0.7))
    assert found == pytest.approx(0.01 + 0.2 * blocks)


def test_weekdays_never_seen_are_the_mean_of_their_kin(rng):
    means, seen = rng.normal(size=(7, 2)), np.array([0, 1.0, 1, 1, 0, 1, 0])
    rest = np.arange(7) >= 5
    found = scores.from_kin(means, seen, 3, rest)  # from a Thursday on
    monday_first = np.roll(means, 3, axis=0)
    known = np.roll(seen, 3) > 0
    assert known.tolist() == [False, True, False, False, True, True, True]
    assert found[known] == pytest.approx(monday_first[known])
    for weekday in (0, 2, 3):
        assert found[weekday] == pytest.approx(monday_first[[1, 4]].mean(axis=0))
    nobody = scores.from_kin(0 * means, 0 * seen, 3, rest)
    assert not nobody.any()
    weekdays_only = np.roll(np.where(rest, 0.0, 1.0), -3)
    found = scores.from_kin(means, weekdays_only, 3, rest)
    assert found[6] == pytest.approx(monday_first[:5].mean(axis=0))


def test_positive_matrices_are_told(rng):
    root = rng.normal(size=(5, 5))
    assert noise.is_positive(root @ root.T)
    turned = np.linalg.qr(root)[0]
    assert not noise.is_positive(turned * [3.0, 2.0, 1.0, 0.5, -0.1] @ turned.T)
    assert not noise.is_positive(np.zeros((2, 2)))


SCRIPT = """
import gc
from numba.core.registry import CPUDispatcher
from forecasting.warm import warm
from support.forecast_cases import CASES, remembered

def signatures():
    return {
        o.py_func.__name__: len(o.signatures)
        for o in gc.get_objects()
        if isinstance(o, CPUDispatcher)
    }

warm()
before = signatures()
assert before["recent"], before
for case in CASES:
    remembered(case, "best")
after = signatures()
print("late:", *sorted(name for name in after if after[name] > before[name]))
"""


def test_nothing_is_compiled_after_warm():
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_DISABLE_JIT"}
    tests = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        env=environment | {"PYTHONPATH": tests},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "late:", done.stdout
