"""A scenario that was run, priced anew under another world: wages, rates, prices, work.

People and service stay as they were; only what they cost changes. That takes some
hundredths of a second, where the whole chain takes minutes, so break-evens can be
scanned exactly, with every tier, minimum and clause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Literal, TypeAlias

from scenarios.activity import MonthActivity
from scenarios.break_even import ScannedCrossing, scanned_crossings
from scenarios.contract import Contract
from scenarios.cost_model import CostLine, CostModel
from scenarios.cost_models.cost_plus import CostPlus
from scenarios.cost_models.in_house import InHouse
from scenarios.fx import WatchedRates
from scenarios.money import decimal
from scenarios.pricing import PriceList
from scenarios.pricing_months import PriceBook

LeverKind: TypeAlias = Literal["work", "own_wages", "vendor_prices", "exchange_rate"]
_COUNTED = (
    "contacts",
    "resolved_contacts",
    "attempts",
    "forecast_contacts",
    "handle_minutes",
    "productive_hours",
    "logged_hours",
    "paid_hours",
    "overtime_hours",
    "heads",
    "hires",
    "leavers",
    "trainees",
    "outcomes",
    "outcome_value",
)
_COUNTED_BY_NAME = ("premium_hours", "headcount_by_grade", "forecast")
_AMOUNTS = frozenset(
    {
        "base_charge",
        "arc_rate",
        "rrc_rate",
        "platform_fee",
        "fee_per_outcome",
        "fixed_fee",
    }
)
_SHARES = frozenset({"shares"})
SCAN_POINTS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedWork:
    """What lanes did that are billed together at the price called *price*."""

    price: str
    done: Sequence[MonthActivity]
    book: PriceBook

    @property
    def model(self) -> CostModel:
        """The price's terms."""
        return self.book.prices[self.price]

    def cost_minor(self) -> int:
        """Return the cost of all months in minor units of the report's currency."""
        lines = self.book.local_lines(self.price, self.done)
        return converted_minor(lines, self.book)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One thing that may turn out otherwise, as a factor from *low* to *high*.

    *currency* is that of an exchange rate against the report's.
    """

    kind: LeverKind
    currency: str = ""
    low: float = 0.7
    high: float = 1.3

    @property
    def name(self) -> str:
        """A name that no other lever of a report has."""
        return f"{self.kind}.{self.currency}" if self.currency else self.kind

    def points(self) -> tuple[float, ...]:
        """Return the factors that are tried; 1 is among them."""
        half = SCAN_POINTS // 2
        below = [self.low + (1 - self.low) * k / half for k in range(half)]
        above = [1 + (self.high - 1) * k / half for k in range(half + 1)]
        return (*below, *above)

    def moves(self, work: PricedWork) -> bool:
        """Return whether the lever can change what *work* costs."""
        model = work.model
        match self.kind:
            case "work":
                return True
            case "own_wages":
                return isinstance(model, InHouse)
            case "vendor_prices":
                return isinstance(model, Contract)
            case "exchange_rate":
                return self.currency == model.currency or isinstance(
                    model, Contract | CostPlus
                )

    def applied(self, work: PricedWork, factor: float) -> PricedWork:
        """Return *work* where the lever stands at *factor*."""
        model, exact = work.model, decimal(factor)
        match self.kind:
            case "work":
                return replace(work, done=[scaled(one, factor) for one in work.done])
            case "own_wages" if isinstance(model, InHouse):
                return _at_price(work, _scaled_wages(model, exact))
            case "vendor_prices" if isinstance(model, Contract):
                return _at_price(work, _scaled_contract(model, exact))
            case "exchange_rate":
                return replace(work, book=_at_rate(work.book, self.currency, exact))
            case _:
                return work


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverScan:
    """Cost of two options over one lever, and where they change places.

    *one_minor* and *other_minor* are costs at *factors*; *crossings* are factors too.
    """

    lever: Lever
    one: str
    other: str
    factors: tuple[float, ...]
    one_minor: tuple[int, ...]
    other_minor: tuple[int, ...]
    crossings: tuple[ScannedCrossing, ...]


def scan(
    options: Mapping[str, Sequence[PricedWork]], lever: Lever
) -> tuple[LeverScan, ...]:
    """Return what :class:`Scanner` finds for one lever alone."""
    return Scanner(options).scan(lever)


class Scanner:
    """Compares the first of *options* with each other one over levers.

    Work that several options have in common is priced once, and work that a lever
    leaves alone once for all levers.
    """

    def __init__(self, options: Mapping[str, Sequence[PricedWork]]) -> None:
        self._parts: list[_Part] = []
        self._options = {
            name: [self._part(work) for work in works]
            for name, works in options.items()
        }

    def _part(self, work: PricedWork) -> "_Part":
        for known in self._parts:
            if (known.work.price, known.work.done) == (work.price, work.done):
                return known
        self._parts.append(_Part(work))
        return self._parts[-1]

    def scan(self, lever: Lever) -> tuple[LeverScan, ...]:
        """Return the comparisons over *lever*.

        Pairs whose difference the lever leaves alone are left out.

        Raises
        ------
        TermsError
            If a contract has no price for what the lever makes of the work.
        """
        points = lever.points()
        one, *others = self._options

        @cache
        def cost(name: str, factor: float) -> int:
            return sum(part.cost(lever, factor) for part in self._options[name])

        found = []
        for other in others:

            def apart(factor: float, other: str = other) -> float:
                return float(cost(one, factor) - cost(other, factor))

            if len({apart(factor) for factor in points}) == 1:
                continue
            found.append(
                LeverScan(
                    lever=lever,
                    one=one,
                    other=other,
                    factors=points,
                    one_minor=tuple(cost(one, x) for x in points),
                    other_minor=tuple(cost(other, x) for x in points),
                    crossings=scanned_crossings(apart, points, tolerance=1e-4),
                )
            )
        return tuple(found)


class _Part:
    """Work of options at one price: what it costs, each answer worked out once."""

    def __init__(self, work: PricedWork) -> None:
        self.work = work
        self._costs: dict[tuple[str, float], int] = {}

    def cost(self, lever: Lever, factor: float) -> int:
        """Return the cost where *lever* stands at *factor*."""
        if factor == 1.0 or not lever.moves(self.work):
            return self._as_it_is
        key = lever.name, factor
        if key not in self._costs:
            self._costs[key] = self._moved(lever, factor)
        return self._costs[key]

    @cached_property
    def _as_it_is(self) -> int:
        return self._converted(self.work.book)

    @cached_property
    def _local(self) -> tuple[Sequence[CostLine], frozenset[frozenset[str]]]:
        """The lines in local money, and the currencies at whose rates they are."""
        book = self.work.book
        fx = WatchedRates(rates=book.context.fx.rates)
        watched = replace(book, context=replace(book.context, fx=fx))
        lines = watched.local_lines(self.work.price, self.work.done)
        return lines, frozenset(fx.asked)

    def _moved(self, lever: Lever, factor: float) -> int:
        moved, book = lever.applied(self.work, factor), self.work.book
        if lever.kind != "exchange_rate":
            return moved.cost_minor()
        _, asked = self._local
        is_inside = {lever.currency, book.currency} in asked
        return moved.cost_minor() if is_inside else self._converted(moved.book)

    def _converted(self, book: PriceBook) -> int:
        lines, _ = self._local
        return converted_minor(lines, book)


def levers(
    options: Mapping[str, Sequence[PricedWork]], currency: str
) -> tuple[Lever, ...]:
    """Return the levers that move at least one of *options*.

    *currency* is the report's; every other one in which something is priced is a
    lever of its own.
    """
    models = [work.model for listed in options.values() for work in listed]
    found = [Lever(kind="work", low=0.6, high=1.4)]
    if any(isinstance(model, InHouse) for model in models):
        found.append(Lever(kind="own_wages"))
    if any(isinstance(model, Contract) for model in models):
        found.append(Lever(kind="vendor_prices", low=0.5, high=1.3))
    abroad = {model.currency for model in models} - {currency}
    found += [Lever(kind="exchange_rate", currency=code) for code in sorted(abroad)]
    return tuple(found)


def converted_minor(lines: Sequence[CostLine], book: PriceBook) -> int:
    """Return the sum of *lines*, each in minor units of the book's currency."""
    fx, currency = book.context.fx, book.currency
    return sum(
        fx.convert(line.amount, currency, line.month).amount_minor for line in lines
    )


