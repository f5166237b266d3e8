"""What nobody decides: a value of plan or prices as a distribution, by its path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from scenarios.distributions import Distribution
from scenarios.patch import Operation, Patch, Provenance
from scenarios.pricing_months import PriceBook
from scenarios.runner import Case

PRICE_ROOTS = ("cost_models", "vendor_contracts", "indices", "exchange_rates")
"""First parts of the paths of prices; all others change plan, lanes or demand."""
ALL_VOLUMES = "queues.*.volume_scale"
_NEUTRAL: Mapping[Operation, float] = {"scale": 1.0, "shift": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainInput:
    """An uncertainty of scenarios.yaml.

    Attributes
    ----------
    path, operation
        What is changed and how, as in a patch; *distribution* is of the patch's value.
    text
        The distribution in words.
    yearly
        The value is a factor per year that builds up month by month.
    """

    name: str
    path: str
    operation: Operation
    distribution: Distribution
    text: str = ""
    yearly: bool = False
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def is_price(self) -> bool:
        """Whether it moves prices alone: no hours and no service."""
        return self.path.split(".")[0] in PRICE_ROOTS

    @property
    def is_volume(self) -> bool:
        """Whether it multiplies all volumes alike."""
        return self.path == ALL_VOLUMES and self.operation == "scale"

    @property
    def neutral(self) -> float:
        """The value that leaves the plan as it is; the median where it is set."""
        median = float(self.distribution.quantile(np.array([0.5]))[0])
        return _NEUTRAL.get(self.operation, median)

    def patch(self, value: float) -> Patch:
        """Return the change that *value* makes."""
        return Patch(
            path=self.path,
            operation=self.operation,
            value=value,
            provenance=self.provenance,
        )

    def to_row(self) -> dict[str, object]:
        """Return it as a row of texts."""
        return {
            "uncertainty": self.name,
            "path": self.path,
            "operation": self.operation,
            "distribution": self.text,
            "per_year": self.yearly,
            "owner": self.provenance.owner,
            "date": self.provenance.date,
            "source": self.provenance.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A scenario changed: ready to run, and to be priced."""

    case: Case
    book: PriceBook


class Variants(Protocol):
    """Makes scenarios under other values of what is uncertain."""

    def applies(self, scenario_id: str, given: UncertainInput) -> bool:
        """Return whether the scenario has anything that *given* changes."""
        ...

    def variant(self, scenario_id: str, patches: Sequence[Patch]) -> Variant:
        """Return the scenario with *patches* after its own."""
        ...
