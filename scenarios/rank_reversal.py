"""Whether another weighting would put another vendor first.

Three views: the least change of one weight that puts another vendor first, the others
keeping their proportions (the critical criteria of Triantaphyllou and Sanchez 1997,
Decision Sciences 28(1), 151-194); the share of all weightings under which a vendor is
first (rank acceptability, Lahdelma, Hokkanen and Salminen 1998, European Journal of
Operational Research 106(1), 137-143); and the same with weights near those stated.
Marks stand on a scale of their own, not relative to the other vendors, so taking a
vendor out never turns the others around (the reversal of Belton and Gear 1983, Omega
11(3), 228-230).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.draws import stream
from wfm.domain.arrays import FloatArray

NEAR = 0.3
"""How far weights near those stated may stray, as a share of each."""
NUM_WEIGHTINGS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSwitch:
    """At *weight* of *criterion*, now *stated*, *vendor_id* is first instead."""

    criterion: str
    stated: float
    weight: float
    vendor_id: str

    @property
    def change(self) -> float:
        """By how much the weight would have to change."""
        return self.weight - self.stated


def scores(marks: FloatArray, weights: FloatArray) -> FloatArray:
    """Return weighted means: *marks* ``[v, c]``, *weights* ``[..., c]``."""
    whole: FloatArray = weights @ marks.T
    return whole


def switches(
    vendors: tuple[str, ...],
    marks: FloatArray,
    weights: Mapping[str, float],
) -> tuple[WeightSwitch, ...]:
    """Return for each criterion the nearest weight that puts another vendor first.

    Parameters
    ----------
    marks
        ``[v, c]``, criteria in the order of *weights*, which add up to 1.
    """
    names = list(weights)
    stated = np.array([weights[name] for name in names])
    now = scores(marks, stated)
    first = int(np.argmax(now))
    found = []
    for c, name in enumerate(names):
        switch = _nearest(c, first, marks, stated)
        if switch is not None:
            weight, vendor = switch
            found.append(
                WeightSwitch(
                    criterion=name,
                    stated=float(stated[c]),
                    weight=weight,
                    vendor_id=vendors[vendor],
                )
            )
    return tuple(sorted(found, key=lambda switch: abs(switch.change)))


def _nearest(
    c: int, first: int, marks: FloatArray, stated: FloatArray
) -> tuple[float, int] | None:
    """Return (weight, vendor) of the nearest switch by criterion *c* alone.

    With weight w of c and the rest in proportion, a score is w m_c + (1 - w) r, r
    being the weighted mean of the other marks: two scores meet at one w at most.
    """
    rest = 1.0 - stated[c]
    if rest <= 0.0:
        return None
    others = (marks @ stated - marks[:, c] * stated[c]) / rest
    best: tuple[float, int] | None = None
    for v in range(len(marks)):
        slope = (marks[v, c] - others[v]) - (marks[first, c] - others[first])
        apart = others[first] - others[v]
        if v == first or slope == 0.0:
            continue
        weight = float(apart / slope)
        is_nearer = best is None or abs(weight - stated[c]) < abs(best[0] - stated[c])
        if 0.0 < weight < 1.0 and is_nearer:
            best = weight, v
    return best


def first_shares(
    marks: FloatArray,
    stated: FloatArray,
    *,
    near: float | None = None,
    num: int = NUM_WEIGHTINGS,
    seed: int = 1,
) -> FloatArray:
    """Return the share of weightings under which each vendor is first ``[v]``.

    Parameters
    ----------
    near
        Weights stray by up to that share of each; ``None``: any weights, all alike
        likely (uniform over weights that add up to 1).
    """
    rng = stream(seed, "weights")
    if near is None:
        weights = rng.dirichlet(np.ones(len(stated)), num)
    else:
        factors = rng.uniform(1.0 - near, 1.0 + near, (num, len(stated)))
        weights = stated * factors
        weights = weights / weights.sum(axis=1, keepdims=True)
    reached = scores(marks, weights)
    is_first = reached >= reached.max(axis=1, keepdims=True) - 1e-12
    shared: FloatArray = (is_first / is_first.sum(axis=1, keepdims=True)).mean(axis=0)
    return shared


def dominated_by(marks: FloatArray) -> dict[int, int]:
    """Return vendor -> a vendor that is nowhere worse and somewhere better."""
    found = {}
    for v, own in enumerate(marks):
        for other, theirs in enumerate(marks):
            if (theirs >= own).all() and (theirs > own).any():
                found[v] = other
                break
    return found
