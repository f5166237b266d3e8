"""Night work: a stated price for each paid hour in the agent's night."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from solver.outcome import Allocation
from solver.term import TERMS, Price, StepPrice
from wfm.domain.roster import Roster, RosterInstance


@TERMS.add("night")
@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """Paid steps in the night of the agent's clock, on top of any premium paid."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield the price of a paid step by night, rounded once."""
        price = round(instance.prices.night_per_hour * instance.step_minutes / 60)
        if price:
            yield StepPrice(price=instance.night.astype(np.int64) * price)

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Count the paid night steps of every shift."""
        row = instance.agent_index()
        steps = sum(
            bool(instance.night[row[shift.agent_id], idx])
            for shift in roster.shifts
            for span in shift.spans
            if span.paid
            for idx in range(span.start_idx, span.end_idx)
        )
        return steps * round(
            instance.prices.night_per_hour * instance.step_minutes / 60
        )
