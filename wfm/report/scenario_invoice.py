"""Invoices as formulas: a contract's clauses in the order in which they apply."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scenarios.clauses import KpiClause
from scenarios.contract import Contract, Minimum
from wfm.report.scenario_activity import Cells
from wfm.report.scenario_ledger import Desk
from wfm.report.scenario_numbers import (
    Num,
    Truth,
    added,
    at_least,
    either,
    equal,
    largest,
    num,
    smallest,
)
from wfm.report.scenario_prices import write_charges
from wfm.report.scenario_rates import Rates


@dataclass(slots=True, kw_only=True)
class InvoiceWriter:
    """Writes a contract's invoices, one month after the other.

    Minima that are settled over longer than a month look back at what the months
    before were charged.
    """

    contract: Contract
    rates: Rates
    _charged: list[Num] = field(default_factory=list)
    _asked: list[Num] = field(default_factory=list)

    @property
    def at(self) -> str:
        """The path of the contract's terms."""
        return self.contract.contract_id

    def write(self, done: Cells, desk: Desk) -> None:
        """Write the lines of one month."""
        number = desk.month - self.contract.start
        desk.prefix = "charge."
        charges: list[Num] = []
        if self._is_running(desk):
            charges = self._charges(done, desk)
        desk.prefix = ""
        lines = list(charges)
        if self._is_running(desk):
            lines += self._minimum(charges, done, desk, number)
            lines += self._exchange(lines, desk)
            lines += self._ramp(lines, desk, number)
            lines += self._results(lines, done, desk)
        lines += self._fees(desk, number)
        self._taxes(lines, desk)

    def _is_running(self, desk: Desk) -> bool:
        last = self.contract.last_month
        started = desk.month >= self.contract.start
        return started and (last is None or desk.month <= last)

    def _charges(self, done: Cells, desk: Desk) -> list[Num]:
        price = self.contract.price
        return write_charges(price, f"{self.at}.price", done, desk, self.rates)

    def _minimum(
        self, charges: Sequence[Num], done: Cells, desk: Desk, number: int
    ) -> list[Num]:
        minimum = self.contract.minimum
        if minimum is None:
            return []
        billed = desk.amount_aside("minimum.charges", "Charged", added(charges))
        asked = num(0)
        if number >= minimum.first_month:
            least = self._least(minimum, billed, done, desk)
            asked = desk.amount_aside("minimum.least", "To be charged at least", least)
        self._charged.append(billed)
        self._asked.append(asked)
        count = number % minimum.period_months + 1
        ends_period = count == minimum.period_months
        if not (ends_period or desk.month == self.contract.last_month):
            return []
        missing = added(self._asked[-count:]) - added(self._charged[-count:])
        text = f"Top-up to the minimum of the {minimum.settled}"
        return [desk.amount("minimum", text, largest(0, missing))]

    def _least(self, minimum: Minimum, billed: Num, done: Cells, desk: Desk) -> Num:
        if minimum.amount is not None:
            amount = desk.names.ask(
                f"{self.at}.minimum.amount", minimum.amount, f"{desk.currency} a month"
            )
            return desk.price(amount)
        measure = self.contract.minimum_measure or "contacts"
        quantity = desk.noted(
            "minimum.quantity",
            "Minimum quantity",
            self._least_quantity(minimum, measure, done),
            measure,
        )
        with desk.aside():
            least = added(self._charges(done.replaced(measure, quantity), desk))
        # All-units prices may make the minimum dearer than what was bought.
        enough = at_least(done.measure(measure), quantity)
        return either(enough, smallest(least, billed), least)

    def _least_quantity(self, minimum: Minimum, measure: str, done: Cells) -> Num:
        names = self.rates.names
        if minimum.quantity is not None:
            return names.ask(f"{self.at}.minimum.quantity", minimum.quantity, measure)
        share = names.ask(
            f"{self.at}.minimum.forecast_share",
            minimum.forecast_share or 0,
            "of the forecast",
        )
        return share * done.forecast_of(measure)

    def _exchange(self, lines: Sequence[Num], desk: Desk) -> list[Num]:
        clause = self.contract.fx
        if clause is None:
            return []
        change = self.rates.fx_change(
            clause, desk.currency, f"{self.at}.fx", desk.month
        )
        moved = desk.noted("rate.fx", "Price moved by exchange rates", change, "")
        return [desk.amount("fx", "Exchange-rate clause", moved * added(lines))]

    def _ramp(self, lines: Sequence[Num], desk: Desk, number: int) -> list[Num]:
        shares = self.contract.ramp_discounts
        if number >= len(shares):
            return []
        share = desk.names.ask(
            f"{self.at}.ramp_discount.month{number + 1}", shares[number], "off"
        )
        return [desk.amount("ramp", "Ramp discount", num(0) - share * added(lines))]

    def _results(self, lines: Sequence[Num], done: Cells, desk: Desk) -> list[Num]:
        base, found, rates = added(lines), [], []
        for clause in self.contract.kpis:
            result = done.result(clause.kpi)
            if result is None:
                continue
            rate = either(done.is_idle(), 0, self._rate(clause, result))
            shown = desk.noted(f"rate.{clause.kpi}", f"Rate for {clause.kpi}", rate, "")
            rates.append(shown)
            text = f"Bonus or malus: {clause.kpi}"
            found.append(desk.amount(f"kpi.{clause.kpi}", text, shown * base))
        if not found:
            return []
        return [*found, *self._caps(added(rates), base, found, desk)]

    def _caps(
        self, rate: Num, base: Num, lines: Sequence[Num], desk: Desk
    ) -> list[Num]:
        low, high = self.contract.malus_cap, self.contract.bonus_cap
        held = rate
        if high is not None:
            most = desk.names.ask(f"{self.at}.bonus_cap", high, "of the charges")
            held = smallest(held, most)
        if low is not None:
            least = desk.names.ask(f"{self.at}.malus_cap", low, "of the charges")
            held = largest(held, num(0) - least)
        if held is rate:
            return []
        capped = desk.money(held * base) - added(lines)
        line = either(equal(held, rate), 0, capped)
        return [desk.amount("kpi_cap", "Bonus and malus held", line)]

    def _rate(self, clause: KpiClause, result: Num) -> Num:
        at = f"{self.at}.{clause.kpi}"
        points = [
            (
                self.rates.names.ask(f"{at}.value{i}", point.value, clause.kpi),
                self.rates.names.ask(f"{at}.rate{i}", point.rate, "of the charges"),
            )
            for i, point in enumerate(clause.points, start=1)
        ]
        rate = points[-1][1]
        for (low, paid), (high, next_paid) in reversed(list(pairwise(points))):
            along = paid
            if clause.shape == "linear":
                along = paid + (result - low) / (high - low) * (next_paid - paid)
            rate = either(_below(result, high), along, rate)
        return either(_below(result, points[0][0]), points[0][1], rate)

    def _fees(self, desk: Desk, number: int) -> list[Num]:
        found = []
        for fee in self.contract.transition:
            if fee.month == number:
                paid = desk.names.ask(
                    f"{self.at}.transition.{fee.name}", fee.amount, desk.currency
                )
                found.append(
                    desk.amount(
                        f"transition.{fee.name}",
                        f"Transition: {fee.name}",
                        paid,
                        kind="one_off",
                    )
                )
        return [*found, *self._exit(desk)]

    def _exit(self, desk: Desk) -> list[Num]:
        contract, last = self.contract, self.contract.last_month
        if contract.notice_given is None or last is None or desk.month != last:
            return []
        fee = desk.names.ask(f"{self.at}.exit.fee", contract.exit.fee, desk.currency)
        end, term = contract.term_end, contract.term_months
        if end is not None and term is not None:
            left = end - last
            if not left:
                return []
            fee = fee * left / term if contract.exit.fee_declines else fee
        text = f"Exit fee, notice given in {contract.notice_given}"
        return [desk.amount("exit", text, fee, kind="one_off")]

    def _taxes(self, lines: Sequence[Num], desk: Desk) -> None:
        for tax in self.contract.taxes:
            rate = desk.names.ask(f"{self.at}.tax.{tax.name}", tax.rate, "of the net")
            exact = rate * added(lines)
            if self.contract.taxes_per == "line":
                code = f"tax.{tax.name}.on"
                parts = [
                    desk.amount_aside(
                        f"{code}{i}", f"{tax.name} on a line", rate * line
                    )
                    for i, line in enumerate(lines, start=1)
                ]
                exact = added(parts)
            if tax.reverse_charge:
                exact = num(0)
            if tax.recoverable:
                desk.amount_aside(f"tax_recoverable.{tax.name}", tax.name, exact)
            else:
                desk.amount(f"tax.{tax.name}", tax.name, exact, kind="tax")


def _below(value: Num, limit: Num) -> Truth:
    return Truth(f"{value.text}<{limit.text}", value.value < limit.value)
