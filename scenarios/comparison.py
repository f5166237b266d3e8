"""Scenarios side by side: cost, service, feasibility, and how assumptions differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from scenarios.assumptions import difference
from scenarios.money import Money
from scenarios.result import ScenarioResult
from scenarios.rows import frame_of
from wfm.domain.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from scenarios.risk_study import RiskStudy


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Results in order; the *reference* is what the others are set against.

    *risk* is how sure that is, where it was studied.
    """

    results: tuple[ScenarioResult, ...]
    reference: str
    risk: "RiskStudy | None" = None

    def __getitem__(self, scenario_id: str) -> ScenarioResult:
        """Return the result of one scenario.

        Raises
        ------
        UsageError
            If it was not run.
        """
        for result in self.results:
            if result.scenario_id == scenario_id:
                return result
        known = ", ".join(result.scenario_id for result in self.results)
        msg = f"no scenario {scenario_id!r}; compared: {known}"
        raise UsageError(msg)

    def saving(self, scenario_id: str) -> Money:
        """Return how much less than the reference a scenario costs."""
        return self[self.reference].cost - self[scenario_id].cost

    def cheapest(self) -> ScenarioResult | None:
        """Return the cheapest scenario that is feasible; ``None`` if none is."""
        feasible = [result for result in self.results if result.is_feasible]
        return min(feasible, key=lambda result: result.cost.amount_minor, default=None)

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per scenario, cost beside service; none is left out."""
        base = self[self.reference].cost
        return tuple(
            {
                "scenario": result.scenario_id,
                "text": result.text,
                "feasible": result.is_feasible,
                "months_below_floor": sum(not m.is_feasible for m in result.months),
                "cost": result.cost.amount,
                "currency": result.currency,
                "against_reference": (result.cost - base).amount,
                "against_reference_share": _share(result.cost, base),
                "run_cost": result.run_cost.amount,
                "cost_per_resolved_contact": result.cost_per_resolved_contact,
                "offered_contacts": result.offered_contacts,
                "service_level": result.service_level,
                "missing_hours": sum(m.missing_hours for m in result.months),
                "paid_hours": sum(m.paid_hours for m in result.months),
                "mean_heads": sum(m.heads for m in result.months) / len(result.months),
                "first_breach": next(
                    (f"{m.month} {m.breaches[0]}" for m in result.months if m.breaches),
                    "",
                ),
            }
            for result in self.results
        )

    def assumption_rows(self) -> tuple[dict[str, object], ...]:
        """Return every assumption of every scenario, with owner, date and source."""
        return tuple(
            {"scenario": result.scenario_id, **item.to_row()}
            for result in self.results
            for item in result.assumptions
        )

    def difference(self) -> tuple[dict[str, object], ...]:
        """Return one row per value on which the scenarios are not all alike."""
        return difference({r.scenario_id: r.assumptions for r in self.results})

    def month_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per scenario and month."""
        return tuple(row for result in self.results for row in result.to_rows())

    def to_frame(self) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows())

    def months_frame(self) -> "pd.DataFrame":
        """Return :meth:`month_rows` as a table."""
        return frame_of(self.month_rows())

    def plot(self) -> "Figure":
        """Return a figure of cost by lane, beside the service level and its floor."""
        from scenarios.comparison_plot import comparison_plot

        return comparison_plot(self)


def _share(cost: Money, base: Money) -> Decimal | None:
    """Return how much dearer, as a fraction to four places."""
    if not base.amount_minor:
        return None
    ratio = Decimal(cost.amount_minor) / Decimal(base.amount_minor) - 1
    return ratio.quantize(Decimal("0.0001"))


def compare(
    results: Sequence[ScenarioResult],
    reference: str | None = None,
    *,
    risk: "RiskStudy | None" = None,
) -> Comparison:
    """Return *results* side by side.

    Parameters
    ----------
    results
        At least one, all over the same months and in one currency.
    reference
        The scenario that others are set against; the first by default.
    risk
        What :func:`scenarios.chain_risk.study_risk` found of them.

    Raises
    ------
    UsageError
        If there is nothing to compare, or months or currencies differ.
    """
    listed = tuple(results)
    if not listed:
        msg = "there is no scenario to compare"
        raise UsageError(msg)
    shapes = {(r.currency, tuple(m.month for m in r.months)) for r in listed}
    if len(shapes) > 1:
        msg = "scenarios of different months or currencies can't be compared"
        raise UsageError(msg)
    first = reference or listed[0].scenario_id
    found = Comparison(results=listed, reference=first, risk=risk)
    _ = found[found.reference]
    return found
