"""Flat tables and state of the tour search, as compiled code takes them."""

from typing import NamedTuple

import numpy as np

from solver.tours.instance import DAYS, TourInstance, bands, patterns
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

SHIFT, WORKED, BREAKS, BAND, NUM_PATTERNS = range(5)
"""Columns of ``TourTables.contracts``."""

FIRST, LAST, LENGTH, PAID, WINDOW = range(5)
"""Columns of ``TourTables.breaks``; WINDOW is the row of the break's window."""

W_LENGTH, W_WIDTH, W_PAID = range(3)
"""Columns of ``TourTables.windows``."""

NONE = -1
UNLIMITED = 1 << 40
FLOOR_FACTOR = 100.0
"""Heads below the floor or beyond the seats cost this many times a missing one."""


class TourTables(NamedTuple):
    """What tours may be and what heads are worth.

    Attributes
    ----------
    contracts, breaks, share
        ``[k, column]``, ``[k, j, column]`` and ``[k]`` largest part of all tours.
    windows
        ``[w, column]`` distinct break windows: equally long, wide and paid.
    starts, num_starts, day_start, seats
        ``[r, i]`` steps after midnight, how many of them, ``[r, d]``, ``[r]``.
    pay_sum
        ``[r, t]`` pay of all steps before t.
    bands, first_band
        ``[n, 2]`` first and last start row; those of (r, k) begin at
        ``first_band[r, k]`` and end where the next ones begin.
    patterns
        ``[k, p, d]`` whether pattern p works on day d.
    need, floor
        ``[t]`` as in the instance.
    empty, saving
        ``[t]`` what nobody at work costs, missing and below the floor; ``[t, n]``
        what one head more than n saves; with more than the table has as in its last
        column.
    floor_price
        Of one head below the floor or beyond the seats.
    """

    contracts: IntArray
    breaks: IntArray
    share: FloatArray
    windows: IntArray
    starts: IntArray
    num_starts: IntArray
    day_start: IntArray
    seats: IntArray
    pay_sum: IntArray
    bands: IntArray
    first_band: IntArray
    patterns: BoolArray
    need: FloatArray
    floor: IntArray
    empty: FloatArray
    saving: FloatArray
    floor_price: float


class TourState(NamedTuple):
    """Tours and what they add up to.

    Attributes
    ----------
    place
        ``[a, 2]`` region and contract of tour a, contract -1 where the row is free.
    starts, breaks
        ``[a, d]`` and ``[a, d, j]`` steps at which shifts and breaks start, -1: none.
    cover, present, number
        ``[t]`` heads at work, ``[r, t]`` heads on shift, ``[k]`` tours.
    gain
        ``[t]`` what one more head at work would save.
    cost
        ``[1]`` objective, with the price of heads below the floor and beyond seats.
    """

    place: IntArray
    starts: IntArray
    breaks: IntArray
    cover: IntArray
    present: IntArray
    number: IntArray
    gain: FloatArray
    cost: FloatArray


class Scratch(NamedTuple):
    """Working memory of the kernels; *noise* are numbers in (-1/2, 1/2) by chance."""

    noise: FloatArray
    worth: FloatArray
    worth_sum: FloatArray
    lost: FloatArray
    break_value: FloatArray
    full_sum: IntArray
    day_value: FloatArray
    band_value: FloatArray
    rows: IntArray
    days: IntArray
    old_place: IntArray
    old_starts: IntArray
    old_breaks: IntArray


MOST_RUINED = 8
NOISES = 4096
"""How many numbers by chance are drawn beforehand, a power of two."""


def tour_tables(instance: TourInstance) -> TourTables:
    """Return the tables of *instance*."""
    regions, contracts = instance.regions, instance.contracts
    breaks, windows = _break_tables(instance)
    band_rows, first_band = _band_tables(instance)
    floor_price = FLOOR_FACTOR * float(instance.short_steps[-1][1])
    empty, saving = _head_tables(instance, floor_price)
    return TourTables(
        contracts=_contract_table(instance),
        breaks=breaks,
        share=np.array([c.max_share for c in contracts]),
        windows=windows,
        starts=_start_table(instance),
        num_starts=np.array([len(r.starts) for r in regions]),
        day_start=np.array([r.day_start_idx for r in regions]),
        seats=np.array([UNLIMITED if r.seats is None else r.seats for r in regions]),
        pay_sum=np.array([np.concatenate([[0], np.cumsum(r.pay)]) for r in regions]),
        bands=band_rows,
        first_band=first_band,
        patterns=_pattern_table(instance),
        need=np.array(instance.need_agents),
        floor=np.array(instance.floor_agents),
        empty=empty,
        saving=saving,
        floor_price=floor_price,
    )


