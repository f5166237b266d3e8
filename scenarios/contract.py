"""A vendor contract as data: a price model, and clauses in the order they apply."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scenarios.activity import MEASURES, MonthActivity
from scenarios.clauses import FxClause, IndexClause, KpiClause
from scenarios.cost_model import CostLine, CostModel, PricingContext
from scenarios.months import Month
from scenarios.terms import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """What is paid at least (take-or-pay): exactly one of the first three is given.

    Attributes
    ----------
    amount, quantity, forecast_share
        Of charges per month, indexed as prices are; of units of *measure*; of the
        forecast of *measure*, priced by the contract's own price model.
    measure
        The measure of the quantity; that of the price model where ``None``.
    settled
        Whether a month may make up for another one of its quarter or contract year:
        the top-up is then billed in the last month of the period.
    first_month
        Contract month, the first being 0, from which it holds (after the ramp).
    """

    amount: Decimal | None = None
    quantity: Decimal | None = None
    forecast_share: Decimal | None = None
    measure: str | None = None
    settled: Literal["month", "quarter", "year"] = "month"
    first_month: int = 0

    def __post_init__(self) -> None:
        check = Check()
        check.one_of(
            amount=self.amount,
            quantity=self.quantity,
            forecast_share=self.forecast_share,
        )
        check.not_negative(
            amount=self.amount,
            quantity=self.quantity,
            first_month=self.first_month,
        )
        check.share(forecast_share=self.forecast_share)
        if self.measure is not None:
            check.known("measure", self.measure, MEASURES)
        check.done()

    @property
    def period_months(self) -> int:
        """Months of one settlement period, counted from the contract's start."""
        return {"month": 1, "quarter": 3, "year": 12}[self.settled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The most that the vendor can do in a month."""

    measure: str
    quantity: Decimal

    def __post_init__(self) -> None:
        check = Check()
        check.known("measure", self.measure, MEASURES)
        check.not_negative(quantity=self.quantity)
        check.done()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """An amount billed once, *month* months from the contract's start (may be < 0)."""

    name: str
    amount: Decimal
    month: int = 0

    def __post_init__(self) -> None:
        check = Check()
        check.not_negative(amount=self.amount)
        check.done()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """Leaving before the term ends: *notice_months* and a *fee*.

    A declining fee is owed by the months of the term that remain after the last one.
    """

    notice_months: int = 0
    fee: Decimal = Decimal(0)
    fee_declines: bool = False

    def __post_init__(self) -> None:
        check = Check()
        check.not_negative(notice_months=self.notice_months, fee=self.fee)
        check.done()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax on the net amount.

    ``reverse_charge`` shows a line of zero: the client accounts for it. A *recoverable*
    tax is paid but costs nothing.
    """

    name: str
    rate: Decimal
    reverse_charge: bool = False
    recoverable: bool = False

    def __post_init__(self) -> None:
        check = Check()
        check.share(rate=self.rate)
        check.done()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Terms with one vendor; :func:`scenarios.invoice.invoice` prices a month by them.

    They apply in this order: *price* at indexed unit prices; *minimum*; *fx* on both;
    *ramp_discounts*, a share off all so far by contract month; *kpis* on the sum, held
    within *malus_cap* and *bonus_cap*; *transition* and *exit* fees, which no index
    moves; *taxes*.

    A contract is a cost model itself: :meth:`lines` are the lines of a month that cost,
    without recoverable taxes.

    Raises
    ------
    TermsError
        If terms contradict each other, naming each.
    """

    contract_id: str
    currency: str
    start: Month
    price: CostModel
    term_months: int | None = None
    capacity: Capacity | None = None
    minimum: Minimum | None = None
    indices: tuple[IndexClause, ...] = ()
    fx: FxClause | None = None
    ramp_discounts: tuple[Decimal, ...] = ()
    kpis: tuple[KpiClause, ...] = ()
    bonus_cap: Decimal | None = None
    malus_cap: Decimal | None = None
    transition: tuple[Fee, ...] = ()
    exit: Exit = Exit()
    notice_given: Month | None = None
    taxes: tuple[Tax, ...] = ()
    taxes_per: Literal["invoice", "line"] = "invoice"
    quantity_digits: int = 2
    price_digits: int = 4

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        check.positive(term_months=self.term_months)
        check.share(bonus_cap=self.bonus_cap, malus_cap=self.malus_cap)
        check.not_negative(
            quantity_digits=self.quantity_digits, price_digits=self.price_digits
        )
        for i, share in enumerate(self.ramp_discounts):
            if not 0 <= share <= 1:
                check.fault(("ramp_discounts", i), f"{share} is no share", "0 to 1")
        self._check_price(check)
        self._check_minimum(check)
        self._check_shares(check)
        self._check_exit(check)
        check.done()

    def _check_price(self, check: Check) -> None:
        if self.price.currency != self.currency:
            place = ("price", "currency")
            check.fault(place, f"prices are in {self.price.currency}", self.currency)
        prices = getattr(self.price, "prices", None)
        capacity = self._capacity_of(getattr(self.price, "measure", None))
        limit = None if prices is None else prices.limit
        if limit is not None and (capacity is None or limit < capacity):
            message = f"no price above {limit}"
            expected = "a last tier without an end, or one that ends at the capacity"
            check.fault(("price", "prices", "tiers"), message, expected)

    def _check_minimum(self, check: Check) -> None:
        minimum = self.minimum
        if minimum is None:
            return
        measure = self.minimum_measure
        if measure is None and minimum.amount is None:
            check.fault(("minimum", "measure"), "the price model has no measure", "one")
        capacity = self._capacity_of(measure)
        quantity = minimum.quantity
        if capacity is not None and quantity is not None and quantity > capacity:
            message = f"a minimum of {quantity} is above the capacity"
            check.fault(("minimum", "quantity"), message, f"{capacity} at most")
        prices = getattr(self.price, "prices", None)
        own = self._capacity_of(getattr(self.price, "measure", None))
        if minimum.amount is not None and prices is not None and own is not None:
            most = max(prices.cost(min(own, prices.limit or own)), Decimal(0))
            if minimum.amount > most:
                message = f"a minimum of {minimum.amount} is above the capacity's price"
                check.fault(("minimum", "amount"), message, f"{most} at most")

    def _check_shares(self, check: Check) -> None:
        indexed = sum((clause.share for clause in self.indices), Decimal(0))
        if indexed > 1:
            check.fault("indices", f"{indexed} of the price is indexed", "1 at most")
        for name, names in (
            ("kpis", [clause.kpi for clause in self.kpis]),
            ("taxes", [tax.name for tax in self.taxes]),
            (
                "transition",
                [f"{fee.name} in month {fee.month}" for fee in self.transition],
            ),
        ):
            for i, each in enumerate(names):
                if each in names[:i]:
                    check.fault((name, i), f"a second entry for {each}")
        if self.fx is not None and self.fx.cost_currency == self.currency:
            place = ("fx", "cost_currency")
            check.fault(place, "is the contract's own currency", "another currency")

    def _check_exit(self, check: Check) -> None:
        if self.exit.fee_declines and self.term_months is None:
            check.fault(("exit", "fee_declines"), "there is no term", "term_months")
        if self.notice_given is not None and self.notice_given < self.start:
            message = f"notice in {self.notice_given}, before the start"
            check.fault("notice_given", message, f"{self.start} or later")

    def _capacity_of(self, measure: str | None) -> Decimal | None:
        if self.capacity is None or self.capacity.measure != measure:
            return None
        return self.capacity.quantity

    @property
    def minimum_measure(self) -> str | None:
        """The measure that a minimum quantity counts."""
        own: str | None = getattr(self.price, "measure", None)
        return own if self.minimum is None else self.minimum.measure or own

    @property
    def term_end(self) -> Month | None:
        """The last month of the term; ``None`` without one."""
        return None if self.term_months is None else self.start + (self.term_months - 1)

    @property
    def last_month(self) -> Month | None:
        """The last month that is billed: the term's, or that of the notice."""
        if self.notice_given is None:
            return self.term_end
        last = self.notice_given + self.exit.notice_months
        return last if self.term_end is None else min(last, self.term_end)

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the lines of one month that cost; *context* gives rates and indices.

        Minima that are settled over longer than a month need
        :func:`scenarios.invoice.invoices`.
        """
        from scenarios.invoice import invoice

        return invoice(self, activity, context).cost_lines
