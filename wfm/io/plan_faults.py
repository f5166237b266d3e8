"""What the schema refuses, in the planner's words, with what can still be judged.

A plan with a fault in one place is checked on: the faulty value, or the entry that
it makes unusable, is left out and the rest is validated again, so that a misspelt
zone does not hide a forward to an unknown queue.
"""

import copy
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from wfm.io.plan_schema import PlanTable
from wfm.io.plan_types import Table
from wfm.io.problems import did_you_mean, nearest
from wfm.io.yaml_source import DocumentProblems, Path

PartT = TypeVar("PartT", bound=Table)

_MAX_ROUNDS = 12
_A_MONDAY = {"week": "2026-01-05", "week_start": "mon"}
_A_QUEUE = {
    "channel": "phone",
    "zone": "UTC",
    "requires": [],
    "open": {"daily": "24h"},
    "target": {"asa_s": "20"},
}
_STAND_INS: Mapping[str, Mapping[str, object]] = {
    "version": {"version": "1"},
    "zone": {"zone": "UTC"},
    "week": _A_MONDAY,
    "week_start": _A_MONDAY,
    "queues": {"queues": {"_": _A_QUEUE}},
}
_EXPECTED: Mapping[str, str] = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "list_type": "a list",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
    "literal_error": "{expected}",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "string_pattern_mismatch": "an id without blanks , ; + or /",
    "string_too_short": "an id",
}


def validated(data: Any, faults: DocumentProblems) -> PlanTable | None:
    """Return plan.yaml's *data* by the schema; every fault goes to *faults*.

    The result may lack what was faulty; it is ``None`` if nothing can be judged.
    """
    if not isinstance(data, dict):
        faults.at_value((), "the file holds no mapping", "lines of the form key: value")
        return None
    rest = copy.deepcopy(data)
    for round_no in range(_MAX_ROUNDS):
        try:
            return PlanTable.model_validate(rest)
        except ValidationError as error:
            details: list[Any] = error.errors(include_url=False)
        if round_no == 0:  # later rounds only see what leaving out brings about
            for detail in details:
                _report(detail, faults, PlanTable, ())
        _leave_out(rest, details)
    return None


def validated_part(
    shape: type[PartT], data: Any, place: Path, faults: DocumentProblems
) -> PartT | None:
    """Return the part of plan.yaml at *place* as a *shape*; ``None`` if faulty."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _report(detail, faults, shape, place)
    return None


def value_words(error: ValidationError) -> tuple[str, str]:
    """Return what is wrong with one value and what was expected."""
    return _words(error.errors(include_url=False)[0])


def _path(detail: Mapping[str, Any]) -> Path:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _report(
    detail: Any, faults: DocumentProblems, shape: type[Table], place: Path
) -> None:
    inner, kind = _path(detail), detail["type"]
    path = (*place, *inner)
    if kind == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
        return  # too short because of entries that are told themselves
    if kind == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), fields_at(shape, inner[:-1]))
        faults.at_key(path, f"unknown key{hint}")
    elif kind == "missing":
        siblings = _unknown_keys(faults.document.data, shape, place, inner[:-1])
        if nearest(str(path[-1]), siblings, cutoff=0.7) is None:  # not misspelt
            faults.at_key(path[:-1], f"the key {str(path[-1])!r} is missing")
    elif "[key]" in detail["loc"]:
        message, expected = _words(detail)
        faults.at_key(path, message, expected)
    else:
        message, expected = _words(detail)
        faults.at_value(path, message, expected)


def _words(detail: Mapping[str, Any]) -> tuple[str, str]:
    context = detail.get("ctx") or {}
    if "error" in context:
        error = context["error"]
        return str(error), getattr(error, "expected", "")
    given = detail["input"]
    shown = repr(given) if isinstance(given, str | int | float) else _shape(given)
    hint = ""
    if detail["type"] == "literal_error":
        choices = [word.strip("' ") for word in _choices(context["expected"])]
        near = nearest(str(given), choices)
        hint = f"; did you mean {near!r}?" if near else ""
    return f"{shown} does not fit{hint}", _expected(detail)


def _choices(expected: str) -> list[str]:
    return expected.replace(" or ", ",").split(",")


def _expected(detail: Mapping[str, Any]) -> str:
    template = _EXPECTED.get(detail["type"])
    if template is None:
        return str(detail["msg"])
    return template.format(**(detail.get("ctx") or {})).replace("'", "")


def _shape(value: object) -> str:
    match value:
        case dict():
            return "a mapping"
        case list() | tuple():
            return f"a list of {len(value)}"
        case _:
            return "nothing"


def _unknown_keys(
    data: Any, shape: type[Table], place: Path, inner: Path
) -> tuple[str, ...]:
    for part in (*place, *inner):
        data = data[part]
    known = fields_at(shape, inner)
    return tuple(key for key in data if key not in known)


def fields_at(root: type[Table], path: Path) -> tuple[str, ...]:
    """Return the keys that the schema knows for the mapping at *path*."""
    shape: Any = root
    for part in path:
        shape = _inner(shape, part)
    table = _table(shape)
    return tuple(table.model_fields) if table else ()


def _inner(shape: Any, part: str | int) -> Any:
    table = _table(shape)
    if table is not None:
        info = table.model_fields.get(str(part))
        return info.annotation if info else None
    for candidate in _alternatives(shape):
        arguments = typing.get_args(candidate)
        if arguments:
            return arguments[-1] if arguments[-1] is not Ellipsis else arguments[0]
    return None


def _table(shape: Any) -> type[Table] | None:
    for candidate in _alternatives(shape):
        if isinstance(candidate, type) and issubclass(candidate, Table):
            return candidate
    return None


def _alternatives(shape: Any) -> tuple[Any, ...]:
    origin = typing.get_origin(shape)
    if origin in {typing.Union, types.UnionType}:
        return tuple(a for a in typing.get_args(shape) if a is not type(None))
    if origin is typing.Annotated:
        return _alternatives(typing.get_args(shape)[0])
    return (shape,)


def _leave_out(data: dict[str, Any], details: list[Any]) -> None:
    """Remove from *data* what the faults make unusable, as little as may be."""
    paths = {
        _path(detail)[:-1] if detail["type"] == "missing" else _path(detail)
        for detail in details
    }
    for detail in details:
        if detail["type"] == "missing" and len(detail["loc"]) == 1:
            paths |= {_path(detail)}
    paths.discard(())
    outer = {p for p in paths if not any(p[:n] in paths for n in range(1, len(p)))}
    # From the back, so that the indices of the faults before stay right.
    for path in sorted(outer, key=lambda p: [str(x).zfill(9) for x in p], reverse=True):
        holder: Any = data
        for part in path[:-1]:
            holder = holder[part]
        if isinstance(holder, list):
            del holder[int(path[-1])]
        else:
            holder.pop(path[-1], None)
        if len(path) == 1:
            data.update(copy.deepcopy(_STAND_INS.get(str(path[0]), {})))
