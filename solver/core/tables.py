"""Flat tables that the compiled search reads; rows are addressed by ranges.

``x_of_y[y] .. x_of_y[y + 1]`` is the range of x rows that belong to row y. Named
tuples, because compiled code takes them as they are. Work and need are in *units*,
prices per unit are whole numbers (:mod:`solver.need`), so that floats stay exact.
"""

from typing import NamedTuple

from wfm.domain.arrays import BoolArray, FloatArray, IntArray

FAR = 1 << 40
"""A step that is later (negated: earlier) than any on the grid."""


class WeekTables(NamedTuple):
    """What each agent may do on each planned date: shift options by start.

    ``day_*`` rows are agent-days in date order; ``start_*`` rows the distinct starts
    of a day; ``option_*`` rows its shifts; ``end_idx`` the day's distinct ends,
    ascending; ``window_*`` rows the day's distinct break windows, which options name
    by ``break_window``. On a forced day (locked shifts) the agent must work.
    """

    day_of_agent: IntArray
    day_ordinal: IntArray
    day_week: IntArray
    day_forced: BoolArray
    start_of_day: IntArray
    start_idx: IntArray
    option_of_start: IntArray
    option_start: IntArray
    option_end: IntArray
    option_rank: IntArray
    option_paid: IntArray
    break_of_option: IntArray
    break_window: IntArray
    window_of_day: IntArray
    window_first: IntArray
    window_last: IntArray
    window_steps: IntArray
    window_paid: BoolArray
    end_of_day: IntArray
    end_idx: IntArray


class WeekLimits(NamedTuple):
    """What binds each agent's weeks; paid time in the agent's own unit.

    ``run_cap`` is 0 where the limit on consecutive days can't bind. Free stretches of
    agent a and week w are the rows ``stretch_of_week[a, w] .. [a, w + 1]``.
    ``sizes[a]`` are the dimensions of the agent's state: runs, flags, paid units.
    """

    rest: IntArray
    run_cap: IntArray
    carry_end: IntArray
    carry_ordinal: IntArray
    carry_run: IntArray
    week_min: IntArray
    week_max: IntArray
    stretch_of_week: IntArray
    stretch_start: IntArray
    stretch_end: IntArray
    stretch_steps: IntArray
    sizes: IntArray


class CoverTables(NamedTuple):
    """What present heads are worth, per connected component of queues.

    Classes are sets of queues that the same groups serve. ``piece_*`` rows are parts
    of a class's need, most expensive first within a component; their widths
    ``[t, piece]`` live with the search's state because deferred work moves. A piece
    that is not ``useful`` (a guarantee without work) leaves its people idle.
    ``subset_*`` rows are the relevant Hall subsets; ``group_counts[g, subset]`` is 1
    where group g can serve one of the subset's classes. ``fixed_heads[t, g]`` are at
    work whatever the plan says (carry-over).
    """

    window: IntArray
    idle_price: FloatArray
    group_of_agent: IntArray
    component_of_group: IntArray
    piece_of_component: IntArray
    piece_class: IntArray
    piece_price: FloatArray
    piece_hard: FloatArray
    piece_useful: FloatArray
    subset_of_component: IntArray
    subset_of_class: IntArray
    class_subset: IntArray
    group_counts: FloatArray
    fixed_heads: FloatArray
    width: FloatArray


class BacklogTables(NamedTuple):
    """Deferred work: per backlog (queue) its class and pieces; buckets by due time.

    ``pieces[b]`` are three piece rows: work within the guarantee, guarantee without
    work, work beyond it. Work of a bucket may be done at steps in
    ``arrival <= t < due`` in which the queue is open.
    """

    component: IntArray
    class_row: IntArray
    pieces: IntArray
    floor: FloatArray
    open_steps: BoolArray
    bucket_of_backlog: IntArray
    arrival: IntArray
    due: IntArray
    work: FloatArray


class CostTables(NamedTuple):
    """``[a, t]`` price of a step on shift, paid, and at work."""

    on_shift: FloatArray
    paid: FloatArray
    working: FloatArray


class RowTables(NamedTuple):
    """Rows on heads (seats, floors of a site or skill): ``low <= count <= high``.

    ``row_of_agent`` and ``agent_row`` list the rows that count an agent;
    ``fixed[row, t]`` are heads of the carry-over.
    """

    row_of_agent: IntArray
    agent_row: IntArray
    start: IntArray
    end: IntArray
    low: IntArray
    high: IntArray
    counts_breaks: BoolArray
    fixed: IntArray
    price: FloatArray


class HandTables(NamedTuple):
    """Hand-overs: per hand-over its regions, its overlap and the open steps.

    ``region_of_hand[h] .. [h + 1]`` are region rows; ``region_of_agent`` and
    ``agent_region`` list the region rows that count an agent; ``fixed_shift`` and
    ``fixed_work`` ``[region, t]`` are heads of the carry-over.
    """

    region_of_hand: IntArray
    hand_of_region: IntArray
    region_of_agent: IntArray
    agent_region: IntArray
    overlap: IntArray
    open_steps: BoolArray
    fixed_shift: IntArray
    fixed_work: IntArray
    price: FloatArray
