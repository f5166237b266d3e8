"""From a problem to the tables of the stretch programme and the rows of the master."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from solver.columns.reader import AgentReader
from solver.columns.tables import StretchTables
from solver.constraints import (
    CatalogueShifts,
    ConsecutiveDays,
    Constraint,
    ForbidNext,
    ForbidTime,
    LockedShifts,
    OneShiftADay,
    PaidStepsOnDates,
    PaidStepsPerShift,
    PaidStepsPerWeek,
    RestBetweenShifts,
    Serves,
    ShapedShifts,
    ShiftCount,
    ShortestRun,
    WorkedGroups,
)
from solver.core.options import AgentDay, agent_days
from solver.problem import Problem
from solver.term import (
    ChangePrice,
    CountPrice,
    ShiftPrice,
    StepPrice,
    WeekHoursPrice,
)
from wfm.calendar.catalogue import ShiftOption, build_shift
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.errors import WfmError
from wfm.domain.roster import Shift

READ = (
    OneShiftADay,
    CatalogueShifts,
    Serves,
    ForbidTime,
    PaidStepsPerShift,
    LockedShifts,
    PaidStepsPerWeek,
    PaidStepsOnDates,
    ShiftCount,
    ForbidNext,
    ShortestRun,
    WorkedGroups,
    RestBetweenShifts,
    ConsecutiveDays,
    ShapedShifts,
)
"""Records that the programme reads."""
MOST_PLACES = 30_000_000
"""Largest table of bounds, in numbers: all agents share the memory of one."""


class TooWideError(WfmError):
    """A problem's stretches need more states than fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStretches:
    """One agent's programme.

    Attributes
    ----------
    shifts
        ``[c]`` the shift of each choice.
    cost, first_row, row_of
        ``[c]`` own price; ``row_of[first_row[c]:first_row[c + 1]]`` are the rows of
        the master that count the choice.
    base
        Price of a stretch without shifts.
    """

    agent_id: str
    tables: StretchTables
    shifts: tuple[Shift, ...]
    cost: FloatArray
    first_row: IntArray
    row_of: IntArray
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """A problem as programmes of agents and rows that count shifts.

    A row wants *wanted* shifts; each one missing costs *short*, each further *over*.
    """

    agents: tuple[AgentStretches, ...]
    wanted: IntArray
    short: IntArray
    over: IntArray

    def row_cost(self, count: IntArray) -> int:
        """Return the price of so many shifts ``[row]``."""
        missing = np.maximum(self.wanted - count, 0)
        surplus = np.maximum(count - self.wanted, 0)
        return int((missing * self.short + surplus * self.over).sum())


def fits(problem: Problem) -> bool:
    """Return whether columns can express *problem*: no cover by queues, no breaks."""
    instance = problem.instance
    has_breaks = any(
        template.breaks
        for contract in instance.contracts.values()
        for template in contract.templates
    )
    return (
        not instance.queues
        and not has_breaks
        and all(isinstance(c, READ) for c in problem.constraints)
        and any(isinstance(p, CountPrice | ShiftPrice) for p in problem.prices)
        and not any(isinstance(p, WeekHoursPrice) for p in problem.prices)
    )


def stretches_of(problem: Problem) -> Stretches | None:
    """Return the programmes and rows of *problem*, ``None`` if columns can't do it."""
    if not fits(problem):
        return None
    try:
        return compile_stretches(problem)
    except TooWideError:
        return None


def compile_stretches(problem: Problem) -> Stretches:
    """Return the programmes and rows of *problem*, which must fit.

    Raises
    ------
    TooWideError
        If an agent's stretches have too many states, or shifts bind dates beyond the
        next one.
    """
    counted = [p for p in problem.prices if isinstance(p, CountPrice)]
    days: dict[int, list[AgentDay]] = defaultdict(list)
    for item in agent_days(problem.instance, problem.constraints):
        days[item.agent].append(item)
    records: dict[str, list[Constraint]] = defaultdict(list)
    for record in problem.constraints:
        records[getattr(record, "agent_id", "")].append(record)
    pricing = _Pricing(problem, counted)
    return Stretches(
        agents=tuple(
            _read(problem, a, days[a], records[agent.agent_id], pricing)
            for a, agent in enumerate(problem.instance.agents)
        ),
        wanted=np.array([p.wanted for p in counted], dtype=np.int64),
        short=np.array([p.short_price for p in counted], dtype=np.int64),
        over=np.array([p.over_price for p in counted], dtype=np.int64),
    )


