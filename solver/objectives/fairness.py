"""Fairness: who has had more weekends and nights than others pays more for the next.

The ledger knows what each agent was asked to work in the weeks before. A paid hour on
a Saturday or Sunday (a date on the agent's clock) is priced at ``fairness_per_hour``
times the weekend shifts a week that the agent has had beyond the *peer* with the
fewest; an hour in the site's night likewise by night shifts. Peers are agents of the
same site and employment contract whom the ledger knows; the others pay nothing. Week
after week this draws everybody to the same share, and as it prices steps, every search
understands it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from solver.outcome import Allocation
from solver.term import TERMS, Price, StepPrice
from wfm.calendar.local import local_clock, zone
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance

SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """Weekend and night shifts a week beyond the peer with the fewest."""

    weekends: float = 0.0
    nights: float = 0.0


@TERMS.add("fairness")
@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Weekend and night hours of those who have had more of them than their peers."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield the price of every agent and step, rounded once for each kind."""
        beyond = beyond_peers(instance)
        if not beyond:
            return
        price = np.zeros(instance.pay.shape, dtype=np.int64)
        for a, agent in enumerate(instance.agents):
            own = beyond.get(agent.agent_id, Beyond())
            clock = local_clock(instance.grid, agent.zone)
            price[a] += (clock.weekday >= SATURDAY) * _per_step(instance, own.weekends)
            price[a] += instance.night[a] * _per_step(instance, own.nights)
        yield StepPrice(price=price)

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Look at every paid step of every shift."""
        beyond, rows = beyond_peers(instance), instance.agent_index()
        zones = {agent.agent_id: agent.zone for agent in instance.agents}
        weekend: dict[tuple[str, int], bool] = {}
        total = 0
        for shift in roster.shifts:
            own = beyond.get(shift.agent_id)
            if own is None:
                continue
            zone_name, row = zones[shift.agent_id], rows[shift.agent_id]
            for span in shift.spans:
                for t in range(span.start_idx, span.end_idx) if span.paid else ():
                    key = zone_name, t
                    if key not in weekend:
                        local = instance.grid.instant(t).astimezone(zone(zone_name))
                        weekend[key] = local.weekday() >= SATURDAY
                    if weekend[key]:
                        total += _per_step(instance, own.weekends)
                    if instance.night[row, t]:
                        total += _per_step(instance, own.nights)
        return total


def _per_step(instance: RosterInstance, shifts_a_week: float) -> int:
    hourly = instance.prices.fairness_per_hour * shifts_a_week
    return round(hourly * instance.step_minutes / 60)


def beyond_peers(instance: RosterInstance) -> Mapping[str, Beyond]:
    """Return agent id -> what the agent has had beyond the peer with the fewest.

    Empty without a price or a ledger; agents whom the ledger doesn't know are absent.
    """
    if not (instance.prices.fairness_per_hour and instance.ledger):
        return {}
    weeks: dict[str, list[tuple[int, int]]] = {}
    for row in instance.ledger:
        counts = row.weekend_shifts, row.night_shifts
        weeks.setdefault(row.agent_id, []).append(counts)
    shares = {
        name: (
            sum(weekends for weekends, _ in rows) / len(rows),
            sum(nights for _, nights in rows) / len(rows),
        )
        for name, rows in weeks.items()
    }
    found: dict[str, Beyond] = {}
    for agent in instance.agents:
        if agent.agent_id in shares:
            peers = [shares[name] for name in _peers(instance, agent) if name in shares]
            weekends, nights = shares[agent.agent_id]
            found[agent.agent_id] = Beyond(
                weekends=weekends - min(share for share, _ in peers),
                nights=nights - min(share for _, share in peers),
            )
    return found


def _peers(instance: RosterInstance, agent: Agent) -> list[str]:
    return [
        other.agent_id
        for other in instance.agents
        if (other.site_id, other.contract_id) == (agent.site_id, agent.contract_id)
    ]
