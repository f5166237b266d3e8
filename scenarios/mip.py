"""Mixed-integer linear programmes of the decisions: collected row by row, named.

Every row that stands for a limit somebody may ask about bears its name, so that what
binds, what it costs and, where nothing fits, what has to give can be told in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray

Terms: TypeAlias = Iterable[tuple[int, float]]

INFINITE = float("inf")


@dataclass(frozen=True, slots=True, order=True)
class Limit:
    """One limit in words: *name* (``capacity manila night``) and month by index."""

    name: str
    month_idx: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Minimise ``cost @ x`` under ``low <= A x <= high`` and ``least <= x <= most``.

    *A* is given by *row*, *column* and *value*; *limits* names rows (``None``: a
    definition, nothing to ask about). Rows that *dropped* names are left out.
    """

    cost: FloatArray
    least: FloatArray
    most: FloatArray
    is_integer: IntArray
    row: IntArray
    column: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    limits: tuple[Limit | None, ...]

    @property
    def num_variables(self) -> int:
        """Number of variables."""
        return len(self.cost)

    def without(self, name: str) -> "Programme":
        """Return the programme with the rows of the limit *name* made void."""
        void = np.array(
            [limit is not None and limit.name == name for limit in self.limits]
        )
        return replace(
            self,
            low=np.where(void, -INFINITE, self.low),
            high=np.where(void, INFINITE, self.high),
        )

    def fixed(self, values: FloatArray) -> "Programme":
        """Return the linear programme left when whole numbers are as in *values*."""
        whole = self.is_integer.astype(bool)
        rounded = np.rint(values)
        return replace(
            self,
            least=np.where(whole, rounded, self.least),
            most=np.where(whole, rounded, self.most),
            is_integer=np.zeros_like(self.is_integer),
        )

    def relaxed(self) -> "Programme":
        """Return the linear programme in which fractions are allowed throughout."""
        return replace(self, is_integer=np.zeros_like(self.is_integer))

    def elastic(self) -> "Programme":
        """Return: break the named limits as little as possible, at no other cost.

        The last ``2 * len(limits)`` variables say by how much each row falls short and
        exceeds; each counts in proportion to the largest figure of its row.
        """
        num_rows, num = len(self.limits), self.num_variables
        may = np.array([limit is not None for limit in self.limits])
        most = np.where(may, INFINITE, 0.0)
        size = self._largest_figures()
        rows = np.arange(num_rows)
        return replace(
            self,
            cost=np.concatenate([np.zeros(num), 1 / size, 1 / size]),
            least=np.concatenate([self.least, np.zeros(2 * num_rows)]),
            most=np.concatenate([self.most, most, most]),
            is_integer=np.concatenate(
                [self.is_integer, np.zeros(2 * num_rows, dtype=np.int64)]
            ),
            row=np.concatenate([self.row, rows, rows]),
            column=np.concatenate([self.column, num + rows, num + num_rows + rows]),
            value=np.concatenate([self.value, np.ones(num_rows), -np.ones(num_rows)]),
        )

    def _largest_figures(self) -> FloatArray:
        size = np.ones(len(self.limits))
        np.maximum.at(size, self.row, np.abs(self.value))
        for bound in (self.low, self.high):
            size = np.maximum(size, np.where(np.isfinite(bound), np.abs(bound), 0.0))
        return size

    def activity(self, values: FloatArray) -> FloatArray:
        """Return ``A x``."""
        done = np.zeros(len(self.limits))
        np.add.at(done, self.row, self.value * values[self.column])
        return done


@dataclass(slots=True)
class Builder:
    """Collects variables and rows of a programme."""

    _cost: list[float] = field(default_factory=list)
    _least: list[float] = field(default_factory=list)
    _most: list[float] = field(default_factory=list)
    _is_integer: list[int] = field(default_factory=list)
    _row: list[int] = field(default_factory=list)
    _column: list[int] = field(default_factory=list)
    _value: list[float] = field(default_factory=list)
    _low: list[float] = field(default_factory=list)
    _high: list[float] = field(default_factory=list)
    _limits: list[Limit | None] = field(default_factory=list)

    def variable(
        self,
        *,
        cost: float = 0.0,
        least: float = 0.0,
        most: float = INFINITE,
        whole: bool = False,
    ) -> int:
        """Add a variable and return its index."""
        self._cost.append(float(cost))
        self._least.append(float(least))
        self._most.append(float(most))
        self._is_integer.append(int(whole))
        return len(self._cost) - 1

    def row(
        self,
        terms: Terms,
        *,
        low: float = -INFINITE,
        high: float = INFINITE,
        limit: Limit | None = None,
    ) -> int:
        """Add ``low <= sum(factor * variable) <= high`` and return its index."""
        here = len(self._low)
        for column, value in terms:
            self._row.append(here)
            self._column.append(column)
            self._value.append(float(value))
        self._low.append(float(low))
        self._high.append(float(high))
        self._limits.append(limit)
        return here

    def programme(self) -> Programme:
        """Return what was collected."""
        return Programme(
            cost=np.array(self._cost),
            least=np.array(self._least),
            most=np.array(self._most),
            is_integer=np.array(self._is_integer, dtype=np.int64),
            row=np.array(self._row, dtype=np.int64),
            column=np.array(self._column, dtype=np.int64),
            value=np.array(self._value),
            low=np.array(self._low),
            high=np.array(self._high),
            limits=tuple(self._limits),
        )


def present(terms: Sequence[tuple[int | None, float]]) -> list[tuple[int, float]]:
    """Return the terms whose variable exists."""
    return [(column, value) for column, value in terms if column is not None]
