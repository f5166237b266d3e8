"""Outbound lists: customers to be called, with tries, contacts and conversions.

A try reaches the customer with the contact rate; whoever is not reached is tried again,
up to the most tries, each some open hours after the last. Agents dial themselves, so a
try in vain costs time too. Every try is deferred work with the queue's promise.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import numpy as np

from wfm.domain.demand import Queue
from wfm.domain.drivers import OutboundList
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing
from wfm.staffing.deferred import OpenClock, Parcel, as_due_work, open_clock
from wfm.staffing.outbound_work import reached_share, try_s


@CHANNELS.add("outbound")
class Outbound:
    """Calls to customers on a list, as deferred work."""

    deferred: ClassVar[bool] = True

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the work of all tries, due by due, and its flattest profile.

        Contacts are customers: the list's at the plan's start, further ones as
        forecast. Handle times are the list's own. Within the promise every try has a
        window of its own.

        Raises
        ------
        ValueError
            If the queue has no outbound list or no promise, or too short a one.
        """
        rule = queue.outbound
        if rule is None:
            msg = f"queue {queue.queue_id!r} needs an outbound list"
            raise ValueError(msg)
        clock = open_clock(queue, demand)
        gap = round(rule.retry_after_open_hours / demand.grid.interval_hours)
        if (rule.max_tries - 1) * gap >= clock.promise:
            msg = f"{rule.max_tries} tries of {queue.queue_id!r} exceed its promise"
            raise ValueError(msg)
        records = [
            Parcel(arrival_idx=t, due_idx=t, contacts=contacts, aht_s=try_s(rule))
            for t, contacts in _arrivals(demand)
        ]
        found = as_due_work(queue, demand, clock, _tries(rule, records, clock, gap))
        remark = _outcome(rule, sum(record.contacts for record in records))
        return replace(found, warnings=(*found.warnings, remark))


def _arrivals(demand: QueueDemand) -> Iterable[tuple[int, float]]:
    """Yield when customers come onto the list."""
    start, end = demand.window
    coming = np.flatnonzero(demand.offered_contacts[start:end] > 0.0) + start
    yield from ((t, float(demand.offered_contacts[t])) for t in coming.tolist())


def _outcome(rule: OutboundList, records: float) -> str:
    reached = records * reached_share(rule)
    return (
        f"{records:.0f} customers, {reached:.0f} reached within {rule.max_tries} "
        f"tries, {reached * rule.conversion_rate:.0f} agree"
    )


def _tries(
    rule: OutboundList, records: Iterable[Parcel], clock: OpenClock, gap: int
) -> Iterable[Parcel]:
    """Yield every try: all have windows of one length, the last ends at the promise."""
    window = clock.promise - (rule.max_tries - 1) * gap
    for record in records:
        left = record.contacts
        for number in range(rule.max_tries):
            begin = clock.later(record.arrival_idx, number * gap)
            due, share = clock.due(begin, window)
            yield replace(record, arrival_idx=begin, due_idx=due, contacts=left * share)
            left *= 1.0 - rule.contact_rate
