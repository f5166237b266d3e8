"""A roster as CP-SAT literals: free agents are decided, all others are given."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from ortools.sat.python import cp_model

from solver.constraints import Constraint, Guarantee, Serves
from solver.cpsat.breaks import add_breaks, starts_of
from solver.cpsat.cover import enforce_guarantees
from solver.cpsat.enforce import enforce
from solver.cpsat.options import AgentDay, choices
from solver.cpsat.presence import BreakStart, Count, Literals, Presence, total
from solver.cpsat.week import Entry
from wfm.calendar.catalogue import ShiftOption, build_shift
from wfm.domain.roster import Roster, RosterInstance, Shift, is_eligible


class Values(Protocol):
    """A solver or solution callback that knows the value of a literal."""

    def boolean_value(self, literal: cp_model.LiteralT) -> bool:
        """Return the value of *literal* in the solution."""
        ...


class RosterModel:
    """The constraint vocabulary over the choices of some agents.

    Parameters
    ----------
    instance, constraints
        What is planned and what is demanded. Constraints on one free agent's week
        bind; those on others are taken to hold in *base*.
    free
        Agent id -> dates to decide; ``None`` frees everything. Locked dates are never
        decided.
    base
        The shifts of everything that is not free.
    near
        If given, only shifts that touch one of these steps are offered.

    Attributes
    ----------
    model
        The CP-SAT model; objective and further rows may be added.
    literals
        (agent id, date) -> the shifts to choose from, each with its literal; at most
        one is true.
    breaks
        (agent id, date) -> literals of break starts.
    fixed
        Agent id -> given shifts, those of the previous roster included.
    touched
        Steps at which a free agent may be on shift.
    """

    def __init__(
        self,
        instance: RosterInstance,
        constraints: Iterable[Constraint],
        free: Mapping[str, set[date]] | None = None,
        base: Roster | None = None,
        near: frozenset[int] | None = None,
    ) -> None:
        demanded = tuple(constraints)
        chosen = choices(instance, demanded, free, base, near)
        self.instance = instance
        self.model = cp_model.CpModel()
        self.is_whole = free is None
        self.free_ids = frozenset(free or ())
        self.fixed = chosen.fixed
        self.entries: dict[str, tuple[dict[date, list[Entry]], bool]] = {}
        self.worked: dict[AgentDay, cp_model.LiteralT] = {}
        self.floors: dict[int, dict[str, int]] = {}
        self.true = self.model.new_constant(1)
        self.literals: Literals = {}
        self.breaks: dict[AgentDay, list[BreakStart]] = {}
        for key, options in chosen.options.items():
            self._offer(key, options)
        self.presence = Presence(
            self.model, chosen, self.literals, self.breaks, _serves(instance, demanded)
        )
        self.touched = self.presence.touched
        if chosen.is_broken:
            self.refuse()
        for constraint in demanded:
            if not isinstance(constraint, Guarantee):
                self.enforce(constraint)
        enforce_guarantees(self, [c for c in demanded if isinstance(c, Guarantee)])

    def _offer(self, key: AgentDay, options: tuple[ShiftOption, ...]) -> None:
        shifts = [(option, self.model.new_bool_var("")) for option in options]
        self.literals[key] = shifts
        self.model.add_at_most_one(literal for _, literal in shifts)
        self.breaks[key] = add_breaks(self.model, shifts)

    def refuse(self) -> None:
        """Make the model infeasible: something given breaks a constraint."""
        self.model.add_bool_or([])

    def enforce(self, constraint: Constraint) -> None:
        """Demand one more *constraint*.

        Constraints that judge single shifts (``ForbidTime``, ``PaidStepsPerShift``,
        ``LockedShifts``) and ``Serves`` shape the choices and are read only on
        construction.
        """
        enforce(self, constraint)

    def is_judged(self, t: int) -> bool:
        """Return whether step *t* needs a row: choices can change it."""
        return self.is_whole or t in self.touched

    def working(self, agent_id: str, t: int) -> Count:
        """Return 1 where the agent is at work at *t*, as an expression or number."""
        return self.heads_working((agent_id,), t)

    def on_shift(self, agent_id: str, t: int) -> Count:
        """Return 1 where the agent is on shift at *t*, breaks included."""
        return self.heads_on_shift((agent_id,), t)

    def heads_working(self, agent_ids: Iterable[str], t: int) -> Count:
        """Return how many of *agent_ids* are at work at *t*."""
        ids = frozenset(agent_ids)
        return total(self.presence.variables(ids, t), self.presence.given(ids, t))

    def heads_on_shift(self, agent_ids: Iterable[str], t: int) -> Count:
        """Return how many of *agent_ids* are on shift at *t*, breaks included."""
        ids = frozenset(agent_ids)
        found = self.presence.variables(ids, t, "on_shift")
        return total(found, self.presence.given(ids, t, "on_shift"))

    def heads_serving(self, queue_ids: Iterable[str], t: int) -> Count:
        """Return how many people at work at *t* may serve a queue of the set.

        Given spans that are pinned to a queue count for that queue only.
        """
        ids = frozenset(queue_ids)
        found = self.presence.serving_variables(ids, t)
        return total(found, self.presence.given_serving(ids, t))

    def extract(self, solver: Values) -> Roster:
        """Return the roster that *solver* has found, given shifts included."""
        shifts: list[Shift] = []
        for name, given in self.fixed.items():
            planned = self.instance.planned_days.get(name, ())
            dates = {day.date_local for day in planned}
            carried = [s for s in self.instance.carry_over if s.agent_id == name]
            shifts += [s for s in given if s.date_local in dates and s not in carried]
        for (name, day), options in self.literals.items():
            for option, literal in options:
                if solver.boolean_value(literal):
                    taken = [
                        start
                        for start in self.breaks[name, day]
                        if solver.boolean_value(start.literal)
                    ]
                    starts = starts_of(option, taken)
                    shifts.append(build_shift(name, day, option, starts))
        return Roster(shifts=tuple(shifts))

    def hint(self, roster: Roster) -> None:
        """Suggest *roster* to the solver, presence variables made so far included."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        by_day = {(s.agent_id, s.date_local): s for s in roster.shifts}
        for key, options in self.literals.items():
            shift = by_day.get(key)
            for option, literal in options:
                self.model.add_hint(literal, _is_shape_of(option, shift))
            taken = _break_starts(shift)
            for start in self.breaks[key]:
                place = (start.position, start.length_steps, start.start_idx)
                self.model.add_hint(start.literal, place in taken)
        self._hint_presence(roster)

    def _hint_presence(self, roster: Roster) -> None:
        on: set[tuple[str, int]] = set()
        working: set[tuple[str, int]] = set()
        for shift in roster.shifts:
            if (shift.agent_id, shift.date_local) in self.literals:
                name = shift.agent_id
                on |= {(name, t) for t in range(shift.start_idx, shift.end_idx)}
                for span in shift.working_spans:
                    working |= {(name, t) for t in range(span.start_idx, span.end_idx)}
        for name, t, at_work, variable in self.presence.created():
            self.model.add_hint(variable, (name, t) in (working if at_work else on))


