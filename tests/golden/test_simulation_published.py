"""Published simulations: umontreal-simul/contactcenters (Apache-2.0), doc/examples.

Each program there simulates 1000 days and prints 95 % intervals, quoted here as value
and half-width; ours must agree within both intervals (four standard errors of the
difference, for many figures are compared).
"""

import numpy as np
import pytest
from support.simulation_cases import heads, model, queue

from wfm.simulation.model import (
    Headcounts,
    LineGroup,
    Return,
    Route,
    Routing,
    SimulatedQueue,
    SimulationModel,
)
from wfm.simulation.run import simulate
from wfm.simulation.shapes import Empirical

DAYS = 1000


def agrees(per_day, published, half_width):
    """Compare the mean of a figure per day."""
    per_day = np.asarray(per_day)
    own = per_day.std(ddof=1) / np.sqrt(len(per_day))
    bound = 4.0 * np.hypot(own, half_width / 1.96)
    assert abs(per_day.mean() - published) < bound, (per_day.mean(), published, bound)


def agrees_ratio(above, below, published, half_width):
    """Compare a ratio of means over days."""
    value = above.sum() / below.sum()
    own = (above - value * below).std(ddof=1) / np.sqrt(len(above)) / below.mean()
    bound = 4.0 * np.hypot(own, half_width / 1.96)
    assert abs(value - published) < bound, (value, published, bound)


def days_of(**more):
    """Eight hours of M/M/12 at 4.2 a minute and two minutes each."""
    one = model([queue("q", 252, 120.0, hours=8, **more)], [("q", "g")])
    return simulate(one, heads(one, 12), replications=DAYS, seed=7)


def totals(result, name):
    return getattr(result, name).sum(axis=(1, 2))


def test_mmc():
    days = days_of()
    agrees(totals(days, "in_time"), 1816.158, 3.54)
    answered = totals(days, "answered")
    agrees_ratio(totals(days, "in_time"), answered, 0.902, 0.002)
    agrees_ratio(totals(days, "wait_answered_s") / 60.0, answered, 0.099, 0.0025)
    agrees_ratio(totals(days, "busy_s"), totals(days, "present_s"), 0.695, 0.0015)


def test_mmc_with_abandonment():
    days = days_of(patience_s=60.0)
    agrees(totals(days, "abandoned"), 58.609, 0.949)
    agrees(totals(days, "in_time"), 1906.008, 2.223)
    in_time, answered = totals(days, "in_time"), totals(days, "answered")
    agrees_ratio(in_time, answered, 0.975, 0.0005)
    counted = totals(days, "offered") - totals(days, "abandoned_in_time")
    agrees_ratio(in_time, counted, 0.968, 0.0005)
    agrees_ratio(totals(days, "wait_answered_s") / 60.0, answered, 0.024, 0.0005)


def test_mmc_with_five_places_to_wait():
    days = days_of(max_waiting=5)
    agrees(totals(days, "blocked"), 18.655, 0.61)
    agrees(totals(days, "in_time"), 1854.284, 2.617)
    agrees_ratio(totals(days, "in_time"), totals(days, "offered"), 0.920, 0.0015)
    agrees_ratio(
        totals(days, "wait_answered_s") / 60.0, totals(days, "answered"), 0.060, 0.001
    )


@pytest.fixture(scope="module")
def simple_msk():
    """Three types, two groups, three periods of two hours, one busyness of the day."""
    per_minute = [[4.2, 5.3, 3.2], [5.1, 4.3, 4.8], [6.3, 5.2, 4.8]]
    # A fourth period without arrivals: their days end when the last contact has ended.
    queues = tuple(
        SimulatedQueue(
            queue_id=f"type{k}",
            arrivals=np.array([*rates, 0.0]) * 120.0,
            handle_s=np.array([120.0, 100.0, 150.0, 150.0]),
            patience_s=np.array([200.0, 150.0, 300.0, 300.0]),
            busyness_cv=28.7**-0.5,
        )
        for k, rates in enumerate(per_minute)
    )
    routes = (
        Route(queue_id="type0", group_id="g0"),
        Route(queue_id="type1", group_id="g0"),
        Route(queue_id="type1", group_id="g1", preference=1),
        Route(queue_id="type2", group_id="g1"),
    )
    centre = SimulationModel(
        interval_s=7200.0,
        queues=queues,
        group_ids=("g0", "g1"),
        routing=Routing(routes=routes),
        bin_s=60.0,
    )
    staff = Headcounts(agents=np.array([[12, 18, 9, 9], [15, 20, 11, 11]]))
    return simulate(centre, staff, replications=DAYS, seed=7)


