"""Prices of scenarios.yaml: contracts, cost models, indices, rates; changed by path."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

from scenarios.contract import Contract
from scenarios.cost_model import CostModel, PricingContext
from scenarios.fx import FxTable
from scenarios.money import decimal
from scenarios.months import Month
from scenarios.patch import Patch, changed_value
from scenarios.pricing_months import PriceBook
from wfm.domain.errors import UsageError
from wfm.domain.plan import ExchangeRate
from wfm.io.scenario_paths import PatchError, expanded
from wfm.io.scenario_schema import ScenarioFileTable
from wfm.io.terms_reader import TermsReader
from wfm.io.yaml_source import DocumentProblems

RATES = "exchange_rates"
SECTIONS = ("cost_models", "vendor_contracts", "indices")


def price_book(
    table: ScenarioFileTable,
    rates: Iterable[ExchangeRate],
    currency: str,
    faults: DocumentProblems,
) -> PriceBook:
    """Return the prices of *table*; what is wrong goes to *faults*."""
    reader = TermsReader(faults)
    prices: dict[str, CostModel] = {}
    for name, data in table.cost_models.items():
        prices[name] = reader.read(CostModel, data, ("cost_models", name))
    for name, data in table.vendor_contracts.items():
        place = ("vendor_contracts", name)
        if name in prices:
            faults.at_key(place, "a cost model has the same name")
        prices[name] = reader.read(
            Contract, data, place, contract_id=name, start=table.start
        )
    context = PricingContext(
        start=table.start,
        fx=FxTable.of(rates),
        indices=_indices(table.indices, faults),
    )
    return PriceBook(prices=prices, context=context, currency=currency)


def _indices(
    indices: Mapping[str, Mapping[str, Any]], faults: DocumentProblems
) -> dict[str, dict[Month, Decimal]]:
    found: dict[str, dict[Month, Decimal]] = {}
    for name, values in indices.items():
        for month, value in values.items():
            place = ("indices", name, month)
            try:
                found.setdefault(name, {})[Month.parse(month)] = Decimal(str(value))
            except UsageError:
                faults.at_key(place, f"{month!r} is no month", "a month YYYY-MM")
            except InvalidOperation:
                faults.at_value(place, f"{value!r} is no number", "a number")
    return found


def with_prices_changed(
    table: ScenarioFileTable, patches: Sequence[Patch]
) -> ScenarioFileTable:
    """Return *table* with the terms that *patches* name changed.

    Raises
    ------
    PatchError
        If there is no such place, or its value is no number.
    """
    data = {name: copy.deepcopy(getattr(table, name)) for name in SECTIONS}
    for patch in patches:
        places = list(expanded(data, patch.path.split(".")))
        changed = [place for place in places if _change(data, place, patch)]
        if not changed:
            msg = f"{patch.path}: nothing is called so"
            raise PatchError(msg)
    return table.model_copy(update=data)


def _change(data: Any, keys: Sequence[str], patch: Patch) -> bool:
    holder = data
    for key in keys[:-1]:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or keys[-1] not in holder:
        return False
    try:
        value = changed_value(patch.operation, holder[keys[-1]], patch.value)
    except UsageError as error:
        msg = f"{'.'.join(keys)}: {error}"
        raise PatchError(msg) from error
    holder[keys[-1]] = str(value)
    return True


def with_rates_changed(fx: FxTable, patches: Sequence[Patch]) -> FxTable:
    """Return *fx* with rates ``exchange_rates.<from>.<to>`` changed in every month.

    A pair listed the other way round moves by the inverse.

    Raises
    ------
    PatchError
        If no such rate is listed, or would not be positive.
    """
    rates = dict(fx.rates)
    for patch in patches:
        keys = patch.path.split(".")
        listed = [key for key in rates if len(keys) == 3 and _is_pair(key, keys[1:])]
        if not listed:
            msg = f"{patch.path}: exchange_rates.csv has no such pair"
            raise PatchError(msg)
        for month, source, target in listed:
            before = rates[month, source, target]
            straight = fnmatchcase(source, keys[1]) and fnmatchcase(target, keys[2])
            now = changed_value(
                patch.operation, float(before if straight else 1 / before), patch.value
            )
            rate = Fraction(decimal(float(str(now))))
            if rate <= 0:
                msg = f"{patch.path}: a rate of {float(rate):g} is not positive"
                raise PatchError(msg)
            rates[month, source, target] = rate if straight else 1 / rate
    return replace(fx, rates=rates)


def _is_pair(key: tuple[Month, str, str], pair: Sequence[str]) -> bool:
    _, source, target = key
    return any(
        fnmatchcase(one, pair[0]) and fnmatchcase(other, pair[1])
        for one, other in ((source, target), (target, source))
    )
