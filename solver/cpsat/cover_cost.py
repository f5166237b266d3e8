r"""The objective of a roster model: step prices, and the cost of what is not served.

Flows are projected out. Per step and class of queues (queues that the same people can
serve) one amount per price piece is decided, under Hall rows for the relevant subsets

.. math:: \sum_{c \in S} y_c \le \text{heads that can serve a class of } S,

which are exactly the conditions for a flow from people to queues to exist. Guaranteed
units come first and are not decided. Deferred work either follows a given profile, as
in a neighbourhood of an incumbent, or is decided piece by piece (*profile* is None),
which makes the objective exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from solver.allocation import working_heads
from solver.core.cover import (
    Classes,
    Subsets,
    classify,
    group_agents,
    live_pieces,
    relevant_subsets,
)
from solver.cpsat.change_cost import charge_changes
from solver.cpsat.hours_price import charge_hours
from solver.cpsat.model import RosterModel
from solver.cpsat.shift_prices import charge_shift_prices
from solver.need import UNITS_PER_AGENT
from solver.problem import Problem
from solver.term import ChangePrice, StepPrice, WeekHoursPrice
from wfm.domain.arrays import IntArray
from wfm.domain.roster import Roster

HARD = 1
Piece = tuple[int, int]  # reward of one unit, width


@dataclass(slots=True)
class _Step:
    """Pieces and mandatory units of every class at one step."""

    pieces: dict[int, list[Piece]] = field(default_factory=dict)
    mandatory: dict[int, int] = field(default_factory=dict)


class CoverStructure:
    """What the cost model needs of a problem, read once and shared by all models."""

    def __init__(self, problem: Problem) -> None:
        instance, need = problem.instance, problem.need
        self.problem = problem
        self.groups = group_agents(instance, problem.constraints)
        self.classes: Classes = classify(len(instance.queues), self.groups)
        self.subsets: Subsets = relevant_subsets(self.classes)
        self.class_of = self.classes.of_queue()
        self.subset_queues = tuple(
            frozenset(
                instance.queues[q].queue_id
                for c in subset
                for q in self.classes.queue_rows[c]
            )
            for subset in self.subsets.classes
        )
        self.live = live_pieces(need, need.floor, self.classes, HARD)
        self.deferred = sorted({work.queue_row for work in need.due})
        self.component_of_agent = self._components()
        self.paid, self.working = self._step_prices()

    def _components(self) -> dict[str, int]:
        """Return agent id -> component of its queues, -1 for nobody's agents."""
        row = {q.queue_id: i for i, q in enumerate(self.problem.instance.queues)}
        result = {}
        for agent in self.problem.instance.agents:
            queues = self.problem.serves.get(agent.agent_id, frozenset())
            first = min((row[q] for q in queues), default=None)
            result[agent.agent_id] = (
                -1 if first is None else self.classes.component[self.class_of[first]]
            )
        return result

    def _step_prices(self) -> tuple[IntArray, IntArray]:
        """Return running totals ``[a, t + 1]`` of the price of paid and work steps."""
        instance = self.problem.instance
        paid = np.zeros(instance.pay.shape, dtype=np.int64)
        working = np.zeros_like(paid)
        for price in self.problem.prices:
            if isinstance(price, StepPrice):
                target = paid if price.counting == "paid" else working
                target += price.price
        low, high = max(0, instance.window_start_idx), instance.window_end_idx
        working[:, low:high] += self.problem.need.idle_price * UNITS_PER_AGENT
        pad = np.zeros((len(paid), 1), dtype=np.int64)
        return (
            np.hstack([pad, np.cumsum(paid, axis=1)]),
            np.hstack([pad, np.cumsum(working, axis=1)]),
        )

    def step(self, t: int, profile: IntArray | None) -> _Step:
        """Return what the classes need at step *t*."""
        need, result = self.problem.need, _Step()
        for piece in self.live:
            width = int(piece.width[t])
            if width and piece.hard:
                before = result.mandatory.get(piece.class_row, 0)
                result.mandatory[piece.class_row] = before + width
            elif width:
                reward = piece.price + need.idle_price
                result.pieces.setdefault(piece.class_row, []).append((reward, width))
        for q in self.deferred:
            floor, c = int(need.floor[q, t]), self.class_of[q]
            beyond = int(profile[q, t]) - floor if profile is not None else 0
            if floor:
                result.mandatory[c] = result.mandatory.get(c, 0) + floor
            if beyond > 0:
                reward = need.due_price + need.idle_price
                result.pieces.setdefault(c, []).append((reward, beyond))
        return result


