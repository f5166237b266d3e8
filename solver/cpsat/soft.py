"""Cover that may fail, at the least number of missing people."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from solver.constraints import Guarantee, HandOver, Heads
from solver.cpsat.cover import hall_rows, hand_over_clauses
from solver.cpsat.model import RosterModel

Missing = dict[tuple[str, int], int]


@dataclass(slots=True)
class SoftCover:
    """Missing people by queue (or label of a floor) and step, as variables.

    Attributes
    ----------
    short
        (queue id, step) -> whole agents missing.
    breach
        (queue id, step) -> whether a region leaves without a hand-over.
    floor
        (label, step) -> people missing for a floor of a site or skill.
    """

    model: RosterModel
    short: dict[tuple[str, int], cp_model.IntVar] = field(default_factory=dict)
    breach: dict[tuple[str, int], cp_model.IntVar] = field(default_factory=dict)
    floor: dict[tuple[str, int], cp_model.IntVar] = field(default_factory=dict)

    def add_guarantees(self, demands: Iterable[Guarantee]) -> None:
        """Let guarantees fail, all together."""
        model = self.model
        for demand in demands:
            for t in range(demand.start_idx, demand.end_idx):
                floors = model.floors.setdefault(t, {})
                most = max(demand.agents, floors.get(demand.queue_id, 0))
                floors[demand.queue_id] = most
        for t, subset, found, lacking in hall_rows(model, model.floors):
            missing = [self._short(queue, t) for queue in sorted(subset)]
            model.model.add(cp_model.LinearExpr.sum([*found, *missing]) >= lacking)

    def _short(self, queue_id: str, t: int) -> cp_model.IntVar:
        key = (queue_id, t)
        if key not in self.short:
            most = self.model.floors[t][queue_id]
            self.short[key] = self.model.model.new_int_var(0, most, "")
        return self.short[key]

    def add_hand_over(self, demand: HandOver) -> None:
        """Let hand-overs fail, one by one."""
        for t, clause in hand_over_clauses(self.model, demand):
            key = (demand.queue_id, t)
            if key not in self.breach:
                self.breach[key] = self.model.model.new_bool_var("")
            self.model.model.add_bool_or([*clause, self.breach[key]])

    def add_floor(self, demand: Heads) -> None:
        """Let the lower limit of *demand* fail."""
        for t in range(demand.start_idx, demand.end_idx):
            found = self.model.presence.variables(demand.agent_ids, t)
            given = self.model.presence.given(demand.agent_ids, t)
            if given < demand.low:
                missing = self.model.model.new_int_var(0, demand.low - given, "")
                self.floor[demand.label, t] = missing
                heads = cp_model.LinearExpr.sum([*found, missing])
                self.model.model.add(heads >= demand.low - given)

    def minimise(self) -> None:
        """Ask for the least number of missing people and hand-overs."""
        parts = [*self.short.values(), *self.breach.values(), *self.floor.values()]
        self.model.model.minimize(cp_model.LinearExpr.sum(parts))

    def missing(self, solver: cp_model.CpSolver) -> tuple[Missing, Missing, Missing]:
        """Return what is missing in the solution: agents, hand-overs, floors."""
        short, breach, floor = (
            {key: int(solver.value(v)) for key, v in part.items() if solver.value(v)}
            for part in (self.short, self.breach, self.floor)
        )
        return short, breach, floor
