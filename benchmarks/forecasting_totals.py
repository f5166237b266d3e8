"""Totals of days and weeks: how often their 80 % bands hold, from simulated paths."""

import math
from statistics import NormalDist

import numpy as np

from benchmarks.forecasting_data import SETS, DataSet
from benchmarks.forecasting_report import Block

KEYS = ("bank30", "tech30", "taxi30", "tech_thin")
LEVELS, NUM_PATHS = (0.1, 0.5, 0.9), 256
SPANS = {
    "day 1": ("day", slice(0, 1)),
    "days 1-7": ("day", slice(0, 7)),
    "days 22-42": ("day", slice(21, 42)),
    "week 1": ("week", slice(0, 1)),
    "weeks 4-6": ("week", slice(3, 6)),
}


def totals(model: str, stride: int = 1) -> Block:
    """Return the coverage of day and week totals, special days given or not."""
    block = Block(
        title=f"80 % bands of day and week totals, {model}: share that holds [90 %]",
        head=("set", *SPANS, "width of week 1 / mean"),
        notes=[
            "Quantiles of totals come from 256 paths of a fixed seed. A day or week "
            "with a slot that is not scored is left out. Intervals are Wilson's "
            "(1927), days or weeks that several origins forecast counting once."
        ],
    )
    for key in KEYS:
        data = SETS[key]()
        for holidays in (True, False):
            label = key if holidays else f"{key}, no calendar"
            block.rows.append((label, *_row(data, model, stride, holidays=holidays)))
    return block


def _row(data: DataSet, model: str, stride: int, *, holidays: bool) -> list[str]:
    import forecasting

    inside: dict[str, list[bool]] = {span: [] for span in SPANS}
    days: dict[str, set[int]] = {span: set() for span in SPANS}
    widths = []
    more = {} if holidays else {"holidays": {}}
    for origin in data.origins[::stride]:
        result = forecasting.forecast(
            data.history(origin),
            data.queues(),
            first_day=dict.fromkeys(data.queue_ids, origin),
            num_days=7 * data.weeks,
            model=model,
            **more,
        )
        found = {
            by: forecasting.totals(
                result, by=by, levels=LEVELS, num_paths=NUM_PATHS
            ).rows
            for by in ("day", "week")
        }
        for span, (by, rows) in SPANS.items():
            held = _held(data, found[by][rows])
            inside[span] += held.values()
            days[span].update(day for first in held for day in _dates(first, by))
        week = found["week"][0]
        widths.append((week.quantiles[2] - week.quantiles[0]) / week.mean)
    cells = [
        _share(held, len(days[span]) / (7 if SPANS[span][0] == "week" else 1))
        for span, held in inside.items()
    ]
    return [*cells, f"{np.mean(widths):.2f}"]


def _dates(first: int, by: str) -> range:
    return range(first, first + (7 if by == "week" else 1))


def _share(held: list[bool], number: float) -> str:
    """Return the share that is true and its 90 % interval, of *number* apart."""
    share, z = float(np.mean(held)), NormalDist().inv_cdf(0.95)
    number = min(number, len(held))
    middle = (share + z**2 / (2 * number)) / (1 + z**2 / number)
    half = z * math.sqrt(share * (1 - share) / number + (z / (2 * number)) ** 2)
    half /= 1 + z**2 / number
    return f"{share:.3f} [{middle - half:.2f}, {middle + half:.2f}]"


def _held(data: DataSet, rows) -> dict[int, bool]:
    """Return by first row of the data whether each scored total is in its band."""
    found = {}
    for row in rows:
        low = data.row(row.first_day)
        days = slice(low, low + row.num_days)
        is_open = data.is_open[days]
        if is_open.any() and data.scored[days][is_open.any(axis=1)].all():
            actual = (data.offered[0, days] * is_open).sum()
            found[low] = bool(row.quantiles[0] <= actual <= row.quantiles[2])
    return found
