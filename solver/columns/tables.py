"""What the stretch programme reads of one agent, in flat arrays.

*Choices* are the shifts an agent may work on a date, by date; a date without a shift is
always column 0 of the moves. Choices that later dates can't tell apart share a column.
A stretch is a path through states, and adds up *counters*. Its *place* holds three of
them, hours, groups (weekends) and shifts of the scarcest kind; all others are *limits*,
which only the labels know.
"""

from typing import NamedTuple

from wfm.domain.arrays import FloatArray, IntArray

NEVER = -1e18
OUTSIDE = 2 * NEVER
"""Of places that no stretch may reach."""

HIGH, LEAST = range(2)
"""Kinds of limits: at most, at least."""
KIND, BOUND, LAST_DAY, GROUP, BY_SHIFT = range(5)
"""Columns of ``StretchTables.limits``.

GROUP is a row of ``hits`` or -1; BY_SHIFT says that no shift adds more than one.
"""
HOURS_HIGH, LEAST_HOURS, WIDE, HIT = range(4)
"""Places in ``StretchTables.core``."""


class StretchTables(NamedTuple):
    """One agent's choices, states and counters.

    Attributes
    ----------
    num_states
        ``[d]`` states before date d; date 0 begins in state 0.
    moves
        ``[d, state, column]`` the state after date d, -1 where it is not allowed.
    hits
        ``[g, d, state]`` 1 where a shift is the first of a group of record g; record 0
        is the one in the table.
    first_choice
        ``[d]`` where the choices of date d begin, and where the last ones end.
    column, step, uses
        ``[c]`` column of a choice and how far it moves the place; ``[c, r]`` what it
        adds to a limit (limits of groups are added to by hits).
    block
        ``[c]`` choices of one date, column and step share a block; *first_block*,
        *block_column*, *block_step* describe these.
    core
        Most hours, least hours of a shift, places per hour, and how far a hit of
        record 0 moves the place.
    final
        ``[place]`` 0 where a stretch may end, NEVER where it may not, OUTSIDE where it
        may not be at all.
    limits, room
        ``[r, column]`` limits; ``[d, r]`` most that dates from d on can add.
    """

    num_states: IntArray
    moves: IntArray
    hits: IntArray
    first_choice: IntArray
    column: IntArray
    step: IntArray
    uses: IntArray
    block: IntArray
    first_block: IntArray
    block_column: IntArray
    block_step: IntArray
    core: IntArray
    final: FloatArray
    limits: IntArray
    room: IntArray

    @property
    def num_days(self) -> int:
        """Number of dates."""
        return len(self.first_choice) - 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of the table of bounds: dates and one, states, places."""
        return self.num_days + 1, int(self.num_states.max()), len(self.final)


class Labels(NamedTuple):
    """Partial stretches, date by date; ``used[n, r]`` smaller is better."""

    value: FloatArray
    state: IntArray
    place: IntArray
    parent: IntArray
    choice: IntArray
    following: IntArray
    used: IntArray
    head: IntArray
    first: IntArray
    beyond: FloatArray
