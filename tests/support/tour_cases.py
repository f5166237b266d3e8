"""Small tour problems, all their tours one by one, and a judge that shares no code."""

from collections.abc import Iterator
from itertools import combinations, pairwise, product

import numpy as np

from solver.tours.instance import TourBreak, TourContract, TourInstance, TourRegion
from solver.tours.result import Tour, TourPlan, TourShift

DAY = 24


def region(name="here", *, zone=0, starts=(6, 7, 8), pay=None, seats=None):
    hours = np.arange(8 * DAY + 24)
    return TourRegion(
        region_id=name,
        day_start_idx=tuple(12 + zone + DAY * d for d in range(7)),
        starts=tuple(starts),
        pay=np.full(len(hours), 100) if pay is None else pay,
        seats=seats,
    )


def contract(name="full", *, steps=8, days=2, breaks=(), max_share=1.0):
    return TourContract(
        contract_id=name,
        shift_steps=steps,
        days=days,
        breaks=tuple(breaks),
        max_share=max_share,
    )


def meal(first, last, length=1):
    return TourBreak(first=first, last=last, length_steps=length, paid=False)


def pause(first, last, length=1):
    return TourBreak(first=first, last=last, length_steps=length, paid=True)


def instance_of(need, regions, contracts, **changes):
    base = {
        "step_minutes": 60,
        "need_agents": np.asarray(need, dtype=float),
        "floor_agents": np.zeros(len(need), dtype=np.int64),
        "regions": tuple(regions),
        "contracts": tuple(contracts),
        "short_steps": ((1.0, 900),),
        "band_steps": 1,
        "min_rest_steps": 11,
        "day_steps": DAY,
    }
    return TourInstance(**(base | changes))


def random_instance(seed, *, floor=False, seats=False, idle=0):
    """A week by the hour with a few kinds of short tours, by *seed*."""
    rng = np.random.default_rng(seed)
    num_t = 8 * DAY + 24
    need = np.zeros(num_t)
    days = rng.choice(7, size=2, replace=False)
    for day in days:
        first = 12 + DAY * int(day) + int(rng.integers(6, 9))
        need[first : first + int(rng.integers(3, 7))] += float(rng.integers(1, 3))
    if rng.random() < 0.3:
        need *= 1.0 + 0.25 * rng.random()
    pay = 90 + 30 * rng.integers(0, 2, size=num_t)
    regions = [region(pay=pay, seats=int(rng.integers(1, 4)) if seats else None)]
    if rng.random() < 0.5:
        regions.append(region("there", zone=3, starts=(7, 9), pay=pay + 10))
    breaks = [(), (meal(2, 3),), (pause(1, 2), meal(3, 4))][int(rng.integers(3))]
    contracts = [contract(steps=6, days=2, breaks=breaks)]
    if rng.random() < 0.5:
        contracts.append(contract("part", steps=3, days=1, max_share=0.5))
    return instance_of(
        need,
        regions,
        contracts,
        floor_agents=(need > 1.5).astype(np.int64) if floor else np.zeros(num_t, int),
        short_steps=((0.5, 300), (0.5, 900)) if rng.random() < 0.5 else ((1.0, 900),),
        idle_price=idle,
        band_steps=int(rng.integers(0, 3)),
    )


def all_tours(instance) -> Iterator[Tour]:
    """Every tour there is: days, starts within the band, breaks in their windows."""
    for where in instance.regions:
        for kind in instance.contracts:
            for days in worked_days(kind.days):
                for starts in product(where.starts, repeat=kind.days):
                    width = min(
                        instance.band_steps,
                        instance.day_steps - kind.shift_steps - instance.min_rest_steps,
                    )
                    limit = instance.band_steps if kind.days == 1 else width
                    if max(starts) - min(starts) <= limit:
                        yield from with_breaks(where, kind, days, starts)


def worked_days(number):
    for days in combinations(range(7), number):
        edges = sum((d in days) != ((d + 1) % 7 in days) for d in range(7))
        if edges <= 2:
            yield days


