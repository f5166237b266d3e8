"""Local search by best-response weeks: greedy start, sweeps, ruin and recreate."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from solver.core.choices import choices_of, roster_of
from solver.core.compile import Compiled
from solver.core.moves import (
    HANDS,
    Search,
    anneal,
    insert,
    keep_best,
    level_all,
    new_search,
    objective,
    restore_profile,
    sweep,
)
from solver.core.plan_back import best_week
from solver.core.presence import (
    AGENTS,
    COVER,
    ROWS,
    Incumbent,
    Tables,
    count_agent,
    new_incumbent,
    reach_of,
    settle_all,
)
from solver.core.slots import HEAD, hard_missing
from solver.core.week import NEVER, price_options
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import Roster

MOVES_PER_ROUND = 64
SWEEPS = 4
START_HEAT, END_HEAT, NOISE = 0.2, 0.02, 1.0
"""Temperatures and noise, in prices of one missing agent-step of the first piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """What a roster breaks of the rules that bind several agents.

    *guaranteed_steps* counts missing whole agents of guarantees over steps, *heads*
    people above or below rows on heads, *hand_overs* failed hand-overs.
    """

    guaranteed_steps: int
    heads: int
    hand_overs: int

    @property
    def total(self) -> int:
        """All breaches together; 0 for a roster that keeps every rule."""
        return self.guaranteed_steps + self.heads + self.hand_overs


def tables_of(compiled: Compiled) -> Tables:
    """Return what the kernels read."""
    num_a, num_t = compiled.costs.paid.shape
    return Tables(
        weeks=compiled.weeks,
        limits=compiled.limits,
        cover=compiled.cover,
        backlog=compiled.backlog,
        costs=compiled.costs,
        rows=compiled.rows,
        hands=compiled.hands,
        reach=reach_of(compiled.weeks, num_a, num_t),
    )


