"""What service costs per matter settled, customers lost and orders won included.

Cost per contact favours whoever handles many short contacts that settle nothing; here
repeats are counted, and beside the cost of service stand, at values that are inputs,
customers lost through bad or missing answers, orders won, and delay.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scenarios.activity import MonthActivity
from scenarios.money import Money, decimal, rounded
from scenarios.terms import Check, Fault, TermsError


def contacts_per_issue(fcr: float, repeat_share: float = 1.0) -> float:
    """Return how many contacts a matter takes.

    A contact settles it with probability *fcr*; of those not settled *repeat_share*
    come back, each time anew: 1 / (1 - (1 - fcr) x repeat_share).

    Raises
    ------
    ValueError
        If a share lies outside 0 to 1 or nothing is ever settled.
    """
    if not (0 <= fcr <= 1 and 0 <= repeat_share <= 1) or (1 - fcr) * repeat_share >= 1:
        msg = f"no contacts per issue for fcr {fcr} and repeats {repeat_share}"
        raise ValueError(msg)
    return 1 / (1 - (1 - fcr) * repeat_share)


def settled_share(fcr: float, repeat_share: float = 1.0) -> float:
    """Return the share of matters that are settled in the end.

    Raises
    ------
    ValueError
        As :func:`contacts_per_issue`.
    """
    return fcr * contacts_per_issue(fcr, repeat_share)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerValue:
    """What contacts are worth besides what they cost; all of it is input.

    Attributes
    ----------
    sale_per_contact
        Contribution that a handled contact earns on average, where contacts sell.
    delay_loss_per_minute
        Lost for each minute that a contact waits (``kpis["asa_s"]``).
    customer_value
        Contribution that a customer brings from now on.
    lost_if_dissatisfied
        Share of the dissatisfied (1 - ``kpis["csat"]``) who leave because of it.
    lost_if_abandoned
        Share of those who gave up (``kpis["abandonment"]``, of contacts offered) who
        leave because of it.
    """

    currency: str
    sale_per_contact: Decimal = Decimal(0)
    delay_loss_per_minute: Decimal = Decimal(0)
    customer_value: Decimal = Decimal(0)
    lost_if_dissatisfied: Decimal = Decimal(0)
    lost_if_abandoned: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        check.not_negative(
            sale_per_contact=self.sale_per_contact,
            delay_loss_per_minute=self.delay_loss_per_minute,
            customer_value=self.customer_value,
        )
        check.share(
            lost_if_dissatisfied=self.lost_if_dissatisfied,
            lost_if_abandoned=self.lost_if_abandoned,
        )
        check.done()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCost:
    """A month's cost per matter settled; parts that cost are above 0, gains below.

    Attributes
    ----------
    service
        What the service costs.
    lost_dissatisfied, lost_abandoned, delay, sales
        Customers lost after bad answers, after none; waiting; orders won (below 0).
    resolved_contacts
        Matters settled.
    """

    service: Money
    lost_dissatisfied: Money
    lost_abandoned: Money
    delay: Money
    sales: Money
    resolved_contacts: float

    @property
    def total(self) -> Money:
        """The sum of all parts."""
        parts = (self.lost_dissatisfied, self.lost_abandoned, self.delay, self.sales)
        return sum(parts, self.service)

    @property
    def service_per_resolved(self) -> Decimal | None:
        """Cost of service per matter settled; ``None`` if none is."""
        return _per(self.service, self.resolved_contacts)

    @property
    def total_per_resolved(self) -> Decimal | None:
        """All parts per matter settled; ``None`` if none is."""
        return _per(self.total, self.resolved_contacts)

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per part, amounts in major units."""
        names = ("service", "lost_dissatisfied", "lost_abandoned", "delay", "sales")
        return tuple(
            {
                "part": name,
                "amount": getattr(self, name).amount,
                "per_resolved": _per(getattr(self, name), self.resolved_contacts),
                "currency": self.service.currency,
            }
            for name in (*names, "total")
        )


def resolved_cost(
    service: Money, activity: MonthActivity, value: CustomerValue
) -> ResolvedCost:
    """Return what a month cost per matter settled.

    Parameters
    ----------
    service
        Cost of the month in the currency of *value*.
    activity
        What was done, with the results that *value* asks for.

    Raises
    ------
    TermsError
        If a result is missing whose value is stated.
    CurrencyMismatchError
        If *service* is in another currency.
    """
    contacts = Fraction(decimal(activity.contacts))
    dissatisfied = abandoned = minutes = Fraction(0)
    if value.lost_if_dissatisfied and value.customer_value:
        dissatisfied = contacts * (1 - _result(activity, "csat"))
    if value.lost_if_abandoned and value.customer_value:
        gave_up = _result(activity, "abandonment")
        abandoned = contacts * gave_up / (1 - gave_up) if gave_up < 1 else Fraction(0)
    if value.delay_loss_per_minute:
        minutes = contacts * _result(activity, "asa_s") / 60
    worth = Fraction(value.customer_value)

    def money(exact: Fraction) -> Money:
        return rounded(exact, value.currency)

    return ResolvedCost(
        service=service + Money(0, value.currency),
        lost_dissatisfied=money(
            dissatisfied * Fraction(value.lost_if_dissatisfied) * worth
        ),
        lost_abandoned=money(abandoned * Fraction(value.lost_if_abandoned) * worth),
        delay=money(minutes * Fraction(value.delay_loss_per_minute)),
        sales=money(-contacts * Fraction(value.sale_per_contact)),
        resolved_contacts=activity.resolved_contacts,
    )


def _result(activity: MonthActivity, name: str) -> Fraction:
    result = activity.kpis.get(name)
    if result is None:
        place = (activity.lane_id, str(activity.month), "kpis", name)
        message = f"no result of {name!r}, whose value is stated"
        raise TermsError((Fault(place=place, message=message),))
    return Fraction(decimal(result))


def _per(amount: Money, resolved: float) -> Decimal | None:
    if resolved <= 0:
        return None
    return (amount.amount / decimal(resolved)).quantize(Decimal("0.0001"))
