"""The week programme under rules about an agent's dates in their order."""

import numpy as np
import pytest
from support.order_rules import order_case
from support.search_cases import (
    all_plans,
    compiled_of,
    constraints_of,
    is_legal,
    plan_value,
)

from solver.core.plan_back import best_week
from solver.core.pricing import new_worth, price_options
from solver.core.tables import BY_MACHINE, RUN_CAP
from solver.core.week import NEVER, memories
from solver.order import machines_of

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_best_week_keeps_rules_about_order(seed):
    instance, rules = order_case(seed)
    compiled = compiled_of(instance, rules)
    rng = np.random.default_rng(seed)
    worth = new_worth(compiled.weeks, instance.grid.num_intervals)
    worth.gain[:] = rng.integers(0, 4, size=worth.gain.shape) * 20_000.0
    price_options(compiled.weeks, compiled.costs, worth, 0)
    choice = np.full(len(compiled.days), -1)
    found = best_week(
        compiled.weeks, memories(compiled.weeks)[0], 0, worth.value, choice
    )
    best = NEVER
    by_shape = {}
    for plan in all_plans(instance, "a0"):
        shape = tuple((s.date_local, s.start_idx, s.end_idx) for s in plan)
        value = plan_value(compiled, worth.gain, plan)
        if value > by_shape.get(shape, (NEVER, None))[0]:
            by_shape[shape] = (value, plan)
    for value, plan in by_shape.values():
        if value > best and is_legal(instance, rules, plan):
            best = value
    assert (found > 0.5 * NEVER) == (best > 0.5 * NEVER)
    if best > 0.5 * NEVER:
        assert found == best


def test_machines_bind_in_most_cases():
    """Cases in which no machine is at work would prove nothing."""
    by_machine = 0
    for seed in SEEDS:
        instance, rules = order_case(seed)
        tables = compiled_of(instance, rules).weeks
        wanted = machines_of(instance, constraints_of(instance, rules))
        assert (tables.agents[0, RUN_CAP] == BY_MACHINE) == bool(wanted)
        by_machine += bool(wanted)
    assert by_machine >= 45
