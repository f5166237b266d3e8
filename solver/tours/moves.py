"""Kernels: ruin and recreate, of whole tours and of single shifts."""

from math import log

from solver.core.jit import inner_kernel, kernel
from solver.tours.answer import NEVER, best_shift, best_tour, clock_range
from solver.tours.heads import put_shift, put_tour
from solver.tours.instance import DAYS
from solver.tours.tables import (
    NOISES,
    NONE,
    SHIFT,
    Scratch,
    TourState,
    TourTables,
)
from wfm.domain.arrays import IntArray

_FACTOR, _MODULUS = 48271, 2147483647
"""Of the minimal standard generator (Park and Miller 1988, doi:10.1145/63039.63042)."""


REACH = 44
"""Shifts that start in so many steps before a step are near it."""
MISSING_FIRST = 0.7
"""How often shifts are taken near a step at which somebody is missing."""
TRIES = 200


@inner_kernel
def draw(random: IntArray) -> float:
    """Return the next number in (0, 1)."""
    random[0] = random[0] * _FACTOR % _MODULUS
    return float(random[0] / _MODULUS)


@inner_kernel
def draw_below(random: IntArray, high: int) -> int:
    """Return the next whole number below *high*."""
    return int(draw(random) * high)


@inner_kernel
def set_worth(
    state: TourState,
    scratch: Scratch,
    random: IntArray,
    noise: float,
    first: int,
    last: int,
) -> None:
    """Set the worth of heads to what they would save, blurred by *noise*."""
    offset = draw_below(random, len(scratch.noise))
    for t in range(max(0, first), min(last, len(state.gain))):
        blur = scratch.noise[(offset + t) & (NOISES - 1)]
        scratch.worth[t] = state.gain[t] + noise * blur


@inner_kernel
def blur_day(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    random: IntArray,
    a: int,
    d: int,
    noise: float,
) -> None:
    """Set the worth of heads wherever day d of tour a may move its shift to."""
    r, k = state.place[a, 0], state.place[a, 1]
    low, high = clock_range(tables, state, a, d)
    low = max(low, tables.starts[r, 0])
    high = min(high, tables.starts[r, tables.num_starts[r] - 1])
    day, length = tables.day_start[r, d], tables.contracts[k, SHIFT]
    set_worth(state, scratch, random, noise, day + low, day + high + length)


@inner_kernel
def keep(state: TourState, scratch: Scratch, n: int, a: int) -> None:
    """Note tour a as the n-th that is about to change."""
    scratch.rows[n] = a
    for i in range(2):
        scratch.old_place[n, i] = state.place[a, i]
    for d in range(DAYS):
        scratch.old_starts[n, d] = state.starts[a, d]
        for j in range(state.breaks.shape[2]):
            scratch.old_breaks[n, d, j] = state.breaks[a, d, j]


@inner_kernel
def restore(state: TourState, scratch: Scratch, n: int) -> None:
    """Write the n-th tour noted back to its row."""
    a = scratch.rows[n]
    for i in range(2):
        state.place[a, i] = scratch.old_place[n, i]
    for d in range(DAYS):
        state.starts[a, d] = scratch.old_starts[n, d]
        for j in range(state.breaks.shape[2]):
            state.breaks[a, d, j] = scratch.old_breaks[n, d, j]


@inner_kernel
def undo(tables: TourTables, state: TourState, scratch: Scratch, number: int) -> None:
    """Put back the tours that were noted."""
    for n in range(number):
        put_tour(tables, state, scratch.rows[n], -1)
    for n in range(number):
        restore(state, scratch, n)
        put_tour(tables, state, scratch.rows[n], 1)


@inner_kernel
def is_chosen(scratch: Scratch, number: int, a: int) -> bool:
    """Return whether tour a is among the first *number* noted."""
    found = False
    for n in range(number):
        found = found or scratch.rows[n] == a
    return found


@inner_kernel
def keeps_shares(tables: TourTables, state: TourState) -> bool:
    """Return whether every contract keeps within its share."""
    total = 0
    for k in range(len(state.number)):
        total += state.number[k]
    for k in range(len(state.number)):
        if state.number[k] > tables.share[k] * total + 1e-9:
            return False
    return True


@inner_kernel
def is_kept(random: IntArray, before: float, now: float, heat: float) -> bool:
    """Return whether a change is kept: not worse, or by chance not by much."""
    return now <= before - heat * log(draw(random)) if heat > 0.0 else now <= before


@inner_kernel
def ruin_tours(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    random: IntArray,
    number: int,
    noise: float,
    heat: float,
) -> None:
    """Take *number* rows out and fill each with the tour that is worth most."""
    before = state.cost[0]
    for n in range(number):
        a = draw_below(random, len(state.place))
        while is_chosen(scratch, n, a):
            a = draw_below(random, len(state.place))
        keep(state, scratch, n, a)
    for n in range(number):
        put_tour(tables, state, scratch.rows[n], -1)
        state.place[scratch.rows[n], 1] = NONE
    for n in range(number):
        set_worth(state, scratch, random, noise, 0, len(state.gain))
        best_tour(tables, state, scratch, scratch.rows[n])
        put_tour(tables, state, scratch.rows[n], 1)
    is_fine = keeps_shares(tables, state)
    if not (is_fine and is_kept(random, before, state.cost[0], heat)):
        undo(tables, state, scratch, number)


