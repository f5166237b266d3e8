"""Commercial terms from YAML: a mapping becomes the dataclass that its place asks for.

The dataclasses of :mod:`scenarios` say what they need by their fields; what they refuse
comes back with line and column.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scenarios.cost_model import COST_MODELS, CostModel
from scenarios.months import Month
from scenarios.terms import TermsError
from wfm.domain.errors import UsageError
from wfm.io.problems import BadValueError, did_you_mean
from wfm.io.values import parse_bool, parse_date, parse_number
from wfm.io.yaml_source import DocumentProblems, Path

MODEL_KEY = "model"


class TermsReader:
    """Reads terms of one document; every fault is noted, none raised.

    Parameters
    ----------
    faults
        Where to note them.
    """

    def __init__(self, faults: DocumentProblems) -> None:
        self._faults = faults

    def read(self, shape: Any, data: object, path: Path, **given: object) -> Any:
        """Return *data* at *path* as a *shape*; ``None`` after a fault was noted.

        Parameters
        ----------
        shape
            A type, as a field's annotation gives it.
        given
            Values of fields that the mapping may leave out (``currency``).
        """
        shape = _without_none(shape)
        is_scalar = not isinstance(data, dict | list)
        if shape is CostModel:
            return self._cost_model(data, path, given)
        if is_scalar and hasattr(shape, "parse"):
            return self._scalar(_parse_of(shape), data, path, _expected(shape))
        if is_dataclass(shape):
            first = _first_list(shape) if isinstance(data, list) else None
            whole = {first: data} if first else data
            return self._record(shape, whole, path, given)
        return self._plain(shape, data, path, given)

    def _plain(
        self, shape: Any, data: object, path: Path, given: Mapping[str, object]
    ) -> Any:
        origin = typing.get_origin(shape)
        if origin is tuple:
            return self._list(typing.get_args(shape)[0], data, path, given)
        if origin in {dict, Mapping}:
            return self._mapping(typing.get_args(shape)[1], data, path, given)
        return self._scalar(_parser(shape), data, path, _expected(shape))

    def _cost_model(self, data: object, path: Path, given: Mapping[str, object]) -> Any:
        if not isinstance(data, dict) or MODEL_KEY not in data:
            known = ", ".join(COST_MODELS.names())
            self._faults.at_value(path, f"the key {MODEL_KEY!r} is missing", known)
            return None
        try:
            model = COST_MODELS[str(data[MODEL_KEY])]
        except UsageError as error:
            self._faults.at_value((*path, MODEL_KEY), str(error))
            return None
        rest = {key: value for key, value in data.items() if key != MODEL_KEY}
        return self._record(model, rest, path, given)

    def _record(
        self, shape: Any, data: object, path: Path, given: Mapping[str, object]
    ) -> Any:
        if not isinstance(data, dict):
            own = [f.name for f in fields(shape) if f.init]
            self._faults.at_value(path, "is no mapping", f"keys {', '.join(own)}")
            return None
        known = {field.name: field for field in fields(shape) if field.init}
        hints = typing.get_type_hints(shape)
        given = _passed_on(given, data)
        values = {name: value for name, value in given.items() if name in known}
        for key, value in data.items():
            if key not in known:
                self._faults.at_key(
                    (*path, key), f"unknown key{did_you_mean(key, known)}"
                )
            elif value is not None:
                values[key] = self.read(hints[key], value, (*path, key), **given)
        for name, field in known.items():
            if name not in values and _is_needed(field):
                self._faults.at_key(path, f"the key {name!r} is missing")
        return None if self._faults.is_faulty(path) else self._made(shape, values, path)

    def _made(self, shape: Any, values: dict[str, object], path: Path) -> Any:
        try:
            return shape(**values)
        except TermsError as error:
            for fault in error.faults:
                place = (*path, *fault.place)
                self._faults.at_value(place, fault.message, fault.expected)
        return None

    def _list(
        self, item: Any, data: object, path: Path, given: Mapping[str, object]
    ) -> Any:
        if isinstance(data, str):
            data = [data]
        if not isinstance(data, list):
            self._faults.at_value(path, "is no list", "a list")
            return None
        return tuple(
            self.read(item, value, (*path, i), **given) for i, value in enumerate(data)
        )

    def _mapping(
        self, item: Any, data: object, path: Path, given: Mapping[str, object]
    ) -> Any:
        if not isinstance(data, dict):
            self._faults.at_value(path, "is no mapping", "name: value")
            return None
        return {
            key: self.read(item, value, (*path, key), **given)
            for key, value in data.items()
        }

    def _scalar(self, parse: Any, data: object, path: Path, expected: str) -> Any:
        try:
            return parse(_single(data))
        except BadValueError as error:
            self._faults.at_value(path, str(error), error.expected or expected)
        except TermsError as error:
            for fault in error.faults:
                self._faults.at_value(path, fault.message, fault.expected)
        except (ArithmeticError, ValueError, UsageError):
            self._faults.at_value(path, f"{data!r} does not fit", expected)
        return None


def _passed_on(given: Mapping[str, object], data: dict[str, Any]) -> dict[str, object]:
    """Return what inner terms may leave out: the currency named around them."""
    own = data.get("currency")
    return {**given, "currency": str(own)} if own is not None else dict(given)


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _first_list(shape: Any) -> str | None:
    """Return the first field's name where it holds a list: that needs no key."""
    first = fields(shape)[0].name
    is_list = typing.get_origin(typing.get_type_hints(shape)[first]) is tuple
    return first if is_list else None


def _without_none(shape: Any) -> Any:
    if typing.get_origin(shape) in {typing.Union, types.UnionType}:
        rest = [a for a in typing.get_args(shape) if a is not type(None)]
        return rest[0] if len(rest) == 1 else typing.Union[tuple(rest)]  # noqa: UP007 - built at run time
    return shape


def _single(data: object) -> object:
    if isinstance(data, dict | list) or data is None:
        msg = "is no single value"
        raise BadValueError(msg)
    return data


def _parse_of(shape: Any) -> Any:
    return lambda value: shape.parse(str(value))


def _decimal(value: object) -> Decimal:
    number = Decimal(str(value).strip())
    if not number.is_finite():
        raise ArithmeticError
    return number


def _whole(value: object) -> int:
    return int(str(value))


def _parser(shape: Any) -> Any:
    if typing.get_origin(shape) is typing.Literal:
        return lambda value: _choice(str(value), typing.get_args(shape))
    return {
        Decimal: _decimal,
        int: _whole,
        float: parse_number,
        bool: parse_bool,
        date: parse_date,
        str: str,
    }[shape]


def _choice(value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        msg = f"{value!r} does not fit{did_you_mean(value, choices)}"
        raise BadValueError(msg, ", ".join(choices))
    return value


def _expected(shape: Any) -> str:
    if typing.get_origin(shape) is typing.Literal:
        return ", ".join(typing.get_args(shape))
    if is_dataclass(shape) and shape is not Month:
        return "a number, or a mapping"
    return {
        Decimal: "a number",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        date: "a date YYYY-MM-DD",
        Month: "a month YYYY-MM",
    }.get(shape, "a text")
