"""What would fill a gap, and at what price: every fix is carried out before it is told.

A fix is a small change of plan or rules (none, one rule once for one person, an absence
taken back, a skill taught, one person more) and the roster that it makes possible. Its
cost is the exact objective of that roster less the objective of the standing one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.problem import Problem, read_problem, score
from solver.repair import prepared, wanted_work, with_given
from solver.rule import Rule
from solver.why import AT_WORK, Person, Standing, Why, coming, cost_of
from wfm.domain.arrays import IntArray
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation

MOST_TRIED = 1
"""People tried for each reason why nobody comes."""
RELAXABLE = frozenset(
    {
        "weekly_hours",
        "max_hours_a_day",
        "min_rest",
        "max_consecutive_days",
        "weekly_rest",
        "availability",
    }
)
"""Rules that a planner may set aside once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One way to fill a gap, as carried out.

    Attributes
    ----------
    kind
        ``"change"`` (within all rules), a rule set aside once, ``"time_off"`` (an
        absence taken back), ``"skill"`` or ``"headcount"`` (one person more).
    agent_id
        Who comes; of one person more, whom the new person is like.
    cost
        Change of the objective: below 0 it pays for itself.
    filled
        Agent-steps that the gap gains.
    roster, problem
        The roster, and the plan and rules under which it is legal.
    sets_aside
        What the roster breaks of the rules as they stand.
    detail
        The skill taught or the absence taken back.
    """

    kind: str
    agent_id: str
    cost: int
    filled: float
    roster: Roster
    problem: Problem
    sets_aside: tuple[Violation, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patch:
    """A changed plan in which *agent_id* may come."""

    kind: str
    agent_id: str
    problem: Problem
    detail: str = ""
    like: str = ""


def cheapest_fixes(standing: Standing, why: Why, most: int = 5) -> tuple[Fix, ...]:
    """Return the ways to fill the gap of *why* that were found, cheapest first.

    At most one of each kind is kept; each is legal under its patch by all checkers
    and does fill the gap, partly at least.
    """
    steps = range(why.start_idx, why.end_idx)
    found = [*_changes(standing, why, steps)]
    for patch in _patches(standing, why, steps):
        fix = _carried_out(standing, patch, why.queue_id, steps)
        if fix is not None:
            found.append(fix)
    best: dict[str, Fix] = {}
    for fix in sorted(found, key=lambda fix: fix.cost):
        best.setdefault(fix.kind, fix)
    return tuple(best.values())[:most]


def _changes(standing: Standing, why: Why, steps: range) -> Iterator[Fix]:
    """Yield the cheapest changes within all rules."""
    able = [person for person in why.people if person.cost is not None]
    for person in sorted(able, key=_cost)[:MOST_TRIED]:
        found = standing.coming(person.agent_id, steps)
        if found is not None:
            fix = _judged(
                standing,
                _Patch(
                    kind="change", agent_id=person.agent_id, problem=standing.problem
                ),
                found[1],
                why.queue_id,
                steps,
            )
            if fix is not None:
                yield fix


def _cost(person: Person) -> int:
    return 0 if person.cost is None else person.cost


def _patches(standing: Standing, why: Why, steps: range) -> Iterator[_Patch]:
    """Yield plans in which somebody who is kept away could come."""
    by_reason: dict[str, list[str]] = {}
    for person in why.people:
        if person.cost is None and person.state != AT_WORK:
            for reason in person.state.split(", "):
                by_reason.setdefault(reason, []).append(person.agent_id)
    problem = standing.problem
    for reason, people in sorted(by_reason.items()):
        for agent_id in _cheapest_people(problem.instance, people, steps):
            if reason in RELAXABLE:
                yield _Patch(
                    kind=reason,
                    agent_id=agent_id,
                    problem=_without_rule(problem, reason, agent_id),
                )
            elif reason == "time_off":
                yield from _back_from_leave(problem, agent_id, steps)
    yield from _taught(standing, why, steps)
    yield from _one_more(standing, why, steps)


def _cheapest_people(
    instance: RosterInstance, people: Iterable[str], steps: range
) -> list[str]:
    row = instance.agent_index()

    def wage(agent_id: str) -> tuple[int, str]:
        return int(instance.pay[row[agent_id], steps.start]), agent_id

    return sorted(people, key=wage)[:MOST_TRIED]


def _without_rule(problem: Problem, name: str, agent_id: str) -> Problem:
    """Return *problem* with one rule set aside for one person."""
    everybody = frozenset(agent.agent_id for agent in problem.instance.agents)
    rules: list[Rule] = []
    for rule in problem.rules:
        own = getattr(rule, "agent_ids", None)
        if rule.name == name and (own is None or agent_id in own):
            rest = (everybody if own is None else own) - {agent_id}
            rule = replace(rule, agent_ids=rest)  # type: ignore[type-var]
        rules.append(rule)
    return read_problem(problem.instance, rules, problem.terms)


def _back_from_leave(problem: Problem, agent_id: str, steps: range) -> Iterator[_Patch]:
    blocks = problem.instance.blocked
    lifted = [
        block
        for block in blocks
        if block.agent_id == agent_id
        and block.kind == "time_off"
        and "sick" not in block.label
        and block.start_idx < steps.stop
        and steps.start < block.end_idx
    ]
    if lifted:
        kept = tuple(block for block in blocks if block not in lifted)
        instance = replace(problem.instance, blocked=kept)
        yield _Patch(
            kind="time_off",
            agent_id=agent_id,
            problem=read_problem(instance, problem.rules, problem.terms),
            detail=", ".join(dict.fromkeys(block.label for block in lifted)),
        )


def _taught(standing: Standing, why: Why, steps: range) -> Iterator[_Patch]:
    """Yield plans in which somebody at work then has the one skill that is missing."""
    instance = standing.problem.instance
    queue = next(q for q in instance.queues if q.queue_id == why.queue_id)
    working = {
        shift.agent_id
        for shift in standing.roster.shifts
        for span in shift.working_spans
        if span.start_idx <= steps.start and steps.stop <= span.end_idx
    }
    lacking: list[tuple[str, str]] = []
    for agent in instance.agents:
        missing = [
            need
            for need in queue.requires
            if agent.skills.get(need.skill, -1) < need.min_level
        ]
        if agent.agent_id in working and len(missing) == 1:
            lacking.append((agent.agent_id, missing[0].skill))
    levels = {need.skill: need.min_level for need in queue.requires}
    prices = standing.marginal_prices()[:, steps.start : steps.stop].mean(axis=1)
    rows = {q.queue_id: i for i, q in enumerate(instance.queues)}

    def worth(item: tuple[str, str]) -> float:
        own = standing.problem.serves.get(item[0], frozenset())
        return min((float(prices[rows[name]]) for name in own), default=0.0)

    for agent_id, skill in sorted(lacking, key=worth)[:1]:
        agents = tuple(
            replace(a, skills={**a.skills, skill: levels[skill]})
            if a.agent_id == agent_id
            else a
            for a in instance.agents
        )
        yield _Patch(
            kind="skill",
            agent_id=agent_id,
            problem=read_problem(
                replace(instance, agents=agents),
                standing.problem.rules,
                standing.problem.terms,
            ),
            detail=skill,
        )


def _one_more(standing: Standing, why: Why, steps: range) -> Iterator[_Patch]:
    """Yield plans with one person more, alike the cheapest who could be there."""
    instance = standing.problem.instance
    by_id = {agent.agent_id: agent for agent in instance.agents}
    able = [
        person.agent_id
        for person in why.people
        if "contract" not in person.state and "holiday" not in person.state
    ]
    for agent_id in _cheapest_people(instance, able, steps)[:1]:
        model = by_id[agent_id]
        yield _Patch(
            kind="headcount",
            agent_id=NEW,
            like=agent_id,
            problem=_with_one_more(standing.problem, model),
        )


NEW = "one more"


def _with_one_more(problem: Problem, model: Agent) -> Problem:
    """Return *problem* with a free person like *model*, whose rules apply."""
    instance = problem.instance
    row = instance.agent_index()[model.agent_id]
    rules = [
        replace(rule, agent_ids=own | {NEW})  # type: ignore[type-var]
        if (own := getattr(rule, "agent_ids", None)) and model.agent_id in own
        else rule
        for rule in problem.rules
    ]
    return read_problem(
        replace(
            instance,
            agents=(*instance.agents, replace(model, agent_id=NEW, name="")),
            planned_days={
                **instance.planned_days,
                NEW: instance.planned_days.get(model.agent_id, ()),
            },
            pay=np.vstack([instance.pay, instance.pay[row : row + 1]]),
            night=np.vstack([instance.night, instance.night[row : row + 1]]),
        ),
        rules,
        problem.terms,
    )


def _carried_out(
    standing: Standing, patch: _Patch, queue_id: str, steps: range
) -> Fix | None:
    """Let the person of *patch* come at *steps*, everybody else staying."""
    others = {a.agent_id for a in patch.problem.instance.agents} - {patch.agent_id}
    held = with_given(patch.problem.instance, others)
    alone = read_problem(held, patch.problem.rules, patch.problem.terms)
    search, given = prepared(alone, seed=1)
    if patch.agent_id in given:
        return None
    own = [s for s in standing.roster.shifts if s.agent_id == patch.agent_id]
    wanted = wanted_work(standing.problem.need, standing.score)
    search.resume(Roster(shifts=tuple(own)), wanted)
    row = alone.instance.agent_index()[patch.agent_id]
    found = coming(search, row, steps)
    if found is None:
        return None
    kept = [s for s in standing.roster.shifts if s.agent_id != patch.agent_id]
    roster = Roster(shifts=(*kept, *found[1].shifts))
    return _judged(standing, patch, roster, queue_id, steps)


def _judged(
    standing: Standing, patch: _Patch, roster: Roster, queue_id: str, steps: range
) -> Fix | None:
    """Return the fix if it is legal under its patch and fills the gap."""
    after = score(patch.problem, roster)
    known = {*standing.score.violations}
    if any(violation not in known for violation in after.violations):
        return None
    q = [queue.queue_id for queue in patch.problem.instance.queues].index(queue_id)
    span = slice(steps.start, steps.stop)
    before = standing.score.served.allocation.agents[:, q, span].sum()
    filled = float(after.served.allocation.agents[:, q, span].sum() - before)
    if filled <= 0:
        return None
    return Fix(
        kind=patch.kind,
        agent_id=patch.like or patch.agent_id,
        cost=cost_of(after) - cost_of(standing.score),
        filled=filled,
        roster=roster,
        problem=patch.problem,
        sets_aside=_set_aside(standing, patch, roster),
        detail=patch.detail,
    )


def _set_aside(
    standing: Standing, patch: _Patch, roster: Roster
) -> tuple[Violation, ...]:
    """Return what the rules as they stand say of a roster that sets one aside."""
    if patch.kind not in RELAXABLE:
        return ()
    return tuple(
        violation
        for rule in standing.problem.rules
        if rule.name == patch.kind
        for violation in rule.violations(standing.problem.instance, roster)
        if violation.agent_id == patch.agent_id
    )


def gaps(standing: Standing, most: int = 20) -> tuple[tuple[str, range], ...]:
    """Return the dearest gaps: queue and steps of one demand-like stretch each.

    A stretch is where a queue misses people without a break; its cost is what the
    missing units are charged with.
    """
    need = standing.problem.need
    missing = standing.score.served.live_missing
    found: list[tuple[int, str, range]] = []
    for q, queue in enumerate(standing.problem.instance.queues):
        cost = _unit_costs(need.widths[:, q], need.piece_prices, missing[q])
        edges = np.flatnonzero(np.diff(np.r_[0, cost > 0, 0]))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            total = int(cost[start:end].sum())
            found.append((total, queue.queue_id, range(start, end)))
    ordered = sorted(found, key=lambda gap: (-gap[0], gap[1], gap[2].start))
    return tuple((queue, steps) for _, queue, steps in ordered[:most])


def _unit_costs(widths: IntArray, prices: Sequence[int], missing: IntArray) -> IntArray:
    """Return ``[t]`` what the missing units of one queue cost."""
    total, left = np.zeros_like(missing), missing
    for width, price in zip(widths, prices, strict=True):
        taken = np.minimum(width, left)
        total = total + price * taken
        left = left - taken
    return total


def worst_step(standing: Standing, queue_id: str, steps: range, length: int) -> range:
    """Return the *length* steps of a gap in which most is missing, from a whole one."""
    q = [queue.queue_id for queue in standing.problem.instance.queues].index(queue_id)
    missing = standing.score.served.live_missing[q]
    starts = range(steps.start - steps.start % length, steps.stop, length)
    best = max(starts, key=lambda t: (int(missing[t : t + length].sum()), -t))
    return range(best, best + length)
