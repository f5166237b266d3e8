"""Small runs through every kernel, whose results fit in a message."""

from multiprocessing.connection import Connection

import numpy as np
from support.simulation_cases import model, queue

from wfm.simulation.model import (
    CallbackOffer,
    Headcounts,
    LineGroup,
    Return,
    RosteredSpans,
    Route,
    SimulatedQueue,
)
from wfm.simulation.run import simulate
from wfm.simulation.shapes import (
    Constant,
    Empirical,
    Gamma,
    Hyperexponential,
    Lognormal,
)


def everything():
    """Calls and chats, callbacks, lines, retries, due work, all shapes."""
    due = np.array([3600.0, 7200.0, 10800.0])
    again = Return(probability=0.5, delay_s=300.0, delay_shape=Constant())
    queues = [
        queue(
            "calls",
            30,
            240.0,
            hours=3,
            patience_s=100.0,
            handle_shape=Lognormal(cv=0.8),
            patience_shape=Hyperexponential(weights=(0.1, 0.9), means=(0.0, 1.0)),
            retry=again,
            callback=CallbackOffer(to_queue="back", after_s=30.0, acceptance=0.5),
            busyness_cv=0.2,
        ),
        queue(
            "chats",
            40,
            300.0,
            hours=3,
            pace=(1.0, 1.2, 1.5),
            handle_shape=Gamma(cv=0.7),
            patience_s=200.0,
            max_waiting=3,
            follow_up=Return(probability=0.2, delay_s=60.0, to_queue="calls"),
        ),
        SimulatedQueue(
            queue_id="back",
            arrivals=np.zeros(3),
            handle_s=200.0,
            handle_shape=Gamma(cv=1.5),
            due_s=due + 1800.0,
            promote_before_due_s=600.0,
        ),
        SimulatedQueue(
            queue_id="mail",
            arrivals=np.array([10.0, 5.0, 0.0]),
            handle_s=400.0,
            handle_shape=Empirical((1.0, 2.0, 4.0)),
            due_s=due,
            backlog_due_s=(1800.0, 3600.0, 3600.0),
            idle_reserve=1,
            promote_before_due_s=900.0,
        ),
    ]
    routes = [
        Route(queue_id=q, group_id=g, priority=p, preference=n, after_s=s)
        for q, g, p, n, s in (
            ("calls", "all", 0, 1, 20.0),
            ("chats", "all", 1, 1, 0.0),
            ("back", "all", 2, 0, 0.0),
            ("mail", "all", 3, 0, 0.0),
            ("calls", "phone", 0, 0, 0.0),
        )
    ]
    lines = (LineGroup(queue_ids=("calls", "back"), lines=12),)
    whole = model(queues, routes, line_groups=lines, warm_up_s=600.0, bin_s=3000.0)
    # Groups in the order of the routes: "all", "phone".
    return whole, Headcounts(agents=np.array([[3, 5, 2], [2, 1, 2]]))


def closing_roster():
    """People with breaks, sickness, a pinned stretch, and a queue that closes."""
    opened = np.array([True, True, False])
    queues = [
        queue("a", 30, 300.0, hours=3, open_mask=opened),
        queue("b", 20, 300.0, hours=3, pace=(1.0, 1.5)),
    ]
    both = model(queues, [("a", "ab"), ("b", "ab"), ("b", "b")], agent_choice="random")
    spans = RosteredSpans(
        agent=np.array([0, 0, 0, 1, 1, 2, 2]),
        group=np.array([0, 0, 1, 0, 0, 0, 1]),
        start_s=np.array([-600.0, 2400.0, 5400.0, 0.0, 4000.0, 1200.0, 3600.0]),
        end_s=np.array([1800.0, 5400.0, 9000.0, 3600.0, 7200.0, 3600.0, 7000.0]),
        unit=np.array([0, 0, 0, 1, 1, 2, 3]),
        absence_fraction=np.array([0.0, 0.0, 0.0, 0.3, 0.3, 0.1, 0.5]),
    )
    return both, spans


def pile_up():
    """More contacts than there is room for at first."""
    flood = model([queue("q", 1500, 600.0)], [("q", "g")])
    return flood, Headcounts(agents=np.array([[2]]))


def digest(answer: Connection) -> None:
    """Send what a few small models count."""
    found = []
    with np.errstate(over="ignore"):
        for case in (everything, closing_roster, pile_up):
            result = simulate(*case(), replications=3, seed=5)
            found.append((result.counts.tolist(), result.group_times.tolist()))
    answer.send(found)
