"""Deferred work follows the heads at the cost of a flow solved from nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reallocation_cases import need_of, random_case
from support.search_cases import compiled_of, random_instance, random_rules
from support.solve_cases import serves

from solver.allocation import Network, allocate, working_heads
from solver.core.choices import roster_of
from solver.fine_search import FineSearch
from solver.placement import Crew, Placement
from solver.problem import read_problem
from wfm.domain.errors import ModelError


def network_of(instance, plan) -> Network:
    groups = working_heads(instance, plan, serves(instance))
    return Network(instance, groups, need_of(instance))


def solved(instance, plan) -> Network:
    network = network_of(instance, plan)
    network.solve()
    return network


def flow_cost(network: Network) -> int:
    pairs = zip(network.costs, network.flows, strict=True)
    return sum(int((cost * flow).sum()) for cost, flow in pairs)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_work_follows_the_heads_at_least_cost(seed):
    instance, rosters = random_case(seed)
    placement = Placement(solved(instance, rosters[0]))
    need = need_of(instance)
    for plan in (*rosters[1:], rosters[0]):
        new = solved(instance, plan)
        placement.follow(new.groups.heads)
        assert placement.cost() == flow_cost(new)
        undone = placement.undone()
        served = allocate(instance, plan, serves(instance), need)
        assert undone.sum() * need.due_price <= served.cost
        units = np.array([work.units for work in need.due], dtype=np.int64)
        assert placement.done().sum() == (units - undone).sum()
        assert (undone >= 0).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_work_is_done_between_arrival_and_due_time(seed):
    instance, rosters = random_case(seed)
    placement = Placement(solved(instance, rosters[0]))
    placement.follow(network_of(instance, rosters[-1]).groups.heads)
    done = placement.done()
    may = np.zeros(done.shape, dtype=bool)
    for work in need_of(instance).due:
        may[work.queue_row, work.steps] = True
    assert not done[~may].any()


def test_a_flow_that_is_not_the_cheapest_is_refused():
    """Everybody idle, though there is work: a valid flow, but a dear one."""
    instance, rosters = random_case(4)
    network = solved(instance, rosters[0])
    network.flows = [np.zeros_like(block) for block in network.flows]
    network.flows[network.idle] = network.groups.heads * 1000
    with pytest.raises(ModelError, match="least cost"):
        Placement(network)


@pytest.mark.parametrize("seed", range(6))
def test_heads_are_read_off_choices_as_off_the_roster(seed):
    instance = random_instance(seed, num_agents=3, num_days=4)
    rules = random_rules(seed, weeks=1)
    problem, compiled = read_problem(instance, rules), compiled_of(instance, rules)
    search = FineSearch(problem, compiled, seed=seed)
    now = search.now

    def network() -> Network:
        roster = roster_of(compiled, now.choice, now.taken)
        groups = working_heads(instance, roster, problem.serves)
        return Network(instance, groups, problem.need)

    crew = Crew(compiled, network(), now.choice, now.taken)
    search.construct()
    for _ in range(3):
        search.improve(rounds=2, heat=3.0)
        expected = network().groups.heads
        assert np.array_equal(crew.heads(now.choice, now.taken), expected)
