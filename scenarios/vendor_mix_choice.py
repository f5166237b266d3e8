"""Choosing the vendor mix: solve, recompute every bill, say what binds."""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from scenarios.mip import Programme
from scenarios.mip_solve import (
    MipLimits,
    NoSolution,
    Optimum,
    is_binding,
    polished,
    solve,
    what_gives,
)
from scenarios.vendor_mix import MixProblem
from scenarios.vendor_mix_model import MixModel
from scenarios.vendor_mix_probe import solve_mix
from scenarios.vendor_mix_result import (
    LimitUse,
    MixFound,
    MixInfeasible,
    MixNotFound,
    MixOutcome,
    lane_bills,
    present_value,
)
from wfm.domain.arrays import FloatArray
from wfm.domain.errors import ModelError

_DEMAND = "demand "
_TOLERANCE_FRACTION = 1e-6


def choose_mix(problem: MixProblem, limits: MipLimits | None = None) -> MixOutcome:
    """Return the mix of least net present cost, or what makes any impossible.

    Raises
    ------
    ModelError
        If the bills recomputed from the price lists exceed what the programme says.
    """
    limits = limits or MipLimits()
    model = MixModel(problem=problem)
    programme = model.programme()
    outcome = solve_mix(model, programme, limits)
    if isinstance(outcome, Optimum):
        return _found(model, programme, outcome)
    if isinstance(outcome, NoSolution):
        gives = what_gives(programme, limits)
        months = problem.months
        return MixInfeasible(
            gives=tuple(
                (limit.name, months[limit.month_idx], amount)
                for limit, amount in gives.items()
            )
        )
    return MixNotFound()


def with_savings(
    found: MixFound, limits: MipLimits | None = None, *, most: int = 10
) -> MixFound:
    """Return *found* with what the dearest *most* binding limits cost in all.

    Each is taken away by itself and the mix chosen anew. Several together may save
    more or less than the sum.
    """
    limits = limits or MipLimits()
    programme = MixModel(problem=found.problem).programme()
    uses = []
    for rank, use in enumerate(found.binding):
        if rank < most:
            outcome = solve(programme.without(use.name), limits)
            if isinstance(outcome, Optimum):
                saving = max(0.0, found.npv_minor - outcome.objective)
                use = replace(use, saving_minor=saving)
        uses.append(use)
    return replace(found, binding=tuple(uses))


def _found(model: MixModel, programme: Programme, rough: Optimum) -> MixFound:
    optimum, duals = polished(programme, rough)
    problem = model.problem
    num_lanes, months = len(problem.lanes), problem.num_months
    contacts = np.zeros((num_lanes, len(problem.segments), months))
    for place, column in model.contacts.items():
        contacts[place] = max(0.0, optimum.values[column])
    overlap = np.zeros((num_lanes, len(problem.bands), months))
    for spot, columns in model.overlap.items():
        overlap[spot] = optimum.values[columns].sum()
    billed = _by_lane_month(model.billed, optimum, (num_lanes, months))
    is_open = _by_lane_month(model.is_open, optimum, (num_lanes, months)) > 0.5
    bills = lane_bills(problem, contacts, overlap, billed, is_open)
    npv = present_value(problem, bills)
    slack = _TOLERANCE_FRACTION * max(abs(optimum.objective), 1.0) + 0.5 * len(bills)
    if npv > optimum.objective + slack:
        msg = f"bills add up to {npv}, the programme says {optimum.objective}"
        raise ModelError(msg)
    return MixFound(
        problem=problem,
        contacts=contacts,
        overlap_hours=overlap,
        is_open=is_open,
        bills=bills,
        npv_minor=npv,
        bound_minor=optimum.bound,
        is_optimal=optimum.is_optimal,
        binding=_binding(problem, programme, optimum, duals),
        marginal_minor=_marginal(problem, programme, duals),
    )


def _by_lane_month(
    columns: dict[tuple[int, int], int], optimum: Optimum, shape: tuple[int, int]
) -> FloatArray:
    values = np.zeros(shape)
    for place, column in columns.items():
        values[place] = optimum.values[column]
    return values


def _binding(
    problem: MixProblem, programme: Programme, optimum: Optimum, duals: FloatArray
) -> tuple[LimitUse, ...]:
    months = defaultdict(set)
    worth: dict[str, float] = defaultdict(float)
    at_bound = is_binding(programme, optimum)
    for limit, binds, dual in zip(
        programme.limits, at_bound, duals.tolist(), strict=True
    ):
        if limit is None or not binds or limit.name.startswith(_DEMAND):
            continue
        months[limit.name].add(problem.months[limit.month_idx])
        worth[limit.name] += abs(dual)
    uses = [
        LimitUse(name=name, months=tuple(sorted(found)), worth_minor=worth[name])
        for name, found in months.items()
    ]
    return tuple(sorted(uses, key=lambda use: (-use.worth_minor, use.name)))


def _marginal(
    problem: MixProblem, programme: Programme, duals: FloatArray
) -> FloatArray:
    index = {f"{_DEMAND}{segment}": g for g, segment in enumerate(problem.segments)}
    marginal = np.zeros(problem.demand.shape)
    for limit, dual in zip(programme.limits, duals.tolist(), strict=True):
        if limit is not None and limit.name in index:
            marginal[index[limit.name], limit.month_idx] = dual
    return marginal
