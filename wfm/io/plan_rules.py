"""The rules of plan.yaml: known names, valid parameters, floors of ``min_cover``."""

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from wfm.domain.plan import PlanRule, QueueFloor
from wfm.io.plan_checks import check_reference, names_written
from wfm.io.plan_convert import opening_hours
from wfm.io.plan_faults import validated_part, value_words
from wfm.io.plan_schema import CoverTable, PlanTable
from wfm.io.problems import did_you_mean
from wfm.io.yaml_source import DocumentProblems, Path

MIN_COVER = "min_cover"
_NOT_PARAMETERS = frozenset({"agent_ids"})


def plan_rules(
    plan: PlanTable, faults: DocumentProblems
) -> tuple[tuple[PlanRule, ...], tuple[QueueFloor, ...]]:
    """Return the rules of plan, sites and contracts, and the floors of queues."""
    rules: list[PlanRule] = []
    floors: list[QueueFloor] = []
    general: dict[str, Mapping[str, object]] = {}
    for level in _levels(plan):
        for name, value in level.rules.items():
            path = (*level.path, name)
            if not _is_known(name, path, faults):
                continue
            if name == MIN_COVER and value != "off":
                rule, queue_floors = _min_cover(value, path, level, plan, faults)
                floors += queue_floors
            else:
                rule = _rule(name, value, path, level, general.get(name, {}), faults)
            if rule is not None:
                rules.append(rule)
                if level.is_general:
                    general[name] = rule.parameters
    return tuple(rules), tuple(floors)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    path: Path
    rules: Mapping[str, Any]
    site_id: str | None = None
    contract_id: str | None = None

    @property
    def is_general(self) -> bool:
        return self.site_id is None and self.contract_id is None


def _levels(plan: PlanTable) -> Iterator[_Level]:
    yield _Level(path=("rules",), rules=plan.rules)
    for site_id, site in plan.sites.items():
        path: Path = ("sites", site_id, "rules")
        yield _Level(path=path, rules=site.rules or {}, site_id=site_id)
    for name, contract in plan.employment_contracts.items():
        path = ("employment_contracts", name, "rules")
        yield _Level(path=path, rules=contract.rules or {}, contract_id=name)


def _is_known(name: str, path: Path, faults: DocumentProblems) -> bool:
    from solver.rule import RULES

    known = tuple(RULES)
    if name not in known:
        faults.at_key(path, f"unknown rule{did_you_mean(name, known)}")
    return name in known


def _rule(
    name: str,
    value: Any,
    path: Path,
    level: _Level,
    general: Mapping[str, object],
    faults: DocumentProblems,
) -> PlanRule | None:
    if value == "off":
        return PlanRule(
            rule=name,
            enabled=False,
            site_id=level.site_id,
            contract_id=level.contract_id,
        )
    if value in (None, "on"):
        value = {}
    if not isinstance(value, dict):
        message = f"{value!r} is not a setting of the rule"
        faults.at_value(path, message, "its parameters as {name: value}, or off")
        return None
    parameters = _parameters(name, value, path, faults)
    if parameters is None:
        return None
    _check_whole(name, {**general, **parameters}, path, faults)
    return PlanRule(
        rule=name,
        parameters=parameters,
        site_id=level.site_id,
        contract_id=level.contract_id,
    )


def _rule_class(name: str) -> type[Any]:
    from solver.rule import RULES

    return RULES[name]


def _parameters(
    name: str, given: Mapping[str, Any], path: Path, faults: DocumentProblems
) -> dict[str, object] | None:
    rule_class = _rule_class(name)
    hints = typing.get_type_hints(rule_class)
    known = [
        field.name
        for field in dataclasses.fields(rule_class)
        if field.name not in _NOT_PARAMETERS
    ]
    parameters: dict[str, object] = {}
    for key, text in given.items():
        if key not in known:
            faults.at_key((*path, key), f"unknown key{did_you_mean(key, known)}")
            continue
        try:
            parameters[key] = TypeAdapter(hints[key]).validate_python(text)
        except ValidationError as error:
            faults.at_value((*path, key), *value_words(error))
    return parameters if len(parameters) == len(given) else None


def _check_whole(
    name: str, parameters: Mapping[str, object], path: Path, faults: DocumentProblems
) -> None:
    rule_class = _rule_class(name)
    missing = [
        field.name
        for field in dataclasses.fields(rule_class)
        if field.name not in parameters
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        faults.at_key(path, f"the key {missing[0]!r} is missing")
        return
    try:
        rule_class(**parameters)
    except ValueError as error:
        faults.at_value(path, str(error))


def _min_cover(
    value: Any,
    path: Path,
    level: _Level,
    plan: PlanTable,
    faults: DocumentProblems,
) -> tuple[PlanRule | None, list[QueueFloor]]:
    if not level.is_general:
        faults.at_key(path, "floors are named for the whole plan", "rules.min_cover")
        return None, []
    if value is None:
        value = []
    if not isinstance(value, list):
        message = f"{value!r} is no list of floors" if value else "no list of floors"
        faults.at_value(path, message, "- {site: ..., agents: 2, when: {...}}")
        return None, []
    floors: list[dict[str, object]] = []
    queue_floors: list[QueueFloor] = []
    for i, entry in enumerate(value):
        table = validated_part(CoverTable, entry, (*path, i), faults)
        if table is None or not _names_one(table, (*path, i), plan, faults):
            continue
        spans = opening_hours(table.when).spans
        if table.queue is not None:
            queue_floors.append(
                QueueFloor(queue_id=table.queue, agents=table.agents, spans=spans)
            )
        else:
            key = "site" if table.site is not None else "skill"
            named = table.site if table.site is not None else table.skill
            floors.append({key: named, "agents": table.agents, "spans": spans})
    return PlanRule(rule=MIN_COVER, parameters={"floors": tuple(floors)}), queue_floors


def _names_one(
    table: CoverTable, path: Path, plan: PlanTable, faults: DocumentProblems
) -> bool:
    named = [key for key in ("queue", "skill", "site") if getattr(table, key)]
    if len(named) != 1:
        message = f"a floor names {' and '.join(named) or 'nothing'}"
        faults.at_key(path, message, "one of queue, skill, site")
        return False
    skills = {skill for queue in plan.queues.values() for skill, _ in queue.requires}
    known = {
        "queue": names_written(faults, "queues"),
        "site": names_written(faults, "sites"),
        "skill": tuple(sorted(skills)),
    }[named[0]]
    name = getattr(table, named[0])
    check_reference(name, known, named[0], (*path, named[0]), faults)
    return name in known
