"""The roster problem of a plan: everything on one grid, no rule in it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from wfm.calendar.holidays import Holiday, public_holidays
from wfm.calendar.local import (
    day_range,
    local_clock,
    local_day,
    wall_minute,
)
from wfm.calendar.opening import weekly_mask
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent, Premia, Site
from wfm.domain.plan import Plan, PlanFolder
from wfm.domain.roster import (
    PlannedDay,
    RosterInstance,
    RuleSetting,
    is_eligible,
)
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.pipeline.absence import Horizon, blocked_times, preferences
from wfm.pipeline.activities import Staff, placed_activities
from wfm.pipeline.money import exchange_factor, to_thousandths
from wfm.pipeline.overtime import overtime_pay
from wfm.pipeline.rules import resolve_rules, weekly_minutes
from wfm.pipeline.spans import shifts_of
from wfm.pipeline.window import (
    calendar_years,
    open_masks,
    plan_window,
    queue_holidays,
)

MINUTES_PER_HOUR = 60
WORKDAYS_PER_WEEK = 5
SUNDAY = 6


def roster_instance(
    folder: PlanFolder, requirement: StaffingRequirement | None = None
) -> RosterInstance:
    """Return the roster problem of *folder*.

    Without a *requirement* (as `verify` needs none) the soft targets are zero;
    guarantees and rules are complete.

    Raises
    ------
    InputError
        If an agent's cost is in a currency without a rate for the plan's month.
    """
    plan, grid = folder.plan, roster_grid(folder)
    window = plan_window(plan)
    start = grid.index_of(window.start_utc)
    end = grid.index_of(window.end_utc)
    masks = open_masks(plan.queues, grid, queue_holidays(plan, calendar_years(folder)))
    open_mask = np.array([masks[q.queue_id] for q in plan.queues]).reshape(
        len(plan.queues), grid.num_intervals
    )
    guaranteed = _guaranteed(plan, grid, open_mask, start, end)
    horizon = Horizon(grid=grid, first_date=plan.first_date, num_days=7 * plan.weeks)
    holidays = _site_holidays(plan)
    night, pay = _night_and_pay(folder, grid, holidays)
    planned = _planned_days(folder.agents, plan, grid)
    targets = _targets(plan, requirement, grid, start, end)
    settings = resolve_rules(plan, folder.agents)
    credit = _daily_credit(folder, settings)
    blocked = blocked_times(folder, horizon, credit, holidays)
    carried = shifts_of(
        folder.previous_roster or (), grid, folder.agents, plan.contracts
    )
    staff = Staff(
        folder=folder,
        grid=grid,
        planned_days=planned,
        blocked=blocked,
        carry_over=carried,
        targets=targets,
    )
    return RosterInstance(
        grid=grid,
        zone=plan.zone,
        window_start_idx=start,
        window_end_idx=end,
        queues=plan.queues,
        sites=plan.sites,
        contracts=plan.contracts,
        agents=folder.agents,
        planned_days=planned,
        scheduled_agents=targets,
        guaranteed_agents=guaranteed,
        open_mask=open_mask,
        pay=pay,
        night=night,
        prices=plan.prices,
        deferred=_deferred(requirement, grid),
        blocked=blocked,
        preferences=preferences(folder, horizon),
        carry_over=carried,
        locked=shifts_of(folder.locked, grid, folder.agents, plan.contracts),
        cold_start_end_idx=_cold_start_end(folder, grid, guaranteed, start),
        ledger=tuple(row for row in folder.ledger if row.week < plan.first_date),
        activities=placed_activities(staff),
        published=None
        if folder.published is None
        else shifts_of(folder.published, grid, folder.agents, plan.contracts),
        today=folder.today,
        overtime=overtime_pay(
            folder, settings, planned, lambda agent: _step_cost(folder, agent)
        ),
    )


def roster_grid(folder: PlanFolder) -> IntervalGrid:
    """Return the roster grid: all agents' local days, the window, and a day's tail."""
    plan = folder.plan
    last = plan.first_date + timedelta(days=7 * plan.weeks - 1)
    zones = {agent.zone for agent in folder.agents} | {plan.zone}
    window = plan_window(plan)
    start = min(window.start_utc, *(local_day(plan.first_date, z)[0] for z in zones))
    end = max(window.end_utc, *(local_day(last, z)[1] for z in zones))
    start = start.replace(minute=0)
    minutes = int((end - start).total_seconds()) // 60 + MINUTES_PER_DAY
    return IntervalGrid(
        start_utc=start,
        interval_minutes=plan.roster_step_minutes,
        num_intervals=-(-minutes // plan.roster_step_minutes),
    )


def _planned_days(
    agents: Sequence[Agent], plan: Plan, grid: IntervalGrid
) -> dict[str, tuple[PlannedDay, ...]]:
    by_zone: dict[str, tuple[PlannedDay, ...]] = {}
    for zone_name in {agent.zone for agent in agents}:
        days = []
        for i in range(7 * plan.weeks):
            day = plan.first_date + timedelta(days=i)
            low, high = day_range(grid, day, zone_name)
            days.append(
                PlannedDay(date_local=day, start_idx=low, end_idx=high, week=i // 7)
            )
        by_zone[zone_name] = tuple(days)
    return {agent.agent_id: by_zone[agent.zone] for agent in agents}


def _targets(
    plan: Plan,
    requirement: StaffingRequirement | None,
    grid: IntervalGrid,
    start: int,
    end: int,
) -> FloatArray:
    """Return the soft targets of live queues, piecewise constant, inside the window.

    A deferred queue whose due times are not known (a requirement read from a file) is
    held to its profile like a live one.
    """
    targets = np.zeros((len(plan.queues), grid.num_intervals))
    if requirement is None:
        return targets
    factor = requirement.grid.interval_minutes // grid.interval_minutes
    offset = grid.floor_index(requirement.grid.start_utc)
    fine = np.repeat(requirement.scheduled_agents, factor, axis=1)
    low, high = max(start, offset), min(end, offset + fine.shape[1])
    due_times = {work.queue_id for work in requirement.deferred}
    for q, queue in enumerate(plan.queues):
        if queue.queue_id not in due_times:
            row = requirement.queue_ids.index(queue.queue_id)
            targets[q, low:high] = fine[row, low - offset : high - offset]
    return targets


def _deferred(
    requirement: StaffingRequirement | None, grid: IntervalGrid
) -> tuple[DeferredWork, ...]:
    if requirement is None:
        return ()
    factor = requirement.grid.interval_minutes // grid.interval_minutes
    offset = grid.floor_index(requirement.grid.start_utc)
    return tuple(
        DeferredWork(
            queue_id=work.queue_id,
            arrival_idx=work.arrival_idx * factor + offset,
            due_idx=work.due_idx * factor + offset,
            work_hours=work.work_hours,
        )
        for work in requirement.deferred
    )


def _guaranteed(
    plan: Plan, grid: IntervalGrid, open_mask: BoolArray, start: int, end: int
) -> IntArray:
    guaranteed = np.zeros(open_mask.shape, dtype=np.int64)
    window = np.zeros(grid.num_intervals, dtype=bool)
    window[start:end] = True
    floors: dict[str, list[tuple[int, BoolArray]]] = {}
    for floor in plan.queue_floors:
        queue = next(q for q in plan.queues if q.queue_id == floor.queue_id)
        mask = weekly_mask(floor.spans, local_clock(grid, queue.zone))
        floors.setdefault(floor.queue_id, []).append((floor.agents, mask))
    for q, queue in enumerate(plan.queues):
        guaranteed[q] = np.where(open_mask[q] & window, queue.guaranteed_agents, 0)
        for agents, mask in floors.get(queue.queue_id, ()):
            wanted = np.where(open_mask[q] & window & mask, agents, 0)
            guaranteed[q] = np.maximum(guaranteed[q], wanted)
    return guaranteed


def _site_holidays(plan: Plan) -> dict[str, Mapping[date, Holiday]]:
    years = range(plan.first_date.year - 1, plan.first_date.year + 2)
    return {
        site.site_id: public_holidays(
            site.country, site.subdivision, years, plan.calendar_changes
        )
        for site in plan.sites.values()
    }


def _night_and_pay(
    folder: PlanFolder,
    grid: IntervalGrid,
    holidays: Mapping[str, Mapping[date, Holiday]],
) -> tuple[BoolArray, IntArray]:
    """Return ``night[a, t]`` and ``pay[a, t]`` (thousandths per paid step)."""
    plan = folder.plan
    shape = (len(folder.agents), grid.num_intervals)
    night, pay = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int64)
    clocks: dict[tuple[str, str], tuple[BoolArray, FloatArray]] = {}
    for a, agent in enumerate(folder.agents):
        site = plan.sites[agent.site_id]
        key = (agent.zone, agent.site_id)
        if key not in clocks:
            clocks[key] = _premia(site, agent.zone, grid, holidays[site.site_id])
        night[a], factor = clocks[key]
        factor = factor + _skill_premium(site, agent)
        pay[a] = np.rint(_step_cost(folder, agent) * factor).astype(np.int64)
    return night, pay


def _premia(
    site: Site, zone_name: str, grid: IntervalGrid, holidays: Mapping[date, Holiday]
) -> tuple[BoolArray, FloatArray]:
    clock = local_clock(grid, zone_name)
    minute = clock.minute_of_day
    low, high = site.night_from_minute, site.night_to_minute
    night = (
        (minute >= low) | (minute < high)
        if low > high
        else (minute >= low) & (minute < high)
    )
    days = [wall_minute(day) // MINUTES_PER_DAY for day in holidays]
    is_holiday = np.isin(clock.day, days) & (site.holidays == "premium")

    def factor_of(premia: Premia) -> FloatArray:
        factor: FloatArray = 1.0 + premia.night_fraction * night.astype(np.float64)
        factor += premia.sunday_fraction * (clock.weekday == SUNDAY)
        return factor + premia.holiday_fraction * is_holiday

    factor = factor_of(site.premia_on(date.min))
    for first, premia in site.premia_later:
        begins = wall_minute(first) // MINUTES_PER_DAY
        factor = np.where(clock.day >= begins, factor_of(premia), factor)
    return night, factor


def _skill_premium(site: Site, agent: Agent) -> float:
    """Return what the agent's skills add to the wage, as a fraction."""
    return sum(
        fraction
        for skill, level, fraction in site.skill_premia
        if agent.skills.get(skill, -1) >= level
    )


