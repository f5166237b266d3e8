r"""The master programme: how much of each stretch, and what missing shifts are worth.

.. math:: \min \sum_p c_p x_p + \sum_r (s_r u_r + o_r v_r), \quad
    \sum_p a_{rp} x_p + u_r - v_r = w_r, \quad \sum_{p \in a} x_p = 1,

over the stretches p known so far, with prices s, o of missing and surplus shifts of a
row that wants w. Its duals price the next stretches. GLOP keeps its basis while
columns are added and bounds change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp

from solver.columns.compile import Stretches
from solver.columns.pricer import Column
from wfm.domain.arrays import FloatArray, IntArray

LONGEST_S = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """Optimum of the master: value, prices of the rows, worth of each agent, shares."""

    value: float
    prices: FloatArray
    worth: FloatArray
    share: FloatArray


class Master:
    """The master over some agents, the others' shifts being given.

    Parameters
    ----------
    stretches
        The problem.
    agents
        Rows of the agents that it decides.
    given
        ``[row]`` shifts of all other agents.
    """

    def __init__(
        self, stretches: Stretches, agents: Sequence[int], given: IntArray
    ) -> None:
        self.columns: list[Column] = []
        self.agents = tuple(agents)
        maker: Any = pywraplp.Solver
        self._solver: Any = maker.CreateSolver("GLOP")
        far = self._solver.infinity()
        wanted = (stretches.wanted - given).astype(float).tolist()
        self._rows = [self._solver.Constraint(w, w) for w in wanted]
        self._one = {a: self._solver.Constraint(1.0, 1.0) for a in agents}
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        self._variables: list[Any] = []
        self._known: set[tuple[int, bytes]] = set()
        self._fixed: set[int] = set()
        self._of_agent: dict[int, list[int]] = {a: [] for a in agents}
        for sign, price in ((1.0, stretches.short), (-1.0, stretches.over)):
            for row, cost in zip(self._rows, price.astype(float).tolist(), strict=True):
                slack = self._solver.NumVar(0.0, far, "")
                row.SetCoefficient(slack, sign)
                self._objective.SetCoefficient(slack, cost)

    def add(self, column: Column) -> bool:
        """Add a stretch; return whether it is new."""
        key = (column.agent, column.choices.tobytes())
        if key in self._known:
            return False
        self._known.add(key)
        share = self._solver.NumVar(0.0, self._solver.infinity(), "")
        self._objective.SetCoefficient(share, float(column.cost))
        self._one[column.agent].SetCoefficient(share, 1.0)
        for row in column.rows.tolist():
            self._rows[row].SetCoefficient(share, 1.0)
        self._of_agent[column.agent].append(len(self.columns))
        self.columns.append(column)
        self._variables.append(share)
        return True

    def fix(self, numbers: Iterable[int]) -> None:
        """Demand these stretches whole, and nothing else of their agents."""
        for n in set(numbers) - self._fixed:
            self._fixed.add(n)
            for other in self._of_agent[self.columns[n].agent]:
                self._variables[other].SetUb(0.0)
            self._variables[n].SetBounds(1.0, 1.0)

    def release(self) -> None:
        """Take back all :meth:`fix`."""
        far = self._solver.infinity()
        self._fixed.clear()
        for variable in self._variables:
            variable.SetBounds(0.0, far)

    def solve(self, max_time_s: float = LONGEST_S) -> Relaxed | None:
        """Return the optimum; ``None`` if the solver has failed or has no time left."""
        self._solver.SetTimeLimit(max(1, round(1000 * min(max_time_s, LONGEST_S))))
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        return Relaxed(
            value=float(self._objective.Value()),
            prices=np.array([row.dual_value() for row in self._rows]),
            worth=np.array([self._one[a].dual_value() for a in self.agents]),
            share=np.array([variable.solution_value() for variable in self._variables]),
        )
