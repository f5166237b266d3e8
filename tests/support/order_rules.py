"""Rules about an agent's dates in their order, for problems of the compiled search."""

from dataclasses import replace

import numpy as np
from support.search_cases import random_instance, random_rules

from solver.build import build_rules
from wfm.calendar.local import local_clock
from wfm.domain.roster import RuleSetting


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


def order_case(seed):
    """One agent on four dates, and rules of which some are about their order."""
    weeks = 2 if seed % 3 == 0 else 1
    instance = random_instance(seed, num_days=4, weeks=weeks)
    dark = local_clock(instance.grid, "UTC").minute_of_day // 360 % 3 == 0
    night = np.broadcast_to(dark, instance.night.shape)
    return replace(instance, night=night), order_rules(seed)
