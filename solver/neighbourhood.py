"""Neighbourhoods: the whole weeks of a few people, decided together.

The local search moves people one after the other; a neighbourhood frees the complete
weeks of a handful at once and asks a model for the best combination, everybody else
staying put. Deferred work keeps the profile of the incumbent inside the model; whether
the result is taken is decided by the exact score alone.

What they are worth, on the example of 180 people once the local search has settled:
with three to five people free, HiGHS proves the best combination in 5 to 40 s and
finds 0 to 0.016 %; CP-SAT with 8 workers and the incumbent as hint has mostly found
nothing as good as the incumbent after 20 to 30 s. Raising the bound pays more, so
neighbourhoods have what is left of a long search, and HiGHS solves them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from solver.cpsat.cover_cost import CoverCost, CoverStructure
from solver.cpsat.model import RosterModel
from solver.need import UNITS_PER_AGENT
from solver.problem import Problem, Score
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """A model of the weeks of *agents* around an incumbent."""

    agents: tuple[str, ...]
    base: Score
    model: RosterModel


class Neighbourhoods:
    """Chooses people where the cost sits and builds their models.

    Parameters
    ----------
    problem
        What is solved.
    seed
        Of the choice of people.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.structure = CoverStructure(problem)
        self._rng = np.random.default_rng(seed)
        self._members: dict[int, list[str]] = {}
        for name, component in self.structure.component_of_agent.items():
            self._members.setdefault(component, []).append(name)

    def whole(self) -> RosterModel:
        """Return the model of the whole problem, its objective exact."""
        model = RosterModel(self.problem.instance, self.problem.constraints)
        CoverCost(model, self.structure)
        return model

    def around(self, base: Score, size: int) -> Neighbourhood:
        """Return the model of *size* people whose weeks matter for a costly step."""
        agents = self.pick(base, size)
        instance = self.problem.instance
        free = {
            name: {day.date_local for day in instance.planned_days.get(name, ())}
            for name in agents
        }
        model = RosterModel(instance, self.problem.constraints, free, base.roster)
        CoverCost(model, self.structure, done_units(base))
        return Neighbourhood(agents=agents, base=base, model=model)

    def pick(self, base: Score, size: int) -> tuple[str, ...]:
        """Return *size* people of one component, half of them close to a costly step.

        Steps are drawn by what they cost; close are people with a shift within half a
        day of it.
        """
        cost = step_costs(self.problem, self.structure, base)
        weights = cost.sum(axis=1) + 1.0
        component = int(self._rng.choice(len(weights), p=weights / weights.sum()))
        members = self._members.get(component, [])
        steps = cost[component] + 1e-9
        t = int(self._rng.choice(len(steps), p=steps / steps.sum()))
        reach = 12 * 60 // self.problem.instance.step_minutes
        near = {
            shift.agent_id
            for shift in base.roster.shifts
            if shift.start_idx - reach <= t < shift.end_idx + reach
        }
        close = [name for name in members if name in near]
        first = self._draw(close, size // 2)
        rest = [name for name in members if name not in first]
        return tuple(sorted([*first, *self._draw(rest, size - len(first))]))

    def _draw(self, names: Sequence[str], count: int) -> list[str]:
        chosen = self._rng.permutation(len(names))[:count]
        return [names[i] for i in chosen.tolist()]


def transplant(base: Roster, found: Roster, agents: Collection[str]) -> Roster:
    """Return *base* with the shifts of *agents* taken from *found*."""
    kept = [shift for shift in base.shifts if shift.agent_id not in agents]
    new = [shift for shift in found.shifts if shift.agent_id in agents]
    return Roster(shifts=(*kept, *new))


def done_units(base: Score) -> IntArray:
    """Return ``[q, t]`` units of work that *base* does for each queue."""
    shares = base.served.allocation.agents.sum(axis=0) * UNITS_PER_AGENT
    return np.asarray(np.rint(shares), dtype=np.int64)


def step_costs(problem: Problem, structure: CoverStructure, base: Score) -> FloatArray:
    """Return ``[component, t]`` what missing agents and undone work cost."""
    need = problem.need
    num_k = 1 + max(structure.classes.component, default=0)
    cost = np.zeros((num_k, problem.instance.grid.num_intervals))
    left = base.served.live_missing
    priced = np.zeros(left.shape)
    for width, price in zip(need.widths, need.piece_prices, strict=True):
        taken = np.minimum(width, left)
        priced += price * taken
        left = left - taken
    for q, c in structure.class_of.items():
        cost[structure.classes.component[c]] += priced[q]
    for work, undone in zip(need.due, base.served.undone, strict=True):
        if undone and len(work.steps):
            k = structure.classes.component[structure.class_of[work.queue_row]]
            cost[k, work.steps] += need.due_price * undone / len(work.steps)
    return cost
