"""Containment: contacts settled by self-service, and the harder rest.

The contacts that would come without any self-service are history's over
``1 - in_history``; of them the new share is settled, by reason where shares differ.
Easy reasons leave, so the mean handle time rises with the mix, and by the stated factor
on top. Part of what self-service took on comes back as escalations.
"""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from wfm.calendar.local import local_clock, wall_minute
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Forward, Queue
from wfm.domain.drivers import ContactReason, Containment
from wfm.domain.grid import IntervalGrid
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand, Inflow

_ONE_REASON = (ContactReason(reason="", share=1.0),)


@DEMAND_CHANGES.add("containment")
class Contained:
    """Fewer and harder contacts where self-service settles more than it did."""

    stage: ClassVar[int] = 30

    def apply(self, demand: Demand) -> Demand:
        """Return the demand left to people, with the escalations to pass on."""
        for q, queue in enumerate(demand.queues):
            rule = queue.drivers.containment
            if rule is not None:
                demand = _contained(demand, q, queue, rule)
        return demand


def _contained(demand: Demand, q: int, queue: Queue, rule: Containment) -> Demand:
    reasons = queue.drivers.reasons or _ONE_REASON
    shares = demand.shares_of(queue) if queue.drivers.reasons else np.ones((1, 1))
    settled = np.array([rule.reasons.get(r.reason, rule.share) for r in reasons])
    left = (1.0 - settled) / (1.0 - rule.in_history)
    since = _since(rule, queue, demand.grid)
    kept = np.where(since, shares * left[:, None], shares)
    volume = kept.sum(axis=0)
    mix = np.divide(kept, volume, out=np.zeros_like(kept), where=volume > 0.0)
    factor = _mean_factor(mix, reasons) / _mean_factor(shares, reasons)
    factor = np.where(volume > 0.0, factor * np.where(since, rule.aht_factor, 1.0), 1.0)
    before = demand.offered_contacts[q]
    offered, aht_s = demand.offered_contacts.copy(), demand.aht_s.copy()
    offered[q] = before * volume
    aht_s[q] = aht_s[q] * factor
    known = dict(demand.reason_shares)
    if queue.drivers.reasons:
        known[queue.queue_id] = mix
    return replace(
        demand,
        offered_contacts=offered,
        aht_s=aht_s,
        reason_shares=known,
        inflows=(*demand.inflows, *_escalations(rule, before - offered[q])),
    )


def _since(rule: Containment, queue: Queue, grid: IntervalGrid) -> BoolArray:
    if rule.since is None:
        return np.ones(grid.num_intervals, dtype=bool)
    begin = wall_minute(rule.since)
    begun: BoolArray = local_clock(grid, queue.zone).wall_minute >= begin
    return begun


def _mean_factor(shares: FloatArray, reasons: tuple[ContactReason, ...]) -> FloatArray:
    factors = np.array([reason.aht_factor for reason in reasons])
    mean: FloatArray = factors @ shares / np.maximum(shares.sum(axis=0), 1e-300)
    return np.where(mean > 0.0, mean, 1.0)


def _escalations(rule: Containment, settled: FloatArray) -> tuple[Inflow, ...]:
    """Return what more (or less) than in history comes back to people."""
    escalation = rule.escalation
    if escalation is None:
        return ()
    step = Forward(
        to_queue=escalation.to_queue,
        share=escalation.share,
        delay_minutes=escalation.delay_minutes,
        aht_s=escalation.aht_s,
    )
    return (Inflow(contacts=settled * escalation.share, step=step),)
