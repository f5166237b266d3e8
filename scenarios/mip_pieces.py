r"""Programmes that fall into pieces once the rows between these are priced.

With prices :math:`y` of linking rows :math:`l \le L x \le u`, nothing costs less than

.. math:: \sum_r y_r b_r + \min_x \{(c - L^\top y) x\},
    \qquad b_r = l_r \text{ where } y_r > 0, \; u_r \text{ where } y_r < 0

over the other rows, and this minimum is taken piece by piece, whole numbers included.
At the duals of the linear relaxation the bound is no less than that relaxation's, and
far better where the pieces are hard for their whole numbers (Lagrangian relaxation:
Geoffrion 1974, doi:10.1007/BFb0120690).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from scenarios.mip import Programme
from scenarios.mip_solve import MipLimits, Optimum, solve
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

_PIECE_GAP_SHARE = 0.1
_LEAST_PIECE_S, _FAIR_SHARES = 0.5, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A programme taken apart: *parts* are columns and the programme of each piece.

    *values* are those of the columns in no piece. With them, and with what the prices
    come to, *constant* is to be added to the pieces' costs.
    """

    parts: tuple[tuple[IntArray, Programme], ...]
    values: FloatArray
    constant: float

    def solved(self, limits: MipLimits) -> tuple[FloatArray, float] | None:
        """Return values that may break the priced rows, and the bound.

        ``None`` where a piece was not solved in time.
        """
        values, bound = self.values.copy(), self.constant
        clock = Allowance(limits, len(self.parts))
        for columns, piece in self.parts:
            outcome = solve(piece, clock.next_part())
            if not isinstance(outcome, Optimum):
                return None
            values[columns] = outcome.values
            bound += outcome.bound
        return values, bound


class Allowance:
    """Deals out the time of *limits* to so many *pieces*.

    A piece may take a few times its fair share of what is left: most need far less.
    """

    def __init__(self, limits: MipLimits, pieces: int) -> None:
        self._end, self._pieces = monotonic() + limits.max_time_s, pieces
        self._gap = limits.relative_gap * _PIECE_GAP_SHARE

    def next_part(self) -> MipLimits:
        """Return the limits of the next piece."""
        left = self._end - monotonic()
        share = _FAIR_SHARES * left / max(self._pieces, 1)
        self._pieces -= 1
        return MipLimits(
            max_time_s=max(min(share, left), _LEAST_PIECE_S), relative_gap=self._gap
        )


def take_apart(
    programme: Programme,
    priced: Sequence[int],
    dropped: Sequence[int],
    duals: FloatArray,
) -> Pieces:
    """Return the pieces of *programme* without some rows.

    Rows *priced* count in the costs by their *duals*, rows *dropped* are left out.
    """
    costly, constant = _priced(programme, priced, duals)
    kept = np.ones(len(programme.limits), dtype=bool)
    kept[[*priced, *dropped]] = False
    parts = tuple(_pieces(costly, kept))
    free = costly.cost.copy()
    for columns, _ in parts:
        free[columns] = 0.0
    values = np.where(free < 0.0, programme.most, programme.least)
    constant += float(free[free != 0.0] @ values[free != 0.0])
    values = np.where(np.isfinite(values), values, 0.0)
    return Pieces(parts=parts, values=values, constant=constant)


def _priced(
    programme: Programme, rows: Sequence[int], duals: FloatArray
) -> tuple[Programme, float]:
    """Return *programme* with *rows* in its costs, and what their prices come to."""
    prices = np.zeros(len(duals))
    prices[list(rows)] = duals[list(rows)]
    ends = np.where(prices > 0.0, programme.low, programme.high)
    prices = np.where(np.isfinite(ends), prices, 0.0)
    cost = programme.cost.copy()
    np.subtract.at(cost, programme.column, prices[programme.row] * programme.value)
    used = prices != 0.0
    return replace(programme, cost=cost), float(prices[used] @ ends[used])


def _pieces(
    programme: Programme, kept: BoolArray
) -> Iterator[tuple[IntArray, Programme]]:
    """Yield the columns and the programme of each piece that *kept* rows tie."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    entries = np.flatnonzero(kept[programme.row])
    rows, columns = programme.row[entries], programme.column[entries]
    num, size = programme.num_variables, programme.num_variables + len(kept)
    ties = coo_array((np.ones(len(rows)), (rows + num, columns)), shape=(size, size))
    label = connected_components(ties, directed=False)[1][:num]
    for piece in np.unique(label[columns]):
        own = entries[label[columns] == piece]
        yield np.flatnonzero(label == piece), _piece(programme, label == piece, own)


def _piece(programme: Programme, own: BoolArray, entries: IntArray) -> Programme:
    """Return the programme of the variables *own* and of the rows of *entries*."""
    rows, row = np.unique(programme.row[entries], return_inverse=True)
    place = np.cumsum(own) - 1
    return Programme(
        cost=programme.cost[own],
        least=programme.least[own],
        most=programme.most[own],
        is_integer=programme.is_integer[own],
        row=row.astype(np.int64),
        column=place[programme.column[entries]],
        value=programme.value[entries],
        low=programme.low[rows],
        high=programme.high[rows],
        limits=tuple(programme.limits[r] for r in rows.tolist()),
    )
