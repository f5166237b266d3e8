"""A price per minute of handling."""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.cost_model import COST_MODELS
from scenarios.unit_price import UnitPrice


@COST_MODELS.add("per_minute")
@dataclass(frozen=True, slots=True, kw_only=True)
class PerMinute(UnitPrice):
    """The client carries long contacts, the vendor idle time."""

    measure: ClassVar[str] = "handle_minutes"
    text: ClassVar[str] = "Minutes handled"
