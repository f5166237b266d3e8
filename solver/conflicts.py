"""Why somebody has no legal week, in words."""

from collections.abc import Iterable, Sequence

from solver.constraints import Constraint
from solver.cpsat.model import RosterModel
from solver.cpsat.run import run
from solver.outcome import SolveLimits
from solver.problem import Problem
from wfm.domain.roster import Roster

MOST_EXPLAINED = 10
_TIME_S = 5.0


def week_conflicts(problem: Problem, agent_ids: Sequence[str]) -> tuple[str, ...]:
    """Say for each agent without a legal week what, relaxed alone, would cure it."""
    said = [_conflict(problem, name) for name in agent_ids[:MOST_EXPLAINED]]
    more = len(agent_ids) - len(said)
    if more:
        said.append(f"{more} more agents have no legal week")
    return tuple(said)


def _conflict(problem: Problem, agent_id: str) -> str:
    by_rule: list[tuple[str, list[Constraint]]] = [
        (rule.name, _of_agent(rule.constraints(problem.instance), agent_id))
        for rule in problem.rules
    ]
    cures = [
        f"rule {name}"
        for name in dict.fromkeys(name for name, own in by_rule if own)
        if _is_possible(
            problem, agent_id, (c for n, own in by_rule if n != name for c in own)
        )
    ]
    cures += _absences(problem, agent_id)
    start = f"{agent_id} has no legal week"
    if not cures:
        return f"{start}, and no single rule or absence relaxed would give one"
    return f"{start}; any one of these relaxed would give one: {', '.join(cures)}"


def _absences(problem: Problem, agent_id: str) -> list[str]:
    """Return the labels of single absences that, lifted, give a legal week."""
    found = []
    for block in problem.instance.blocked:
        if block.agent_id != agent_id:
            continue
        rest = [
            constraint
            for constraint in _of_agent(problem.constraints, agent_id)
            if (
                getattr(constraint, "start_idx", None),
                getattr(constraint, "end_idx", None),
            )
            != (block.start_idx, block.end_idx)
        ]
        if _is_possible(problem, agent_id, rest):
            found.append(block.label)
    return found


def _of_agent(constraints: Iterable[Constraint], agent_id: str) -> list[Constraint]:
    return [c for c in constraints if getattr(c, "agent_id", None) == agent_id]


def _is_possible(
    problem: Problem, agent_id: str, constraints: Iterable[Constraint]
) -> bool:
    instance = problem.instance
    dates = {day.date_local for day in instance.planned_days.get(agent_id, ())}
    model = RosterModel(
        instance, tuple(constraints), {agent_id: dates}, Roster(shifts=())
    )
    return run(model.model, SolveLimits(), max_time_s=_TIME_S).has_solution
