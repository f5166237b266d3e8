"""The whole cost model of a scenario run as formulas, before any sheet is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from scenarios.activity import MonthActivity
from scenarios.contract import Contract
from scenarios.months import Month
from scenarios.result import ScenarioResult
from wfm.report.scenario_activity import ActivitySheet
from wfm.report.scenario_inputs import ScenarioReport, by_price
from wfm.report.scenario_invoice import InvoiceWriter
from wfm.report.scenario_ledger import Desk, Ledger
from wfm.report.scenario_names import InputList
from wfm.report.scenario_prices import write_charges
from wfm.report.scenario_rates import Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSheets:
    """Named inputs, quantities and lines that refer to each other."""

    names: InputList
    activity: ActivitySheet
    ledger: Ledger


def cost_sheets(
    report: ScenarioReport, results: Sequence[ScenarioResult]
) -> CostSheets:
    """Return every line of *results* as formulas of named inputs and quantities."""
    names, ledger = InputList(), Ledger()
    activity = ActivitySheet({r.scenario_id: r.activities for r in results}, names)
    rates = Rates(names=names, context=report.book.context)
    for result in results:
        case = report.case(result.scenario_id)
        for name, done in by_price(case, result.activities).items():
            if name:
                pricing = _Pricing(
                    report=report, rates=rates, activity=activity, ledger=ledger
                )
                pricing.write(result.scenario_id, name, done)
    return CostSheets(names=names, activity=activity, ledger=ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pricing:
    report: ScenarioReport
    rates: Rates
    activity: ActivitySheet
    ledger: Ledger

    def write(self, option: str, name: str, done: Sequence[MonthActivity]) -> None:
        """Write what *done* costs at the price *name*."""
        price = self.report.book.prices[name]
        if isinstance(price, Contract):
            self._write_contract(option, price, done)
            return
        start = self.rates.context.start
        for one in done:
            cells = self.activity.cells(option, [one])
            desk = self._desk(option, one.month, one.lane_id, price.currency, start)
            write_charges(price, name, cells, desk, self.rates)

    def _write_contract(
        self, option: str, contract: Contract, done: Sequence[MonthActivity]
    ) -> None:
        """Write the contract's invoices, all lanes under it together."""
        lanes = dict.fromkeys(one.lane_id for one in done)
        lane = contract.contract_id if len(lanes) > 1 else next(iter(lanes))
        writer = InvoiceWriter(contract=contract, rates=self.rates)
        for month, together in _by_month(done).items():
            desk = self._desk(option, month, lane, contract.currency, contract.start)
            factor = self.rates.price_factor(
                contract.indices, contract.contract_id, contract.start, month
            )
            if factor is not None:
                text = "What index clauses make of a price"
                desk.factor = desk.noted("rate.index", text, factor, "")
            desk.quantity_digits = contract.quantity_digits
            desk.price_digits = contract.price_digits
            writer.write(self.activity.cells(option, together), desk)

    def _desk(
        self, option: str, month: Month, lane: str, currency: str, start: Month
    ) -> Desk:
        make = partial(Desk, ledger=self.ledger, names=self.rates.names, option=option)
        return make(
            month=month,
            lane=lane,
            currency=currency,
            report_currency=self.report.currency,
            rate=self.rates.rate(currency, self.report.currency, month),
            start=start,
        )


def _by_month(
    done: Sequence[MonthActivity],
) -> Mapping[Month, list[MonthActivity]]:
    found: dict[Month, list[MonthActivity]] = {}
    for one in sorted(done, key=lambda a: a.month):
        found.setdefault(one.month, []).append(one)
    return found
