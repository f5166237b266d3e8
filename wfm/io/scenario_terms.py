"""Commercial terms of scenarios.yaml: any frozen type is read by its fields' names.

Price models, clauses and contracts are dataclasses that judge themselves; this reads
texts into them and puts each fault at its line. A new price model needs no word here.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from scenarios.cost_model import COST_MODELS, CostModel
from scenarios.months import Month
from scenarios.terms import TermsError
from wfm.domain.errors import UsageError
from wfm.io.problems import BadValueError, did_you_mean
from wfm.io.values import parse_bool, parse_date, parse_decimal, parse_number
from wfm.io.yaml_source import DocumentProblems, Path

TermsT = TypeVar("TermsT")

MODEL_KEY = "model"


class _Bad:
    """Stands for a value that was refused and reported."""


_BAD: Final = _Bad()


def _month(text: object) -> Month:
    try:
        return Month.parse(str(text))
    except UsageError as error:
        raise BadValueError(str(error), "a month YYYY-MM") from error


def _number(text: object) -> Decimal:
    """Return a number as written; whether it may be negative is the terms' to say."""
    sign, word = (-1, str(text)[1:]) if str(text).startswith("-") else (1, text)
    return sign * parse_decimal(word)


def _whole(text: object) -> int:
    number = _number(text)
    if number != number.to_integral_value():
        msg = f"{text!r} is no whole number"
        raise BadValueError(msg, "a whole number")
    return int(number)


_SCALARS: Mapping[Any, Callable[[Any], object]] = {
    str: str,
    bool: parse_bool,
    int: _whole,
    float: parse_number,
    Decimal: _number,
    Month: _month,
    date: parse_date,
}


