"""What one person may do, whatever the others do: which rule stands in the way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from solver.constraints import Constraint
from solver.core.limits import Limits
from solver.core.options import AgentDay, agent_days
from solver.core.plan_back import best_week
from solver.core.week import memories
from solver.core.week_tables import week_tables
from solver.problem import Problem
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.people import Agent, BlockedTime
from wfm.domain.roster import RosterInstance

Steps = range


class OnePerson:
    """The choices of one agent by the rules about that agent alone.

    Parameters
    ----------
    problem
        The plan and its rules.
    agent_id
        Who is looked at.
    """

    def __init__(self, problem: Problem, agent_id: str) -> None:
        instance = problem.instance
        self.agent = next(a for a in instance.agents if a.agent_id == agent_id)
        self.instance = _alone(instance, self.agent)
        self.demands: list[tuple[str, Constraint]] = [
            (rule.name, constraint)
            for rule in problem.rules
            for constraint in rule.constraints(self.instance)
            if getattr(constraint, "agent_id", None) == agent_id
        ]

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules about this agent."""
        return tuple(dict.fromkeys(name for name, _ in self.demands))

    def can_work(self, steps: Steps, without: Iterable[str] = ()) -> bool:
        """Return whether a legal plan has a shift over all *steps*.

        *without* are names of rules that are left out.
        """
        days = self._days(without)
        over = [_covers(o, steps) for item in days for o in item.options]
        if not any(over):
            return False
        left_out = frozenset(without)
        demands = [c for name, c in self.demands if name not in left_out]
        tables = week_tables(self.instance, days, Limits(self.instance, days, demands))
        value = np.array([*map(float, over), 0.0])
        choice = np.full(len(days), -1, dtype=np.int64)
        (memory,) = memories(tables)
        return best_week(tables, memory, 0, value, choice) > 0.5

    def reaches(self, steps: Steps) -> bool:
        """Return whether any shift of the contract would cover *steps* at all."""
        days = agent_days(self.instance, ())
        return any(_covers(o, steps) for item in days for o in item.options)

    def blocked_by(self, steps: Steps) -> tuple[BlockedTime, ...]:
        """Return the absences that forbid every shift over *steps*, if any do."""
        if any(_covers(o, steps) for d in self._days(()) for o in d.options):
            return ()
        return tuple(
            block
            for block in self.instance.blocked
            if block.start_idx < steps.stop and steps.start < block.end_idx
        )

    def binding_rules(self, steps: Steps) -> tuple[str, ...]:
        """Return the rules each of which alone, left out, would let the agent work."""
        return tuple(name for name in self.rules if self.can_work(steps, (name,)))

    def _days(self, without: Iterable[str]) -> tuple[AgentDay, ...]:
        left_out = frozenset(without)
        return agent_days(
            self.instance, [c for name, c in self.demands if name not in left_out]
        )


def _covers(option: ShiftOption, steps: Steps) -> bool:
    return option.start_idx <= steps.start and steps.stop <= option.end_idx


def _alone(instance: RosterInstance, agent: Agent) -> RosterInstance:
    """Return the plan with *agent* as the only person."""
    name, row = agent.agent_id, instance.agent_index()[agent.agent_id]
    return replace(
        instance,
        agents=(agent,),
        planned_days={name: instance.planned_days.get(name, ())},
        pay=instance.pay[row : row + 1],
        night=instance.night[row : row + 1],
        blocked=tuple(b for b in instance.blocked if b.agent_id == name),
        preferences=tuple(p for p in instance.preferences if p.agent_id == name),
        carry_over=tuple(s for s in instance.carry_over if s.agent_id == name),
        locked=tuple(s for s in instance.locked if s.agent_id == name),
    )


def reasons(problem: Problem, agent_id: str, steps: Steps) -> tuple[str, ...]:
    """Return why the agent can't work at *steps*: rules or absences; empty if it can.

    A contract without any shift there is ``"contract"``; several rules that only
    together stand in the way are all named.
    """
    person = OnePerson(problem, agent_id)
    if person.can_work(steps):
        return ()
    blocks: Sequence[BlockedTime] = person.blocked_by(steps)
    if not person.reaches(steps):
        return ("contract",)
    if blocks:
        return tuple(dict.fromkeys(block.kind for block in blocks))
    return person.binding_rules(steps) or ("several rules",)


REASON_WORDS: Mapping[str, str] = {
    "contract": "no shift of the contract is there then",
    "time_off": "time off",
    "unavailable": "not available",
    "holiday": "the site is closed for a holiday",
    "not_employed": "not employed then",
    "weekly_hours": "the week's hours",
    "max_hours_a_day": "the day's hours",
    "min_rest": "the rest between shifts",
    "max_consecutive_days": "days in a row",
    "weekly_rest": "the weekly rest",
    "one_shift_a_day": "one shift a day",
    "locked": "the shift of that day is locked",
    "seats": "the seats of the site",
    "several rules": "several rules together",
}
"""What stands in the way, in a planner's words; other rules go by their names."""
