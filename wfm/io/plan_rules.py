"""The rules of plan.yaml: known names, valid parameters, floors of ``min_cover``."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from wfm.domain.plan import PlanPack, PlanRule, QueueFloor
from wfm.io.plan_checks import check_reference, names_written
from wfm.io.plan_convert import opening_hours
from wfm.io.plan_faults import validated_part
from wfm.io.plan_packs import PACK, Level, pack_rules
from wfm.io.plan_rule_values import check_whole, parameters_of
from wfm.io.plan_schema import CoverTable, PlanTable
from wfm.io.problems import BadValueError, did_you_mean
from wfm.io.values import parse_date
from wfm.io.yaml_source import DocumentProblems, Path

MIN_COVER = "min_cover"
_FROM, _TO = "from", "to"
_COUNTED = ("queue", "site", "skill", "grade", "min_seniority")
"""Whom a floor of ``min_cover`` counts: those of whom all that is stated holds."""
_SHAPE = "name: setting, or a list of them"


@dataclasses.dataclass(slots=True)
class PlanRules:
    """What plan.yaml says about rules.

    Rules and packs of plan, sites and contracts that are in force on some of the plan's
    dates, and the floors of queues.
    """

    rules: list[PlanRule] = dataclasses.field(default_factory=list)
    packs: list[PlanPack] = dataclasses.field(default_factory=list)
    floors: list[QueueFloor] = dataclasses.field(default_factory=list)


def plan_rules(plan: PlanTable, faults: DocumentProblems) -> PlanRules:
    """Return the rules of plan, sites and contracts; faults go to *faults*."""
    return _Reader(plan, faults).read()


def _levels(plan: PlanTable) -> Iterator[tuple[Level, Any]]:
    yield Level(path=("rules",)), plan.rules
    for site_id, site in plan.sites.items():
        yield Level(path=("sites", site_id, "rules"), site_id=site_id), site.rules
    for name, contract in plan.employment_contracts.items():
        path: Path = ("employment_contracts", name, "rules")
        yield Level(path=path, contract_id=name), contract.rules


def _of_table(rules: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any, Path]]:
    for name, value in rules.items():
        if name == PACK and isinstance(value, list):
            for i, item in enumerate(value):
                yield PACK, item, (*path, name, i)
        else:
            yield name, value, (*path, name)


class _Reader:
    """Reads the levels, the general one first: others may add to its parameters."""

    def __init__(self, plan: PlanTable, faults: DocumentProblems) -> None:
        self.plan, self.faults = plan, faults
        self.found = PlanRules()
        self.general: dict[str, Mapping[str, object]] = {}

    def read(self) -> PlanRules:
        for level, rules in _levels(self.plan):
            entries = list(self._entries(rules, level.path))
            for name, value, path in entries:
                if name == PACK:
                    self._read_pack(value, path, level)
            for name, value, path in entries:
                if name != PACK and _is_known(name, path, self.faults):
                    self._read_rule(name, value, path, level)
        return self.found

    def _entries(self, rules: Any, path: Path) -> Iterator[tuple[str, Any, Path]]:
        """Yield name, setting and place of each rule and pack of a level."""
        if isinstance(rules, dict):
            yield from _of_table(rules, path)
        elif isinstance(rules, list):
            for i, item in enumerate(rules):
                if not isinstance(item, dict):
                    self.faults.at_value((*path, i), f"{item!r} is no rule", _SHAPE)
                elif PACK in item:
                    yield PACK, item, (*path, i)
                else:
                    yield from _of_table(item, (*path, i))
        elif rules is not None:
            self.faults.at_value(path, f"{rules!r} is no table of rules", _SHAPE)

    def _read_pack(self, value: Any, path: Path, level: Level) -> None:
        last = self.plan.week + timedelta(days=7 * self.plan.weeks - 1)
        dates = self.plan.week, last
        pack, rules = pack_rules(value, path, level, dates, self.faults)
        self.found.rules += rules
        if pack is not None:
            self.found.packs.append(pack)
        for rule in rules:
            self._note_general(rule, level)

    def _read_rule(self, name: str, value: Any, path: Path, level: Level) -> None:
        if name == MIN_COVER and value != "off":
            rule, floors = _min_cover(value, path, level, self.plan, self.faults)
            self.found.floors += floors
        else:
            rule = self._rule(name, value, path, level)
        if rule is not None:
            self.found.rules.append(rule)
            self._note_general(rule, level)

    def _note_general(self, rule: PlanRule, level: Level) -> None:
        if level.is_general:
            known = self.general.get(rule.rule, {})
            self.general[rule.rule] = {**known, **rule.parameters}

    def _rule(self, name: str, value: Any, path: Path, level: Level) -> PlanRule | None:
        if value == "off":
            return _plan_rule(name, {}, level, enabled=False)
        if value in (None, "on"):
            value = {}
        if not isinstance(value, dict):
            message = f"{value!r} is not a setting of the rule"
            expected = "its parameters as {name: value}, or off"
            self.faults.at_value(path, message, expected)
            return None
        given = {k: v for k, v in value.items() if k not in (_FROM, _TO)}
        parameters = parameters_of(name, given, path, self.faults)
        first, last = self._dates(value, path)
        if parameters is None:
            return None
        whole = {**self._given_before(name, level), **parameters}
        check_whole(name, whole, path, self.faults)
        for i, queue_id in enumerate(_named(parameters, "queues")):
            known = names_written(self.faults, "queues")
            place = (*path, "queues", i)
            check_reference(queue_id, known, "queue", place, self.faults)
        if last < self.plan.week or first > self.plan.week + timedelta(
            days=7 * self.plan.weeks - 1
        ):
            return None
        rule = _plan_rule(name, parameters, level)
        return dataclasses.replace(rule, first=first, last=last)

    def _given_before(self, name: str, level: Level) -> dict[str, object]:
        """Return what the plan and this level's packs have said about the rule."""
        given = dict(self.general.get(name, {}))
        for rule in self.found.rules:
            same = (rule.site_id, rule.contract_id) == (
                level.site_id,
                level.contract_id,
            )
            if rule.rule == name and same:
                given |= rule.parameters
        return given

    def _dates(self, value: Mapping[str, Any], path: Path) -> tuple[date, date]:
        """Return the first and last date on which a rule's table holds."""
        first, last = date.min, date.max
        try:
            if value.get(_FROM) is not None:
                first = parse_date(value[_FROM])
            if value.get(_TO) is not None:
                last = parse_date(value[_TO])
        except BadValueError as error:
            key = _FROM if first == date.min and _FROM in value else _TO
            self.faults.at_value((*path, key), str(error), error.expected)
            return first, last
        if first > last:
            self.faults.at_value((*path, _TO), f"{last} lies before {first}")
        return first, last


