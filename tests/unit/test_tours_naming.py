"""Names: the cheapest assignment, against all assignments."""

from itertools import permutations

import numpy as np
import pytest
from support.tour_cases import contract, instance_of, region

from solver.tours.naming import FORBIDDEN, Person, name_tours
from solver.tours.result import Tour, TourShift

NEED = np.zeros(8 * 24 + 24)
INSTANCE = instance_of(
    NEED, [region(), region("there")], [contract(steps=6), contract("part", steps=3)]
)


def tour(*starts, region_id="here", contract_id="full"):
    shifts = tuple(
        TourShift(day=day, start_idx=12 + 24 * day + at, break_idx=())
        for day, at in starts
    )
    return Tour(region_id=region_id, contract_id=contract_id, shifts=shifts)


def person(person_id, **changes):
    base = {"region_id": "here", "contract_id": "full"}
    return Person(person_id=person_id, **(base | changes))


def plain_cost(who, what):
    """The price of a tour for a person, in plain words."""
    cost = 0.0
    for shift in what.shifts:
        clock = shift.start_idx - 12 - 24 * shift.day
        cost += FORBIDDEN * (shift.day in who.unavailable_days)
        cost += who.weight * who.day_off_price * (shift.day in who.wished_days_off)
        liked = [first <= clock <= last for first, last in who.preferred_starts]
        if liked and not any(liked):
            cost += who.weight * who.start_price
    if who.change_price:
        now = {shift.day: shift.start_idx for shift in what.shifts}
        days = set(now) | set(who.published)
        changed = sum(now.get(d) != who.published.get(d) for d in days)
        cost += who.change_price * changed
    return cost


def random_people(rng, number):
    return [
        person(
            f"p{n}",
            unavailable_days=frozenset(rng.choice(7, 1).tolist()),
            wished_days_off=frozenset(rng.choice(7, 2).tolist()),
            day_off_price=15.0,
            preferred_starts=((6, int(rng.integers(6, 8))),),
            start_price=5.0,
            weight=float(rng.integers(1, 4)),
            published={int(rng.integers(7)): 12 + 6},
            change_price=float(rng.integers(0, 2)),
        )
        for n in range(number)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_the_assignment_is_the_cheapest_of_all(seed):
    rng = np.random.default_rng(seed)
    people = random_people(rng, 5)
    tours = [
        tour(*((d % 7, int(rng.integers(6, 9))) for d in (first, first + 1)))
        for first in rng.integers(0, 6, size=5).tolist()
    ]
    best = min(
        sum(plain_cost(p, t) for p, t in zip(people, order, strict=True))
        for order in permutations(tours)
    )
    found = name_tours(INSTANCE, tours, people)
    clashes = FORBIDDEN * len(found.clashes)
    assert found.cost + clashes == pytest.approx(best)
    own = sum(plain_cost(p, found.tours[p.person_id]) for p in people)
    assert own == pytest.approx(best)
    assert sorted(found.tours.values()) == sorted(tours)


def test_places_are_kept_apart_and_what_is_left_is_named():
    tours = [
        tour((0, 6), (1, 6)),
        tour((2, 6), (3, 6)),
        tour((0, 7), (1, 7), region_id="there"),
    ]
    people = [person("a"), person("b", contract_id="part")]
    found = name_tours(INSTANCE, tours, people)
    assert set(found.tours) == {"a"}
    assert len(found.open_tours) == 2
    assert found.without_tour == ("b",)
    assert found.cost == 0.0


def test_an_absence_that_nobody_can_take_is_a_clash():
    away = person("a", unavailable_days=frozenset({1}))
    found = name_tours(INSTANCE, [tour((0, 6), (1, 6))], [away])
    assert found.clashes == (("a", 1),)
    assert found.cost == 0.0


def test_who_worked_many_nights_gets_fewer():
    night = np.zeros(len(NEED), dtype=bool)
    night[[12 + 11, 36 + 11]] = True
    late, early = tour((0, 8), (1, 8)), tour((0, 6), (1, 5))
    people = [person("owed", night_debt=3.0), person("fresh", night_debt=1.0)]
    found = name_tours(INSTANCE, [late, early], people, {"here": night})
    assert found.tours["owed"] == early
    # the late tour has two working steps at night, the early one the last of them not
    assert found.cost == pytest.approx(2 * 1.0 + 3.0)


def test_a_published_roster_changes_as_little_as_it_can():
    tours = [tour((d, 6), (d + 1, 6)) for d in range(5)]
    people = [
        person(
            f"p{n}",
            published={s.day: s.start_idx for s in tours[4 - n].shifts},
            change_price=10.0,
        )
        for n in range(5)
    ]
    found = name_tours(INSTANCE, tours, people)
    assert found.cost == 0.0
    assert [found.tours[f"p{n}"] for n in range(5)] == tours[::-1]
