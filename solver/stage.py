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
    Together,
    WeighedHeads,
)
from solver.cpsat.model import RosterModel
from solver.cpsat.run import Run, run
from solver.outcome import Shortfall, SolveLimits
from solver.rule import Rule
from solver.walk import runs
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, is_eligible

_FOCUS_HOURS = 24
_MARGIN_HOURS = 12
_MOST_STEPS = 32  # a part with more is judged at evenly spaced ones
_MOST_AGENT_DAYS = 420  # beyond it, the model takes longer than the time there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the week, some queues, and the people who can serve them.

    On a part, these people are free of all other work and of their minimum hours, and
    other queues ask for nobody: what is impossible there is impossible in the plan.

    Attributes
    ----------
    part
        The steps that are looked at.
    steps
        Where cover is asked for: *part*, or evenly spaced steps of a large one.
    queue_ids
        For which queues; ``None`` for all, floors of sites and skills included.
    near
        Only shifts that touch one of these steps are offered; ``None`` for all.
    free
        Who may be moved, on which dates; the rest is as in *base*, if that is given.
    """

    instance: RosterInstance
    rules: Sequence[Rule]
    limits: SolveLimits
    deadline: float
    part: frozenset[int]
    steps: frozenset[int]
    queue_ids: frozenset[str] | None
    near: frozenset[int] | None
    free: dict[str, set[date]]
    base: Roster | None = None

    @property
    def is_whole(self) -> bool:
        """Whether this is the whole plan."""
        return self.near is None

    def decides(self, names: Iterable[str]) -> bool:
        """Return whether everybody named may be moved."""
        return self.free.keys() >= set(names)

    def left_s(self, share: float = 1.0) -> float:
        """Return *share* of the time that is left."""
        return max(0.1, (self.deadline - monotonic()) * share)

    def spread(self, missing: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
        """Return what is missing at *steps*, carried on to the steps between them."""
        if self.is_whole:
            return missing
        samples = _samples(self.part)
        guaranteed = {
            queue.queue_id: self.instance.guaranteed_agents[q]
            for q, queue in enumerate(self.instance.queues)
        }
        return {
            (name, t): min(missing[name, sample], int(guaranteed[name][t]))
            for name in {name for name, _ in missing}
            for t, sample in samples.items()
            if (name, sample) in missing and guaranteed[name][t]
        }

    def run(self, model: RosterModel, share: float) -> Run:
        """Solve *model* within *share* of the time that is left."""
        return run(
            model.model,
            self.limits,
            max_time_s=self.left_s(share),
            quick_presolve=True,
        )

    def model(self, constraints: Iterable[Constraint]) -> RosterModel:
        """Return the model of the stage, all its steps judged, without any cover."""
        kept = [c for c in constraints if not is_cover(c)]
        model = RosterModel(self.instance, kept, self.free, self.base, self.near)
        model.is_whole = True
        return model


def stages(
    instance: RosterInstance,
    rules: Sequence[Rule],
    hint: Sequence[Shortfall],
    limits: SolveLimits,
    deadline: float,
    base: Roster | None,
) -> Iterator[Stage]:
    """Yield the parts to look at: where the hint is densest first, the plan last."""
    whole = frozenset(range(instance.window_start_idx, instance.window_end_idx))
    focus = _densest(instance, hint) & whole
    margin = _MARGIN_HOURS * 60 // instance.step_minutes
    around = whole & {u for t in focus for u in range(t - margin, t + margin)}
    short = frozenset(s.queue_id for s in hint if _steps_of(s) & focus)
    tied = _tied(instance, rules, short)
    known = {queue.queue_id for queue in instance.queues}
    parts: list[tuple[frozenset[int], frozenset[str] | None]] = []
    if focus and short <= known:
        parts = [(focus, short), (focus, tied), (around, tied)]
    for part, queues in [*dict.fromkeys(parts), (whole, None)]:
        is_whole = queues is None
        steps = part if is_whole else frozenset(_samples(part).values())
        near = None if is_whole else _near(instance, steps)
        free = _free(instance, _concerned(instance, rules, queues), near)
        if sum(map(len, free.values())) <= _MOST_AGENT_DAYS:
            yield Stage(
                instance=instance,
                rules=rules,
                limits=limits,
                deadline=deadline,
                part=part,
                steps=steps,
                queue_ids=queues,
                near=near,
                free=free,
                base=base if is_whole else None,
            )


def _samples(part: frozenset[int]) -> dict[int, int]:
    """Return step -> the evenly spaced step that stands for it."""
    ordered = sorted(part)
    stride = 1 + (len(ordered) - 1) // _MOST_STEPS
    return {t: ordered[i - i % stride] for i, t in enumerate(ordered)}


def _steps_of(shortfall: Shortfall) -> frozenset[int]:
    return frozenset(range(shortfall.start_idx, shortfall.end_idx))


def _densest(instance: RosterInstance, hint: Sequence[Shortfall]) -> frozenset[int]:
    """Return the short steps of the day's length that holds most missing people."""
    weight: dict[int, int] = {}
    for shortfall in hint:
        for t in _steps_of(shortfall):
            weight[t] = weight.get(t, 0) + shortfall.missing
    length = _FOCUS_HOURS * 60 // instance.step_minutes

    def missing_from(start: int) -> int:
        return sum(weight.get(t, 0) for t in range(start, start + length))

    if not weight:
        return frozenset()
    start = max(sorted(weight), key=missing_from)
    return frozenset(t for t in weight if start <= t < start + length)


