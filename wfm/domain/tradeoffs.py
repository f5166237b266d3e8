"""Several rosters of one plan beside each other, as they are kept, drawn and shown."""

from dataclasses import dataclass

MEASURE_WORDS = {
    "cost": "wages",
    "service": "agent-hours missing",
    "fairness": "weekend and night shifts beyond the peers' mean",
    "changes": "shifts changed against the published roster",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """One roster of a set by all measures.

    Attributes
    ----------
    paid_cost
        Wages with premia, thousandths of a minor unit of the plan's currency.
    service_level
        Share of contacts expected to be answered in time, or done when due.
    unfair_shifts
        Weekend and night shifts a week that would have to change hands for all peers
        (of one site and contract) to have the same.
    changed_shifts, changed_people
        Dates of people that differ from the published roster, and how many people.
    service_weight, fairness_weight, changes_weight
        The prices at which it was found, as factors.
    weighted, bound
        Objective at these prices, and what no roster can undercut at them.
    violations
        Breaches that the checker found.
    """

    number: int
    roster_hash: str
    paid_cost: int
    paid_hours: float
    missing_hours: float
    service_level: float
    unfair_shifts: float
    changed_shifts: int
    changed_people: int
    violations: int
    service_weight: float
    fairness_weight: float
    changes_weight: float
    weighted: int
    bound: int | None = None

    def of(self, measure: str) -> float:
        """Return the value of a measure: less is better."""
        return {
            "cost": float(self.paid_cost),
            "service": self.missing_hours,
            "fairness": self.unfair_shifts,
            "changes": float(self.changed_shifts),
        }[measure]

    @property
    def gap(self) -> float | None:
        """Distance to the bound as a fraction, ``None`` where none was computed."""
        if self.bound is None:
            return None
        return max(0.0, (self.weighted - self.bound) / max(self.weighted, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOffs:
    """A set of rosters of which none is better than another in all that was asked.

    *balanced* is the number of the one nearest to the best of every measure at once;
    *published* names the roster that changes are counted from, blank where there is
    none.
    """

    asked: tuple[str, ...]
    currency: str
    rows: tuple[TradeOff, ...]
    balanced: int
    published: str = ""

    def number_of(self, roster_hash: str) -> int | None:
        """Return which roster of the set has this hash, ``None`` if none has."""
        found = (row.number for row in self.rows if row.roster_hash == roster_hash)
        return next(found, None)
