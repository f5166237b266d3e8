"""Missing agents: convex steps for live queues, one price for work not done in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from solver.need import UNITS_PER_AGENT, DueWork, build_need, due_work, step_price
from solver.outcome import Allocation
from solver.term import TERMS, Price, ShortPrice
from wfm.domain.arrays import IntArray
from wfm.domain.roster import Roster, RosterInstance


@TERMS.add("understaffing")
@dataclass(frozen=True, slots=True, kw_only=True)
class Understaffing:
    """Need that nobody serves (:mod:`solver.need` defines need, units and pieces)."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield the steps of the price of one missing agent-step."""
        prices = instance.prices
        yield ShortPrice(
            steps=tuple(
                (
                    share,
                    step_price(
                        prices.understaffing_per_hour * factor, instance.step_minutes
                    ),
                )
                for share, factor in prices.understaffing_steps
            )
        )

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Price what *allocation* leaves unserved, and what it does too late."""
        need = build_need(instance, self.prices(instance))
        served = served_units(allocation)
        missing = np.maximum(need.live - served, 0)
        total = 0
        for width, price in zip(need.widths, need.piece_prices, strict=True):
            taken = np.minimum(width, missing)
            total += price * int(taken.sum())
            missing = missing - taken
        return total + need.due_price * undone_units(due_work(instance), served)


def served_units(allocation: Allocation) -> IntArray:
    """Return ``[q, t]`` units that *allocation* gives to each queue."""
    units: IntArray = np.rint(allocation.agents.sum(axis=0) * UNITS_PER_AGENT).astype(
        np.int64
    )
    return units


def undone_units(due: Iterable[DueWork], served: IntArray) -> int:
    """Return the work left at its due time, done in the order of due times."""
    by_queue: dict[int, list[DueWork]] = {}
    for work in due:
        if len(work.steps):
            by_queue.setdefault(work.queue_row, []).append(work)
    never = sum(work.units for work in due if not len(work.steps))
    return never + sum(
        _left_over(waiting, served[row]) for row, waiting in by_queue.items()
    )


def _left_over(waiting: list[DueWork], served: IntArray) -> int:
    """Return what stays undone of one queue's work, served in units ``[t]``."""
    arrivals = sorted(waiting, key=lambda work: (int(work.steps[0]), work.due_idx))
    backlog: list[list[int]] = []
    left, position = 0, 0
    for idx, amount in enumerate(served.tolist()):
        while position < len(arrivals) and arrivals[position].steps[0] <= idx:
            work = arrivals[position]
            heappush(backlog, [work.due_idx, position, work.units])
            position += 1
        while backlog and backlog[0][0] <= idx:
            left += heappop(backlog)[2]
        while amount and backlog:
            done = min(amount, backlog[0][2])
            amount -= done
            backlog[0][2] -= done
            if not backlog[0][2]:
                heappop(backlog)
    return left + sum(item[2] for item in backlog)
