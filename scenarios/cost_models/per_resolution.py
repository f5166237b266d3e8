"""A price per contact resolved at the first try."""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.cost_model import COST_MODELS
from scenarios.unit_price import UnitPrice


@COST_MODELS.add("per_resolution")
@dataclass(frozen=True, slots=True, kw_only=True)
class PerResolution(UnitPrice):
    """Contacts that were not resolved are not paid, so the vendor carries repeats."""

    measure: ClassVar[str] = "resolved_contacts"
    text: ClassVar[str] = "Contacts resolved"
