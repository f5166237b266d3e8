"""Vendor contracts, cost models and index values of scenarios.yaml."""

from collections.abc import Mapping
from decimal import Decimal

from scenarios.contract import Contract
from scenarios.cost_model import CostModel
from scenarios.months import Month
from wfm.domain.errors import UsageError
from wfm.io.problems import BadValueError
from wfm.io.scenario_terms import TermsReader
from wfm.io.values import parse_decimal
from wfm.io.yaml_source import DocumentProblems, Path


def read_contracts(
    data: object, path: Path, faults: DocumentProblems
) -> dict[str, Contract]:
    """Return the contracts of a mapping by id; faulty ones are left out and told.

    *path* is where the mapping stands in the document (``("vendor_contracts",)``).
    """
    found: dict[str, Contract] = {}
    for name, terms in _entries(data, path, faults).items():
        given = {"contract_id": name}
        contract = TermsReader(faults).terms(Contract, terms, (*path, name), given)
        if contract is not None:
            found[name] = contract
    return found


def read_cost_models(
    data: object, path: Path, faults: DocumentProblems, currency: str | None = None
) -> dict[str, CostModel]:
    """Return the cost models of a mapping by id; faulty ones are left out and told.

    *currency* is that of models which don't state one.
    """
    reader = TermsReader(faults, {"currency": currency} if currency else {})
    found: dict[str, CostModel] = {}
    for name, terms in _entries(data, path, faults).items():
        model = reader.cost_model(terms, (*path, name))
        if model is not None:
            found[name] = model
    return found


def read_indices(
    data: object, path: Path, faults: DocumentProblems
) -> dict[str, dict[Month, Decimal]]:
    """Return index values by name and month: ``{wage_ph: {2027-01: 104.2}}``."""
    found: dict[str, dict[Month, Decimal]] = {}
    for name, by_month in _entries(data, path, faults).items():
        here = (*path, name)
        values: dict[Month, Decimal] = {}
        for key, text in _entries(by_month, here, faults).items():
            try:
                value = parse_decimal(text)
            except BadValueError as error:
                faults.at_value((*here, key), str(error), error.expected)
                continue
            try:
                month = Month.parse(key)
            except UsageError as error:
                faults.at_key((*here, key), str(error), "a month YYYY-MM")
                continue
            if value <= 0:
                faults.at_value((*here, key), f"{value} is not positive", "above 0")
            values[month] = value
        found[name] = values
    return found


def _entries(
    data: object, path: Path, faults: DocumentProblems
) -> Mapping[str, object]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        faults.at_value(path, "no mapping", "a mapping (name: terms)")
        return {}
    return data
