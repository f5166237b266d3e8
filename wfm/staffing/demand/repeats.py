"""Repeat contacts: what comes back because a contact did not settle it (1 - FCR).

Of the contacts x forecast, the share *in_history* of those before them had come back;
without them the first contacts are left, and these bring repeats at the planned rate.
A repeat comes after an exponential delay, in closed time at the next opening. The
change is taken to have held before the plan too: the first week is run through once
beforehand. Contact reasons have repeat rates of their own; where self-service has
changed their mix, the repeats change with it.
"""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Queue
from wfm.domain.drivers import Repeats
from wfm.staffing.coming_back import Pool, with_lead
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand

_USUAL_DELAY_HOURS = 24.0


@DEMAND_CHANGES.add("repeats")
class RepeatContacts:
    """More or fewer repeats than history holds."""

    stage: ClassVar[int] = 40

    def apply(self, demand: Demand) -> Demand:
        """Return the demand with its repeats at the planned rate."""
        offered, remarks = demand.offered_contacts.copy(), list(demand.remarks)
        for q, queue in enumerate(demand.queues):
            old, new, delay_hours = _rates(demand, queue)
            if np.array_equal(old, new):
                continue
            pace = demand.grid.interval_hours / delay_hours
            before = float(offered[q].sum())
            offered[q] = with_lead(
                _exchanged,
                (offered[q], old, new, demand.accepts[q]),
                demand.grid,
                pace=pace,
            )
            change = float(offered[q].sum()) / before - 1.0 if before > 0.0 else 0.0
            remarks.append(
                (queue.queue_id, f"repeat contacts change the volume by {change:+.1%}")
            )
        return replace(demand, offered_contacts=offered, remarks=tuple(remarks))


def _rates(demand: Demand, queue: Queue) -> tuple[FloatArray, FloatArray, float]:
    """Return the repeat rates ``[t]`` of history and plan, and their delay."""
    size = demand.grid.num_intervals
    rule = queue.drivers.repeats
    reasons = queue.drivers.reasons
    rates = np.array([reason.repeat_rate for reason in reasons])
    if not reasons or not rates.any():
        rule = rule or Repeats(rate=0.0, in_history=0.0)
        return (
            np.full(size, rule.in_history),
            np.full(size, rule.rate),
            rule.delay_hours,
        )
    first = np.array([reason.share for reason in reasons])
    old = np.full(size, rates @ first / first.sum())
    new = rates @ demand.shares_of(queue)
    if rule is None:
        return old, new, _USUAL_DELAY_HOURS
    # The rule's rates are of the whole queue; the reasons tell how the mix moves it.
    scaled = np.minimum(rule.rate * new / old, 0.99)
    return np.full(size, rule.in_history), scaled, rule.delay_hours


def _exchanged(
    contacts: FloatArray,
    old: FloatArray,
    new: FloatArray,
    accepts: BoolArray,
    *,
    pace: float,
) -> FloatArray:
    """Return *contacts* with the old repeats taken out and the new ones put in."""
    known, planned = Pool(pace), Pool(pace)
    result = np.zeros_like(contacts)
    for t in np.flatnonzero(accepts | (contacts > 0.0)).tolist():
        gone, come = known.back_by(t), planned.back_by(t)
        first = contacts[t] * (1.0 - old[t] * known.at_once) - gone
        result[t] = max(0.0, first + come) / (1.0 - new[t] * planned.at_once)
        known.leave(t, old[t] * float(contacts[t]))
        planned.leave(t, new[t] * float(result[t]))
    return result
