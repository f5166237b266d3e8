"""A normal belief in the two numbers that make a special day."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariance:
    """Variances and covariance of *(a, b)*."""

    aa: float = 0.0
    ab: float = 0.0
    bb: float = 0.0

    def plus(self, other: Self, times: float = 1.0) -> "Covariance":
        """Return the sum with *other* taken *times*."""
        return Covariance(
            aa=self.aa + times * other.aa,
            ab=self.ab + times * other.ab,
            bb=self.bb + times * other.bb,
        )


CERTAIN = Covariance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """A normal belief in *(a, b)*: precision matrix, and precision times mean."""

    aa: float
    ab: float
    bb: float
    right_a: float
    right_b: float

    def after(self, observed: Iterable[tuple[Self, float]]) -> "Belief":
        """Return the belief after what was *observed*, each with its variance."""
        aa, ab, bb, right_a, right_b = (
            self.aa,
            self.ab,
            self.bb,
            self.right_a,
            self.right_b,
        )
        for seen, variance in observed:
            aa += seen.aa / variance
            ab += seen.ab / variance
            bb += seen.bb / variance
            right_a += seen.right_a / variance
            right_b += seen.right_b / variance
        return Belief(aa=aa, ab=ab, bb=bb, right_a=right_a, right_b=right_b)

    def covariance(self) -> Covariance:
        """Return the covariance of *(a, b)*."""
        det = self.aa * self.bb - self.ab**2
        return Covariance(aa=self.bb / det, ab=-self.ab / det, bb=self.aa / det)

    def mean(self) -> tuple[float, float]:
        """Return the expected *(a, b)*."""
        spread = self.covariance()
        return (
            spread.aa * self.right_a + spread.ab * self.right_b,
            spread.ab * self.right_a + spread.bb * self.right_b,
        )


def belief_in(
    mean: tuple[float, float], share: float, level_sd: float, share_sd: float
) -> Belief:
    r"""Return the belief in *(a, b)* of given *mean*.

    With :math:`a = \rho(1 - w)` and :math:`b = \rho w` near :math:`\rho = 1`, the level
    :math:`\rho` and the share *w* are independent, of the given deviations.
    """
    level, turn = level_sd**-2, share_sd**-2
    aa = level + share**2 * turn
    bb = level + (1.0 - share) ** 2 * turn
    ab = level - share * (1.0 - share) * turn
    ordinary, resembled = mean
    return Belief(
        aa=aa,
        ab=ab,
        bb=bb,
        right_a=aa * ordinary + ab * resembled,
        right_b=ab * ordinary + bb * resembled,
    )
