r"""What the queues need, in integers: the units in which the objective is exact.

One *unit* is a thousandth of an agent during one roster step. Requirements, widths of
price pieces and deferred work are rounded to units once, here, and prices are whole
thousandths of a minor unit per unit, so that an objective is an exact integer and two
searches can never disagree by a rounding.

For a live queue that needs :math:`r` units and gets :math:`r-u`, the missing
:math:`u` units cost

.. math:: \sum_k p_k \min(w_k, \max(0, u - w_1 - \dots - w_{k-1})),

with the widths :math:`w_k` = that share of :math:`r` and rising prices :math:`p_k`.
Work of a deferred queue may be done in any step in which the queue is open, from its
arrival up to its due time; what is then not done costs the price of the *second*
step (of the only one, if there is one). Guarantees come before all prices.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from solver.term import IdlePrice, Price, ShortPrice
from wfm.domain.arrays import IntArray
from wfm.domain.errors import ModelError
from wfm.domain.roster import RosterInstance

UNITS_PER_AGENT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """Work of deferred queue *queue_row*, to be done in one of *steps* (ascending)."""

    queue_row: int
    due_idx: int
    units: int
    steps: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Requirement and prices in units.

    Attributes
    ----------
    live
        ``[q, t]`` units that live queues need; 0 outside the window and for deferred
        queues.
    widths
        ``[k, q, t]`` widths of the price pieces of *live*, cheapest first.
    piece_prices
        ``[k]`` price of one missing unit in each piece, rising.
    floor
        ``[q, t]`` guaranteed units (whole agents), inside the window and after a
        cold start.
    due
        Deferred work, by queue and due time.
    due_price, idle_price
        Price of a unit of work not done in time, and of a working unit without work.
    """

    live: IntArray
    widths: IntArray
    piece_prices: tuple[int, ...]
    floor: IntArray
    due: tuple[DueWork, ...]
    due_price: int
    idle_price: int


def build_need(instance: RosterInstance, prices: Iterable[Price]) -> Need:
    """Return the need of *instance* under the short and idle *prices* of its terms.

    Several short prices are not added up: there may be at most one.
    """
    listed = tuple(prices)
    short = short_steps(listed) or ((1.0, 0),)
    live = live_units(instance)
    due_price = _unit_price(short[min(1, len(short) - 1)][1])
    return Need(
        live=live,
        widths=piece_widths(live, [share for share, _ in short]),
        piece_prices=tuple(_unit_price(price) for _, price in short),
        floor=floor_units(instance),
        due=due_work(instance),
        due_price=due_price,
        idle_price=_unit_price(
            sum(p.price for p in listed if isinstance(p, IdlePrice))
        ),
    )


def short_steps(prices: Sequence[Price]) -> tuple[tuple[float, int], ...]:
    """Return the steps of the one short price among *prices*, or none."""
    found = [price.steps for price in prices if isinstance(price, ShortPrice)]
    if len(found) > 1:
        msg = f"{len(found)} objective terms price missing agents, at most one may"
        raise ModelError(msg)
    return found[0] if found else ()


def _unit_price(price_per_agent_step: int) -> int:
    units, rest = divmod(price_per_agent_step, UNITS_PER_AGENT)
    if rest:
        msg = (
            f"price {price_per_agent_step} per agent-step is no multiple of "
            f"{UNITS_PER_AGENT}"
        )
        raise ModelError(msg)
    return units


def step_price(price_per_hour: float, step_minutes: int) -> int:
    """Return the price of one agent-step, rounded to a multiple of the units."""
    per_unit = price_per_hour * step_minutes / 60 / UNITS_PER_AGENT
    return round(per_unit) * UNITS_PER_AGENT


def _inside(instance: RosterInstance) -> IntArray:
    """Return 1 for each step ``[t]`` of the window, 0 elsewhere."""
    inside = np.zeros(instance.grid.num_intervals, dtype=np.int64)
    inside[max(0, instance.window_start_idx) : instance.window_end_idx] = 1
    return inside


def deferred_rows(instance: RosterInstance) -> frozenset[int]:
    """Return the rows of the queues whose work may wait."""
    names = {work.queue_id for work in instance.deferred}
    return frozenset(
        row for row, queue in enumerate(instance.queues) if queue.queue_id in names
    )


def live_units(instance: RosterInstance) -> IntArray:
    """Return ``[q, t]`` max(scheduled, guaranteed) of live queues, in units.

    An unreachable target (infinity) counts as everybody there is.
    """
    most = float(max(1, len(instance.agents)))
    wanted = instance.scheduled_agents
    target = np.maximum(
        np.where(np.isinf(wanted), most, wanted), instance.guaranteed_agents
    )
    units: IntArray = np.rint(target * UNITS_PER_AGENT).astype(np.int64)
    units *= _inside(instance)
    units[sorted(deferred_rows(instance))] = 0
    return units


def floor_units(instance: RosterInstance) -> IntArray:
    """Return ``[q, t]`` guaranteed units where the guarantee is judged."""
    units: IntArray = instance.guaranteed_agents * UNITS_PER_AGENT
    units = units * _inside(instance)
    units[:, : max(0, instance.cold_start_end_idx)] = 0
    return units


def piece_widths(live: IntArray, shares: Sequence[float]) -> IntArray:
    """Return ``[k, q, t]`` how the need divides into pieces of these *shares*.

    Cumulative shares are rounded, so the widths add up to the need exactly.
    """
    total = sum(shares)
    inner = [
        np.rint(live * (share / total)).astype(np.int64)
        for share in np.cumsum(shares)[:-1]
    ]
    edges: IntArray = np.stack([np.zeros_like(live), *inner, live])
    return np.asarray(edges[1:] - edges[:-1], dtype=np.int64)


def due_work(instance: RosterInstance) -> tuple[DueWork, ...]:
    """Return the deferred work of *instance* in units, merged by equal spans."""
    rows = {queue.queue_id: row for row, queue in enumerate(instance.queues)}
    per_hour = 60 / instance.step_minutes * UNITS_PER_AGENT
    merged: dict[tuple[int, int, int], int] = {}
    start = max(0, instance.window_start_idx)
    for work in instance.deferred:
        row = rows[work.queue_id]
        units = np.rint(work.work_hours * per_hour).astype(np.int64)
        for arrival, due, amount in zip(
            work.arrival_idx.tolist(),
            work.due_idx.tolist(),
            units.tolist(),
            strict=True,
        ):
            key = (row, min(due, instance.window_end_idx), max(arrival, start))
            merged[key] = merged.get(key, 0) + amount
    return tuple(
        DueWork(
            queue_row=row,
            due_idx=due,
            units=amount,
            steps=arrival + np.flatnonzero(instance.open_mask[row, arrival:due]),
        )
        for (row, due, arrival), amount in sorted(merged.items())
        if amount > 0
    )