def _serves(
    instance: RosterInstance, constraints: tuple[Constraint, ...]
) -> dict[str, frozenset[str]]:
    """Return the queues of each agent, by its skills where no constraint says."""
    serves = {
        agent.agent_id: frozenset(
            queue.queue_id for queue in instance.queues if is_eligible(agent, queue)
        )
        for agent in instance.agents
    }
    for constraint in constraints:
        if isinstance(constraint, Serves):
            serves[constraint.agent_id] = constraint.queue_ids
    return serves


def _is_shape_of(option: ShiftOption, shift: Shift | None) -> bool:
    if shift is None or (shift.start_idx, shift.where) != (
        option.start_idx,
        option.where,
    ):
        return False
    starts = sorted((t, length) for _, length, t in _break_starts(shift))
    return (
        shift.end_idx == option.end_idx
        and len(starts) == len(option.breaks)
        and all(
            window.first_idx <= t <= window.last_idx and window.length_steps == length
            for window, (t, length) in zip(option.breaks, starts, strict=True)
        )
    )


def _break_starts(shift: Shift | None) -> set[tuple[int, int, int]]:
    """Return position, length and start of each break."""
    if shift is None:
        return set()
    working = shift.working_spans
    pauses = [span for span in shift.spans if span not in working]
    return {
        (k, span.end_idx - span.start_idx, span.start_idx)
        for k, span in enumerate(pauses)
    }
