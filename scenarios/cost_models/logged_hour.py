"""A price per hour logged in, breaks included."""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.cost_model import COST_MODELS
from scenarios.hourly_price import HourlyPrice


@COST_MODELS.add("logged_hour")
@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedHour(HourlyPrice):
    """The client carries idle time and breaks, the vendor absence and training."""

    measure: ClassVar[str] = "logged_hours"
    text: ClassVar[str] = "Logged hours"