def with_breaks(where, kind, days, starts):
    choices = list(product(*(range(b.first, b.last + 1) for b in kind.breaks)))
    for offsets in product(choices, repeat=len(days)):
        shifts = []
        for day, start, at in zip(days, starts, offsets, strict=True):
            first = where.day_start_idx[day] + start
            shifts.append(
                TourShift(
                    day=day,
                    start_idx=first,
                    break_idx=tuple(first + offset for offset in at),
                )
            )
        yield Tour(
            region_id=where.region_id,
            contract_id=kind.contract_id,
            shifts=tuple(shifts),
        )


def steps_of(instance, tour):
    """Steps on shift, at work and paid, as sorted lists over the week."""
    kind = next(c for c in instance.contracts if c.contract_id == tour.contract_id)
    on_shift, away, unpaid = [], set(), set()
    for shift in tour.shifts:
        on_shift += range(shift.start_idx, shift.start_idx + kind.shift_steps)
        for at, item in zip(shift.break_idx, kind.breaks, strict=True):
            away |= set(range(at, at + item.length_steps))
            if not item.paid:
                unpaid |= set(range(at, at + item.length_steps))
    at_work = [t for t in on_shift if t not in away]
    return on_shift, at_work, [t for t in on_shift if t not in unpaid]


def pay_of(instance, tour):
    where = next(r for r in instance.regions if r.region_id == tour.region_id)
    return sum(int(where.pay[t]) for t in steps_of(instance, tour)[2])


def cover_cost(instance, heads):
    """What heads cost that are missing or idle; ``None`` below the floor."""
    if (heads < instance.floor_agents).any():
        return None
    total = 0.0
    for t, need in enumerate(instance.need_agents):
        short = max(0.0, float(need) - float(heads[t]))
        total += instance.idle_price * max(0.0, float(heads[t]) - float(need))
        shares = sum(share for share, _ in instance.short_steps)
        for share, price in instance.short_steps:
            part = min(short, float(need) * share / shares)
            total += part * price
            short -= part
    return total


def faults(instance, plan: TourPlan):
    """Everything that is wrong with a plan's tours, in words; and heads at work."""
    found = []
    heads = np.zeros(instance.num_steps, dtype=int)
    present = {r.region_id: np.zeros(instance.num_steps, int) for r in instance.regions}
    for tour in plan.tours:
        found += tour_faults(instance, tour)
        on_shift, at_work, _ = steps_of(instance, tour)
        np.add.at(present[tour.region_id], on_shift, 1)
        np.add.at(heads, at_work, 1)
    for kind in instance.contracts:
        own = sum(t.contract_id == kind.contract_id for t in plan.tours)
        if own > kind.max_share * len(plan.tours) + 1e-9:
            found.append(f"share {own} of {len(plan.tours)}")
    for where in instance.regions:
        if where.seats is not None and present[where.region_id].max() > where.seats:
            found.append("seats")
    if (heads < instance.floor_agents).any():
        found.append("floor")
    return found, heads


def tour_faults(instance, tour):
    """What is wrong with one tour."""
    where = next(r for r in instance.regions if r.region_id == tour.region_id)
    kind = next(c for c in instance.contracts if c.contract_id == tour.contract_id)
    clock = [s.start_idx - where.day_start_idx[s.day] for s in tour.shifts]
    rests = [
        after.start_idx - before.start_idx - kind.shift_steps
        for before, after in pairwise(tour.shifts)
    ]
    offsets = [
        (at - shift.start_idx, item)
        for shift in tour.shifts
        for at, item in zip(shift.break_idx, kind.breaks, strict=True)
    ]
    checks = {
        "days": tuple(s.day for s in tour.shifts) in set(worked_days(kind.days)),
        "starts": set(clock) <= set(where.starts),
        "band": max(clock) - min(clock) <= instance.band_steps,
        "rest": min(rests, default=99) >= instance.min_rest_steps,
        "breaks": all(item.first <= at <= item.last for at, item in offsets),
    }
    return [f"{name} of {tour}" for name, is_right in checks.items() if not is_right]
