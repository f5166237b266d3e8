"""A small plan, grid and roster instance for tests of written tables."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from support.plan_folders import PLAN, TABLES

from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent
from wfm.domain.plan import Plan
from wfm.domain.roster import RosterInstance
from wfm.io.people_files import AGENTS, read_agents
from wfm.io.plan_file import PlanDocument, read_plan
from wfm.io.problems import Problems
from wfm.io.sheets import read_sheet

# Monday 2026-10-26 00:00 in Warsaw is Sunday 23:00 UTC (the clocks fell back).
GRID = IntervalGrid(
    start_utc=datetime(2026, 10, 25, 15, tzinfo=UTC),
    interval_minutes=30,
    num_intervals=48 * 8,
)


@cache
def document() -> PlanDocument:
    """Return the small plan."""
    problems = Problems()
    found = read_plan(PLAN, problems)
    problems.raise_if_any()
    assert found is not None
    return found


def plan() -> Plan:
    """Return the small plan."""
    return document().plan


@cache
def agents() -> tuple[Agent, ...]:
    """Return the two agents of the small plan."""
    problems = Problems()
    content = TABLES["agents.csv"].encode()
    sheet = read_sheet(content, "agents.csv", AGENTS, problems)
    assert sheet is not None
    found, _ = read_agents(sheet, document(), problems)
    problems.raise_if_any()
    return found


def instance() -> RosterInstance:
    """Return a roster instance on the quarter-hour grid, without demand."""
    grid = GRID.refined(15)
    by_queue = (len(plan().queues), grid.num_intervals)
    by_agent = (len(agents()), grid.num_intervals)
    return RosterInstance(
        grid=grid,
        zone=plan().zone,
        window_start_idx=0,
        window_end_idx=grid.num_intervals,
        queues=plan().queues,
        sites=plan().sites,
        contracts=plan().contracts,
        agents=agents(),
        planned_days={},
        scheduled_agents=np.zeros(by_queue),
        guaranteed_agents=np.zeros(by_queue, dtype=np.int64),
        open_mask=np.ones(by_queue, dtype=bool),
        pay=np.zeros(by_agent, dtype=np.int64),
        night=np.zeros(by_agent, dtype=bool),
        prices=plan().prices,
    )


def write(path: Path, text: str) -> Path:
    """Write *text* to *path* and return it."""
    path.write_text(text, encoding="utf-8")
    return path