def _head_tables(
    instance: TourInstance, floor_price: float
) -> tuple[FloatArray, FloatArray]:
    """Return what nobody at work costs, and what each further head saves."""
    need = instance.need_agents[:, None]
    heads = np.arange(int(np.ceil(need.max(initial=0.0))) + 2)
    short = np.maximum(0.0, need - heads)
    cost = instance.idle_price * np.maximum(0.0, heads - need)
    cost += floor_price * np.maximum(0, instance.floor_agents[:, None] - heads)
    for (_, price), width in zip(instance.short_steps, instance.widths(), strict=True):
        part = np.minimum(short, width[:, None])
        cost += price * part
        short -= part
    saving = np.ascontiguousarray(cost[:, :-1] - cost[:, 1:])
    return np.ascontiguousarray(cost[:, 0]), saving


def _contract_table(instance: TourInstance) -> IntArray:
    return np.array(
        [
            [
                c.shift_steps,
                c.days,
                len(c.breaks),
                instance.band_of(c),
                len(patterns(c.days)),
            ]
            for c in instance.contracts
        ],
        dtype=np.int64,
    )


def _break_tables(instance: TourInstance) -> tuple[IntArray, IntArray]:
    """Return the breaks of each contract and the distinct windows."""
    contracts = instance.contracts
    most = max(1, *(len(c.breaks) for c in contracts))
    windows: dict[tuple[int, int, bool], int] = {}
    breaks = np.zeros((len(contracts), most, 5), dtype=np.int64)
    for k, contract in enumerate(contracts):
        for j, item in enumerate(contract.breaks):
            key = (item.length_steps, item.last - item.first, item.paid)
            row = windows.setdefault(key, len(windows))
            breaks[k, j] = (item.first, item.last, item.length_steps, item.paid, row)
    # One window more, so that the table is never empty.
    return breaks, np.array([*windows, (1, 0, True)], dtype=np.int64)


def _start_table(instance: TourInstance) -> IntArray:
    regions = instance.regions
    starts = np.zeros((len(regions), max(len(r.starts) for r in regions)), np.int64)
    for r, region in enumerate(regions):
        starts[r, : len(region.starts)] = region.starts
    return starts


def _band_tables(instance: TourInstance) -> tuple[IntArray, IntArray]:
    """Return all bands and, by region and contract, the first and the end of its."""
    found = [
        bands(region.starts, instance.band_of(contract))
        for region in instance.regions
        for contract in instance.contracts
    ]
    places = (len(instance.regions), len(instance.contracts))
    edge = np.cumsum([0, *(len(b) for b in found)])
    ranges = [edge[:-1].reshape(places), edge[1:].reshape(places)]
    rows = np.array([pair for b in found for pair in b], dtype=np.int64)
    return rows, np.stack(ranges, axis=-1)


def _pattern_table(instance: TourInstance) -> BoolArray:
    days = np.zeros((len(instance.contracts), DAYS, DAYS), dtype=bool)
    for k, contract in enumerate(instance.contracts):
        for p, worked in enumerate(patterns(contract.days)):
            days[k, p, list(worked)] = True
    return days


def empty_state(tables: TourTables, rows: int) -> TourState:
    """Return a state with room for *rows* tours and none in it."""
    num_t, num_r = len(tables.need), len(tables.num_starts)
    num_k, most = tables.breaks.shape[:2]
    return TourState(
        place=np.full((rows, 2), NONE, dtype=np.int64),
        starts=np.full((rows, DAYS), NONE, dtype=np.int64),
        breaks=np.full((rows, DAYS, most), NONE, dtype=np.int64),
        cover=np.zeros(num_t, dtype=np.int64),
        present=np.zeros((num_r, num_t), dtype=np.int64),
        number=np.zeros(num_k, dtype=np.int64),
        gain=np.zeros(num_t),
        cost=np.zeros(1),
    )


def new_scratch(tables: TourTables) -> Scratch:
    """Return working memory for kernels on *tables*."""
    num_t, most = len(tables.need), tables.breaks.shape[1]
    return Scratch(
        noise=np.random.default_rng(NOISES).random(NOISES) - 0.5,
        worth=np.zeros(num_t),
        worth_sum=np.zeros(num_t + 1),
        lost=np.zeros(num_t),
        break_value=np.zeros((len(tables.windows), num_t)),
        full_sum=np.zeros(num_t + 1, dtype=np.int64),
        day_value=np.zeros((DAYS, tables.starts.shape[1])),
        band_value=np.zeros((DAYS, tables.starts.shape[1])),
        rows=np.zeros(MOST_RUINED, dtype=np.int64),
        days=np.zeros(MOST_RUINED, dtype=np.int64),
        old_place=np.zeros((MOST_RUINED, 2), dtype=np.int64),
        old_starts=np.zeros((MOST_RUINED, DAYS), dtype=np.int64),
        old_breaks=np.zeros((MOST_RUINED, DAYS, most), dtype=np.int64),
    )


def copy_of(state: TourState) -> TourState:
    """Return a state of its own with the same tours."""
    return TourState(
        place=state.place.copy(),
        starts=state.starts.copy(),
        breaks=state.breaks.copy(),
        cover=state.cover.copy(),
        present=state.present.copy(),
        number=state.number.copy(),
        gain=state.gain.copy(),
        cost=state.cost.copy(),
    )
