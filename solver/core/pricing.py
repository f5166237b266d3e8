"""What each shift option is worth, its breaks placed where work is worth least."""

from typing import NamedTuple

import numpy as np

from solver.core.jit import inner_kernel, kernel
from solver.core.tables import (
    FIRST_BREAK,
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
    FIRST_WINDOW,
    IS_HOME,
    OPTION_END,
    OPTION_START,
    WINDOW_FIRST,
    WINDOW_LAST,
    WINDOW_PAID,
    WINDOW_STEPS,
    CostTables,
    WeekTables,
)
from wfm.domain.arrays import FloatArray, IntArray


class Worth(NamedTuple):
    """What steps and options are worth to one agent at present.

    ``gain[t]`` is for a step at work, ``present[t]`` for a step on shift on top of it,
    ``seated[t]`` for one on site on top of that;
    ``value[option]`` and ``break_at[window]`` follow from them. ``totals`` and
    ``least`` are scratch.
    """

    gain: FloatArray
    present: FloatArray
    seated: FloatArray
    value: FloatArray
    break_at: IntArray
    totals: FloatArray
    least: FloatArray


def new_worth(tables: WeekTables, num_steps: int) -> Worth:
    """Return a worth of nothing."""
    return Worth(
        gain=np.zeros(num_steps),
        present=np.zeros(num_steps),
        seated=np.zeros(num_steps),
        value=np.zeros(len(tables.options)),
        break_at=np.zeros(len(tables.windows), dtype=np.int64),
        totals=np.zeros((4, num_steps + 1)),
        least=np.zeros(len(tables.windows)),
    )


@inner_kernel
def price_windows(tables: WeekTables, worth: Worth, first: int, last: int) -> None:
    """Place each break window where the work it takes is worth least."""
    for i in range(first, last):
        steps = tables.windows[i, WINDOW_STEPS]
        row = 1 if tables.windows[i, WINDOW_PAID] else 2
        worth.least[i] = 1e300
        for b in range(
            tables.windows[i, WINDOW_FIRST], tables.windows[i, WINDOW_LAST] + 1
        ):
            lost = worth.totals[row, b + steps] - worth.totals[row, b]
            if lost < worth.least[i]:
                worth.least[i] = lost
                worth.break_at[i] = b


@kernel
def price_options(tables: WeekTables, costs: CostTables, worth: Worth, a: int) -> None:
    """Set the value of every option of agent *a* and the place of its breaks.

    ``totals`` are running sums: on shift and at work; work above a paid break; work
    above an unpaid break; on site.
    """
    totals, days = worth.totals, tables.days
    for t in range(worth.gain.shape[0]):
        work = worth.gain[t] - costs.working[a, t]
        shift = worth.present[t] - costs.on_shift[a, t] - costs.paid[a, t]
        totals[0, t + 1] = totals[0, t] + work + shift
        totals[1, t + 1] = totals[1, t] + work
        totals[2, t + 1] = totals[2, t] + work - costs.paid[a, t]
        totals[3, t + 1] = totals[3, t] + worth.seated[t]
    first, last = tables.agents[a, FIRST_DAY], tables.agents[a + 1, FIRST_DAY]
    price_windows(tables, worth, days[first, FIRST_WINDOW], days[last, FIRST_WINDOW])
    low = tables.starts[days[first, FIRST_START], FIRST_OPTION]
    high = tables.starts[days[last, FIRST_START], FIRST_OPTION]
    for o in range(low, high):
        start, end = tables.options[o, OPTION_START], tables.options[o, OPTION_END]
        value = totals[0, end] - totals[0, start] - costs.fixed[o]
        if not tables.options[o, IS_HOME]:
            value += totals[3, end] - totals[3, start]
        for b in range(
            tables.options[o, FIRST_BREAK], tables.options[o + 1, FIRST_BREAK]
        ):
            value -= worth.least[tables.breaks[b]]
        worth.value[o] = value
