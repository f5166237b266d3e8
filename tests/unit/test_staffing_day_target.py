"""Targets over a day or week: fewest agents, brute force, the queue's own days."""

from itertools import product

import numpy as np
import pytest
from support.staffing_cases import a_demand, a_queue

from wfm.domain.demand import ServiceTarget, StaffingChoice
from wfm.staffing import erlang
from wfm.staffing.channel import CHANNELS
from wfm.staffing.day_target import DayTarget, fewest_real, fewest_whole

AHT_S, WITHIN_S = 240.0, 20.0


def needed(load, level, *, integer, patience_s=np.inf):
    return erlang.required_agents(
        load,
        AHT_S,
        answer_within_s=WITHIN_S,
        service_level_fraction=level,
        patience_s=patience_s,
        integer=integer,
    ).agents


def a_day(load, *, integer, goal=0.8, least=0.4, patience_s=np.inf):
    load = np.asarray(load, dtype=float)

    def level(agents, rows):
        return erlang.service_level(
            load[rows], agents, AHT_S, WITHIN_S, patience_s=patience_s
        )

    return DayTarget(
        level=level,
        contacts=load * 1800 / AHT_S,
        goal=goal,
        floor=needed(load, least, integer=integer, patience_s=patience_s),
        each=needed(load, goal, integer=integer, patience_s=patience_s),
    )


def served(target, agents):
    level = target.level(agents, np.arange(len(agents)))
    return float((level * target.contacts).sum() / target.contacts.sum())


def sine_day(peak):
    at = (np.arange(24)[:, None] + (np.arange(100) + 0.5) / 100) / 24
    return peak / 1.6 * (1 - 0.6 * np.cos(2 * np.pi * at)).mean(axis=1)


# Research notes, section 4: 8.6 % (peak 5 E), 3.6 % (20 E), 0.9 % (100 E).
@pytest.mark.parametrize(("peak", "saving"), [(5, 0.08), (20, 0.03), (100, 0.007)])
@pytest.mark.parametrize("patience_s", [np.inf, 180.0])
def test_the_sine_day_takes_fewer_agents(peak, saving, patience_s):
    target = a_day(sine_day(peak), integer=True, patience_s=patience_s)
    found = fewest_whole(target)
    fewer = 1 - found.agents.sum() / target.each.sum()
    assert fewer >= (saving if np.isinf(patience_s) else 0.9 * saving)
    assert served(target, found.agents) >= 0.8 - 1e-12
    # Proven: no whole agents in sum below the bound meet the goal.
    assert found.agents.sum() == found.lower_bound
    real = a_day(sine_day(peak), integer=False, patience_s=patience_s)
    loose = fewest_real(real)
    assert loose.agents.sum() < real.each.sum()
    assert served(real, loose.agents) == pytest.approx(0.8, abs=1e-6)
    assert (loose.agents >= real.floor - 1e-9).all()


def by_brute_force(target):
    low = np.ceil(target.floor - 1e-9).astype(int)
    best = np.inf
    ranges = [range(a, int(b) + 4) for a, b in zip(low, target.each, strict=True)]
    for agents in product(*ranges):
        heads = np.array(agents, dtype=float)
        if heads.sum() < best and served(target, heads) >= target.goal:
            best = heads.sum()
    return best


@pytest.mark.parametrize("seed", range(12))
def test_whole_agents_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    load = np.exp(rng.uniform(-1.5, 2.5, 4))
    least = rng.choice([0.05, 0.3, 0.6])
    patience_s = rng.choice([np.inf, 90.0])
    goal = rng.choice([0.7, 0.8, 0.9])
    target = a_day(load, integer=True, goal=goal, least=least, patience_s=patience_s)
    found = fewest_whole(target)
    best = by_brute_force(target)
    assert served(target, found.agents) >= goal - 1e-12
    assert found.lower_bound <= best
    assert found.agents.sum() == best


