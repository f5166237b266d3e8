"""People who are offered the same share tables; each gets what it would get alone."""

from dataclasses import replace

import numpy as np
import pytest
from support.search_cases import FIRST, compiled_of, random_instance, random_rules

from solver.build import build_rules
from solver.core.compile import Compiled
from solver.core.options import agent_days
from solver.core.tables import (
    END_ROW,
    FIRST_BREAK,
    FIRST_DAY,
    FIRST_END,
    FIRST_OPTION,
    FIRST_START,
    FIRST_WINDOW,
    FORCED,
    IS_HOME,
    JUMP,
    LETTER,
    LIKE,
    MOVES,
    OPTION_END,
    OPTION_START,
    WEEK,
)
from solver.rule import Rule
from wfm.domain.roster import RosterInstance, RuleSetting


def crowd(seed: int) -> RosterInstance:
    """Four people under one contract, with absences and shifts before of their own."""
    base = random_instance(seed, num_agents=4)
    alike = tuple(replace(agent, contract_id="c0") for agent in base.agents)
    return replace(base, agents=alike)


def alone(instance: RosterInstance, a: int) -> RosterInstance:
    name = instance.agents[a].agent_id
    return replace(
        instance,
        agents=(instance.agents[a],),
        pay=instance.pay[[a]],
        night=instance.night[[a]],
        planned_days={name: instance.planned_days[name]},
        carry_over=tuple(s for s in instance.carry_over if s.agent_id == name),
        blocked=tuple(b for b in instance.blocked if b.agent_id == name),
    )


def rules_of(seed: int) -> tuple[Rule, ...]:
    """Return random rules, now and then with one that a machine reads."""
    order = RuleSetting(rule="min_consecutive_days", parameters={"days": 2})
    return (*random_rules(seed), *(build_rules([order]) if seed % 3 == 0 else ()))


def seen(compiled: Compiled, a: int) -> list[object]:
    """Return all that the tables say about agent *a*, without numbers of rows."""
    weeks = compiled.weeks
    found: list[object] = [weeks.agents[a, 1:].tolist(), weeks.weeks[a].tolist()]
    for row in range(*weeks.agents[a : a + 2, FIRST_DAY].tolist()):
        day, after = weeks.days[row], weeks.days[row + 1]
        first, end = weeks.starts[[day[FIRST_START], after[FIRST_START]], FIRST_OPTION]
        own = weeks.options[first : end + 1]
        ends = weeks.ends[day[FIRST_END] : after[FIRST_END]]
        assert (own[:-1, LIKE] >= first).all()
        assert (own[:-1, LIKE] <= np.arange(first, end)).all()
        breaks = weeks.breaks[own[0, FIRST_BREAK] : own[-1, FIRST_BREAK]]
        assert (breaks >= day[FIRST_WINDOW]).all()
        assert (breaks < after[FIRST_WINDOW]).all()
        jumps = weeks.jumps[own[:-1, JUMP]]
        moves = weeks.moves[day[MOVES]][:, own[:-1, LETTER]]
        found += [
            day[[0, WEEK, FORCED]].tolist(),
            own[:-1, [OPTION_START, OPTION_END, IS_HOME]].tolist(),
            ends.tolist(),
            weeks.ends[own[:-1, END_ROW]].tolist(),
            np.diff(own[:, FIRST_BREAK]).tolist(),
            weeks.windows[breaks].tolist(),
            (own[:-1, LIKE] - first).tolist(),
            [[j for j in line if j >= 0] for line in jumps.tolist()],
            [line for line in moves.tolist() if max(line, default=-1) >= 0],
            np.diff(
                weeks.starts[day[FIRST_START] : after[FIRST_START] + 1, 1]
            ).tolist(),
        ]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_each_of_many_gets_the_tables_that_it_would_get_alone(seed: int) -> None:
    instance, rules = crowd(seed), rules_of(seed)
    together = compiled_of(instance, rules)
    for a in range(len(instance.agents)):
        assert seen(together, a) == seen(compiled_of(alone(instance, a), rules), 0)


def test_people_who_are_offered_the_same_share_it() -> None:
    base = random_instance(1, num_agents=3)
    alike = tuple(replace(agent, contract_id="c0") for agent in base.agents)
    instance = replace(base, agents=alike, blocked=(), carry_over=())
    days = agent_days(instance, ())
    first = [item for item in days if item.day.date_local == FIRST]
    assert len(first) == 3
    assert first[0].options
    assert len({id(item.options) for item in first}) == 1
    weeks = compiled_of(instance, ()).weeks
    assert len(weeks.jumps) == len({o.paid_steps for d in days for o in d.options})
