"""The conversation chain against its own balance equations and published figures."""

import math

import numpy as np
import pytest
from support.staffing_cases import a_demand, a_queue

from wfm.domain.demand import ChatConcurrency
from wfm.staffing.channel import CHANNELS, LiveChannel
from wfm.staffing.concurrency import ConcurrentServers, below_full

RISING = ChatConcurrency(max_chats=3, aht_factor=(1.0, 7 / 6, 8.5 / 6))
SLOWING = ChatConcurrency(max_chats=3, aht_factor=(1.0, 3.0, 7.0))


def chain(load, agents, concurrency, patience):
    """Solve a long finite chain state by state; times in lone handle times."""
    rates = []
    for x in range(1, 900):
        served = min(x, agents * concurrency.max_chats)
        each, more = divmod(served, agents)
        held = [each + 1] * more + [each] * (agents - more)
        pace = sum(j / concurrency.aht_factor[j - 1] for j in held if j)
        rates.append(pace + (x - served) / patience)
    weight = [0.0]
    for rate in rates:
        weight.append(weight[-1] + math.log(load / rate))
    top = max(weight)
    p = np.exp(np.array(weight) - top)
    return p / p.sum()


@pytest.mark.parametrize("concurrency", [RISING, SLOWING])
@pytest.mark.parametrize("patience", [0.2, 3.0])
@pytest.mark.parametrize(
    ("load", "agents"), [(0.3, 1), (9.0, 5), (40.0, 12), (90.0, 44)]
)
def test_figures_equal_those_of_the_balance_equations(
    concurrency, patience, load, agents
):
    servers = ConcurrentServers(
        load=np.array([load]),
        aht_s=np.array([100.0]),
        within_s=20.0,
        concurrency=concurrency,
        patience_s=patience * 100.0,
    )
    found, places = servers.performance(np.array([float(agents)]), np.array([0]))
    p = chain(load, agents, concurrency, patience)
    full = agents * concurrency.max_chats
    waiting = np.maximum(np.arange(len(p)) - full, 0)
    busy = np.minimum(np.arange(len(p)), full)
    assert found.p_wait[0] == pytest.approx(p[full:].sum(), rel=1e-9)
    assert found.abandonment_fraction[0] == pytest.approx(
        (p * waiting).sum() / patience / load, rel=1e-9, abs=1e-14
    )
    assert found.mean_wait_s[0] == pytest.approx(
        100.0 * (p * waiting).sum() / load, rel=1e-9, abs=1e-11
    )
    assert places[0] == pytest.approx((p * busy).sum() / full, rel=1e-9)


def test_thousands_of_places_and_hardly_any_load_are_numbers_too():
    weight, mean = below_full(
        np.array([1e-12, 5e4, 0.0, 3.0]), np.array([900.0, 3e4, 4.0, 0.0]), RISING
    )
    assert np.isfinite(weight).all()
    assert weight[2:].tolist() == [0.0, 0.0]
    assert mean[0] == pytest.approx(1e-12, rel=1e-6)
    # The mean load of 5e4 Erlangs on 3e4 agents: between one and two chats each.
    assert 3e4 < mean[1] < 6e4


def test_between_whole_agents_figures_are_linear():
    servers = ConcurrentServers(
        load=np.array([9.0, 9.0, 9.0, 9.0]),
        aht_s=np.full(4, 100.0),
        within_s=20.0,
        concurrency=RISING,
        patience_s=60.0,
    )
    found, places = servers.performance(np.array([4.0, 5.0, 4.25, 0.5]), np.arange(4))
    level = found.served_in_time
    assert level[2] == pytest.approx(0.75 * level[0] + 0.25 * level[1], rel=1e-14)
    assert places[2] == pytest.approx(0.75 * places[0] + 0.25 * places[1], rel=1e-14)
    assert found.mean_wait_served_s[3] == math.inf


def test_messaging_is_the_same_chain_with_more_at_once():
    model = CHANNELS["messaging"]()
    assert isinstance(model, LiveChannel)
    many = ChatConcurrency(max_chats=6, aht_factor=(1.0, 1.1, 1.2, 1.35, 1.5, 1.7))
    queue = a_queue("m", "messaging", chat=many, patience_s=600.0)
    demand = a_demand([60.0, 0.0], 900.0)
    agents = model.requirement(queue, demand).base_agents
    level = model.service_level(queue, demand, agents)
    assert level == pytest.approx([0.8, 1.0], abs=1e-9)
    alone = CHANNELS["chat"]().requirement(a_queue("c", "chat"), demand).base_agents
    assert 0.2 * alone[0] < agents[0] < 0.6 * alone[0]
