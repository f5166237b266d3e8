"""What risk analysis gives: options side by side, what drives them, how exact it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.draws import Draws, Uncertainties
from scenarios.money import Money
from scenarios.months import Month
from scenarios.response import Response
from scenarios.result import ScenarioResult
from scenarios.risk import DifferenceRisk, OptionRisk, RiskReport
from scenarios.risk_break_even import UncertainBreakEven, uncertain_break_evens
from scenarios.rows import frame_of
from scenarios.sensitivity import SobolIndices, Tornado, sobol_indices, tornado
from scenarios.uncertain_input import UncertainInput
from wfm.domain.arrays import FloatArray

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SOBOL_LOG2_POINTS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCheck:
    """One future of one scenario by the chain itself, and by the response."""

    scenario_id: str
    future: str
    chain_minor: int
    response_minor: int
    chain_months_met: int
    response_months_met: int

    @property
    def off_fraction(self) -> float:
        """How far the response's cost is above the chain's, over the chain's."""
        return self.response_minor / self.chain_minor - 1 if self.chain_minor else 0.0

    def to_row(self) -> dict[str, Any]:
        """Return it as a row."""
        return {
            "scenario": self.scenario_id,
            "future": self.future,
            "chain_minor": self.chain_minor,
            "response_minor": self.response_minor,
            "off_fraction": self.off_fraction,
            "chain_months_met": self.chain_months_met,
            "response_months_met": self.response_months_met,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskStudy:
    """Risk of scenarios through the chain; the first one is the reference.

    Attributes
    ----------
    results
        The scenarios as they stand, nothing uncertain.
    report
        Quantiles of cost, probabilities of service, and every pair's difference on
        the same futures; amounts in minor units of its currency.
    inputs, rank_correlation
        What is uncertain.
    responses
        By scenario: cost and service as functions of what is uncertain.
    checks
        Futures also run through the chain.
    beyond
        By scenario: share of futures and months beyond the points solved, where
        straight lines go on.
    tornados, against_reference
        By scenario: what each uncertainty alone does to the cost, and to the cost less
        the reference's.
    sobol
        By scenario: shares of the variance of the cost.
    """

    results: tuple[ScenarioResult, ...]
    report: RiskReport
    months: tuple[Month, ...]
    inputs: tuple[UncertainInput, ...]
    rank_correlation: Mapping[tuple[str, str], float]
    responses: Mapping[str, Response]
    checks: tuple[ResponseCheck, ...]
    beyond: Mapping[str, float]
    annual_discount_rate: float = 0.0
    tornados: Mapping[str, Tornado] = field(default_factory=dict)
    against_reference: Mapping[str, Tornado] = field(default_factory=dict)
    sobol: Mapping[str, SobolIndices] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """The scenario that the others are set against."""
        return self.report.options[0].name

    @property
    def currency(self) -> str:
        """The report's currency."""
        return self.report.currency

    @property
    def largest_error(self) -> float:
        """The largest error of the response's cost in the futures checked."""
        return max((abs(check.off_fraction) for check in self.checks), default=0.0)

    def option(self, scenario_id: str) -> OptionRisk:
        """Return one scenario's own risk.

        Raises
        ------
        KeyError
            If it was not studied.
        """
        return {option.name: option for option in self.report.options}[scenario_id]

    def against(self, scenario_id: str) -> DifferenceRisk:
        """Return the cost of a scenario less the reference's, future by future.

        Raises
        ------
        KeyError
            If it was not studied.
        """
        return self.report.difference(scenario_id, self.reference)

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per scenario, amounts in major units of the currency."""
        return tuple(self._row(option) for option in self.report.options)

    def _row(self, option: OptionRisk) -> dict[str, object]:
        unit = float(Money(1, self.currency).amount)
        pair = self.against(option.name)
        own = ("p10", "p50", "p90", "mean", "sd", "p90_low", "p90_high")
        apart = ("mean", "low", "high", "p10", "p50", "p90")
        is_other = option.name != self.reference
        return {
            "scenario": option.name,
            "currency": self.currency,
            "draws": self.report.num_draws,
            "seed": self.report.seed,
            **{f"cost_{name}": getattr(option, name) * unit for name in own},
            "months_met_probability": option.service_probability,
            "every_month_probability": option.every_month_probability,
            **{
                f"difference_{name}": getattr(pair, name) * unit if is_other else None
                for name in apart
            },
            "cheaper_probability": pair.one_cheaper_probability if is_other else None,
            "cheaper_low": pair.probability_low if is_other else None,
            "cheaper_high": pair.probability_high if is_other else None,
        }

    def difference_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per pair of scenarios: the first less the second."""
        unit = float(Money(1, self.currency).amount)
        amounts = ("mean", "low", "high", "p10", "p50", "p90")
        return tuple(
            {
                name: value * unit if name in amounts else value
                for name, value in row.items()
            }
            | {"currency": self.currency}
            for row in self.report.difference_rows()
        )

    def driver_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per scenario and uncertainty: bars and shares of variance."""
        unit = float(Money(1, self.currency).amount)
        rows: list[dict[str, object]] = []
        for name, bars in self.tornados.items():
            apart = {bar.name: bar for bar in self.against_reference[name].bars}
            shares = {index.name: index for index in self.sobol[name].indices}
            rows += [
                {
                    "scenario": name,
                    "uncertainty": bar.name,
                    "input_p10": bar.input_p10,
                    "input_p90": bar.input_p90,
                    "cost_base": bars.base * unit,
                    "cost_at_p10": bar.at_p10 * unit,
                    "cost_at_p90": bar.at_p90 * unit,
                    "difference_at_p10": apart[bar.name].at_p10 * unit,
                    "difference_at_p90": apart[bar.name].at_p90 * unit,
                    "variance_alone": shares[bar.name].first,
                    "variance_total": shares[bar.name].total,
                }
                for bar in bars.bars
            ]
        return tuple(rows)

    def break_evens(self, scenario_id: str) -> tuple[UncertainBreakEven, ...]:
        """Return where a scenario and the reference cost the same, by uncertainty.

        Raises
        ------
        KeyError
            If the scenario was not studied.
        """
        known = Uncertainties(
            distributions={one.name: one.distribution for one in self.inputs}
        )
        cost, reference = (
            _Cost(self.responses[name], self.annual_discount_rate)
            for name in (scenario_id, self.reference)
        )
        return uncertain_break_evens(partial(cost.beyond, reference), known)

    def break_even_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per crossing; one without a value where there is none."""
        unit = float(Money(1, self.currency).amount)
        return tuple(
            {
                "scenario": option.name,
                "against": self.reference,
                "uncertainty": found.name,
                "break_even_at": value,
                "probability_below": probability,
                "difference_if_low": found.at_low * unit,
                "difference_if_high": found.at_high * unit,
                "currency": self.currency,
            }
            for option in self.report.options
            if option.name != self.reference
            for found in self.break_evens(option.name)
            for value, probability in zip(
                found.values or (None,), found.probabilities or (None,), strict=True
            )
        )

    def input_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per uncertainty, with owner, date and source."""
        return tuple(one.to_row() for one in self.inputs)

    def check_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per future checked by the chain."""
        return tuple(check.to_row() for check in self.checks)

    def to_frame(self) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows())

    def plot(self) -> "Figure":
        """Return a figure: cost by scenario, and what drives the reference's."""
        from scenarios.risk_plot import risk_plot

        return risk_plot(self)


