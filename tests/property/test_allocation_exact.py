"""The allocation's cost is the optimum of a linear programme written down plainly."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from support.solve_cases import make_instance, roster, serves, with_, work

from solver.allocation import Served, allocate, working_heads
from solver.need import Need, build_need
from solver.term import TERMS
from wfm.domain.roster import Roster, RosterInstance
from wfm.domain.staffing import DeferredWork

SKILLS = ("a", "b", "c")


def need_of(instance: RosterInstance) -> Need:
    prices = [p for n in TERMS.names() for p in TERMS[n]().prices(instance)]
    return build_need(instance, prices)


class LinearProgramme:
    """The allocation as a linear programme: floors hard, everything else priced."""

    def __init__(self, instance: RosterInstance, plan: Roster, need: Need) -> None:
        self.need = need
        self.groups = working_heads(instance, plan, serves(instance))
        self.ids = [q.queue_id for q in instance.queues]
        self.late = {w.queue_id for w in instance.deferred}
        self.steps = range(instance.window_start_idx, instance.window_end_idx)
        self.costs: list[float] = []
        self.bounds: list[tuple[float, float]] = []
        self.rows: list[tuple[dict[int, float], float]] = []
        self.constant = 0.0
        self.inflow: dict[tuple[int, int], list[int]] = {}
        self.served: dict[tuple[int, int], list[int]] = {}
        for t in self.steps:
            self.share(t)
        self.work()
        for q, name in enumerate(self.ids):
            for t in self.steps:
                self.serve(q, t, live=name not in self.late)

    def column(self, cost: float, high: float) -> int:
        self.costs.append(cost)
        self.bounds.append((0, high))
        return len(self.costs) - 1

    def share(self, t: int) -> None:
        for g, queues in enumerate(self.groups.queues):
            heads = 1000 * int(self.groups.heads[g, t])
            shares = [self.column(0, heads) for _ in queues]
            for queue, var in zip(sorted(queues), shares, strict=True):
                self.inflow.setdefault((self.ids.index(queue), t), []).append(var)
            self.rows.append((dict.fromkeys(shares, 1.0), heads))

    def work(self) -> None:
        reward = self.need.due_price + self.need.idle_price
        for item in self.need.due:
            done = [self.column(-reward, item.units) for _ in item.steps]
            self.constant += self.need.due_price * item.units
            self.rows.append((dict.fromkeys(done, 1.0), item.units))
            for t, var in zip(item.steps.tolist(), done, strict=True):
                self.served.setdefault((item.queue_row, t), []).append(var)

    def serve(self, q: int, t: int, *, live: bool) -> None:
        pieces = zip(self.need.widths[:, q, t], self.need.piece_prices, strict=True)
        for width, price in pieces if live else ():
            self.constant += int(width) * price
            reward = -price - self.need.idle_price
            var = self.column(reward, int(width))
            self.served.setdefault((q, t), []).append(var)
        inflow = dict.fromkeys(self.inflow.get((q, t), []), -1.0)
        served = dict.fromkeys(self.served.get((q, t), []), 1.0)
        self.rows.append((inflow | served, 0.0))
        if self.need.floor[q, t]:
            self.rows.append((inflow, -float(self.need.floor[q, t])))

    def cost(self) -> float:
        """Return the optimum, infinite where the floors can't be held."""
        matrix = np.zeros((len(self.rows), len(self.costs)))
        for i, (row, _) in enumerate(self.rows):
            for j, value in row.items():
                matrix[i, j] = value
        high = [bound for _, bound in self.rows]
        result = linprog(self.costs, A_ub=matrix, b_ub=high, bounds=self.bounds)
        if not result.success:
            return float("inf")
        heads = int(self.groups.heads[:, list(self.steps)].sum()) * 1000
        return float(result.fun + self.constant + self.need.idle_price * heads)


@st.composite
def cases(draw: Any) -> tuple[RosterInstance, Roster]:
    agents = {
        f"p{i}": draw(st.sets(st.sampled_from(SKILLS), min_size=1, max_size=3))
        for i in range(draw(st.integers(1, 4)))
    }
    values = st.floats(0, 3).map(lambda x: round(x, 3))
    instance = make_instance(
        agents, {s: draw(st.lists(values, min_size=6, max_size=6)) for s in SKILLS},
        step_minutes=240, days=1,
    )  # fmt: skip
    shifts = []
    for name in agents:
        start = draw(st.integers(0, 5))
        end = draw(st.integers(start + 1, 6))
        shifts.append(work(name, 0, start, end))
    if draw(st.booleans()):
        num = draw(st.integers(1, 3))
        spans = [
            (s := draw(st.integers(-1, 4)), draw(st.integers(s + 1, 6)))
            for _ in range(num)
        ]
        deferred = DeferredWork(
            queue_id="c",
            arrival_idx=np.array([s for s, _ in spans]),
            due_idx=np.array([e for _, e in spans]),
            work_hours=np.array([draw(st.floats(0, 9)) for _ in spans]),
        )
        opened = instance.open_mask.copy()
        opened[2, draw(st.integers(0, 5))] = False
        instance = with_(instance, deferred=(deferred,), open_mask=opened)
    if draw(st.booleans()):
        floor = instance.guaranteed_agents.copy()
        floor[draw(st.integers(0, 2)), draw(st.integers(0, 5))] = 1
        instance = with_(instance, guaranteed_agents=floor)
    return instance, roster(*shifts)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_flow_costs_what_the_linear_programme_costs(
    case: tuple[RosterInstance, Roster],
) -> None:
    instance, plan = case
    need = need_of(instance)
    served = allocate(instance, plan, serves(instance), need)
    expected = LinearProgramme(instance, plan, need).cost()
    if np.isinf(expected):
        assert served.floor_missing.any()
    else:
        assert not served.floor_missing.any()
        assert served.cost == pytest.approx(expected, abs=2)
    check_shares(instance, plan, served)
    check_terms(instance, plan, served)


def check_shares(instance: RosterInstance, plan: Roster, served: Served) -> None:
    """Nobody is counted twice, and nobody for a queue that is beyond them."""
    groups = working_heads(instance, plan, serves(instance))
    used = served.allocation.agents.sum(axis=1)
    assert (used <= groups.heads + 1e-9).all()
    for g, queues in enumerate(groups.queues):
        for q, item in enumerate(instance.queues):
            if item.queue_id not in queues:
                assert not served.allocation.agents[g, q].any()


def check_terms(instance: RosterInstance, plan: Roster, served: Served) -> None:
    """The terms, recomputed from the allocation alone, add up to its cost."""
    total = sum(
        TERMS[name]().value(instance, plan, served.allocation)
        for name in ("understaffing", "overstaffing")
    )
    assert total == served.cost
