"""What tours are made for: limits are checked, rest narrows bands."""

import numpy as np
import pytest
from support.tour_cases import contract, instance_of, meal, pause, region

from solver.tours.instance import TourBreak, TourContract, bands, patterns

NEED = np.ones(8 * 24 + 24)


def test_patterns_have_consecutive_days_off_round_the_week():
    found = patterns(5)
    assert len(found) == len(set(found)) == 7
    for days in found:
        off = sorted(set(range(7)) - set(days))
        assert len(off) == 2
        assert off[1] - off[0] in (1, 6)
    assert patterns(7) == ((0, 1, 2, 3, 4, 5, 6),)
    assert len(patterns(1)) == 7


def test_bands_are_the_widest_and_none_is_inside_another():
    starts = (5, 6, 7, 12, 13)
    assert bands(starts, 0) == ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4))
    assert bands(starts, 1) == ((0, 1), (1, 2), (3, 4))
    assert bands(starts, 100) == ((0, 4),)


def test_rest_narrows_a_band_and_says_so():
    long, short = contract("long", steps=12), contract("short", steps=6)
    instance = instance_of(NEED, [region()], [long, short], band_steps=3)
    assert instance.band_of(long) == 1
    assert instance.band_of(short) == 3
    assert instance.is_banded_by_rest
    assert not instance_of(NEED, [region()], [short], band_steps=3).is_banded_by_rest


def test_one_shift_a_week_needs_no_rest():
    single = contract(steps=20, days=1)
    assert instance_of(NEED, [region()], [single], band_steps=3).band_of(single) == 3


def test_need_is_lifted_to_the_floor_and_divided_by_shares():
    floor = np.full(len(NEED), 2)
    instance = instance_of(
        NEED,
        [region()],
        [contract()],
        floor_agents=floor,
        short_steps=((0.25, 10), (0.75, 40)),
    )
    np.testing.assert_allclose(instance.need_agents, 2.0)
    np.testing.assert_allclose(instance.widths()[:, 0], [0.5, 1.5])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: contract(days=0), "days must be"),
        (lambda: contract(breaks=(meal(3, 4), pause(4, 5))), "windows overlap"),
        (lambda: contract(breaks=(meal(3, 2),)), "windows overlap"),
        (lambda: contract(steps=4, breaks=(meal(3, 4),)), "leave the shift"),
        (lambda: region(starts=()), "at least one start"),
        (lambda: region(starts=(7, 7)), "ascend"),
        (
            lambda: instance_of(NEED, [region()], [contract(steps=14)]),
            "too little rest",
        ),
        (
            lambda: instance_of(NEED[:50], [region()], [contract()]),
            "do not fit the horizon",
        ),
        (
            lambda: instance_of(
                NEED, [region()], [contract()], short_steps=((0.5, 9), (0.5, 3))
            ),
            "must rise",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_breaks_may_follow_one_another_directly():
    item = TourBreak(first=1, last=2, length_steps=1, paid=True)
    after = TourBreak(first=3, last=3, length_steps=1, paid=False)
    made = TourContract(
        contract_id="c", shift_steps=4, days=1, breaks=(item, after), max_share=1.0
    )
    assert made.breaks == (item, after)
