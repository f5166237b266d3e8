"""Deferred work in the idle time of phones: less than apart, every due time met."""

import numpy as np
import pytest
from support.staffing_cases import OFFICE, a_demand, a_queue

from wfm.calendar.opening import open_mask
from wfm.domain.demand import ServiceTarget
from wfm.staffing import erlang
from wfm.staffing.blend_plan import Blend, _Curves, _hull_slopes, _place, with_blends
from wfm.staffing.blending import blended
from wfm.staffing.channel import CHANNELS, QueueStaffing
from wfm.staffing.deferred import done_by_due, levelled

RNG = np.random.default_rng(6)
CALLS = RNG.uniform(20, 110, 120) * (np.arange(120) % 24 // 8 == 1)
MAIL = RNG.uniform(0, 14, 120)


def case(calls=CALLS, mail=MAIL, phone_target=None, mail_target=None, **phone_changes):
    target = phone_target or ServiceTarget(
        service_level_fraction=0.8, answer_within_s=20
    )
    phone = a_queue("phone", opening=OFFICE, target=target, **phone_changes)
    work = a_queue(
        "mail",
        "email",
        opening=OFFICE,
        blend_with="phone",
        target=mail_target or ServiceTarget(answer_within_open_hours=8),
    )
    demands = []
    for queue, offered in ((phone, calls), (work, mail)):
        demand = a_demand(offered, 240.0)
        mask = open_mask(queue, demand.grid)
        if queue is phone:
            offered = np.where(mask, offered, 0.0)
        demands.append(a_demand(offered, 240.0, open_mask=mask))
    queues = [phone, work]
    mail = CHANNELS["email"]().requirement(work, demands[1])
    return queues, demands, [alone(phone, demands[0]), mail]


def alone(queue, demand):
    """Return what the calls take by the stationary formula."""
    found = erlang.required_agents(
        demand.workload_erlangs,
        240.0,
        answer_within_s=20,
        service_level_fraction=0.8,
        max_occupancy_fraction=queue.target.max_occupancy_fraction,
        patience_s=queue.patience_s or np.inf,
        integer=False,
    )
    return QueueStaffing(base_agents=found.agents, binding=found.binding)


def test_together_takes_less_and_the_work_gets_done_in_time():
    queues, demands, results = case()
    phone, mail = with_blends(queues, demands, results)
    apart = sum(result.base_agents.sum() for result in results)
    assert phone.base_agents.sum() < 0.95 * apart
    assert phone.base_agents.sum() > results[0].base_agents.sum()
    assert mail.base_agents.sum() == 0.0
    assert len(mail.deferred.work_hours) == 0
    assert "done in idle time of phone: " in mail.warnings[-1]
    assert (phone.base_agents[~demands[0].open_mask] == 0).all()


def test_what_is_placed_meets_due_times_and_service_levels():
    queues, demands, results = case()
    work = results[1].deferred
    idx = np.flatnonzero(demands[1].open_mask)
    blend = Blend(
        phone_queue=queues[0],
        phone_demand=demands[0],
        phone=results[0],
        work_queue=queues[1],
        work_demand=demands[1],
        work=work,
    )
    peak = levelled(work, idx, demands[1].grid).max()
    curves = _Curves(blend, idx, 2 * float(peak))
    done = _place(curves, work, 1.0)
    capacity = np.zeros(120)
    capacity[idx] = done * (1 + 1e-9) + 1e-9
    assert done_by_due(work, capacity) == pytest.approx(work.work_hours, abs=1e-7)
    agents = results[0].base_agents[idx] + curves.extra(done)
    found = [
        blended(load, n, 240, 20, reserve=np.arange(60))
        for load, n in zip(curves.load, agents, strict=True)
    ]
    for some, needed in zip(found, done, strict=True):
        good = some.service_level_fraction >= 0.8 - 1e-6
        assert (some.deferred_erlangs[good] >= needed - 1e-6).any()


def test_a_cap_on_occupancy_holds_for_both_together():
    target = ServiceTarget(
        service_level_fraction=0.8, answer_within_s=20, max_occupancy_fraction=0.85
    )
    queues, demands, results = case(phone_target=target)
    phone, mail = with_blends(queues, demands, results)
    work = demands[0].workload_erlangs.sum() + results[1].deferred.work_hours.sum()
    assert work <= 0.85 * phone.base_agents.sum() + 1e-6
    assert mail.warnings


def test_no_calls_no_work_or_no_gain_leave_it_as_it_is():
    queues, demands, results = case(mail=np.zeros(120))
    assert same(with_blends(queues, demands, results), results)
    # Without a single call there is no idle time to use.
    queues, demands, results = case(calls=np.zeros(120))
    assert same(with_blends(queues, demands, results), results)
    queues, demands, results = case()
    assert same(with_blends(queues[1:], demands[1:], results[1:]), results[1:])
    assert same(with_blends(queues[:1], demands[:1], results[:1]), results[:1])


def same(found, expected):
    return all(one is other for one, other in zip(found, expected, strict=True))


def test_occupancy_of_the_work_and_unlike_handle_times():
    mail_target = ServiceTarget(answer_within_open_hours=8, max_occupancy_fraction=0.8)
    queues, demands, results = case(mail_target=mail_target, patience_s=120.0)
    phone, _ = with_blends(queues, demands, results)
    plain_queues, plain_demands, plain = case(patience_s=120.0)
    plainly, _ = with_blends(plain_queues, plain_demands, plain)
    # Beside calls the work is done at the team's pace, not its own.
    assert phone.base_agents.sum() == pytest.approx(plainly.base_agents.sum(), rel=0.01)
    slow = a_demand(MAIL, 900.0, open_mask=demands[1].open_mask)
    mail = CHANNELS["email"]().requirement(queues[1], slow)
    _, found = with_blends(queues, [demands[0], slow], [results[0], mail])
    assert (
        found.warnings[-1] == "blending takes calls of 240 s and work of 900 s as alike"
    )


def test_slopes_of_the_convex_hull():
    work = np.array([0.0, 1.0, 2.0, 4.0])
    agents = np.array([[0.0, 1.0, 1.2, 3.0], [0.0, 0.1, 0.4, 2.0]])
    slopes = _hull_slopes(work, agents)
    assert slopes[0] == pytest.approx([0.6, 0.6, 0.9])
    assert slopes[1] == pytest.approx([0.1, 0.3, 0.8])