@inner_kernel
def is_near(state: TourState, a: int, t: int, reach: int) -> int:
    """Return the day on which a shift of tour a starts in *reach* steps before t."""
    if state.place[a, 1] != NONE:
        for d in range(DAYS):
            if state.starts[a, d] != NONE and 0 <= t - state.starts[a, d] < reach:
                return d
    return NONE


@inner_kernel
def choose_step(state: TourState, random: IntArray) -> int:
    """Return a step, mostly the next one at which somebody is missing."""
    num_t = len(state.gain)
    t = draw_below(random, num_t)
    if draw(random) < MISSING_FIRST:
        for n in range(num_t):
            if state.gain[(t + n) % num_t] > 0.0:
                return (t + n) % num_t
    return t


@inner_kernel
def take_shifts(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    random: IntArray,
    number: int,
) -> int:
    """Take out up to *number* shifts that lie near one step; return how many.

    Their days are noted in ``scratch.days``.
    """
    t, found = choose_step(state, random), 0
    for _ in range(TRIES):
        a = draw_below(random, len(state.place))
        d = is_near(state, a, t, REACH)
        if d != NONE and not is_chosen(scratch, found, a):
            keep(state, scratch, found, a)
            put_shift(tables, state, a, d, -1)
            scratch.days[found] = d
            found += 1
            if found == number:
                break
    return found


@inner_kernel
def undo_shifts(
    tables: TourTables, state: TourState, scratch: Scratch, number: int
) -> None:
    """Put back the shifts that were taken out."""
    for n in range(number):
        put_shift(tables, state, scratch.rows[n], scratch.days[n], -1)
    for n in range(number):
        restore(state, scratch, n)
        put_shift(tables, state, scratch.rows[n], scratch.days[n], 1)


@inner_kernel
def ruin_shifts(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    random: IntArray,
    number: int,
    noise: float,
    heat: float,
) -> None:
    """Take up to *number* shifts out that lie near one step, and set them anew."""
    before, is_fine = state.cost[0], True
    found = take_shifts(tables, state, scratch, random, number)
    for n in range(found):
        a, d = scratch.rows[n], scratch.days[n]
        blur_day(tables, state, scratch, random, a, d, noise)
        is_fine = is_fine and best_shift(tables, state, scratch, a, d) > NEVER / 2
        put_shift(tables, state, a, d, 1)
    if not (is_fine and is_kept(random, before, state.cost[0], heat)):
        undo_shifts(tables, state, scratch, found)


@kernel
def improve(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    random: IntArray,
    rounds: int,
    shifts: int,
    noise: float,
    heat: float,
) -> float:
    """Ruin and recreate *rounds* times, *shifts* small moves for each; return cost."""
    for _ in range(rounds):
        number = min(1 + draw_below(random, 3), len(state.place))
        ruin_tours(tables, state, scratch, random, number, noise * draw(random), heat)
        for _ in range(shifts):
            number = 1 + draw_below(random, 4)
            ruin_shifts(
                tables, state, scratch, random, number, noise * draw(random), heat
            )
    return float(state.cost[0])


@kernel
def fill(
    tables: TourTables, state: TourState, scratch: Scratch, random: IntArray
) -> float:
    """Fill free rows with the tours worth most while any is worth something."""
    for a in range(len(state.place)):
        if state.place[a, 1] == NONE:
            set_worth(state, scratch, random, 0.0, 0, len(state.gain))
            if best_tour(tables, state, scratch, a) <= 0.0:
                break
            put_tour(tables, state, a, 1)
    return float(state.cost[0])


@inner_kernel
def move_away(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    random: IntArray,
    r: int,
    t: int,
) -> bool:
    """Move one shift of region r that is under way at step t to where seats are."""
    offset = draw_below(random, len(state.place))
    for n in range(len(state.place)):
        a = (n + offset) % len(state.place)
        if state.place[a, 0] != r:
            continue
        d = is_near(state, a, t, tables.contracts[state.place[a, 1], SHIFT])
        if d == NONE:
            continue
        keep(state, scratch, 0, a)
        put_shift(tables, state, a, d, -1)
        blur_day(tables, state, scratch, random, a, d, 0.0)
        if best_shift(tables, state, scratch, a, d) > NEVER / 2:
            put_shift(tables, state, a, d, 1)
            return True
        restore(state, scratch, 0)
        put_shift(tables, state, a, d, 1)
    return False


@inner_kernel
def send_home(tables: TourTables, state: TourState, r: int, t: int) -> None:
    """Take out one tour of region r that is on shift at step t."""
    for a in range(len(state.place)):
        k = state.place[a, 1]
        if k == NONE or state.place[a, 0] != r:
            continue
        if is_near(state, a, t, tables.contracts[k, SHIFT]) != NONE:
            put_tour(tables, state, a, -1)
            state.place[a, 1] = NONE
            return


@kernel
def seat(
    tables: TourTables, state: TourState, scratch: Scratch, random: IntArray
) -> float:
    """Move shifts, and where that does not help take out tours, until seats suffice."""
    for r in range(len(tables.seats)):
        for t in range(len(state.cover)):
            while state.present[r, t] > tables.seats[r]:
                if not move_away(tables, state, scratch, random, r, t):
                    send_home(tables, state, r, t)
    return float(state.cost[0])
