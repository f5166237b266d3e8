"""Named distributions of what is uncertain, by their quantile functions.

Quantile functions, since a Gaussian copula hands over probabilities and a tornado asks
for the 10th and 90th percentile.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wfm.domain.arrays import FloatArray


class Distribution(Protocol):
    """A quantity that is not known yet."""

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return the values that are not exceeded with *probability* in (0, 1)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """No doubt about it."""

    value: float

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return the value."""
        return np.full(np.shape(probability), self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Anything from *low* to *high* alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _rising(low=self.low, high=self.high)

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return quantiles."""
        return self.low + (self.high - self.low) * np.asarray(probability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """Bell curve."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _positive(sd=self.sd)

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return quantiles."""
        return self.mean + self.sd * normal_quantile(probability)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormal:
    """Positive and skewed; by its own *mean* and coefficient of variation *cv*."""

    mean: float
    cv: float

    def __post_init__(self) -> None:
        _positive(mean=self.mean, cv=self.cv)

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return quantiles: ``exp(m + s z)``, ``s**2 = log(1 + cv**2)``."""
        spread = np.sqrt(np.log1p(self.cv**2))
        middle = np.log(self.mean) - spread**2 / 2
        quantiles: FloatArray = np.exp(middle + spread * normal_quantile(probability))
        return quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangular:
    """By three guesses: least, likeliest, most."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _rising(low=self.low, high=self.high)
        _within(self.mode, self.low, self.high)

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return quantiles."""
        at, width = np.asarray(probability), self.high - self.low
        turn = (self.mode - self.low) / width
        rise = self.low + np.sqrt(at * width * (self.mode - self.low))
        fall = self.high - np.sqrt((1 - at) * width * (self.high - self.mode))
        return np.where(at < turn, rise, fall)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pert:
    """By three guesses, with less weight on the ends than a triangle.

    A beta distribution with mean (low + 4 mode + high) / 6: Malcolm et al. 1959,
    Operations Research 7(5), 646-669.
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _rising(low=self.low, high=self.high)
        _within(self.mode, self.low, self.high)

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return quantiles."""
        from scipy.special import betaincinv

        width = self.high - self.low
        left = 1 + 4 * (self.mode - self.low) / width
        right = 1 + 4 * (self.high - self.mode) / width
        share: FloatArray = betaincinv(left, right, np.asarray(probability))
        return self.low + width * share


@dataclass(frozen=True, slots=True, kw_only=True)
class Empirical:
    """As it was before: the *values* seen, in straight lines from one to the next."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            msg = "an empirical distribution needs values"
            raise ValueError(msg)

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Return quantiles."""
        quantiles: FloatArray = np.quantile(np.array(self.values), probability)
        return quantiles


def normal_quantile(probability: FloatArray) -> FloatArray:
    """Return quantiles of the standard normal distribution."""
    from scipy.special import ndtri

    quantiles: FloatArray = ndtri(probability)
    return quantiles


def _rising(*, low: float, high: float) -> None:
    if not low < high:
        msg = f"needs low < high, got {low} and {high}"
        raise ValueError(msg)


def _within(mode: float, low: float, high: float) -> None:
    if not low <= mode <= high:
        msg = f"mode must lie in [{low}, {high}], got {mode}"
        raise ValueError(msg)


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            msg = f"{name} must be > 0, got {value}"
            raise ValueError(msg)
