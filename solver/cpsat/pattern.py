"""An agent's dates read by a machine: a flow through its unrolled states."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from solver.constraints import DayPattern
from solver.cpsat.week import Entry, entries, is_idle
from solver.machines import FREE, NOWHERE, Unrolled, unroll

if TYPE_CHECKING:
    from solver.cpsat.model import RosterModel

_Arcs = dict[tuple[int, int], tuple[cp_model.IntVar, int]]


def enforce_pattern(model: "RosterModel", demand: DayPattern) -> None:
    """Demand that the machine reads the agent's planned dates to the end.

    One arc per date, state and letter; the shifts of a letter are chosen as often as
    its arcs, and what flows into a state flows out of it.
    """
    agent_id = demand.agent_id
    by_date = entries(model, agent_id)
    if not by_date and not is_idle(model, agent_id, frozenset()):
        return
    planned = model.instance.planned_days.get(agent_id, ())
    dates = sorted(day.date_local for day in planned)
    shifts = {day: by_date.get(day, []) for day in dates}
    if dates:
        _Flow(model, unroll([demand], shifts), shifts).demand()


class _Flow:
    """The arcs of one machine."""

    def __init__(
        self,
        model: "RosterModel",
        unrolled: Unrolled,
        shifts: dict[date, list[Entry]],
    ) -> None:
        self.model, self.unrolled, self.shifts = model.model, unrolled, shifts

    def demand(self) -> None:
        """Add all rows."""
        incoming: dict[int, list[cp_model.LiteralT]] = {}
        for place, day in enumerate(self.unrolled.dates):
            arcs = self._arcs(place)
            self._follow_shifts(place, self.shifts[day], arcs)
            self._flow_on(place, arcs, incoming)
            incoming = {}
            for literal, to in arcs.values():
                incoming.setdefault(to, []).append(literal)

    def _arcs(self, place: int) -> _Arcs:
        begin = self.unrolled.starts[0]
        return {
            (state, column): (self.model.new_bool_var(""), to)
            for state, row in enumerate(self.unrolled.moves[place].tolist())
            for column, to in enumerate(row)
            if to != NOWHERE and (place > 0 or state == begin)
        }

    def _follow_shifts(self, place: int, shifts: Sequence[Entry], arcs: _Arcs) -> None:
        columns = range(len(self.unrolled.columns[place]))
        chosen: dict[int, list[cp_model.LiteralT]] = {column: [] for column in columns}
        for entry in shifts:
            chosen[self.unrolled.column(place, entry)].append(entry.literal)
        for column in columns:
            taken = [arc for (_, c), (arc, _) in arcs.items() if c == column]
            if column != FREE:
                self._equal(taken, chosen[column])
        every = [arc for arc, _ in arcs.values()]
        self.model.add(cp_model.LinearExpr.sum(every) == 1)

    def _flow_on(
        self, place: int, arcs: _Arcs, incoming: dict[int, list[cp_model.LiteralT]]
    ) -> None:
        for state in range(len(self.unrolled.moves[place])):
            leaving = [arc for (s, _), (arc, _) in arcs.items() if s == state]
            if place:
                self._equal(leaving, incoming.get(state, []))

    def _equal(
        self, left: Sequence[cp_model.LiteralT], right: Sequence[cp_model.LiteralT]
    ) -> None:
        if left or right:
            total = cp_model.LinearExpr.sum
            self.model.add(total(list(left)) == total(list(right)))
