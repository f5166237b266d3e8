"""The roster that the search holds: shifts, counts, costs, kept up to date by moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from solver.core.choices import most_breaks
from solver.core.compile import Compiled
from solver.core.handover import count_breaches, find_worth
from solver.core.levelling import find_profile, new_levels, use_profile
from solver.core.plan_back import best_week
from solver.core.presence import (
    add_row_worth,
    count_rows,
    count_spans,
    find_spans,
    own_cost,
    take_breaks,
)
from solver.core.pricing import new_worth, price_options
from solver.core.slots import (
    HEAD,
    change_heads,
    find_gains,
    hard_missing,
    new_cover,
    settle,
)
from solver.core.tables import (
    BACKLOG_COMPONENT,
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
    IS_HOME,
    OPTION_END,
    OPTION_START,
    ROW_END,
    ROW_HIGH,
    ROW_LOW,
    ROW_START,
    RowTables,
    WeekTables,
)
from solver.core.week import NEVER, memories
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

NEEDED_NOWHERE = -1
"""The component of people whom no queue needs."""


@dataclass(slots=True, kw_only=True)
class Totals:
    """Parts of the objective: cover and agents' own costs, and what is broken.

    Heads off rows, hand-overs that fail, dates on which companions differ.
    """

    cover: float = 0.0
    agents: float = 0.0
    off_rows: int = 0
    hand_overs: int = 0
    differing: int = 0

    def value(self, breach_price: float) -> float:
        """Return the value that the search minimises."""
        breaches = self.off_rows + self.hand_overs + self.differing
        return self.cover + self.agents + breaches * breach_price

    def copy(self) -> "Totals":
        """Return a copy."""
        return Totals(
            cover=self.cover,
            agents=self.agents,
            off_rows=self.off_rows,
            hand_overs=self.hand_overs,
            differing=self.differing,
        )


class Incumbent:
    """The shifts of everybody and all counts that follow from them.

    ``choice[day]`` is the option of an agent-day, -1 for a day off; ``taken[day, i]``
    starts its i-th break.
    """

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.weeks, self.window = compiled.weeks, compiled.cover_need.window
        num_a, num_t = compiled.costs.paid.shape
        num_d = len(compiled.days)
        self.choice: IntArray = np.full(num_d, -1, dtype=np.int64)
        self.taken: IntArray = np.full(
            (num_d, most_breaks(compiled)), -1, dtype=np.int64
        )
        self.cover = new_cover(compiled.cover, compiled.cover_need)
        self.levels = new_levels(compiled.backlog, num_t)
        self.row_count = compiled.rows.fixed.copy()
        self.shift_count = compiled.hands.fixed_shift.copy()
        self.work_count = compiled.hands.fixed_work.copy()
        self.hand_worth = np.zeros(self.work_count.shape)
        self.totals = Totals(off_rows=_off_rows(compiled.rows))
        self.counted: BoolArray = np.ones(num_a, dtype=bool)
        self.reach = reach_of(self.weeks, num_a, num_t)
        self._memories = memories(self.weeks)
        self._worth = new_worth(self.weeks, num_t)
        self.clock = 0
        most_days = int(np.diff(self.weeks.agents[:, FIRST_DAY]).max(initial=1))
        breaks = self.taken.shape[1]
        self._shifts = np.zeros((most_days, 2), dtype=np.int64)
        self._works = np.zeros((most_days * (breaks + 1), 2), dtype=np.int64)
        self._profile = np.zeros(num_t)
        days = self.weeks.agents[:, FIRST_DAY]
        self._days = _slices(days)
        self._options = _slices(
            self.weeks.starts[self.weeks.days[days, FIRST_START], FIRST_OPTION]
        )
        self._groups = compiled.cover_need.group_of_agent.tolist()
        self._components = compiled.cover.component_of_group.tolist()

    def days(self, a: int) -> slice:
        """Return the rows of agent *a*'s days."""
        return self._days[a]

    def component_of(self, a: int) -> int:
        """Return the component of agent *a*, -1 if no queue needs the agent."""
        return int(self._components[self._groups[a]])

    def stamp(self) -> int:
        """Return a stamp that is newer than all before."""
        self.clock += 1
        return self.clock

    def count(self, a: int, sign: int) -> None:
        """Count agent *a* in (1) or out (-1) of everything."""
        companions = self.compiled.companions
        if a in companions.shared:
            self.counted[a] = sign > 0
            differing = companions.differing(a, self.choice, self.counted)
            self.totals.differing += sign * differing
        found = find_spans(
            self.weeks, a, self.choice, self.taken, self._shifts, self._works
        )
        shifts, works = self._shifts[: found[0]], self._works[: found[1]]
        self.totals.agents += sign * own_cost(
            self.weeks, self.compiled.costs, a, self.choice, self.taken, shifts, works
        )
        self.totals.cover += self._count_heads(a, works, sign)
        rows, hands = self.compiled.rows, self.compiled.hands
        if len(rows.rows):
            sites = self._on_site(a, shifts)
            self.totals.off_rows += count_rows(
                rows, self.row_count, a, shifts, works, sites, sign
            )
        regions = hands.agent_region[hands.of_agent[a] : hands.of_agent[a + 1]]
        if len(regions):
            count_spans(self.shift_count, regions, shifts, sign)
            count_spans(self.work_count, regions, works, sign)

    def differs(self, a: int) -> bool:
        """Return whether agent *a*'s week differs from one of a companion."""
        return self.compiled.companions.differing(a, self.choice, self.counted) > 0

    def _on_site(self, a: int, shifts: IntArray) -> IntArray:
        """Return those of the agent's *shifts* that are worked on site."""
        chosen = self.choice[self.days(a)]
        home = self.weeks.options[chosen[chosen >= 0], IS_HOME]
        return shifts[home == 0] if home.any() else shifts

    def _count_heads(self, a: int, works: IntArray, sign: int) -> float:
        g = self._groups[a]
        if self._components[g] < 0:
            inside = works.clip(*self.window)
            steps = float((inside[:, 1] - inside[:, 0]).sum())
            return sign * steps * HEAD * self.compiled.cover_need.idle_price
        return float(
            change_heads(
                self.compiled.cover,
                self.cover,
                self.window,
                g,
                works,
                sign,
                self.stamp(),
            )
        )

    def recount_cover(self) -> None:
        """Count what the heads cost from anew, after others have changed them."""
        self.cover.dirty.fill(1)
        self.cover.stamp.fill(self.stamp())
        self.settle()

    def settle(self) -> None:
        """Bring the cost of cover up to date."""
        idle = self.compiled.cover_need.idle_price
        change = settle(self.compiled.cover, self.cover, idle, self.window)
        self.totals.cover += float(change)

    def insert(
        self,
        a: int,
        noise: FloatArray | None = None,
        pull: FloatArray | None = None,
    ) -> bool:
        """Give agent *a*, who is counted out, the best week; False if none is legal.

        *noise* is added to what the options are worth, *pull* ``[t]`` to what work is.
        """
        self.settle()
        for b in self.compiled.companions.following(a, self.counted):
            self._find_worth(b)
            price_options(self.weeks, self.compiled.costs, self._worth, b)
        self._find_worth(a)
        if pull is not None:
            self._worth.gain[:] += pull
        legal = self._choose(a, noise)
        take_breaks(self.weeks, a, self.choice, self._worth.break_at, self.taken)
        self.count(a, 1)
        return legal

    def _find_worth(self, a: int) -> None:
        compiled, worth = self.compiled, self._worth
        find_gains(
            compiled.cover,
            self.cover,
            compiled.cover_need.idle_price,
            self.window,
            self._groups[a],
            self.reach[a],
            worth.gain,
        )
        worth.present.fill(0.0)
        worth.seated.fill(0.0)
        if len(compiled.rows.rows):
            add_row_worth(
                compiled.rows,
                self.row_count,
                a,
                compiled.breach_price,
                worth.gain,
                worth.present,
                worth.seated,
            )
        hands = compiled.hands
        if self.totals.hand_overs:
            for i in range(hands.of_agent[a], hands.of_agent[a + 1]):
                worth.gain[:] += self.hand_worth[hands.agent_region[i]]

    def _choose(self, a: int, noise: FloatArray | None) -> bool:
        worth = self._worth
        price_options(self.weeks, self.compiled.costs, worth, a)
        self.compiled.companions.add_worth(
            a, self.choice, self.counted, worth.value, self.compiled.breach_price
        )
        if noise is not None:
            options = self.options(a)
            worth.value[options] += noise[: options.stop - options.start]
        best = best_week(self.weeks, self._memories[a], a, worth.value, self.choice)
        return best > 0.5 * NEVER

    def worth_of(self, a: int) -> FloatArray:
        """Return ``[t]`` what work of agent *a*, who is counted out, is worth."""
        self.settle()
        self._find_worth(a)
        return self._worth.gain.copy()

    def works_of(self, a: int) -> IntArray:
        """Return the spans ``[n, 2]`` in which agent *a* is at work."""
        found = find_spans(
            self.weeks, a, self.choice, self.taken, self._shifts, self._works
        )
        return self._works[: found[1]].copy()

    def options(self, a: int) -> slice:
        """Return the rows of agent *a*'s options."""
        return self._options[a]

    def cheapest_week(self, a: int) -> float | None:
        """Return the least own cost of a legal plan of agent *a*, None if none is."""
        self._worth.gain.fill(0.0)
        self._worth.present.fill(0.0)
        self._worth.seated.fill(0.0)
        price_options(self.weeks, self.compiled.costs, self._worth, a)
        choice = self.choice.copy()
        worth = best_week(self.weeks, self._memories[a], a, self._worth.value, choice)
        return -worth if worth > 0.5 * NEVER else None

    def level(self, b: int, *, shift: int) -> None:
        """Level the work of backlog *b* anew."""
        find_profile(
            self.compiled.cover,
            self.compiled.backlog,
            self.cover,
            self.levels,
            self.window,
            b,
            shift,
            self._profile,
        )
        self.use_profile(b, self._profile)

    def use_profile(self, b: int, profile: FloatArray) -> None:
        """Make *profile* ``[t]`` that of backlog *b*."""
        backlog = self.compiled.backlog
        use_profile(backlog, self.cover, self.levels, b, profile, self.stamp())
        self.settle()

    def value(self) -> float:
        """Return the value of the roster, breaches at their price."""
        self.settle()
        hands = self.compiled.hands
        if len(hands.overlap):
            self.totals.hand_overs = int(
                count_breaches(hands, self.shift_count, self.work_count)
            )
        return self.totals.value(self.compiled.breach_price)

    def mark_hand_overs(self) -> None:
        """Find what work is worth to mend the hand-overs that fail."""
        if len(self.compiled.hands.overlap):
            find_worth(
                self.compiled.hands,
                self.shift_count,
                self.work_count,
                self.hand_worth,
                self.compiled.breach_price,
            )

    def missing_guaranteed(self) -> int:
        """Return how many whole agents guarantees miss, summed over steps."""
        missing = hard_missing(self.compiled.cover, self.cover, self.window)
        return round(float(missing) / HEAD)

    def backlogs_of(self, k: int) -> list[int]:
        """Return the backlogs of component *k*."""
        rows = self.compiled.backlog.rows
        return np.flatnonzero(rows[:, BACKLOG_COMPONENT] == k).tolist()


