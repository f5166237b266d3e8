r"""The implicit linear programme of weekly tours.

Its size depends on regions, contracts and steps, not on people. Columns, in groups:

``tours`` X
    Tours of region r, contract k, band b, days-off pattern p.
``starts`` S
    Shifts of (r, k) that start on day d at start i. A day's shifts must be matchable
    to that day's tours; as bands are intervals with rising ends this holds exactly
    when, over the starts of the day, cumulative shifts are at most the bands opened
    and at least the bands closed. ``waiting`` and ``urgent`` are those two slacks.
``taken`` T
    Breaks of a chain that start at step t. Chains gather breaks with equally wide
    windows, whose windows so open and close in the same order; the same two slacks
    make every break fit its own window (Bechtold and Jacobs 1990,
    doi:10.1287/mnsc.36.11.1339, in the sparse cumulative form).
``present`` A
    Heads on shift in region r at step t, at most the seats.
``cover`` C
    Heads at work, at least the guaranteed floor.
``numbers``, ``total``
    Tours of each contract and of all, for the shares.
``short``, ``idle``
    Heads missing, by price step, and heads beyond the need.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from solver.tours.instance import (
    DAYS,
    TourBreak,
    TourInstance,
    TourRegion,
    bands,
    patterns,
)
from wfm.domain.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TourColumn:
    """One kind of tour: its column, place, band (rows of starts) and worked days."""

    column: int
    region: int
    contract: int
    band: tuple[int, int]
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Breaks whose windows are equally wide; *region* is set where pay matters."""

    length_steps: int
    width: int
    region: int | None
    taken: int
    waiting: int
    urgent: int

    def holds(self, item: TourBreak, region: int) -> bool:
        """Return whether *item* of a shift in *region* belongs to the chain."""
        alike = (item.length_steps, item.last - item.first) == (
            self.length_steps,
            self.width,
        )
        return alike and self.region == (None if item.paid else region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Minimise ``cost @ x`` with ``low <= matrix @ x <= high``, ``least <= x <= most``.

    ``starts[r, k]`` is the first column of the starts of (r, k), by day and start;
    ``present[r]``, ``cover`` and ``short`` the first columns of those, by step (and
    price step first for *short*), ``total`` the column of the number of tours.
    ``need_rows`` is the first row of the need.
    """

    cost: FloatArray
    value: FloatArray
    row: IntArray
    column: IntArray
    low: FloatArray
    high: FloatArray
    least: FloatArray
    most: FloatArray
    tours: tuple[TourColumn, ...]
    chains: tuple[Chain, ...]
    starts: dict[tuple[int, int], int]
    present: tuple[int, ...]
    num_contracts: int
    total: int
    cover: int
    short: int
    need_rows: int

    @property
    def num_columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def numbers(self) -> slice:
        """Columns of the numbers of tours of each contract."""
        return slice(self.total - self.num_contracts, self.total)


@dataclass(slots=True)
class _Sheet:
    """Columns and rows as they are collected, in blocks."""

    cost: list[FloatArray] = field(default_factory=list)
    least: list[FloatArray] = field(default_factory=list)
    most: list[FloatArray] = field(default_factory=list)
    low: list[FloatArray] = field(default_factory=list)
    high: list[FloatArray] = field(default_factory=list)
    entries: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)
    num_columns: int = 0
    num_rows: int = 0

    def columns(
        self,
        number: int,
        *,
        cost: npt.ArrayLike = 0.0,
        least: npt.ArrayLike = 0.0,
        most: npt.ArrayLike = np.inf,
    ) -> int:
        """Add columns and return the first."""
        first = self.num_columns
        for store, given in (
            (self.cost, cost),
            (self.least, least),
            (self.most, most),
        ):
            store.append(np.broadcast_to(np.asarray(given, float), number))
        self.num_columns += number
        return first

    def rows(
        self, number: int, *, low: npt.ArrayLike = 0.0, high: npt.ArrayLike = 0.0
    ) -> int:
        """Add rows and return the first."""
        first = self.num_rows
        self.low.append(np.broadcast_to(np.asarray(low, float), number))
        self.high.append(np.broadcast_to(np.asarray(high, float), number))
        self.num_rows += number
        return first

    def put(self, row: npt.ArrayLike, column: npt.ArrayLike, value: float) -> None:
        """Add *value* at each pair of *row* and *column*."""
        rows, columns = np.broadcast_arrays(np.asarray(row), np.asarray(column))
        self.entries.append(
            (rows.ravel(), columns.ravel(), np.full(rows.size, float(value)))
        )

    def arrays(self) -> dict[str, Any]:
        """Return everything collected, under the names of :class:`Programme`."""
        rows, columns, values = zip(*self.entries, strict=True)
        return {
            "cost": np.concatenate(self.cost),
            "value": np.concatenate(values),
            "row": np.concatenate(rows),
            "column": np.concatenate(columns),
            "low": np.concatenate(self.low),
            "high": np.concatenate(self.high),
            "least": np.concatenate(self.least),
            "most": np.concatenate(self.most),
        }


def tour_programme(instance: TourInstance) -> Programme:
    """Return the programme of *instance*."""
    return _Writer(instance).programme()


class _Writer:
    """Writes the programme block by block."""

    def __init__(self, instance: TourInstance) -> None:
        self.instance, self.sheet = instance, _Sheet()
        self.steps = np.arange(instance.num_steps)
        self.tours: list[TourColumn] = []
        self.starts: dict[tuple[int, int], int] = {}
        self.present_rows: dict[int, int] = {}
        self.chains: dict[tuple[int, int, int | None], Chain] = {}
        self.chain_rows: dict[tuple[int, int, int | None], tuple[int, int]] = {}

    def programme(self) -> Programme:
        """Write everything."""
        present = tuple(self._present(r) for r in self.instance.regions)
        places = [
            (r, k)
            for r in range(len(self.instance.regions))
            for k in range(len(self.instance.contracts))
        ]
        for r, k in places:
            self._week(r, k)
        for r, k in places:
            self._shifts(r, k, present[r])
        total = self._numbers()
        cover = self._cover(present)
        short, need_rows = self._need(cover)
        return Programme(
            **self.sheet.arrays(),
            tours=tuple(self.tours),
            chains=tuple(self.chains.values()),
            starts=self.starts,
            present=present,
            num_contracts=len(self.instance.contracts),
            total=total,
            cover=cover,
            short=short,
            need_rows=need_rows,
        )

    def _present(self, region: TourRegion) -> int:
        """Write the heads on shift: A_t - A_{t-1} = starts - ends."""
        num_t = self.instance.num_steps
        seats = np.inf if region.seats is None else region.seats
        first = self.sheet.columns(num_t, most=seats)
        row = self.sheet.rows(num_t)
        self.present_rows[first] = row
        self.sheet.put(row + self.steps, first + self.steps, 1.0)
        self.sheet.put(row + self.steps[1:], first + self.steps[:-1], -1.0)
        return first

    def _week(self, r: int, k: int) -> None:
        """Write tours and starts of (r, k), and that a day's shifts fit its tours."""
        region = self.instance.regions[r]
        num = len(region.starts)
        first = self.sheet.columns(DAYS * num, cost=self._pay_of_shifts(r, k))
        self.starts[r, k] = first
        waiting = self.sheet.columns(DAYS * num)
        urgent = self.sheet.columns(DAYS * num)
        opened, closed = self.sheet.rows(DAYS * num), self.sheet.rows(DAYS * num)
        every = np.arange(DAYS * num)
        later = every[every % num > 0]
        put = self.sheet.put
        put(opened + every, waiting + every, 1.0)
        put(opened + later, waiting + later - 1, -1.0)
        put(opened + every, first + every, 1.0)
        put(closed + every, urgent + every, 1.0)
        put(closed + later, urgent + later - 1, -1.0)
        put(closed + every, first + every, -1.0)
        self._tours(r, k, opened, closed)
        self._end_of_day(waiting, urgent, num)

    def _pay_of_shifts(self, r: int, k: int) -> FloatArray:
        """Return the pay of the shift at each day and start, breaks paid."""
        region, length = (
            self.instance.regions[r],
            self.instance.contracts[k].shift_steps,
        )
        return np.array(
            [
                float(region.pay[day + start : day + start + length].sum())
                for day in region.day_start_idx
                for start in region.starts
            ]
        )

    def _tours(self, r: int, k: int, opened: int, closed: int) -> None:
        """Write the tours of (r, k): each opens and closes its band on its days."""
        region, contract = self.instance.regions[r], self.instance.contracts[k]
        num = len(region.starts)
        for band in bands(region.starts, self.instance.band_of(contract)):
            for days in patterns(contract.days):
                column = self.sheet.columns(1)
                at = np.array(days) * num
                self.sheet.put(opened + at + band[0], column, -1.0)
                self.sheet.put(closed + at + band[1], column, 1.0)
                self.tours.append(
                    TourColumn(
                        column=column, region=r, contract=k, band=band, days=days
                    )
                )

    def _end_of_day(self, waiting: int, urgent: int, num: int) -> None:
        """Write that nobody waits when a day's starts are over."""
        last = np.arange(DAYS) * num + num - 1
        row = self.sheet.rows(2 * DAYS)
        self.sheet.put(row + np.arange(DAYS), waiting + last, 1.0)
        self.sheet.put(row + DAYS + np.arange(DAYS), urgent + last, 1.0)

    def _shifts(self, r: int, k: int, present: int) -> None:
        """Write presence and breaks of the shifts of (r, k)."""
        region, contract = self.instance.regions[r], self.instance.contracts[k]
        at = np.add.outer(region.day_start_idx, region.starts).ravel()
        columns = self.starts[r, k] + np.arange(len(at))
        row = self.present_rows[present]
        ends = at + contract.shift_steps
        inside = ends < self.instance.num_steps
        self.sheet.put(row + at, columns, -1.0)
        self.sheet.put(row + ends[inside], columns[inside], 1.0)
        for item in contract.breaks:
            opened, closed = self._chain(r, item)
            self.sheet.put(opened + at + item.first, columns, -1.0)
            self.sheet.put(closed + at + item.last, columns, 1.0)

    def _chain(self, r: int, item: TourBreak) -> tuple[int, int]:
        """Return the rows of the chain that *item* belongs to, writing it if new."""
        key = (item.length_steps, item.last - item.first, None if item.paid else r)
        if key not in self.chains:
            num_t, steps = self.instance.num_steps, self.steps
            saved = 0.0 if item.paid else -self._pay_of_break(r, item.length_steps)
            chain = Chain(
                length_steps=item.length_steps,
                width=item.last - item.first,
                region=key[2],
                taken=self.sheet.columns(num_t, cost=saved),
                waiting=self.sheet.columns(num_t),
                urgent=self.sheet.columns(num_t),
            )
            opened, closed = self.sheet.rows(num_t), self.sheet.rows(num_t)
            for row, slack, sign in (
                (opened, chain.waiting, 1.0),
                (closed, chain.urgent, -1.0),
            ):
                self.sheet.put(row + steps, slack + steps, 1.0)
                self.sheet.put(row + steps[1:], slack + steps[:-1], -1.0)
                self.sheet.put(row + steps, chain.taken + steps, sign)
            self.chains[key], self.chain_rows[key] = chain, (opened, closed)
        return self.chain_rows[key]

    def _pay_of_break(self, r: int, length: int) -> FloatArray:
        """Return ``[t]`` the pay that an unpaid break from t on saves."""
        pay = np.append(self.instance.regions[r].pay, np.zeros(length))
        total = np.concatenate([[0], np.cumsum(pay)])
        num_t = self.instance.num_steps
        return np.asarray(total[length : length + num_t] - total[:num_t], dtype=float)

    def _numbers(self) -> int:
        """Write the numbers of tours and their shares; return the total's column."""
        contracts, put = self.instance.contracts, self.sheet.put
        first = self.sheet.columns(len(contracts))
        total = self.sheet.columns(1)
        row = self.sheet.rows(1)
        put(row, total, 1.0)
        put(row, first + np.arange(len(contracts)), -1.0)
        for k, contract in enumerate(contracts):
            row = self.sheet.rows(1)
            put(row, first + k, 1.0)
            put(row, [t.column for t in self.tours if t.contract == k], -1.0)
            if contract.max_share < 1.0:
                row = self.sheet.rows(1, low=-np.inf)
                put(row, first + k, 1.0)
                put(row, total, -contract.max_share)
        return total

    def _cover(self, present: Sequence[int]) -> int:
        """Write heads at work: present less those on a break."""
        num_t, steps = self.instance.num_steps, self.steps
        cover = self.sheet.columns(num_t, least=self.instance.floor_agents)
        row = self.sheet.rows(num_t)
        self.sheet.put(row + steps, cover + steps, 1.0)
        for first in present:
            self.sheet.put(row + steps, first + steps, -1.0)
        for chain in self.chains.values():
            for j in range(chain.length_steps):
                self.sheet.put(row + steps[j:], chain.taken + steps[: num_t - j], 1.0)
        return cover

    def _need(self, cover: int) -> tuple[int, int]:
        """Write what is missing; return the first column of it and the first row."""
        instance, num_t, steps = self.instance, self.instance.num_steps, self.steps
        widths = instance.widths()
        prices = np.array([price for _, price in instance.short_steps], dtype=float)
        short = self.sheet.columns(
            widths.size, cost=np.repeat(prices, num_t), most=widths.ravel()
        )
        row = self.sheet.rows(num_t, low=instance.need_agents, high=np.inf)
        self.sheet.put(row + steps, cover + steps, 1.0)
        for k in range(len(prices)):
            self.sheet.put(row + steps, short + k * num_t + steps, 1.0)
        if instance.idle_price:
            self._idle(cover)
        return short, row

    def _idle(self, cover: int) -> None:
        num_t, steps = self.instance.num_steps, self.steps
        idle = self.sheet.columns(num_t, cost=self.instance.idle_price)
        row = self.sheet.rows(num_t, low=-np.inf, high=self.instance.need_agents)
        self.sheet.put(row + steps, cover + steps, 1.0)
        self.sheet.put(row + steps, idle + steps, -1.0)
