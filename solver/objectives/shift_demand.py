"""Shifts asked for by number: so many people on a kind of shift on a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from solver.kinds import Windows, is_within, read_windows, shifts_of_kind
from solver.outcome import Allocation
from solver.term import TERMS, CountPrice, Price
from solver.walk import agents_of, local_minute
from wfm.domain.roster import Roster, RosterInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """So many *agents* on shifts that start within *starts* on one local date.

    Starts are pairs of minutes of the day, ends included. *agent_ids* says who counts
    (``None``: everybody). Each missing shift costs *under_price*, each one too many
    *over_price*, thousandths of a minor unit.
    """

    date_local: date
    starts: Windows
    agents: int
    under_price: int
    over_price: int = 0
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", read_windows(self.starts, "starts"))
        if min(self.agents, self.under_price, self.over_price) < 0:
            msg = f"a demand of {self.agents} agents at negative prices or below nobody"
            raise ValueError(msg)


@TERMS.add("shift_demand")
@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDemand:
    """What missing and surplus shifts cost. Clocks are those of the agents."""

    demands: tuple[Demand, ...] = ()

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield one price per demand."""
        for demand in self.demands:
            yield CountPrice(
                date_local=demand.date_local,
                shifts={
                    agent.agent_id: shifts_of_kind(
                        instance.grid, agent.zone, demand.starts
                    )
                    for agent in agents_of(instance, demand.agent_ids)
                },
                wanted=demand.agents,
                short_price=demand.under_price,
                over_price=demand.over_price,
            )

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Count the shifts of every demand."""
        zones = {agent.agent_id: agent.zone for agent in instance.agents}
        by_date: dict[date, dict[int, list[str]]] = {}
        for shift in roster.shifts:
            minute = local_minute(instance, shift.start_idx, zones[shift.agent_id])
            by_minute = by_date.setdefault(shift.date_local, {})
            by_minute.setdefault(minute, []).append(shift.agent_id)
        total = 0
        for demand in self.demands:
            only = demand.agent_ids
            count = sum(
                len(there) if only is None else len(only.intersection(there))
                for minute, there in by_date.get(demand.date_local, {}).items()
                if is_within(minute, demand.starts)
            )
            total += demand.under_price * max(0, demand.agents - count)
            total += demand.over_price * max(0, count - demand.agents)
        return total
