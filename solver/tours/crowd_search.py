"""Many people's weeks at once: greedy best answers, then annealing shift by shift."""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from solver.core.choices import first_option, most_breaks
from solver.core.incumbent import reach_of
from solver.core.levelling import find_profile, new_levels, use_profile
from solver.core.plan_back import best_week
from solver.core.presence import add_row_worth, take_breaks
from solver.core.pricing import new_worth, price_options
from solver.core.slots import HEAD, find_gains, new_cover, settle
from solver.core.tables import (
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
    ROW_END,
    ROW_HIGH,
    ROW_LOW,
    ROW_START,
    WeekTables,
)
from solver.core.week import NEVER, memories
from solver.tours.alike import Crowd
from solver.tours.climb import Parts
from solver.tours.crowd import anneal
from solver.tours.crowd_tables import (
    NONE,
    CrowdScratch,
    CrowdState,
    CrowdTables,
    count_shift,
)
from wfm.calendar.catalogue import build_shift
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import Roster, RosterInstance, Shift

NOISE, HEAT = 0.05, 0.3
"""Of moves of shifts and of weeks at the start, in prices of a missing agent-step."""
DRAWN = 64
"""People drawn to find those who can work at a dear step."""
CHUNK_S = 0.5
NEXT_STAMP = 1 << 32
"""Between stamps of levelled work: more than heads ever change in between."""
MOST_RUINED = 4
SWEEPS = 3
"""Best answers of everybody that mend a start drawn at random."""