def _slices(edges: IntArray) -> list[slice]:
    """Return the slices between neighbouring *edges*."""
    return [slice(low, high) for low, high in pairwise(edges.tolist())]


def reach_of(weeks: WeekTables, num_agents: int, num_steps: int) -> BoolArray:
    """Return ``[a, t]`` whether a shift of the agent can cover the step."""
    edges = np.zeros((num_agents, num_steps + 1), dtype=np.int64)
    days = weeks.agents[:, FIRST_DAY]
    options = weeks.starts[weeks.days[days, FIRST_START], FIRST_OPTION]
    for a in range(num_agents):
        own = weeks.options[options[a] : options[a + 1]]
        np.add.at(edges[a], own[:, OPTION_START], 1)
        np.add.at(edges[a], own[:, OPTION_END], -1)
    return np.asarray(edges.cumsum(axis=1)[:, :-1] > 0)


def _off_rows(tables: RowTables) -> int:
    """Return how far the carry-over alone is off the rows on heads."""
    off = 0
    for r, row in enumerate(tables.rows):
        count = tables.fixed[r, row[ROW_START] : row[ROW_END]]
        off += int(np.maximum(row[ROW_LOW] - count, 0).sum())
        off += int(np.maximum(count - row[ROW_HIGH], 0).sum())
    return off


class Undo:
    """What moving *chosen* may change, to take it back."""

    def __init__(self, now: Incumbent, chosen: Sequence[int]) -> None:
        own = {now.component_of(a) for a in chosen}
        self.components = sorted(own - {NEEDED_NOWHERE})
        self.totals = now.totals.copy()
        self.cost = now.cover.cost[self.components]
        self.stamp = now.cover.stamp[self.components]
        self.plans = [
            (a, now.choice[now.days(a)].copy(), now.taken[now.days(a)].copy())
            for a in chosen
        ]

    def restore(self, now: Incumbent) -> None:
        """Take the move back; costs and stamps become what they were."""
        for a, choice, taken in self.plans:
            now.count(a, -1)
            days = now.days(a)
            now.choice[days], now.taken[days] = choice, taken
            now.count(a, 1)
        now.cover.cost[self.components] = self.cost
        now.cover.stamp[self.components] = self.stamp
        now.cover.dirty[self.components] = 0
        now.totals = self.totals
