"""The part of a plan that is looked at when its cover can't hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic

from solver.constraints import (
    Constraint,
    Guarantee,
    HandOver,
    Heads,
    PaidStepsPerWeek,
)
from solver.outcome import Shortfall, SolveLimits
from solver.rule import Rule
from solver.walk import runs
from wfm.domain.roster import Roster, RosterInstance, is_eligible

_MARGIN_HOURS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the plan that is looked at.

    On a part of the week, the people concerned are free of all other work and of
    their minimum hours: what is impossible there is impossible in the whole plan.
    """

    instance: RosterInstance
    rules: Sequence[Rule]
    limits: SolveLimits
    deadline: float
    steps: frozenset[int]
    free: dict[str, set[date]]
    base: Roster | None = None
    is_whole: bool = False

    def left_s(self, share: float = 1.0) -> float:
        """Return *share* of the time that is left."""
        return max(0.1, (self.deadline - monotonic()) * share)


def stages(
    instance: RosterInstance,
    rules: Sequence[Rule],
    hint: Sequence[Shortfall],
    limits: SolveLimits,
    deadline: float,
    base: Roster | None,
) -> Iterator[Stage]:
    """Yield the parts to look at: around what is short, then the whole plan."""
    concerned = _concerned(instance, rules)
    window = frozenset(range(instance.window_start_idx, instance.window_end_idx))
    margin = _MARGIN_HOURS * 60 // instance.step_minutes
    near = window.intersection(
        t
        for shortfall in hint
        for t in range(shortfall.start_idx - margin, shortfall.end_idx + margin)
    )
    for steps in (near, window):
        if steps:
            is_last = steps == window
            yield Stage(
                instance=instance,
                rules=rules,
                limits=limits,
                deadline=deadline,
                steps=steps,
                free=_dates(instance, concerned, steps, is_last=is_last),
                base=base if is_last else None,
                is_whole=is_last,
            )
            if is_last:
                return


def _concerned(instance: RosterInstance, rules: Sequence[Rule]) -> frozenset[str]:
    """Return the agents who can serve what is guaranteed, or count for a floor."""
    queues: set[str] = set()
    people: set[str] = set()
    for constraint in _demanded(instance, rules, frozenset()):
        match constraint:
            case Guarantee(queue_id=queue) | HandOver(queue_id=queue):
                queues.add(queue)
            case Heads(low=low, agent_ids=ids) if low > 0:
                people |= ids
            case _:
                pass
    wanted = [queue for queue in instance.queues if queue.queue_id in queues]
    people |= {
        agent.agent_id
        for agent in instance.agents
        if any(is_eligible(agent, queue) for queue in wanted)
    }
    return frozenset(people)


def _dates(
    instance: RosterInstance,
    agent_ids: frozenset[str],
    steps: frozenset[int],
    *,
    is_last: bool,
) -> dict[str, set[date]]:
    """Return the dates on which a shift could reach one of *steps*."""
    longest = 24 * 60 // instance.step_minutes
    return {
        name: {
            day.date_local
            for day in instance.planned_days.get(name, ())
            if is_last
            or not steps.isdisjoint(range(day.start_idx, day.end_idx + longest))
        }
        for name in sorted(agent_ids)
    }


def _demanded(
    instance: RosterInstance, rules: Iterable[Rule], dropped: frozenset[str]
) -> list[Constraint]:
    return [
        constraint
        for rule in rules
        if rule.name not in dropped
        for constraint in rule.constraints(instance)
    ]


def stage_constraints(stage: Stage, dropped: frozenset[str]) -> list[Constraint]:
    """Return the demands on the stage, cover cut to its steps."""
    result: list[Constraint] = []
    for constraint in _demanded(stage.instance, stage.rules, dropped):
        match constraint:
            case Guarantee() | Heads():
                result += _cut(constraint, stage.steps)
            case HandOver():
                steps = constraint.open_steps & stage.steps
                result.append(replace(constraint, open_steps=steps))
            case PaidStepsPerWeek() if not stage.is_whole:
                result.append(replace(constraint, min_steps=0))
            case _:
                result.append(constraint)
    return result


def _cut(
    constraint: Guarantee | Heads, steps: frozenset[int]
) -> Iterator[Guarantee | Heads]:
    inside = steps.intersection(range(constraint.start_idx, constraint.end_idx))
    for start, end, _ in runs(dict.fromkeys(inside, 0)):
        yield replace(constraint, start_idx=start, end_idx=end)


def is_cover(constraint: Constraint) -> bool:
    """Return whether *constraint* asks for people (and may be what can't hold)."""
    if isinstance(constraint, Heads):
        return constraint.low > 0
    return isinstance(constraint, Guarantee | HandOver)
