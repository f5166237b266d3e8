"""What a step costs with whole heads, by a general solver of integer programmes."""

from itertools import pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from solver.core.slots import HEAD
from solver.core.tables import (
    BACKLOG_CLASS,
    BACKLOG_COMPONENT,
    FIRST_PIECE,
    PIECE_CLASS,
    PIECE_PRICE,
)

MOST_HEADS = 60


class StepByMilp:
    """Component *k* at *t*: heads by group, their shares by class, what is served.

    Units are heads. A backlog's guarantee is held by work, by waiting, or missed.
    """

    def __init__(self, whole, prices, k, t):
        self.steps, self.prices, self.t = whole.steps, prices, t
        cover = self.steps.cover
        self.groups = np.flatnonzero(cover.component_of_group == k)
        self.classes = range(*self.steps.first_class[k : k + 2])
        serves = self.steps.serves
        self.arcs = [(g, c) for g in self.groups for c in self.classes if serves[c, g]]
        pieces = np.arange(*cover.components[k : k + 2, FIRST_PIECE])
        self.pieces = pieces[self.steps.is_live[pieces]]
        self.backlogs = np.flatnonzero(self.steps.rows[:, BACKLOG_COMPONENT] == k)
        fields = (self.groups, self.arcs, self.pieces, self.backlogs, self.backlogs)
        ends = np.cumsum([0, *map(len, fields)])
        self.num, self.places = ends[-1], [slice(*pair) for pair in pairwise(ends)]

    def solve(self):
        """Return the least cost."""
        cost, most, nothing = self._prices()
        found = milp(
            cost,
            constraints=LinearConstraint(self._rows(), 0.0, np.inf),
            bounds=Bounds(0.0, most),
            integrality=np.arange(self.num) < len(self.groups),
            options={"mip_rel_gap": 0.0},
        )
        assert found.status == 0
        return float(found.fun) + nothing

    def _prices(self):
        steps, t, own = self.steps, self.t, self.backlogs
        heads, _, served, works, holds = self.places
        cost, most = np.zeros(self.num), np.full(self.num, np.inf)
        dearest = steps.cover.pieces[self.pieces, PIECE_PRICE]
        cost[heads] = self.prices.heads[self.groups, t] + steps.idle
        cost[served] = -dearest - steps.idle
        cost[works] = -self.prices.work[own, t] - steps.idle
        cost[holds] = -steps.breach
        most[heads] = MOST_HEADS
        most[served] = steps.width[t, self.pieces] / HEAD
        most[works] = steps.most[own, t] / HEAD
        most[holds] = steps.floor[own, t] / HEAD
        nothing = steps.breach * most[holds].sum() + (dearest * most[served]).sum()
        return HEAD * cost, most, HEAD * float(nothing)

    def _rows(self):
        rows = []
        for g in self.groups:
            shares = [-float(own == g) for own, _ in self.arcs]
            rows.append(self._row(heads=self.groups == g, shares=shares))
        for c in self.classes:
            # Waiting takes heads as work does, and work counts for the guarantee.
            shares = [float(own == c) for _, own in self.arcs]
            served = self.steps.cover.pieces[self.pieces, PIECE_CLASS] == c
            waits = self.steps.rows[self.backlogs, BACKLOG_CLASS] == c
            rows.append(self._row(shares=shares, served=served, works=waits))
            rows.append(self._row(shares=shares, served=served, holds=waits))
        return np.array(rows)

    def _row(self, heads=0, shares=0, served=0, works=0, holds=0):
        row = np.zeros(self.num)
        signed = (heads, shares, -1.0 * served, -1.0 * works, -1.0 * holds)
        for place, values in zip(self.places, signed, strict=True):
            row[place] = values
        return row
