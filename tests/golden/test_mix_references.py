"""Vendor mixes with a published optimum, and one that can be counted out."""

import numpy as np
import pytest
from support.vendor_cases import lane, one_queue

from scenarios.mip_solve import MipLimits
from scenarios.vendor_mix import TierPrices
from scenarios.vendor_mix_choice import choose_mix

EXACT = MipLimits(relative_gap=0.0)
LINDO_A = TierPrices(
    from_units=(0, 1000, 2500, 7500, 15000), prices=(9, 8, 7, 5, 3), kind="all_units"
)
LINDO_B = TierPrices(from_units=(0, 1200, 3000, 7500, 14000), prices=(8, 7, 6, 4, 2))


def lindo(**terms):
    """LINDO's library, QdiscSupL: 6,000 units of two suppliers' price lists."""
    lanes = (
        lane("A", 1, 1, tiers=LINDO_A, max_units=20_000),
        lane("B", 1, 1, tiers=LINDO_B, max_units=20_000, **terms),
    )
    return one_queue(np.array([[6000.0]]), lanes)


def test_buying_more_than_is_needed_is_cheapest():
    found = choose_mix(lindo(), EXACT)
    bills = {bill.lane_id: bill for bill in found.bills}
    assert found.npv_minor == 37_500
    assert (bills["A"].units, bills["B"].units) == (7500, 0)
    assert found.contacts[0, 0, 0] == pytest.approx(6000)


def test_price_lists_by_themselves():
    assert LINDO_A.amount(6000) == 42_000
    assert LINDO_B.amount(6000) == 40_200


def test_no_more_can_be_bought_than_there_is():
    # without units above the need, the incremental list wins: the trap is 40,200
    lanes = (
        lane("A", 1, 1, tiers=LINDO_A, max_units=6000),
        lane("B", 1, 1, tiers=LINDO_B, max_units=6000),
    )
    found = choose_mix(one_queue(np.array([[6000.0]]), lanes), EXACT)
    assert found.npv_minor == 40_200
