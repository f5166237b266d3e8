"""The cheapest openings over time, where months by themselves do not agree on them.

Each month is solved with every choice of a few lanes open or closed; what opening,
closing and terms cost between months makes a shortest path through these choices. Its
length bounds every mix, and the path says when the lanes should be open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import TypeAlias

import numpy as np

from scenarios.mip import Programme
from scenarios.mip_pieces import Allowance, Pieces
from scenarios.mip_solve import MipLimits, NoSolution, Optimum, solve
from scenarios.vendor_mix import Lane
from scenarios.vendor_mix_model import MixModel

Ages: TypeAlias = tuple[int, ...]
"""How long each lane has been open, up to its term; 0: closed."""


def best_openings(
    model: MixModel, pieces: Pieces, lanes: Sequence[int], limits: MipLimits
) -> tuple[dict[tuple[int, int], float], float] | None:
    """Return ``[v, t]`` when *lanes* should be open, and a bound on every mix.

    Of *pieces* the rows of these lanes' openings were left out. ``None`` where a month
    was not solved in time.
    """
    costs = _month_costs(model, pieces, lanes, limits)
    if costs is None:
        return None
    terms = [model.problem.lanes[v] for v in lanes]
    before = tuple(_term(lane) * lane.open_before for lane in terms)
    reached: dict[Ages, tuple[float, tuple[Ages, ...]]] = {before: (0.0, ())}
    for t, by_choice in enumerate(costs):
        ahead: dict[Ages, tuple[float, tuple[Ages, ...]]] = {}
        for ages, (cost, path) in reached.items():
            for after, change in _steps(terms, ages, model.problem.discount()[t]):
                month = by_choice[tuple(int(age > 0) for age in after)]
                total = cost + change + month
                if total < ahead.get(after, (np.inf, ()))[0]:
                    ahead[after] = (total, (*path, after))
        reached = ahead
    if not reached:
        return None
    length, path = min(reached.values())
    openings = {
        (v, t): float(ages[i] > 0)
        for t, ages in enumerate(path)
        for i, v in enumerate(lanes)
    }
    return openings, pieces.constant + length


def _term(lane: Lane) -> int:
    return max(lane.term_months, 1)


def _steps(
    lanes: Sequence[Lane], ages: Ages, discount: float
) -> Iterator[tuple[Ages, float]]:
    """Yield what may follow *ages* in a month, and what the changes cost."""
    options = []
    for lane, age in zip(lanes, ages, strict=True):
        if age == 0:
            options.append([(0, 0.0), (1, lane.opening_minor * discount)])
        else:
            options.append([(min(age + 1, _term(lane)), 0.0)])
            if age == _term(lane):
                options[-1].append((0, lane.closing_minor * discount))
    for chosen in product(*options):
        yield tuple(age for age, _ in chosen), sum(cost for _, cost in chosen)


def _month_costs(
    model: MixModel, pieces: Pieces, lanes: Sequence[int], limits: MipLimits
) -> list[dict[tuple[int, ...], float]] | None:
    """Return by month what each choice of open *lanes* costs at least."""
    choices = list(product((0, 1), repeat=len(lanes)))
    clock = Allowance(limits, model.problem.num_months * len(choices))
    found = []
    for t in range(model.problem.num_months):
        wanted = [model.is_open[v, t] for v in lanes]
        columns, piece = next(p for p in pieces.parts if np.isin(wanted, p[0]).all())
        at = np.searchsorted(columns, wanted)
        by_choice = {}
        for choice in choices:
            outcome = solve(_held(piece, at, choice), clock.next_part())
            if isinstance(outcome, Optimum):
                by_choice[choice] = outcome.bound
            elif isinstance(outcome, NoSolution):
                by_choice[choice] = np.inf
            else:
                return None
        found.append(by_choice)
    return found


def _held(piece: Programme, at: np.ndarray, choice: Sequence[int]) -> Programme:
    least, most = piece.least.copy(), piece.most.copy()
    least[at] = most[at] = np.clip(choice, least[at], most[at])
    return replace(piece, least=least, most=most)
