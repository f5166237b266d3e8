"""Handle time by market and reason, against sums done by hand."""

import numpy as np
import pytest

import forecasting
from forecasting.reasons import ReasonTotals, handle_times


def totals(rows):
    """Return totals of (market, reason, contacts, handle time in seconds)."""
    return [
        ReasonTotals(market=m, reason=r, handled=n, handle_s=n * s)
        for m, r, n, s in rows
    ]


def found(rows):
    table = handle_times(totals(rows))
    return {(row["market"], row["reason"]): row["aht_s"] for row in table.to_rows()}


def test_large_cells_speak_for_themselves():
    aht = found([("JP", "cause", 1e7, 500.0), ("US", "return", 1e7, 200.0)])
    assert aht["JP", "cause"] == pytest.approx(500.0, rel=1e-3)
    assert aht["US", "return"] == pytest.approx(200.0, rel=1e-3)


def test_one_cell_is_its_mean():
    assert found([("JP", "cause", 3.0, 400.0)]) == {
        ("JP", "cause"): pytest.approx(400.0)
    }


def test_an_unseen_pair_is_market_times_reason():
    # Japan takes twice as long; causes take three times as long as returns.
    big = 1e8
    aht = found(
        [
            ("US", "return", big, 100.0),
            ("US", "cause", big, 300.0),
            ("JP", "return", big, 200.0),
        ]
    )
    assert aht["JP", "cause"] == pytest.approx(600.0, rel=1e-3)


def test_a_few_contacts_are_drawn_to_what_is_likely():
    big = 1e8
    rows = [
        ("US", "return", big, 100.0),
        ("US", "cause", big, 300.0),
        ("JP", "return", big, 200.0),
    ]
    aht = found([*rows, ("JP", "cause", 100.0, 900.0)])
    # a hundred contacts weigh as much as the prior
    assert aht["JP", "cause"] == pytest.approx((900 + 600) / 2, rel=1e-2)


def test_two_reports_of_one_cell_are_summed_before_they_are_divided():
    once = found([("US", "a", 400.0, 125.0), ("US", "b", 100.0, 100.0)])
    twice = found(
        [
            ("US", "a", 300.0, 100.0),
            ("US", "b", 100.0, 100.0),
            ("US", "a", 100.0, 200.0),
        ]
    )
    assert twice == {cell: pytest.approx(value) for cell, value in once.items()}


def test_reasons_of_a_market_become_a_driver():
    table = handle_times(
        totals(
            [("US", "a", 3e6, 100.0), ("US", "b", 1e6, 300.0), ("JP", "c", 5.0, 9.0)]
        )
    )
    first, second = table.contact_reasons("US")
    assert (first.reason, second.reason) == ("a", "b")
    assert (first.share, second.share) == pytest.approx((0.75, 0.25), rel=1e-9)
    assert first.aht_factor == pytest.approx(100 / 150, rel=1e-3)
    assert first.share * first.aht_factor + second.share * second.aht_factor == (
        pytest.approx(1.0)
    )
    assert [r.reason for r in table.contact_reasons("JP")] == ["c"]


def test_an_unknown_market_has_no_reasons():
    table = handle_times(totals([("US", "a", 1.0, 1.0), ("JP", "a", 0.0, 0.0)]))
    for market in ("DE", "JP"):
        with pytest.raises(KeyError, match=market):
            table.contact_reasons(market)


def test_the_order_of_rows_does_not_matter():
    rows = [("US", "a", 30.0, 100.0), ("JP", "b", 70.0, 300.0), ("JP", "a", 5.0, 90.0)]
    forward, backward = found(rows), found(rows[::-1])
    assert forward == {cell: pytest.approx(backward[cell]) for cell in forward}


def test_every_handle_time_lies_within_those_seen():
    rng = np.random.default_rng(3)
    rows = [
        (f"m{m}", f"r{r}", float(rng.poisson(30)) + 1, float(rng.uniform(100, 200)))
        for m in range(5)
        for r in range(4)
    ]
    values = list(found(rows).values())
    assert 90 < min(values) <= max(values) < 220


@pytest.mark.parametrize(
    ("handled", "handle_s"), [(-1.0, 0.0), (1.0, -1.0), (0.0, 5.0)]
)
def test_impossible_totals_are_refused(handled, handle_s):
    with pytest.raises(ValueError, match="US, a: "):
        ReasonTotals(market="US", reason="a", handled=handled, handle_s=handle_s)


@pytest.mark.parametrize("rows", [[], [("US", "a", 0.0, 0.0)]])
def test_no_contact_no_table(rows):
    with pytest.raises(ValueError, match="at least one"):
        handle_times(totals(rows))


def test_contacts_that_took_no_time_take_none():
    assert set(found([("US", "a", 5.0, 0.0), ("JP", "a", 9.0, 0.0)]).values()) == {0.0}


def test_it_is_a_public_function():
    assert forecasting.handle_times is handle_times
