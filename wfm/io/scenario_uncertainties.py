"""Uncertainties of scenarios.yaml: distributions by name, and how they correlate."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from scenarios import distributions
from scenarios.distributions import Distribution
from scenarios.draws import ImpossibleCorrelationError, Uncertainties
from scenarios.patch import Provenance
from scenarios.uncertain_input import UncertainInput
from wfm.io.problems import BadValueError, did_you_mean
from wfm.io.scenario_schema import ScenarioFileTable, UncertaintyTable
from wfm.io.values import parse_number
from wfm.io.yaml_source import DocumentProblems, Path

DISTRIBUTIONS: Mapping[str, type[Any]] = {
    "fixed": distributions.Fixed,
    "uniform": distributions.Uniform,
    "normal": distributions.Normal,
    "lognormal": distributions.LogNormal,
    "triangular": distributions.Triangular,
    "pert": distributions.Pert,
    "empirical": distributions.Empirical,
}


def uncertain_inputs(
    table: ScenarioFileTable, faults: DocumentProblems
) -> tuple[UncertainInput, ...]:
    """Return what is uncertain; what is wrong goes to *faults*."""
    return tuple(_inputs(table, faults))


def _inputs(
    table: ScenarioFileTable, faults: DocumentProblems
) -> Iterator[UncertainInput]:
    for name, entry in table.uncertainties.items():
        place: Path = ("uncertainties", name)
        distribution = _distribution(entry, place, faults)
        if entry.per_year and entry.operation != "scale":
            message = f"a factor per year can't {entry.operation}"
            faults.at_value((*place, "per_year"), message, "operation: scale")
        if distribution is None:
            continue
        given = ", ".join(f"{k} {v}" for k, v in entry.parameters.items())
        yield UncertainInput(
            name=name,
            path=entry.path,
            operation=entry.operation,
            distribution=distribution,
            text=f"{entry.distribution} ({given})",
            yearly=entry.per_year,
            provenance=Provenance(
                owner=entry.owner, date=entry.date, source=entry.source
            ),
        )


def _distribution(
    entry: UncertaintyTable, place: Path, faults: DocumentProblems
) -> Distribution | None:
    kind = DISTRIBUTIONS.get(entry.distribution)
    if kind is None:
        hint = did_you_mean(entry.distribution, DISTRIBUTIONS)
        message = f"unknown distribution {entry.distribution!r}{hint}"
        faults.at_value((*place, "distribution"), message, ", ".join(DISTRIBUTIONS))
        return None
    at = (*place, "parameters")
    values = {
        name: _value(name, value, at, faults)
        for name, value in entry.parameters.items()
        if _is_known(name, kind, at, faults)
    }
    for field in fields(kind):
        is_needed = field.default is MISSING and not faults.is_faulty(at)
        if field.name not in values and is_needed:
            faults.at_key(at, f"the key {field.name!r} is missing")
    if faults.is_faulty(at) or faults.is_faulty(place):
        return None
    try:
        made: Distribution = kind(**values)
    except ValueError as error:
        faults.at_value(at, str(error))
        return None
    return made


def _is_known(name: str, kind: type[Any], at: Path, faults: DocumentProblems) -> bool:
    known = [field.name for field in fields(kind)]
    if name in known:
        return True
    faults.at_key((*at, name), f"unknown key{did_you_mean(name, known)}")
    return False


def _value(name: str, value: object, at: Path, faults: DocumentProblems) -> object:
    try:
        if isinstance(value, list):
            return tuple(parse_number(str(item)) for item in value)
        return parse_number(str(value))
    except BadValueError as error:
        faults.at_value((*at, name), str(error), error.expected)
        return None


def rank_correlation(
    table: ScenarioFileTable,
    inputs: tuple[UncertainInput, ...],
    faults: DocumentProblems,
) -> dict[tuple[str, str], float]:
    """Return correlations by pair; unknown or contradicting ones go to *faults*."""
    known = {one.name: one.distribution for one in inputs}
    found: dict[tuple[str, str], float] = {}
    for i, entry in enumerate(table.correlations):
        one, other = entry.between
        place: Path = ("correlations", i, "between")
        strange = [name for name in (one, other) if name not in table.uncertainties]
        for name in strange:
            hint = did_you_mean(name, table.uncertainties)
            faults.at_value(place, f"unknown uncertainty {name!r}{hint}")
        if one == other:
            faults.at_value(place, f"{one!r} with itself", "two different names")
        elif (one, other) in found or (other, one) in found:
            faults.at_value(place, f"{one!r} and {other!r} are joined twice")
        elif not strange:
            found[one, other] = entry.value
    if found and not faults.is_faulty(("correlations",)) and _all_known(found, known):
        try:
            Uncertainties(distributions=known, rank_correlation=found)
        except ImpossibleCorrelationError as error:
            faults.at_key(("correlations",), str(error))
    return found


def _all_known(
    pairs: Mapping[tuple[str, str], float], known: Mapping[str, object]
) -> bool:
    return all(name in known for pair in pairs for name in pair)
