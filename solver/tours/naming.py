"""Who works which tour: tours of like people are interchangeable, so assign by cost.

Within a region and a contract every person can have every tour. The cheapest
assignment of all (Kuhn and Munkres; Crouse 2016, doi:10.1109/TAES.2016.140952) weighs
what people wish, what they may not do and what was published before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from solver.tours.instance import DAYS, TourInstance
from solver.tours.result import Tour
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

FORBIDDEN = 1e9
"""Price of a shift on a day on which a person is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's place and wishes, priced in the prices of the instance.

    Attributes
    ----------
    unavailable_days, wished_days_off
        Days of the week, 0 to 6.
    preferred_starts
        ``(first, last)`` steps after midnight; a shift outside all of them costs
        *start_price*. None: any start is as good.
    weight
        Of all wishes: seniority, or what the fairness ledger owes the person.
    night_debt
        Price of each working step at night (negative: the person owes nights).
    published
        Start steps of a roster already published, by day; each shift that differs
        (another start, taken away, added) costs *change_price*.
    """

    person_id: str
    region_id: str
    contract_id: str
    unavailable_days: frozenset[int] = frozenset()
    wished_days_off: frozenset[int] = frozenset()
    day_off_price: float = 0.0
    preferred_starts: tuple[tuple[int, int], ...] = ()
    start_price: float = 0.0
    weight: float = 1.0
    night_debt: float = 0.0
    published: Mapping[int, int] = field(default_factory=dict)
    change_price: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Person id -> tour; what remains; *cost* of wishes and changes, in prices.

    *clashes* are ``(person id, day)`` at which a tour has a shift though the person is
    not there: shifts to be filled by others.
    """

    tours: Mapping[str, Tour]
    open_tours: tuple[Tour, ...]
    without_tour: tuple[str, ...]
    cost: float
    clashes: tuple[tuple[str, int], ...]


def name_tours(
    instance: TourInstance,
    tours: Sequence[Tour],
    people: Sequence[Person],
    night: Mapping[str, BoolArray] | None = None,
) -> Naming:
    """Assign *tours* to *people* at the least cost.

    Parameters
    ----------
    instance
        The instance of the tours.
    tours, people
        Tours and people of all regions and contracts.
    night
        Region id -> ``[t]`` whether a step lies in the night, for night debts.
    """
    given: dict[str, Tour] = {}
    left: list[Tour] = []
    idle: list[str] = []
    cost, clashes = 0.0, []
    places = {(t.region_id, t.contract_id) for t in tours}
    places |= {(p.region_id, p.contract_id) for p in people}
    for place in sorted(places):
        own = [t for t in tours if (t.region_id, t.contract_id) == place]
        who = [p for p in people if (p.region_id, p.contract_id) == place]
        prices = wish_costs(instance, own, who, (night or {}).get(place[0]))
        pairs = _cheapest(prices)
        for n, j in pairs:
            given[who[n].person_id] = own[j]
            days = {shift.day for shift in own[j].shifts} & who[n].unavailable_days
            clashes += [(who[n].person_id, day) for day in sorted(days)]
            cost += float(prices[n, j]) - FORBIDDEN * len(days)
        taken = {j for _, j in pairs}
        left += [tour for j, tour in enumerate(own) if j not in taken]
        idle += [p.person_id for p in who if p.person_id not in given]
    return Naming(
        tours=given,
        open_tours=tuple(left),
        without_tour=tuple(idle),
        cost=cost,
        clashes=tuple(clashes),
    )


def _cheapest(prices: FloatArray) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(prices)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def wish_costs(
    instance: TourInstance,
    tours: Sequence[Tour],
    people: Sequence[Person],
    night: BoolArray | None = None,
) -> FloatArray:
    """Return ``[person, tour]`` what the tour would cost in wishes and changes."""
    starts = np.full((len(tours), DAYS), -1, dtype=np.int64)
    clock = np.full((len(tours), DAYS), -1, dtype=np.int64)
    midnight = {r.region_id: r.day_start_idx for r in instance.regions}
    for j, tour in enumerate(tours):
        for shift in tour.shifts:
            starts[j, shift.day] = shift.start_idx
            clock[j, shift.day] = shift.start_idx - midnight[tour.region_id][shift.day]
    nights = _night_steps(instance, tours, night)
    cost = np.zeros((len(people), len(tours)))
    for n, person in enumerate(people):
        cost[n] = _wishes(person, clock) + person.night_debt * nights
        cost[n] += person.change_price * _changes(person, starts)
    return cost


def _wishes(person: Person, clock: IntArray) -> FloatArray:
    """Return ``[tour]`` the price of unmet wishes, absences included."""
    works = clock >= 0
    away = works[:, sorted(person.unavailable_days)].sum(axis=1)
    wished = works[:, sorted(person.wished_days_off)].sum(axis=1)
    cost = person.day_off_price * wished.astype(float)
    if person.preferred_starts:
        liked = np.zeros_like(works)
        for first, last in person.preferred_starts:
            liked |= (clock >= first) & (clock <= last)
        cost += person.start_price * (works & ~liked).sum(axis=1)
    return np.asarray(person.weight * cost + FORBIDDEN * away)


def _changes(person: Person, starts: IntArray) -> FloatArray:
    """Return ``[tour]`` how many days differ from what was published."""
    if not person.change_price:
        return np.zeros(len(starts))
    before = np.full(DAYS, -1, dtype=np.int64)
    for day, start in person.published.items():
        before[day] = start
    return np.asarray((starts != before).sum(axis=1), dtype=float)


def _night_steps(
    instance: TourInstance, tours: Sequence[Tour], night: BoolArray | None
) -> FloatArray:
    """Return ``[tour]`` steps on shift at night."""
    if night is None:
        return np.zeros(len(tours))
    length = {c.contract_id: c.shift_steps for c in instance.contracts}
    return np.array(
        [
            sum(
                int(night[s.start_idx : s.start_idx + length[t.contract_id]].sum())
                for s in t.shifts
            )
            for t in tours
        ],
        dtype=float,
    )