@pytest.mark.parametrize("seed", range(6))
def test_real_agents_are_not_beaten_by_random_shifts(seed):
    rng = np.random.default_rng(seed)
    target = a_day(np.exp(rng.uniform(0.0, 4.0, 10)), integer=False)
    found = fewest_real(target)
    assert found.lower_bound <= found.agents.sum() <= target.each.sum()
    for _ in range(200):
        shift = rng.normal(size=10) * rng.choice([0.02, 0.2, 1.0])
        other = np.maximum(found.agents + shift - shift.mean() - 0.01, target.floor)
        if other.sum() < found.agents.sum() * (1 - 3e-4):
            assert served(target, other) < 0.8


def test_never_worse_than_interval_by_interval():
    lone = a_day([3.0], integer=True)
    assert fewest_whole(lone).agents.tolist() == lone.each.tolist()
    same = a_day([8.0] * 5, integer=False)
    assert fewest_real(same).agents.sum() <= same.each.sum() * (1 + 1e-9)


def promised(over, **target):
    """Two local days of a queue in Tokyo, the second busier."""
    load = np.concatenate([sine_day(6.0), sine_day(30.0)])
    demand = a_demand(load * 1800 / AHT_S, AHT_S, minutes=30)
    queue = a_queue(
        zone="Asia/Tokyo",
        target=ServiceTarget(
            service_level_fraction=0.8, answer_within_s=20, over=over, **target
        ),
        staffing=StaffingChoice(method="sipp"),
    )
    return CHANNELS["phone"]().requirement(queue, demand), load


def levels(agents, load):
    return erlang.service_level(load, agents, AHT_S, WITHIN_S)


def share(agents, load, rows):
    return float((levels(agents, load) * load)[rows].sum() / load[rows].sum())


def test_a_day_is_the_queue_s_own_day_and_a_week_is_longer():
    single, load = promised("interval")
    day, _ = promised("day")
    week, _ = promised("week")
    # From 00:00 UTC, Tokyo's Monday lasts 15 hours more: 30 half hours.
    for rows in (slice(0, 30), slice(30, 48)):
        assert share(day.base_agents, load, rows) == pytest.approx(0.8, abs=1e-6)
    assert share(week.base_agents, load, slice(None)) == pytest.approx(0.8, abs=1e-6)
    assert abs(share(week.base_agents, load, slice(0, 30)) - 0.8) > 1e-3
    sums = [plan.base_agents.sum() for plan in (week, day, single)]
    assert sums[0] < sums[1] < sums[2]
    assert day.warnings[0].startswith("service level promised over the day, 5")
    assert "agent-hours fewer" in week.warnings[0]


def test_single_intervals_keep_their_floor():
    floored, load = promised("day", min_interval_level=0.75)
    assert levels(floored.base_agents, load).min() == pytest.approx(0.75, abs=1e-6)
    free, _ = promised("day")
    assert 0.4 <= levels(free.base_agents, load).min() < 0.74
    assert free.base_agents.sum() <= floored.base_agents.sum()


def test_other_targets_and_uncertain_rates_hold_over_days():
    busy, load = promised("week", max_occupancy_fraction=0.6)
    assert (busy.base_agents >= load / 0.6 - 1e-6).all()
    assert "occupancy" in busy.binding
    demand = a_demand(load * 1800 / AHT_S, AHT_S, minutes=30)
    mixed = CHANNELS["phone"]().requirement(
        a_queue(
            target=ServiceTarget(
                service_level_fraction=0.8, answer_within_s=20, over="week"
            ),
            staffing=StaffingChoice(method="sipp"),
        ),
        type(demand)(
            grid=demand.grid,
            offered_contacts=demand.offered_contacts,
            aht_s=demand.aht_s,
            open_mask=demand.open_mask,
            window=demand.window,
            rate_cv=0.2,
        ),
    )
    plain, _ = promised("week")
    assert mixed.base_agents.sum() > 1.03 * plain.base_agents.sum()
