"""Edits in words, one line each, as they are typed and logged.

=============================================  =====================================
``move A1 2026-10-27 10:00``                   the shift starts at ten
``end A1 2026-10-27 16:00``                    it ends at four
``swap A1 2026-10-27 A2 [2026-10-28]``         they take each other's shift
``replace A1 2026-10-27 A2``                   A2 takes the shift of A1
``add A1 2026-10-27 09:00 [17:00]``            a new shift
``drop A1 2026-10-27``                         no shift
``move-break A1 2026-10-27 meal 12:30``        the meal begins at half past twelve
``add-break A1 2026-10-27 break 15:00 15:15``  a new break
``drop-break A1 2026-10-27 meal``              the meal is worked through
``pin A1 2026-10-27 chat_en [09:00 12:00]``    work for that queue alone
``unpin A1 2026-10-27 [09:00 12:00]``          work for any queue again
=============================================  =====================================

Times are on the agent's clock: ``HH:MM`` on the shift's date (the day after, where it
must come later than the start), or a date and time, with an offset if wanted.
A second shift of one date, or break of one kind, is ``2026-10-27#2`` or ``meal#2``.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from wfm.calendar.local import to_instant, wall_minute, zone
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.roster import Roster, RosterInstance
from wfm.domain.roster_edits import (
    AddBreak,
    AddShift,
    BreakName,
    DropBreak,
    DropShift,
    EditError,
    EditRequest,
    MoveBreak,
    MoveShift,
    PinQueue,
    ReplaceAgent,
    ResizeShift,
    ShiftName,
    SwapShifts,
)
from wfm.pipeline.edit_requests import (
    agent_named,
    queue_named,
    shift_named,
    usual_end,
)

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_FORMS: Mapping[str, str] = {
    "move": "AGENT DATE TIME",
    "end": "AGENT DATE TIME",
    "swap": "AGENT DATE AGENT [DATE]",
    "replace": "AGENT DATE AGENT",
    "add": "AGENT DATE FROM [TO]",
    "drop": "AGENT DATE",
    "move-break": "AGENT DATE KIND TIME",
    "add-break": "AGENT DATE KIND FROM TO",
    "drop-break": "AGENT DATE KIND",
    "pin": "AGENT DATE QUEUE [FROM] [TO]",
    "unpin": "AGENT DATE [FROM] [TO]",
}
VERBS = tuple(_FORMS)


def split_words(text: str) -> list[str]:
    """Return the words of an edit; a name with blanks stands in quotes.

    Raises
    ------
    EditError
        If a quote is not closed.
    """
    try:
        return shlex.split(text)
    except ValueError as error:
        msg = f"{text!r} can't be read: {error}"
        raise EditError(msg) from error


def request_of(
    words: Sequence[str], roster: Roster, instance: RosterInstance
) -> EditRequest:
    """Return what *words* ask of *roster*.

    Raises
    ------
    EditError
        If they are no edit, or name an unknown agent, shift or break, a time that the
        clock does not show on that date, or one beside the roster's step.
    """
    verb, *rest = words or [""]
    form = _FORMS.get(verb)
    if form is None:
        msg = f"unknown edit {verb!r}; known: {', '.join(VERBS)}"
        raise EditError(msg)
    most = len(form.split())
    least = most - form.count("[")
    if not least <= len(rest) <= most:
        msg = f"{verb} is asked as: {verb} {form}"
        raise EditError(msg)
    return _READERS[verb](_Words(rest, roster, instance))


class _Words:
    """The words after the verb, read against a roster."""

    def __init__(
        self, words: Sequence[str], roster: Roster, instance: RosterInstance
    ) -> None:
        self.words = words
        self.roster = roster
        self.instance = instance

    def __len__(self) -> int:
        return len(self.words)

    def shift(self, at: int) -> ShiftName:
        """Return the shift named by the agent at word *at* and the date after it."""
        agent = agent_named(self.instance, self.words[at])
        day, nth = _date_and_number(self.words[at + 1])
        return ShiftName(agent_id=agent.agent_id, date_local=day, nth=nth)

    def broken(self) -> BreakName:
        """Return the break named by the first three words."""
        kind, nth = _numbered(self.words[2])
        return BreakName(shift=self.shift(0), kind=kind, nth=nth)

    def at(self, word: int, name: ShiftName, *, later: bool) -> int:
        """Return the step of a time; *later* than the shift's start, if asked."""
        text = self.words[word]
        idx = step_of(text, name.agent_id, name.date_local, self.instance)
        if later and _CLOCK.fullmatch(text):
            start = shift_named(self.roster, self.instance, name).start_idx
            if idx < start:
                after = name.date_local + timedelta(days=1)
                return step_of(text, name.agent_id, after, self.instance)
        return idx


def _move(words: _Words) -> EditRequest:
    name = words.shift(0)
    return MoveShift(shift=name, start_idx=words.at(2, name, later=False))


def _end(words: _Words) -> EditRequest:
    name = words.shift(0)
    return ResizeShift(shift=name, end_idx=words.at(2, name, later=True))