class CrowdSearch:
    """The roster at hand, by person; see :class:`solver.tours.crowd.CrowdState`.

    Parameters
    ----------
    crowd
        The problem by types of people.
    seed
        Equal seeds and rounds give equal rosters.
    """

    def __init__(self, crowd: Crowd, seed: int = 1) -> None:
        self.crowd, self.compiled = crowd, crowd.compiled
        compiled = crowd.compiled
        self.weeks = compiled.weeks
        num_p, num_t = len(crowd.type_of), compiled.costs.paid.shape[1]
        days = int(np.diff(self.weeks.agents[:, FIRST_DAY]).max(initial=1))
        breaks = most_breaks(compiled)
        self.tables = CrowdTables(
            weeks=compiled.weeks,
            costs=compiled.costs,
            cover=compiled.cover,
            need=compiled.cover_need,
            rows=compiled.rows,
            type_of=crowd.type_of,
            price=compiled.breach_price,
        )
        self._rng = np.random.default_rng(seed)
        self.state = CrowdState(
            choice=np.full((num_p, days), NONE, dtype=np.int64),
            taken=np.full((num_p, days, breaks), NONE, dtype=np.int64),
            heads=new_cover(compiled.cover, compiled.cover_need),
            in_rows=compiled.rows.fixed.copy(),
            cost=np.zeros(2),
            random=self._rng.integers(1, 2**31 - 1, size=1, dtype=np.int64),
        )
        self.scratch = CrowdScratch(
            gain=np.zeros(num_t),
            present=np.zeros(num_t),
            seated=np.zeros(num_t),
            totals=np.zeros((4, num_t + 1)),
            least=np.zeros(len(self.weeks.windows)),
            break_at=np.zeros(len(self.weeks.windows), dtype=np.int64),
            old_taken=np.zeros(max(1, breaks), dtype=np.int64),
        )
        self.levels = new_levels(compiled.backlog, num_t)
        self._profile = np.zeros(num_t)
        self._memories = memories(self.weeks)
        self._worth = new_worth(self.weeks, num_t)
        self._flat = np.full(len(compiled.days), NONE, dtype=np.int64)
        self._breaks = np.full((len(compiled.days), breaks), NONE, dtype=np.int64)
        self._everywhere = np.ones(num_t, dtype=bool)
        self._price = HEAD * max(1.0, float(compiled.need.piece_prices[0]))
        self._rate = 20_000.0
        self._stamp = NEXT_STAMP
        self._options = _options_of(self.weeks)
        self._reach = reach_of(self.weeks, len(crowd.number), num_t)
        groups = compiled.cover_need.group_of_agent[crowd.type_of]
        self.component = compiled.cover.component_of_group[groups]
        self.recount()

    def days(self, p: int) -> slice:
        """Return the rows of the days of the person's type."""
        a = self.crowd.type_of[p]
        first, last = self.weeks.agents[a : a + 2, FIRST_DAY].tolist()
        return slice(first, last)

    def recount(self) -> None:
        """Count everything anew."""
        state, need = self.state, self.compiled.cover_need
        fresh = new_cover(self.compiled.cover, need)
        state.heads.stamp[:] += 1
        state.heads.supply[:], state.heads.heads[:] = fresh.supply, fresh.heads
        state.heads.dirty[:], state.heads.cost[:] = 1, 0.0
        state.in_rows[:] = self.compiled.rows.fixed
        state.cost[0] = settle(
            self.compiled.cover, state.heads, need.idle_price, need.window
        )
        state.cost[1] = self._off_rows() * self.compiled.breach_price
        for p in range(len(state.choice)):
            self._count(p, 1)

    def level(self) -> None:
        """Level all deferred work anew, one backlog after the other."""
        for b in self._rng.permutation(len(self.levels.profile)).tolist():
            find_profile(
                self.compiled.cover,
                self.compiled.backlog,
                self.state.heads,
                self.levels,
                self.compiled.cover_need.window,
                b,
                int(self._rng.integers(0, 1 << 20)),
                self._profile,
            )
            self._use(b, self._profile)

    def relevel(self, slack: float) -> None:
        """Level deferred work anew unless the cost rises by more than *slack*."""
        old, cost = self.levels.profile.copy(), float(self.state.cost[0])
        if len(old):
            self.level()
            if self.state.cost[0] > cost + slack:
                for b, own in enumerate(old):
                    self._use(b, own)

    def _use(self, b: int, profile: FloatArray) -> None:
        self._stamp += NEXT_STAMP
        use_profile(
            self.compiled.backlog,
            self.state.heads,
            self.levels,
            b,
            profile,
            self._stamp,
        )
        need = self.compiled.cover_need
        self.state.cost[0] += settle(
            self.compiled.cover, self.state.heads, need.idle_price, need.window
        )

    def _off_rows(self) -> int:
        off = 0
        for row, count in zip(
            self.compiled.rows.rows, self.compiled.rows.fixed, strict=True
        ):
            heads = count[row[ROW_START] : row[ROW_END]]
            off += int(np.maximum(row[ROW_LOW] - heads, 0).sum())
            off += int(np.maximum(heads - row[ROW_HIGH], 0).sum())
        return off

    def _count(self, p: int, sign: int) -> None:
        for d in np.flatnonzero(self.state.choice[p] >= 0).tolist():
            count_shift(self.tables, self.state, p, d, sign)

    @property
    def value(self) -> float:
        """What the search minimises: cost, with breaches at their price."""
        return float(self.state.cost.sum())

    def answer(self, p: int, noise: float = 0.0) -> bool:
        """Give the person the best week against all others; False if none is legal.

        Up to *noise* is added at random to what each shift is worth.
        """
        self._count(p, -1)
        return self._insert(p, noise)

    def _insert(self, p: int, noise: float) -> bool:
        """Give the person, who is counted out, the best week."""
        a, worth, need = int(self.crowd.type_of[p]), self._worth, self.tables.need
        find_gains(
            self.compiled.cover,
            self.state.heads,
            need.idle_price,
            need.window,
            int(need.group_of_agent[a]),
            self._everywhere,
            worth.gain,
        )
        worth.present.fill(0.0)
        worth.seated.fill(0.0)
        add_row_worth(
            self.compiled.rows,
            self.state.in_rows,
            a,
            self.tables.price,
            worth.gain,
            worth.present,
            worth.seated,
        )
        price_options(self.weeks, self.compiled.costs, worth, a)
        if noise > 0.0:
            own = self._options[a]
            worth.value[own] += noise * self._rng.random(own.stop - own.start)
        best = best_week(self.weeks, self._memories[a], a, worth.value, self._flat)
        take_breaks(self.weeks, a, self._flat, worth.break_at, self._breaks)
        days = self.days(p)
        number = days.stop - days.start
        self.state.choice[p, :number] = self._flat[days]
        self.state.taken[p, :number] = self._breaks[days]
        self._count(p, 1)
        return best > 0.5 * NEVER

    def sweep(self, stop: Callable[[], bool] | None = None) -> None:
        """Let everybody answer once, in a seeded order, until *stop* says so."""
        for p in self._rng.permutation(len(self.state.choice)).tolist():
            if stop is not None and stop():
                break
            self.answer(p)

    def run(self, moves: int, heat: float) -> None:
        """Make *moves* moves of shifts; *heat* in parts of the start's."""
        anneal(
            self.tables,
            self.state,
            self.scratch,
            moves,
            NOISE * self._price * heat,
            NOISE * self._price * heat,
        )
        self.relevel(NOISE * self._price * heat)

    def ruin(self, heat: float) -> None:
        """Give two to four people new weeks in turn; keep them as annealing does."""
        chosen, old = self._choose(), self.value
        before = self.state.choice[chosen], self.state.taken[chosen]
        for p in chosen:
            self._count(p, -1)
        noise = HEAT * self._price * float(self._rng.random())
        for p in chosen:
            self._insert(p, noise)
        if self.value > old + HEAT * self._price * heat * self._rng.exponential():
            for p in chosen:
                self._count(p, -1)
            self.state.choice[chosen], self.state.taken[chosen] = before
            for p in chosen:
                self._count(p, 1)

    def _choose(self) -> list[int]:
        """Choose people of one component, most of them able to work at a dear step."""
        p = int(self._rng.integers(len(self.component)))
        k = int(self.component[p])
        first, last = self.compiled.cover_need.window
        one, two = self._rng.integers(first, last, size=2).tolist()
        cost = self.state.heads.cost[max(k, 0)]
        t = one if cost[one] >= cost[two] else two
        drawn = self._rng.integers(len(self.component), size=DRAWN)
        able = self._reach[self.crowd.type_of[drawn], t]
        near = drawn[able & (self.component[drawn] == k) & (drawn != p)]
        others = dict.fromkeys(near.tolist())
        number = int(self._rng.integers(1, MOST_RUINED))
        return [p, *list(others)[:number]]

    def chunk(self, heat: float, seconds: float = CHUNK_S) -> None:
        """Move shifts for half of *seconds*, weeks for the other half; level."""
        start = time.perf_counter()
        moves = max(100, int(self._rate * seconds / 2))
        self.run(moves, heat)
        middle = time.perf_counter()
        self._rate = moves / max(1e-4, middle - start)
        while time.perf_counter() - middle < seconds / 2:
            self.ruin(heat)
        self.relevel(HEAT * self._price * heat)

    def cheapest(self, y: int) -> int | None:
        """Return the least own cost of a legal week of type *y*, if there is one."""
        worth = self._worth
        for part in (worth.gain, worth.present, worth.seated):
            part.fill(0.0)
        price_options(self.weeks, self.compiled.costs, worth, y)
        best = best_week(self.weeks, self._memories[y], y, worth.value, self._flat)
        return round(-best) if best > 0.5 * NEVER else None

    def draw(
        self,
        parts: Parts,
        memory: Sequence[tuple[IntArray, IntArray]],
        stop: Callable[[], bool],
    ) -> None:
        """Give everybody one of the weeks remembered, then best answers."""
        part = self._part_of(parts)
        which = self._rng.integers(len(memory), size=len(part))
        for p, (row, n) in enumerate(zip(part.tolist(), which.tolist(), strict=True)):
            self.state.choice[p] = memory[n][0][row]
            self.state.taken[p] = memory[n][1][row]
        self.recount()
        self.level()
        for _ in range(SWEEPS):
            self.sweep(stop)
            self.level()

    def weeks_at_hand(self) -> tuple[IntArray, IntArray]:
        """Return copies of choices and breaks."""
        return self.state.choice.copy(), self.state.taken.copy()

    def go_to(self, choice: IntArray, taken: IntArray) -> None:
        """Make these weeks the roster at hand."""
        self.state.choice[:], self.state.taken[:] = choice, taken
        self.recount()
        self.level()

    def value_by_component(self) -> FloatArray:
        """Return what each component of queues costs, its people's weeks included."""
        cost = self.state.heads.cost.sum(axis=1)
        total = np.append(cost, 0.0)
        for p, k in enumerate(self.component.tolist()):
            before = self.state.cost[1]
            self._count(p, -1)
            total[k] += before - self.state.cost[1]
            self._count(p, 1)
        return total

    def _part_of(self, parts: Parts) -> IntArray:
        """Return ``[p]`` the part of each person."""
        found = np.zeros(len(self.crowd.type_of), dtype=np.int64)
        owner = np.repeat(np.arange(len(parts.types)), parts.people)
        found[np.argsort(self.crowd.type_of, kind="stable")] = owner
        return found


