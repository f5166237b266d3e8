"""Compile the search once for this machine: ``python -m solver.warm``.

The kernels of :mod:`solver.core` are compiled on their first call and cached on disk.
A tiny problem that uses all of them takes care of that before any clock runs.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import numpy as np

from solver.build import build_rules
from solver.columns.compile import compile_stretches
from solver.columns.pricer import Pricer
from solver.core.bound import Climb, start_prices
from solver.core.compile import compile_problem
from solver.core.dive import Dive
from solver.core.whole_bundle import WholeBundle
from solver.core.whole_climb import WholeClimb
from solver.core.whole_exact import exact_step, settle_steps
from solver.fine_search import FineSearch
from solver.objectives.shift_demand import Demand, ShiftDemand
from solver.problem import read_problem
from solver.reallocation import allocated, reallocated
from wfm.domain.demand import OpeningHours, Queue, ServiceTarget
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Agent,
    BreakRule,
    EmploymentContract,
    ShiftTemplate,
    Site,
)
from wfm.domain.roster import (
    PlannedDay,
    Prices,
    Roster,
    RosterInstance,
    RuleSetting,
)
from wfm.domain.staffing import DeferredWork

_HOURS = 48
_BREAKS = tuple(
    BreakRule(kind=kind, minutes=60, paid=paid, earliest_minutes=at, latest_minutes=at)
    for kind, paid, at in (("break", True, 60), ("meal", False, 180))
)
_SETTINGS = (
    RuleSetting(rule="weekly_hours", parameters={"min_hours": 0, "max_hours": 40}),
    RuleSetting(rule="min_rest", parameters={"hours": 11}),
    RuleSetting(rule="max_consecutive_days", parameters={"days": 5}),
    RuleSetting(rule="weekly_rest", parameters={"hours": 24}),
)


@cache
def warm() -> None:
    """Run every kernel once; quick when they are cached already."""
    instance = _instance()
    problem = read_problem(instance, build_rules(_SETTINGS))
    compiled = compile_problem(instance, problem.constraints, problem.prices)
    search = FineSearch(problem, compiled)
    search.infeasible_agents()
    search.construct()
    search.improve(rounds=1)
    search.load(search.roster())
    climb = Climb(compiled, start_prices(compiled, search), None)
    climb.run(rounds=3)
    whole = WholeClimb(climb, None)
    whole.run(rounds=1)
    if isinstance(whole.ascent, WholeBundle):
        Dive(whole.ascent).run(1.0)
    whole.ascent.whole.value(whole.ascent.prices)
    exact_step(whole.ascent.whole, whole.ascent.prices, 0, 0)
    settle_steps(whole.ascent.whole, whole.ascent.prices, lambda: False)
    _price_columns(instance)
    nobody = Roster(shifts=())
    empty = allocated(instance, nobody, problem.serves, problem.need)
    reallocated(empty, search.roster())


def _price_columns(instance: RosterInstance) -> None:
    """Price one agent's stretches where shifts are asked for by number."""
    nothing = np.zeros((0, instance.grid.num_intervals))
    plain = replace(_template(), breaks=())
    problem = read_problem(
        replace(
            instance,
            queues=(),
            contracts={"c": EmploymentContract(contract_id="c", templates=(plain,))},
            scheduled_agents=nothing,
            guaranteed_agents=nothing.astype(np.int64),
            open_mask=nothing.astype(np.bool_),
            deferred=(),
        ),
        build_rules(_SETTINGS[:1]),
        {"shift_demand": ShiftDemand(demands=(_demand(),))},
    )
    Pricer(compile_stretches(problem)).price(0, np.ones(1))


def _demand() -> Demand:
    return Demand(
        date_local=date(2026, 1, 5), starts=((0, 1439),), agents=1, under_price=1
    )


def _instance() -> RosterInstance:
    """Return two people of two regions, a live and a deferred queue, two days."""
    grid = IntervalGrid(
        start_utc=datetime(2026, 1, 5, tzinfo=UTC),
        interval_minutes=60,
        num_intervals=_HOURS + 24,
    )
    steps = np.arange(grid.num_intervals)
    inside = steps < _HOURS
    queues = (_queue("live", "phone", 60), _queue("mail", "email", 0))
    agents = tuple(
        Agent(agent_id=a, site_id=a, contract_id="c", skills={}, zone="UTC")
        for a in ("east", "west")
    )
    days = tuple(
        PlannedDay(
            date_local=date(2026, 1, 5 + d), start_idx=24 * d, end_idx=24 * d + 24
        )
        for d in range(2)
    )
    return RosterInstance(
        grid=grid,
        zone="UTC",
        window_start_idx=0,
        window_end_idx=_HOURS,
        queues=queues,
        sites={
            a.agent_id: Site(site_id=a.agent_id, zone="UTC", region=a.agent_id, seats=1)
            for a in agents
        },
        contracts={"c": EmploymentContract(contract_id="c", templates=(_template(),))},
        agents=agents,
        planned_days={a.agent_id: days for a in agents},
        scheduled_agents=np.array([1.5 * inside, 0.0 * inside]),
        guaranteed_agents=np.array([inside & (steps == 12), 0 * steps]),
        open_mask=np.array([inside, inside]),
        pay=np.full((2, grid.num_intervals), 1000),
        night=np.zeros((2, grid.num_intervals), dtype=bool),
        prices=Prices(understaffing_per_hour=6000, overstaffing_per_hour=1000),
        deferred=(
            DeferredWork(
                queue_id="mail",
                arrival_idx=np.array([8, 9]),
                due_idx=np.array([14, 15]),
                work_hours=np.array([1.0, 0.5]),
            ),
        ),
    )


def _queue(queue_id: str, channel: str, handover_minutes: int) -> Queue:
    return Queue(
        queue_id=queue_id,
        channel=channel,
        zone="UTC",
        requires=(),
        opening=OpeningHours(spans=tuple(((0, 1440),) for _ in range(7))),
        target=ServiceTarget(service_level_fraction=0.8, answer_within_s=20.0),
        handover_minutes=handover_minutes,
    )


def _template() -> ShiftTemplate:
    return ShiftTemplate(
        template_id="day",
        start_from_minute=360,
        start_to_minute=600,
        start_step_minutes=60,
        elapsed_minutes=(360, 480),
        breaks=_BREAKS,
    )


if __name__ == "__main__":
    warm()
