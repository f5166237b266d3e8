"""What a stretch adds up: counters in its place, and limits that labels know."""

from dataclasses import dataclass, field

import numpy as np

from solver.columns.tables import BOUND, BY_SHIFT, HIGH, KIND, NEVER, OUTSIDE
from wfm.domain.arrays import FloatArray, IntArray

SOFT = 1e7
"""What a missing hour costs where the least is soft."""
MOST_SCARCE = 5
"""A kind of which more are allowed is left to the labels."""


@dataclass(slots=True, kw_only=True)
class Limits:
    """Rows of ``StretchTables.limits`` and what choices and dates add to them."""

    rows: list[list[int]] = field(default_factory=list)
    uses: list[IntArray] = field(default_factory=list)
    room: list[IntArray] = field(default_factory=list)

    def take_scarcest(self) -> tuple[IntArray, int] | None:
        """Take out the count of shifts that allows least; return uses and limit."""
        counts = [
            (row[BOUND], n)
            for n, row in enumerate(self.rows)
            if row[KIND] == HIGH and row[BY_SHIFT] and row[BOUND] <= MOST_SCARCE
        ]
        if not counts:
            return None
        bound, n = min(counts)
        self.rows.pop(n)
        self.room.pop(n)
        return self.uses.pop(n), bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Counters that the place of a stretch holds; hours short of a soft least cost."""

    hours: IntArray
    hours_range: tuple[int, int]
    most_groups: int | None
    scarce: tuple[IntArray, int] | None
    is_soft: bool = False

    @property
    def _deep(self) -> int:
        """Places per number of groups; the last is out of reach."""
        return 1 if self.scarce is None else self.scarce[1] + 2

    @property
    def _wide(self) -> int:
        """Places per hour; the last number of groups is out of reach."""
        groups = 1 if self.most_groups is None else self.most_groups + 2
        return groups * self._deep

    def step(self) -> IntArray:
        """Return ``[c]`` how far each choice moves the place."""
        step = self.hours * self._wide
        return step if self.scarce is None else step + self.scarce[0]

    def sizes(self) -> IntArray:
        """Return ``StretchTables.core``."""
        least = max(1, int(self.hours.min())) if len(self.hours) else 1
        hit = 0 if self.most_groups is None else self._deep
        sizes = [self.hours_range[1], least, self._wide, hit]
        return np.array(sizes, dtype=np.int64)

    def final(self) -> FloatArray:
        """Return ``StretchTables.final``."""
        low, high = self.hours_range
        groups = self._wide // self._deep
        final = np.full((high + 1, groups, self._deep), NEVER)
        if self.is_soft:
            final[:low] = SOFT * (np.arange(low) - low)[:, None, None]
        final[low:] = 0.0
        if self.most_groups is not None:
            final[:, -1] = OUTSIDE
        if self.scarce is not None:
            final[:, :, -1] = OUTSIDE
        return final.reshape(-1)
