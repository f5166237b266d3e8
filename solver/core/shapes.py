"""What the shifts of a date are by themselves, as arrays; people alike share them.

Everything here depends on nothing but the shifts offered, so that of thousands of
people who are offered the same on a date only one is looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.calendar.catalogue import BreakWindow, ShiftOption
from wfm.domain.arrays import BoolArray, IntArray
from wfm.domain.roster import HOME


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shifts of a date, rising by their start.

    Attributes
    ----------
    options
        The shifts in the order of the arrays.
    start, end, paid, home
        ``[option]`` steps, paid steps, and 1 for a shift worked at home.
    is_first
        ``[option]`` whether the one before has another start.
    ends, end_place
        Distinct ends, rising; ``[option]`` which is the option's.
    windows
        ``[window, column]`` distinct windows of breaks, rising.
    breaks, first_break
        The window of each break of each option; ``[option]`` its first.
    """

    options: tuple[ShiftOption, ...]
    start: IntArray
    end: IntArray
    paid: IntArray
    home: IntArray
    is_first: BoolArray
    ends: IntArray
    end_place: IntArray
    windows: IntArray
    breaks: IntArray
    first_break: IntArray

    @property
    def longest(self) -> int:
        """Most paid steps of a shift, 0 if there is none."""
        return int(self.paid.max(initial=0))


class Shapes:
    """The shapes of dates; equal tuples of shifts are looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[tuple[ShiftOption, ...], Shape]] = {}

    def of(self, options: tuple[ShiftOption, ...]) -> Shape:
        """Return the shape of the very tuple *options*."""
        key = id(options)
        if key not in self._known:
            # The tuple is kept, so that its id stays its own.
            self._known[key] = options, shape_of(options)
        return self._known[key][1]


def times_of(options: Iterable[ShiftOption]) -> IntArray:
    """Return ``[3, option]`` start, end and paid steps of *options*."""
    found = [(o.start_idx, o.end_idx, o.paid_steps) for o in options]
    return np.array(found, dtype=np.int64).reshape(-1, 3).T


def shape_of(options: Sequence[ShiftOption]) -> Shape:
    """Return the shape of *options*, those of one start in their order."""
    ordered = tuple(sorted(options, key=lambda option: option.start_idx))
    start, end, paid = times_of(ordered)
    ends, end_place = np.unique(end, return_inverse=True)
    all_breaks = [_window(item) for option in ordered for item in option.breaks]
    windows = sorted(set(all_breaks))
    place = {window: i for i, window in enumerate(windows)}
    numbers = np.array([len(option.breaks) for option in ordered], dtype=np.int64)
    return Shape(
        options=ordered,
        start=start,
        end=end,
        paid=paid,
        home=np.array([o.where == HOME for o in ordered], dtype=np.int64),
        is_first=np.append(True, start[1:] != start[:-1])[: len(start)],
        ends=ends,
        end_place=end_place,
        windows=np.array(windows, dtype=np.int64).reshape(-1, 4),
        breaks=np.array([place[window] for window in all_breaks], dtype=np.int64),
        first_break=numbers.cumsum() - numbers,
    )


def _window(item: BreakWindow) -> tuple[int, int, int, int]:
    return item.first_idx, item.last_idx, item.length_steps, int(item.paid)
