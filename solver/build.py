"""From the settings of a plan to rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from difflib import get_close_matches
from typing import Any, cast

from solver.dated import Dated
from solver.rule import RULES, Rule
from wfm.domain.errors import UsageError
from wfm.domain.roster import RuleSetting

_TEXT = ("str", "<class 'str'>")
_ALWAYS = (date.min, date.max)
_WHOLE_PLAN = frozenset({"min_cover", "hand_over", "n_minus_1"})


def build_rules(
    settings: Sequence[RuleSetting], agent_ids: Iterable[str] = ()
) -> tuple[Rule, ...]:
    """Return the rules that *settings* ask for, sorted by name.

    Rules that need no parameters hold though no setting names them; a setting with
    ``{"enabled": False}`` switches one off for its agents. Where the settings of such
    a rule name some agents only, it goes on holding for the rest of *agent_ids*.

    Raises
    ------
    UsageError
        If a rule or parameter is unknown, missing or out of range.
    """
    everybody = frozenset(agent_ids)
    by_name: dict[str, list[RuleSetting]] = {name: [] for name in RULES}
    for setting in settings:
        RULES[setting.rule]  # a name that does not exist is an error
        by_name[setting.rule].append(setting)
    rules: list[Rule] = []
    for name, own in sorted(by_name.items()):
        parts = {(setting.first, setting.last) for setting in own} or {_ALWAYS}
        for first, last in sorted(parts):
            here = [s for s in own if (s.first, s.last) == (first, last)]
            found = _of_part(name, here, everybody)
            if (first, last) != _ALWAYS:
                # its name and whether it is always on come from the rule that it holds
                found = [cast("Rule", Dated(rule, first, last)) for rule in found]
            rules += found
    return tuple(rules)


def _of_part(
    name: str, own: Sequence[RuleSetting], everybody: frozenset[str]
) -> list[Rule]:
    """Return the rules called *name* by its settings for the same dates."""
    merged = [_for_whole_plan(own)] if name in _WHOLE_PLAN and own else own
    rules = [_build(setting) for setting in merged if _is_on(setting)]
    return [*rules, *_by_default(name, merged, everybody)]


def _is_on(setting: RuleSetting) -> bool:
    return setting.parameters.get("enabled", True) is not False


def _by_default(
    name: str, settings: Sequence[RuleSetting], everybody: frozenset[str]
) -> list[Rule]:
    """Return the rule as it holds for those whom no setting names."""
    if not RULES[name].always:
        return []
    if not settings:
        return [_build(RuleSetting(rule=name))]
    named = [setting.agent_ids for setting in settings]
    rest = everybody.difference(*(ids for ids in named if ids is not None))
    if None in named or not rest:
        return []
    return [_build(RuleSetting(rule=name, agent_ids=rest))]


def _for_whole_plan(settings: Sequence[RuleSetting]) -> RuleSetting:
    """Return one setting for a rule that is about queues, not about its agents."""
    parameters: dict[str, Any] = {}
    on = [setting for setting in settings if _is_on(setting)]
    for setting in on:
        for key, value in setting.parameters.items():
            if isinstance(value, list | tuple):
                old = tuple(parameters.get(key, ()))
                value = (*old, *(item for item in value if item not in old))
            parameters[key] = value
    if not on:
        parameters["enabled"] = False
    return RuleSetting(rule=settings[0].rule, parameters=parameters)


def _build(setting: RuleSetting) -> Rule:
    cls: Any = RULES[setting.rule]
    given = {k: v for k, v in setting.parameters.items() if k != "enabled"}
    known = {f.name: f for f in fields(cls) if f.name != "agent_ids"}
    _refuse_unknown(setting.rule, given, known)
    values = {
        name: _as(setting.rule, name, str(known[name].type), value)
        for name, value in given.items()
    }
    try:
        rule: Rule = cls(**values, agent_ids=setting.agent_ids)
    except (TypeError, ValueError) as error:
        msg = f"rule {setting.rule}: {error}"
        raise UsageError(msg) from error
    return rule


def _refuse_unknown(
    rule: str, given: Mapping[str, object], known: Mapping[str, object]
) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {list(known)}"
            msg = f"rule {rule} has no parameter {name!r}{hint}"
            raise UsageError(msg)


def _as(rule: str, name: str, kind: str, value: object) -> object:
    """Return *value* as the parameter's type; a number may come as text."""
    if "tuple" in kind and isinstance(value, list | tuple):
        return tuple(value)
    if "bool" in kind and isinstance(value, bool):
        return value
    if (kind in _TEXT or "Literal" in kind) and isinstance(value, str):
        return value
    number = _number(value) if "tuple" not in kind else None
    if number is None:
        expected = _expected(kind)
        msg = f"rule {rule}: {name} is {value!r}, expected {expected}"
        raise UsageError(msg)
    return number


def _expected(kind: str) -> str:
    if "tuple" in kind:
        return "a list"
    if "bool" in kind:
        return "true or false"
    return "a text" if kind in _TEXT or "Literal" in kind else "a number"


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number
