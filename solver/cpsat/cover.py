"""People in each step: heads, guarantees, hand-overs."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from solver.constraints import Guarantee, HandOver, Heads, WeighedHeads
from wfm.domain.matching import relevant_subsets

if TYPE_CHECKING:
    from solver.cpsat.model import RosterModel


def enforce_heads(model: "RosterModel", demand: Heads) -> None:
    """Demand between ``low`` and ``high`` of some people in each step of a range."""
    ids, counting = demand.agent_ids, demand.counting
    for t in range(demand.start_idx, demand.end_idx):
        if model.is_whole or model.presence.may_touch(ids, t):
            given = model.presence.given(ids, t, counting)
            found = model.presence.variables(ids, t, counting)
            enforce_count(model, found, demand.low - given, demand.high - given)


def enforce_count(
    model: "RosterModel", found: list[cp_model.IntVar], low: int, high: int
) -> None:
    """Demand that between *low* and *high* of the literals hold."""
    if low > len(found) or high < 0:
        model.refuse()
    elif low > 0 or high < len(found):
        count = cp_model.LinearExpr.sum(found)
        model.model.add_linear_constraint(count, max(low, 0), min(high, len(found)))


def enforce_weighed_heads(model: "RosterModel", demand: WeighedHeads) -> None:
    """Keep a weighed sum of people between ``low`` and ``high`` in each step."""
    ids = frozenset(name for name, _, _ in demand.weights)
    parts = _alike(demand)
    for t in range(demand.start_idx, demand.end_idx):
        if not model.is_whole and not model.presence.may_touch(ids, t):
            continue
        given, literals, weights = 0, [], []
        for own, counting, weight in parts:
            given += weight * model.presence.given(own, t, counting)
            found = model.presence.variables(own, t, counting)
            literals += found
            weights += [weight] * len(found)
        low, high = demand.low - given, demand.high - given
        least = sum(weight for weight in weights if weight < 0)
        most = sum(weight for weight in weights if weight > 0)
        if most < low or least > high:
            model.refuse()
        elif least < low or most > high:
            total = cp_model.LinearExpr.weighted_sum(literals, weights)
            model.model.add_linear_constraint(total, max(low, least), min(high, most))


def _alike(demand: WeighedHeads) -> list[tuple[frozenset[str], str, int]]:
    """Return who adds equally much, counted how, and how much."""
    who: dict[tuple[str, int], set[str]] = {}
    for name, on_shift, at_work in demand.weights:
        for counting, weight in (("on_shift", on_shift), ("working", at_work)):
            if weight:
                who.setdefault((counting, weight), set()).add(name)
    return [
        (frozenset(ids), counting, weight) for (counting, weight), ids in who.items()
    ]


def enforce_guarantees(model: "RosterModel", demands: Iterable[Guarantee]) -> None:
    """Demand all guarantees together, with those that were demanded before.

    Whole people can be matched to all guarantees of a step exactly when every relevant
    set of guaranteed queues has at least as many people at work who may serve one of
    its queues as the set is guaranteed (Hall).
    """
    changed: set[int] = set()
    for demand in demands:
        for t in range(demand.start_idx, demand.end_idx):
            floors = model.floors.setdefault(t, {})
            if demand.agents > floors.get(demand.queue_id, 0):
                floors[demand.queue_id] = demand.agents
                changed.add(t)
    for _, _, found, lacking in hall_rows(model, changed):
        enforce_count(model, found, lacking, len(found))


def hall_rows(
    model: "RosterModel", steps: Iterable[int]
) -> Iterator[tuple[int, frozenset[str], list[cp_model.IntVar], int]]:
    """Yield step, set of queues, free people who may serve it, how many it takes.

    The rows of ``model.floors`` at *steps*; what given people fill is taken off.
    """
    subsets: dict[frozenset[str], tuple[frozenset[str], ...]] = {}
    for t in sorted(steps):
        if not model.is_judged(t):
            continue
        floors = model.floors[t]
        queues = frozenset(floors)
        if queues not in subsets:
            subsets[queues] = hall_subsets(model, queues)
        for subset in subsets[queues]:
            due = sum(floors[queue] for queue in subset)
            lacking = due - model.presence.given_serving(subset, t)
            if lacking > 0:
                yield t, subset, model.presence.serving_variables(subset, t), lacking


def hall_subsets(
    model: "RosterModel", queues: frozenset[str]
) -> tuple[frozenset[str], ...]:
    """Return the subsets of guaranteed *queues* that need a row."""
    groups = {served & queues for served in model.presence.serves.values()}
    pins = {
        frozenset({span.queue}) & queues
        for shifts in model.fixed.values()
        for shift in shifts
        for span in shift.working_spans
        if span.queue
    }
    nobody = queues.difference(*groups, *pins)
    alone = tuple(frozenset({queue}) for queue in sorted(nobody))
    return (*relevant_subsets(groups | pins), *alone)


class _Region:
    """Presence of a region's agents, as literals that say "somebody"."""

    def __init__(self, model: "RosterModel", agent_ids: frozenset[str]) -> None:
        self._model = model
        self._ids = agent_ids
        self._known: dict[tuple[str, int], cp_model.LiteralT] = {}

    def may_touch(self, steps: Iterable[int]) -> bool:
        return any(self._model.presence.may_touch(self._ids, t) for t in steps)

    def anybody(self, t: int, counting: str) -> cp_model.LiteralT:
        """Return the literal that somebody of the region is present at *t*."""
        key = (counting, t)
        if key not in self._known:
            self._known[key] = self._somebody(t, counting)
        return self._known[key]

    def _somebody(self, t: int, counting: str) -> cp_model.LiteralT:
        model, presence = self._model.model, self._model.presence
        if presence.given(self._ids, t, counting):
            return self._model.true
        found = presence.variables(self._ids, t, counting)
        if len(found) <= 1:
            return found[0] if found else ~self._model.true
        somebody = model.new_bool_var("")
        model.add_bool_or(found).only_enforce_if(somebody)
        for literal in found:
            model.add_implication(literal, somebody)
        return somebody

    def worked_throughout(self, start: int, end: int) -> cp_model.LiteralT:
        """Return the literal that somebody was at work in each step of a range."""
        key = (f"since {end - start}", end)
        if key not in self._known:
            held = self._model.model.new_bool_var("")
            steps = [self.anybody(t, "working") for t in range(start, end)]
            self._model.model.add_bool_and(steps).only_enforce_if(held)
            self._model.model.add_bool_or([held, *(~literal for literal in steps)])
            self._known[key] = held
        return self._known[key]


def enforce_hand_over(model: "RosterModel", demand: HandOver) -> None:
    """Demand that no region leaves the open queue before another has taken over."""
    for _, clause in hand_over_clauses(model, demand):
        model.model.add_bool_or(clause)


def hand_over_clauses(
    model: "RosterModel", demand: HandOver
) -> Iterator[tuple[int, list[cp_model.LiteralT]]]:
    """Yield, for each step and region, literals of which one must hold."""
    regions = [_Region(model, agents) for _, agents in demand.regions]
    for t in sorted(demand.open_steps):
        before = range(t - demand.overlap_steps, t)
        if not model.is_whole and not any(
            region.may_touch((*before, t)) for region in regions
        ):
            continue
        for region in regions:
            takers = [
                other.worked_throughout(before.start, t)
                for other in regions
                if other is not region
            ]
            was_here = region.anybody(t - 1, "on_shift")
            is_here = region.anybody(t, "on_shift")
            yield t, [~was_here, is_here, *takers]
