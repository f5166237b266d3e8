"""What departing from known shifts costs, option by option."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from solver.core.options import AgentDay, option_of
from solver.term import ChangePrice
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.arrays import FloatArray
from wfm.domain.roster import RosterInstance, Shift


def known_shifts(prices: Iterable[ChangePrice]) -> dict[tuple[str, date], Shift]:
    """Return (agent id, date) -> the shift that any of *prices* holds to."""
    return {key: shift for price in prices for key, shift in price.live.items()}


def fixed_prices(
    instance: RosterInstance,
    days: Sequence[AgentDay],
    prices: Sequence[ChangePrice],
) -> tuple[FloatArray, int]:
    """Return what each option costs more than a day off, and all days off together.

    Options are in the order of *days*. One whose breaks leave a choice is taken to
    move them, for the known shift is an option of its own.
    """
    fixed = np.zeros(sum(len(item.options) for item in days))
    days_off, row = 0, 0
    for item in days:
        name, day = instance.agents[item.agent].agent_id, item.day.date_local
        for price in prices:
            off = price.of_day_off(name, day)
            days_off += off
            known = price.live.get((name, day))
            for i, option in enumerate(item.options):
                fixed[row + i] += _price(price, option, known) - off
        row += len(item.options)
    return fixed, days_off


def _price(price: ChangePrice, option: ShiftOption, known: Shift | None) -> int:
    if known is None or (option.start_idx, option.end_idx) != (
        known.start_idx,
        known.end_idx,
    ):
        return price.per_shift
    return 0 if option == option_of(known) else price.per_break
