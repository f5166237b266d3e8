"""From a problem to the tables of the stretch programme and the rows of the master."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from solver.columns.members import Members
from solver.columns.parts import Parts
from solver.columns.prices import Pricing
from solver.columns.reader import AgentReader
from solver.columns.tables import HOURS_HIGH, StretchTables
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
from solver.term import CountPrice, ShiftPrice, WeekHoursPrice
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
WIDE_PLACES, MOST_PLACES = 3_000_000, 30_000_000
"""Tables of bounds from so many numbers on are searched in parts; the largest one."""

LONG_DAYS, LONG_SIZE = 42, 300_000
"""Stretches of more dates are searched in windows, if dates times rows times agents
are more, too.
"""


class TooWideError(WfmError):
    """A problem's stretches need more states than fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStretches:
    """One agent's programme.

    Attributes
    ----------
    options, locked
        ``[c]`` date and shape of each choice; shifts that are given, by date.
    cost, first_row, row_of
        ``[c]`` own price; ``row_of[first_row[c]:first_row[c + 1]]`` are the rows of
        the master that count the choice.
    base
        Price of a stretch without shifts.
    """

    agent_id: str
    first_date: date
    parts: Parts
    tables: StretchTables
    options: tuple[tuple[date, ShiftOption], ...]
    locked: Mapping[date, Shift]
    cost: FloatArray
    first_row: IntArray
    row_of: IntArray
    base: int

    @property
    def is_loose(self) -> bool:
        """Whether the tables count nothing but groups, though more is limited."""
        has_limits = self.parts.most_hours > 0 or bool(self.parts.ranges)
        return (
            has_limits
            and self.tables.core[HOURS_HIGH] == 0
            and not len(self.tables.limits)
        )

    def shift(self, c: int) -> Shift:
        """Return the shift of a choice."""
        day, option = self.options[c]
        return self.locked.get(day) or build_shift(self.agent_id, day, option, ())

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Shifts of all choices."""
        return tuple(self.shift(c) for c in range(len(self.options)))

    def choices_of(self, shifts: Iterable[Shift]) -> IntArray:
        """Return the choices that *shifts* are, each of which must be one."""
        first = dict[date, int]()
        for c, (day, _) in enumerate(self.options):
            first.setdefault(day, c)
        found = []
        for shift in shifts:
            c = first[shift.date_local]
            while self.shift(c) != shift:
                c += 1
            found.append(c)
        return np.array(sorted(found), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """A problem as programmes of agents and rows that count shifts.

    A row wants *wanted* shifts; each one missing costs *short*, each further *over*.
    """

    agents: tuple[AgentStretches, ...]
    wanted: IntArray
    short: IntArray
    over: IntArray

    @property
    def is_wide(self) -> bool:
        """Whether some agent's table counts less than it should."""
        return any(agent.is_loose for agent in self.agents)

    @property
    def is_long(self) -> bool:
        """Whether stretches are searched in windows: all at once would take long."""
        if self.is_wide:
            return True
        dates = max((agent.parts.num_days for agent in self.agents), default=0)
        has_least = any(
            item.least > 0 for agent in self.agents for item in agent.parts.ranges
        )
        size = dates * len(self.wanted) * len(self.agents)
        return dates > LONG_DAYS and size > LONG_SIZE and not has_least

    def row_costs(self, count: IntArray) -> FloatArray:
        """Return ``[row]`` the price of so many shifts of each row."""
        more = count - self.wanted
        return np.where(more > 0, more * self.over, -more * self.short).astype(float)

    def row_cost(self, count: IntArray) -> int:
        """Return the price of so many shifts ``[row]``."""
        return int(self.row_costs(count).sum())


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
    pricing, members = Pricing(problem, counted), Members()
    return Stretches(
        agents=tuple(
            _read(problem, a, days[a], records[agent.agent_id], pricing, members)
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
    pricing: Pricing,
    members: Members,
) -> AgentStretches:
    agent_id = problem.instance.agents[a].agent_id
    carried = (s for s in problem.instance.carry_over if s.agent_id == agent_id)
    reader = AgentReader(days, records, carried, members)
    if not reader.is_local():
        msg = f"shifts of {agent_id} bind dates beyond the next"
        raise TooWideError(msg)
    parts = reader.parts()
    locked = {item.day.date_local: item.locked for item in days if item.locked}
    rows = pricing.counts(agent_id, reader.options)
    return AgentStretches(
        agent_id=agent_id,
        first_date=min(reader.dates, default=date.max),
        parts=parts,
        tables=_tables(agent_id, parts),
        options=tuple(reader.options),
        locked=locked,
        cost=pricing.costs(a, reader.options, locked),
        first_row=np.cumsum([0, *(len(own) for own in rows)], dtype=np.int64),
        row_of=np.array([n for own in rows for n in own], dtype=np.int64),
        base=pricing.free(agent_id, days),
    )


def _tables(agent_id: str, parts: Parts) -> StretchTables:
    """Return tables of all dates; if they are too many, tables that count less."""
    size = parts.moves.shape[0] * parts.moves.shape[1] * parts.num_places()
    has_least = any(item.least > 0 for item in parts.ranges)
    if size > MOST_PLACES and has_least:
        msg = f"the stretches of {agent_id} have too many states: {size}"
        raise TooWideError(msg)
    return parts.loose() if size > WIDE_PLACES and not has_least else parts.tables()