class LocalSearch:
    """The best roster found so far, and how to find a better one.

    Every roster it holds keeps all rules of single agents; guarantees, rows on heads
    and hand-overs are priced, and :attr:`breaches` counts what is left of them.

    Parameters
    ----------
    compiled
        The problem.
    seed
        Equal seeds and rounds give equal rosters.
    """

    def __init__(self, compiled: Compiled, seed: int = 1) -> None:
        self.compiled = compiled
        self.tables: Tables = tables_of(compiled)
        self.now: Incumbent = new_incumbent(self.tables)
        self._search: Search = new_search(self.tables, self.now, seed)
        self._order = np.random.default_rng(seed)
        self._swept = False
        prices = compiled.need.piece_prices
        self._step_price = max(1.0, float(prices[0])) * HEAD

    def infeasible_agents(self) -> tuple[str, ...]:
        """Return the agents for whom no legal plan exists."""
        return tuple(
            agent_id
            for a, agent_id in enumerate(self.compiled.agent_ids)
            if self.cheapest_week(a) is None
        )

    def cheapest_week(self, a: int) -> int | None:
        """Return the least own cost of a legal plan of agent row *a*, if there is one.

        That is its wages and other step prices, whatever is needed of it.
        """
        memory, nothing = self.now.memory, np.zeros_like(self.now.gain)
        price_options(
            self.tables.weeks,
            self.tables.costs,
            a,
            nothing,
            nothing,
            memory.totals,
            memory.window_value,
            memory.window_at,
            memory.value,
        )
        worth = best_week(self.tables.weeks, self.tables.limits, a, memory)
        return None if worth < 0.5 * NEVER else round(-worth)

    def construct(self) -> int:
        """Make the first roster greedily and return its objective.

        One agent after the other, in a seeded order, gets the week that is best
        against those before.
        """
        order = self._order.permutation(len(self.compiled.agent_ids))
        level_all(self.tables, self.now, self._search)
        for a in order.tolist():
            insert(self.tables, self.now, self._search, a, 0.0)
        level_all(self.tables, self.now, self._search)
        settle_all(self.tables, self.now)
        value = objective(self.tables, self.now)
        keep_best(self.now, self._search, value)
        return self.objective

    def improve(
        self,
        *,
        seconds: float | None = None,
        rounds: int | None = None,
        stop: Callable[[], bool] | None = None,
        heat: float = 1.0,
    ) -> int:
        """Search until *seconds* or *rounds* are over or *stop* says so.

        The first call starts with sweeps of best response. The temperature falls over
        the call; *heat* scales it. With rounds alone the result depends on nothing but
        the seed. Returns the best objective.
        """
        start, done = perf_counter(), 0
        if not self._swept:
            self._sweep(stop)
        self._load(self._search.best_option, self._search.best_break)
        while not (stop is not None and stop()):
            share = _share(perf_counter() - start, seconds, done, rounds)
            if share >= 1.0:
                break
            level = START_HEAT * (END_HEAT / START_HEAT) ** share
            unit = heat * self._step_price
            anneal(
                self.tables,
                self.now,
                self._search,
                MOVES_PER_ROUND,
                level * unit,
                NOISE * unit,
            )
            done += 1
        self._load(self._search.best_option, self._search.best_break)
        return self.objective

    def _sweep(self, stop: Callable[[], bool] | None) -> None:
        for _ in range(SWEEPS):
            before = self._search.best[0]
            order = self._order.permutation(len(self.compiled.agent_ids))
            sweep(self.tables, self.now, self._search, order)
            if self._search.best[0] >= before or (stop is not None and stop()):
                break
        self._swept = True

    def load(self, roster: Roster) -> int:
        """Go on from *roster*, which becomes the best; return its objective.

        Raises
        ------
        ModelError
            If a shift is none that the search may give.
        """
        option, break_at = choices_of(self.compiled, roster)
        self._load(option, break_at)
        level_all(self.tables, self.now, self._search)
        self._search.best[0] = np.inf
        value = objective(self.tables, self.now)
        keep_best(self.now, self._search, value)
        return self.objective

    def _load(self, option: IntArray, break_at: IntArray) -> None:
        """Make the choices the incumbent, with the best profile known."""
        for a in range(len(self.compiled.agent_ids)):
            count_agent(self.tables, self.now, a, -1)
        self.now.option[:] = option
        self.now.break_at[:] = break_at
        for a in range(len(self.compiled.agent_ids)):
            count_agent(self.tables, self.now, a, 1)
        restore_profile(self.tables, self.now, self._search.best_profile)
        settle_all(self.tables, self.now)

    def roster(self) -> Roster:
        """Return the best roster found."""
        search = self._search
        return roster_of(self.compiled, search.best_option, search.best_break)

    @property
    def penalised(self) -> int:
        """Value of the best roster, breaches at their price."""
        return round(objective(self.tables, self.now)) + self.compiled.constant

    @property
    def objective(self) -> int:
        """Objective of the best roster; deferred work as levelled, so never too low."""
        total, breaches = self.now.total, self.breaches
        hard = self.compiled.rows.price[0] * breaches.guaranteed_steps
        return round(total[COVER] + total[AGENTS] - hard) + self.compiled.constant

    @property
    def breaches(self) -> Breaches:
        """What the best roster still breaks."""
        objective(self.tables, self.now)
        cover = self.tables.cover
        first, last = cover.window.tolist()
        missing = sum(
            hard_missing(cover, self.now.cover, k, t)
            for k in range(self.now.cover.cost.shape[0])
            for t in range(first, last)
        )
        return Breaches(
            guaranteed_steps=round(missing / HEAD),
            heads=round(self.now.total[ROWS]),
            hand_overs=round(self.now.total[HANDS]),
        )

    @property
    def profile(self) -> FloatArray:
        """``[q, t]`` agents to work on deferred queues, as levelled; 0 for others."""
        profile = np.zeros(self.compiled.need.live.shape)
        for b, q in enumerate(self.compiled.backlog_queues):
            profile[q] = self._search.best_profile[b] / HEAD
        return profile


def _share(
    elapsed_s: float, seconds: float | None, done: int, rounds: int | None
) -> float:
    """Return which part of the call is over."""
    by_time = 0.0 if seconds is None else elapsed_s / max(seconds, 1e-9)
    by_rounds = 0.0 if rounds is None else done / max(rounds, 1)
    if seconds is None and rounds is None:
        msg = "say how long to search: seconds or rounds"
        raise ValueError(msg)
    return max(by_time, by_rounds)
