"""Running a model: replications on common random numbers."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.simulation.model import Headcounts, SimulationModel, Staffing
from wfm.simulation.result import SimulationResult
from wfm.simulation.tables import Tables, compile_tables

if TYPE_CHECKING:
    from wfm.simulation.staff_events import Changes
    from wfm.simulation.state import State

_FEWEST_SLOTS = 1 << 10
_MOST_SLOTS = 1 << 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """A model made ready to be run under many staffings.

    Every call of :meth:`run` sees the same arrivals, handle times and patiences, so
    that differences between staffings are due to the staffing.

    Attributes
    ----------
    replications
        Independent runs of the model's whole time.
    seed
        Of all random numbers; same seed, same bits.
    """

    model: SimulationModel
    replications: int
    seed: int = 1
    _tables: Tables = field(init=False, repr=False)
    _busyness: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.replications < 1 or not 0 <= self.seed < 2**63:
            msg = f"{self.replications} replications with seed {self.seed}"
            raise ValueError(msg)
        object.__setattr__(self, "_tables", compile_tables(self.model))
        drawn = busyness(self.model, self.replications, self.seed)
        object.__setattr__(self, "_busyness", drawn)

    def run(self, staffing: Staffing) -> SimulationResult:
        """Return what happens under *staffing*.

        Raises
        ------
        ValueError
            If the staffing does not fit the model.
        MemoryError
            If more contacts pile up than can be held.
        """
        from wfm.simulation.staff_events import changes_of
        from wfm.simulation.state import COUNTS, GROUP_TIMES

        changes = changes_of(self.model, staffing)
        state = self._run(changes, int(isinstance(staffing, Headcounts)))
        num_bins = self._tables.num_bins
        return SimulationResult(
            model=self.model,
            counts=state.counts.reshape(
                self.replications, len(self.model.queues), num_bins, COUNTS
            ),
            group_times=state.group_times.reshape(
                self.replications, len(self.model.group_ids), num_bins, GROUP_TIMES
            ),
        )

    def _run(self, changes: "Changes", by_heads: int) -> "State":
        """Run all replications; one that finds no room is run again with more."""
        from wfm.simulation.engine import run
        from wfm.simulation.state import new_state

        m, last = self._tables, self.replications
        slots = max(_FEWEST_SLOTS, 2 * len(m.backlog))
        state = new_state(m, changes, self._busyness, slots)
        done = run(m, changes, state, by_heads, self.seed, 0, last)
        while done < last:
            slots *= 4
            if slots > _MOST_SLOTS:
                msg = f"more than {_MOST_SLOTS} contacts in the system at once"
                raise MemoryError(msg)
            counts, times = state.counts, state.group_times
            counts.reshape(last, -1)[done] = 0.0
            times.reshape(last, -1)[done] = 0.0
            state = new_state(m, changes, self._busyness, slots)
            state = state._replace(counts=counts, group_times=times)
            done = run(m, changes, state, by_heads, self.seed, done, last)
        return state


def simulate(
    model: SimulationModel, staffing: Staffing, *, replications: int, seed: int = 1
) -> SimulationResult:
    """Return what happens in *model* under *staffing*, over independent replications.

    Parameters
    ----------
    seed
        Same seed, same bits; variants with one seed share their random numbers.
    """
    return Simulator(model=model, replications=replications, seed=seed).run(staffing)


def busyness(model: SimulationModel, replications: int, seed: int) -> FloatArray:
    """Return the gamma factors on arrivals, ``[r, q, d]``, of mean 1.

    Common busyness takes the same quantile of each queue's own distribution.
    """
    from scipy.special import gammaincinv

    days = 1 if model.busyness_day is None else int(np.max(model.busyness_day)) + 1
    factors = np.ones((replications, len(model.queues), days))
    for q, queue in enumerate(model.queues):
        if queue.busyness_cv <= 0.0:
            continue
        stream = 0 if model.common_busyness else 1 + q
        level = np.random.default_rng([seed, stream]).random((replications, days))
        shape = queue.busyness_cv**-2
        factors[:, q] = gammaincinv(shape, level) / shape
    return factors
