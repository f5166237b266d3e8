"""Redials: customers who give up and call again, at the staffing planned.

History holds the redials of the abandonment there was; the plan has those of the
abandonment that its own service level leaves. Fresh contacts stay. The agents are those
that the target asks for at the volume with its redials, found together with it.
"""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Queue, ServiceTarget
from wfm.domain.drivers import Redials
from wfm.domain.grid import IntervalGrid
from wfm.staffing import erlang
from wfm.staffing.coming_back import Pool, with_lead
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand
from wfm.staffing.retrials_over_time import TryingAgain, settle


@DEMAND_CHANGES.add("redials")
class RedialedContacts:
    """Redials of the plan in place of history's."""

    stage: ClassVar[int] = 50

    def apply(self, demand: Demand) -> Demand:
        """Return the demand with the redials that the planned staffing causes."""
        offered, remarks = demand.offered_contacts.copy(), list(demand.remarks)
        for q, queue in enumerate(demand.queues):
            rule = queue.drivers.redials
            if rule is None or queue.patience_s is None:
                continue
            known = (demand.offered_contacts[q], demand.aht_s[q], demand.accepts[q])
            fresh, total = redialled(queue, rule, known, demand.grid)
            offered[q] = total
            remarks.append(
                (
                    queue.queue_id,
                    f"{fresh.sum():.0f} fresh contacts bring "
                    f"{total.sum() - fresh.sum():.0f} redials, "
                    f"{total.sum():.0f} in all",
                )
            )
        return replace(demand, offered_contacts=offered, remarks=tuple(remarks))


def redialled(
    queue: Queue,
    rule: Redials,
    known: tuple[FloatArray, FloatArray, BoolArray],
    grid: IntervalGrid,
) -> tuple[FloatArray, FloatArray]:
    """Return fresh contacts and all attempts ``[t]`` of *queue*.

    Parameters
    ----------
    known
        Contacts forecast, with history's redials, handle times and open mask, ``[t]``.
    """
    again = TryingAgain(
        redial_share=rule.share, redial_delay_s=60.0 * rule.delay_minutes
    )
    pace = grid.interval_s / again.redial_delay_s
    contacts, aht_s, accepts = known
    fresh = with_lead(
        _without_redials,
        (contacts, accepts),
        grid,
        pace=pace,
        rate=rule.share * rule.abandoned_in_history,
    )

    def planned(some: FloatArray, handle_s: FloatArray, mask: BoolArray) -> FloatArray:
        def lost(total: FloatArray) -> FloatArray:
            load = total * handle_s / grid.interval_s
            return lost_at_target(load, handle_s, queue.target, queue.patience_s)

        found = settle(
            some, lost, interval_s=grid.interval_s, again=again, open_mask=mask
        )
        return found.total

    safe_s = np.where(aht_s > 0.0, aht_s, 1.0)
    return fresh, with_lead(planned, (fresh, safe_s, accepts), grid)


def lost_at_target(
    load: FloatArray,
    aht_s: FloatArray,
    target: ServiceTarget,
    patience_s: float | None,
) -> FloatArray:
    """Return the share that gives up at the fewest agents that meet *target*."""
    patience = np.inf if patience_s is None else patience_s
    level = target.service_level_fraction
    agents = erlang.required_agents(
        load,
        aht_s,
        answer_within_s=None if level is None else target.answer_within_s,
        service_level_fraction=level,
        asa_s=target.asa_s,
        max_occupancy_fraction=target.max_occupancy_fraction,
        patience_s=patience,
        integer=False,
    ).agents
    share = erlang.abandonment(load, agents, aht_s, patience)
    return np.where(load > 0.0, share, 0.0)


def _without_redials(
    contacts: FloatArray, accepts: BoolArray, *, pace: float, rate: float
) -> FloatArray:
    """Return the first attempts among *contacts*, *rate* of which call again."""
    pool = Pool(pace)
    first = np.zeros_like(contacts)
    for t in np.flatnonzero(accepts).tolist():
        back = pool.back_by(t) + rate * pool.at_once * float(contacts[t])
        first[t] = max(0.0, float(contacts[t]) - back)
        pool.leave(t, rate * float(contacts[t]))
    return first
