"""Parameters at which rules bind on tiny problems, for the test of both faces."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from support.day_rules import DAY_MAKERS, DAY_SIZES
from support.tiny_rosters import Tiny, shifts_of_day

from solver.walk import local_minute, past_minutes
from wfm.calendar.local import local_clock
from wfm.domain.fairness import FairnessRow
from wfm.domain.people import BreakRule, EmploymentContract, ShiftTemplate
from wfm.domain.roster import WORK, RosterInstance, Shift

Case = tuple[RosterInstance, dict[str, Any]]
Maker = Callable[[np.random.Generator, RosterInstance], Case]


def some_shift(rng: np.random.Generator, instance: RosterInstance) -> Shift:
    """Any shift that somebody may work."""
    one = instance.agents[rng.integers(len(instance.agents))]
    days = instance.planned_days[one.agent_id]
    found = shifts_of_day(instance, one, days[rng.integers(len(days))].date_local)
    return found[rng.integers(len(found))]


def _template_with_breaks(rng: np.random.Generator) -> ShiftTemplate:
    """Shifts of 9 or 10 hours with none to three breaks, windows apart or near."""
    breaks: list[BreakRule] = []
    begin = 1
    for _ in range(int(rng.integers(0, 4))):
        width = int(rng.integers(0, 3))
        if begin + width > 6:
            break
        breaks.append(
            BreakRule(
                kind="break",
                minutes=int(rng.choice([60, 60, 120])),
                paid=bool(rng.random() < 0.5),
                earliest_minutes=begin * 60,
                latest_minutes=(begin + width) * 60,
            )
        )
        begin += width + breaks[-1].minutes // 60
    start = int(rng.choice([0, 5, 9, 20])) * 60
    return ShiftTemplate(
        template_id="t",
        start_from_minute=start,
        start_to_minute=start,
        start_step_minutes=60,
        elapsed_minutes=((540,), (600,), (540, 600))[rng.integers(3)],
        breaks=tuple(breaks),
    )


def with_breaks(rng: np.random.Generator, instance: RosterInstance) -> RosterInstance:
    """The problem with other shifts, whose breaks leave more choice."""
    contracts = {
        name: EmploymentContract(
            contract_id=name, templates=(_template_with_breaks(rng),)
        )
        for name in instance.contracts
    }
    return replace(instance, contracts=contracts, carry_over=(), locked=())


def _minutes(instance: RosterInstance, steps: int) -> int:
    return steps * instance.step_minutes


def _near(rng: np.random.Generator) -> float:
    return float(rng.choice([0.0, 0.0, 0.0, 0.1, -0.1]))


def _break_minutes(instance: RosterInstance, shift: Shift) -> list[int]:
    return [
        _minutes(instance, span.end_idx - span.start_idx)
        for span in shift.spans
        if span.activity != WORK
    ] or [60]


def _breaks_due(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = with_breaks(rng, instance)
    shift = some_shift(rng, instance)
    taken = _break_minutes(instance, shift)
    paid = _minutes(instance, shift.paid_steps) / 60
    due = [(paid + _near(rng), float(sum(taken)) + float(rng.choice([0, 60])))]
    if rng.random() < 0.5:
        due.append((paid - 1, float(min(taken))))
    return instance, {
        "due": tuple(due),
        "min_minutes": float(rng.choice([1, *taken])),
        "paid": (None, True, False)[rng.integers(3)],
        "reached": bool(rng.random() < 0.5),
    }


def _break_by(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = with_breaks(rng, instance)
    shift = some_shift(rng, instance)
    begins = [
        _minutes(instance, span.start_idx - shift.start_idx) / 60
        for span in shift.spans
        if span.activity != WORK
    ] or [3.0]
    paid = _minutes(instance, shift.paid_steps) / 60
    return instance, {
        "hours": max(0.0, min(begins) + float(rng.choice([0.0, 0.1, -0.1, 1.0]))),
        "break_minutes": float(rng.choice(_break_minutes(instance, shift))),
        "over_hours": float(rng.choice([0.0, 0.0, paid - 1, paid])),
        "second_hours": float(rng.choice([0.0, max(begins), paid - 1])),
    }


def _work_stretch(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = with_breaks(rng, instance)
    shift = some_shift(rng, instance)
    edges = [shift.start_idx, shift.end_idx]
    for span in shift.spans:
        if span.activity != WORK:
            edges += [span.start_idx, span.end_idx]
    gaps = [b - a for a in edges for b in edges if b > a]
    hours = _minutes(instance, int(rng.choice(gaps))) / 60 + _near(rng)
    minutes = float(rng.choice([15, *_break_minutes(instance, shift)]))
    return instance, {"hours": hours, "break_minutes": minutes}


def _max_days_a_week(rng: np.random.Generator, instance: RosterInstance) -> Case:
    return instance, {"days": int(rng.integers(0, 4))}


def _with_ledger(rng: np.random.Generator, instance: RosterInstance) -> RosterInstance:
    """The problem with some weeks before it in the ledger."""
    rows = []
    for one in instance.agents:
        first = min(d.date_local for d in instance.planned_days[one.agent_id])
        for week in range(1, 6):
            if rng.random() < 0.6:
                rows.append(
                    FairnessRow(
                        week=first - timedelta(days=7 * week),
                        version="v1",
                        agent_id=one.agent_id,
                        shifts=int(rng.integers(0, 6)),
                        paid_hours=float(rng.choice([0, 8, 12.5, 20])),
                        weekends=int(rng.integers(0, 2)),
                        weekend_shifts=int(rng.integers(0, 3)),
                        night_shifts=int(rng.integers(0, 3)),
                        night_hours=float(rng.integers(0, 20)),
                        undesired_shifts=int(rng.integers(0, 3)),
                    )
                )
    return replace(instance, ledger=tuple(rows))


def _some_hours(rng: np.random.Generator, instance: RosterInstance) -> float:
    """Paid hours of one to three shifts."""
    return sum(
        _minutes(instance, some_shift(rng, instance).paid_steps) / 60
        for _ in range(int(rng.integers(1, 4)))
    )


def _average_hours(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = _with_ledger(rng, instance)
    weeks = int(rng.choice([1, 2, 3, 4, 17]))
    first = instance.agents[0].agent_id
    days = instance.planned_days[first]
    number = len({day.week for day in days})
    past = past_minutes(instance, first)
    known = [past[w] / 60 for w in range(1, weeks - number + 1) if w in past]
    total = _some_hours(rng, instance) + sum(known) + _near(rng)
    return instance, {"max_hours": total / (len(known) + number), "weeks": weeks}


def _overtime(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = _with_ledger(rng, instance)
    normal = _some_hours(rng, instance)
    approved = ((), ("all",), (instance.agents[0].agent_id,))[rng.integers(3)]
    extra = abs(_some_hours(rng, instance) - normal) + _near(rng)
    before = float(rng.choice([0, 4.5, 12]))
    limits = {
        "max_a_week": max(0.0, extra),
        "max_in_4_weeks": max(0.0, extra) + before,
        "max_in_52_weeks": max(0.0, extra) + 2 * before,
    }
    name = str(rng.choice(sorted(limits)))
    return instance, {"normal_hours": normal, "approved": approved, name: limits[name]}


def _with_nights(rng: np.random.Generator, instance: RosterInstance) -> RosterInstance:
    """The problem with a night at each site, marked in the agents' steps."""
    sites, night = {}, np.zeros(instance.night.shape, dtype=bool)
    for name, place in instance.sites.items():
        low, high = ((1320, 360), (1200, 420), (60, 480))[rng.integers(3)]
        sites[name] = replace(place, night_from_minute=low, night_to_minute=high)
    for a, one in enumerate(instance.agents):
        place = sites[one.site_id]
        low, high = place.night_from_minute, place.night_to_minute
        minute = local_clock(instance.grid, one.zone).minute_of_day
        inside = (minute >= low) & (minute < high)
        night[a] = inside if low < high else (minute >= low) | (minute < high)
    return replace(instance, sites=sites, night=night)


