"""A week of twelve people: too large to prove, small enough for a test."""

from functools import cache

import numpy as np
from support.solve_cases import make_instance, template, with_

from solver.build import build_rules
from solver.rule import Rule
from wfm.domain.roster import RosterInstance, RuleSetting
from wfm.domain.staffing import DeferredWork

PEOPLE = 12


@cache
def week() -> RosterInstance:
    rng = np.random.default_rng(5)
    skills = [("a",), ("b",), ("a", "b"), ("a", "mail")]
    instance = make_instance(
        {f"p{i:02d}": skills[i % 4] for i in range(PEOPLE)},
        {
            "a": (2.0 + rng.uniform(0, 1, 24)).tolist(),
            "b": rng.uniform(0, 2, 24).tolist(),
            "mail": [0.0],
        },
        days=7,
        templates=[template((6, 14), (4, 8), 120, meal=True)],
    )
    mail = DeferredWork(
        queue_id="mail",
        arrival_idx=np.arange(8, 160, 8),
        due_idx=np.arange(24, 176, 8).clip(max=168),
        work_hours=np.full(19, 1.25),
    )
    floor = instance.guaranteed_agents.copy()
    floor[0, 9:160:24] = 2
    return with_(instance, deferred=(mail,), guaranteed_agents=floor)


@cache
def rules() -> tuple[Rule, ...]:
    return build_rules(
        [
            RuleSetting(
                rule="weekly_hours", parameters={"min_hours": 20, "max_hours": 40}
            ),
            RuleSetting(rule="min_rest", parameters={"hours": 11}),
            RuleSetting(rule="max_consecutive_days", parameters={"days": 5}),
        ]
    )
