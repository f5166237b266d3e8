"""Settling which lanes open at all before the tiers are searched.

A large mix is hard for its tiers, not for its openings. First the openings of the
relaxation are tried, which gives a mix to beat. Then, lane by lane, the relaxation is
asked what any other opening would cost at least; where that is no better than the mix
to beat, the lane's openings are settled, and the bound remembers what was left out.
"""

from dataclasses import replace

import numpy as np

from scenarios.mip import Programme
from scenarios.mip_solve import MipLimits, MipOutcome, NoSolution, Optimum, solve
from scenarios.vendor_mix_model import MixModel
from wfm.domain.arrays import IntArray

_ROUGH_GAP = 5e-3
# parts of the time there is: each relaxation, the mix to beat, the search itself
_RELAXED_SHARE, _TRIAL_SHARE, _SEARCH_SHARE = 0.05, 0.25, 0.6
_FEW_VARIABLES = 4000


def solve_mix(model: MixModel, programme: Programme, limits: MipLimits) -> MipOutcome:
    """Return the outcome of *programme*; of large ones openings are probed first."""
    if programme.num_variables < _FEW_VARIABLES or not _optional(model):
        return solve(programme, limits)
    settled, left_out = _settled(model, programme, limits)
    search = _part(limits, _SEARCH_SHARE)
    outcome = solve(settled, search)
    if isinstance(outcome, Optimum):
        return replace(outcome, bound=min(outcome.bound, left_out))
    return outcome if settled is programme else solve(programme, search)


def _part(limits: MipLimits, share: float) -> MipLimits:
    return replace(limits, max_time_s=limits.max_time_s * share)


def _optional(model: MixModel) -> list[int]:
    return [v for v, lane in enumerate(model.problem.lanes) if lane.is_optional]


def _settled(
    model: MixModel, programme: Programme, limits: MipLimits
) -> tuple[Programme, float]:
    """Return the programme with openings settled, and the least that others cost."""
    relaxed = replace(programme, is_integer=np.zeros_like(programme.is_integer))
    free = solve(relaxed, _part(limits, _RELAXED_SHARE))
    if not isinstance(free, Optimum):
        return programme, np.inf
    openings = {
        v: _columns(model, v)[np.rint(free.values[_columns(model, v)]) == 1]
        for v in _optional(model)
    }
    to_beat = _cost_with(model, programme, openings, limits)
    settled, left_out = programme, np.inf
    for v, opened in openings.items():
        least = _least_otherwise(model, relaxed, v, opened, limits)
        if least >= to_beat * (1 - limits.relative_gap / 2):
            settled = _with_openings(model, settled, v, opened)
            left_out = min(left_out, least)
    return settled, left_out


def _cost_with(
    model: MixModel,
    programme: Programme,
    openings: dict[int, IntArray],
    limits: MipLimits,
) -> float:
    """Return what a mix with these openings costs; infinite if none was found."""
    for v, opened in openings.items():
        programme = _with_openings(model, programme, v, opened)
    rough = replace(limits, relative_gap=max(limits.relative_gap, _ROUGH_GAP))
    outcome = solve(programme, _part(rough, _TRIAL_SHARE))
    return outcome.objective if isinstance(outcome, Optimum) else np.inf


def _columns(model: MixModel, v: int) -> IntArray:
    months = range(model.problem.num_months)
    return np.array([model.is_open[v, t] for t in months])


def _with_openings(
    model: MixModel, programme: Programme, v: int, opened: IntArray
) -> Programme:
    least, most = programme.least.copy(), programme.most.copy()
    columns = _columns(model, v)
    least[columns] = most[columns] = np.isin(columns, opened)
    return replace(programme, least=least, most=most)


def _least_otherwise(
    model: MixModel, relaxed: Programme, v: int, opened: IntArray, limits: MipLimits
) -> float:
    """Return a bound on every mix in which lane *v* is not open just as in *opened*.

    A lane closed (or open) throughout is otherwise only if it is so in the first month
    or if it starts (stops) at all, which no fraction of a month can stand for.
    """
    months = range(model.problem.num_months)
    columns = _columns(model, v)
    if len(opened) == 0:
        first = [(model.is_open[v, 0], 1.0)]
        changes = [(model.starts[v, t], 1.0) for t in months if t]
        least = 1.0
    elif len(opened) == len(columns):
        first = [(model.is_open[v, 0], -1.0)]
        changes = [(model.stops[v, t], 1.0) for t in months if t]
        least = 0.0
    else:
        return -np.inf
    terms = [*first, *changes]
    row = np.full(len(terms), len(relaxed.limits))
    otherwise = replace(
        relaxed,
        row=np.concatenate([relaxed.row, row]),
        column=np.concatenate([relaxed.column, [column for column, _ in terms]]),
        value=np.concatenate([relaxed.value, [value for _, value in terms]]),
        low=np.append(relaxed.low, least),
        high=np.append(relaxed.high, np.inf),
        limits=(*relaxed.limits, None),
    )
    outcome = solve(otherwise, _part(limits, _RELAXED_SHARE))
    if isinstance(outcome, NoSolution):
        return np.inf
    return outcome.bound if isinstance(outcome, Optimum) else -np.inf
