"""Exchange rates, index values and what clauses make of them, as formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from scenarios.clauses import FxClause, IndexClause
from scenarios.cost_model import PricingContext
from scenarios.months import Month
from wfm.report.scenario_names import InputList
from wfm.report.scenario_numbers import (
    Num,
    at_least,
    either,
    largest,
    magnitude,
    num,
    sign,
    smallest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What prices depend on besides the activity: *context*, as named inputs."""

    names: InputList
    context: PricingContext

    def rate(self, source: str, target: str, month: Month) -> Num:
        """Return how many units of *target* one of *source* buys, listed either way."""
        if source == target:
            return num(1)
        listed = self.context.fx.rates
        direct = listed.get((month, source, target))
        if direct is not None:
            return self._listed(source, target, month)
        return num(1) / self._listed(target, source, month)

    def index(self, name: str, month: Month) -> Num:
        """Return the value of an index in a month."""
        value = self.context.index(name, month)
        return self.names.ask(f"index.{name}.{month}", value, "index")

    def price_factor(
        self, clauses: Sequence[IndexClause], at: str, start: Month, month: Month
    ) -> Num | None:
        """Return what index clauses make of a price; ``None`` before any review."""
        moved = [
            self._indexed(clause, f"{at}.index.{clause.index}", start, month)
            for clause in clauses
            if clause.read_months(start, month)
        ]
        return sum(moved, num(1)) if moved else None

    def fx_change(self, clause: FxClause, currency: str, at: str, month: Month) -> Num:
        """Return by which share an exchange-rate clause moves what is charged."""
        rate = self.rate(currency, clause.cost_currency, month)
        agreed = self.names.ask(
            f"{at}.reference_rate",
            clause.reference_rate,
            f"{clause.cost_currency} per {currency}",
        )
        moved = agreed / rate - 1
        band = self.names.ask(f"{at}.band", clause.band, "either way")
        counted = moved
        if clause.counted_from == "band_edge":
            counted = moved - sign(moved) * band
        held = self._held(counted, clause.floor, clause.cap, at)
        borne = self.names.ask(
            f"{at}.client_share", clause.client_share, "of the change"
        )
        exposed = self.names.ask(
            f"{at}.exposed_share", clause.exposed_share, "of the price"
        )
        inside = at_least(band, magnitude(moved))
        return either(inside, 0, borne * exposed * held)

    def _listed(self, source: str, target: str, month: Month) -> Num:
        value = self.context.fx.rates[month, source, target]
        unit = f"{target} per {source}"
        shock = self.names.ask(
            f"fx_factor.{source}.{target}", 1, "of every month's rate"
        )
        return self.names.ask(f"fx.{source}.{target}.{month}", value, unit) * shock

    def _indexed(self, clause: IndexClause, at: str, start: Month, month: Month) -> Num:
        factor = num(1)
        months = clause.read_months(start, month)
        for before, after in pairwise(months):
            change = self.index(clause.index, after) / self.index(clause.index, before)
            factor = factor * (1 + self._held(change - 1, clause.floor, clause.cap, at))
        share = self.names.ask(f"{at}.share", clause.share, "of the price")
        return share * (factor - 1)

    def _held(
        self, value: Num, low: Decimal | None, high: Decimal | None, at: str
    ) -> Num:
        if low is not None:
            value = largest(value, self.names.ask(f"{at}.floor", low, "a review"))
        if high is not None:
            value = smallest(value, self.names.ask(f"{at}.cap", high, "a review"))
        return value
