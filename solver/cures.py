"""What would make guarantees possible if it were relaxed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from time import monotonic

from ortools.sat.python import cp_model

from solver.constraints import Constraint, Guarantee
from solver.cpsat.cover import enforce_guarantees
from solver.cpsat.model import RosterModel
from solver.cpsat.run import Run
from solver.outcome import Cure
from solver.stage import Stage, is_cover, stage_constraints
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.people import BlockedTime

# What a planner can relax, in the order in which cures are looked for.
RELAXABLE = (
    "time_off",
    "availability",
    "hand_over",
    "weekly_hours",
    "max_hours_a_day",
    "min_rest",
    "max_consecutive_days",
    "weekly_rest",
    "seats",
    "locked",
)
_ABSENCE_KINDS = {
    "time_off": ("time_off", "holiday", "not_employed"),
    "availability": ("unavailable",),
}
_MAX_CURES = 5


@dataclass(slots=True)
class Cures:
    """The search for what suffices when it is relaxed."""

    stage: Stage
    _known: dict[frozenset[str], bool] = field(default_factory=dict)

    def find(self) -> tuple[Cure, ...]:
        """Return single cures, else the smallest pair found, else nothing."""
        present = {rule.name for rule in self.stage.rules}
        names = [name for name in RELAXABLE if name in present]
        if not self._suffices(frozenset(names)):
            return ()
        singles = [name for name in names if self._suffices(frozenset({name}))]
        if singles:
            return tuple(cure for name in singles for cure in self._precise(name))
        needed = self._needed(names)
        pairs = [needed] if len(needed) == 2 else combinations(needed, 2)
        pair = next((p for p in pairs if self._suffices(frozenset(p))), None)
        return () if pair is None else (Cure(relaxed=tuple(pair)),)

    def _needed(self, names: Sequence[str]) -> list[str]:
        """Return rules that suffice together, none of them to spare."""
        needed = list(names)
        for name in reversed(names):
            rest = [other for other in needed if other != name]
            if self._suffices(frozenset(rest)):
                needed = rest
        return needed

    def _suffices(self, dropped: frozenset[str]) -> bool:
        """Return whether all cover can hold once the rules *dropped* are relaxed."""
        if dropped not in self._known:
            self._known[dropped] = (
                monotonic() < self.stage.deadline and self._solve(dropped).has_solution
            )
        return self._known[dropped]

    def _solve(self, dropped: frozenset[str]) -> Run:
        model = self._model(stage_constraints(self.stage, dropped))
        return self.stage.run(model, 0.35)

    def _model(self, constraints: list[Constraint]) -> RosterModel:
        model = self.stage.model(constraints)
        cover = [c for c in constraints if is_cover(c)]
        enforce_guarantees(model, [c for c in cover if isinstance(c, Guarantee)])
        for constraint in cover:
            if not isinstance(constraint, Guarantee):
                model.enforce(constraint)
        return model

    def _precise(self, rule: str) -> list[Cure]:
        """Return the single absences behind a rule that cures, or the rule."""
        if rule not in _ABSENCE_KINDS:
            return [Cure(relaxed=(rule,))]
        cures = [Cure(relaxed=found) for found in self._absences(rule)]
        return cures or [Cure(relaxed=(rule,))]

    def _absences(self, rule: str) -> Iterator[tuple[str, ...]]:
        """Yield the single absences that suffice, else the smallest pair."""
        blocks = [
            block
            for block in self.stage.instance.blocked
            if block.kind in _ABSENCE_KINDS[rule] and block.agent_id in self.stage.free
        ]
        model = self._model(stage_constraints(self.stage, frozenset({rule})))
        used = _used_absences(model, blocks)
        model.model.minimize(cp_model.LinearExpr.sum(list(used.values())))
        for _ in range(_MAX_CURES):
            result = self.stage.run(model, 0.35)
            if not result.has_solution or monotonic() > self.stage.deadline:
                return
            names = [name for name, v in used.items() if result.solver.value(v)]
            if len(names) > 2:
                return
            yield tuple(sorted(names))
            if len(names) != 1:
                return
            model.model.add(used[names[0]] == 0)


def _used_absences(
    model: RosterModel, blocks: Sequence[BlockedTime]
) -> dict[str, cp_model.IntVar]:
    """Return name of absence -> literal that a shift touches it."""
    used: dict[str, cp_model.IntVar] = {}
    options: dict[str, list[tuple[ShiftOption, cp_model.IntVar]]] = {}
    for (agent_id, _), shifts in model.literals.items():
        options.setdefault(agent_id, []).extend(shifts)
    for block in blocks:
        touching = [
            literal
            for option, literal in options.get(block.agent_id, ())
            if option.start_idx < block.end_idx and block.start_idx < option.end_idx
        ]
        name = f"{block.label} of {block.agent_id}"
        if touching and name not in used:
            used[name] = model.model.new_bool_var(name)
        for literal in touching:
            model.model.add_implication(literal, used[name])
    return used
