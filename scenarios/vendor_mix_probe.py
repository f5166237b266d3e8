"""Searching a large mix: month by month first, then with the openings so found.

Months hang together by openings, terms and ramps only. With these priced, each month
is a small programme of its own, tiers and all, and the sum of their optima bounds the
whole (:mod:`scenarios.mip_pieces`). What the months choose is mostly a mix already.
Where they do not agree on openings, the cheapest ones over time are found by a shortest
path (:mod:`scenarios.vendor_mix_openings`) and the months are asked again.
"""

from dataclasses import dataclass, replace

import numpy as np

from scenarios.mip import Programme
from scenarios.mip_pieces import Pieces, take_apart
from scenarios.mip_solve import MipLimits, MipOutcome, Optimum, linear, solve
from scenarios.vendor_mix_model import MixModel
from scenarios.vendor_mix_openings import best_openings
from wfm.domain.arrays import FloatArray

_FEW_VARIABLES = 4000
# parts of the time there is: months, openings, the search with openings settled
_MONTHS_SHARE, _OPENINGS_SHARE, _SETTLED_SHARE = 0.2, 0.3, 0.2
_MOST_LANES = 2


def solve_mix(model: MixModel, programme: Programme, limits: MipLimits) -> MipOutcome:
    """Return the outcome of *programme*; large ones are taken month by month first."""
    if programme.num_variables < _FEW_VARIABLES:
        return solve(programme, limits)
    search = _Search(model=model, programme=programme, limits=limits)
    return search.outcome()


@dataclass(slots=True)
class _Search:
    """The best mix known and what nothing costs less than."""

    model: MixModel
    programme: Programme
    limits: MipLimits
    best: Optimum | None = None
    bound: float = -np.inf

    def outcome(self) -> MipOutcome:
        """Return the outcome, as near to the bound as the limits ask if possible."""
        values = self._ask_months(self.programme)
        if values is not None and not self._is_near:
            settled = self._settled(values)
            if self._ask_months(settled, is_whole=False) is None or not self._is_near:
                self._note(solve(settled, self._part(_SETTLED_SHARE)))
        if self._is_near and self.best is not None:
            return self.best
        rest = solve(self.programme, self._part(1.0 - _MONTHS_SHARE - _OPENINGS_SHARE))
        if isinstance(rest, Optimum):
            self.bound = max(self.bound, rest.bound)
        self._note(rest)
        return rest if self.best is None else self.best

    def _part(self, share: float) -> MipLimits:
        return replace(self.limits, max_time_s=self.limits.max_time_s * share)

    @property
    def _is_near(self) -> bool:
        return self.best is not None and self.best.is_optimal

    def _note(self, outcome: MipOutcome | None) -> None:
        """Keep *outcome* if it is the best mix so far, judged by the bound."""
        known = [one for one in (self.best, outcome) if isinstance(one, Optimum)]
        if not known:
            return
        best = min(known, key=lambda one: one.objective)
        best = replace(best, bound=min(self.bound, best.objective))
        near = best.gap_fraction <= self.limits.relative_gap
        self.best = replace(best, is_optimal=near)

    def _ask_months(
        self, programme: Programme, *, is_whole: bool = True
    ) -> FloatArray | None:
        """Solve the months of *programme*; note their bound and their mix, if any."""
        part = self._part(_MONTHS_SHARE)
        relaxed = linear(programme.relaxed(), part)
        if relaxed is None:
            return None
        rows = [row for rows in self.model.opening_rows.values() for row in rows]
        duals = relaxed[1]
        pieces = take_apart(programme, [*rows, *self.model.ramp_rows], (), duals)
        found = pieces.solved(part)
        if found is None:
            return None
        values, bound = found
        if is_whole:
            self.bound = max(self.bound, bound)
        chosen = linear(programme.fixed(values), part)
        self._note(None if chosen is None else chosen[0])
        if is_whole and not self._is_near:
            values = self._with_best_openings(values, duals)
        return values

    def _with_best_openings(self, values: FloatArray, duals: FloatArray) -> FloatArray:
        """Return *values* with the openings of the lanes in doubt by shortest path."""
        lanes = self._in_doubt(values)
        if not lanes:
            return values
        others = [
            row
            for v, rows in self.model.opening_rows.items()
            for row in rows
            if v not in lanes
        ]
        dropped = [row for v in lanes for row in self.model.opening_rows[v]]
        priced = [*others, *self.model.ramp_rows]
        pieces: Pieces = take_apart(self.programme, priced, dropped, duals)
        part = self._part(_OPENINGS_SHARE)
        found = best_openings(self.model, pieces, lanes, part)
        if found is None:
            return values
        openings, bound = found
        self.bound, values = max(self.bound, bound), values.copy()
        for place, is_open in openings.items():
            values[self.model.is_open[place]] = is_open
        self._note(None)
        return values

    def _in_doubt(self, values: FloatArray) -> list[int]:
        """Return the lanes whose openings change most from month to month."""
        changes = {}
        for v, lane in enumerate(self.model.problem.lanes):
            months = range(self.model.problem.num_months)
            is_open = [round(values[self.model.is_open[v, t]]) for t in months]
            changes[v] = int(np.abs(np.diff([lane.open_before, *is_open])).sum())
        doubtful = [v for v, number in changes.items() if number]
        return sorted(doubtful, key=lambda v: -changes[v])[:_MOST_LANES]

    def _settled(self, values: FloatArray) -> Programme:
        """Return the programme with lanes open in the months that *values* say."""
        least, most = self.programme.least.copy(), self.programme.most.copy()
        columns = np.array(list(self.model.is_open.values()))
        least[columns] = most[columns] = np.rint(values[columns])
        return replace(self.programme, least=least, most=most)
