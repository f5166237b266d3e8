"""What running a scenario gives: months, lines, service, and what is not feasible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios.activity import MonthActivity
from scenarios.assumptions import Assumption
from scenarios.money import Money, total
from scenarios.months import Month
from scenarios.statement import ReportedLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """The least service of a month: below it a scenario is not feasible.

    *service_level* of every live queue (``None``: the queue's own target less
    *tolerance*); *done_by_due* of deferred work; *guarantee_hours* per week that may
    lack guaranteed people.
    """

    service_level: float | None = None
    tolerance: float = 0.05
    done_by_due: float = 0.95
    guarantee_hours: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthResult:
    """One month of a scenario; hours are of the month, *cost* in the report's currency.

    *service_level* is of the live queues, weighted by contacts; *worst_queue* is the
    one furthest below its floor, or least above it. *breaches* say in words which
    floors are missed; none means feasible. *slack* is how far the nearest floor is,
    below 0 where it is missed: as a share of contacts, or of the hours that may lack a
    guarantee.
    """

    month: Month
    offered_contacts: float
    handled_contacts: float
    resolved_contacts: float
    service_level: float
    worst_queue: str
    worst_level: float
    required_hours: float
    covered_hours: float
    paid_hours: float
    heads: float
    cost: Money
    breaches: tuple[str, ...]
    slack: float = 0.0

    @property
    def is_feasible(self) -> bool:
        """Whether every floor of service is kept."""
        return not self.breaches

    @property
    def missing_hours(self) -> float:
        """Hours required that nobody covers."""
        return max(0.0, self.required_hours - self.covered_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """A scenario run over its months.

    *activities* and *lines* keep every lane, in local currencies; *currency* is the
    report's.
    """

    scenario_id: str
    text: str
    currency: str
    months: tuple[MonthResult, ...]
    activities: tuple[MonthActivity, ...]
    lines: tuple[ReportedLine, ...]
    assumptions: tuple[Assumption, ...] = ()

    @property
    def cost(self) -> Money:
        """The sum over all months and lanes, in the report's currency."""
        return total([month.cost for month in self.months], self.currency)

    @property
    def run_cost(self) -> Money:
        """The part of the cost that recurs."""
        return total(
            [x.amount for x in self.lines if x.line.kind == "run"], self.currency
        )

    @property
    def is_feasible(self) -> bool:
        """Whether every month keeps every floor of service."""
        return all(month.is_feasible for month in self.months)

    @property
    def offered_contacts(self) -> float:
        """Contacts offered to people over all months."""
        return sum(month.offered_contacts for month in self.months)

    @property
    def resolved_contacts(self) -> float:
        """Contacts resolved, by people or self-service."""
        return sum(month.resolved_contacts for month in self.months)

    @property
    def service_level(self) -> float:
        """Service level over all months, weighted by contacts."""
        return _weighted(
            [month.service_level for month in self.months],
            [month.offered_contacts for month in self.months],
        )

    @property
    def cost_per_resolved_contact(self) -> float | None:
        """In major units of the report's currency; ``None`` if nothing is resolved."""
        resolved = self.resolved_contacts
        return float(self.cost.amount) / resolved if resolved else None

    def cost_of_lanes(self) -> Mapping[str, Money]:
        """Return lane id -> cost in the report's currency."""
        lanes: dict[str, list[Money]] = {}
        for item in self.lines:
            lanes.setdefault(item.line.lane_id, []).append(item.amount)
        return {lane: total(amounts, self.currency) for lane, amounts in lanes.items()}

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per month."""
        return tuple(
            {
                "scenario": self.scenario_id,
                "month": str(month.month),
                "feasible": month.is_feasible,
                "cost": month.cost.amount,
                "currency": self.currency,
                "offered_contacts": month.offered_contacts,
                "handled_contacts": month.handled_contacts,
                "resolved_contacts": month.resolved_contacts,
                "service_level": month.service_level,
                "worst_queue": month.worst_queue,
                "worst_level": month.worst_level,
                "required_hours": month.required_hours,
                "covered_hours": month.covered_hours,
                "missing_hours": month.missing_hours,
                "paid_hours": month.paid_hours,
                "heads": month.heads,
                "breaches": "; ".join(month.breaches),
            }
            for month in self.months
        )

    def line_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per cost line: local amount, and the amount reported."""
        return tuple(
            {
                "scenario": self.scenario_id,
                "month": str(item.line.month),
                "lane": item.line.lane_id,
                "code": item.line.code,
                "text": item.line.text,
                "kind": item.line.kind,
                "quantity": item.line.quantity,
                "unit": item.line.unit,
                "unit_price": item.line.unit_price,
                "amount": item.line.amount.amount,
                "currency": item.line.amount.currency,
                "reported": item.amount.amount,
                "report_currency": item.amount.currency,
                "rate": float(item.rate),
                "rate_source": item.rate_source,
            }
            for item in self.lines
        )


def _weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    whole = sum(weights)
    if not whole:
        return 1.0
    return sum(v * w for v, w in zip(values, weights, strict=True)) / whole
