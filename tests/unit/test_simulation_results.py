"""What the simulator must always do: count everybody once, whatever happens."""

import numpy as np
import pytest
from support.simulation_cases import heads, model, queue
from support.simulation_plain import closing_roster, everything, pile_up

from wfm.simulation.model import Headcounts, Return, RosteredSpans, Route
from wfm.simulation.result import ratio, share
from wfm.simulation.run import Simulator, busyness, simulate
from wfm.simulation.shapes import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
)


@pytest.mark.parametrize("case", [everything, closing_roster, pile_up])
def test_nobody_is_lost_and_nobody_counts_twice(case):
    centre, staff = case()
    found = simulate(centre, staff, replications=40, seed=3)
    ended = (
        found.answered
        + found.abandoned
        + found.blocked
        + found.dropped
        + found.called_back
        + found.left
    )
    assert (found.offered == ended).all()
    assert (found.in_time <= found.answered).all()
    assert (found.busy_s <= found.present_s + 1e-6).all()
    # One busy agent serves at least one contact.
    assert (found.contact_s.sum(axis=1) >= found.busy_s.sum(axis=1) - 1e-6).all()


def test_same_seed_same_bits_and_other_seed_others():
    centre, staff = everything()
    first, again, other = (
        simulate(centre, staff, replications=5, seed=s).counts for s in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_a_replication_does_not_depend_on_how_many_there_are():
    centre, staff = everything()
    few = simulate(centre, staff, replications=3).counts
    many = simulate(centre, staff, replications=9).counts
    assert (many[:3] == few).all()


def test_variants_share_arrivals_handle_times_and_patience():
    # With a slot each and no limit, contact-seconds are the handle times drawn.
    centre = model([queue("q", 60, 200.0, hours=2)], [("q", "g")])
    few, many = (
        simulate(centre, heads(centre, n), replications=5, seed=9) for n in (4, 40)
    )
    assert (few.offered == many.offered).all()
    assert few.answered.sum() == many.answered.sum()
    assert not np.allclose(few.wait_answered_s, many.wait_answered_s)


def test_common_numbers_make_differences_sharp():
    centre = model([queue("q", 100, 180.0, hours=8)], [("q", "g")])
    levels = {
        (n, seed): simulate(centre, heads(centre, n), replications=40, seed=seed)
        for n in (6, 7)
        for seed in (1, 2)
    }
    in_time = {k: v.in_time.sum(axis=(1, 2)) for k, v in levels.items()}
    common = (in_time[7, 1] - in_time[6, 1]).var()
    apart = (in_time[7, 2] - in_time[6, 1]).var()
    assert common < 0.6 * apart


def test_one_queue_is_answered_in_turn():
    # A single agent, constant handle times: waits follow Lindley's recursion exactly.
    rng_model = model(
        [queue("q", 25, 120.0, hours=2, handle_shape=Constant())], [("q", "g")]
    )
    result = simulate(rng_model, heads(rng_model, 1), replications=200, seed=4)
    # M/D/1: mean wait rho s / 2 (1 - rho); from empty over two hours a little less.
    rho = 25 / 30
    stationary = rho * 120.0 / (2.0 * (1.0 - rho))
    mean = result.wait_answered_s.sum() / result.answered.sum()
    assert 0.6 * stationary < mean < stationary


def test_people_on_a_break_take_nothing():
    centre = model([queue("q", 60, 60.0, handle_shape=Constant())], [("q", "g")])
    spans = RosteredSpans(
        agent=np.array([0, 0]),
        group=np.array([0, 0]),
        start_s=np.array([0.0, 2400.0]),
        end_s=np.array([1200.0, 3600.0]),
        unit=np.array([0, 0]),
        absence_fraction=np.zeros(2),
    )
    found = simulate(centre, spans, replications=50)
    # Two stretches of 1200 s, and what is finished after their ends.
    present = found.present_s.sum(axis=(1, 2))
    assert (present >= 2400.0 - 1e-6).all()
    assert (present <= 2400.0 + 60.0 + 1e-6).all()


def test_missing_shifts_thin_out_the_staff():
    centre = model([queue("q", 10, 60.0)], [("q", "g")])
    number = 400
    spans = RosteredSpans(
        agent=np.arange(number),
        group=np.zeros(number),
        start_s=np.zeros(number),
        end_s=np.full(number, 3600.0),
        unit=np.arange(number),
        absence_fraction=np.full(number, 0.2),
    )
    present = simulate(centre, spans, replications=20).present_s.sum(axis=(1, 2))
    assert present.mean() / 3600.0 == pytest.approx(320, abs=8)
    assert present.std() > 0.0


def test_a_line_is_cut_off_when_everybody_has_left_a_closed_queue():
    opened = np.array([True, False])
    centre = model([queue("q", 60, 300.0, hours=2, open_mask=opened)], [("q", "g")])
    found = simulate(centre, Headcounts(agents=np.array([[1, 0]])), replications=20)
    assert found.dropped.sum() > 0
    assert found.left.sum() == 0
    # Arrivals of the closed hour are cut off at once.
    assert (found.dropped[..., 1] == found.offered[..., 1]).all()


def test_deferred_work_waits_for_idle_time_until_it_is_nearly_due():
    def mail(before_s):
        due = np.full(4, 4 * 3600.0)
        queues = [
            queue("calls", 45, 300.0, hours=4, patience_s=900.0),
            queue("mail", 3, 300.0, hours=4, due_s=due, promote_before_due_s=before_s),
        ]
        routes = [
            Route(queue_id="calls", group_id="g"),
            Route(queue_id="mail", group_id="g", priority=1),
        ]
        centre = model(queues, routes)
        found = simulate(centre, heads(centre, 3), replications=60)
        return found.service_level().value[1]

    assert mail(7200.0) > mail(None) + 0.02


def test_busyness_has_mean_one_and_the_asked_variation():
    two = [queue(n, 10, 60.0, busyness_cv=cv) for n, cv in (("a", 0.2), ("b", 0.4))]
    common = busyness(model(two, [("a", "g"), ("b", "g")]), 4000, 1)
    apart = busyness(
        model(two, [("a", "g"), ("b", "g")], common_busyness=False), 4000, 1
    )
    for factors in (common, apart):
        assert factors.mean(axis=0).ravel() == pytest.approx([1.0, 1.0], abs=0.02)
        assert factors.std(axis=0).ravel() == pytest.approx([0.2, 0.4], rel=0.05)
    assert np.corrcoef(common[:, 0, 0], common[:, 1, 0])[0, 1] > 0.95
    assert abs(np.corrcoef(apart[:, 0, 0], apart[:, 1, 0])[0, 1]) < 0.05


SHAPES = {
    Constant(): 0.0,
    Exponential(): 1.0,
    Lognormal(cv=0.6): 0.6,
    Gamma(cv=0.5): 0.5,
    Gamma(cv=1.6): 1.6,
    Hyperexponential(weights=(0.5, 0.5), means=(0.5, 1.5)): (2 * 1.25 - 1) ** 0.5,
    Empirical((1.0, 3.0)): 1.0 / 3.0**0.5 / 2.0,
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes_have_mean_one_and_their_variation(shape):
    # Nobody waits among plenty of agents: contact-seconds are handle times.
    centre = model(
        [queue("q", 3000, 50.0, handle_shape=shape)], [("q", "g")], bin_s=3600.0
    )
    found = simulate(centre, heads(centre, 400), replications=300, seed=2)
    number = found.offered.sum(axis=(1, 2))
    total = found.contact_s.sum(axis=(1, 2)) / 50.0
    # Contacts of the last minutes run over the end; the loss is half a minute or so.
    mean = total.sum() / number.sum()
    assert mean == pytest.approx(1.0, abs=0.03)
    # A random sum: Var = n E[X^2] with E[X^2] = 1 + cv^2.
    second = total.var() / number.mean()
    assert second == pytest.approx(1.0 + SHAPES[shape] ** 2, rel=0.25)


def test_a_share_of_nothing_seen_is_bounded_not_certain():
    none = share(np.zeros((10, 1)), np.full((10, 1), 30.0))
    assert none.value[0] == 0.0
    assert none.low[0] == 0.0
    assert none.high[0] == pytest.approx(1.0 - 0.05 ** (1 / 300))
    sure = share(np.full((10, 1), 30.0), np.full((10, 1), 30.0))
    assert sure.low[0] == pytest.approx(0.05 ** (1 / 300))


def test_one_replication_or_nobody_gives_no_interval():
    alone = ratio(np.ones((1, 1)), np.full((1, 1), 2.0))
    assert alone.value[0] == 0.5
    assert np.isnan(alone.low[0])
    empty = share(np.zeros((5, 2)), np.zeros((5, 2)))
    assert np.isnan(empty.value).all()
    assert np.isnan(empty.half_width).all()


def test_intervals_add_up_to_the_queue():
    centre, staff = everything()
    found = simulate(centre, staff, replications=10)
    for name in ("service_level", "asa_s", "mean_wait_s", "abandonment", "occupancy"):
        whole, parts = getattr(found, name)(), getattr(found, name)("interval")
        assert parts.value.shape == (*whole.value.shape, found.counts.shape[2])
    assert found.group_occupancy().value.shape == (2,)
    answered = found.service_level(definition="answered").value
    excluding = found.service_level(definition="excluding_short_abandons").value
    assert (excluding <= answered + 1e-12).all()
    assert found.replications == 10


def bad_models():
    good = queue("q", 10, 60.0)
    yield lambda: queue("q", -1, 60.0)
    yield lambda: queue("q", 1, -60.0)
    yield lambda: queue("q", 1, 60.0, pace=())
    yield lambda: queue("q", 1, 60.0, backlog_due_s=(5.0,))
    yield lambda: model([good, queue("r", 1, 1.0, hours=2)], [("q", "g")])
    yield lambda: model([good, good], [("q", "g")])
    yield lambda: model([good], [("other", "g")])
    yield lambda: model([good], [("q", "g")], warm_up_s=-1.0)
    yield lambda: Return(probability=1.5)
    yield lambda: Headcounts(agents=np.array([[0.5]]))
    yield lambda: Headcounts(agents=np.array([1]))
    yield lambda: Lognormal(cv=0.0)
    yield lambda: Empirical((3.0,))
    yield lambda: Empirical((3.0, 1.0))
    yield lambda: Hyperexponential(weights=(1.0,), means=())
    yield lambda: Hyperexponential(weights=(1.0,), means=(0.0,))
    yield lambda: Simulator(model=model([good], [("q", "g")]), replications=0)
    yield lambda: simulate(
        model([good], [("q", "g")]), Headcounts(agents=np.zeros((2, 1))), replications=1
    )
    yield lambda: simulate(
        model([good], [("q", "g")]), spans_of([0], [5], [0.0], [1.0]), replications=1
    )
    yield lambda: spans_of([0], [0], [1.0], [1.0])
    yield lambda: spans_of([0, 0], [0, 0], [0.0, 5.0], [6.0, 9.0])


def spans_of(agent, group, start_s, end_s):
    size = len(agent)
    return RosteredSpans(
        agent=np.array(agent),
        group=np.array(group),
        start_s=np.array(start_s),
        end_s=np.array(end_s),
        unit=np.arange(size),
        absence_fraction=np.zeros(size),
    )


@pytest.mark.parametrize("make", list(bad_models()))
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError):
        make()
