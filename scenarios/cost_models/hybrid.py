"""Several price models at once, such as a price per agent and one per contact."""

from collections import Counter
from dataclasses import dataclass, replace

from scenarios.activity import MonthActivity
from scenarios.cost_model import COST_MODELS, CostLine, CostModel, PricingContext
from scenarios.terms import Check


@COST_MODELS.add("hybrid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Hybrid:
    """The lines of all *parts*, which have names and one currency.

    Raises
    ------
    TermsError
        If there are fewer than two parts or a part has another currency.
    """

    currency: str
    parts: dict[str, CostModel]

    measure = "contacts"

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        if len(self.parts) < 2:
            check.fault("parts", f"{len(self.parts)} part", "two or more")
        for name, part in self.parts.items():
            if part.currency != self.currency:
                place = ("parts", name, "currency")
                check.fault(place, f"{part.currency} in a hybrid", self.currency)
        check.done()

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the lines of every part, their codes led by its name where needed."""
        found = [
            (name, line)
            for name, part in self.parts.items()
            for line in part.lines(activity, context)
        ]
        uses = Counter(line.code for _, line in found)
        return tuple(
            line if uses[line.code] == 1 else replace(line, code=f"{name}.{line.code}")
            for name, line in found
        )
