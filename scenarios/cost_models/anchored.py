"""A base charge for a baseline, with additional and reduced resource charges."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scenarios.activity import MEASURES, MonthActivity
from scenarios.cost_model import COST_MODELS, CostLine, PricingContext
from scenarios.pricing import LineWriter
from scenarios.terms import Check


@COST_MODELS.add("anchored")
@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """*base_charge* pays for the baseline; ARC and RRC rates for what departs from it.

    Inside ``baseline x (1 +- dead_band)`` nothing is added or credited. Beyond it, the
    departure is counted from the baseline (the bill steps at the band's edge) or from
    the band's edge (it doesn't): *billed_from* says which. Reductions are credited at
    *rrc_rate* x *rrc_factor*. *baselines* holds one quantity for each contract month,
    the last one standing for all later ones.

    Source: additional and reduced resource charges as in published outsourcing
    agreements (Law Insider, "ARC Rate"), there counted from the baseline.

    Raises
    ------
    TermsError
        If a term is negative, a measure unknown, there is no baseline, or credits for
        an idle month would exceed the base charge.
    """

    currency: str
    base_charge: Decimal
    baselines: tuple[Decimal, ...]
    arc_rate: Decimal
    rrc_rate: Decimal
    rrc_factor: Decimal = Decimal(1)
    dead_band: Decimal = Decimal(0)
    billed_from: Literal["baseline", "band_edge"] = "baseline"
    measure: str = "contacts"

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        check.known("measure", self.measure, MEASURES)
        check.not_negative(
            base_charge=self.base_charge,
            arc_rate=self.arc_rate,
            rrc_rate=self.rrc_rate,
            rrc_factor=self.rrc_factor,
        )
        check.share(dead_band=self.dead_band)
        if not self.baselines:
            check.fault("baselines", "there is no baseline", "one quantity or more")
        for i, baseline in enumerate(self.baselines):
            self._check_baseline(check, i, baseline)
        check.done()

    def _check_baseline(self, check: Check, i: int, baseline: Decimal) -> None:
        place = ("baselines", i)
        if not baseline > 0:
            check.fault(place, f"{baseline} is not positive", "more than 0")
            return
        credit = baseline * self.rrc_rate * self.rrc_factor
        if credit > self.base_charge:
            message = f"credits of an idle month, {credit}, exceed the base charge"
            check.fault(place, message, f"{self.base_charge} at most")

    def baseline(self, contract_month: int) -> Decimal:
        """Return the baseline of a contract month, the first being 0."""
        return self.baselines[min(max(contract_month, 0), len(self.baselines) - 1)]

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the base charge and, outside the dead band, one ARC or RRC line."""
        writer = LineWriter(activity=activity, context=context, currency=self.currency)
        base = context.price(self.base_charge)
        lines = [writer.product("base", "Base charge", 1, "month", base)]
        baseline = self.baseline(activity.month - context.start)
        quantity = context.quantity(activity.measure(self.measure))
        unit = MEASURES[self.measure]
        more = self._billed(quantity - baseline, baseline)
        less = self._billed(baseline - quantity, baseline)
        if more > 0:
            price = context.price(self.arc_rate)
            text = f"Additional resource charge above {baseline}"
            lines.append(writer.product("arc", text, more, unit, price))
        if less > 0:
            price = context.price(self.rrc_rate * self.rrc_factor)
            text = f"Reduced resource credit below {baseline}"
            lines.append(writer.product("rrc", text, -less, unit, price))
        return tuple(lines)

    def _billed(self, departure: Decimal, baseline: Decimal) -> Decimal:
        band = baseline * self.dead_band
        if departure <= band:
            return Decimal(0)
        return departure if self.billed_from == "baseline" else departure - band
