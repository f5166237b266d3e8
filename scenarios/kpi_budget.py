"""Budget against actual, by month and fiscal year, split into volume and price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scenarios.fx import FxTable
from scenarios.kpi import KpiRow
from scenarios.money import Money, decimal, rounded, total
from scenarios.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """What a site or vendor may cost in a month, and the contacts it was made for."""

    month: Month
    unit: str
    cost: Money
    contacts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """Budget and actual of one unit over one or more months, in one currency.

    *volume* is the part of the difference due to more or fewer contacts at the
    budget's cost per contact, *price* the rest; ``None`` where the budget names no
    contacts. *days* are those that have results, and that the budget is for.
    """

    unit: str
    period: str
    budget: Money
    actual: Money
    volume: Money | None = None
    days: int = 0

    @property
    def difference(self) -> Money:
        """Actual less budget: below 0 is under budget."""
        return self.actual - self.budget

    @property
    def price(self) -> Money | None:
        """The part of the difference that volume does not explain."""
        return None if self.volume is None else self.difference - self.volume

    def to_row(self) -> dict[str, object]:
        """Return it as a row, amounts in major units."""
        share = None
        if self.budget.amount_minor:
            ratio = self.difference.amount_minor / self.budget.amount_minor
            share = round(ratio, 4)
        return {
            "period": self.period,
            "unit": self.unit,
            "days": self.days,
            "budget": self.budget.amount,
            "actual": self.actual.amount,
            "difference": self.difference.amount,
            "difference_share": share,
            "due_to_volume": None if self.volume is None else self.volume.amount,
            "due_to_price": None if self.price is None else self.price.amount,
            "currency": self.budget.currency,
        }


def fiscal_year(month: Month, first_month: int) -> str:
    """Return the fiscal year that *month* lies in: ``2026``, or ``2026/27``."""
    start = month.year if month.number >= first_month else month.year - 1
    return str(start) if first_month == 1 else f"{start}/{(start + 1) % 100:02d}"


def monthly_lines(
    rows: Iterable[KpiRow],
    budget: Iterable[BudgetRow],
    fx: FxTable,
    currency: str,
) -> tuple[BudgetLine, ...]:
    """Return a line for every unit and month that has both a budget and actual cost.

    Each amount is converted at its month's rate, halves to even. In a month that
    results cover in part, from their first day to their last, the budget is that part
    of it, day by day.

    Raises
    ------
    InputError
        If exchange_rates.csv lacks a rate.
    """
    listed = {(planned.unit, planned.month): planned for planned in budget}
    own: dict[tuple[str, Month], list[KpiRow]] = {key: [] for key in listed}
    for row in rows:
        if row.cost is not None:
            own.get((row.unit, Month.of(row.day)), []).append(row)
    return tuple(
        _line(listed[key], own[key], fx, currency)
        for key in sorted(listed, key=lambda key: (key[1], key[0]))
        if own[key]
    )


def _line(
    planned: BudgetRow, rows: Sequence[KpiRow], fx: FxTable, currency: str
) -> BudgetLine:
    month = planned.month
    days = (max(r.day for r in rows) - min(r.day for r in rows)).days + 1
    part = Fraction(days, month.num_days)
    whole = fx.convert(planned.cost, currency, month)
    plan = rounded(Fraction(whole.amount) * part, currency)
    contacts = None
    if planned.contacts:
        contacts = Fraction(decimal(planned.contacts)) * part
    return BudgetLine(
        unit=planned.unit,
        period=str(month),
        budget=plan,
        actual=_actual(rows, fx, currency, month),
        volume=_volume(plan, contacts, sum(row.handled or 0.0 for row in rows)),
        days=days,
    )


def _volume(plan: Money, planned: Fraction | None, done: float) -> Money | None:
    if planned is None:
        return None
    more = Fraction(decimal(done)) / planned - 1
    return rounded(Fraction(plan.amount) * more, plan.currency)


def _actual(rows: Iterable[KpiRow], fx: FxTable, currency: str, month: Month) -> Money:
    costs: dict[str, Decimal] = {}
    for row in rows:
        code = row.currency or currency
        costs[code] = costs.get(code, Decimal(0)) + decimal(row.cost or 0.0)
    amounts = [
        fx.convert(rounded(amount, code), currency, month)
        for code, amount in costs.items()
    ]
    return total(amounts, currency)


def summed(lines: Sequence[BudgetLine], period: str, unit: str) -> BudgetLine:
    """Return *lines*, at least one, as one line."""
    currency = lines[0].budget.currency
    volumes = [line.volume for line in lines if line.volume is not None]
    return BudgetLine(
        unit=unit,
        period=period,
        budget=total([line.budget for line in lines], currency),
        actual=total([line.actual for line in lines], currency),
        volume=total(volumes, currency) if len(volumes) == len(lines) else None,
        days=max(
            sum(line.days for line in lines if line.unit == name)
            for name in {line.unit for line in lines}
        ),
    )


def yearly_lines(
    lines: Sequence[BudgetLine], first_month: int
) -> tuple[BudgetLine, ...]:
    """Return *lines* of months by unit and fiscal year, and all units together.

    Only months with actual cost count, so a year under way is compared to date.
    """
    years: dict[tuple[str, str], list[BudgetLine]] = {}
    for line in lines:
        year = fiscal_year(Month.parse(line.period), first_month)
        years.setdefault((year, line.unit), []).append(line)
        years.setdefault((year, "all"), []).append(line)
    order = sorted(years, key=lambda key: (key[0], key[1] == "all", key[1]))
    return tuple(summed(years[key], key[0], key[1]) for key in order)
