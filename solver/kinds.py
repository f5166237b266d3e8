"""Kinds of shifts: by when they start on the agent's clock, and how long they are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from solver.constraints import ShiftSet
from solver.walk import local_minute
from wfm.calendar.local import offset_minutes
from wfm.domain.arrays import IntArray
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent
from wfm.domain.roster import RosterInstance, Shift

Windows = tuple[tuple[int, int], ...]
"""Start windows in minutes of the day, ends included; one may run past midnight."""
LONGEST_MINUTES = 10**6
_DAYS_BACK = 3
"""How far back the last shift of the previous roster may start."""


def read_windows(given: Iterable[Sequence[int]], what: str) -> Windows:
    """Return start windows as they are kept.

    Raises
    ------
    ValueError
        If a window is not a pair of minutes of the day.
    """
    windows = []
    for window in given:
        pair = tuple(int(minute) for minute in window)
        if len(pair) != 2 or not all(0 <= m < MINUTES_PER_DAY for m in pair):
            msg = f"{what}: {window} is not two minutes of the day"
            raise ValueError(msg)
        windows.append((pair[0], pair[1]))
    return tuple(windows)


@lru_cache(maxsize=4096)
def shifts_of_kind(
    grid: IntervalGrid,
    zone_name: str,
    windows: Windows,
    elapsed_minutes: tuple[int, int] = (0, LONGEST_MINUTES),
) -> ShiftSet:
    """Return the shifts that start in one of *windows* and are so long (encoder)."""
    back, clock = _clock(grid, zone_name)
    starts = frozenset(
        idx - back
        for low, high in windows
        for length in [(high - low) % MINUTES_PER_DAY]
        for idx in np.flatnonzero((clock - low) % MINUTES_PER_DAY <= length).tolist()
    )
    step = grid.interval_minutes
    return ShiftSet(
        starts=starts,
        min_steps=-(-elapsed_minutes[0] // step),
        max_steps=elapsed_minutes[1] // step,
    )


@lru_cache(maxsize=32)
def _clock(grid: IntervalGrid, zone_name: str) -> tuple[int, IntArray]:
    """Return the minute of the day of each step, from *back* steps before the grid."""
    longer = replace(
        grid,
        start_utc=grid.start_utc - timedelta(days=_DAYS_BACK),
        num_intervals=grid.num_intervals
        + _DAYS_BACK * MINUTES_PER_DAY // grid.interval_minutes,
    )
    midnight = longer.start_utc.hour * 60 + longer.start_utc.minute
    elapsed = np.arange(longer.num_intervals) * grid.interval_minutes
    minutes = (midnight + elapsed + offset_minutes(longer, zone_name)) % MINUTES_PER_DAY
    return longer.num_intervals - grid.num_intervals, np.asarray(minutes)


def is_of_kind(
    instance: RosterInstance,
    agent: Agent,
    shift: Shift,
    windows: Windows,
    elapsed_minutes: tuple[int, int] = (0, LONGEST_MINUTES),
) -> bool:
    """Return whether *shift* starts in one of *windows* and is so long (checker)."""
    length = (shift.end_idx - shift.start_idx) * instance.step_minutes
    if not elapsed_minutes[0] <= length <= elapsed_minutes[1]:
        return False
    return is_within(local_minute(instance, shift.start_idx, agent.zone), windows)


def is_within(minute: int, windows: Windows) -> bool:
    """Return whether a minute of the day lies in one of *windows* (checker)."""
    return any(
        low <= minute <= high if low <= high else minute >= low or minute <= high
        for low, high in windows
    )


def windows_text(windows: Windows) -> str:
    """Return *windows* as ``"22:00-05:00"``, or a single time."""
    return " or ".join(
        _minute_text(low)
        if low == high
        else f"{_minute_text(low)}-{_minute_text(high)}"
        for low, high in windows
    )


def _minute_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def plan_blocks(
    instance: RosterInstance, agent: Agent, per_weeks: int
) -> list[frozenset[date]]:
    """Return the agent's planned dates, in blocks of so many plan weeks (0: one)."""
    blocks: dict[int, set[date]] = {}
    for day in instance.planned_days.get(agent.agent_id, ()):
        block = day.week // per_weeks if per_weeks else 0
        blocks.setdefault(block, set()).add(day.date_local)
    return [frozenset(blocks[block]) for block in sorted(blocks)]
