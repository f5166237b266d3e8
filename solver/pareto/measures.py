"""What rosters of one problem are compared by, and which of them are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from solver.need import UNITS_PER_AGENT
from solver.pareto.burden import Peers
from solver.problem import Score
from wfm.domain.roster import Roster, RosterInstance, Shift

COST, SERVICE, FAIRNESS, CHANGES = "cost", "service", "fairness", "changes"
MEASURES = (COST, SERVICE, FAIRNESS, CHANGES)
NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One roster by all measures; less is better in each.

    Attributes
    ----------
    paid_cost
        Wages with premia, thousandths of a minor unit (``cost``).
    missing_hours
        Agent-hours that live queues miss and work that is late (``service``).
    unfair_shifts
        Weekend and night shifts a week that some have beyond the mean of their peers
        (``fairness``): so many would have to change hands for all to have the same.
    changed_shifts
        Dates of people on which the roster is not the published one, 0 where there is
        none (``changes``).
    """

    paid_cost: int
    missing_hours: float
    unfair_shifts: float
    changed_shifts: int

    def of(self, measure: str) -> float:
        """Return the value of *measure*, one of :data:`MEASURES`."""
        return {
            COST: float(self.paid_cost),
            SERVICE: self.missing_hours,
            FAIRNESS: self.unfair_shifts,
            CHANGES: float(self.changed_shifts),
        }[measure]


def measures_of(
    instance: RosterInstance, found: Score, peers: Peers, published: Roster | None
) -> Measures:
    """Return what *found* is worth in each measure, from the roster alone."""
    units = int(found.served.live_missing.sum()) + sum(found.served.undone)
    return Measures(
        paid_cost=found.terms["paid_cost"] + found.terms.get("overtime", 0),
        missing_hours=units * instance.grid.interval_hours / UNITS_PER_AGENT,
        unfair_shifts=peers.unfair(peers.counts_of(found.roster)),
        changed_shifts=0
        if published is None
        else len(changed_agent_days(published, found.roster)),
    )


def changed_agent_days(before: Roster, after: Roster) -> set[tuple[str, date]]:
    """Return the dates of people on which the two rosters differ."""
    old, new = _by_date(before), _by_date(after)
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def _by_date(roster: Roster) -> dict[tuple[str, date], list[Shift]]:
    found: dict[tuple[str, date], list[Shift]] = {}
    for shift in roster.shifts:
        found.setdefault((shift.agent_id, shift.date_local), []).append(shift)
    return found


def dominates(one: Measures, other: Measures, asked: Sequence[str]) -> bool:
    """Return whether *one* is as good in all that is *asked*, and better in some."""
    pairs = [(one.of(name), other.of(name)) for name in asked]
    return all(a <= b + NOTHING for a, b in pairs) and any(
        a < b - NOTHING for a, b in pairs
    )


Item = TypeVar("Item")


def nondominated(
    items: Sequence[Item], values: Sequence[Measures], asked: Sequence[str]
) -> list[Item]:
    """Return the items that no other dominates; of equal ones the first alone."""
    kept: list[int] = []
    for i, own in enumerate(values):
        if any(dominates(other, own, asked) for other in values):
            continue
        if all(_differ(values[k], own, asked) for k in kept):
            kept.append(i)
    return [items[i] for i in kept]


def _differ(one: Measures, other: Measures, asked: Sequence[str]) -> bool:
    return any(abs(one.of(name) - other.of(name)) > NOTHING for name in asked)


def scaled(values: Sequence[Measures], asked: Sequence[str]) -> list[tuple[float, ...]]:
    """Return each roster's place in the cube that all of them span: 0 best, 1 worst."""
    columns = []
    for name in asked:
        column = [value.of(name) for value in values]
        low, high = min(column), max(column)
        width = high - low
        columns.append([(x - low) / width if width > NOTHING else 0.0 for x in column])
    return list(zip(*columns, strict=True))


def most_balanced(values: Sequence[Measures], asked: Sequence[str]) -> int:
    """Return which roster lies nearest to the best of every measure at once."""
    distances = [sum(x * x for x in place) for place in scaled(values, asked)]
    return min(range(len(values)), key=distances.__getitem__)