class TermsReader:
    """Reads typed terms out of one YAML document and notes what is wrong with them.

    Parameters
    ----------
    faults
        Where faults go.
    defaults
        Values of fields that the file may leave out, such as ``currency``; what is
        written for a set of terms holds for the terms inside it.
    """

    def __init__(
        self, faults: DocumentProblems, defaults: Mapping[str, object] | None = None
    ) -> None:
        self._faults = faults
        self._defaults = dict(defaults or {})

    def terms(
        self,
        shape: type[TermsT],
        data: object,
        path: Path,
        given: Mapping[str, object] | None = None,
    ) -> TermsT | None:
        """Return *data* as a *shape*, a dataclass; ``None`` if there is any fault.

        *given* are values of fields that are not written in the file.
        """
        made = self._table(shape, data, path, dict(given or {}))
        return None if isinstance(made, _Bad) else made

    def read(self, shape: Any, data: object, path: Path) -> Any:
        """Return *data* as any *shape* that a field may have; ``None`` if faulty."""
        made = self._value(shape, data, path)
        return None if made is _BAD else made

    def cost_model(self, data: object, path: Path) -> CostModel | None:
        """Return the cost model that ``model:`` names, with its terms."""
        made = self._cost_model(data, path)
        return None if isinstance(made, _Bad) else made

    def _table(
        self, shape: type[TermsT], data: object, path: Path, given: dict[str, object]
    ) -> TermsT | _Bad:
        if isinstance(data, str) and hasattr(shape, "parse"):
            return self._made(lambda: shape.parse(data), path, data)  # type: ignore[attr-defined] # asked for above
        if isinstance(data, list) and (name := _first_list(shape)):
            data = {name: data}
        if not isinstance(data, dict):
            self._faults.at_value(path, "no terms", "a mapping (key: value)")
            return _BAD
        inner = TermsReader(self._faults, {**self._defaults, **_currency_of(data)})
        fields = {
            f.name: f
            for f in dataclasses.fields(typing.cast("Any", shape))
            if f.name not in given
        }
        values = inner._values(shape, fields, data, path)
        for name in fields:
            if name in self._defaults and name not in values:
                values[name] = self._defaults[name]
        is_whole = self._is_whole(fields, values, data, path)
        if not is_whole or _has_bad(values.values()):
            return _BAD
        return self._made(lambda: shape(**given, **values), path, data)

    def _values(
        self,
        shape: type[Any],
        fields: Mapping[str, Any],
        data: Mapping[str, object],
        path: Path,
    ) -> dict[str, object]:
        hints = typing.get_type_hints(shape)
        return {
            name: self._value(hints[name], data[name], (*path, name))
            for name in fields
            if name in data
        }

    def _is_whole(
        self,
        fields: Mapping[str, Any],
        values: Mapping[str, object],
        data: Mapping[str, object],
        path: Path,
    ) -> bool:
        unknown = [key for key in data if key not in fields]
        for key in unknown:
            self._faults.at_key((*path, key), f"unknown key{did_you_mean(key, fields)}")
        missing = [
            f.name
            for f in fields.values()
            if f.name not in values
            and f.default is dataclasses.MISSING
            and f.default_factory is dataclasses.MISSING
        ]
        for name in missing:
            self._faults.at_key(path, f"the key {name!r} is missing")
        return not unknown and not missing

    def _made(
        self, make: Callable[[], TermsT], path: Path, data: object
    ) -> TermsT | _Bad:
        try:
            return make()
        except TermsError as error:
            for fault in error.faults:
                self._faults.at_value(
                    (*path, *fault.place), fault.message, fault.expected
                )
        except (InvalidOperation, UsageError):
            self._faults.at_value(path, f"{data!r} can't be read", "a number")
        return _BAD

    def _value(self, hint: Any, data: object, path: Path) -> Any:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in {typing.Union, types.UnionType}:  # a shape or None
            return None if data is None else self._value(arguments[0], data, path)
        if origin is not None:
            return self._container(origin, arguments, data, path)
        if hint is CostModel:
            return self._cost_model(data, path)
        if hint in _SCALARS:
            return self._scalar(hint, data, path)
        return self._table(hint, data, path, {})

    def _container(
        self, origin: Any, arguments: tuple[Any, ...], data: object, path: Path
    ) -> object:
        if origin is typing.Literal:
            return self._choice(arguments, data, path)
        if origin is tuple:
            return self._list(arguments[0], data, path)
        return self._mapping(arguments[1], data, path)

    def _scalar(self, kind: Any, data: object, path: Path) -> object:
        if not isinstance(data, str):
            self._faults.at_value(path, "no single value", f"a {kind.__name__.lower()}")
            return _BAD
        try:
            return _SCALARS[kind](data)
        except BadValueError as error:
            self._faults.at_value(path, str(error), error.expected)
            return _BAD

    def _choice(self, choices: tuple[Any, ...], data: object, path: Path) -> object:
        if data in choices:
            return data
        hint = did_you_mean(str(data), choices)
        self._faults.at_value(path, f"{data!r} does not fit{hint}", ", ".join(choices))
        return _BAD

    def _list(self, hint: Any, data: object, path: Path) -> object:
        if isinstance(data, str):
            data = [data]
        if not isinstance(data, list):
            self._faults.at_value(path, "no list", "a list")
            return _BAD
        parts = [self._value(hint, part, (*path, i)) for i, part in enumerate(data)]
        return _BAD if _has_bad(parts) else tuple(parts)

    def _mapping(self, hint: Any, data: object, path: Path) -> object:
        if not isinstance(data, dict):
            self._faults.at_value(path, "no mapping", "a mapping (key: value)")
            return _BAD
        parts = {k: self._value(hint, v, (*path, k)) for k, v in data.items()}
        return _BAD if _has_bad(parts.values()) else parts

    def _cost_model(self, data: object, path: Path) -> CostModel | _Bad:
        if not isinstance(data, dict):
            self._faults.at_value(path, "no price model", "model: <name> and its terms")
            return _BAD
        if MODEL_KEY not in data:
            self._faults.at_key(path, f"the key {MODEL_KEY!r} is missing")
            return _BAD
        name, known = str(data[MODEL_KEY]), COST_MODELS.names()
        if name not in known:
            hint = did_you_mean(name, known)
            message = f"unknown price model {name!r}{hint}"
            self._faults.at_value((*path, MODEL_KEY), message, ", ".join(known))
            return _BAD
        terms = {key: value for key, value in data.items() if key != MODEL_KEY}
        return self._table(COST_MODELS[name], terms, path, {})


def _first_list(shape: type[Any]) -> str | None:
    """Return the first field's name where that is a list: it needs no key."""
    first = dataclasses.fields(shape)[0].name
    is_list = typing.get_origin(typing.get_type_hints(shape)[first]) is tuple
    return first if is_list else None


def _has_bad(values: Iterable[object]) -> bool:
    return any(value is _BAD for value in values)


def _currency_of(data: Mapping[str, object]) -> dict[str, object]:
    written = data.get("currency")
    return {"currency": written} if isinstance(written, str) else {}
