"""The week programme against every plan that can be written down."""

import numpy as np
import pytest
from support.search_cases import (
    all_plans,
    best_of_first,
    compiled_of,
    is_legal,
    plan_value,
    random_instance,
    random_rules,
)

from solver.core.week import NEVER


@pytest.mark.parametrize("seed", range(60))
def test_best_week_is_the_best_of_all_legal_plans(seed):
    weeks = 2 if seed % 3 == 0 else 1
    instance = random_instance(seed, num_days=4, weeks=weeks)
    rules = random_rules(seed, weeks=weeks)
    compiled = compiled_of(instance, rules)
    found, worth, choice = best_of_first(compiled, seed)
    plans = list(_cheap_plans(instance, compiled, worth.gain))
    legal = [value for value, p in plans if is_legal(instance, rules, p)]
    assert (found > 0.5 * NEVER) == bool(legal)
    if legal:
        assert found == max(legal)
        chosen = _chosen(compiled, worth, choice)
        assert is_legal(instance, rules, chosen)
        assert plan_value(compiled, worth.gain, chosen) == found


def _cheap_plans(instance, compiled, gain):
    """All plans, of those with equal shifts only one with the best breaks."""
    best = {}
    for plan in all_plans(instance, "a0"):
        key = tuple((s.date_local, s.start_idx, s.end_idx) for s in plan)
        value = plan_value(compiled, gain, plan)
        if key not in best or value > best[key][0]:
            best[key] = (value, plan)
    return best.values()


def _chosen(compiled, worth, choice):
    from solver.core.choices import most_breaks, roster_of
    from solver.core.presence import take_breaks

    taken = np.full((len(choice), most_breaks(compiled)), -1)
    take_breaks(compiled.weeks, 0, choice, worth.break_at, taken)
    return roster_of(compiled, choice, taken).shifts


def test_some_limits_bind_and_some_plans_are_impossible():
    """The cases above would prove little if every plan were legal."""
    impossible = bound = 0
    for seed in range(0, 60, 2):
        weeks = 2 if seed % 3 == 0 else 1
        instance = random_instance(seed, num_days=4, weeks=weeks)
        rules = random_rules(seed, weeks=weeks)
        plans = list(all_plans(instance, "a0"))
        some = plans[:: max(1, len(plans) // 40)]
        legal = [is_legal(instance, rules, p) for p in some]
        impossible += not any(legal)
        bound += any(legal) and not all(legal)
    assert impossible >= 1
    assert bound >= 15
