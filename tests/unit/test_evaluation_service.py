"""Achieved service: live queues by their model, deferred ones by replay, gaps."""

from dataclasses import replace

import numpy as np
import pytest
from support.staffing_cases import a_forecast, a_queue
from support.tiny_rosters import agent, instance_of

from wfm.calendar.opening import open_mask
from wfm.domain.demand import ServiceTarget, ShrinkageComponent
from wfm.domain.staffing import DeferredWork
from wfm.evaluation.service import achieved, gaps, to_demand_grid
from wfm.staffing import erlang
from wfm.staffing.requirement import requirement

SICK = ShrinkageComponent(name="sickness", fraction=0.2)
PHONE = a_queue("phone")
MAIL = a_queue("mail", "email", target=ServiceTarget(answer_within_open_hours=2))


def case(phone=20.0, mail=6.0, shrinkage=(SICK,)):
    """One day, demand in half hours, roster steps of a quarter."""
    first = a_forecast({"phone": [0.0] * 48}).grid.start_utc.date()
    instance = instance_of(
        [agent("a")], first=first, num_days=1, queues=[PHONE, MAIL], step_minutes=15
    )
    forecast = a_forecast({"phone": [phone] * 48, "mail": [mail] * 48})
    masks = {q.queue_id: open_mask(q, forecast.grid) for q in (PHONE, MAIL)}
    needed = requirement(
        forecast, (PHONE, MAIL), window=(0, 48), open_masks=masks, shrinkage=shrinkage
    )
    scheduled = np.zeros((2, instance.grid.num_intervals))
    scheduled[0, :96] = np.repeat(needed.scheduled_agents[0], 2)
    (work,) = needed.deferred
    fine = DeferredWork(
        queue_id="mail",
        arrival_idx=work.arrival_idx * 2,
        due_idx=work.due_idx * 2,
        work_hours=work.work_hours,
    )
    return replace(instance, scheduled_agents=scheduled, deferred=(fine,)), needed


def staffed_as(instance, needed, factor=1.0):
    staffed = np.zeros((2, instance.grid.num_intervals))
    staffed[:, :96] = np.repeat(needed.scheduled_agents, 2, axis=1) * factor
    return staffed


def test_what_is_scheduled_gives_the_target():
    instance, needed = case()
    found = achieved(instance, needed, staffed_as(instance, needed, 1 + 1e-12))
    phone, mail = found.queues
    assert phone.service_level == pytest.approx(0.8, abs=1e-8)
    assert (phone.target, phone.offered_contacts) == (0.8, 960.0)
    assert phone.missing_hours == pytest.approx(0.0, abs=1e-9)
    assert phone.required_hours == pytest.approx(needed.scheduled_agents[0].sum() / 2)
    assert mail.service_level == pytest.approx(1.0)
    assert mail.required_hours == pytest.approx(needed.deferred[0].work_hours.sum())
    assert found.net_agents == pytest.approx(np.zeros((2, 48)), abs=1e-9)
    assert gaps(instance, staffed_as(instance, needed, 1 + 1e-12)) == ()


def test_understaffing_lowers_the_level_and_is_felt_afterwards():
    instance, needed = case()
    staffed = staffed_as(instance, needed)
    staffed[0, 40:44] *= 0.9
    found = achieved(instance, needed, staffed)
    load = 20 * 300 / 1800
    lower = erlang.service_level(load, 0.9 * needed.base_agents[0, 20], 300, 20)
    level = found.service_level_fraction[0]
    # The longer it lasts, the nearer it comes to what Erlang says of such staffing.
    assert lower < level[21] < level[20] < 0.8
    assert level[21] == pytest.approx(float(lower), abs=0.05)
    assert 0.7 < level[22] < level[23] < 0.8
    assert level[19] == pytest.approx(0.8, abs=0.01)
    assert level[30] == pytest.approx(0.8, abs=1e-4)
    short = 0.1 * needed.scheduled_agents[0, 20]
    assert found.queues[0].missing_hours == pytest.approx(short)
    (gap,) = gaps(instance, staffed)
    assert (gap.queue_id, gap.start_idx, gap.end_idx) == ("phone", 40, 44)
    assert gap.missing_hours == pytest.approx(short)


def test_steps_are_averaged_over_the_interval():
    instance, needed = case()
    staffed = np.zeros((2, instance.grid.num_intervals))
    staffed[0, 0:4] = [2, 4, 1, 1]
    assert to_demand_grid(instance, needed, staffed)[0, :3].tolist() == [3.0, 1.0, 0.0]


def test_late_mail_is_late():
    instance, needed = case(phone=0.0, mail=6.0, shrinkage=())
    nobody = np.zeros((2, instance.grid.num_intervals))
    found = achieved(instance, needed, nobody)
    assert found.queues[0].service_level == 1.0
    assert found.queues[1].service_level == 0.0
    assert found.queues[1].missing_hours == pytest.approx(
        needed.deferred[0].work_hours.sum()
    )
    (gap,) = gaps(instance, nobody)
    assert (gap.start_idx, gap.end_idx, gap.deferred) == (0, 96, True)
    # Nobody in the first two hours, then enough: what was due by then is late, and
    # being done first it delays nothing if capacity is ample.
    late = nobody.copy()
    late[1, 8:] = 50.0
    found = achieved(instance, needed, late)
    level = found.service_level_fraction[1]
    assert level[3] == 0.0
    assert level[4:] == pytest.approx(np.ones(44))
    assert found.queues[1].missing_hours == pytest.approx(6 * 300 / 3600)


def test_no_work_is_good_service():
    instance, needed = case(phone=0.0, mail=0.0)
    found = achieved(instance, needed, np.zeros((2, instance.grid.num_intervals)))
    assert [q.service_level for q in found.queues] == [1.0, 1.0]
    assert (found.service_level_fraction == 1.0).all()


def test_gaps_count_guarantees_and_rank_by_size():
    instance, needed = case(phone=1.0, mail=0.0, shrinkage=())
    floors = np.zeros((2, instance.grid.num_intervals), dtype=np.int64)
    floors[0, 10:12] = 9
    instance = replace(instance, guaranteed_agents=floors)
    staffed = staffed_as(instance, needed)
    staffed[0, 50] = 0.0
    found = gaps(instance, staffed)
    assert [(g.start_idx, g.end_idx) for g in found] == [(10, 12), (50, 51)]
    assert found[0].missing_hours > found[1].missing_hours


def test_agents_of_a_pool_count_for_what_they_are_worth_there():
    instance, needed = case()
    pooled = replace(
        needed,
        base_agents=needed.base_agents * [[0.8], [1.0]],
        scheduled_agents=needed.scheduled_agents * [[0.8], [1.0]],
        pools=(frozenset({"phone"}),),
        pooled_worth=np.array([[1.25], [1.0]]) * np.ones((1, 48)),
    )
    found = achieved(instance, pooled, staffed_as(instance, pooled, 1 + 1e-12))

    assert found.queues[0].service_level == pytest.approx(0.8, abs=1e-8)
    assert found.queues[0].missing_hours == pytest.approx(0.0, abs=1e-9)
