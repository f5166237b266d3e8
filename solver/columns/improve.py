"""Neighbourhoods: the stretches of some agents, generated anew against all others'."""

from collections.abc import Callable, Sequence

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.generate import Generation
from solver.columns.incumbent import Incumbent
from solver.columns.master import Master
from solver.columns.pricer import Column
from solver.columns.restricted import best_choice

FIRST_SIZE, LEAST_SIZE = 6, 3
MIP_S = 4.0
ROUNDS = 60
PATIENCE = 8
"""Neighbourhoods in vain before they grow."""
TOLERANCE = 1e-6


class Improver:
    """Improves an incumbent, some agents at a time.

    Their column generation gives a bound: without room below the incumbent the
    neighbourhood is done with; otherwise a small MIP chooses the best combination.
    They grow while they are searched in vain and shrink where the MIP takes too long.

    Parameters
    ----------
    now
        What is improved, in place.
    seed
        Of the choice of agents.
    mip_s
        Time for one choice.
    """

    def __init__(self, now: Incumbent, seed: int, mip_s: float = MIP_S) -> None:
        self.now, self.mip_s = now, mip_s
        self.rng = np.random.default_rng(seed)
        self.num_agents = len(now.columns)
        self.size = min(FIRST_SIZE, self.num_agents)
        self.in_vain = 0
        self._able = _agents_of_rows(now.stretches)

    def improve(self, stop: Callable[[], bool]) -> list[Column]:
        """Search one neighbourhood; return the columns that were generated."""
        now, agents = self.now, self.pick()
        before = now.objective
        old = now.take(agents)
        columns, found = self._generate(agents, old, before, stop)
        for column in old:
            now.put(column.agent, column)
        for column in found:
            now.put(column.agent, column)
        if now.objective > before:
            for column in old:
                now.put(column.agent, column)
        self._adapt(is_better=now.objective < before)
        return columns

    def _adapt(self, *, is_better: bool) -> None:
        self.in_vain = 0 if is_better else self.in_vain + 1
        if self.in_vain >= PATIENCE:
            self.in_vain = 0
            self.size = min(self.size + 1, self.num_agents)

    def _generate(
        self,
        agents: Sequence[int],
        old: Sequence[Column],
        before: int,
        stop: Callable[[], bool],
    ) -> tuple[list[Column], list[Column]]:
        """Return the columns of the neighbourhood, and its best choice if it is new."""
        now = self.now
        generation = Generation(
            stretches=now.stretches,
            pricer=now.pricer,
            master=Master(now.stretches, agents, now.count),
            given=now.count.copy(),
        )
        for column in old:
            generation.master.add(column)
        others = now.objective - now.stretches.row_cost(now.count)
        enough = before - others - 1 + TOLERANCE
        generation.run(stop=stop, enough=enough, most_rounds=ROUNDS)
        columns = generation.master.columns
        if generation.bound >= enough or stop():
            return columns, []
        choice = best_choice(now.stretches, agents, now.count, columns, self.mip_s)
        if not choice.is_proven:
            self.size = max(self.size - 1, min(LEAST_SIZE, self.num_agents))
        return columns, choice.columns

    def pick(self) -> tuple[int, ...]:
        """Return the agents of a neighbourhood, half the time around a costly row."""
        order = self.rng.permutation(self.num_agents)
        cost = self.now.row_costs()
        if cost.any() and self.rng.random() < 0.5:
            row = self.rng.choice(len(cost), p=cost / cost.sum())
            able = np.isin(order, self._able[row])
            order = np.concatenate([order[able][: self.size - self.size // 3], order])
        taken = list(dict.fromkeys(order.tolist()))[: self.size]
        return tuple(sorted(taken))


def _agents_of_rows(stretches: Stretches) -> list[list[int]]:
    """Return the agents with a choice that each row counts."""
    able: list[list[int]] = [[] for _ in range(len(stretches.wanted))]
    for a, agent in enumerate(stretches.agents):
        for row in np.unique(agent.row_of).tolist():
            able[row].append(a)
    return able
