"""No more people on site than the site has seats."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, Heads
from solver.rule import RULES
from solver.walk import agents_of, all_shifts, local_date, runs
from wfm.domain.people import Site
from wfm.domain.roster import HOME, Roster, RosterInstance, Shift, Violation


@RULES.add("seats")
@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """At most ``site.seats`` agents are on shift on site at once.

    Remote agents take no seat, others none on their days at home (``home_days``). A
    seat is held during breaks. Where the previous roster alone fills more seats than
    there are, nobody of this plan may be added.
    """

    name: ClassVar[str] = "seats"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "on"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield the seats of each site that states them."""
        for site in instance.sites.values():
            on_site = self._on_site(instance, site)
            if site.seats is None or not on_site:
                continue
            limit = [site.seats] * instance.grid.num_intervals
            carried = [0] * instance.grid.num_intervals
            for shift in instance.carry_over:
                if shift.agent_id in on_site and shift.where != HOME:
                    for t in range(max(0, shift.start_idx), shift.end_idx):
                        carried[t] += 1
                        limit[t] = max(limit[t], carried[t])
            for start, end, high in runs(dict(enumerate(limit))):
                yield Heads(
                    agent_ids=on_site,
                    start_idx=start,
                    end_idx=end,
                    high=high,
                    counting="on_site",
                    label=f"seats in {site.site_id}",
                )

    def _on_site(self, instance: RosterInstance, site: Site) -> frozenset[str]:
        return frozenset(
            agent.agent_id
            for agent in agents_of(instance, self.agent_ids)
            if agent.site_id == site.site_id and not agent.remote
        )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the times in which a site has more people than seats."""
        found: list[Violation] = []
        shifts = all_shifts(instance, roster)
        for site in instance.sites.values():
            if site.seats is None:
                continue
            on_site = self._on_site(instance, site)
            carried = _present(instance.carry_over, on_site)
            too_many = {
                t: len(agents)
                for t, agents in _present(shifts, on_site).items()
                if len(agents) > max(site.seats, len(carried.get(t, ())))
            }
            found += [
                Violation(
                    rule=self.name,
                    date_local=local_date(instance, start, site.zone),
                    start_idx=start,
                    end_idx=end,
                    message=f"{heads} people in {site.site_id}, "
                    f"which has {site.seats} seats",
                )
                for start, end, heads in runs(too_many)
            ]
        return found


def _present(
    shifts: tuple[Shift, ...], agent_ids: frozenset[str]
) -> dict[int, set[str]]:
    """Return who is on shift on site, by step."""
    present: dict[int, set[str]] = {}
    for shift in shifts:
        if shift.agent_id in agent_ids and shift.where != HOME:
            for t in range(shift.start_idx, shift.end_idx):
                present.setdefault(t, set()).add(shift.agent_id)
    return present
