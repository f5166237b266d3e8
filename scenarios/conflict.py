"""What a programme without a solution says: which limits would have to give."""

from dataclasses import dataclass
from typing import Any

from scenarios.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsInConflict:
    """Nothing keeps all limits; *gives* says which would have to give, by how much."""

    gives: tuple[tuple[str, Month, float], ...]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row per limit and month that would have to give."""
        return [
            {"limit": name, "month": str(month), "amount": amount}
            for name, month, amount in self.gives
        ]
