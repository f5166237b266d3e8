"""Which rule with which parameters applies to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from wfm.domain.people import Agent
from wfm.domain.plan import Plan, PlanRule
from wfm.domain.roster import RuleSetting


def resolve_rules(plan: Plan, agents: Sequence[Agent]) -> tuple[RuleSetting, ...]:
    """Return one setting per rule and distinct parameter set.

    A contract's table wins over its site's, and that over the plan's, parameter by
    parameter; at one level the plan's own table wins over a rule pack. A rule that
    stands only at the plan applies to everybody. Where tables begin or end within the
    plan, its dates fall into parts, each with settings of its own.
    """
    settings: list[RuleSetting] = []
    for name in sorted({rule.rule for rule in plan.rules}):
        tables = [rule for rule in plan.rules if rule.rule == name]
        for first, last in _parts(plan, tables):
            found = _on_dates(name, tables, agents, first, last)
            if (first, last) != (date.min, date.max):
                found = [replace(one, first=first, last=last) for one in found]
            settings += found
    return tuple(settings)


def _parts(plan: Plan, tables: Sequence[PlanRule]) -> list[tuple[date, date]]:
    """Return the parts of the plan's dates on which the same tables hold."""
    end = plan.first_date + timedelta(days=7 * plan.weeks)
    starts = {table.first for table in tables}
    starts |= {t.last + timedelta(days=1) for t in tables if t.last < date.max}
    inside = sorted(day for day in starts if plan.first_date < day < end)
    lasts = (day - timedelta(days=1) for day in inside)
    return list(zip([date.min, *inside], [*lasts, date.max], strict=True))


def _on_dates(
    name: str,
    tables: Sequence[PlanRule],
    agents: Sequence[Agent],
    first: date,
    last: date,
) -> list[RuleSetting]:
    """Return the settings of one rule on dates on which the same tables hold."""
    from solver.rule import RULES

    whole = first == date.min and last == date.max
    held = [t for t in tables if whole or (t.first <= last and first <= t.last)]
    if not held:
        return [RuleSetting(rule=name)] if RULES[name].always else []
    if all(t.site_id is None and t.contract_id is None for t in held):
        merged = _merged(sorted(held, key=_specificity))
        return [RuleSetting(rule=name, parameters=merged)]
    return _per_agent(name, held, agents)


def _per_agent(
    name: str, tables: Sequence[PlanRule], agents: Sequence[Agent]
) -> list[RuleSetting]:
    groups: dict[str, tuple[Mapping[str, object], list[str]]] = {}
    for agent in agents:
        mine = [table for table in tables if _applies(table, agent)]
        if not mine:
            continue
        merged = _merged(sorted(mine, key=_specificity))
        key = repr(sorted(merged.items()))
        groups.setdefault(key, (merged, []))[1].append(agent.agent_id)
    return [
        RuleSetting(rule=name, parameters=merged, agent_ids=frozenset(ids))
        for merged, ids in groups.values()
    ]


def _applies(table: PlanRule, agent: Agent) -> bool:
    return table.site_id in (None, agent.site_id) and table.contract_id in (
        None,
        agent.contract_id,
    )


def _specificity(table: PlanRule) -> tuple[int, bool]:
    level = 2 * (table.contract_id is not None) + (table.site_id is not None)
    return level, not table.pack


def _merged(tables: Sequence[PlanRule]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for table in tables:
        merged |= table.parameters
        if not table.enabled:
            merged["enabled"] = False
        elif "enabled" in merged:
            del merged["enabled"]
    return merged


def weekly_minutes(settings: Sequence[RuleSetting], agent_id: str) -> float | None:
    """Return the agent's weekly maximum in minutes, if a rule states one."""
    for setting in settings:
        if setting.rule != "weekly_hours" or setting.parameters.get("enabled") is False:
            continue
        if setting.agent_ids is None or agent_id in setting.agent_ids:
            hours = setting.parameters.get("max_hours")
            return None if hours is None else float(str(hours)) * 60
    return None
