r"""Programmes made smaller by what is alike in them.

People with the same choices, costs and rules can be exchanged, and a solver that tells
them apart proves the same thing once for every way of naming them. Colour refinement
finds what is alike without being told: variables and rows get new colours by the
colours of those they meet until nothing changes. Then every variable of a cell C meets
the rows of a cell R with the same total weight :math:`w_{RC}`, so the rows of R, added
up, are one row over sums of cells:

.. math:: |R|\,low \le \sum_C w_{RC} X_C \le |R|\,high, \qquad
          X_C = \sum_{v \in C} x_v.

The sums of a solution in whole numbers are whole numbers, so the smaller programme
is a relaxation, and its linear one is as strong as that of all variables.

Grohe, Kersting, Mladenov and Selman, Dimension reduction via colour refinement, ESA
2014, doi:10.1007/978-3-662-44777-2_42; Fischetti and Liberti, Orbital shrinking, ISCO
2012, doi:10.1007/978-3-642-32147-4_6.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.cpsat.linear import Programme
from wfm.domain.arrays import IntArray

_Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shrunk:
    """A programme over sums; variable v is counted in its column ``cell[v]``."""

    programme: Programme
    cell: IntArray

    @property
    def size(self) -> IntArray:
        """How many variables each column adds up."""
        return np.bincount(self.cell).astype(np.int64)


def shrunk(given: Programme, kind: IntArray) -> Shrunk:
    """Return *given* over sums of what is alike; alike variables have equal *kind*."""
    matrix = _matrix(given)
    bounds = [kind, given.cost, given.least, given.most, given.is_whole]
    cell, group = _refined(matrix, _labels(*bounds), _labels(given.low, given.high))
    if not _is_even(matrix, cell, group):
        # Two colours met by chance: nothing is taken to be alike.
        cell, group = (np.arange(n, dtype=np.int64) for n in matrix.shape[::-1])
    return Shrunk(programme=_added_up(given, matrix, cell, group), cell=cell)


def _matrix(given: Programme) -> Any:
    from scipy.sparse import csr_matrix

    value, row, column = given.rows
    shape = (len(given.low), len(given.cost))
    return csr_matrix((np.asarray(value, dtype=np.int64), (row, column)), shape=shape)


def _labels(*columns: Any) -> IntArray:
    """Return one number for each distinct row of *columns*, counted from 0."""
    label = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        found = np.unique(column, return_inverse=True)[1].astype(np.int64)
        label = np.unique(
            label * (found.max(initial=0) + 1) + found, return_inverse=True
        )[1]
    return label.astype(np.int64)


def _refined(matrix: Any, cell: IntArray, group: IntArray) -> tuple[IntArray, IntArray]:
    """Return colours of variables and rows that tell no more apart."""
    entries = matrix.tocoo()
    row, column = entries.row, entries.col
    weight = np.unique(entries.data, return_inverse=True)[1]
    while True:
        before = cell.max(initial=-1), group.max(initial=-1)
        group = _labels(group, _met(group, row, cell[column], weight))
        cell = _labels(cell, _met(cell, column, group[row], weight))
        if (cell.max(initial=-1), group.max(initial=-1)) == before:
            return cell, group


def _met(own: IntArray, at: IntArray, colour: IntArray, weight: IntArray) -> _Words:
    """Return a fingerprint of the coloured weights that each place meets."""
    total = np.zeros(len(own), dtype=np.uint64)
    pairs = colour.astype(np.uint64) << np.uint64(24) ^ weight.astype(np.uint64)
    np.add.at(total, at, mixed(pairs))
    return total


def mixed(words: _Words) -> _Words:
    """Return *words* well mixed (splitmix64, doi:10.1145/2714064.2660195)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _members(label: IntArray) -> Any:
    """Return ``[place, label]`` 1 where the place has the label."""
    from scipy.sparse import csr_matrix

    ones, places = np.ones(len(label), dtype=np.int64), np.arange(len(label))
    shape = (len(label), int(label.max(initial=-1)) + 1)
    return csr_matrix((ones, (places, label)), shape=shape)


def _is_even(matrix: Any, cell: IntArray, group: IntArray) -> bool:
    """Return whether equal colours meet the same totals, exactly."""
    for half, own, other in ((matrix, group, cell), (matrix.T.tocsr(), cell, group)):
        totals = (half @ _members(other)).tocsr()
        first = np.unique(own, return_index=True)[1]
        if (totals != totals[first[own]]).nnz:
            return False
    return True


def _added_up(
    given: Programme, matrix: Any, cell: IntArray, group: IntArray
) -> Programme:
    """Return the programme over the sums of cells, its rows added up by groups."""
    by_cell, by_group = _members(cell), _members(group)
    size, count = np.bincount(cell), np.bincount(group)
    total = (by_group.T @ matrix @ by_cell).tocoo()
    first = np.unique(cell, return_index=True)[1]
    first_row = np.unique(group, return_index=True)[1]
    return replace(
        given,
        cost=given.cost[first],
        rows=(total.data // size[total.col], total.row, total.col),
        low=given.low[first_row] * count,
        high=given.high[first_row] * count,
        least=given.least[first] * size,
        most=given.most[first] * size,
        whole=given.is_whole[first],
    )
