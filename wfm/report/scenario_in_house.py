"""An own site's month as formulas, line by line as :class:`InHouse` writes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scenarios.cost_models.in_house import InHouse
from scenarios.finance import payment
from scenarios.money import decimal
from scenarios.wages import Premium, WageScale
from scenarios.workplace import Capex, Role
from wfm.pipeline.money import minor_digits
from wfm.report.scenario_activity import Cells
from wfm.report.scenario_ledger import Desk
from wfm.report.scenario_numbers import (
    Num,
    Truth,
    added,
    either,
    half_even,
    largest,
    num,
    ratio,
    rounded_up,
)
from wfm.report.scenario_rates import Rates


def write_in_house(
    model: InHouse, at: str, done: Cells, desk: Desk, rates: Rates
) -> list[Num]:
    """Write the lines of one month; return the cells of their amounts."""
    month = _Month(model=model, at=at, done=done, desk=desk, rates=rates)
    pay = [*month.wages(), *month.premia(), *month.role_wages()]
    share = month.term("burden", model.burden, "of all pay")
    burden = desk.amount("burden", "Employer's contributions", added(pay) * share)
    rest = (*month.places(), *month.turnover(), *month.purchases())
    return [*pay, burden, *rest]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    model: InHouse
    at: str
    done: Cells
    desk: Desk
    rates: Rates

    def term(self, name: str, value: Decimal | int, what: str) -> Num:
        return self.desk.names.ask(f"{self.at}.{name}", value, what)

    def money(self, name: str, value: Decimal, per: str) -> Num:
        return self.term(name, value, f"{self.desk.currency} per {per}")

    def wages(self) -> Iterator[Num]:
        quantity, unit = self._paid_units()
        for grade, share in self._mix().items():
            yield self.desk.product(
                f"wage.{grade}",
                f"Wages: {grade}",
                quantity * share,
                unit,
                self.desk.indexed(self._wage(grade)),
            )
        extra = self.model.extra_monthly_wages
        if extra:
            months = self.term("extra_monthly_wages", extra, "months a year")
            exact = self._mean_wage() * quantity * months / 12
            yield self.desk.amount("extra_wages", "Extra monthly wages, accrued", exact)

    def premia(self) -> Iterator[Num]:
        hourly = self._hourly()
        for name, premium in self.model.premia.items():
            hours = self.done.named("premium", name)
            if hours is None:
                continue
            yield self.desk.product(
                f"premium.{name}",
                f"Premium: {name}",
                hours,
                "hour",
                self.desk.indexed(self._premium(name, premium, hourly)),
            )
        share = self.term(
            "overtime_premium", self.model.overtime_premium, "of the wage"
        )
        if self.model.pay_by == "month":  # a monthly wage does not cover it
            share = share + 1
        worked, price = (
            self.done.measure("overtime_hours"),
            self.desk.indexed(hourly * share),
        )
        yield self.desk.product("overtime", "Overtime", worked, "hour", price)

    def role_wages(self) -> Iterator[Num]:
        for name, role in self.model.roles.items():
            wage = self.money(f"{name}.wage", role.wage, "month")
            yield self.desk.product(
                f"role.{name}",
                name,
                self._role_count(name, role),
                "FTE-month",
                self.desk.indexed(self._by_index(wage)),
            )

    def places(self) -> Iterator[Num]:
        place, heads = self.model.workplace, self.done.measure("heads")
        share = self.term("home_share", place.home_share, "of the agents")
        at_home, hired = heads * share, self.done.measure("hires") * share
        yield self._bought("seats", "Seats", self._seats(), "seat", place.seat)
        yield self._bought(
            "home", "Allowance at home", at_home, "agent", place.home_allowance
        )
        yield self._bought(
            "home_set_up", "Set-up at home", hired, "hire", place.home_set_up
        )
        for name, amount in self.model.technology.items():
            text = f"Technology: {name}"
            yield self._bought(f"technology.{name}", text, heads, "agent", amount)
        for name, amount in self.model.fixed.items():
            yield self._bought(f"fixed.{name}", name, num(1), "month", amount)

    def turnover(self) -> Iterator[Num]:
        model, hires = self.model, self.done.measure("hires")
        share = self.term("severance_share", model.severance_share, "of the leavers")
        leavers = self.done.measure("leavers") * share
        trainees = self.done.measure("trainees")
        for code, text, units, unit, amount in (
            ("recruiting", "Recruiting", hires, "hire", model.recruiting_per_hire),
            ("training", "Training", hires, "hire", model.training_per_hire),
            (
                "training_months",
                "Training by month",
                trainees,
                "trainee-month",
                model.training_per_trainee_month,
            ),
            ("severance", "Severance", leavers, "leaver", model.severance_per_leaver),
        ):
            yield self._bought(code, text, units, unit, amount)

    def purchases(self) -> Iterator[Num]:
        month = self.desk.month - self.desk.start
        for i, item in enumerate(self.model.capex):
            if item.charges(self.model.currency).get(month) is None:
                continue
            paid = self.money(f"capex{i}.{item.name}", item.amount, "purchase")
            yield self.desk.amount(
                f"capex.{i}.{item.name}",
                f"{item.name}, {item.treatment.replace('_', ' ')}",
                _charge(item, paid, month - item.month, self),
                kind="one_off" if item.treatment == "cash" else "run",
            )

    def _bought(
        self, code: str, text: str, units: Num, unit: str, amount: Decimal
    ) -> Num:
        price = self.desk.price(self.money(code, amount, unit))
        return self.desk.product(code, text, units, unit, price)

    def _paid_units(self) -> tuple[Num, str]:
        if self.model.pay_by == "month":
            return self.done.measure("heads"), "FTE-month"
        return self.done.measure("paid_hours"), "hour"

    def _premium(self, name: str, premium: Premium, hourly: Num) -> Num:
        if premium.per_hour is not None:
            return self.money(f"premium.{name}", premium.per_hour, "hour")
        share = premium.fraction or Decimal(0)
        return hourly * self.term(f"premium.{name}", share, "of the wage")

    def _mix(self) -> Mapping[str, Num]:
        grades = self.done.grades()
        if not grades:
            return {next(iter(self.model.grades)): num(1)}
        whole = added(list(grades.values()))
        return {name: ratio(count, whole) for name, count in grades.items()}

    def _wage(self, grade: str) -> Num:
        scale = self.model.grades[grade]
        step, raises = reached_step(scale, self.desk)
        several = len(scale.steps) > 1
        name = f"wage.{grade}.step{step + 1}" if several else f"wage.{grade}"
        unit = "month" if self.model.pay_by == "month" else "hour"
        wage = self.money(name, scale.steps[step].wage, unit)
        growth = self.term(f"raise.{grade}", scale.yearly_raise, "a year")
        if raises:
            wage = wage * (1 + growth) ** raises
        return self._by_index(wage)

    def _mean_wage(self) -> Num:
        shares = self._mix()
        if len(shares) == 1:
            return self._wage(next(iter(shares)))
        return added([share * self._wage(grade) for grade, share in shares.items()])

    def _hourly(self) -> Num:
        wage = self._mean_wage()
        if self.model.pay_by == "hour":
            return wage
        return wage / self.term("hours_per_month", self.model.hours_per_month, "hours")

    def _by_index(self, wage: Num) -> Num:
        name = self.model.wage_index
        if name is None:
            return wage
        now = self.rates.index(name, self.desk.month)
        return wage * (now / self.rates.index(name, self.desk.start))

    def _role_count(self, name: str, role: Role) -> Num:
        fixed = self.term(f"{name}.fixed", role.fixed, "people")
        if role.span is None:
            return fixed
        led = self.done.measure(role.per) / self.term(
            f"{name}.span", role.span, role.per
        )
        return fixed + (rounded_up(led) if role.whole else led)

    def _seats(self) -> Num:
        place = self.model.workplace
        per_seat = self.term("agents_per_seat", place.agents_per_seat, "agents")
        share = self.term("home_share", place.home_share, "of the agents")
        on_site = self.done.measure("heads") * (1 - share) / per_seat
        leased = self.term("leased_seats", place.leased_seats, "seats")
        return largest(leased, rounded_up(on_site))


def reached_step(scale: WageScale, desk: Desk) -> tuple[int, int]:
    """Return which step of a wage scale holds, and how many raises came since."""
    steps = [
        i
        for i, step in enumerate(scale.steps)
        if step.month is None or step.month <= desk.month
    ]
    since = scale.steps[steps[-1]].month or desk.start
    passed = range(1, max(0, desk.month - since) + 1)
    return steps[-1], sum((since + k).number == scale.raise_month for k in passed)


def _charge(item: Capex, paid: Num, month: int, of: _Month) -> Num:
    """Return what is charged *month* months after the purchase."""
    if item.treatment == "cash" or item.months is None:
        return paid
    if item.treatment == "loan":
        return _instalment(item, paid, month, of)
    digits = minor_digits(of.desk.currency)
    units = half_even(paid, digits) * 10**digits
    whole, left = divmod(units.value, item.months)
    each = Num(f"INT({units.within(2)}/{item.months})", Fraction(whole))
    rest = Num(f"MOD({units.text},{item.months})", left)
    extra = either(Truth(f"{month}<{rest.text}", month < left), 1, 0)
    return (each + extra) / num(10**digits)


def _instalment(item: Capex, paid: Num, number: int, of: _Month) -> Num:
    """Return one of the level payments, or the last, which settles the rest."""
    months = item.months or 1
    owed = half_even(paid, minor_digits(of.desk.currency))
    yearly = of.term(f"capex.{item.name}.annual_rate", item.annual_rate, "a year")
    rate = yearly / 12
    exact = decimal(-payment(float(rate.value), months, float(owed.value)))
    text = f"0-PMT({rate.text},{months},{owed.text})"
    level = of.desk.money(Num(text, Fraction(exact)))
    if number < months:
        return level
    left, factor = owed.value, Fraction(1 + rate.value)
    for _ in range(months - 1):
        left = left * factor - level.value
    yet = f"0-FV({rate.text},{months - 1},0-{level.within(2)},{owed.text})"
    return Num(f"({yet})*(1+{rate.text})", left * factor, 2)