def _step_cost(folder: PlanFolder, agent: Agent) -> float:
    """Return the cost of one paid step, thousandths of a minor unit, no premia."""
    plan = folder.plan
    if not agent.hourly_cost_minor:
        return 0.0
    currency = agent.currency or plan.currency
    rate = exchange_factor(
        folder.exchange_rates, currency, plan.currency, plan.first_date
    )
    hourly = to_thousandths(agent.hourly_cost_minor, currency, plan.currency, rate)
    return hourly * plan.roster_step_minutes / MINUTES_PER_HOUR


def _daily_credit(
    folder: PlanFolder, settings: Sequence[RuleSetting]
) -> dict[str, int]:
    """Return what a day of paid leave counts: a fifth of the weekly maximum."""
    step = folder.plan.roster_step_minutes
    credit: dict[str, int] = {}
    for agent in folder.agents:
        weekly = weekly_minutes(settings, agent.agent_id) or 0.0
        credit[agent.agent_id] = int(weekly / WORKDAYS_PER_WEEK) // step * step
    return credit


def _cold_start_end(
    folder: PlanFolder, grid: IntervalGrid, guaranteed: IntArray, start: int
) -> int:
    """Return the step from which this plan's own shifts can reach every guarantee.

    Before it, cover that only a previous roster could give is a cold start; with a
    previous roster nothing is excused.
    """
    if folder.previous_roster is not None:
        return start
    earliest = _earliest_starts(folder, grid)
    end = start
    for q, queue in enumerate(folder.plan.queues):
        starts = sorted(
            earliest[agent.agent_id]
            for agent in folder.agents
            if is_eligible(agent, queue)
        )
        needed = int(guaranteed[q].max(initial=0))
        if 0 < needed <= len(starts):
            reach = starts[needed - 1]
            if guaranteed[q, start:reach].any():
                end = max(end, reach)
    return end


def _earliest_starts(folder: PlanFolder, grid: IntervalGrid) -> dict[str, int]:
    plan = folder.plan
    earliest: dict[str, int] = {}
    for agent in folder.agents:
        low, _ = day_range(grid, plan.first_date, agent.zone)
        templates = plan.contracts[agent.contract_id].templates
        minute = min((t.start_from_minute for t in templates), default=0)
        earliest[agent.agent_id] = low + minute // grid.interval_minutes
    return earliest