def sensitivities(
    responses: Sequence[Response], uncertainties: Uncertainties, seed: int, rate: float
) -> dict[str, dict[str, Any]]:
    """Return tornados and Sobol's indices by scenario, as :class:`RiskStudy` has them.

    The measure is present cost in minor units.
    """
    found: dict[str, dict[str, Any]] = {
        "tornados": {},
        "against_reference": {},
        "sobol": {},
    }
    first = _Cost(responses[0], rate)
    for one in responses:
        cost = _Cost(one, rate)
        found["tornados"][one.name] = tornado(uncertainties, cost.present)
        found["against_reference"][one.name] = tornado(
            uncertainties, partial(cost.beyond, first)
        )
        found["sobol"][one.name] = sobol_indices(
            uncertainties, cost.present, log2_points=SOBOL_LOG2_POINTS, seed=seed
        )
    return found


@dataclass(frozen=True, slots=True)
class _Cost:
    """Present cost of a response, in minor units."""

    response: Response
    rate: float

    def present(self, draws: Draws) -> FloatArray:
        amounts = self.response.outcome(draws).cost_minor
        factor = (1 + self.rate) ** (-np.arange(amounts.shape[1]) / 12)
        present: FloatArray = (amounts * factor).sum(axis=1)
        return present

    def beyond(self, other: "_Cost", draws: Draws) -> FloatArray:
        return self.present(draws) - other.present(draws)
