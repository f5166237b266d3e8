"""Turns on windows of a long roster: columns and a dive, then neighbourhoods."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from solver.columns.dive import dive
from solver.columns.generate import Generation
from solver.columns.improve import Improver
from solver.columns.incumbent import Incumbent
from solver.columns.master import Master
from solver.columns.wide import LongRoster
from solver.columns.window import Spans
from wfm.domain.arrays import BoolArray

WEEK = 7
SPAN_WEEKS, HALF_WEEKS = 4, 2
"""Dates of a window, and of each half of one in two parts."""
TWO_PARTS, COSTLY = 0.7, 0.5
"""Part of the windows that are in two parts, and that begin where it costs most."""
MOST_AGENTS = 60
"""Agents of a window."""
TURN_S, TURN_ROUNDS = 20.0, 2
"""Longest turn on one window; its neighbourhoods where rounds are counted."""
MIP_S = 2.0
GENERATION_PART = 0.6
"""Of a turn, for columns before the dive."""
DIVE_ROUNDS, FIXED_PART = 60, 12
"""Rounds of columns, and what a dive fixes."""
TOLERANCE = 1e-6


class Windows:
    """Improves a long roster in place, one window after the other.

    Parameters
    ----------
    now
        The roster.
    seed
        Of the choice of windows and agents.
    must_end
        Says that there is no more time.
    is_timed
        Whether the clock ends a turn; else rounds are counted.

    Attributes
    ----------
    is_free
        ``[week]`` whether windows may be there.
    """

    def __init__(
        self,
        now: LongRoster,
        seed: int | Sequence[int],
        must_end: Callable[[], bool],
        *,
        is_timed: bool = True,
    ) -> None:
        self.now, self.must_end, self.is_timed = now, must_end, is_timed
        self.rng = np.random.default_rng(seed)
        self.num_weeks = -(-now.num_days // WEEK)
        self.is_free: BoolArray = np.ones(self.num_weeks, dtype=bool)
        self._begun_s, self._turn_s = 0.0, 0.0

    def improve(self) -> None:
        """Search a window somewhere."""
        order = self.rng.permutation(len(self.now.paths))
        spans = self.spans()
        if spans:
            self.turn(sorted(order[:MOST_AGENTS].tolist()), spans, TURN_S)

    def turn(
        self, agents: Sequence[int], spans: Spans, turn_s: float, *, deep: bool = True
    ) -> None:
        """Search one window for so long; unless *deep*, without neighbourhoods."""
        part = self.now.part(agents, spans)
        if part is None:
            return
        self._begun_s, self._turn_s = time.perf_counter(), min(turn_s, TURN_S)
        if self._dive(part.now) and deep:
            spent_s = time.perf_counter() - self._begun_s
            self._search(part.now, self._until(min(2 * spent_s, self._turn_s)))
        self.now.adopt(part)

    def _until(self, part_s: float) -> Callable[[], bool]:
        """Return what says that so much of a turn is over."""
        until_s = self._begun_s + part_s
        return lambda: (
            self.must_end() or (self.is_timed and time.perf_counter() > until_s)
        )

    def _dive(self, now: Incumbent) -> bool:
        """Generate columns for all agents of a window, and make a roster of them.

        Returns whether something better may still be found.
        """
        agents, before, stop = (
            range(len(now.columns)),
            now.objective,
            self._until(self._turn_s),
        )
        old, enough = now.take(agents), before - 1 + TOLERANCE
        generation = Generation(
            stretches=now.stretches,
            pricer=now.pricer,
            master=Master(now.stretches, tuple(agents), now.count),
            given=now.count.copy(),
            left_s=lambda: TURN_S,
        )
        for column in old:
            generation.master.add(column)
        generation.run(
            stop=self._until(GENERATION_PART * self._turn_s),
            enough=enough,
            most_rounds=DIVE_ROUNDS,
        )
        has_room = generation.bound < enough and not stop()
        size = max(1, len(old) // FIXED_PART)
        found = dive(generation, size, before, stop) if has_room else None
        for column in (*old, *(found or ())):
            now.put(column.agent, column)
        now.sweep(list(agents), stop)
        if now.objective > before:
            for column in old:
                now.put(column.agent, column)
        return has_room and generation.bound < now.objective - 1 + TOLERANCE

    def _search(self, now: Incumbent, stop: Callable[[], bool]) -> None:
        """Search neighbourhoods until the turn is over."""
        improver = Improver(now, int(self.rng.integers(1 << 30)), MIP_S)
        for _ in range(10**6 if self.is_timed else TURN_ROUNDS):
            if stop():
                return
            improver.improve(stop)

    def spans(self) -> Spans:
        """Return the dates of a window, half the time one that costs much."""
        is_split = self.rng.random() < TWO_PARTS and self.num_weeks > 2 * HALF_WEEKS
        length = HALF_WEEKS if is_split else min(SPAN_WEEKS, self.num_weeks)
        starts = self._starts(length)
        if not starts:
            return []
        first = self._pick(starts)
        others = [w for w in starts if abs(w - first) >= length]
        weeks = [first]
        if is_split and others:
            weeks = sorted([first, int(self.rng.choice(others))])
        spans = [(WEEK * w, WEEK * (w + length)) for w in weeks]
        if len(spans) == 2 and spans[0][1] == spans[1][0]:
            spans = [(spans[0][0], spans[1][1])]
        return spans

    def _starts(self, length: int) -> list[int]:
        """Return the weeks with which so many free ones begin."""
        free = np.convolve(self.is_free, np.ones(length, dtype=int), "valid")
        return [int(w) for w in np.flatnonzero(free == length)]

    def _pick(self, starts: Sequence[int]) -> int:
        """Return one of *starts*, half the time around a costly date."""
        cost = self.now.date_costs()
        if self.rng.random() < COSTLY and cost.any():
            day = int(self.rng.choice(len(cost), p=cost / cost.sum()))
            week = day // WEEK - int(self.rng.integers(0, HALF_WEEKS))
            return min(starts, key=lambda w: abs(w - week))
        return int(self.rng.choice(starts))
