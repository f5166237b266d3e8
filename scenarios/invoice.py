"""Invoices: a contract applied to what was done in a month, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scenarios.activity import MonthActivity, pooled
from scenarios.clauses import price_factor
from scenarios.contract import Contract, Minimum
from scenarios.cost_model import CostLine, PricingContext, sum_of
from scenarios.money import Money, decimal, rounded, total
from scenarios.months import Month
from scenarios.pricing import LineWriter
from scenarios.rows import frame_of, line_row
from scenarios.terms import Fault, TermsError

if TYPE_CHECKING:
    import pandas as pd

_RECOVERABLE = "tax_recoverable."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What one lane is billed for one month.

    *charges* is the price model's part of the net amount and *minimum_charge* what the
    minimum asked for instead, both before further clauses; ``None`` without a minimum.
    """

    contract_id: str
    lane_id: str
    month: Month
    currency: str
    lines: tuple[CostLine, ...]
    charges: Money
    minimum_charge: Money | None = None

    @property
    def net(self) -> Money:
        """The sum of all lines that are no tax."""
        return sum_of([x for x in self.lines if x.kind != "tax"], self.currency)

    @property
    def tax(self) -> Money:
        """The sum of the tax lines."""
        return sum_of([x for x in self.lines if x.kind == "tax"], self.currency)

    @property
    def gross(self) -> Money:
        """What is paid."""
        return sum_of(self.lines, self.currency)

    @property
    def cost_lines(self) -> tuple[CostLine, ...]:
        """The lines that cost: all but recoverable taxes."""
        return tuple(x for x in self.lines if not x.code.startswith(_RECOVERABLE))

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per line, amounts in major units."""
        head = {"contract": self.contract_id}
        return tuple({**head, **line_row(line)} for line in self.lines)

    def to_frame(self) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows())


def invoice(
    contract: Contract,
    activity: MonthActivity,
    context: PricingContext,
    *,
    earlier: Sequence[Invoice] = (),
) -> Invoice:
    """Return the invoice of one month.

    Parameters
    ----------
    contract
        The terms; see :class:`scenarios.contract.Contract` for their order.
    activity
        What was done, planned or actual.
    context
        Exchange rates and index values. Start, indexation and digits are the
        contract's own.
    earlier
        Invoices of the months before in the same settlement period; needed only where
        a minimum is settled by quarter or year.

    Raises
    ------
    TermsError
        If the month lies outside the contract and something was done in it, a result
        that a clause pays for is missing, a minimum exceeds the capacity, or invoices
        of the settlement period are missing.
    InputError
        If a rate or an index value is missing.
    """
    job = _Job.of(contract, activity, context)
    charges: tuple[CostLine, ...] = ()
    minimum_charge: Money | None = None
    lines: list[CostLine] = []
    if job.is_running():
        charges = job.charges()
        minimum_charge = job.minimum_charge(charges)
        lines += charges
        lines += job.top_up(charges, minimum_charge, earlier)
        for clause in (_Job.fx_lines, _Job.ramp_lines, _Job.kpi_lines):
            lines += clause(job, tuple(lines))
    lines += job.fee_lines()
    lines += job.tax_lines(tuple(lines))
    return Invoice(
        contract_id=contract.contract_id,
        lane_id=activity.lane_id,
        month=activity.month,
        currency=contract.currency,
        lines=tuple(lines),
        charges=sum_of(charges, contract.currency),
        minimum_charge=minimum_charge,
    )


def invoices(
    contract: Contract, activities: Sequence[MonthActivity], context: PricingContext
) -> tuple[Invoice, ...]:
    """Return a contract's invoices, one for each month, in order.

    What several lanes do under the contract is billed together, under the contract's
    own name: tiers and minima count all of it, and fees are owed once.

    Raises
    ------
    TermsError
        As :func:`invoice`, and if a lane's month comes twice.
    InputError
        If a rate or an index value is missing.
    """
    is_shared = len({activity.lane_id for activity in activities}) > 1
    by_month: dict[Month, list[MonthActivity]] = {}
    for activity in sorted(activities, key=lambda a: a.month):
        together = by_month.setdefault(activity.month, [])
        if any(other.lane_id == activity.lane_id for other in together):
            raise _refusal(activity, (), "the month comes twice")
        together.append(activity)
    done: list[Invoice] = []
    for together in by_month.values():
        whole = pooled(together, contract.contract_id) if is_shared else together[0]
        done.append(invoice(contract, whole, context, earlier=done))
    return tuple(done)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    contract: Contract
    activity: MonthActivity
    context: PricingContext
    write: LineWriter

    @classmethod
    def of(
        cls, contract: Contract, activity: MonthActivity, context: PricingContext
    ) -> "_Job":
        own = replace(
            context,
            start=contract.start,
            quantity_digits=contract.quantity_digits,
            price_digits=contract.price_digits,
        )
        factor = price_factor(contract.indices, activity.month, own)
        own = replace(own, price_factor=factor)
        write = LineWriter(activity=activity, context=own, currency=contract.currency)
        return cls(contract=contract, activity=activity, context=own, write=write)

    @property
    def month_number(self) -> int:
        return self.activity.month - self.contract.start

    def is_running(self) -> bool:
        last = self.contract.last_month
        runs = self.month_number >= 0 and (last is None or self.activity.month <= last)
        if not runs and not self.activity.is_idle():
            end = "" if last is None else f" to {last}"
            message = f"work outside the contract, {self.contract.start}{end}"
            raise _refusal(self.activity, (), message)
        return runs

    def charges(self) -> tuple[CostLine, ...]:
        lines = self.contract.price.lines(self.activity, self.context)
        return tuple(replace(line, code=f"charge.{line.code}") for line in lines)

    def minimum_charge(self, charges: Sequence[CostLine]) -> Money | None:
        minimum = self.contract.minimum
        if minimum is None:
            return None
        if self.month_number < minimum.first_month:
            return Money(0, self.contract.currency)
        if minimum.amount is not None:
            amount = self.context.price(minimum.amount)
            return rounded(amount, self.contract.currency)
        measure = self.contract.minimum_measure or "contacts"
        quantity = self._minimum_quantity(minimum, measure)
        changed: dict[str, Any] = {measure: float(quantity)}
        least = self._charged(replace(self.activity, **changed))
        if quantity <= decimal(self.activity.measure(measure)):
            # All-units prices may make the minimum dearer than what was bought.
            return min(least, sum_of(charges, self.contract.currency))
        return least

    def _charged(self, activity: MonthActivity) -> Money:
        lines = self.contract.price.lines(activity, self.context)
        return sum_of(lines, self.contract.currency)

    def _minimum_quantity(self, minimum: Minimum, measure: str) -> Decimal:
        if minimum.quantity is not None:
            return minimum.quantity
        share = minimum.forecast_share or Decimal(0)
        quantity = share * decimal(self.activity.forecast_of(measure))
        capacity = self.contract.capacity
        if (
            capacity is not None
            and capacity.measure == measure
            and quantity > capacity.quantity
        ):
            message = f"{share} of the forecast, {quantity}, is above the capacity"
            expected = f"{capacity.quantity} at most"
            place = ("minimum", "forecast_share")
            raise _refusal(self.activity, place, message, expected)
        return quantity

    def top_up(
        self,
        charges: Sequence[CostLine],
        least: Money | None,
        earlier: Sequence[Invoice],
    ) -> tuple[CostLine, ...]:
        minimum = self.contract.minimum
        if minimum is None or least is None or not self._settles(minimum):
            return ()
        period = self._period(minimum, earlier)
        currency = self.contract.currency
        asked = least.amount_minor + sum(
            i.minimum_charge.amount_minor for i in period if i.minimum_charge
        )
        billed = sum_of(charges, currency).amount_minor
        billed += sum(i.charges.amount_minor for i in period)
        if asked <= billed:
            return ()
        missing = Money(asked - billed, currency).exact
        text = f"Top-up to the minimum of the {minimum.settled}"
        return (self.write.amount("minimum", text, missing),)

    def _sum(self, lines: Sequence[CostLine]) -> Fraction:
        return sum_of(lines, self.contract.currency).exact

    def _settles(self, minimum: Minimum) -> bool:
        ends_period = (self.month_number + 1) % minimum.period_months == 0
        return ends_period or self.activity.month == self.contract.last_month

    def _period(
        self, minimum: Minimum, earlier: Sequence[Invoice]
    ) -> tuple[Invoice, ...]:
        count = self.month_number % minimum.period_months
        months = [self.activity.month + -back for back in range(count, 0, -1)]
        found = {i.month: i for i in earlier}
        for month in months:
            if month not in found:
                message = f"the invoice of {month} is needed to settle the minimum"
                raise _refusal(self.activity, ("minimum", "settled"), message)
        return tuple(found[month] for month in months)

    def fx_lines(self, lines: Sequence[CostLine]) -> tuple[CostLine, ...]:
        clause = self.contract.fx
        if clause is None:
            return ()
        currency, month = self.contract.currency, self.activity.month
        change = clause.change(currency, month, self.context.fx)
        if not change:
            return ()
        rate = float(self.context.fx.rate(currency, clause.cost_currency, month))
        text = (
            f"Exchange rate {rate:g} {clause.cost_currency}/{currency}, "
            f"agreed {clause.reference_rate}"
        )
        return (self.write.amount("fx", text, change * self._sum(lines)),)

    def ramp_lines(self, lines: Sequence[CostLine]) -> tuple[CostLine, ...]:
        shares = self.contract.ramp_discounts
        share = shares[self.month_number] if self.month_number < len(shares) else 0
        if not share:
            return ()
        exact = -Fraction(share) * self._sum(lines)
        return (self.write.amount("ramp", f"Ramp discount {share:%}", exact),)

    def kpi_lines(self, lines: Sequence[CostLine]) -> tuple[CostLine, ...]:
        if self.activity.is_idle():
            return ()
        base, total = self._sum(lines), Fraction(0)
        found: list[CostLine] = []
        for clause in self.contract.kpis:
            result = self.activity.kpis.get(clause.kpi)
            if result is None and clause.if_missing == "refuse":
                message = f"no result of {clause.kpi!r}, which the contract pays for"
                raise _refusal(self.activity, ("kpis", clause.kpi), message)
            if result is None:
                continue
            rate = clause.rate(Fraction(decimal(result)))
            total += rate
            if rate:
                word = "Bonus" if rate > 0 else "Malus"
                text = f"{word}: {clause.kpi} {result:g}"
                found.append(self.write.amount(f"kpi.{clause.kpi}", text, rate * base))
        return (*found, *self._kpi_cap(total, base, found))

    def _kpi_cap(
        self, rate: Fraction, base: Fraction, lines: Sequence[CostLine]
    ) -> tuple[CostLine, ...]:
        low, high = self.contract.malus_cap, self.contract.bonus_cap
        held = rate if high is None else min(rate, Fraction(high))
        held = held if low is None else max(held, -Fraction(low))
        if held == rate:
            return ()
        capped = rounded(held * base, self.contract.currency).exact
        text = f"Bonus and malus held at {float(held):.2%}"
        return (self.write.amount("kpi_cap", text, capped - self._sum(lines)),)

    def fee_lines(self) -> tuple[CostLine, ...]:
        found = [
            self.write.amount(
                f"transition.{fee.name}",
                f"Transition: {fee.name}",
                Fraction(fee.amount),
                kind="one_off",
            )
            for fee in self.contract.transition
            if fee.month == self.month_number
        ]
        fee = self._exit_fee()
        if fee:
            text = f"Exit fee, notice given in {self.contract.notice_given}"
            found.append(self.write.amount("exit", text, fee, kind="one_off"))
        return tuple(found)

    def _exit_fee(self) -> Fraction:
        contract, last = self.contract, self.contract.last_month
        if contract.notice_given is None or self.activity.month != last:
            return Fraction(0)
        fee, end = Fraction(contract.exit.fee), contract.term_end
        if end is None or contract.term_months is None:
            return fee
        left = end - last
        if left == 0:
            return Fraction(0)
        return fee * left / contract.term_months if contract.exit.fee_declines else fee

    def tax_lines(self, lines: Sequence[CostLine]) -> tuple[CostLine, ...]:
        found = []
        for tax in self.contract.taxes:
            prefix = _RECOVERABLE if tax.recoverable else "tax."
            text = f"{tax.name} {tax.rate:%}"
            exact = self._taxed(lines, Fraction(tax.rate))
            if tax.reverse_charge:
                text, exact = f"{tax.name}: reverse charge", Fraction(0)
            code = f"{prefix}{tax.name}"
            found.append(self.write.amount(code, text, exact, kind="tax"))
        return tuple(found)

    def _taxed(self, lines: Sequence[CostLine], rate: Fraction) -> Fraction:
        if self.contract.taxes_per == "invoice":
            return rate * self._sum(lines)
        parts = [
            rounded(rate * line.amount.exact, self.contract.currency) for line in lines
        ]
        return total(parts, self.contract.currency).exact


def _refusal(
    activity: MonthActivity, place: tuple[str, ...], message: str, expected: str = ""
) -> TermsError:
    where = (activity.lane_id, str(activity.month), *place)
    return TermsError((Fault(place=where, message=message, expected=expected),))
