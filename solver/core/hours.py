"""What the paid hours of an agent's weeks cost beyond what is normal."""

from solver.core.jit import inner_kernel, kernel
from solver.core.tables import BEYOND, FIRST_DAY, JUMP, WEEK, WeekTables
from wfm.domain.arrays import IntArray


@inner_kernel
def price_of_total(tables: WeekTables, row: int, total: int) -> float:
    """Return what a week costs whose paid time is at place *total*; *row* -1: 0."""
    return tables.beyond[row, total] if row >= 0 else 0.0


@kernel
def price_of_hours(tables: WeekTables, a: int, choice: IntArray) -> float:
    """Return what the weeks of agent *a* cost for the time paid in them."""
    price, week, total = 0.0, -1, 0
    for day in range(tables.agents[a, FIRST_DAY], tables.agents[a + 1, FIRST_DAY]):
        if choice[day] < 0:
            continue
        if tables.days[day, WEEK] != week:
            if week >= 0:
                price += price_of_total(tables, tables.weeks[a, week, BEYOND], total)
            week, total = tables.days[day, WEEK], 0
        if total >= 0:  # below: more than any legal week has
            total = tables.jumps[tables.options[choice[day], JUMP], total]
    if week >= 0:
        price += price_of_total(tables, tables.weeks[a, week, BEYOND], total)
    return price
