"""People who are alike: the same shifts, limits, prices and bonds.

Of people alike only one is compiled and asked, whatever their number: a week that one
of them may work, everybody of the type may, at the same cost.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b

import numpy as np

from solver.constraints import (
    CatalogueShifts,
    ConsecutiveDays,
    Constraint,
    DayPattern,
    ForbidNext,
    ForbidTime,
    FreeStretch,
    Guarantee,
    HandOver,
    Heads,
    LockedShifts,
    OneShiftADay,
    PaidStepsPerShift,
    PaidStepsPerWeek,
    RestBetweenShifts,
    Serves,
    ShapedShifts,
    ShiftCount,
    ShortestRun,
    WeighedHeads,
    WorkedGroups,
)
from solver.core.compile import Compiled, compile_problem
from solver.core.coupled import hand_tables, row_tables
from solver.core.cover import group_agents, need_tables
from solver.problem import Problem
from solver.term import IdlePrice, Price, ShortPrice, StepPrice
from wfm.domain.arrays import IntArray
from wfm.domain.people import Agent
from wfm.domain.roster import RosterInstance

PRICES = (StepPrice, ShortPrice, IdlePrice)
ROWS = (Heads, WeighedHeads)
COUPLING = (*ROWS, HandOver, Guarantee)
OF_ONE = (
    OneShiftADay,
    CatalogueShifts,
    ForbidTime,
    PaidStepsPerShift,
    ShapedShifts,
    PaidStepsPerWeek,
    ShiftCount,
    ForbidNext,
    ShortestRun,
    WorkedGroups,
    DayPattern,
    RestBetweenShifts,
    ConsecutiveDays,
    FreeStretch,
    LockedShifts,
    Serves,
)
"""Records about one person; a new kind must be added here before it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A roster problem by types of people.

    Attributes
    ----------
    compiled
        The problem with one person of each type; rows on heads and hand-overs name the
        types' rows, and what the previous roster covers is everybody's.
    type_of
        ``[p]`` type of each agent of the instance, in its order.
    """

    compiled: Compiled
    type_of: IntArray

    @property
    def number(self) -> IntArray:
        """Return ``[y]`` how many people are of each type."""
        return np.bincount(self.type_of, minlength=len(self.compiled.agent_ids))


def why_not(problem: Problem) -> str:
    """Return what keeps *problem* from being read by types, empty if nothing does."""
    unread = {type(c) for c in problem.constraints} - {*COUPLING, *OF_ONE}
    priced = {type(price) for price in problem.prices} - {*PRICES}
    names = sorted(kind.__name__ for kind in unread | priced)
    return f"not read: {', '.join(names)}" if names else ""


def crowd_of(problem: Problem) -> Crowd:
    """Return *problem* by types; :func:`why_not` must have nothing against it."""
    instance = problem.instance
    keys = _keys(problem)
    rows = list(dict.fromkeys(keys))
    place = {key: y for y, key in enumerate(rows)}
    type_of = np.array([place[key] for key in keys], dtype=np.int64)
    first = np.unique(type_of, return_index=True)[1]
    agents = tuple(instance.agents[a] for a in first.tolist())
    ids = frozenset(agent.agent_id for agent in agents)
    constraints = tuple(c for c in problem.constraints if _is_about(c, ids))
    part = _part(instance, agents, first)
    prices = [_sliced(price, first) for price in problem.prices]
    compiled = compile_problem(part, constraints, prices)
    return Crowd(compiled=_of_all(problem, compiled, first), type_of=type_of)


def _is_about(item: Constraint, ids: frozenset[str]) -> bool:
    return isinstance(item, COUPLING) or _agent_of(item) in ids


def _agent_of(item: Constraint) -> str:
    """Return whom a record about one person is about."""
    agent_id: str = getattr(item, "agent_id", "")
    return agent_id


def _part(
    instance: RosterInstance, agents: tuple[Agent, ...], rows: IntArray
) -> RosterInstance:
    """Return the instance of some of its agents."""
    ids = {agent.agent_id for agent in agents}
    return replace(
        instance,
        agents=agents,
        pay=instance.pay[rows],
        night=instance.night[rows],
        planned_days={
            name: days for name, days in instance.planned_days.items() if name in ids
        },
    )


def _sliced(price: Price, rows: IntArray) -> Price:
    if isinstance(price, StepPrice):
        return replace(price, price=price.price[rows])
    return price


def _of_all(problem: Problem, compiled: Compiled, first: IntArray) -> Compiled:
    """Return *compiled* with what the previous roster of everybody covers."""
    instance, listed = problem.instance, problem.constraints
    groups = group_agents(instance, listed)
    fixed = need_tables(instance, groups, [], problem.need).fixed_heads
    rows, hands = row_tables(instance, listed), hand_tables(instance, listed)
    of_agent, members = _members(rows.of_agent, rows.members, first)
    of_hand, agent_region = _members(hands.of_agent, hands.agent_region, first)
    return replace(
        compiled,
        cover_need=compiled.cover_need._replace(fixed_heads=fixed),
        rows=rows._replace(of_agent=of_agent, members=members),
        hands=hands._replace(of_agent=of_hand, agent_region=agent_region),
    )


def _members(
    edges: IntArray, rows: IntArray, first: IntArray
) -> tuple[IntArray, IntArray]:
    """Return ranges and rows for the agents *first* alone."""
    own = [rows[edges[a] : edges[a + 1]] for a in first.tolist()]
    ends = np.cumsum([0, *(len(part) for part in own)])
    return ends.astype(np.int64), np.concatenate([*own, rows[:0]])


def _keys(problem: Problem) -> list[tuple[Hashable, ...]]:
    """Return for each agent what it has in common with those alike."""
    instance = problem.instance
    records: dict[str, list[Hashable]] = {a.agent_id: [] for a in instance.agents}
    bonds: dict[str, list[Hashable]] = {a.agent_id: [] for a in instance.agents}
    number = 0
    for item in problem.constraints:
        if isinstance(item, COUPLING):
            for name, bond in _bonds(item, number):
                if name in bonds:
                    bonds[name].append(bond)
            number += 1
        elif (agent_id := _agent_of(item)) in records:
            records[agent_id].append(_record(item))
    prices = _price_keys(problem)
    return [
        (
            agent.contract_id,
            agent.zone,
            instance.planned_days.get(agent.agent_id, ()),
            frozenset(records[agent.agent_id]),
            tuple(bonds[agent.agent_id]),
            _carried(instance, agent.agent_id),
            problem.serves.get(agent.agent_id),
            frozenset(agent.skills.items()),
            prices[a],
        )
        for a, agent in enumerate(instance.agents)
    ]


def _bonds(item: Constraint, number: int) -> Iterator[tuple[str, Hashable]]:
    """Yield whom the *number*-th record binds to others, and how."""
    if isinstance(item, Heads):
        for name in item.agent_ids:
            yield name, number
    elif isinstance(item, WeighedHeads):
        for name, *weights in item.weights:
            yield name, (number, *weights)
    elif isinstance(item, HandOver):
        for region, ids in item.regions:
            for name in ids:
                yield name, (number, region)


def _record(item: Constraint) -> Hashable:
    """Return *item* without the name of its agent."""
    if isinstance(item, DayPattern):
        alike = id(item) if item.alike is None else item.alike
        return DayPattern, alike, item.start
    if isinstance(item, LockedShifts):
        return LockedShifts, item
    if isinstance(item, ShapedShifts):
        return ShapedShifts, id(item.narrow)
    return type(item), *(
        getattr(item, f.name) for f in fields(item) if f.name != "agent_id"
    )


def _carried(instance: RosterInstance, agent_id: str) -> Hashable:
    return tuple(
        (shift.date_local, shift.spans) for shift in instance.carried_of(agent_id)
    )


def _price_keys(problem: Problem) -> Sequence[bytes]:
    """Return a digest of each agent's prices of steps."""
    found = [blake2b(digest_size=16) for _ in problem.instance.agents]
    for price in problem.prices:
        if isinstance(price, StepPrice):
            for digest, row in zip(found, price.price, strict=True):
                digest.update(row.tobytes())
    return [digest.digest() for digest in found]
