"""Between rosters and the search's choices: an option and break starts per day."""

import numpy as np

from solver.core.compile import Compiled
from solver.core.options import AgentDay, is_of_shape, option_of
from solver.core.tables import FIRST_BREAK, FIRST_OPTION, FIRST_START
from wfm.calendar.catalogue import build_shift
from wfm.domain.arrays import IntArray
from wfm.domain.errors import ModelError
from wfm.domain.roster import WORK, Roster, Shift


def first_option(compiled: Compiled, row: int) -> int:
    """Return the table row of the first option of agent-day *row*."""
    weeks = compiled.weeks
    return int(weeks.starts[weeks.days[row, FIRST_START], FIRST_OPTION])


def most_breaks(compiled: Compiled) -> int:
    """Return how many breaks the shift with most of them has."""
    return int(np.diff(compiled.weeks.options[:, FIRST_BREAK]).max(initial=0))


def roster_of(compiled: Compiled, option: IntArray, break_at: IntArray) -> Roster:
    """Return the roster of the options and break starts chosen per agent-day."""
    shifts = []
    for row, item in enumerate(compiled.days):
        if option[row] >= 0:
            chosen = item.options[option[row] - first_option(compiled, row)]
            starts = break_at[row, : len(chosen.breaks)].tolist()
            agent_id = compiled.agent_ids[item.agent]
            built = build_shift(agent_id, item.day.date_local, chosen, starts)
            shifts.append(item.locked or _as_known(built, item.known))
    return Roster(shifts=tuple(shifts))


def _as_known(built: Shift, known: Shift | None) -> Shift:
    """Return *known*, queues of its spans included, if *built* is the same shift."""
    is_same = known is not None and option_of(built) == option_of(known)
    return known if known is not None and is_same else built


def choices_of(compiled: Compiled, roster: Roster) -> tuple[IntArray, IntArray]:
    """Return option and break starts per agent-day of *roster*.

    Raises
    ------
    ModelError
        If a shift is none of its date's options.
    """
    rows = {
        (compiled.agent_ids[item.agent], item.day.date_local): row
        for row, item in enumerate(compiled.days)
    }
    most = most_breaks(compiled)
    option = np.full(len(compiled.days), -1, dtype=np.int64)
    break_at = np.full((len(compiled.days), most), -1, dtype=np.int64)
    for shift in roster.shifts:
        row = rows.get((shift.agent_id, shift.date_local), -1)
        position = _position(compiled.days[row], shift) if row >= 0 else -1
        if position < 0:
            msg = f"no option is the shift of {shift.agent_id} on {shift.date_local}"
            raise ModelError(msg)
        breaks = [s.start_idx for s in shift.spans if s.activity != WORK]
        option[row] = first_option(compiled, row) + position
        break_at[row, : len(breaks)] = breaks
    return option, break_at


def not_offered(compiled: Compiled, roster: Roster) -> tuple[Shift, ...]:
    """Return the shifts that are none of the options of a planned date."""
    days = {(compiled.agent_ids[d.agent], d.day.date_local): d for d in compiled.days}
    found = []
    for shift in roster.shifts:
        item = days.pop((shift.agent_id, shift.date_local), None)
        if item is None or _position(item, shift) < 0:
            found.append(shift)
    return tuple(found)


def _position(item: AgentDay, shift: Shift) -> int:
    """Return which option of the day *shift* is, -1 for none."""
    for position, option in enumerate(item.options):
        if is_of_shape(shift, option):
            return position
    return -1
