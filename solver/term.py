"""Objective terms: one file each, two faces (prices for search, value of a roster)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.outcome import Allocation
from wfm.domain.registry import Registry
from wfm.domain.roster import Roster, RosterInstance


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


Price: TypeAlias = StepPrice | ShortPrice | IdlePrice


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
