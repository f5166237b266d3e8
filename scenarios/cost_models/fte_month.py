"""A price per full-time agent and month."""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.cost_model import COST_MODELS
from scenarios.unit_price import UnitPrice


@COST_MODELS.add("fte_month")
@dataclass(frozen=True, slots=True, kw_only=True)
class FteMonth(UnitPrice):
    """The client carries all idle time, shrinkage and vacancies that are filled."""

    measure: ClassVar[str] = "heads"
    text: ClassVar[str] = "Full-time agents"