def _options_of(weeks: WeekTables) -> list[slice]:
    """Return the range of options of each type."""
    days = weeks.agents[:, FIRST_DAY]
    edges = weeks.starts[weeks.days[days, FIRST_START], FIRST_OPTION].tolist()
    return [slice(low, high) for low, high in pairwise(edges)]


def roster_of(
    crowd: Crowd, instance: RosterInstance, choice: IntArray, taken: IntArray
) -> Roster:
    """Return the roster of everybody's options and break starts."""
    compiled, shifts = crowd.compiled, []
    first_day = compiled.weeks.agents[:, FIRST_DAY].tolist()
    firsts = [first_option(compiled, row) for row in range(len(compiled.days))]
    for p, agent in enumerate(instance.agents):
        row = first_day[crowd.type_of[p]]
        for d in np.flatnonzero(choice[p] >= 0).tolist():
            item = compiled.days[row + d]
            chosen = item.options[choice[p, d] - firsts[row + d]]
            starts = taken[p, d, : len(chosen.breaks)].tolist()
            built = build_shift(agent.agent_id, item.day.date_local, chosen, starts)
            shifts.append(_given(item.locked, built))
    return Roster(shifts=tuple(shifts))


def _given(locked: Shift | None, built: Shift) -> Shift:
    return built if locked is None else locked
