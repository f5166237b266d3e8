"""Exchange rates and index values that contracts need, asked for all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scenarios.contract import Contract
from scenarios.cost_model import CostModel, PricingContext
from scenarios.months import Month
from scenarios.statement import missing_rates
from wfm.domain.errors import InputError, Problem


def missing_inputs(
    contract: Contract,
    months: Sequence[Month],
    context: PricingContext,
    currency: str | None = None,
) -> tuple[Problem, ...]:
    """Return a problem for each rate and index value that *months* lack.

    With a *currency*, rates into it are needed as well. Months outside the contract
    need nothing.
    """
    last = contract.last_month
    billed = [m for m in months if contract.start <= m and (not last or m <= last)]
    pairs = {(source, contract.currency) for source in currencies_of(contract.price)}
    if contract.fx is not None:
        pairs.add((contract.currency, contract.fx.cost_currency))
    if currency is not None:
        pairs.add((contract.currency, currency))
    needed = {(m, source, target) for m in billed for source, target in pairs}
    own = replace(context, start=contract.start)
    missing = [
        problem
        for index, month in _index_values(contract, billed)
        for problem in _missing_value(own, index, month)
    ]
    return (*missing_rates(context.fx, needed), *missing)


def currencies_of(model: CostModel) -> frozenset[str]:
    """Return the currencies of a cost model and of the models inside it."""
    inside: list[CostModel] = [*getattr(model, "parts", {}).values()]
    if (costs := getattr(model, "costs", None)) is not None:
        inside.append(costs)
    return frozenset({model.currency}).union(*map(currencies_of, inside))


def _index_values(
    contract: Contract, months: Sequence[Month]
) -> Iterator[tuple[str, Month]]:
    needed = {
        (clause.index, read)
        for clause in contract.indices
        for month in months
        for read in clause.read_months(contract.start, month)
    }
    yield from sorted(needed)


def _missing_value(
    context: PricingContext, index: str, month: Month
) -> tuple[Problem, ...]:
    try:
        context.index(index, month)
    except InputError as error:
        return error.problems
    return ()
