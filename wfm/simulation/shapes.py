"""Distributions of handle time, patience and delay: a shape, whose mean is apart.

A shape has mean 1; a draw is the shape's times the mean that holds at the contact's
arrival. So one shape serves a whole day of handle times.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from wfm.simulation.records import Records, record_type, records

CONSTANT, EXPONENTIAL, LOGNORMAL, GAMMA, MIXTURE, QUANTILES = range(6)
"""Values of ``kind`` in shapes' rows."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the mean."""


@dataclass(frozen=True, slots=True)
class Exponential:
    """No memory: the assumption of the Erlang formulas."""


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal with coefficient of variation *cv*; handle times often are."""

    cv: float

    def __post_init__(self) -> None:
        _positive("cv", self.cv)


@dataclass(frozen=True, slots=True)
class Gamma:
    """Gamma with coefficient of variation *cv*; below 1 steadier than exponential."""

    cv: float

    def __post_init__(self) -> None:
        _positive("cv", self.cv)


@dataclass(frozen=True, slots=True)
class Hyperexponential:
    """A mixture of exponentials: *weights* of branches with relative *means*.

    A branch of mean 0 is somebody who gives up at once.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.means) or not self.weights:
            msg = f"{len(self.weights)} weights for {len(self.means)} means"
            raise ValueError(msg)
        mean = float(np.dot(self.weights, self.means))
        if min(*self.weights, *self.means) < 0.0 or not 0.0 < mean < np.inf:
            msg = "weights and means must not be negative, and their mean positive"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Empirical:
    """A quantile function, linear between *values* at evenly spaced levels.

    The sorted observations are such values; ``Empirical((3.0, 7.0))`` is uniform.
    """

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        ordered = sorted(self.values) == list(self.values)
        if len(self.values) < 2 or not ordered or self.values[0] < 0.0:
            msg = "an empirical shape needs two or more rising values from 0 on"
            raise ValueError(msg)
        _positive("the largest value", self.values[-1])


Shape: TypeAlias = (
    Constant | Exponential | Lognormal | Gamma | Hyperexponential | Empirical
)


def _positive(name: str, value: float) -> None:
    if not 0.0 < value < np.inf:
        msg = f"{name} must be positive and finite, got {value}"
        raise ValueError(msg)


ROW = record_type(ints="kind first end", floats="cv")
"""A shape: its points, and the coefficient of variation where the kind has one."""

POINT = record_type(floats="upto value")
"""Cumulative weight and mean of a branch, or value of a quantile."""


class ShapeTables(NamedTuple):
    """Shapes as the kernels read them: records of shapes, and of their points."""

    rows: Records
    points: Records


def shape_tables(shapes: tuple[Shape, ...]) -> ShapeTables:
    """Return *shapes* in flat arrays, rescaled to mean 1."""
    rows = []
    points: list[tuple[float, float]] = []
    for shape in shapes:
        kind, cv, more = _flat(shape)
        rows.append((kind, len(points), len(points) + len(more), cv))
        points += more
    return ShapeTables(rows=records(rows, ROW), points=records(points, POINT))


def _flat(shape: Shape) -> tuple[int, float, list[tuple[float, float]]]:
    match shape:
        case Hyperexponential(weights=weights, means=means):
            return MIXTURE, 0.0, _branches(weights, means)
        case Empirical(values=values):
            return QUANTILES, 0.0, _quantiles(values)
        case Lognormal(cv=cv):
            return LOGNORMAL, cv, []
        case Gamma(cv=cv):
            return GAMMA, cv, []
        case _:
            is_constant = isinstance(shape, Constant)
            return CONSTANT if is_constant else EXPONENTIAL, 0.0, []


def _branches(
    weights: tuple[float, ...], means: tuple[float, ...]
) -> list[tuple[float, float]]:
    share = np.array(weights) / np.sum(weights)
    scaled = np.array(means) / np.dot(share, means)
    upto = np.cumsum(share)
    upto[-1] = 1.0
    return list(zip(upto.tolist(), scaled.tolist(), strict=True))


def _quantiles(values: tuple[float, ...]) -> list[tuple[float, float]]:
    given = np.array(values)
    mean = float(((given[1:] + given[:-1]) / 2.0).mean())
    return [(0.0, value) for value in (given / mean).tolist()]
