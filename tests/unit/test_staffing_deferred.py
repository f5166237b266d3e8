"""Work that may wait: promises on the opening clock, levelling, replay."""

import numpy as np
import pytest
from support.staffing_cases import OFFICE, a_demand, a_queue

from wfm.calendar.opening import open_mask
from wfm.domain.demand import ServiceTarget
from wfm.domain.staffing import DeferredWork
from wfm.staffing.channel import CHANNELS
from wfm.staffing.deferred import deferred_requirement, done_by_due

TWO_HOURS = ServiceTarget(answer_within_open_hours=2)


def office_day(**contacts_by_hour):
    offered = np.zeros(24 * 7)
    for hour, contacts in contacts_by_hour.items():
        offered[int(hour[1:])] = contacts
    return offered


def mail(offered, target=TWO_HOURS, aht_s=3600.0, **changes):
    queue = a_queue("mail", "email", target=target, opening=OFFICE)
    demand = a_demand(offered, aht_s, **changes)
    mask = open_mask(queue, demand.grid)
    if "open_mask" not in changes:
        demand = a_demand(offered, aht_s, open_mask=mask, **changes)
    return deferred_requirement(queue, demand)


def pieces(work: DeferredWork):
    return list(
        zip(
            work.arrival_idx.tolist(),
            work.due_idx.tolist(),
            work.work_hours.tolist(),
            strict=True,
        )
    )


def test_the_promise_counts_open_hours_only():
    # Arrives Monday 16-17 h; one open hour is left, the second is Tuesday 09-10 h.
    result = mail(office_day(h16=3))
    assert pieces(result.deferred) == [(16, 24 + 10, 3.0)]


def test_work_arriving_in_closed_time_starts_its_clock_at_the_next_opening():
    # Saturday noon: the clock starts on Monday; beyond the plan, nothing is done.
    result = mail(office_day(h3=1, h132=5))
    assert pieces(result.deferred) == [(3, 11, 1.0)]


def test_work_due_after_the_plan_is_done_to_its_even_share():
    # Friday 16-17 h is the last open hour of the week: one of two promised hours.
    result = mail(office_day(h112=4))
    assert pieces(result.deferred) == [(112, 168, 2.0)]


def test_a_holiday_stops_the_clock():
    mask = np.zeros(24 * 7, dtype=bool)
    mask[9:17] = mask[24 * 2 + 9 : 24 * 2 + 17] = True  # Tuesday is closed
    result = mail(office_day(h16=3), open_mask=mask)
    assert pieces(result.deferred) == [(16, 48 + 10, 3.0)]


def test_backlog_keeps_its_promise_and_late_work_gets_it_afresh():
    # Arrived Friday 16:30 before (48 + 8 h back is the weekend): one hour has passed.
    result = mail(
        office_day(h9=1),
        aht_s=1800.0,
        backlog=((-56, 4.0), (-64, 6.0)),
    )
    assert pieces(result.deferred) == [
        (0, 10, pytest.approx(2.0)),
        (0, 11, pytest.approx(3.0)),
        (9, 11, pytest.approx(0.5)),
    ]
    assert result.warnings == ("6 contacts are late already when the plan begins",)


def test_backlog_alone_uses_the_default_handle_time():
    queue = a_queue("mail", "email", default_aht_s=720.0)
    demand = a_demand(np.zeros(24), 0.0, backlog=((0, 10.0),))
    work = deferred_requirement(queue, demand).deferred
    assert work.work_hours.sum() == pytest.approx(2.0)


def test_work_is_conserved_and_met_in_replay():
    rng = np.random.default_rng(3)
    offered = rng.poisson(6.0, 24 * 7) * (np.arange(24 * 7) < 100)
    result = mail(offered, ServiceTarget(answer_within_open_hours=8), 420.0)
    work = result.deferred
    total = offered.sum() * 420 / 3600
    assert work.work_hours.sum() == pytest.approx(total, abs=1e-9)
    assert result.base_agents.sum() == pytest.approx(total, abs=1e-9)
    replay = done_by_due(work, result.base_agents + 1e-12)
    assert replay == pytest.approx(work.work_hours, abs=1e-9)
    closed = ~open_mask(a_queue(opening=OFFICE), a_demand(offered).grid)
    assert (result.base_agents[closed] == 0).all()
    assert set(result.binding[result.base_agents > 0]) == {"due"}


def test_levelling_spreads_a_peak_over_its_promise():
    # 8 h of work at 09 h, due by 17 h: one agent all day instead of eight at once.
    result = mail(office_day(h9=8), ServiceTarget(answer_within_open_hours=8))
    assert result.base_agents[9:17] == pytest.approx(np.ones(8))


def test_levelling_bends_only_where_it_must():
    # 2 h due within 2 h, then 1 h with 2 h: 1, 1, then 0.5, 0.5.
    result = mail(office_day(h9=2, h11=1))
    assert result.base_agents[9:13] == pytest.approx([1.0, 1.0, 0.5, 0.5])
    assert result.base_agents[13:].sum() == 0


def test_occupancy_stretches_the_work():
    target = ServiceTarget(answer_within_open_hours=8, max_occupancy_fraction=0.8)
    assert mail(office_day(h9=8), target).deferred.work_hours.sum() == 10.0


def test_nothing_to_do_takes_nobody():
    result = mail(np.zeros(24 * 7))
    assert pieces(result.deferred) == []
    assert (result.base_agents == 0).all()
    assert set(result.binding) == {""}


def test_a_deferred_queue_needs_a_promise():
    with pytest.raises(ValueError, match="answer_within_open_hours"):
        mail(np.zeros(24), ServiceTarget())


def test_replay_does_first_due_first_and_what_is_late_gives_way():
    work = DeferredWork(
        queue_id="mail",
        arrival_idx=np.array([0, 0, 2]),
        due_idx=np.array([1, 3, 3]),
        work_hours=np.array([2.0, 1.0, 1.0]),
    )
    # Hour 0 does one of the first two hours in time; the other one is lost, and must
    # not make what follows late as well.
    done = done_by_due(work, np.array([1.0, 1.0, 1.0, 1.0]))
    assert done.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("channel", ["callback", "email", "social"])
def test_deferred_channels_share_the_model(channel):
    model = CHANNELS[channel]
    assert model.deferred
    found = model().requirement(a_queue("x", channel), a_demand(np.ones(24)))
    assert found.deferred.work_hours.sum() == pytest.approx(
        sum(min(1.0, (24 - t) / 8) for t in range(24)) * 300 / 3600
    )


def test_a_contact_promised_for_a_time_is_done_before_it():
    # Promised for Tuesday 11: may be made within the usual two open hours before.
    # For Monday 05, before the opening: in its first hour. For the week after: then.
    result = mail(office_day(h9=1), promised=((24 + 11, 4.0), (5, 2.0), (169, 9.0)))
    assert pieces(result.deferred) == [
        (9, 10, 2.0),
        (9, 11, 1.0),
        (24 + 9, 24 + 11, 4.0),
    ]


def test_a_promise_for_closed_time_is_kept_in_the_last_open_hours():
    result = mail(office_day(h9=1), promised=((20, 4.0),))
    assert pieces(result.deferred) == [(9, 11, 1.0), (15, 20, 4.0)]
    replay = done_by_due(result.deferred, result.base_agents)
    assert replay == pytest.approx(result.deferred.work_hours)
