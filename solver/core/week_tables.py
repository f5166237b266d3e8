"""From the shifts allowed on each date to the flat tables of the week programme."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from solver.core.limits import AGENT_LIMITS, WEEK_LIMITS, Limits
from solver.core.machine_tables import DateReader, MachineTables
from solver.core.options import AgentDay
from solver.core.tables import WeekTables
from wfm.calendar.catalogue import BreakWindow
from wfm.domain.arrays import IntArray
from wfm.domain.roster import HOME, RosterInstance


class _Rows:
    """Collects the rows of :class:`WeekTables` day by day."""

    def __init__(self) -> None:
        self.days: list[list[int]] = []
        self.starts: list[list[int]] = []
        self.options: list[list[int]] = []
        self.breaks: list[int] = []
        self.windows: list[list[int]] = []
        self.ends: list[int] = []

    def add_day(
        self,
        item: AgentDay,
        jump_of: Mapping[int, int],
        alike: Mapping[int, int],
        reader: DateReader,
    ) -> None:
        """Append one agent-day.

        *jump_of* gives the jump row of a paid length, *alike* the last end that binds
        later shifts as the option's end does, *reader* what the agent's machine makes
        of the date.
        """
        self._open_day(item, reader.row)
        windows = sorted({_window(b) for option in item.options for b in option.breaks})
        ends = sorted(set(alike.values()))
        for start in sorted({option.start_idx for option in item.options}):
            self.starts.append([start, len(self.options)])
            first: dict[tuple[int, int, int], int] = {}
            for option in item.options:
                if option.start_idx == start:
                    end_row = len(self.ends) + ends.index(alike[option.end_idx])
                    jump, letter = jump_of[option.paid_steps], reader.letter(option)
                    like = first.setdefault((end_row, jump, letter), len(self.options))
                    self.options.append(
                        [
                            option.start_idx,
                            option.end_idx,
                            end_row,
                            jump,
                            len(self.breaks),
                            letter,
                            int(option.where == HOME),
                            like,
                        ]
                    )
                    self.breaks += [
                        len(self.windows) + windows.index(_window(b))
                        for b in option.breaks
                    ]
        self.windows += [list(window) for window in windows]
        self.ends += ends

    def _open_day(self, item: AgentDay, moves: int) -> None:
        day = item.day
        rows = [len(self.starts), len(self.windows), len(self.ends), moves]
        self.days.append(
            [day.date_local.toordinal(), day.week, int(item.locked is not None), *rows]
        )

    def close(self) -> None:
        """Append the rows that end the last ranges."""
        rows = [len(self.starts), len(self.windows), len(self.ends)]
        self.days.append([0, 0, 0, *rows, 0])
        self.starts.append([0, len(self.options)])
        self.options.append([0, 0, 0, 0, len(self.breaks), 0, 0, -1])


def _window(item: BreakWindow) -> tuple[int, int, int, int]:
    return item.first_idx, item.last_idx, item.length_steps, int(item.paid)


def paid_sums(lengths: Collection[int], most: int) -> list[int]:
    """Return every total up to *most* of shifts with these paid *lengths*, rising."""
    sums = {0}
    new = {0}
    while new:
        new = {a + b for a in new for b in lengths if a + b <= most} - sums
        sums |= new
    return sorted(sums)


def end_limits(days: Sequence[AgentDay], limits: Limits, a: int) -> list[int]:
    """Return the steps up to which a shift on the first of *days* has to end.

    One for the rest before each later start, and one for each free stretch that a gap
    up to a later start, or to the end of the plan, may be.
    """
    starts = {option.start_idx for item in days[1:] for option in item.options}
    found = {start - limits.rest[a] for start in starts}
    for w in range(limits.num_weeks):
        stretch = limits.stretches.get((a, w))
        if stretch is not None:
            found |= {
                min(start, stretch.end_idx) - stretch.min_steps
                for start in (*starts, stretch.end_idx)
            }
    return sorted(found)


def alike_ends(item: AgentDay, limits: Sequence[int]) -> dict[int, int]:
    """Return end -> the last of the day's ends that keeps the same *limits*."""
    last: dict[int, int] = {}
    ends = sorted({option.end_idx for option in item.options})
    for end in ends:
        last[bisect_left(limits, end)] = end
    return {end: last[bisect_left(limits, end)] for end in ends}


def week_tables(
    instance: RosterInstance, days: Sequence[AgentDay], limits: Limits
) -> WeekTables:
    """Return the tables of *days*, which are sorted by agent and date."""
    rows = _Rows()
    agents: list[list[int]] = []
    weeks: list[list[list[int]]] = []
    jumps: list[list[int]] = []
    own_days: dict[int, list[AgentDay]] = {}
    for item in days:
        own_days.setdefault(item.agent, []).append(item)
    machines = MachineTables(limits.machines, own_days)
    for a in range(len(instance.agents)):
        own = own_days.get(a, [])
        readers = machines.readers(a)
        lengths = sorted({o.paid_steps for item in own for o in item.options})
        sums = paid_sums(lengths, max(0, *limits.high[a]))
        jump_of = {length: len(jumps) + n for n, length in enumerate(lengths)}
        jumps += [_jumps(sums, length) for length in lengths]
        limit_row = limits.of_agent(a, *machines.states(a))
        agents.append([len(rows.days), *limit_row, len(sums)])
        weeks.append(limits.of_weeks(a, sums))
        for n, item in enumerate(own):
            limit = end_limits(own[n:], limits, a)
            rows.add_day(item, jump_of, alike_ends(item, limit), readers[n])
    agents.append([len(rows.days), *[0] * AGENT_LIMITS, 0])
    rows.close()
    return WeekTables(
        agents=_table(agents),
        weeks=np.array(weeks, dtype=np.int64).reshape(
            len(weeks), limits.num_weeks, WEEK_LIMITS
        ),
        days=_table(rows.days),
        starts=_table(rows.starts),
        options=_table(rows.options),
        breaks=np.array(rows.breaks, dtype=np.int64),
        windows=np.array(rows.windows, dtype=np.int64).reshape(len(rows.windows), 4),
        ends=np.array(rows.ends, dtype=np.int64),
        jumps=_padded(jumps),
        moves=machines.table(),
    )


def _jumps(sums: list[int], length: int) -> list[int]:
    """Return for each total the place of the total with *length* more, or -1."""
    place = {total: i for i, total in enumerate(sums)}
    return [place.get(total + length, -1) for total in sums]


def _table(rows: list[list[int]]) -> IntArray:
    return np.array(rows, dtype=np.int64)


def _padded(rows: list[list[int]]) -> IntArray:
    width = max((len(row) for row in rows), default=1)
    table = np.full((len(rows), width), -1, dtype=np.int64)
    for n, row in enumerate(rows):
        table[n, : len(row)] = row
    return table
