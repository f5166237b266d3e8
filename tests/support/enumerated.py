"""All rosters of a tiny instance, one by one: an optimum beyond argument."""

from collections.abc import Iterator, Sequence
from itertools import product

from solver.allocation import allocate
from solver.problem import Problem
from wfm.calendar.catalogue import build_shift, shift_options
from wfm.domain.people import Agent
from wfm.domain.roster import PlannedDay, Roster, RosterInstance, Shift


def day_choices(
    instance: RosterInstance, agent: Agent, day: PlannedDay
) -> list[Shift | None]:
    """Return every shift of one agent and date, breaks placed, and the day off."""
    templates = instance.contracts[agent.contract_id].templates
    found: list[Shift | None] = [None]
    for option in shift_options(templates, day.date_local, agent.zone, instance.grid):
        windows = [range(b.first_idx, b.last_idx + 1) for b in option.breaks]
        found += [
            build_shift(agent.agent_id, day.date_local, option, starts)
            for starts in product(*windows)
        ]
    return found


def weeks(problem: Problem, agent: Agent) -> list[tuple[Shift, ...]]:
    """Return every plan of one agent that breaks no rule about its agent."""
    instance = problem.instance
    days = instance.planned_days[agent.agent_id]
    plans = product(*(day_choices(instance, agent, day) for day in days))
    kept = []
    for plan in plans:
        shifts = tuple(shift for shift in plan if shift is not None)
        if not any(
            v.agent_id == agent.agent_id
            for rule in problem.rules
            for v in rule.violations(instance, Roster(shifts=shifts))
        ):
            kept.append(shifts)
    return kept


def rosters(problem: Problem) -> Iterator[Roster]:
    """Yield every roster that keeps the rules."""
    each: Sequence[list[tuple[Shift, ...]]] = [
        weeks(problem, agent) for agent in problem.instance.agents
    ]
    for plans in product(*each):
        roster = Roster(shifts=tuple(s for shifts in plans for s in shifts))
        if not any(rule.violations(problem.instance, roster) for rule in problem.rules):
            yield roster


def optimum(problem: Problem) -> int | None:
    """Return the least objective of all legal rosters, ``None`` if there is none."""
    best: int | None = None
    for roster in rosters(problem):
        served = allocate(problem.instance, roster, problem.serves, problem.need)
        cost = sum(
            term.value(problem.instance, roster, served.allocation)
            for term in problem.terms.values()
        )
        best = cost if best is None else min(best, cost)
    return best
