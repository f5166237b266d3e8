"""Runs of dates with or without a shift: what encoders demand, what checkers find."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from solver.constraints import FAR_DAYS, ShortestRun
from solver.walk import AgentIds, agents_of, carried_shifts, plan_shifts
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance


def shortest_runs(
    instance: RosterInstance,
    agent_ids: AgentIds,
    of: Literal["work", "free"],
    min_days: int,
) -> Iterator[ShortestRun]:
    """Yield the record of every agent, with what runs have behind them (encoder)."""
    for agent in agents_of(instance, agent_ids):
        planned = instance.planned_days.get(agent.agent_id, ())
        if planned and min_days > 1:
            first = min(day.date_local for day in planned)
            yield ShortestRun(
                agent_id=agent.agent_id,
                of=of,
                min_days=min_days,
                days_before=_days_before(instance, agent, first, of),
            )


def _days_before(instance: RosterInstance, agent: Agent, first: date, of: str) -> int:
    if instance.boundary == "open":
        return FAR_DAYS
    worked = {s.date_local for s in carried_shifts(instance, agent.agent_id)}
    before = {day for day in worked if day < first}
    if of == "free":
        return (first - max(before)).days - 1 if before else FAR_DAYS
    days = 0
    while first - timedelta(days=days + 1) in before:
        days += 1
    return days


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that has ended: *first* is its first date within the plan's reach."""

    agent_id: str
    first: date
    length: int


def short_runs(
    instance: RosterInstance, roster: Roster, agent_ids: AgentIds, *, is_work: bool
) -> Iterator[Run]:
    """Yield the runs whose both ends are known (checker)."""
    for agent, shifts in plan_shifts(instance, roster, agent_ids):
        planned = [d.date_local for d in instance.planned_days.get(agent.agent_id, ())]
        if not planned:
            continue
        first, last = min(planned), max(planned)
        worked = {shift.date_local for shift in shifts}
        carried = {s.date_local for s in carried_shifts(instance, agent.agent_id)}
        is_open = instance.boundary == "open"
        begin = first if is_open else min(carried, default=first)
        dates = [begin + timedelta(days=i) for i in range((last - begin).days + 1)]
        works = [(day in worked or day in carried, day) for day in dates]
        runs = [
            (is_on, [day for _, day in run])
            for is_on, run in groupby(works, lambda item: item[0])
        ]
        for is_on, run in runs:
            # A run at the edge of what is known may be longer than it looks.
            at_start = run[0] == begin and (is_open or not is_on)
            judged = run[-1] >= first - timedelta(days=1) and run[-1] < last
            if is_on == is_work and judged and not at_start:
                yield Run(agent_id=agent.agent_id, first=run[0], length=len(run))