def _swap(words: _Words) -> EditRequest:
    first = words.shift(0)
    agent = agent_named(words.instance, words.words[2])
    day, nth = first.date_local, 1
    if len(words) > 3:
        day, nth = _date_and_number(words.words[3])
    second = ShiftName(agent_id=agent.agent_id, date_local=day, nth=nth)
    return SwapShifts(first=first, second=second)


def _replace(words: _Words) -> EditRequest:
    agent = agent_named(words.instance, words.words[2])
    return ReplaceAgent(shift=words.shift(0), agent_id=agent.agent_id)


def _add(words: _Words) -> EditRequest:
    name, instance = words.shift(0), words.instance
    start = words.at(2, name, later=False)
    if len(words) == 3:
        end = usual_end(instance, name.agent_id, start)
    else:
        end = step_of(words.words[3], name.agent_id, name.date_local, instance)
        if end <= start and _CLOCK.fullmatch(words.words[3]):
            after = name.date_local + timedelta(days=1)
            end = step_of(words.words[3], name.agent_id, after, instance)
    return AddShift(agent_id=name.agent_id, start_idx=start, end_idx=end)


def _drop(words: _Words) -> EditRequest:
    return DropShift(shift=words.shift(0))


def _move_break(words: _Words) -> EditRequest:
    name = words.broken()
    return MoveBreak(name=name, start_idx=words.at(3, name.shift, later=True))


def _add_break(words: _Words) -> EditRequest:
    name = words.shift(0)
    return AddBreak(
        shift=name,
        kind=words.words[2],
        start_idx=words.at(3, name, later=True),
        end_idx=words.at(4, name, later=True),
    )


def _drop_break(words: _Words) -> EditRequest:
    return DropBreak(name=words.broken())


def _pin(words: _Words) -> EditRequest:
    queue = queue_named(words.instance, words.words[2])
    return _pinned(words, queue, 3)


def _unpin(words: _Words) -> EditRequest:
    return _pinned(words, "", 2)


def _pinned(words: _Words, queue_id: str, first: int) -> EditRequest:
    """Return a pin; the times, if any, are two and begin at word *first*."""
    name = words.shift(0)
    if len(words) == first:
        return PinQueue(shift=name, queue_id=queue_id)
    if len(words) == first + 1:
        msg = f"{words.words[first]}: say from when to when, or no time at all"
        raise EditError(msg)
    low, high = (words.at(i, name, later=True) for i in (first, first + 1))
    return PinQueue(shift=name, queue_id=queue_id, steps=(low, high))


_READERS: Mapping[str, Callable[[_Words], EditRequest]] = {
    "move": _move,
    "end": _end,
    "swap": _swap,
    "replace": _replace,
    "add": _add,
    "drop": _drop,
    "move-break": _move_break,
    "add-break": _add_break,
    "drop-break": _drop_break,
    "pin": _pin,
    "unpin": _unpin,
}


def _numbered(word: str) -> tuple[str, int]:
    """Return ``meal#2`` as ``("meal", 2)``."""
    name, mark, number = word.partition("#")
    if mark and not (number.isascii() and number.isdigit() and int(number)):
        msg = f"{word!r}: after # stands which one, from 1"
        raise EditError(msg)
    return name, int(number) if mark else 1


def _date_and_number(word: str) -> tuple[date, int]:
    text, nth = _numbered(word)
    try:
        return date.fromisoformat(text), nth
    except ValueError as error:
        msg = f"{text!r} is not a date like 2026-10-27"
        raise EditError(msg) from error


def step_of(text: str, agent_id: str, day: date, instance: RosterInstance) -> int:
    """Return the step at which a time on the agent's clock begins.

    *text* is ``HH:MM`` on *day* (``24:00`` is its end), a date and time, or one with an
    offset. A time that exists twice is the first, unless its offset says otherwise.

    Raises
    ------
    EditError
        If the clock does not show the time, or it is not on the roster's step.
    """
    clock = agent_named(instance, agent_id).zone
    instant = _instant(text, day, clock)
    grid = instance.grid
    idx = grid.floor_index(instant)
    if grid.instant(idx) != instant:
        msg = f"{text} is not on the roster's step of {grid.interval_minutes} min"
        raise EditError(msg)
    return idx


def _instant(text: str, day: date, zone_name: str) -> datetime:
    match = _CLOCK.fullmatch(text)
    if match:
        minute = int(match[1]) * 60 + int(match[2])
        if minute <= MINUTES_PER_DAY:
            return existing_instant(wall_minute(day, minute), zone_name, text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or match or len(text) <= 10:
        msg = f"{text!r} is not a time like 09:30 or 2026-10-27T09:30"
        raise EditError(msg)
    if moment.tzinfo is not None:
        return moment
    minute = wall_minute(moment.date(), moment.hour * 60 + moment.minute)
    return existing_instant(minute, zone_name, text)


def existing_instant(minute: int, zone_name: str, text: str) -> datetime:
    """Return the instant of a wall minute that the clock does show.

    Raises
    ------
    EditError
        If the clock jumps over it.
    """
    instant = to_instant(minute, zone_name)
    shown = instant.astimezone(zone(zone_name))
    if wall_minute(shown.date(), shown.hour * 60 + shown.minute) != minute:
        msg = (
            f"{text} does not exist in {zone_name}: clocks go forward to {shown:%H:%M}"
        )
        raise EditError(msg)
    return instant
