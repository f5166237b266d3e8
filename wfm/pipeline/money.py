"""Currencies: digits and conversion at the plan's own rates."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from wfm.domain.errors import InputError, Problem
from wfm.domain.plan import ExchangeRate

THOUSANDTHS = 1000


@cache
def minor_digits(currency: str) -> int:
    """Return the number of minor digits of *currency*: EUR 2, JPY 0, BHD 3."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def exchange_factor(
    rates: Sequence[ExchangeRate], source: str, target: str, day: date
) -> float:
    """Return how many units of *target* one unit of *source* buys in *day*'s month.

    Raises
    ------
    InputError
        If neither the rate nor its inverse is listed for that month.
    """
    if source == target:
        return 1.0
    month = f"{day:%Y-%m}"
    for rate in rates:
        if rate.month != month:
            continue
        if (rate.source_currency, rate.target_currency) == (source, target):
            return rate.rate
        if (rate.source_currency, rate.target_currency) == (target, source):
            return 1.0 / rate.rate
    raise InputError(
        (
            Problem(
                file="exchange_rates.csv",
                message=f"no rate from {source} to {target} for {month}",
                expected=f"a row {month},{source},{target},<rate>,<source>",
            ),
        )
    )


def to_thousandths(
    amount_minor: float, source: str, target: str, factor: float
) -> float:
    """Return *amount_minor* of *source* in thousandths of a minor unit of *target*."""
    shift = 10.0 ** (minor_digits(target) - minor_digits(source))
    return amount_minor * factor * shift * THOUSANDTHS
