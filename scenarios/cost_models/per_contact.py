"""A price per contact handled."""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.cost_model import COST_MODELS
from scenarios.unit_price import UnitPrice


@COST_MODELS.add("per_contact")
@dataclass(frozen=True, slots=True, kw_only=True)
class PerContact(UnitPrice):
    """The vendor carries idle time and long contacts; repeats are paid again."""

    measure: ClassVar[str] = "contacts"
    text: ClassVar[str] = "Contacts handled"
