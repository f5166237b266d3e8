"""Some dates of one agent, all others as they are: a programme of its own.

A window is a few spans of dates. Between spans, and after the last, the agent keeps
what is planned; a date that nothing can be chosen on stands for all of that: it leads
from each state to the one that is reached, if the plan stays legal from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.columns.parts import Parts
from wfm.domain.arrays import BoolArray, IntArray

Spans = Sequence[tuple[int, int]]
"""Half-open ranges of dates, rising and apart."""
FREE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Parts of a window, and ``[c]`` which choices of the agent its choices are."""

    parts: Parts
    choices: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a window may use: hours, groups of each record, and of each range.

    Up to *least_hours* each hour is worth much, without being demanded.
    """

    least_hours: int
    most_hours: int
    most_groups: tuple[int, ...]
    most: tuple[int, ...]


def states_of(parts: Parts, path: IntArray) -> IntArray:
    """Return ``[d]`` the state before each date of *path* ``[d]``, and after the last.

    *path* holds the choice of every date, FREE for none; from where it is not allowed
    the state is -1.
    """
    states = np.zeros(parts.num_days + 1, dtype=np.int64)
    for d, c in enumerate(path.tolist()):
        column = 0 if c == FREE else parts.column[c]
        states[d + 1] = parts.moves[d, states[d], column] if states[d] >= 0 else -1
    return states


def alive(parts: Parts) -> BoolArray:
    """Return ``[d, state]`` whether some plan goes on from a state to the end."""
    width = parts.moves.shape[1]
    found = np.zeros((parts.num_days + 1, width), dtype=bool)
    found[-1, : parts.num_states[-1]] = True
    for d in range(parts.num_days - 1, -1, -1):
        to = parts.moves[d]
        found[d] = (found[d + 1][np.maximum(to, 0)] & (to >= 0)).any(axis=1)
    return found


def spent(parts: Parts, path: IntArray, spans: Spans) -> Budget:
    """Return what is left for *spans* by what *path* uses on all other dates."""
    fixed = path.copy()
    for low, high in spans:
        fixed[low:high] = FREE
    taken = fixed[fixed != FREE]
    dates = np.flatnonzero(fixed != FREE)
    states = states_of(parts, path)[dates]
    groups = parts.hits[:, dates, states].sum(axis=1)
    hours = int(parts.hours[taken].sum())
    return Budget(
        least_hours=parts.least_hours - hours,
        most_hours=parts.most_hours - hours,
        most_groups=tuple(
            most - int(groups[g]) for g, most in enumerate(parts.most_groups)
        ),
        most=tuple(item.most - int(item.uses[taken].sum()) for item in parts.ranges),
    )


def window(
    parts: Parts, path: IntArray, spans: Spans, budget: Budget, ends: BoolArray | None
) -> Window:
    """Return the programme of *spans* where *path* holds on all other dates.

    *ends* ``[state]`` says after which states the last span may end; ``None``: the
    path goes on after it.
    """
    states = states_of(parts, path) if ends is None else _until(parts, path, spans)
    cut = _Cut(parts, path, states, spans)
    choices, first = _choices(parts, spans)
    last = cut.jump(spans[-1][1], None) if ends is None else np.where(ends, 0, -1)
    moves, hits = cut.slices(last)
    sizes = [n for low, high in spans for n in parts.num_states[low : high + 1]]
    most_hours = min(budget.most_hours, _room(parts.hours, spans, parts))
    made = Parts(
        num_states=np.array([*sizes, 1], dtype=np.int64),
        moves=moves,
        hits=hits,
        first_choice=first,
        column=parts.column[choices],
        hours=parts.hours[choices],
        least_hours=max(0, min(budget.least_hours, most_hours)),
        most_hours=max(0, most_hours),
        most_groups=budget.most_groups,
        ranges=tuple(
            replace(item, uses=item.uses[choices], most=most)
            for item, most in zip(parts.ranges, budget.most, strict=True)
        ),
        is_soft=True,
    )
    return Window(parts=made, choices=choices)


def _until(parts: Parts, path: IntArray, spans: Spans) -> IntArray:
    """Return the states of *path* as far as it is known."""
    known = path.copy()
    known[spans[-1][0] :] = FREE
    return states_of(parts, known)


def _choices(parts: Parts, spans: Spans) -> tuple[IntArray, IntArray]:
    """Return the choices of some dates, and where those of each date begin.

    After each span is a date without choices.
    """
    first, found = [0], []
    for low, high in spans:
        begin = parts.first_choice[low : high + 1] - parts.first_choice[low] + first[-1]
        first = [*first[:-1], *begin.tolist(), int(begin[-1])]
        found.append(np.arange(parts.first_choice[low], parts.first_choice[high]))
    return np.concatenate(found), np.array(first, dtype=np.int64)


def _room(uses: IntArray, spans: Spans, parts: Parts) -> int:
    """Return the most that *spans* can add."""
    room = parts.room(uses)
    return sum(int(room[first] - room[last]) for first, last in spans)


class _Cut:
    """Takes the moves of some dates out of an agent's."""

    def __init__(
        self, parts: Parts, path: IntArray, states: IntArray, spans: Spans
    ) -> None:
        self.parts, self.path, self.states, self.spans = parts, path, states, spans

    def jump(self, first: int, last: int | None) -> IntArray:
        """Return where each state before date *first* is at date *last*, -1: nowhere.

        Without *last* it is 0 if the path goes on from there to the end. The groups
        that are worked in must be those of the path.
        """
        parts, until = self.parts, self.parts.num_days if last is None else last
        now = np.arange(parts.moves.shape[1])
        now[parts.num_states[first] :] = -1
        for d in range(first, until):
            s, c = self.states[d], int(self.path[d])
            if (now[now >= 0] == s).all():
                return np.where(now >= 0, 0 if last is None else self.states[last], -1)
            column = 0 if c == FREE else parts.column[c]
            if c != FREE:
                like = (parts.hits[:, d, now] == parts.hits[:, d, s, None]).all(axis=0)
                now = np.where(like, now, -1)
            now = np.where(now >= 0, parts.moves[d, now, column], -1)
        return np.where(now >= 0, 0, -1) if last is None else now

    def slices(self, last: IntArray) -> tuple[IntArray, IntArray]:
        """Return moves and hits of the spans, *last* as the moves at their end."""
        parts, width = self.parts, self.parts.moves.shape[1:]
        moves, hits = [], []
        following = [low for low, _ in self.spans[1:]]
        for n, (low, high) in enumerate(self.spans):
            own, hit = parts.moves[low:high].copy(), parts.hits[:, low:high].copy()
            s = self.states[low]
            if n == 0 and s:
                own[0, [0, s]], hit[:, 0, [0, s]] = own[0, [s, 0]], hit[:, 0, [s, 0]]
            after = np.full((1, *width), -1, dtype=np.int64)
            is_last = n == len(following)
            after[0, :, 0] = last if is_last else self.jump(high, following[n])
            moves += [own, after]
            hits += [hit, np.zeros_like(parts.hits[:, :1])]
        return np.concatenate(moves), np.concatenate(hits, axis=1)
