"""What overtime costs beyond the wage, for each agent and plan week."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from wfm.domain.people import Agent, Site
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import OvertimePay, PlannedDay, RuleSetting

RULE = "overtime"


def overtime_pay(
    folder: PlanFolder,
    settings: Sequence[RuleSetting],
    planned_days: Mapping[str, Sequence[PlannedDay]],
    step_cost: Callable[[Agent], float],
) -> tuple[OvertimePay, ...]:
    """Return what steps beyond the normal hours of a week cost on top of the wage.

    The premium is that of the rule ``overtime``, or else the site's; normal hours are
    those of the rule, or else the site's. What holds on a week's first date holds for
    the week. *step_cost* is an agent's wage for one step, without premia: overtime adds
    its fraction of it to all other premia.
    """
    rules = [setting for setting in settings if setting.rule == RULE]
    return tuple(
        pay
        for agent in folder.agents
        for pay in _of_agent(
            agent,
            folder.plan.sites[agent.site_id],
            rules,
            planned_days.get(agent.agent_id, ()),
            step_cost(agent),
        )
    )


def _of_agent(
    agent: Agent,
    site: Site,
    rules: Sequence[RuleSetting],
    days: Sequence[PlannedDay],
    step_cost: float,
) -> Iterator[OvertimePay]:
    begins: dict[int, date] = {}
    for day in days:
        begins[day.week] = min(day.date_local, begins.get(day.week, date.max))
    for week, first in begins.items():
        given = _parameters(rules, agent.agent_id, first)
        fraction, normal = given.get("premium"), given.get("normal_hours")
        if fraction is None:
            fraction = site.premia_on(first).overtime_fraction
        after = site.overtime_after_minutes
        if normal is not None:
            after = round(float(str(normal)) * 60)
        price = round(step_cost * float(str(fraction)))
        if after is not None and price:
            yield OvertimePay(
                agent_id=agent.agent_id,
                week=week,
                after_minutes=after,
                price_per_step=price,
            )


def _parameters(
    rules: Sequence[RuleSetting], agent_id: str, day: date
) -> Mapping[str, object]:
    """Return the parameters of the rule that holds for the agent on *day*."""
    for setting in rules:
        is_about = setting.agent_ids is None or agent_id in setting.agent_ids
        is_on = setting.parameters.get("enabled", True) is not False
        if is_about and is_on and setting.first <= day <= setting.last:
            return setting.parameters
    return {}
