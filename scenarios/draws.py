"""Draws of what is uncertain: named, correlated, the same for every option.

Each uncertainty draws from a stream of its own, addressed by seed and name, so adding
one leaves the draws of the others as they were.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from scenarios.distributions import Distribution, normal_quantile
from wfm.domain.arrays import FloatArray, read_only
from wfm.domain.errors import WfmError

_LEAST_EIGENVALUE = -1e-9


class ImpossibleCorrelationError(WfmError):
    """The correlations stated contradict one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainties:
    """Distributions by name and how they hang together.

    Attributes
    ----------
    rank_correlation
        Pair of names -> Spearman's rank correlation in (-1, 1); pairs not named are
        independent. Ranks, since these keep their meaning whatever the distributions.
    """

    distributions: Mapping[str, Distribution]
    rank_correlation: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for (one, other), value in self.rank_correlation.items():
            strange = {one, other} - set(self.distributions)
            if strange or one == other or not -1 < value < 1:
                msg = (
                    "correlations join two different uncertainties by a number in "
                    f"(-1, 1), got {one!r}, {other!r}: {value}"
                )
                raise ValueError(msg)
        self.copula()

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order given."""
        return tuple(self.distributions)

    def copula(self) -> FloatArray:
        """Return the correlations of the normals behind the ranks ``[k, k]``.

        ``2 sin(pi r / 6)``: Pearson 1907, for the Gaussian copula.

        Raises
        ------
        ImpossibleCorrelationError
            If no quantities can have all the correlations at once; the message says
            how far all of them would have to shrink.
        """
        index = {name: k for k, name in enumerate(self.names)}
        matrix = np.eye(len(index))
        for (one, other), value in self.rank_correlation.items():
            normal = 2 * np.sin(np.pi * value / 6)
            matrix[index[one], index[other]] = normal
            matrix[index[other], index[one]] = normal
        least = float(np.linalg.eigvalsh(matrix)[0]) if len(index) else 1.0
        if least < _LEAST_EIGENVALUE:
            msg = (
                "these correlations contradict one another; all of them times "
                f"{1 / (1 - least):.2f} would be possible"
            )
            raise ImpossibleCorrelationError(msg)
        return matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Values by name ``[i]``; draw *i* is the same future for every option."""

    values: Mapping[str, FloatArray]
    seed: int

    @property
    def num_draws(self) -> int:
        """Number of draws."""
        return len(next(iter(self.values.values()), ()))

    def __getitem__(self, name: str) -> FloatArray:
        """Return the draws of one uncertainty."""
        return self.values[name]


def draw(uncertainties: Uncertainties, num_draws: int, seed: int) -> Draws:
    """Return correlated draws by a Gaussian copula.

    Independent normals, one stream per name, are made to correlate by a root of the
    copula's matrix and pushed through each distribution's quantile function. The first
    draws of a longer run are those of a shorter one.
    """
    names = uncertainties.names
    if not names:
        return Draws(values=MappingProxyType({}), seed=seed)
    normals = np.stack(
        [stream(seed, name).standard_normal(num_draws) for name in names]
    )
    together = _root(uncertainties.copula()) @ normals
    return from_normals(uncertainties, together, seed)


def from_normals(uncertainties: Uncertainties, normals: FloatArray, seed: int) -> Draws:
    """Return draws whose ranks are those of correlated *normals* ``[k, i]``."""
    from scipy.special import ndtr

    probability = np.clip(ndtr(normals), 1e-15, 1 - 1e-15)
    values = {
        name: read_only(
            distribution.quantile(probability[k]), shape=(normals.shape[1],)
        )
        for k, (name, distribution) in enumerate(uncertainties.distributions.items())
    }
    return Draws(values=MappingProxyType(values), seed=seed)


def at_probability(uncertainties: Uncertainties, probability: FloatArray) -> Draws:
    """Return the draws in which each uncertainty sits at its own *probability*.

    ``[k, i]``, in the order of the names, correlation left aside.
    """
    return from_normals(uncertainties, normal_quantile(probability), seed=0)


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one name under one seed."""
    digest = hashlib.sha256(name.encode()).digest()
    words = np.frombuffer(digest, dtype=np.uint32).tolist()
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


def _root(matrix: FloatArray) -> FloatArray:
    """Return lower triangular L with L L' = matrix, which may be singular."""
    num = len(matrix)
    root = np.zeros((num, num))
    for j in range(num):
        left = matrix[j, j] - float(root[j, :j] @ root[j, :j])
        root[j, j] = np.sqrt(max(left, 0.0))
        if root[j, j] > 1e-9:
            rest = matrix[j + 1 :, j] - root[j + 1 :, :j] @ root[j, :j]
            root[j + 1 :, j] = rest / root[j, j]
    return root