def test_simple_msk(simple_msk):
    days = simple_msk
    agrees(totals(days, "answered"), 4297.305, 27.155)
    agrees(totals(days, "abandoned"), 910.335, 34.2)
    counted = totals(days, "offered") - totals(days, "abandoned_in_time")
    agrees_ratio(totals(days, "in_time"), counted, 0.501, 0.0075)


def test_simple_msk_in_time_by_type_and_period(simple_msk):
    in_time = simple_msk.in_time.reshape(DAYS, 3, 4, 120).sum(axis=3)
    published = [
        [(170.154, 5.816), (599.334, 5.175), (15.490, 1.708)],
        [(262.936, 8.339), (511.648, 5.372), (34.697, 3.427)],
        [(259.806, 9.628), (613.732, 6.146), (24.888, 2.751)],
    ]
    for k, row in enumerate(published):
        for period, (value, half_width) in enumerate(row):
            agrees(in_time[:, k, period], value, half_width)


def test_simple_msk_occupancy_until_the_last_contact_has_ended(simple_msk):
    any_busy = simple_msk.busy_s.sum(axis=1) > 0.0
    last = any_busy.shape[1] - np.argmax(any_busy[:, ::-1], axis=1)
    until = np.arange(any_busy.shape[1]) < last[:, None]
    busy = (simple_msk.busy_s[:, 0] * until).sum(axis=1)
    present = (simple_msk.present_s[:, 0] * until).sum(axis=1)
    # Bins of a minute: the end is known to half of one in six hours.
    agrees_ratio(busy, present, 0.881, 0.0035)


def test_bilingual():
    """A week of English and Spanish, bilinguals, 40 lines, callers who try again.

    Contacts in target are left out: there a second attempt's wait includes the first's.
    So are the 0.03 disconnected a week, who hang on who is asked first at closing time.
    """
    arrivals = np.zeros(168)
    for day in range(5):
        arrivals[24 * day + 8] = 100.0
        arrivals[24 * day + 9 : 24 * day + 17] = 50.0
    again = Return(probability=0.75, delay_s=1200.0, keeps_patience=True)
    queues = tuple(
        SimulatedQueue(
            queue_id=name,
            arrivals=arrivals,
            handle_s=300.0,
            handle_shape=Empirical(minutes),
            patience_s=120.0,
            answer_within_s=60.0,
            retry=again,
            open_mask=arrivals > 0.0,
        )
        for name, minutes in (("en", (3.0, 7.0)), ("es", (4.0, 6.0)))
    )
    pairs = (("en", "e"), ("en", "b"), ("es", "s"), ("es", "b"))
    centre = SimulationModel(
        interval_s=3600.0,
        queues=queues,
        group_ids=("e", "s", "b"),
        routing=Routing(
            routes=tuple(Route(queue_id=q, group_id=g) for q, g in pairs),
            agent_choice="random",
        ),
        line_groups=(LineGroup(queue_ids=("en", "es"), lines=40),),
    )
    staff = Headcounts(agents=np.outer([7, 7, 4], arrivals > 0.0))
    weeks = simulate(centre, staff, replications=DAYS, seed=7)
    for q, published in enumerate(
        (
            ((2555.811, 3.526), (2483.933, 3.017), (71.848, 1.033)),
            ((2554.350, 3.537), (2483.302, 3.069), (71.020, 1.021)),
        )
    ):
        for name, figure in zip(
            ("offered", "answered", "abandoned"), published, strict=True
        ):
            agrees(getattr(weeks, name)[:, q].sum(axis=1), *figure)
    shares = ((0.47624, 0.0006), (0.47639, 0.0006), (0.63254, 0.00057))
    for g, figure in enumerate(shares):
        # Of the hours staffed: finishing the last contact adds to the busy ones only.
        staffed_s = staff.agents[g].sum() * 3600.0
        agrees(weeks.busy_s[:, g].sum(axis=1) / staffed_s, *figure)
