"""Objective terms: one file each, two faces (prices for search, value of a roster)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.constraints import ShiftSet
from solver.outcome import Allocation
from wfm.domain.registry import Registry
from wfm.domain.roster import Roster, RosterInstance, Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPrice:
    """``price[a, t]`` for each step in which agent a is on shift.

    ``counting="paid"`` prices paid steps only, ``"working"`` those at work.
    """

    price: npt.NDArray[np.int64]
    counting: str = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortPrice:
    """Missing agents of a queue: ``(share, price per agent-step)``, prices rising."""

    steps: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdlePrice:
    """Each working agent-step inside the window that no queue needs."""

    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePrice:
    """Each planned date whose shift is not the one of *live* (a day off without one).

    *per_break* where only the breaks lie elsewhere, or the shift is worked in another
    place, *per_shift* for any other change.
    """

    live: Mapping[tuple[str, date], Shift]
    per_shift: int
    per_break: int

    def of_day_off(self, agent_id: str, day: date) -> int:
        """Return the price of a day off."""
        return self.per_shift if (agent_id, day) in self.live else 0

    def of_shift(self, shift: Shift) -> int:
        """Return the price of *shift*."""
        known = self.live.get((shift.agent_id, shift.date_local))
        if known is None or (known.start_idx, known.end_idx) != (
            shift.start_idx,
            shift.end_idx,
        ):
            return self.per_shift
        return 0 if known == shift else self.per_break


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPrice:
    """What it costs that an agent's date has a shift of a set, or has none of it."""

    agent_id: str
    date_local: date
    shifts: ShiftSet
    if_worked: int = 0
    if_not: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPrice:
    """Shifts on one date: fewer or more than *wanted* cost.

    ``shifts[agent_id]`` is which of that agent's shifts count. Each missing shift costs
    *short_price*, each further one *over_price*.
    """

    date_local: date
    shifts: Mapping[str, ShiftSet]
    wanted: int
    short_price: int
    over_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekHoursPrice:
    """Paid steps of a plan week beyond *after_steps* cost *price* each.

    That is on top of what steps cost by themselves.
    """

    agent_id: str
    week: int
    after_steps: int
    price: int


Price: TypeAlias = (
    StepPrice
    | ShortPrice
    | IdlePrice
    | ShiftPrice
    | CountPrice
    | ChangePrice
    | WeekHoursPrice
)


class Term(Protocol):
    """A part of the objective."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield what the term costs, in forms that every search understands."""
        ...

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Return the term's value of a roster, recomputed without the search."""
        ...


TERMS: Registry[type[Term]] = Registry("objective term", "solver.objectives")
