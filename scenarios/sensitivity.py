"""Which uncertainty matters: tornado, and Sobol's indices where they interact.

First-order indices after Saltelli et al. 2010, Computer Physics Communications 181(2),
259-270; total ones after Jansen 1999, Computer Physics Communications 117(1), 35-43.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from scenarios.draws import Draws, Uncertainties, at_probability
from wfm.domain.arrays import FloatArray

Measure: TypeAlias = Callable[[Draws], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class TornadoBar:
    """What one uncertainty does alone: *measure* at its 10th and 90th percentile."""

    name: str
    input_p10: float
    input_p90: float
    at_p10: float
    at_p90: float

    @property
    def swing(self) -> float:
        """Width of the bar."""
        return abs(self.at_p90 - self.at_p10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tornado:
    """Bars, the widest first, about the value with everything at its median."""

    base: float
    bars: tuple[TornadoBar, ...]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row per bar."""
        return [
            {
                "uncertainty": bar.name,
                "input_p10": bar.input_p10,
                "input_p90": bar.input_p90,
                "at_p10": bar.at_p10,
                "at_p90": bar.at_p90,
                "base": self.base,
                "swing": bar.swing,
            }
            for bar in self.bars
        ]


def tornado(uncertainties: Uncertainties, measure: Measure) -> Tornado:
    """Return how far each uncertainty alone moves *measure* from P10 to P90.

    One at a time, all others at their medians; correlation is left aside.
    """
    num = len(uncertainties.names)
    probability = np.full((num, 2 * num + 1), 0.5)
    for k in range(num):
        probability[k, 1 + 2 * k : 3 + 2 * k] = (0.1, 0.9)
    draws = at_probability(uncertainties, probability)
    values = measure(draws)
    bars = [
        TornadoBar(
            name=name,
            input_p10=float(draws[name][1 + 2 * k]),
            input_p90=float(draws[name][2 + 2 * k]),
            at_p10=float(values[1 + 2 * k]),
            at_p90=float(values[2 + 2 * k]),
        )
        for k, name in enumerate(uncertainties.names)
    ]
    widest = sorted(bars, key=lambda bar: (-bar.swing, bar.name))
    return Tornado(base=float(values[0]), bars=tuple(widest))


@dataclass(frozen=True, slots=True, kw_only=True)
class SobolIndex:
    """Share of the variance due to one uncertainty, with 95 % bootstrap half-widths.

    *first* is what it does alone, *total* with all it interacts with.
    """

    name: str
    first: float
    total: float
    first_half_width: float
    total_half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SobolIndices:
    """Indices by uncertainty, for independent inputs, and the *variance* they share."""

    variance: float
    indices: tuple[SobolIndex, ...]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row per uncertainty."""
        names = SobolIndex.__dataclass_fields__
        return [{name: getattr(x, name) for name in names} for x in self.indices]


def sobol_indices(
    uncertainties: Uncertainties, measure: Measure, *, log2_points: int = 10, seed: int
) -> SobolIndices:
    """Return Sobol's indices of *measure* from ``2**log2_points`` scrambled points.

    Correlations are left aside: shares of variance add up only for independent inputs.
    *measure* is asked for ``(k + 2) * 2**log2_points`` draws at once.
    """
    from scipy.stats import qmc

    num = len(uncertainties.names)
    sampler = qmc.Sobol(2 * num, scramble=True, rng=np.random.default_rng(seed))
    points = np.clip(sampler.random_base2(log2_points).T, 1e-12, 1 - 1e-12)
    one, other = points[:num], points[num:]
    blocks = [one, other]
    for k in range(num):
        mixed = one.copy()
        mixed[k] = other[k]
        blocks.append(mixed)
    draws = at_probability(uncertainties, np.concatenate(blocks, axis=1))
    values = measure(draws).reshape(num + 2, -1)
    variance, first, total = _estimates(values)
    widths = _bootstrap(values, np.random.default_rng(seed + 1))
    return SobolIndices(
        variance=variance,
        indices=tuple(
            SobolIndex(
                name=name,
                first=float(first[k]),
                total=float(total[k]),
                first_half_width=float(widths[0][k]),
                total_half_width=float(widths[1][k]),
            )
            for k, name in enumerate(uncertainties.names)
        ),
    )


def _estimates(values: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Return variance and indices of the blocks A, B, AB_1, ... ``[k + 2, i]``."""
    both = values[:2]
    variance = float(both.var())
    a, b, mixed = values[0], values[1] - both.mean(), values[2:]
    if variance <= 0:
        return 0.0, np.zeros(len(mixed)), np.zeros(len(mixed))
    first = (b * (mixed - a)).mean(axis=1) / variance
    total = ((a - mixed) ** 2).mean(axis=1) / (2 * variance)
    return variance, first, total


def _bootstrap(
    values: FloatArray, rng: np.random.Generator, repeats: int = 200
) -> tuple[FloatArray, FloatArray]:
    num = values.shape[1]
    firsts, totals = [], []
    for _ in range(repeats):
        _, first, total = _estimates(values[:, rng.integers(0, num, num)])
        firsts.append(first)
        totals.append(total)
    spread_first: FloatArray = 1.96 * np.std(firsts, axis=0)
    spread_total: FloatArray = 1.96 * np.std(totals, axis=0)
    return spread_first, spread_total
