"""The simulator against exact queueing theory: intervals that hold what they claim.

Over 200 fixed seeds the 95 % intervals must hold the exact value in 0.90 to 0.98 of all
cases, and the mean over all seeds must not stray from it by 3.5 standard errors.
"""

import numpy as np
import pytest
from scipy.linalg import expm
from support.simulation_cases import (
    assert_agrees,
    birth_death,
    heads,
    judge,
    model,
    queue,
)

from wfm.simulation.model import Headcounts, Return, Route, SimulatedQueue
from wfm.simulation.result import ratio
from wfm.simulation.run import simulate
from wfm.simulation.shapes import Lognormal
from wfm.staffing import erlang

HOURS = 14
WARM_UP = {"warm_up_s": 7200.0}


def exact(per_hour, handle_s, agents, patience_s=np.inf, row=0):
    """Erlang C or A of one queue, keyed as `judge` wants it."""
    load = per_hour * handle_s / 3600.0
    level = erlang.service_level(load, agents, handle_s, 20.0, patience_s=patience_s)
    asa_s = erlang.asa_s(load, agents, handle_s, patience_s=patience_s)
    busy = erlang.occupancy(load, agents, handle_s, patience_s=patience_s)
    truths = {
        ("service_level", row): float(level),
        ("asa_s", row): float(asa_s),
        ("occupancy", row): float(busy),
    }
    if np.isfinite(patience_s):
        lost = erlang.abandonment(load, agents, handle_s, patience_s)
        truths["abandonment", row] = float(lost)
    return truths


@pytest.mark.parametrize(
    ("per_hour", "agents", "patience_s"),
    [
        pytest.param(100, 8, np.inf, id="M/M/s"),
        pytest.param(60, 6, 120.0, id="M/M/s+M light"),
        pytest.param(120, 6, 120.0, id="M/M/s+M heavy"),
        pytest.param(200, 6, 60.0, id="M/M/s+M overloaded"),
    ],
)
def test_one_queue_is_erlang_c_or_a(per_hour, agents, patience_s):
    one = model(
        [queue("q", per_hour, 180.0, hours=HOURS, patience_s=patience_s)],
        [("q", "g")],
        **WARM_UP,
    )
    truths = exact(per_hour, 180.0, agents, patience_s)
    assert_agrees(judge(one, heads(one, agents), truths))


def test_a_finite_line_is_the_truncated_chain():
    rate, mu, agents, places = 120 / 3600.0, 1 / 180.0, 5, 8
    states = np.arange(1, places + 1)
    chances = birth_death(np.full(places, rate), np.minimum(states, agents) * mu)
    one = model(
        [queue("q", 120, 180.0, hours=HOURS, max_waiting=places - agents)],
        [("q", "g")],
        **WARM_UP,
    )
    waits_s = (np.maximum(np.arange(places + 1) - agents, 0) * chances).sum() / (
        rate * (1.0 - chances[-1])
    )
    busy = (np.minimum(np.arange(places + 1), agents) * chances).sum() / agents
    truths = {
        lambda r: ratio(r.blocked.sum(axis=2), r.offered.sum(axis=2)): chances[-1],
        ("asa_s", 0): waits_s,
        ("occupancy", 0): busy,
    }
    assert_agrees(judge(one, heads(one, agents), truths))


def test_full_flexibility_is_one_pool():
    # Two languages, everybody speaks both: an M/M/s of the joint stream.
    both = model(
        [queue("a", 60, 180.0, hours=HOURS), queue("b", 40, 180.0, hours=HOURS)],
        [("a", "g"), ("b", "g"), ("a", "h"), ("b", "h")],
        **WARM_UP,
    )
    truths = exact(100, 180.0, 8)
    truths |= {(name, 1): value for (name, _), value in list(truths.items())}
    assert_agrees(judge(both, heads(both, 3, 5), truths))


def test_no_flexibility_is_two_queues():
    apart = model(
        [
            queue("a", 60, 180.0, hours=HOURS),
            queue("b", 90, 120.0, hours=HOURS, patience_s=200.0),
        ],
        [("a", "g"), ("b", "h")],
        **WARM_UP,
    )
    truths = exact(60, 180.0, 5) | exact(90, 120.0, 4, 200.0, row=1)
    assert_agrees(judge(apart, heads(apart, 5, 4), truths))


def test_overflow_at_once_or_never_are_the_two_limits():
    def levels(after_s):
        helped = model(
            [queue("a", 60, 180.0, hours=HOURS), queue("b", 60, 180.0, hours=HOURS)],
            [
                ("a", "g"),
                ("b", "h"),
                Route(queue_id="a", group_id="h", preference=1, after_s=after_s),
                Route(queue_id="b", group_id="g", preference=1, after_s=after_s),
            ],
            **WARM_UP,
        )
        done = simulate(helped, heads(helped, 4, 4), replications=400)
        return done.asa_s().value.mean()

    pooled = float(erlang.asa_s(6.0, 8, 180.0))
    apart = float(erlang.asa_s(3.0, 4, 180.0))
    at_once, late, never = levels(0.0), levels(30.0), levels(1e9)
    assert at_once == pytest.approx(pooled, rel=0.04)
    assert never == pytest.approx(apart, rel=0.04)
    assert at_once < late < never


