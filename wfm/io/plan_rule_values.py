"""Parameters of rules as plan.yaml writes them."""

import dataclasses
import typing
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from wfm.io.plan_faults import value_words
from wfm.io.problems import BadValueError, did_you_mean
from wfm.io.values import parse_clock, parse_clock_span, parse_weekday
from wfm.io.yaml_source import DocumentProblems, Path

_NOT_PARAMETERS = frozenset({"agent_ids"})


def rule_class(name: str) -> type[Any]:
    """Return the rule called *name*."""
    from solver.rule import RULES

    return RULES[name]


def known_parameters(name: str) -> tuple[str, ...]:
    """Return the parameters of the rule called *name*."""
    fields = dataclasses.fields(rule_class(name))
    return tuple(f.name for f in fields if f.name not in _NOT_PARAMETERS)


def parameters_of(
    name: str, given: Mapping[str, Any], path: Path, faults: DocumentProblems
) -> dict[str, object] | None:
    """Return the parameters *given* to a rule at *path*; ``None`` if one is faulty."""
    hints = typing.get_type_hints(rule_class(name))
    known = known_parameters(name)
    parameters: dict[str, object] = {}
    for key, text in given.items():
        if key not in known:
            faults.at_key((*path, key), f"unknown key{did_you_mean(key, known)}")
            continue
        try:
            parameters[key] = _value(key, text, hints[key])
        except ValidationError as error:
            faults.at_value((*path, key), *value_words(error))
        except BadValueError as error:
            faults.at_value((*path, key), str(error), error.expected)
    return parameters if len(parameters) == len(given) else None


def check_whole(
    name: str, parameters: Mapping[str, object], path: Path, faults: DocumentProblems
) -> None:
    """Note it if a rule with these parameters lacks one or can't be."""
    cls = rule_class(name)
    missing = [
        field.name
        for field in dataclasses.fields(cls)
        if field.name not in parameters
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        faults.at_key(path, f"the key {missing[0]!r} is missing")
        return
    try:
        cls(**parameters)
    except ValueError as error:
        faults.at_value(path, str(error))


def _value(key: str, text: Any, kind: Any) -> object:
    """Return one value, of the kind that the rule's parameter has.

    Times of day and weekdays are written in words; a single entry may stand for a list
    of one.
    """
    if key in _IN_WORDS:
        entries = text if isinstance(text, list) else [text]
        return tuple(_IN_WORDS[key](entry) for entry in entries)
    if typing.get_origin(kind) is tuple and isinstance(text, str):
        text = [text]
    if kind is str and isinstance(text, date):
        text = text.isoformat()
    return TypeAdapter(kind).validate_python(text)


def _window(text: object) -> tuple[int, int]:
    """Return the first and last minute of a window, or of a single time."""
    if isinstance(text, list) and len(text) == 2:
        low, high = (TypeAdapter(int).validate_python(entry) for entry in text)
        return low, high
    if "-" not in str(text):
        minute = parse_clock(text)
        return minute, minute
    return parse_clock_span(text)


_IN_WORDS: Mapping[str, Callable[[object], object]] = {
    "starts": _window,
    "after": _window,
    "then": _window,
    "weekdays": parse_weekday,
    "site_on": parse_weekday,
    "home_on": parse_weekday,
}
"""Parameters of that name are lists of clock windows or weekdays, in every rule."""
