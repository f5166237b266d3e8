"""What stays the same, or in proportion, when a tour problem is told otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from support.tour_cases import DAY, faults, random_instance

from solver.outcome import SolveLimits
from solver.tours.instance import DAYS
from solver.tours.linear import LinearJob, minimise
from solver.tours.plan import plan_tours
from solver.tours.programme import tour_programme

SEEDS = range(30, 36)
FIRST = 12
"""Step of the first local midnight in the cases."""


def bound_of(instance):
    given = tour_programme(instance)
    job = LinearJob(programme=given, least=given.least, most=given.most, seconds=None)
    found = minimise(job)
    return None if found is None else found.objective


def case(seed):
    return random_instance(seed, floor=seed % 2 == 0, seats=seed % 3 == 0, idle=15)


def same(one, other):
    if one is None:
        return other is None
    return other == pytest.approx(one, rel=1e-7, abs=1e-5)


def moved(instance, shift):
    """The same week with every clock *shift* steps later."""
    return replace(
        instance,
        need_agents=np.roll(instance.need_agents, shift),
        floor_agents=np.roll(instance.floor_agents, shift),
        regions=tuple(
            replace(
                where,
                day_start_idx=tuple(at + shift for at in where.day_start_idx),
                pay=np.roll(where.pay, shift),
            )
            for where in instance.regions
        ),
    )


def turned(instance, days):
    """The same week beginning *days* days later; no shift here crosses midnight."""

    def turn(values):
        week = slice(FIRST, FIRST + DAYS * DAY)
        result = np.array(values)
        result[week] = np.roll(result[week], -days * DAY)
        return result

    return replace(
        instance,
        need_agents=turn(instance.need_agents),
        floor_agents=turn(instance.floor_agents),
        regions=tuple(
            replace(where, pay=turn(where.pay)) for where in instance.regions
        ),
    )


def times(instance, factor):
    """A week of *factor* times the work, guarantee and seats."""
    return replace(
        instance,
        need_agents=factor * instance.need_agents,
        floor_agents=factor * instance.floor_agents,
        regions=tuple(
            replace(where, seats=where.seats and factor * where.seats)
            for where in instance.regions
        ),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_people_and_work_double_the_bound(seed):
    instance = case(seed)
    one, two = bound_of(instance), bound_of(times(instance, 2))
    assert same(one and 2 * one, two)


@pytest.mark.parametrize("shift", [-6, 5])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_zone_moved_by_whole_hours_changes_nothing(seed, shift):
    instance = case(seed)
    assert same(bound_of(instance), bound_of(moved(instance, shift)))


@pytest.mark.parametrize("seed", SEEDS)
def test_clocks_moved_against_their_zone_change_nothing(seed):
    instance = case(seed)
    told = replace(
        instance,
        regions=tuple(
            replace(
                where,
                day_start_idx=tuple(at - 3 for at in where.day_start_idx),
                starts=tuple(at + 3 for at in where.starts),
            )
            for where in instance.regions
        ),
    )
    assert same(bound_of(instance), bound_of(told))


@pytest.mark.parametrize("days", [1, 4])
@pytest.mark.parametrize("seed", [31, 32, 35])
def test_weeks_that_begin_on_another_day_cost_the_same(seed, days):
    instance = replace(case(seed), regions=case(seed).regions[:1])
    assert same(bound_of(instance), bound_of(turned(instance, days)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_regions_and_contracts_is_nothing(seed):
    instance = case(seed)
    told = replace(
        instance,
        regions=instance.regions[::-1],
        contracts=instance.contracts[::-1],
    )
    assert same(bound_of(instance), bound_of(told))


def test_a_week_told_otherwise_has_a_plan_as_good():
    limits = SolveLimits(max_time_s=600.0, deterministic_rounds=1)
    instance = case(31)
    plain = plan_tours(instance, limits)
    for told in (moved(instance, 5), times(instance, 2)):
        plan = plan_tours(told, limits)
        factor = round(plan.bound / plain.bound)
        assert faults(told, plan)[0] == []
        assert abs(plan.bound - factor * plain.bound) <= factor
        assert plan.objective <= factor * plain.objective + factor


def test_the_programme_does_not_grow_with_the_people():
    small, large = case(32), times(case(32), 5000)
    one, other = tour_programme(small), tour_programme(large)
    assert other.num_columns == one.num_columns
    assert len(other.value) == len(one.value)