def _night_hours(rng: np.random.Generator, instance: RosterInstance) -> float:
    """Hours of the night in some shift, for ties; 3 if it has none."""
    row = instance.agent_index()
    shift = some_shift(rng, instance)
    dark = instance.night[row[shift.agent_id], shift.start_idx : shift.end_idx].sum()
    return _minutes(instance, int(dark)) / 60 or 3.0


def _max_consecutive_nights(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = _with_nights(rng, instance)
    hours = _night_hours(rng, instance)
    return instance, {"nights": int(rng.integers(0, 4)), "hours": hours}


def _days_off_after_nights(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = _with_nights(rng, instance)
    return instance, {
        "nights": int(rng.integers(1, 4)),
        "days": int(rng.integers(1, 4)),
        "hours": _night_hours(rng, instance),
    }


def _whole_weekends(rng: np.random.Generator, instance: RosterInstance) -> Case:
    days = ((5, 6), (0, 1, 2, 3, 4), (6, 0), (5, 0, 2))[rng.integers(4)]
    return instance, {"weekdays": days}


def _start(rng: np.random.Generator, instance: RosterInstance) -> int:
    """The minute of the day at which some shift starts."""
    shift = some_shift(rng, instance)
    one = next(a for a in instance.agents if a.agent_id == shift.agent_id)
    return local_minute(instance, shift.start_idx, one.zone)


def _shift_limits(rng: np.random.Generator, instance: RosterInstance) -> Case:
    start, shift = _start(rng, instance), some_shift(rng, instance)
    hours = _minutes(instance, shift.end_idx - shift.start_idx) / 60
    width = int(rng.choice([0, 60, 180, 700]))
    low = start if rng.random() < 0.5 else start - width
    days = tuple(sorted({int(day) for day in rng.integers(0, 7, 4)}))
    return instance, {
        "starts": ((low % 1440, (low + width) % 1440),),
        "every_minutes": int(rng.choice([1, 1, 60, 120, 180])),
        "min_hours": float(rng.choice([0.0, hours])),
        "max_hours": float(rng.choice([24.0, hours])),
        "weekdays": (days, tuple(range(7)))[rng.integers(2)],
    }


def _start_variation(rng: np.random.Generator, instance: RosterInstance) -> Case:
    apart = abs(_start(rng, instance) - _start(rng, instance))
    minutes = float(apart + rng.choice([0, 0, -1, 1]))
    begins = float(rng.choice([0, 4, 14, 21.5]))
    return instance, {"minutes": max(0.0, minutes), "day_begins_hour": begins}


def _rotation(rng: np.random.Generator, instance: RosterInstance) -> Case:
    cycle = []
    for _ in range(int(rng.integers(2, 6))):
        low = _start(rng, instance) - int(rng.choice([0, 0, 60, 400]))
        high = _start(rng, instance)
        texts = [f"{m % 1440 // 60:02d}:{m % 60:02d}" for m in (low, high)]
        cycle.append(str(rng.choice(["off", "any", "-".join(texts)])))
    first = min(
        day.date_local for days in instance.planned_days.values() for day in days
    )
    begins = first + timedelta(days=int(rng.integers(-9, 9)))
    offset = int(rng.integers(-1, 3))
    return instance, {
        "cycle": tuple(cycle),
        "begins": begins.isoformat(),
        "offset_days": offset,
    }


def _n_minus_1(rng: np.random.Generator, instance: RosterInstance) -> Case:
    is_open = np.zeros_like(instance.open_mask)
    shift = some_shift(rng, instance)
    for q in range(len(instance.queues)):
        low = shift.start_idx + int(rng.integers(0, 3))
        is_open[q, max(0, low) : shift.end_idx - int(rng.integers(0, 3))] = True
    if rng.random() < 0.3:
        is_open[:] = False
    cold = instance.window_start_idx + int(rng.choice([0, 0, 24]))
    names = ((), ("q_en",), ("q_en", "q_de"))[rng.integers(3)]
    instance = replace(instance, open_mask=is_open, cold_start_end_idx=cold)
    return instance, {"agents": int(rng.choice([0, 1, 1, 2])), "queues": names}


def _apart(rng: np.random.Generator, instance: RosterInstance) -> Case:
    names = [one.agent_id for one in instance.agents]
    pairs = tuple(tuple(rng.permutation(names)[:2].tolist()) for _ in range(1))
    return instance, {"groups": (pairs[0], tuple(names))[: int(rng.integers(1, 3))]}


def _buddy(rng: np.random.Generator, instance: RosterInstance) -> Case:
    grades = rng.permutation(["new", "old", "new", "", "old"])
    agents = tuple(
        replace(one, grade=str(grade), seniority=float(rng.choice([0.0, 0.5, 2.0])))
        for one, grade in zip(instance.agents, grades, strict=False)
    )
    if rng.random() < 0.5:
        instance = with_breaks(rng, instance)
    parameters: dict[str, Any] = {
        "per_senior": int(rng.choice([0, 1, 2])),
        "by": ((), ("site",), ("queue",), ("queue", "site"))[rng.integers(4)],
        "through_breaks": bool(rng.random() < 0.5),
    }
    if rng.random() < 0.3:
        names = [one.agent_id for one in agents]
        parameters["pairs"] = (tuple(rng.permutation(names).tolist()),)
    elif rng.random() < 0.5:
        parameters |= {"trainees": ("new",), "seniors": ("old",)}
    else:
        parameters |= {"trainee_years": 0.5, "senior_years": 0.5}
    return replace(instance, agents=agents), parameters


def _simultaneous_breaks(rng: np.random.Generator, instance: RosterInstance) -> Case:
    instance = with_breaks(rng, instance)
    if rng.random() < 0.5:  # some of the previous roster reach into the plan
        dates = min(d.date_local for d in instance.planned_days["a0"])
        shifts = (
            shifts_of_day(instance, one, dates - timedelta(days=1))
            for one in instance.agents
        )
        carried = tuple(own[rng.integers(len(own))] for own in shifts if own)
        instance = replace(instance, carry_over=carried)
    by = ((), ("site",), ("queue",), ("contract",))[rng.integers(4)]
    limits: dict[str, Any] = {"most": int(rng.integers(0, 3))}
    if rng.random() < 0.5:
        limits["share"] = float(rng.choice([0.2, 1 / 3, 0.5, 0.67]))
        if rng.random() < 0.7:
            del limits["most"]
    return instance, limits | {"by": by}


def _together(rng: np.random.Generator, instance: RosterInstance) -> Case:
    names = rng.permutation([one.agent_id for one in instance.agents]).tolist()
    if rng.random() < 0.7:  # shifts that more than one of them may work
        some = instance.contracts["c0"]
        alike = {name: replace(some, contract_id=name) for name in instance.contracts}
        zone = instance.agents[0].zone
        agents = tuple(replace(one, zone=zone) for one in instance.agents)
        days = instance.planned_days[instance.agents[0].agent_id]
        instance = replace(
            instance,
            agents=agents,
            contracts=alike,
            planned_days={one.agent_id: days for one in agents},
        )
    groups = (tuple(names[: int(rng.integers(2, 4))]),)
    if rng.random() < 0.3 and len(names) > 2:
        groups = ((names[0], names[1]), (names[1], names[2]))
    return instance, {"groups": groups, "of": ("shift", "day")[rng.integers(2)]}


def _notice(rng: np.random.Generator, instance: RosterInstance) -> Case:
    names = [one.agent_id for one in instance.agents]
    told = []
    for one in instance.agents:
        for day in instance.planned_days[one.agent_id]:
            found = shifts_of_day(instance, one, day.date_local)
            if found and rng.random() < 0.6:
                told.append(found[rng.integers(len(found))])
    dates = [day.date_local for day in instance.planned_days[names[0]]]
    if told and rng.random() < 0.3:  # a shift that no template has
        span = replace(told[0].spans[0], end_idx=told[0].spans[0].start_idx + 1)
        told[0] = replace(told[0], spans=(span,))
        changed = replace(instance, published=tuple(told), today=dates[0], blocked=())
        return changed, {"days": 99}
    locked = told[1:2] if rng.random() < 0.3 else []
    some = f"{names[0]} {dates[int(rng.integers(len(dates)))].isoformat()}"
    instance = replace(
        instance,
        published=None if rng.random() < 0.1 else tuple(told),
        today=dates[0] - timedelta(days=int(rng.integers(0, 4))),
        locked=tuple(locked),
    )
    consent = ((), (), (names[-1],), (some,), ("all",))[rng.integers(5)]
    return instance, {"days": int(rng.integers(1, 6)), "consent": consent}


RULE_MAKERS: dict[str, Maker] = {
    "notice": _notice,
    "together": _together,
    "buddy": _buddy,
    "simultaneous_breaks": _simultaneous_breaks,
    "n_minus_1": _n_minus_1,
    "apart": _apart,
    "max_consecutive_nights": _max_consecutive_nights,
    "days_off_after_nights": _days_off_after_nights,
    "whole_weekends": _whole_weekends,
    "shift_limits": _shift_limits,
    "start_variation": _start_variation,
    "rotation": _rotation,
    "average_hours": _average_hours,
    "overtime": _overtime,
    "breaks_due": _breaks_due,
    "break_by": _break_by,
    "work_stretch": _work_stretch,
    "max_days_a_week": _max_days_a_week,
}
RULE_SIZES: dict[str, Tiny] = {
    "together": Tiny(agents=3, days=2, options=2),
    "buddy": Tiny(agents=3, days=1, options=2, with_queues=True),
    "simultaneous_breaks": Tiny(agents=3, days=1, options=1, with_queues=True),
    "n_minus_1": Tiny(agents=3, days=2, options=2, with_queues=True),
    "apart": Tiny(agents=3, days=2),
    "max_consecutive_nights": Tiny(agents=1, days=4, options=2),
    "days_off_after_nights": Tiny(agents=1, days=5, options=2),
    "whole_weekends": Tiny(agents=1, days=5, options=1),
    "start_variation": Tiny(agents=1, days=4, options=2),
    "breaks_due": Tiny(agents=1, days=2),
    "break_by": Tiny(agents=1, days=2),
    "work_stretch": Tiny(agents=1, days=2),
    "max_days_a_week": Tiny(agents=1, days=4, options=2),
}

RULE_MAKERS |= DAY_MAKERS
RULE_SIZES |= DAY_SIZES
