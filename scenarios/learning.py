"""Learning curves, ramp cost, attrition by month: what time and turnover do to cost."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from scenarios.money import Money, decimal, rounded


def learning_exponent(learning_rate: float) -> float:
    """Return log2(*learning_rate*): each doubling multiplies by the rate.

    Raises
    ------
    ValueError
        If the rate is not in (0, 1].
    """
    if not 0 < learning_rate <= 1:
        msg = f"a learning rate lies in (0, 1], got {learning_rate}"
        raise ValueError(msg)
    return math.log2(learning_rate)


def wright_average(n: float, learning_rate: float, first: float = 1.0) -> float:
    """Return the cumulative average of *n* units (Wright 1936, model A)."""
    return first * math.pow(n, learning_exponent(learning_rate))


def wright_unit(n: int, learning_rate: float, first: float = 1.0) -> float:
    """Return unit *n* where cumulative averages learn (Wright)."""
    done = n * wright_average(n, learning_rate, first)
    before = (n - 1) * wright_average(n - 1, learning_rate, first) if n > 1 else 0.0
    return done - before


def crawford_unit(n: float, learning_rate: float, first: float = 1.0) -> float:
    """Return unit *n* where units learn (Crawford 1944, model B)."""
    return first * math.pow(n, learning_exponent(learning_rate))


def crawford_total(n: int, learning_rate: float, first: float = 1.0) -> float:
    """Return the sum of the first *n* units where units learn (Crawford)."""
    return math.fsum(crawford_unit(i, learning_rate, first) for i in range(1, n + 1))


def monthly_from_annual_cohort(annual_fraction: float) -> float:
    """Return monthly attrition where *annual_fraction* of a closed cohort leaves.

    1 - (1 - a) ** (1/12): those who left can't leave again.

    Raises
    ------
    ValueError
        If the fraction is not in [0, 1).
    """
    if not 0 <= annual_fraction < 1:
        msg = f"a share of a cohort lies in [0, 1), got {annual_fraction}"
        raise ValueError(msg)
    return -math.expm1(math.log1p(-annual_fraction) / 12)


def annual_cohort_from_monthly(monthly_fraction: float) -> float:
    """Return the share of a closed cohort lost in a year."""
    return -math.expm1(math.log1p(-monthly_fraction) * 12)


def monthly_from_annual_turnover(annual_turnover: float) -> float:
    """Return monthly attrition where leavers / mean headcount is *annual_turnover*.

    Leavers are replaced, so a year's turnover may exceed 1; a month has a twelfth.
    """
    return annual_turnover / 12


def ramp_cost(
    hourly_wage: Decimal,
    hours_per_month: float,
    productivity: Sequence[float],
    currency: str,
) -> tuple[Money, ...]:
    """Return what a hire is paid for and does not yet deliver, by month of the ramp.

    Wage x hours x (1 - productivity), each month to the minor unit. Source: R. Davis,
    How to measure the costs of attrition III (2016).
    """
    paid = Fraction(hourly_wage) * Fraction(decimal(hours_per_month))
    return tuple(
        rounded(paid * (1 - Fraction(decimal(share))), currency)
        for share in productivity
    )


def attrition_cost(
    annual_turnover: Decimal, mean_heads: Decimal, cost_per_leaver: Money
) -> Money:
    """Return a year's cost of replacing those who leave; linear in turnover."""
    leavers = Fraction(annual_turnover) * Fraction(mean_heads)
    return rounded(leavers * Fraction(cost_per_leaver.amount), cost_per_leaver.currency)