def _named(parameters: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Return the names that a parameter lists, none where it isn't given."""
    given = parameters.get(key, ())
    return tuple(map(str, given)) if isinstance(given, tuple) else ()


def _plan_rule(
    name: str, parameters: Mapping[str, object], level: Level, *, enabled: bool = True
) -> PlanRule:
    return PlanRule(
        rule=name,
        parameters=parameters,
        enabled=enabled,
        site_id=level.site_id,
        contract_id=level.contract_id,
    )


def _is_known(name: str, path: Path, faults: DocumentProblems) -> bool:
    from solver.rule import RULES

    known = tuple(RULES)
    if name not in known:
        faults.at_key(path, f"unknown rule{did_you_mean(name, known)}")
    return name in known


def _min_cover(
    value: Any,
    path: Path,
    level: Level,
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
        if table is None or not _is_whole(table, (*path, i), plan, faults):
            continue
        if not table.valid_from <= plan.week <= table.valid_to:
            continue
        spans = opening_hours(table.when).spans
        if _is_guarantee(table):
            queue_floors.append(
                QueueFloor(
                    queue_id=str(table.queue), agents=table.agents or 0, spans=spans
                )
            )
        else:
            floors.append({**_floor(table), "spans": spans})
    return PlanRule(rule=MIN_COVER, parameters={"floors": tuple(floors)}), queue_floors


def _is_guarantee(table: CoverTable) -> bool:
    """Return whether an entry is about a queue alone: whole people matched to it."""
    stated = {name for name in _COUNTED if getattr(table, name) is not None}
    return stated == {"queue"} and table.max_agents is None


def _floor(table: CoverTable) -> dict[str, object]:
    """Return a floor as the rule keeps it: what is stated, and how many people."""
    skill, level = table.skill or (None, 0)
    stated = {
        "queue": table.queue,
        "site": table.site,
        "skill": skill,
        "level": level or None,
        "grade": table.grade,
        "min_seniority": table.min_seniority,
        "max_agents": table.max_agents,
    }
    kept = {key: value for key, value in stated.items() if value is not None}
    return {**kept, "agents": table.agents or 0}


def _is_whole(
    table: CoverTable, path: Path, plan: PlanTable, faults: DocumentProblems
) -> bool:
    """Return whether a floor says whom it counts, and how many; note what is wrong."""
    if all(getattr(table, name) is None for name in _COUNTED):
        faults.at_key(path, "a floor names nobody", f"one of {', '.join(_COUNTED)}")
        return False
    if table.agents is None and table.max_agents is None:
        faults.at_key(path, "the key 'agents' is missing", "agents, max_agents or both")
        return False
    if table.max_agents is not None and (table.agents or 0) > table.max_agents:
        message = f"at least {table.agents} people, and at most {table.max_agents}"
        faults.at_key(path, message, "a maximum that is not below the minimum")
        return False
    if table.valid_from > table.valid_to:
        message = f"{table.valid_to} lies before {table.valid_from}"
        faults.at_value((*path, _TO), message)
        return False
    named = [kind for kind in ("queue", "site", "skill") if getattr(table, kind)]
    known = {kind: _is_named(kind, table, path, plan, faults) for kind in named}
    return all(known.values())


def _is_named(
    kind: str, table: CoverTable, path: Path, plan: PlanTable, faults: DocumentProblems
) -> bool:
    skills = {skill for queue in plan.queues.values() for skill, _ in queue.requires}
    known = {
        "queue": names_written(faults, "queues"),
        "site": names_written(faults, "sites"),
        "skill": tuple(sorted(skills)),
    }[kind]
    value = getattr(table, kind)
    name = value[0] if kind == "skill" else value
    check_reference(name, known, kind, (*path, kind), faults)
    return name in known