def test_priorities_are_cobhams():
    # Non-preemptive, s servers of one rate: W_k = W0 / ((1 - s_k-1)(1 - s_k)) with
    # W0 = C(s, a) / (s mu) (Cobham 1954, doi:10.1287/opre.2.1.70).
    first, second, agents, handle_s = 40, 60, 6, 180.0
    load = (first + second) * handle_s / 3600.0
    base = float(erlang.erlang_c(load, agents)) * handle_s / agents
    urgent = first * handle_s / 3600.0 / agents
    both = load / agents
    ranked = model(
        [queue("a", first, handle_s, hours=30), queue("b", second, handle_s, hours=30)],
        [
            Route(queue_id="a", group_id="g", priority=0),
            Route(queue_id="b", group_id="g", priority=1),
        ],
        **WARM_UP,
    )
    truths = {
        ("asa_s", 0): base / (1.0 - urgent),
        ("asa_s", 1): base / (1.0 - urgent) / (1.0 - both),
    }
    assert_agrees(judge(ranked, heads(ranked, agents), truths, seeds=100))


def test_loss_does_not_depend_on_the_shape_of_handle_times():
    # Erlang B is insensitive: lognormal handle times block as often as exponential.
    loss = model(
        [
            queue(
                "q",
                100,
                180.0,
                hours=HOURS,
                max_waiting=0,
                handle_shape=Lognormal(cv=1.5),
            )
        ],
        [("q", "g")],
        **WARM_UP,
    )
    truth = float(erlang.erlang_b(5.0, 6))
    blocked = judge(
        loss,
        heads(loss, 6),
        {lambda r: ratio(r.blocked.sum(axis=2), r.offered.sum(axis=2)): truth},
    )
    assert_agrees(blocked)


def chat_model(agents_rate_per_hour, pace):
    return model(
        [
            queue(
                "q",
                agents_rate_per_hour,
                360.0,
                hours=30,
                patience_s=120.0,
                pace=pace,
            )
        ],
        [("q", "g")],
        **WARM_UP,
    )


def test_parallel_chats_of_one_agent_are_the_exact_chain():
    # With x in hand, chats end at x / (AHT f_x); beyond three they wait or give up.
    pace, rate, top = (1.0, 7 / 6, 8.5 / 6), 22 / 3600.0, 60
    each = np.array([j / (360.0 * f) for j, f in enumerate(pace, start=1)])
    down = [each[min(x, 3) - 1] + max(x - 3, 0) / 120.0 for x in range(1, top + 1)]
    chances = birth_death(np.full(top, rate), down)
    states = np.arange(top + 1)
    queued = np.maximum(states - 3, 0)
    chats = chat_model(22, pace)
    truths = {
        ("abandonment", 0): (queued * chances).sum() / 120.0 / rate,
        ("occupancy", 0): 1.0 - chances[0],
        lambda r: ratio(r.contact_s.sum(axis=2), r.present_s.sum(axis=2)): (
            np.minimum(states, 3) * chances
        ).sum(),
    }
    assert_agrees(judge(chats, heads(chats, 1), truths))


def two_agents_chain(rate, pace, top):
    """Two agents of two chats, the freer one asked first: chances of (i, j)."""
    states = [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)]
    states += [(2, 2 + n) for n in range(1, top)]
    place = {state: row for row, state in enumerate(states)}
    generator = np.zeros((len(states), len(states)))

    def go(start, i, j, speed):
        end = place.get((min(i, j), max(i, j)))
        if end is not None:
            generator[place[start], end] += speed

    end_of = [0.0, 1.0 / (360.0 * pace[0]), 2.0 / (360.0 * pace[1])]
    for i, j in states:
        go((i, j), i + (i < 2), j + (i == 2), rate)
        waiting = max(j - 2, 0)
        if waiting:
            go((i, j), i, j - 1, 2.0 * end_of[2] + waiting / 120.0)
        else:
            go((i, j), i - 1, j, end_of[i])
            go((i, j), i, j - 1, end_of[j])
    generator -= np.diag(generator.sum(axis=1))
    system = np.vstack((generator.T, np.ones(len(states))))
    wanted = np.concatenate((np.zeros(len(states)), [1.0]))
    return states, np.linalg.lstsq(system, wanted, rcond=None)[0]


