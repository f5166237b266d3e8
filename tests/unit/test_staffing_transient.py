"""The transient equations against closed forms and matrix exponentials."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import poisson

from wfm.staffing import erlang
from wfm.staffing.kernels.chain import reachable
from wfm.staffing.transient import (
    NOBODY,
    Line,
    TransientLoad,
    _periods,
    carried_service,
    settled,
    waits_by_arrival,
)

SIZE = 60


def a_load(arrivals, agents, *, aht_s=200.0, seconds=600.0, patience_s=np.inf):
    arrivals = np.asarray(arrivals, dtype=float)
    return TransientLoad(
        arrivals_per_s=arrivals,
        aht_s=np.full(len(arrivals), aht_s),
        agents=np.broadcast_to(np.asarray(agents, dtype=float), arrivals.shape).copy(),
        interval_s=seconds,
        patience_s=patience_s,
    )


def generator(arrival, agents, load):
    """Dense generator of the number in the system, written from its definition."""
    q = np.zeros((SIZE, SIZE))
    for x in range(SIZE):
        if x < SIZE - 1:
            q[x, x + 1] = arrival
        if x:
            q[x, x - 1] = min(x, agents) / 200.0 + max(x - agents, 0) / load.patience_s
        q[x, x] = -q[x].sum()
    return q


def taboo(agents, patience_s):
    """Generator of those ahead of one who waits; last state: served, dropped: gone."""
    q = np.zeros((SIZE + 1, SIZE + 1))
    for x in range(agents, SIZE):
        rate = agents / 200.0 + (x - agents) / patience_s
        q[x, x - 1 if x > agents else SIZE] += rate
        q[x, x] -= rate + 1.0 / patience_s
    return q


def in_time(t, at_s, load, within_s):
    """Chance [x] to be served of one who comes *at_s* into period t, by expm."""
    seconds, last = load.interval_s, len(load.agents) - 1
    now, left, carried = at_s, within_s, np.eye(SIZE + 1)
    period = t
    while left > 0:
        agents = int(load.agents[period])
        # Below the number of agents, one is served at once.
        for x in range(agents):
            carried[:, SIZE] += carried[:, x]
            carried[:, x] = 0.0
        step = left if period == last else min(left, seconds - now)
        carried = carried @ expm(taboo(agents, load.patience_s) * step)
        left, now, period = left - step, 0.0, min(period + 1, last)
    served = carried[:SIZE, SIZE]
    served[: int(load.agents[t])] = 1.0
    return served


def by_expm(load, within_s, start):
    state, levels, queues = np.zeros(SIZE), [], []
    state[: len(start)] = start
    nodes, weights = np.polynomial.legendre.leggauss(10)
    for t, (arrival, agents) in enumerate(
        zip(load.arrivals_per_s, load.agents, strict=True)
    ):
        q, level = generator(arrival, agents, load), 0.0
        edge = -within_s % load.interval_s
        for low, high in ((0.0, edge), (edge, load.interval_s)):
            for x, w in zip(nodes, weights, strict=True):
                at_s = low + (high - low) * (x + 1) / 2
                met = in_time(t, at_s, load, within_s)
                level += w / 2 * (high - low) * (state @ expm(q * at_s)) @ met
        state = state @ expm(q * load.interval_s)
        levels.append(level / load.interval_s)
        queues.append(state @ np.maximum(np.arange(SIZE) - agents, 0))
    return np.array(levels), np.array(queues), state


@pytest.mark.parametrize("patience_s", [np.inf, 90.0])
@pytest.mark.parametrize("within_s", [20.0, 400.0, 900.0])
def test_levels_and_queues_are_those_of_the_matrix_exponential(patience_s, within_s):
    load = a_load([0.02, 0.03, 0.01, 0.02], [5, 4, 2, 6], patience_s=patience_s)
    start = np.array([0.1, 0.2, 0.3, 0.0, 0.0, 0.4])
    found = carried_service(load, within_s, start=Line(chance=start))
    level, queue, state = by_expm(load, within_s, start)
    assert found.service_level_fraction == pytest.approx(level, abs=2e-6)
    assert found.end_queue == pytest.approx(queue, abs=1e-6)
    used = min(SIZE, len(found.end.chance))
    assert found.end.chance[:used] == pytest.approx(state[:used], abs=1e-8)


def test_quick_steps_are_near_the_exact_ones():
    rng = np.random.default_rng(3)
    rates = 0.25 + 0.1 * np.sin(np.arange(24) / 4)
    agents = np.ceil(rates * 200 + 5 + rng.integers(-8, 5, 24))
    for patience_s in (np.inf, 120.0):
        load = a_load(rates, agents, seconds=1800.0, patience_s=patience_s)
        exact = carried_service(load, 20.0)
        quick = carried_service(load, 20.0, quick=True)
        assert quick.service_level_fraction == pytest.approx(
            exact.service_level_fraction, abs=1e-3
        )
        assert quick.end_queue == pytest.approx(exact.end_queue, rel=0.01, abs=0.01)


def test_with_ample_agents_contacts_in_hand_are_poisson():
    load = a_load([0.05, 0.01], 200)
    found = carried_service(load, 20.0)
    kept = np.exp(-3.0)
    mean = 2.0 + (10.0 * (1 - kept) - 2.0) * kept
    chance = found.end.chance
    assert chance == pytest.approx(poisson.pmf(np.arange(len(chance)), mean), abs=1e-10)
    assert found.service_level_fraction == pytest.approx([1.0, 1.0], abs=1e-9)


@pytest.mark.parametrize("agents", [0.3, 0.9, 2.0, 6.4, 7.0, 7.95])
@pytest.mark.parametrize("patience_s", [np.inf, 60.0])
def test_steady_load_settles_at_erlang_for_real_agents(agents, patience_s):
    rate = 0.03
    if agents <= 6.0 and np.isinf(patience_s):
        assert settled(a_load([rate], agents)) is None
        return
    load = a_load([rate] * 2, agents, patience_s=patience_s)
    start = settled(load)
    found = carried_service(load, 20.0, start=start)
    level = erlang.service_level(6.0, agents, 200.0, 20.0, patience_s=patience_s)
    assert found.service_level_fraction == pytest.approx([level] * 2, abs=1e-7)
    figures = erlang.erlang_a(6.0, agents, 200.0, patience_s)
    queue = rate * float(figures.mean_wait_s)
    assert found.mean_queue == pytest.approx([queue] * 2, rel=1e-5)
    waits = waits_by_arrival(load, start=start)
    asa = float(figures.mean_wait_served_s)
    assert waits.asa_s == pytest.approx([asa] * 2, rel=1e-5)
    lost = float(figures.abandonment_fraction)
    assert waits.abandonment_fraction == pytest.approx([lost] * 2, abs=1e-7)


def test_from_empty_it_comes_to_the_same():
    load = a_load([0.03] * 30, 7.4, patience_s=300.0)
    level = erlang.service_level(6.0, 7.4, 200.0, 20.0, patience_s=300.0)
    found = carried_service(load, 20.0)
    assert found.service_level_fraction[0] > level + 0.02
    assert found.service_level_fraction[-1] == pytest.approx(float(level), abs=1e-9)


def test_who_gives_up_by_arrival_is_who_leaves_the_line():
    agents = np.array([2, 3.4, 4.7, 5.1, 5.5, 30])
    load = a_load([0.02, 0.03, 0.02, 0.02, 0.01, 0.0], agents, patience_s=150.0)
    found = carried_service(load, 20.0)
    waits = waits_by_arrival(load)
    came = load.arrivals_per_s * load.interval_s
    given_up = found.mean_queue.sum() * load.interval_s / load.patience_s
    by_arrival = float((came * waits.abandonment_fraction).sum())
    # Real agents move contacts between places when they change: little, not nothing.
    assert by_arrival == pytest.approx(given_up, rel=0.02)
    whole = a_load(load.arrivals_per_s, np.ceil(agents), patience_s=150.0)
    found, waits = carried_service(whole, 20.0), waits_by_arrival(whole)
    given_up = found.mean_queue.sum() * load.interval_s / load.patience_s
    by_arrival = float((came * waits.abandonment_fraction).sum())
    assert by_arrival == pytest.approx(given_up, rel=1e-4)


def test_waits_without_patience_are_the_time_spent_in_the_line():
    load = a_load([0.03, 0.05, 0.02, 0.0, 0.0], [7, 7, 7, 9, 9])
    found, waits = carried_service(load, 20.0), waits_by_arrival(load)
    came = load.arrivals_per_s * load.interval_s
    in_line_s = found.mean_queue.sum() * load.interval_s
    assert float((came * waits.asa_s).sum()) == pytest.approx(in_line_s, rel=1e-4)


def test_nobody_at_work_serves_nobody():
    found = carried_service(a_load([0.02, 0.02], 0), 20.0)
    assert found.service_level_fraction == pytest.approx([0.0, 0.0], abs=1e-12)
    assert found.end_queue == pytest.approx([12.0, 24.0], rel=1e-6)
    gone = carried_service(a_load([0.02] * 9, 0, patience_s=100.0), 20.0)
    assert gone.end_queue[-1] == pytest.approx(2.0, rel=1e-6)
    assert waits_by_arrival(a_load([0.02], 0)).asa_s == pytest.approx([np.inf])
    assert NOBODY.chance.tolist() == [1.0]


def test_closed_hours_need_no_room_for_a_line():
    closed, agents, found = a_load([0.0], 300, aht_s=1.0), 300, []
    for used in (1, 400):
        found.append(reachable(_periods(closed), 0, used))
    assert agents < found[0] < agents + 10
    assert 400 < found[1] < 410
    line = Line(chance=np.eye(1, 321, 320)[0], part=0.0, block=1.0)
    after = carried_service(closed, 20.0, start=line)
    assert after.end_queue == pytest.approx([0.0], abs=1e-9)


def test_fresh_periods_begin_with_nobody():
    load = a_load([0.05, 0.02], [5, 5])
    fresh = TransientLoad(
        arrivals_per_s=load.arrivals_per_s,
        aht_s=load.aht_s,
        agents=load.agents,
        interval_s=600.0,
        fresh=np.array([False, True]),
    )
    alone = carried_service(a_load([0.02], 5), 20.0)
    found = carried_service(fresh, 20.0)
    assert found.end_queue[1] == pytest.approx(alone.end_queue[0], rel=1e-9)
    assert found.end_queue[1] < carried_service(load, 20.0).end_queue[1]


def test_faulty_input_is_refused():
    with pytest.raises(ValueError, match="finite and not negative"):
        carried_service(a_load([-0.1], 5), 20.0)
    with pytest.raises(ValueError, match="finite and not negative"):
        carried_service(a_load([0.1], np.inf), 20.0)
    with pytest.raises(ValueError, match="handle times must be positive"):
        carried_service(a_load([0.1], 5, aht_s=0.0), 20.0)
