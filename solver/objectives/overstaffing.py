"""People at work whom no queue needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from solver.need import UNITS_PER_AGENT, step_price
from solver.outcome import Allocation
from solver.term import TERMS, IdlePrice, Price
from wfm.domain.roster import Roster, RosterInstance


@TERMS.add("overstaffing")
@dataclass(frozen=True, slots=True, kw_only=True)
class Overstaffing:
    """Working time inside the window that the allocation gives to no queue.

    Shifts carried over from the previous roster are at work too. An agent reserved by
    a guarantee of a deferred queue that has no work waiting counts as not needed.
    """

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield the price of one idle agent-step."""
        price = step_price(instance.prices.overstaffing_per_hour, instance.step_minutes)
        if price:
            yield IdlePrice(price=price)

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Price working steps less allocated steps."""
        price = step_price(instance.prices.overstaffing_per_hour, instance.step_minutes)
        first, last = max(0, instance.window_start_idx), instance.window_end_idx
        known = instance.agent_index()
        working = sum(
            max(0, min(span.end_idx, last) - max(span.start_idx, first))
            for shift in (*roster.shifts, *instance.carry_over)
            if shift.agent_id in known
            for span in shift.working_spans
        )
        used = round(float(allocation.agents.sum()) * UNITS_PER_AGENT)
        return (working * UNITS_PER_AGENT - used) * (price // UNITS_PER_AGENT)
