"""The scenario page's figures one by one, for notebooks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from matplotlib.figure import Figure

from scenarios.result import ScenarioResult
from scenarios.risk import RiskReport
from wfm.domain.errors import UsageError
from wfm.report.scenario_blocks import bridge
from wfm.report.scenario_break_even import BreakEvens, top_levers
from wfm.report.scenario_canvas import Canvas
from wfm.report.scenario_figures import (
    MOST_LINES,
    bridge_figure,
    contract_figure,
    mix_figure,
    priced_contracts,
    saving_figure,
)
from wfm.report.scenario_inputs import ScenarioReport
from wfm.report.scenario_risk_figures import (
    break_even_figure,
    fan_figure,
    range_figure,
    tornado_figure,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Figures of one report; *option* is set against the reference."""

    report: ScenarioReport
    option: ScenarioResult
    canvas: Canvas = field(default_factory=Canvas)

    def bridge(self) -> Figure:
        """Return where the difference to the reference comes from."""
        return bridge_figure(self.canvas, bridge(self.report.reference, self.option))

    def savings(self) -> Figure:
        """Return what each option has saved, month by month."""
        shown = self.report.options()[1 : MOST_LINES + 1]
        return saving_figure(self.canvas, self.report, shown)

    def break_even(self) -> Figure:
        """Return where options change places, lever by lever."""
        scans = top_levers(BreakEvens(report=self.report))
        return break_even_figure(self.canvas, scans, self.report.currency)

    def contracts(self) -> Figure:
        """Return what contracts charge by volume."""
        found = priced_contracts(self.report)
        return contract_figure(self.canvas, self.report, found)

    def mix(self) -> Figure:
        """Return who does the work, in the reference and in the option."""
        shown = [self.report.comparison[name] for name in self._pair()]
        return mix_figure(self.canvas, self.report, shown)

    def ranges(self) -> Figure:
        """Return the cost of every option over the futures drawn."""
        names = [option.scenario_id for option in self.report.options()]
        return range_figure(self.canvas, self._risk(), names)

    def fan(self) -> Figure:
        """Return the cost by month over the futures drawn."""
        return fan_figure(self.canvas, self._risk(), self.report.months, self._pair())

    def tornado(self) -> Figure:
        """Return what each uncertainty alone does to the difference."""
        self._risk()
        found = self.report.apart[self.option.scenario_id]
        return tornado_figure(self.canvas, found, self.report.currency)

    def _pair(self) -> list[str]:
        names = (self.report.reference.scenario_id, self.option.scenario_id)
        return list(dict.fromkeys(names))

    def _risk(self) -> RiskReport:
        if self.report.risk is None:
            msg = "no futures were drawn: run the scenarios with draws=10_000"
            raise UsageError(msg)
        return self.report.risk


PICTURES: dict[str, Callable[[Pictures], Figure]] = {
    "bridge": Pictures.bridge,
    "savings": Pictures.savings,
    "break_even": Pictures.break_even,
    "contracts": Pictures.contracts,
    "mix": Pictures.mix,
    "ranges": Pictures.ranges,
    "fan": Pictures.fan,
    "tornado": Pictures.tornado,
}
