"""A staffed month judged: service against floors, and the figures of the month."""

from collections.abc import Iterator, Sequence

import numpy as np

from scenarios.activity import MonthActivity
from scenarios.lanes import StaffedMonth
from scenarios.money import Money
from scenarios.result import Floors, MonthResult
from wfm.domain.demand import Queue
from wfm.staffing.channel import CHANNELS


def floor_of(queue: Queue, floors: Floors) -> float:
    """Return the least service level of *queue*; 0 where none can be said."""
    if CHANNELS[queue.channel].deferred:
        return floors.done_by_due
    if floors.service_level is not None:
        return floors.service_level
    target = queue.target.service_level_fraction
    return max(0.0, target - floors.tolerance) if target is not None else 0.0


def breaches(staffed: StaffedMonth, floors: Floors) -> Iterator[str]:
    """Yield in words every floor of service that the month misses."""
    contacts = staffed.need.month_contacts
    for q, queue in enumerate(staffed.need.queues):
        floor, level = floor_of(queue, floors), float(staffed.service_levels[q])
        if contacts[q] > 0.0 and level < floor - 1e-9:
            what = "done" if CHANNELS[queue.channel].deferred else "in time"
            yield f"{queue.queue_id}: {level:.1%} {what}, floor {floor:.0%}"
        hours = float(staffed.week.unguarded[q])
        if hours > floors.guarantee_hours:
            yield f"{queue.queue_id}: {hours:.0f} h a week below the guarantee"


def slack(staffed: StaffedMonth, floors: Floors) -> float:
    """Return how far the nearest floor of service is; below 0 where it is missed.

    A floor of contacts in shares of them, a guarantee in shares of the hours that may
    lack it (of one hour where none may).
    """
    contacts = staffed.need.month_contacts
    levels = [
        float(staffed.service_levels[q]) - floor_of(queue, floors)
        for q, queue in enumerate(staffed.need.queues)
        if contacts[q] > 0.0
    ]
    left = floors.guarantee_hours - staffed.week.unguarded
    shares = left / max(floors.guarantee_hours, 1.0)
    return min([*levels, *shares.tolist()], default=1.0)


def month_result(
    staffed: StaffedMonth,
    activities: Sequence[MonthActivity],
    cost: Money,
    floors: Floors,
) -> MonthResult:
    """Return the figures of one month, all lanes together."""
    need, days = staffed.need, staffed.need.band_days
    contacts = need.month_contacts
    q = _worst(staffed, floors)
    live = np.array([not CHANNELS[x.channel].deferred for x in need.queues])
    weight = contacts * live
    level = float(weight @ staffed.service_levels / weight.sum()) if weight.any() else 1
    return MonthResult(
        month=need.month,
        offered_contacts=float(contacts.sum()),
        handled_contacts=sum(
            float(staffed.site_contacts(site).sum()) for site in staffed.site_ids
        ),
        resolved_contacts=sum(done.resolved_contacts for done in activities),
        service_level=level,
        worst_queue=need.queues[q].queue_id,
        worst_level=float(staffed.service_levels[q]),
        required_hours=float((need.required @ days).sum()),
        covered_hours=float((staffed.week.covered @ days).sum()),
        paid_hours=float((staffed.week.paid @ days).sum()),
        heads=float(sum(staffed.site_heads.values())),
        cost=cost,
        breaches=tuple(breaches(staffed, floors)),
        slack=slack(staffed, floors),
    )


def _worst(staffed: StaffedMonth, floors: Floors) -> int:
    over = [
        float(staffed.service_levels[q]) - floor_of(queue, floors)
        for q, queue in enumerate(staffed.need.queues)
    ]
    return int(np.argmin(over))
