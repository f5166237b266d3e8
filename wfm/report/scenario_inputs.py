"""What workbook, page and memo of a scenario run are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from scenarios.activity import MonthActivity
from scenarios.comparison import Comparison
from scenarios.money import Money
from scenarios.months import Month
from scenarios.pricing_months import PriceBook
from scenarios.result import ScenarioResult
from scenarios.risk import RiskReport
from scenarios.runner import Case
from scenarios.sensitivity import Tornado

Language: TypeAlias = Literal["en", "ja"]
_SAME_CONTACTS = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be decided: the *question* and the scenarios that answer it.

    Without *options*, those that offer the same contacts as the reference; the others
    ask what if. *not_included* says what the figures leave out.
    """

    question: str = ""
    options: tuple[str, ...] = ()
    not_included: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioReport:
    """One run of scenarios: results, what they were made from, and how sure they are.

    Attributes
    ----------
    cases
        The scenarios as they were run, in the order of the comparison.
    risk
        Cost on futures common to all options; ``None`` where nobody drew any.
    tornado, apart
        What each uncertainty alone does to the cost of an option, by its id, and to
        that cost less the reference's.
    risk_error
        The most by which futures so priced were off the whole chain, as a fraction.
    manifest
        The run's record without the decision.
    """

    comparison: Comparison
    cases: tuple[Case, ...]
    book: PriceBook
    created_utc: datetime
    title: str = ""
    decision: Decision = field(default_factory=Decision)
    language: Language = "en"
    risk: RiskReport | None = None
    tornado: Mapping[str, Tornado] = field(default_factory=dict)
    apart: Mapping[str, Tornado] = field(default_factory=dict)
    risk_error: float | None = None
    manifest: Mapping[str, object] = field(default_factory=dict)

    @property
    def reference(self) -> ScenarioResult:
        """The scenario that others are set against."""
        return self.comparison[self.comparison.reference]

    @property
    def months(self) -> tuple[Month, ...]:
        """The months of every scenario."""
        return tuple(month.month for month in self.reference.months)

    @property
    def currency(self) -> str:
        """The report's currency."""
        return self.reference.currency

    def options(self) -> tuple[ScenarioResult, ...]:
        """Return the scenarios between which is decided, the reference first."""
        first, results = self.reference, self.comparison.results
        wanted = self.decision.options
        others = [
            result
            for result in results
            if result is not first
            and (
                result.scenario_id in wanted
                if wanted
                else _offers_the_same(first, result)
            )
        ]
        return (first, *others)

    def questions(self) -> tuple[ScenarioResult, ...]:
        """Return the scenarios that ask what if."""
        chosen = {option.scenario_id for option in self.options()}
        return tuple(
            result
            for result in self.comparison.results
            if result.scenario_id not in chosen
        )

    def recommended(self) -> ScenarioResult | None:
        """Return the cheapest option that keeps every floor; ``None`` if none does."""
        kept = [option for option in self.options() if option.is_feasible]
        return min(kept, key=lambda option: option.cost.amount_minor, default=None)

    def leading(self, most: int) -> tuple[ScenarioResult, ...]:
        """Return at most *most* options, in order, for what has room for a few.

        The reference and the one recommended are among them, then the cheapest.
        """
        listed, best = self.options(), self.recommended()
        ranked = sorted(
            listed,
            key=lambda o: (o is not listed[0], o is not best, o.cost.amount_minor),
        )
        kept = {option.scenario_id for option in ranked[:most]}
        return tuple(option for option in listed if option.scenario_id in kept)

    def case(self, scenario_id: str) -> Case:
        """Return a scenario as it was run."""
        return next(case for case in self.cases if case.scenario_id == scenario_id)

    def saving(self, result: ScenarioResult) -> Money:
        """Return how much less than the reference a scenario costs."""
        return self.comparison.saving(result.scenario_id)


def bridged(report: ScenarioReport) -> ScenarioResult:
    """Return the option that is set against the reference where one is shown.

    The one recommended; if that is the reference, the cheapest other one.
    """
    best, options = report.recommended(), report.options()
    if best is not None and best is not report.reference:
        return best
    others = options[1:] or options
    return min(others, key=lambda option: option.cost.amount_minor)


def by_price(
    case: Case, activities: Sequence[MonthActivity]
) -> dict[str, list[MonthActivity]]:
    """Return price name -> the activities that it prices, as the chain groups them."""
    prices = {
        (lane.lane_id, month): lane.price
        for phase in case.phases
        for month in phase.months
        for lane in phase.lanes
    }
    found: dict[str, list[MonthActivity]] = {}
    for done in activities:
        found.setdefault(prices[done.lane_id, done.month], []).append(done)
    return found


def _offers_the_same(one: ScenarioResult, other: ScenarioResult) -> bool:
    apart = abs(other.offered_contacts - one.offered_contacts)
    return apart <= _SAME_CONTACTS * one.offered_contacts
