"""Exchange rates and index values that contracts need, asked for all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scenarios.contract import Contract
from scenarios.cost_model import CostModel, PricingContext
from scenarios.months import Month
from scenarios.statement import missing_rates
from wfm.domain.errors import InputError, Problem


def missing_inputs(
    price: CostModel,
    months: Sequence[Month],
    context: PricingContext,
    currency: str | None = None,
) -> tuple[Problem, ...]:
    """Return a problem for each rate and index value that *months* lack.

    With a *currency*, rates into it are needed as well. Months outside a contract need
    nothing.
    """
    priced = list(months)
    if isinstance(price, Contract):
        last = price.last_month
        priced = [m for m in months if price.start <= m and (not last or m <= last)]
        context = replace(context, start=price.start)
    pairs = _pairs(price)
    if currency is not None:
        pairs |= {(price.currency, currency)}
    needed = {(m, source, target) for m in priced for source, target in pairs}
    missing = [
        problem
        for index, month in sorted(_index_values(price, priced, context))
        for problem in _missing_value(context, index, month)
    ]
    return (*missing_rates(context.fx, needed), *missing)


def _models(price: CostModel) -> Iterator[CostModel]:
    """Yield a cost model and those inside it."""
    yield price
    inside = [*getattr(price, "parts", {}).values()]
    inside += [getattr(price, "costs", None), getattr(price, "price", None)]
    for model in inside:
        if model is not None:
            yield from _models(model)


def _pairs(price: CostModel) -> set[tuple[str, str]]:
    """Return the pairs of currencies in which a price converts."""
    pairs = {(model.currency, price.currency) for model in _models(price)}
    if isinstance(price, Contract) and price.fx is not None:
        pairs.add((price.currency, price.fx.cost_currency))
    return pairs


def _index_values(
    price: CostModel, months: Sequence[Month], context: PricingContext
) -> set[tuple[str, Month]]:
    """Return the index values, by name and month, that a price reads."""
    read: set[tuple[str, Month]] = set()
    if isinstance(price, Contract):
        read |= {
            (clause.index, at)
            for clause in price.indices
            for month in months
            for at in clause.read_months(price.start, month)
        }
    for model in _models(price):
        name = getattr(model, "wage_index", None)
        if name is not None and months:
            read |= {(name, month) for month in (context.start, *months)}
    return read


def _missing_value(
    context: PricingContext, index: str, month: Month
) -> tuple[Problem, ...]:
    try:
        context.index(index, month)
    except InputError as error:
        return error.problems
    return ()