def scaled(activity: MonthActivity, factor: float) -> MonthActivity:
    """Return *activity* with everything that is counted times *factor*."""
    counted: dict[str, Any] = {
        name: getattr(activity, name) * factor for name in _COUNTED
    }
    for name in _COUNTED_BY_NAME:
        values: Mapping[str, float] = getattr(activity, name)
        counted[name] = {key: value * factor for key, value in values.items()}
    return replace(activity, **counted)


def _at_price(work: PricedWork, model: CostModel) -> PricedWork:
    prices = {**work.book.prices, work.price: model}
    return replace(work, book=replace(work.book, prices=prices))


def _scaled_wages(model: InHouse, factor: Decimal) -> InHouse:
    grades = {
        name: replace(
            scale,
            steps=tuple(replace(s, wage=s.wage * factor) for s in scale.steps),
        )
        for name, scale in model.grades.items()
    }
    roles = {
        name: replace(role, wage=role.wage * factor)
        for name, role in model.roles.items()
    }
    return replace(model, grades=grades, roles=roles)


def _scaled_contract(contract: Contract, factor: Decimal) -> Contract:
    """Return the contract with prices and least amounts times *factor*; fees stay."""
    minimum = contract.minimum
    if minimum is not None and minimum.amount is not None:
        minimum = replace(minimum, amount=minimum.amount * factor)
    return replace(
        contract, price=_scaled_prices(contract.price, factor), minimum=minimum
    )


def _scaled_prices(model: Any, factor: Decimal) -> Any:
    """Return a price model with every price times *factor*; shares and costs stay."""
    changed: dict[str, Any] = {}
    for field in fields(model):
        value = getattr(model, field.name)
        if isinstance(value, PriceList) and field.name not in _SHARES:
            changed[field.name] = _scaled_list(value, factor)
        elif field.name in _AMOUNTS:
            changed[field.name] = value * factor
        elif field.name == "surcharges":
            changed[field.name] = {key: x * factor for key, x in value.items()}
        elif field.name == "parts":
            changed[field.name] = {
                key: _scaled_prices(part, factor) if is_dataclass(part) else part
                for key, part in value.items()
            }
    return replace(model, **changed)


def _scaled_list(prices: PriceList, factor: Decimal) -> PriceList:
    tiers = tuple(replace(tier, price=tier.price * factor) for tier in prices.tiers)
    return replace(prices, tiers=tiers)


def _at_rate(book: PriceBook, currency: str, factor: Decimal) -> PriceBook:
    """Return the book with a currency worth *factor* times as much."""
    table, pair = book.context.fx, {currency, book.currency}
    rates = {
        key: rate
        * (
            1
            if {key[1], key[2]} != pair
            else Fraction(factor)
            if key[1] == currency
            else 1 / Fraction(factor)
        )
        for key, rate in table.rates.items()
    }
    fx = replace(table, rates=rates)
    return replace(book, context=replace(book.context, fx=fx))
