"""An incumbent: who works when, kept in counts that change agent by agent."""

from typing import NamedTuple

import numpy as np

from solver.core.jit import kernel
from solver.core.levelling import LevelScratch, new_level_scratch
from solver.core.slots import (
    HEAD,
    CoverState,
    change_heads,
    head_gain,
    new_cover,
    settle,
)
from solver.core.tables import (
    BacklogTables,
    CostTables,
    CoverTables,
    HandTables,
    RowTables,
    WeekLimits,
    WeekTables,
)
from solver.core.week import Memory, new_memory
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

COVER, AGENTS, ROWS = 0, 1, 2
"""Where ``Incumbent.total`` holds the cost of cover, of agents, heads off their rows."""


class Tables(NamedTuple):
    """All that does not change while the search runs."""

    weeks: WeekTables
    limits: WeekLimits
    cover: CoverTables
    backlog: BacklogTables
    costs: CostTables
    rows: RowTables
    hands: HandTables
    reach: BoolArray


class Incumbent(NamedTuple):
    """The shifts of everybody and all counts that follow from them.

    ``option[day]`` is -1 for a day off; ``break_at[day, i]`` starts its i-th break.
    ``hand_worth[region, t]`` is what work there is worth to mend a hand-over.
    """

    option: IntArray
    break_at: IntArray
    row_count: IntArray
    shift_count: IntArray
    work_count: IntArray
    hand_worth: FloatArray
    total: FloatArray
    cover: CoverState
    level: LevelScratch
    memory: Memory
    gain: FloatArray
    present: FloatArray


def reach_of(weeks: WeekTables, num_agents: int, num_steps: int) -> BoolArray:
    """Return ``[a, t]`` whether a shift of the agent can cover the step."""
    edges = np.zeros((num_agents, num_steps + 1), dtype=np.int64)
    for a in range(num_agents):
        days = slice(weeks.day_of_agent[a], weeks.day_of_agent[a + 1] + 1)
        starts = weeks.start_of_day[days]
        options = slice(
            weeks.option_of_start[starts[0]], weeks.option_of_start[starts[-1]]
        )
        np.add.at(edges[a], weeks.option_start[options], 1)
        np.add.at(edges[a], weeks.option_end[options], -1)
    return np.asarray(edges.cumsum(axis=1)[:, :-1] > 0)


def new_incumbent(tables: Tables) -> Incumbent:
    """Return the incumbent in which nobody works."""
    num_t = tables.costs.paid.shape[1]
    num_d = len(tables.weeks.day_ordinal)
    most_breaks = int(np.diff(tables.weeks.break_of_option).max(initial=0))
    rows = tables.rows
    missing = _off_rows(rows)
    return Incumbent(
        option=np.full(num_d, -1, dtype=np.int64),
        break_at=np.full((num_d, most_breaks), -1, dtype=np.int64),
        row_count=rows.fixed.copy(),
        shift_count=tables.hands.fixed_shift.copy(),
        work_count=tables.hands.fixed_work.copy(),
        hand_worth=np.zeros(tables.hands.fixed_work.shape),
        total=np.array([0.0, 0.0, float(missing), 0.0]),
        cover=new_cover(tables.cover),
        level=new_level_scratch(tables.backlog, num_t),
        memory=new_memory(tables.weeks, tables.limits, num_t),
        gain=np.zeros(num_t),
        present=np.zeros(num_t),
    )


def _off_rows(rows: RowTables) -> int:
    """Return how many heads the carry-over alone lacks on, or has above, the rows."""
    off = 0
    for r, (start, end) in enumerate(zip(rows.start, rows.end, strict=True)):
        count = rows.fixed[r, start:end]
        off += int(np.maximum(rows.low[r] - count, 0).sum())
        off += int(np.maximum(count - rows.high[r], 0).sum())
    return off


@kernel
def off_row(count: int, low: int, high: int) -> int:
    """Return how far *count* lies outside ``low..high``."""
    return max(0, low - count) + max(0, count - high)


@kernel
def count_rows(
    tables: Tables,
    now: Incumbent,
    a: int,
    start: int,
    end: int,
    sign: int,
    breaks: bool,
) -> None:
    """Count the agent in or out of the rows that count breaks, or that do not."""
    rows = tables.rows
    for i in range(rows.row_of_agent[a], rows.row_of_agent[a + 1]):
        r = rows.agent_row[i]
        if rows.counts_breaks[r] != breaks:
            continue
        for t in range(max(start, rows.start[r]), min(end, rows.end[r])):
            count = now.row_count[r, t]
            before = off_row(count, rows.low[r], rows.high[r])
            after = off_row(count + sign, rows.low[r], rows.high[r])
            now.row_count[r, t] = count + sign
            now.total[ROWS] += after - before


