"""From an instance, its constraints and prices to what the compiled search reads."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from solver.constraints import Constraint
from solver.core.changes import fixed_prices, known_shifts
from solver.core.companions import Companions, companions_of
from solver.core.coupled import hand_tables, row_tables
from solver.core.cover import (
    HARD_FACTOR,
    Groups,
    backlog_pieces,
    backlog_queues,
    backlog_tables,
    classify,
    constant_cost,
    cover_tables,
    group_agents,
    guaranteed_units,
    live_pieces,
    need_tables,
    sort_pieces,
)
from solver.core.limits import Limits
from solver.core.options import AgentDay, agent_days
from solver.core.tables import (
    BacklogTables,
    CostTables,
    CoverTables,
    HandTables,
    NeedTables,
    RowTables,
    WeekTables,
)
from solver.core.week_tables import week_tables
from solver.need import UNITS_PER_AGENT, Need, build_need
from solver.term import ChangePrice, Price, StepPrice, WeekHoursPrice
from wfm.domain.arrays import FloatArray
from wfm.domain.roster import RosterInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A roster problem in flat arrays; it can be sent to another process.

    Attributes
    ----------
    agent_ids, days
        Rows of agents and agent-days; *days* hold the Python view of the options.
    backlog_queues
        Queue row of each backlog.
    constant
        What the tables leave out: work that may be done at no step, and what a day
        off on every date would cost as a change.
    breach_price
        What the search pays for a head missing from a guarantee, a head off a row, or
        a failed hand-over.
    """

    agent_ids: tuple[str, ...]
    days: tuple[AgentDay, ...]
    need: Need
    groups: Groups
    backlog_queues: tuple[int, ...]
    weeks: WeekTables
    cover: CoverTables
    cover_need: NeedTables
    backlog: BacklogTables
    costs: CostTables
    rows: RowTables
    hands: HandTables
    companions: Companions
    constant: int
    breach_price: float


def compile_problem(
    instance: RosterInstance,
    constraints: Iterable[Constraint],
    prices: Iterable[Price],
) -> Compiled:
    """Return the flat form of a roster problem.

    Constraints in CP-SAT's own words are left out: whoever uses the search checks
    them on its result.
    """
    listed, priced = tuple(constraints), tuple(prices)
    changes = [price for price in priced if isinstance(price, ChangePrice)]
    days = agent_days(instance, listed, known_shifts(changes))
    fixed, days_off = fixed_prices(instance, days, changes)
    need = build_need(instance, priced)
    groups = group_agents(instance, listed)
    classes = classify(len(instance.queues), groups)
    floor = guaranteed_units(instance, listed)
    hard = HARD_FACTOR * max(1, need.due_price, *need.piece_prices)
    queues = backlog_queues(instance, need)
    pieces = sort_pieces(
        [
            *live_pieces(need, floor, classes, hard),
            *backlog_pieces(need, floor, classes, queues, hard),
        ],
        classes,
    )
    hours = [price for price in priced if isinstance(price, WeekHoursPrice)]
    weeks = week_tables(instance, days, Limits(instance, days, listed), hours)
    return Compiled(
        agent_ids=tuple(agent.agent_id for agent in instance.agents),
        days=days,
        need=need,
        groups=groups,
        backlog_queues=queues,
        weeks=weeks,
        cover=cover_tables(groups, classes, pieces),
        cover_need=need_tables(instance, groups, pieces, need),
        backlog=backlog_tables(instance, need, floor, classes, pieces),
        costs=cost_tables(instance, priced, fixed),
        rows=row_tables(instance, listed),
        hands=hand_tables(instance, listed),
        companions=companions_of(instance, listed, days, weeks),
        constant=constant_cost(need) + days_off,
        breach_price=float(hard * UNITS_PER_AGENT),
    )


def cost_tables(
    instance: RosterInstance, prices: Iterable[Price], fixed: FloatArray
) -> CostTables:
    """Add up the step prices by what they count."""
    total: dict[str, FloatArray] = {
        name: np.zeros(instance.pay.shape) for name in ("on_shift", "paid", "working")
    }
    for item in prices:
        if isinstance(item, StepPrice):
            total[item.counting] += item.price
    return CostTables(**total, fixed=fixed)