class CoverCost:
    """Adds the objective to a roster model.

    Parameters
    ----------
    model
        The choices.
    structure
        The problem's structure.
    profile
        ``[q, t]`` units of deferred work done per step, or ``None`` to decide it.
    """

    def __init__(
        self,
        model: RosterModel,
        structure: CoverStructure,
        profile: IntArray | None = None,
    ) -> None:
        self.model, self.structure, self.profile = model, structure, profile
        self.variables: list[cp_model.IntVar] = []
        self.prices: list[int] = []
        self._row = structure.problem.instance.agent_index()
        self._given = self._given_heads()
        self._done: dict[tuple[int, int], list[cp_model.IntVar]] = {}
        self._charge_shifts()
        for price in structure.problem.prices:
            if isinstance(price, ChangePrice):
                charge_changes(model, price, self._charge)
            elif isinstance(price, WeekHoursPrice):
                charge_hours(model, price, self._charge)
        charge_shift_prices(model, structure.problem.prices, self._charge)
        if profile is None:
            self._decide_due_work()
        self._charge_cover()
        model.model.minimize(
            cp_model.LinearExpr.weighted_sum(self.variables, self.prices)
        )

    def _charge(self, variable: cp_model.IntVar, price: int) -> None:
        if price:
            self.variables.append(variable)
            self.prices.append(price)

    def _given_heads(self) -> IntArray:
        """Return ``[s, t]`` given heads that can serve each relevant subset."""
        problem = self.structure.problem
        carried = set(problem.instance.carry_over)
        given = [s for own in self.model.fixed.values() for s in own]
        plan = Roster(shifts=tuple(s for s in given if s not in carried))
        groups = working_heads(problem.instance, plan, problem.serves)
        able = np.array(
            [
                [bool(queues & subset) for queues in groups.queues]
                for subset in self.structure.subset_queues
            ],
            dtype=np.int64,
        ).reshape(len(self.structure.subset_queues), len(groups.queues))
        return np.asarray(able @ groups.heads, dtype=np.int64)

    def _charge_shifts(self) -> None:
        paid, working = self.structure.paid, self.structure.working
        for (name, day), options in self.model.literals.items():
            a = self._row[name]
            both = paid[a] + working[a]
            for option, literal in options:
                cost = both[option.end_idx] - both[option.start_idx]
                self._charge(literal, int(cost))
            unpaid = _unpaid_places(options)
            for start in self.model.breaks[name, day]:
                end = start.start_idx + start.length_steps
                saved = working[a][end] - working[a][start.start_idx]
                self._charge(start.literal, -int(saved))
                free = unpaid.get((start.position, start.length_steps))
                if free is not None:
                    wage = int(paid[a][end] - paid[a][start.start_idx])
                    self._charge(self._both(start.literal, free), -wage)

    def _both(
        self, start: cp_model.IntVar, literals: Sequence[cp_model.IntVar] | None
    ) -> cp_model.IntVar:
        """Return a literal for *start* and one of *literals* (``()``: any shift)."""
        if not literals:
            return start
        chosen = cp_model.LinearExpr.sum(list(literals))
        both = self.model.model.new_bool_var("")
        self.model.model.add_implication(both, start)
        self.model.model.add(both <= chosen)
        return both

    def _decide_due_work(self) -> None:
        """Decide in which step each piece of deferred work is done."""
        need, model = self.structure.problem.need, self.model.model
        reward = need.due_price + need.idle_price
        for work in need.due:
            done = [model.new_int_var(0, work.units, "") for _ in work.steps]
            model.add(cp_model.LinearExpr.sum(done) <= work.units)
            for t, variable in zip(work.steps.tolist(), done, strict=True):
                self._charge(variable, -reward)
                self._done.setdefault((work.queue_row, t), []).append(variable)

    def _charge_cover(self) -> None:
        instance = self.structure.problem.instance
        for t in range(max(0, instance.window_start_idx), instance.window_end_idx):
            able = {
                self.structure.component_of_agent[name]
                for name in self.model.presence.free_agents
                if self.model.presence.may_touch((name,), t)
            }
            if self.model.is_whole:
                able = set(self.structure.classes.component)
            if able - {-1}:
                self._charge_step(t, able - {-1})

    def _charge_step(self, t: int, components: Iterable[int]) -> None:
        step = self.structure.step(t, self.profile)
        amounts: dict[int, list[cp_model.IntVar]] = {}
        wanted = set(components)
        for c, component in enumerate(self.structure.classes.component):
            if component in wanted:
                amounts[c] = self._amounts(step.pieces.get(c, ()))
                amounts[c] += self._due_amounts(c, t)
        for s, classes in enumerate(self.structure.subsets.classes):
            if self.structure.subsets.component[s] in wanted:
                self._add_row(s, classes, t, amounts, step.mandatory)

    def _amounts(self, pieces: Iterable[Piece]) -> list[cp_model.IntVar]:
        amounts = []
        for reward, width in pieces:
            amount = self.model.model.new_int_var(0, width, "")
            self._charge(amount, -reward)
            amounts.append(amount)
        return amounts

    def _due_amounts(self, c: int, t: int) -> list[cp_model.IntVar]:
        """Return the deferred units of class *c* at *t* beyond its guarantees."""
        need, result = self.structure.problem.need, []
        for q in self.structure.classes.queue_rows[c]:
            done = self._done.get((q, t), [])
            floor = int(need.floor[q, t])
            if done and not floor:
                result += done
            elif done:
                most = sum(work.units for work in need.due if work.queue_row == q)
                beyond = self.model.model.new_int_var(0, most, "")
                self.model.model.add(cp_model.LinearExpr.sum(done) - beyond <= floor)
                result.append(beyond)
        return result

    def _add_row(
        self,
        s: int,
        classes: Iterable[int],
        t: int,
        amounts: Mapping[int, list[cp_model.IntVar]],
        mandatory: Mapping[int, int],
    ) -> None:
        served = [amount for c in sorted(classes) for amount in amounts[c]]
        if not served:
            return
        queues = self.structure.subset_queues[s]
        heads = self.model.presence.serving_variables(queues, t)
        reserved = sum(mandatory.get(c, 0) for c in classes)
        room = int(self._given[s, t]) * UNITS_PER_AGENT - reserved
        self.model.model.add(
            cp_model.LinearExpr.sum(served)
            - UNITS_PER_AGENT * cp_model.LinearExpr.sum(heads)
            <= room
        )


def _unpaid_places(
    options: Sequence[tuple[object, cp_model.IntVar]],
) -> dict[tuple[int, int], tuple[cp_model.IntVar, ...]]:
    """Return place of a break -> the shifts in which it is unpaid.

    An empty tuple means all of them; places that are always paid are absent.
    """
    unpaid: dict[tuple[int, int], list[cp_model.IntVar]] = {}
    paid: set[tuple[int, int]] = set()
    for option, literal in options:
        for k, window in enumerate(getattr(option, "breaks", ())):
            place = (k, window.length_steps)
            if window.paid:
                paid.add(place)
            else:
                unpaid.setdefault(place, []).append(literal)
    return {
        place: tuple(literals) if place in paid else ()
        for place, literals in unpaid.items()
    }
