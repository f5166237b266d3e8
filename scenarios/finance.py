"""Time value of money; every convention has a name of its own.

Flows are one number per period, money paid out below 0. Sources: numpy-financial's
conventions, Microsoft's of NPV, XNPV and PMT; Gitman, Principles of Managerial Finance.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Literal, TypeAlias

DAYS_PER_YEAR = 365.0
"""XNPV and XIRR count actual days over 365."""


def npv_from_now(rate: float, flows: Sequence[float]) -> float:
    """Return the net present value, the first flow being now and undiscounted.

    The convention of ``numpy_financial.npv``.

    Raises
    ------
    ValueError
        If the rate is -100 % or less.
    """
    return present_value(rate, flows, range(len(flows)))


def npv_end_of_period(rate: float, flows: Sequence[float]) -> float:
    """Return the net present value, the first flow being one period away.

    The convention of spreadsheets' NPV.

    Raises
    ------
    ValueError
        If the rate is -100 % or less.
    """
    return present_value(rate, flows, range(1, len(flows) + 1))


def xnpv(rate: float, flows: Sequence[float], dates: Sequence[date]) -> float:
    """Return the value on the first date of flows on *dates*, actual days over 365.

    Raises
    ------
    ValueError
        If the rate is -100 % or less, or flows and dates don't pair up.
    """
    return present_value(rate, flows, _years(dates))


def present_value(rate: float, flows: Sequence[float], times: Sequence[float]) -> float:
    """Return the sum of flows / (1 + rate) ** times.

    Raises
    ------
    ValueError
        If the rate is -100 % or less, or flows and times don't pair up.
    """
    if not rate > -1:
        msg = f"the rate must be above -1, got {rate}"
        raise ValueError(msg)
    growth = math.log1p(rate)
    pairs = zip(flows, times, strict=True)
    return math.fsum(flow * math.exp(-growth * time) for flow, time in pairs)


def monthly_rate(annual_rate: float) -> float:
    """Return the rate per month that compounds to *annual_rate*."""
    return math.expm1(math.log1p(annual_rate) / 12)


def annual_rate(monthly: float) -> float:
    """Return the rate per year that *monthly* compounds to."""
    return math.expm1(math.log1p(monthly) * 12)


def payment(
    rate: float,
    num_periods: int,
    present: float,
    future: float = 0.0,
    due: Literal["end", "begin"] = "end",
) -> float:
    """Return the level payment per period of a loan (spreadsheets' PMT).

    Money received is positive: borrowing *present* gives a payment below 0. *future*
    is what is left at the end.

    Raises
    ------
    ValueError
        If there is no period or the rate is -100 % or less.
    """
    if num_periods < 1 or not rate > -1:
        msg = f"needs periods >= 1 and a rate above -1, got {num_periods} and {rate}"
        raise ValueError(msg)
    if rate == 0:
        return -(present + future) / num_periods
    growth = num_periods * math.log1p(rate)
    when = 1 + rate if due == "begin" else 1.0
    annuity = -math.expm1(-growth) / rate * when
    return -(present + future * math.exp(-growth)) / annuity


@dataclass(frozen=True, slots=True, kw_only=True)
class PaysBack:
    """*first* and *lasting*: periods until the sum is not negative, and stays so.

    Within a period money is taken to flow evenly. Both are the same unless the sum
    turns negative again.
    """

    first: float
    lasting: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverPaysBack:
    """The sum ends below 0 by *short_of*; *first* is when it was once not negative."""

    short_of: float
    first: float | None


def payback(flows: Sequence[float], rate: float = 0.0) -> PaysBack | NeverPaysBack:
    """Return when the sum of flows, the first being now, turns positive for good.

    With a *rate* flows are discounted first (discounted payback).

    Raises
    ------
    ValueError
        If there are no flows or the rate is -100 % or less.
    """
    if not flows:
        msg = "no flows"
        raise ValueError(msg)
    worth = [present_value(rate, [x], [t]) for t, x in enumerate(flows)]
    sums = list(accumulate(worth))
    rises = [
        _reached(t, sums)
        for t, level in enumerate(sums)
        if level >= 0 and (t == 0 or sums[t - 1] < 0)
    ]
    if sums[-1] < 0:
        return NeverPaysBack(short_of=-sums[-1], first=rises[0] if rises else None)
    return PaysBack(first=rises[0], lasting=rises[-1])


def _reached(t: int, sums: Sequence[float]) -> float:
    if t == 0:
        return 0.0
    return t - 1 + sums[t - 1] / (sums[t - 1] - sums[t])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Every rate above -100 % at which the flows are worth nothing, rising."""

    rates: tuple[float, ...]

    @property
    def is_unique(self) -> bool:
        """Whether there is one; several are no measure of return."""
        return len(self.rates) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRate:
    """There is no rate at which the flows are worth nothing; *reason* says why."""

    reason: str


InternalRate: TypeAlias = Rates | NoRate


def irr(flows: Sequence[float]) -> InternalRate:
    """Return all internal rates of return per period, the first flow being now."""
    return internal_rates(flows, range(len(flows)))


def xirr(flows: Sequence[float], dates: Sequence[date]) -> InternalRate:
    """Return all internal rates per year of flows on *dates*, actual days over 365.

    Raises
    ------
    ValueError
        If flows and dates don't pair up.
    """
    return internal_rates(flows, _years(dates))


def internal_rates(flows: Sequence[float], times: Sequence[float]) -> InternalRate:
    r"""Return all rates :math:`r > -1` with :math:`\sum c_i (1+r)^{-t_i} = 0`.

    With :math:`r = e^x - 1` this is :math:`f(x) = \sum c_i e^{-x t_i}`. Let the signs
    of the flows change s times. For a between the times of one change,
    :math:`(e^{a x} f)'` has the zeros of a sum of the same shape with s - 1 changes,
    and by Rolle's theorem it has one between any two zeros of f. So the zeros of f are
    found by bisection between those of that sum, down to a sum without a change, which
    has none: Descartes' rule of signs made a method. Touching zeros count once; a rate
    beyond what a float can hold is infinite.

    Raises
    ------
    ValueError
        If flows and times don't pair up.
    """
    net: dict[float, float] = {}
    for flow, time in zip(flows, times, strict=True):
        net[time] = net.get(time, 0.0) + flow
    terms = [(float(t), c) for t, c in sorted(net.items()) if c]
    if not terms:
        return NoRate(reason="all flows are zero: any rate fits")
    if not _sign_changes(terms):
        word = "received" if terms[0][1] > 0 else "paid"
        return NoRate(reason=f"money is only {word}")
    zeros = _zeros(terms)
    if not zeros:
        return NoRate(reason="the flows are worth the same sign at every rate")
    return Rates(rates=tuple(_rate(x) for x in zeros))


def _rate(growth: float) -> float:
    return math.expm1(growth) if growth < _MAX_EXPONENT else math.inf


_MAX_EXPONENT = 709.0
_Terms: TypeAlias = Sequence[tuple[float, float]]
_ROUNDING = 8 * 2.0**-52


def _sign_changes(terms: _Terms) -> list[int]:
    return [
        i for i in range(1, len(terms)) if (terms[i][1] > 0) != (terms[i - 1][1] > 0)
    ]


def _zeros(terms: _Terms) -> list[float]:
    """Return the zeros x of the sum of c exp(-x t), rising."""
    changes = _sign_changes(terms)
    if not changes:
        return []
    middle = (terms[changes[0]][0] + terms[changes[0] - 1][0]) / 2
    steeper = [((t - middle), (t - middle) * c) for t, c in terms]
    low, high = _range(terms)
    turns = [x for x in _zeros(steeper) if low < x < high]
    marks = [low, *turns, high]
    zeros: list[float] = []
    for left, right in pairwise(marks):
        if left != low and _sign(terms, left) == 0:
            zeros.append(left)
        elif _sign(terms, left) * _sign(terms, right) < 0:
            zeros.append(_bisected(terms, left, right))
    return zeros


def _range(terms: _Terms) -> tuple[float, float]:
    """Return bounds beyond which the last and the first term outweigh the others."""
    times = [t for t, _ in terms]
    sizes = [abs(c) for _, c in terms]
    upper = math.log(max(1.0, sum(sizes[1:]) / sizes[0])) / (times[1] - times[0])
    lower = math.log(max(1.0, sum(sizes[:-1]) / sizes[-1])) / (times[-1] - times[-2])
    return -lower - 1.0, upper + 1.0


def _sign(terms: _Terms, x: float) -> int:
    """Return the sign at *x*; 0 where rounding of the terms could make either."""
    shift = max(-x * t for t, _ in terms)
    parts = [c * math.exp(-x * t - shift) for t, c in terms]
    value, noise = math.fsum(parts), math.fsum(map(abs, parts))
    reach = 1 + max(abs(x * t) for t, _ in terms)
    if abs(value) <= _ROUNDING * noise * reach:
        return 0
    return 1 if value > 0 else -1


def _bisected(terms: _Terms, low: float, high: float) -> float:
    rising = _sign(terms, high) > 0
    for _ in range(200):
        middle = (low + high) / 2
        sign = _sign(terms, middle)
        if sign == 0 or middle in {low, high}:
            return middle
        if (sign > 0) == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _years(dates: Sequence[date]) -> list[float]:
    return [(day - dates[0]).days / DAYS_PER_YEAR for day in dates]
