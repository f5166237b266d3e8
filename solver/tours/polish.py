"""The local search on whole tours: exact answers of single tours, annealed."""

import time
from dataclasses import dataclass

import numpy as np

from solver.tours.heads import recount
from solver.tours.instance import TourInstance
from solver.tours.moves import fill, improve, seat
from solver.tours.tables import (
    TourState,
    TourTables,
    copy_of,
    empty_state,
    new_scratch,
    tour_tables,
)

HEAT, NOISE = 0.15, 0.3
"""Of the annealing at its start and of worths, in prices of a missing agent-step."""
COOL_TOURS = 300
"""Plans of more tours start cooler in proportion: each tour is tried less often."""
COLD_FROM = 0.95
"""Part of the time from which on nothing worse is kept."""
CHUNK_S = 0.25
SHIFTS = 200
"""Moves of single shifts for each of whole tours."""


def heat_at(share: float) -> float:
    """Return the heat when *share* of the annealing's time is over."""
    return (1.0 - share / COLD_FROM) ** 2 if share < COLD_FROM else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Whole tours and what they cost; *faults* counts heads below floors and seats."""

    state: TourState
    cost: float
    faults: int

    @property
    def key(self) -> tuple[int, float]:
        """What a better one has less of."""
        return self.faults, self.cost


class Polish:
    """Improves whole tours until told to stop; equal seeds and rounds, equal tours.

    *tables* of the instance may be shared.
    """

    def __init__(
        self, instance: TourInstance, seed: int, tables: TourTables | None = None
    ) -> None:
        self.instance = instance
        self.tables = tour_tables(instance) if tables is None else tables
        self._scratch = new_scratch(self.tables)
        self._random = np.random.default_rng(seed).integers(
            1, 2**31 - 1, size=1, dtype=np.int64
        )
        self._price = float(instance.short_steps[0][1])
        self._state = empty_state(self.tables, 0)
        self._rate = 200.0
        self.rounds = 0

    def load(self, state: TourState) -> None:
        """Go on from *state*, made to keep the seats."""
        self._state = state
        recount(self.tables, state)
        if len(state.place):
            seat(self.tables, state, self._scratch, self._random)

    def greedy(self, rows: int) -> None:
        """Start from nothing: one tour after the other, each worth most."""
        self.load(empty_state(self.tables, rows))
        self.fill()

    def fill(self) -> None:
        """Add tours while any is worth more than it costs."""
        fill(self.tables, self._state, self._scratch, self._random)

    def run(self, rounds: int, heat: float) -> None:
        """Ruin and recreate *rounds* times; *heat* in parts of its start."""
        if not len(self._state.place):
            return
        improve(
            self.tables,
            self._state,
            self._scratch,
            self._random,
            rounds,
            SHIFTS,
            NOISE * self._price * (0.5 + 0.5 * heat),
            HEAT * self._price * heat * min(1.0, COOL_TOURS / len(self._state.place)),
        )
        self.rounds += rounds

    def chunk(self, heat: float) -> None:
        """Run for about :data:`CHUNK_S`."""
        start = time.perf_counter()
        rounds = max(1, int(self._rate * CHUNK_S))
        self.run(rounds, heat)
        self._rate = rounds / max(1e-4, time.perf_counter() - start)

    def snapshot(self) -> Snapshot:
        """Return a copy of the tours as they are, added up anew."""
        recount(self.tables, self._state)
        state = copy_of(self._state)
        below = np.maximum(0, self.tables.floor - state.cover).sum()
        above = np.maximum(0, state.present - self.tables.seats[:, None]).sum()
        return Snapshot(
            state=state, cost=float(state.cost[0]), faults=int(below + above)
        )

    @property
    def cost(self) -> float:
        """What the tours cost as they are."""
        return float(self._state.cost[0])