def _near(instance: RosterInstance, steps: frozenset[int]) -> frozenset[int]:
    """Return *steps* with those that decide about a hand-over there."""
    longest = max((q.handover_minutes for q in instance.queues), default=0)
    before = longest // instance.step_minutes + 1
    return frozenset(u for t in steps for u in range(t - before, t + 1))


def _guaranteed(
    instance: RosterInstance, rules: Sequence[Rule]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the queues that cover is asked for, and the people of floors."""
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
    return frozenset(queues), frozenset(people)


def _serving(agent: Agent, instance: RosterInstance) -> frozenset[str]:
    return frozenset(q.queue_id for q in instance.queues if is_eligible(agent, q))


def _tied(
    instance: RosterInstance, rules: Sequence[Rule], queue_ids: frozenset[str]
) -> frozenset[str]:
    """Return *queue_ids* and the guaranteed queues that share people with them."""
    guaranteed, _ = _guaranteed(instance, rules)
    served = {_serving(agent, instance) & guaranteed for agent in instance.agents}
    tied = queue_ids
    while grown := frozenset().union(*(s for s in served if s & tied)) - tied:
        tied |= grown
    return tied


def _concerned(
    instance: RosterInstance, rules: Sequence[Rule], queue_ids: frozenset[str] | None
) -> frozenset[str]:
    """Return who can serve the queues; for all queues, also who counts for a floor."""
    guaranteed, people = _guaranteed(instance, rules)
    wanted = guaranteed if queue_ids is None else queue_ids
    able = (
        agent.agent_id
        for agent in instance.agents
        if _serving(agent, instance) & wanted
    )
    return frozenset(able) | (people if queue_ids is None else frozenset())


def _free(
    instance: RosterInstance, agent_ids: frozenset[str], near: frozenset[int] | None
) -> dict[str, set[date]]:
    """Return the dates on which a shift could reach one of the steps *near*."""
    longest = 24 * 60 // instance.step_minutes
    return {
        name: {
            day.date_local
            for day in instance.planned_days.get(name, ())
            if near is None
            or not near.isdisjoint(range(day.start_idx, day.end_idx + longest))
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
    """Return the demands on the stage without the rules *dropped*."""
    return [
        kept
        for constraint in _demanded(stage.instance, stage.rules, dropped)
        for kept in _on_stage(constraint, stage)
    ]


def _on_stage(constraint: Constraint, stage: Stage) -> Iterator[Constraint]:
    """Yield what is left of a demand on the stage; what others bind is dropped."""
    match constraint:
        case Guarantee() | Heads():
            yield from _cut(constraint, stage)
        case HandOver():
            if stage.queue_ids is None or constraint.queue_id in stage.queue_ids:
                steps = constraint.open_steps & stage.steps
                yield replace(constraint, open_steps=steps)
        case WeighedHeads(weights=weights):
            if stage.decides(name for name, _, _ in weights):
                yield from _in_steps(constraint, stage)
        case Together(agent_ids=names):
            yield from (constraint,) if stage.decides(names) else ()
        case PaidStepsPerWeek() if not stage.is_whole:
            yield replace(constraint, min_steps=0)
        case _:
            yield constraint


def _cut(constraint: Guarantee | Heads, stage: Stage) -> Iterator[Constraint]:
    """Yield the demand on the steps and queues of the stage."""
    if stage.queue_ids is not None:
        if isinstance(constraint, Heads) and constraint.low > 0:
            return
        if isinstance(constraint, Guarantee) and (
            constraint.queue_id not in stage.queue_ids
        ):
            return
    yield from _in_steps(constraint, stage)


def _in_steps(
    constraint: Guarantee | Heads | WeighedHeads, stage: Stage
) -> Iterator[Constraint]:
    """Yield the demand on the steps of the stage."""
    steps = stage.steps.intersection(range(constraint.start_idx, constraint.end_idx))
    for start, end, _ in runs(dict.fromkeys(steps, 0)):
        yield replace(constraint, start_idx=start, end_idx=end)


def is_cover(constraint: Constraint) -> bool:
    """Return whether *constraint* asks for people (and may be what can't hold)."""
    if isinstance(constraint, Heads):
        return constraint.low > 0
    return isinstance(constraint, Guarantee | HandOver)