def test_parallel_chats_go_to_the_freer_agent():
    pace, rate = (1.0, 1.4), 30 / 3600.0
    states, chances = two_agents_chain(rate, pace, 50)
    first, second = np.array(states).T
    waiting = np.maximum(second - 2, 0)
    chats = chat_model(30, pace)
    busy = ((first > 0) * 1.0 + (second > 0)) / 2.0
    truths = {
        ("abandonment", 0): (waiting * chances).sum() / 120.0 / rate,
        ("occupancy", 0): (busy * chances).sum(),
        lambda r: ratio(r.contact_s.sum(axis=2), r.present_s.sum(axis=2)): (
            (first + np.minimum(second, 2)) / 2.0 * chances
        ).sum(),
    }
    assert_agrees(judge(chats, heads(chats, 2), truths))


def test_a_changing_day_is_its_transient_equations():
    # M_t/M/s_t+M from an empty start: rates and staffing change by the hour. Staffing
    # only rises, for agents who leave finish the contact in hand.
    per_hour, agents = np.array([40.0, 120.0, 150.0, 60.0]), np.array([3, 5, 6, 6])
    handle_s, patience_s, most, step_s = 180.0, 150.0, 60, 10.0
    state = np.zeros(most + 1)
    state[0] = 1.0
    x = np.arange(most + 1)
    lost, busy_s = [], []
    for rate, number in zip(per_hour / 3600.0, agents, strict=True):
        served, queued = np.minimum(x, number), np.maximum(x - number, 0)
        down = served / handle_s + queued / patience_s
        generator = np.diag(np.full(most, rate), 1) + np.diag(down[1:], -1)
        generator -= np.diag(generator.sum(axis=1))
        step, total = expm(generator * step_s), np.zeros(most + 1)
        for _ in range(360):
            before, state = state, state @ step
            total += (before + state) / 2.0 * step_s
        lost.append((total * queued).sum() / patience_s)
        busy_s.append((total * served).sum())
    day = model(
        [
            SimulatedQueue(
                queue_id="q",
                arrivals=per_hour,
                handle_s=handle_s,
                patience_s=patience_s,
            )
        ],
        [("q", "g")],
    )
    result = simulate(day, Headcounts(agents=agents[None, :]), replications=4000)
    times = result.busy_s[:, 0]
    error = times.std(axis=0, ddof=1) / np.sqrt(len(times))
    assert (np.abs(times.mean(axis=0) - busy_s) < 3.5 * error).all()
    given_up = result.abandoned[:, 0].sum(axis=1)
    error = given_up.std(ddof=1) / np.sqrt(len(given_up))
    # The equations stop after four hours; a few who wait then give up later.
    assert -3.5 * error < given_up.mean() - sum(lost) < 3.5 * error + 0.1


def test_redials_raise_the_volume_to_the_fixed_point():
    # All who give up try again much later: the total solves L = l + p_ab(L) L.
    fresh, handle_s, patience_s, agents = 100.0, 180.0, 120.0, 5
    total = fresh
    for _ in range(200):
        load = total * handle_s / 3600.0
        lost = float(erlang.abandonment(load, agents, handle_s, patience_s))
        total = fresh + 0.5 * lost * total
    again = model(
        [
            queue(
                "q",
                fresh,
                handle_s,
                hours=60,
                patience_s=patience_s,
                retry=Return(probability=0.5, delay_s=3600.0),
            )
        ],
        [("q", "g")],
        warm_up_s=10 * 3600.0,
    )
    result = simulate(again, heads(again, agents), replications=200)
    assert result.offered.sum(axis=2).mean() / 50.0 == pytest.approx(total, rel=0.01)


@pytest.mark.parametrize("reserve", [0, 2])
def test_blending_is_the_truncated_chain(reserve):
    # An endless list fills idle agents above the reserve: M/M/16 cut off below 16 - 2
    # busy (CCmath's blending example: 240 calls/h of 180 s, 1.11 outbound a minute).
    agents, handle_s, hours = 16, 180.0, 12
    backlog = tuple([1e9] * 4500)
    blend = model(
        [
            queue("in", 240, handle_s, hours=hours),
            queue(
                "out",
                0,
                handle_s,
                hours=hours,
                due_s=np.full(hours, 1e9),
                backlog_due_s=backlog,
                idle_reserve=reserve,
            ),
        ],
        [
            Route(queue_id="in", group_id="g", priority=0),
            Route(queue_id="out", group_id="g", priority=1),
        ],
        **WARM_UP,
    )
    seconds = (hours - 2) * 3600.0
    truth = {
        # With no reserve every agent is always busy: outbound takes what calls leave.
        0: (1.0, (agents - 12.0) / handle_s * 60.0),
        2: (0.958333333333, 1.11111111111),
    }[reserve]
    result = simulate(blend, heads(blend, agents), replications=60)
    busy = result.occupancy().value[0]
    outbound = result.contact_s[:, 1].sum(axis=1).mean() / handle_s / seconds * 60.0
    assert busy == pytest.approx(truth[0], abs=0.002)
    assert outbound == pytest.approx(truth[1], rel=0.03)
    if reserve:
        level = result.service_level().value[0]
        assert level == pytest.approx(0.633448330956, abs=0.012)
