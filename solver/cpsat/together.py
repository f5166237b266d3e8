"""People who have like shifts."""

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from ortools.sat.python import cp_model

from solver.constraints import Together

if TYPE_CHECKING:
    from solver.cpsat.model import RosterModel

_Times: TypeAlias = tuple[int, int]


def enforce_together(model: "RosterModel", demand: Together) -> None:
    """Demand like shifts of neighbours in the list, and so of all."""
    for day in sorted(demand.dates):
        if not any((name, day) in model.literals for name in demand.agent_ids):
            if model.is_whole:
                _compare_given(model, demand, day)
            continue
        for one, two in pairwise(demand.agent_ids):
            _equal(model, demand, day, (one, two))


def _compare_given(model: "RosterModel", demand: Together, day: date) -> None:
    given = [_given(model, demand, day, name) for name in demand.agent_ids]
    if any(one != two for one, two in pairwise(given)):
        model.refuse()


def _equal(
    model: "RosterModel", demand: Together, day: date, names: tuple[str, str]
) -> None:
    """Demand as many shifts of the same times from two people."""
    both = [_open(model, demand, day, name) for name in names]
    given = [_given(model, demand, day, name) for name in names]
    for times in sorted({*both[0], *both[1], *given[0], *given[1]}):
        literals = [*both[0].get(times, ()), *both[1].get(times, ())]
        signs = [1] * len(both[0].get(times, ())) + [-1] * len(both[1].get(times, ()))
        difference = given[1][times] - given[0][times]
        if literals:
            total = cp_model.LinearExpr.weighted_sum(literals, signs)
            model.model.add_linear_constraint(total, difference, difference)
        elif difference:
            model.refuse()


def _open(
    model: "RosterModel", demand: Together, day: date, name: str
) -> dict[_Times, list[cp_model.IntVar]]:
    found: dict[_Times, list[cp_model.IntVar]] = {}
    for option, literal in model.literals.get((name, day), ()):
        times = _alike(demand, option.start_idx, option.end_idx)
        found.setdefault(times, []).append(literal)
    return found


def _given(
    model: "RosterModel", demand: Together, day: date, name: str
) -> Counter[_Times]:
    return Counter(
        _alike(demand, shift.start_idx, shift.end_idx)
        for shift in model.fixed.get(name, ())
        if shift.date_local == day
    )


def _alike(demand: Together, start_idx: int, end_idx: int) -> _Times:
    """Return what shifts that are alike share."""
    return (start_idx, end_idx) if demand.of == "shift" else (0, 0)
