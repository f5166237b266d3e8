"""Every point at which costs change places: tiers, steps, dead bands, functions."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.contract_cases import D, context, month, tiers

from scenarios.break_even import (
    PiecewiseCost,
    Segment,
    crossings,
    scanned_crossings,
)
from scenarios.cost_models.anchored import Anchored


def found(first, second):
    return [
        (c.x, c.kind, c.cheaper_before, c.cheaper_after)
        for c in crossings(first, second)
    ]


def test_all_units_tiers_cross_a_line_several_times():
    # 10 a unit to 100, then 8: 1000 falls to 800 at 100.
    stepped = PiecewiseCost.of_prices(tiers((0, 10), (100, 8), kind="all_units"))
    line = PiecewiseCost.linear(90, 8)
    assert found(stepped, line) == [
        (45, "crossing", 0, 1),
        (100, "jump", 1, 0),
    ]
    dear = PiecewiseCost.of_prices(tiers((0, 10), (100, 8), kind="all_units"), fixed=10)
    assert dear.cost(99) == 1000
    assert dear.cost(100) == 810


def test_incremental_tiers_cross_where_the_algebra_says():
    # 5 to 1,000, then 3: cost 5000 + 3 (q - 1000); against 1000 + 3.5 q.
    tiered = PiecewiseCost.of_prices(tiers((0, 5), (1000, 3)))
    line = PiecewiseCost.linear(1000, D("3.5"))
    assert found(tiered, line) == [
        (Fraction(2000, 3), "crossing", 0, 1),
        (2000, "crossing", 1, 0),
    ]


def test_parallel_stretches_are_told_with_their_end():
    tiered = PiecewiseCost.of_prices(tiers((0, 5), (1000, 3)))
    same = PiecewiseCost.of_prices(tiers((0, 5), (2000, 3)))
    (start,) = crossings(tiered, same)
    assert (start.x, start.kind, start.end) == (0, "equal", 1000)
    assert (start.cheaper_before, start.cheaper_after) == (None, 0)
    merged = PiecewiseCost.of_prices(tiers((0, 7), (500, 4), (900, 4), (1500, 3)))
    (join,) = crossings(PiecewiseCost.linear(1500, 4), merged)
    assert (join.x, join.kind, join.end) == (500, "equal", 1500)
    assert (join.cheaper_before, join.cheaper_after) == (1, 1)


def test_a_touch_changes_nothing():
    kinked = PiecewiseCost.of_prices(tiers((0, 1), (10, 3)))
    assert found(kinked, PiecewiseCost.linear(-10, 2)) == [(10, "touch", 1, 1)]


def test_take_or_pay_is_flat_up_to_the_minimum():
    bill = PiecewiseCost.of_prices(tiers((0, 2), (100, 1))).at_least(150)
    assert [bill.cost(q) for q in (0, 75, 76, 100, 200)] == [150, 150, 152, 200, 300]
    assert found(bill, PiecewiseCost.linear(0, 2)) == [(75, "equal", 1, 0)]


def anchored(billed_from, band="0.1"):
    return Anchored(
        currency="EUR",
        base_charge=D(1000),
        baselines=(D(100),),
        arc_rate=D(8),
        rrc_rate=D(6),
        dead_band=D(band),
        billed_from=billed_from,
    )


@pytest.mark.parametrize("billed_from", ["baseline", "band_edge"])
@pytest.mark.parametrize("band", ["0", "0.1", "1"])
def test_a_dead_bands_cost_is_that_of_its_invoices(billed_from, band):
    model = anchored(billed_from, band)
    cost = PiecewiseCost.of_anchored(model)
    for q in (0, 50, 89, 90, 91, 100, 109, 110, 111, 150, 200, 201, 300):
        lines = model.lines(month(contacts=q), context())
        assert cost.cost(q) == sum(line.amount.amount for line in lines), q


def test_a_dead_band_steps_over_its_rival():
    cost = PiecewiseCost.of_anchored(anchored("baseline"))
    rival = PiecewiseCost.linear(1040, 0)
    assert found(cost, rival) == [(110, "jump", 0, 1)]
    smooth = PiecewiseCost.of_anchored(anchored("band_edge"))
    assert found(smooth, rival) == [(115, "crossing", 0, 1)]


@st.composite
def priced(draw):
    steps = sorted(draw(st.sets(st.integers(1, 60), max_size=4)))
    prices = [draw(st.integers(0, 9)) for _ in range(len(steps) + 1)]
    kind = draw(st.sampled_from(["incremental", "all_units"]))
    listed = tiers(*zip([0, *steps], prices, strict=True), kind=kind)
    return listed, draw(st.integers(0, 80))


@settings(max_examples=60, deadline=None)
@given(priced(), priced())
def test_between_crossings_the_same_option_is_cheaper(one, other):
    """Brute force over whole quantities agrees with what is said to be cheaper."""
    first = PiecewiseCost.of_prices(one[0], fixed=one[1])
    second = PiecewiseCost.of_prices(other[0], fixed=other[1])
    said = crossings(first, second)
    for q in range(1, 75):
        a = one[1] + one[0].cost(D(q))
        b = other[1] + other[0].cost(D(q))
        assert first.cost(q) == a
        before = [c for c in said if c.x < q]
        if not before or any(q in {c.x, c.end} for c in said):
            continue
        cheaper = before[-1].cheaper_after
        if before[-1].kind == "equal" and (before[-1].end or q + 1) > q:
            cheaper = None
        assert cheaper == (None if a == b else int(a > b)), q


@settings(max_examples=60, deadline=None)
@given(priced(), priced())
def test_no_change_of_sides_is_missed(one, other):
    first = PiecewiseCost.of_prices(one[0], fixed=one[1])
    second = PiecewiseCost.of_prices(other[0], fixed=other[1])
    said = crossings(first, second)
    signs = [(q, first.cost(q) - second.cost(q)) for q in range(75)]
    for (low, a), (high, b) in pairwise(signs):
        if (a > 0 > b) or (a < 0 < b):
            assert any(low < c.x <= high for c in said), (low, high)


def test_segments_must_rise():
    zero = Segment(start=Fraction(0), at_start=Fraction(0), slope=Fraction(1))
    for segments in ((), (zero, zero)):
        with pytest.raises(ValueError, match="rising"):
            PiecewiseCost(segments=segments)


def test_scanning_finds_all_changes_and_tells_jumps():
    def difference(x):
        return (x - 1) * (x - 2) * (x - 3) if x < 3.5 else -1.0

    grid = [0.1 * i for i in range(51)]
    said = scanned_crossings(difference, grid)
    assert [round(c.x, 6) for c in said] == [1, 2, 3, 3.5]
    assert [c.is_jump for c in said] == [False, False, False, True]
    assert all(c.within <= 1e-8 for c in said)
    assert said[0].before < 0 <= said[0].after


def test_scanning_counts_a_zero_at_a_point_once():
    assert len(scanned_crossings(lambda x: x - 1, [0.0, 1.0, 2.0])) == 1
    assert scanned_crossings(lambda x: (x - 1) ** 2, [0.0, 1.0, 2.0]) == ()
    with pytest.raises(ValueError, match="rising"):
        scanned_crossings(lambda x: x, [1.0])
