"""What queues buy at given prices: the compiled sums against sums by hand."""

import numpy as np
import pytest
from support.search_cases import compiled_of, random_instance, random_rules

from solver.core import relaxation as own
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from solver.core.tables import BACKLOG_CLASS, PIECE_CLASS, PIECE_PRICE


@pytest.fixture(params=[2, 6], ids=lambda seed: f"seed {seed}")
def relaxation(request):
    seed = request.param
    instance = random_instance(seed, num_agents=4, num_days=3, guarantee=True)
    return Relaxation(compiled_of(instance, random_rules(seed)))


def prices_of(relaxation, seed=0):
    rng = np.random.default_rng(seed)
    return relaxation.clamp(
        Prices(
            heads=rng.integers(-2, 9, relaxation.fixed.shape) * 40.0,
            floors=rng.uniform(0, 100, size=relaxation.compiled.backlog.floor.shape),
        )
    )


def by_hand(relaxation, prices):
    """Return cost and use of live need, every piece and step by itself."""
    cover, width = relaxation.compiled.cover, relaxation.compiled.cover_need.width
    use, cost = np.zeros_like(prices.heads), 0.0
    for row in relaxation.live:
        able = np.flatnonzero(relaxation.serves[int(cover.pieces[row, PIECE_CLASS])])
        gap = cover.pieces[row, PIECE_PRICE]
        for t in range(width.shape[0]):
            group = min(able, key=lambda g: prices.heads[g, t], default=None)
            if group is not None and prices.heads[group, t] < gap:
                use[group, t] += width[t, row]
                cost += prices.heads[group, t] * width[t, row]
            else:
                cost += gap * width[t, row]
    return cost, use


def test_live_need_is_served_by_the_cheapest_group_or_missed(relaxation):
    compiled = relaxation.compiled
    prices = prices_of(relaxation)
    cost, live = by_hand(relaxation, prices)
    use, slack = relaxation.flow(prices)
    done = compiled.backlog.floor * relaxation.inside - slack
    assert (use - live).min() >= 0.0
    assert (use - live).sum() == pytest.approx(done.sum())
    total = relaxation.cost_of_need(prices)
    own_work = sum(
        min(price * size, compiled.need.due_price * size)
        for price, size in placed(relaxation, prices)
    )
    floors = float((prices.floors * compiled.backlog.floor).sum())
    assert total == pytest.approx(cost + own_work + floors)


def placed(relaxation, prices):
    """Return the least price of a unit of each deferred bucket, and its size."""
    backlog, found = relaxation.compiled.backlog, []
    for b, c in enumerate(backlog.rows[:, BACKLOG_CLASS]):
        able = np.flatnonzero(relaxation.serves[c])
        for n in range(*backlog.bucket_of_backlog[b : b + 2]):
            start, end = backlog.buckets[n]
            asked = [
                prices.heads[able, t].min() - prices.floors[b, t]
                for t in range(start, end)
                if backlog.open_steps[b, t] and len(able)
            ]
            found.append((min(asked, default=np.inf), backlog.work[n]))
    return found


def test_compiled_and_plain_kernels_agree(relaxation):
    heads = prices_of(relaxation, seed=1).heads
    price, which = relaxation.cheapest(heads, 0)
    able = np.flatnonzero(relaxation.serves[0])
    np.testing.assert_array_equal(price, heads[able].min(axis=0))
    np.testing.assert_array_equal(which, able[heads[able].argmin(axis=0)])
    plain = np.empty((len(relaxation.serves), heads.shape[1]))
    group = np.empty(plain.shape, dtype=np.int64)
    own.find_cheapest.py_func(heads, relaxation.serves, plain, group)
    np.testing.assert_array_equal(plain[0], price)
    np.testing.assert_array_equal(group[0], which)
    pieces = relaxation.compiled.cover.pieces
    width = np.ones((len(relaxation.live), heads.shape[1])) * HEAD
    uses = [np.zeros_like(heads) for _ in range(2)]
    costs = [
        serve(pieces, relaxation.live, width, plain, group, use)
        for serve, use in zip(
            (own.serve_pieces, own.serve_pieces.py_func), uses, strict=True
        )
    ]
    assert costs[0] == costs[1]
    np.testing.assert_array_equal(*uses)


def test_nobody_serves_a_class_without_a_group():
    price, which = np.empty((1, 3)), np.empty((1, 3), dtype=np.int64)
    own.find_cheapest(np.ones((2, 3)), np.zeros((1, 2), dtype=bool), price, which)
    assert np.isinf(price).all()
    assert not which.any()