@kernel
def count_regions(
    hands: HandTables, count: IntArray, a: int, start: int, end: int, sign: int
) -> None:
    """Count the agent in or out of its regions during a span."""
    for i in range(hands.region_of_agent[a], hands.region_of_agent[a + 1]):
        r = hands.agent_region[i]
        for t in range(max(0, start), min(end, count.shape[1])):
            count[r, t] += sign


@kernel
def count_work(
    tables: Tables, now: Incumbent, a: int, start: int, end: int, sign: int
) -> None:
    """Count the agent in or out of work during a span."""
    g = tables.cover.group_of_agent[a]
    now.total[COVER] += change_heads(tables.cover, now.cover, g, start, end, sign)
    if tables.cover.component_of_group[g] < 0:
        first = max(start, tables.cover.window[0])
        steps = max(0, min(end, tables.cover.window[1]) - first)
        now.total[COVER] += sign * steps * HEAD * tables.cover.idle_price[0]
    count_rows(tables, now, a, start, end, sign, False)
    count_regions(tables.hands, now.work_count, a, start, end, sign)
    for t in range(start, end):
        now.total[AGENTS] += sign * (
            tables.costs.working[a, t] + tables.costs.paid[a, t]
        )


@kernel
def count_shift(tables: Tables, now: Incumbent, a: int, day: int, sign: int) -> None:
    """Count agent *a* in or out of the shift of *day*, breaks and all."""
    weeks, o = tables.weeks, now.option[day]
    at, end = weeks.option_start[o], weeks.option_end[o]
    count_rows(tables, now, a, at, end, sign, True)
    count_regions(tables.hands, now.shift_count, a, at, end, sign)
    for t in range(at, end):
        now.total[AGENTS] += sign * tables.costs.on_shift[a, t]
    first = weeks.break_of_option[o]
    for i in range(first, weeks.break_of_option[o + 1]):
        window = weeks.break_window[i]
        start = now.break_at[day, i - first]
        stop = start + weeks.window_steps[window]
        count_work(tables, now, a, at, start, sign)
        if weeks.window_paid[window]:
            for t in range(start, stop):
                now.total[AGENTS] += sign * tables.costs.paid[a, t]
        at = stop
    count_work(tables, now, a, at, end, sign)


@kernel
def count_agent(tables: Tables, now: Incumbent, a: int, sign: int) -> None:
    """Count agent *a* in (1) or out (-1) of everything."""
    weeks = tables.weeks
    for day in range(weeks.day_of_agent[a], weeks.day_of_agent[a + 1]):
        if now.option[day] >= 0:
            count_shift(tables, now, a, day, sign)


@kernel
def take_choice(tables: Tables, now: Incumbent, a: int) -> None:
    """Make the plan in ``memory.choice`` the agent's own (not yet counted in)."""
    weeks, memory = tables.weeks, now.memory
    for day in range(weeks.day_of_agent[a], weeks.day_of_agent[a + 1]):
        o = memory.choice[day]
        now.option[day] = o
        if o >= 0:
            first = weeks.break_of_option[o]
            for i in range(first, weeks.break_of_option[o + 1]):
                at = memory.window_at[weeks.break_window[i]]
                now.break_at[day, i - first] = at


@kernel
def settle_all(tables: Tables, now: Incumbent) -> None:
    """Bring the cost of cover up to date."""
    for k in range(now.cover.cost.shape[0]):
        now.total[COVER] += settle(tables.cover, now.cover, k)


@kernel
def add_row_worth(tables: Tables, now: Incumbent, a: int) -> None:
    """Add to the agent's gains what its presence is worth to rows on heads."""
    rows = tables.rows
    price = rows.price[0]
    for i in range(rows.row_of_agent[a], rows.row_of_agent[a + 1]):
        r = rows.agent_row[i]
        worth = now.present if rows.counts_breaks[r] else now.gain
        for t in range(rows.start[r], rows.end[r]):
            if now.row_count[r, t] >= rows.high[r]:
                worth[t] -= price
            elif now.row_count[r, t] < rows.low[r]:
                worth[t] += price


@kernel
def find_gain(tables: Tables, now: Incumbent, a: int) -> None:
    """Set what each step of agent *a* is worth against everybody else, exactly.

    The agent must be counted out and the costs settled.
    """
    cover = tables.cover
    g = cover.group_of_agent[a]
    first, last = cover.window[0], cover.window[1]
    now.present[:] = 0.0
    now.gain[:] = 0.0
    for t in range(first, last):
        if tables.reach[a, t]:
            if cover.component_of_group[g] < 0:
                now.gain[t] = -HEAD * cover.idle_price[0]
            else:
                now.gain[t] = head_gain(cover, now.cover, g, t)
    add_row_worth(tables, now, a)
    hands = tables.hands
    for i in range(hands.region_of_agent[a], hands.region_of_agent[a + 1]):
        r = hands.agent_region[i]
        for t in range(now.gain.shape[0]):
            now.gain[t] += now.hand_worth[r, t]
