"""A price per hour in or ready for contacts."""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.cost_model import COST_MODELS
from scenarios.hourly_price import HourlyPrice


@COST_MODELS.add("productive_hour")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductiveHour(HourlyPrice):
    """The client carries idle time, the vendor breaks, training and absence."""

    measure: ClassVar[str] = "productive_hours"
    text: ClassVar[str] = "Productive hours"