def _read(
    problem: Problem,
    a: int,
    days: Sequence[AgentDay],
    records: Sequence[Constraint],
    pricing: "_Pricing",
) -> AgentStretches:
    agent_id = problem.instance.agents[a].agent_id
    carried = (s for s in problem.instance.carry_over if s.agent_id == agent_id)
    reader = AgentReader(days, records, carried)
    if not reader.is_local():
        msg = f"shifts of {agent_id} bind dates beyond the next"
        raise TooWideError(msg)
    tables = reader.tables()
    if np.prod(tables.shape) > MOST_PLACES:
        msg = f"the stretches of {agent_id} have too many states: {tables.shape}"
        raise TooWideError(msg)
    locked = {item.day.date_local: item.locked for item in days if item.locked}
    shifts = tuple(
        locked.get(c.date) or build_shift(agent_id, c.date, c.option, ())
        for c in reader.choices
    )
    rows = [pricing.counts(agent_id, c.date, c.option) for c in reader.choices]
    costs = [pricing.cost(a, s.date_local, s) for s in shifts]
    return AgentStretches(
        agent_id=agent_id,
        tables=tables,
        shifts=shifts,
        cost=np.array(costs, dtype=np.float64),
        first_row=np.cumsum([0, *(len(own) for own in rows)], dtype=np.int64),
        row_of=np.array([n for own in rows for n in own], dtype=np.int64),
        base=pricing.free(agent_id, days),
    )


class _Pricing:
    """Prices by agent and date."""

    def __init__(self, problem: Problem, counted: Sequence[CountPrice]) -> None:
        self.instance = problem.instance
        self.rows: dict[date, list[tuple[int, CountPrice]]] = defaultdict(list)
        for n, price in enumerate(counted):
            self.rows[price.date_local].append((n, price))
        self.of_shift: dict[tuple[str, date], list[ShiftPrice]] = defaultdict(list)
        self.base: dict[str, int] = defaultdict(int)
        self.steps = np.zeros(
            (problem.instance.pay.shape[0], problem.instance.pay.shape[1] + 1),
            dtype=np.int64,
        )
        self.changes = [p for p in problem.prices if isinstance(p, ChangePrice)]
        for item in problem.prices:
            if isinstance(item, ShiftPrice):
                self.of_shift[item.agent_id, item.date_local].append(item)
                self.base[item.agent_id] += item.if_not
            elif isinstance(item, StepPrice):
                self.steps[:, 1:] += np.cumsum(item.price, axis=1)

    def cost(self, a: int, day: date, shift: Shift) -> int:
        """Return what *shift* costs beyond a free date."""
        cost = int(self.steps[a, shift.end_idx] - self.steps[a, shift.start_idx])
        for price in self.of_shift.get((shift.agent_id, day), ()):
            if price.shifts.holds(shift):
                cost += price.if_worked - price.if_not
        for change in self.changes:
            cost += change.of_shift(shift) - change.of_day_off(shift.agent_id, day)
        return cost

    def free(self, agent_id: str, days: Iterable[AgentDay]) -> int:
        """Return what the planned dates of an agent cost without any shift."""
        return self.base[agent_id] + sum(
            change.of_day_off(agent_id, item.day.date_local)
            for change in self.changes
            for item in days
        )

    def counts(self, agent_id: str, day: date, option: ShiftOption) -> list[int]:
        """Return the rows that count a shift."""
        return [
            n
            for n, price in self.rows.get(day, ())
            if agent_id in price.shifts and price.shifts[agent_id].holds(option)
        ]
