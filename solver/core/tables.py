"""Flat tables that the compiled search reads; rows are addressed by ranges.

``x_of_y[y] .. x_of_y[y + 1]`` is the range of x rows that belong to row y. Named
tuples, because compiled code takes them as they are. Work and need are in *units*,
prices per unit are whole numbers (:mod:`solver.need`), so that floats stay exact.
"""

from typing import NamedTuple

from wfm.domain.arrays import BoolArray, FloatArray, IntArray

BY_MACHINE = -1
"""Instead of a cap on runs: the agent's dates are read by a machine."""

FAR = 1 << 40
"""A step that is later (negated: earlier) than any on the grid."""


FIRST_DAY, REST, RUN_CAP, CARRY_END, CARRY_DATE, CARRY_RUN, RUNS, SUMS = range(8)
"""Columns of ``WeekTables.agents``."""

LOW, HIGH, STRETCH_START, STRETCH_END, STRETCH_STEPS, BEYOND = range(6)
"""Columns of ``WeekTables.weeks``."""

DATE, WEEK, FORCED, FIRST_START, FIRST_WINDOW, FIRST_END, MOVES = range(7)
"""Columns of ``WeekTables.days``."""

START, FIRST_OPTION = range(2)
"""Columns of ``WeekTables.starts``."""

OPTION_START, OPTION_END, END_ROW, JUMP, FIRST_BREAK, LETTER, IS_HOME, LIKE = range(8)
"""Columns of ``WeekTables.options``."""

WINDOW_FIRST, WINDOW_LAST, WINDOW_STEPS, WINDOW_PAID = range(4)
"""Columns of ``WeekTables.windows``."""


class WeekTables(NamedTuple):
    """What each agent may do, on each planned date and in each plan week.

    Columns ``FIRST_x`` begin the range of x rows that ends where the next row's
    begins; each of these tables closes with a row for that purpose.

    Attributes
    ----------
    agents
        ``[a, column]`` first day, least rest, cap on runs of days (0: can't bind, -1:
        a machine counts), end, date and run of the last shift before the plan (or the
        state in which the machine begins); how many run lengths (or states) and how
        many totals of paid time the agent's states have.
    weeks
        ``[a, week, column]`` range of allowed totals; free stretch that is due; row of
        ``beyond``, -1 where the week's hours have no price of their own.
    days
        Agent-days in date order; on a forced day (locked) the agent must work. The
        machine's table for the date is ``moves[row of the day's column MOVES]``.
    starts, options, ends
        A day's distinct starts, its shifts by start, its distinct ends, all rising. A
        shift is *like* the first of its start that binds other days as it does.
    breaks, windows
        The window row of each break of each option; the day's distinct windows.
    jumps
        ``[row, total]`` place of the total after a shift, -1 where it is too much.
    beyond
        ``[row, total]`` price of a week's paid time beyond what is normal.
    moves
        ``[row, state, letter]`` state of the agent's machine after a date, -1 where it
        is not allowed; letter 0 is a date without a shift (:mod:`solver.machines`).
    """

    agents: IntArray
    weeks: IntArray
    days: IntArray
    starts: IntArray
    options: IntArray
    ends: IntArray
    breaks: IntArray
    windows: IntArray
    jumps: IntArray
    beyond: FloatArray
    moves: IntArray


PIECE_CLASS, PIECE_PRICE, PIECE_USEFUL, PIECE_HARD = range(4)
"""Columns of ``CoverTables.pieces``."""

FIRST_PIECE, FIRST_SUBSET = range(2)
"""Columns of ``CoverTables.components``."""


class CoverTables(NamedTuple):
    """What present heads are worth, per connected component of queues.

    Classes are sets of queues that the same groups serve. Pieces are parts of a
    class's need, most expensive first within a component: class, price of a unit
    (guarantees raise it), whether serving it is useful (a guarantee without work leaves
    its people idle), and how much of the price is the guarantee's. Subsets are the
    relevant Hall subsets; ``counts[g, subset]`` is 1 where group g can serve one of
    the subset's classes; ``subset_of_class`` are ranges in ``class_subset``.
    """

    components: IntArray
    pieces: FloatArray
    counts: FloatArray
    subset_of_class: IntArray
    class_subset: IntArray
    component_of_group: IntArray


class NeedTables(NamedTuple):
    """Where heads count, what they begin from, and what nobody needs.

    ``width[t, piece]`` are units of need; ``fixed_heads[t, g]`` are at work whatever
    the plan says (carry-over); heads count in ``window[0] <= t < window[1]``.
    """

    window: tuple[int, int]
    idle_price: float
    width: FloatArray
    fixed_heads: FloatArray
    group_of_agent: IntArray


BACKLOG_COMPONENT, BACKLOG_CLASS, WORK_INSIDE, RESERVED, WORK_BEYOND = range(5)
"""Columns of ``BacklogTables.rows``: component, class, and three piece rows."""

ARRIVAL, DUE = range(2)
"""Columns of ``BacklogTables.buckets``."""


class BacklogTables(NamedTuple):
    """Deferred work: one row per backlog (queue), buckets by due time.

    The pieces of a backlog are its work within the guarantee, guarantee without work,
    and work beyond it. Work of a bucket may be done at steps ``arrival <= t < due``
    in which the queue is open.
    """

    rows: IntArray
    floor: FloatArray
    open_steps: BoolArray
    bucket_of_backlog: IntArray
    buckets: IntArray
    work: FloatArray


class CostTables(NamedTuple):
    """``[a, t]`` price of a step on shift, paid, and at work; ``[option]`` of a shift.

    ``fixed`` is what an option costs more than a day off, whatever its times.
    """

    on_shift: FloatArray
    paid: FloatArray
    working: FloatArray
    fixed: FloatArray


ROW_START, ROW_END, ROW_LOW, ROW_HIGH = range(4)
"""Columns of ``RowTables.rows``."""

ROW, ON_SHIFT, AT_WORK, ON_SITE = range(4)
"""Columns of ``RowTables.members``."""


class RowTables(NamedTuple):
    """Rows on heads (seats, floors, buddies): ``low <= weighed count <= high``.

    ``of_agent`` are ranges in ``members``, which lists the rows that count an agent,
    what the agent adds on shift, and what is added to that at work, and on site;
    ``fixed[row, t]`` is the count of the carry-over.
    """

    rows: IntArray
    of_agent: IntArray
    members: IntArray
    fixed: IntArray


class HandTables(NamedTuple):
    """Hand-overs: ranges of regions, overlap in steps, and the open steps.

    ``of_agent`` are ranges in ``agent_region``, which lists the region rows that count
    an agent; ``fixed_shift`` and ``fixed_work`` ``[region, t]`` are heads of the
    carry-over.
    """

    region_of_hand: IntArray
    hand_of_region: IntArray
    overlap: IntArray
    open_steps: BoolArray
    of_agent: IntArray
    agent_region: IntArray
    fixed_shift: IntArray
    fixed_work: IntArray
