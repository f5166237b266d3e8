"""The week programme under rules about an agent's dates in their order."""

from dataclasses import replace

import numpy as np
import pytest
from support.search_cases import (
    all_plans,
    compiled_of,
    constraints_of,
    is_legal,
    plan_value,
    random_instance,
    random_rules,
)

from solver.build import build_rules
from solver.core.plan_back import best_week
from solver.core.pricing import new_worth, price_options
from solver.core.tables import BY_MACHINE, RUN_CAP
from solver.core.week import NEVER, memories
from solver.order import machines_of
from wfm.calendar.local import local_clock
from wfm.domain.roster import RuleSetting

SEEDS = range(60)


def _window(rng):
    low = int(rng.integers(0, 24)) * 60
    return [low, (low + int(rng.choice([120, 480, 720]))) % 1440]


def order_rules(seed):
    """One to three rules about order, their limits such that they bind."""
    rng = np.random.default_rng(seed + 77)
    least, most = sorted(rng.integers(0, 3, 2).tolist())
    known = {
        "shift_count": {"starts": [_window(rng)], "least": least, "most": most},
        "forbidden_next": {"after": [_window(rng)], "then": [_window(rng)]},
        "min_consecutive_days": {"days": int(rng.integers(2, 4))},
        "min_consecutive_days_off": {"days": int(rng.integers(2, 4))},
        "max_weekends": {
            "most": int(rng.integers(0, 2)),
            "weekdays": rng.choice([[0, 1], [1, 2], [0, 2, 3]][seed % 3], 2).tolist(),
        },
        "max_consecutive_days": {"days": int(rng.integers(1, 4))},
        "max_days_a_week": {"days": int(rng.integers(1, 4))},
        "max_consecutive_nights": {"nights": int(rng.integers(0, 3)), "hours": 4},
        "days_off_after_nights": {"nights": 1 + seed % 2, "days": 1, "hours": 4},
        "whole_weekends": {"weekdays": [0, 1, 2][seed % 2 :]},
        "start_variation": {"minutes": int(rng.choice([0, 120, 240]))},
    }
    names = rng.choice(list(known), int(rng.integers(1, 4)), replace=False)
    settings = [RuleSetting(rule=n, parameters=known[n]) for n in names.tolist()]
    taken = {rule.name for rule in build_rules(settings)}
    base = [rule for rule in random_rules(seed) if rule.name not in taken]
    return (*build_rules(settings), *base)


def _case(seed):
    weeks = 2 if seed % 3 == 0 else 1
    instance = random_instance(seed, num_days=4, weeks=weeks)
    dark = local_clock(instance.grid, "UTC").minute_of_day // 360 % 3 == 0
    night = np.broadcast_to(dark, instance.night.shape)
    return replace(instance, night=night), order_rules(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_best_week_keeps_rules_about_order(seed):
    instance, rules = _case(seed)
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
        instance, rules = _case(seed)
        tables = compiled_of(instance, rules).weeks
        wanted = machines_of(instance, constraints_of(instance, rules))
        assert (tables.agents[0, RUN_CAP] == BY_MACHINE) == bool(wanted)
        by_machine += bool(wanted)
    assert by_machine >= 45
