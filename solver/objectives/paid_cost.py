"""Wages: every paid step of a planned shift at the agent's price."""

from collections.abc import Iterable
from dataclasses import dataclass

from solver.outcome import Allocation
from solver.term import TERMS, Price, StepPrice
from wfm.domain.roster import Roster, RosterInstance


@TERMS.add("paid_cost")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaidCost:
    """Paid time of the plan's own shifts; the previous roster is not paid again."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield the wage of every agent and step, premia included."""
        yield StepPrice(price=instance.pay)

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Add up the wage of every paid span."""
        row = instance.agent_index()
        return sum(
            int(instance.pay[row[shift.agent_id], span.start_idx : span.end_idx].sum())
            for shift in roster.shifts
            for span in shift.spans
            if span.paid
        )
