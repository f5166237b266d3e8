"""Changes of demand: each a change against history, applied once."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from support.staffing_cases import MONDAY, a_queue, hours_grid

from wfm.calendar.local import wall_minute
from wfm.domain.drivers import (
    ContactReason,
    Containment,
    DemandDrivers,
    Escalation,
    Growth,
    Notice,
    Redials,
    Repeats,
)
from wfm.staffing import erlang
from wfm.staffing.demand.forwards import ForwardError
from wfm.staffing.demand.redials import lost_at_target
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand, changed, moved_to_open

REASONS = (
    ContactReason(reason="returns", share=0.4, aht_factor=1.5, repeat_rate=0.1),
    ContactReason(reason="parcel", share=0.6, aht_factor=0.75, repeat_rate=0.3),
)
PLAIN = tuple(replace(reason, repeat_rate=0.0) for reason in REASONS)
TODAY = MONDAY.date()


def demand_of(queues, rows, aht_s=300.0, accepts=None):
    offered = np.array(rows, dtype=float)
    mask = np.ones(offered.shape, dtype=bool) if accepts is None else accepts
    return Demand(
        grid=hours_grid(offered.shape[1]),
        queues=queues,
        offered_contacts=offered,
        aht_s=np.full(offered.shape, aht_s),
        accepts=mask,
        window=(0, offered.shape[1]),
    )


def driven(rows=((10.0,) * 24,), aht_s=300.0, accepts=None, **drivers):
    queue = a_queue(
        "q", patience_s=120.0, drivers=DemandDrivers(**drivers), default_aht_s=300.0
    )
    return changed(demand_of([queue], rows, aht_s, accepts))


def test_every_file_registers_one_change_and_stages_differ():
    assert DEMAND_CHANGES.names() == (
        "callback_offers",
        "containment",
        "forwards",
        "growth",
        "lists",
        "notices",
        "redials",
        "repeats",
    )
    stages = [DEMAND_CHANGES[name].stage for name in DEMAND_CHANGES]
    assert len(set(stages)) == len(stages)


@pytest.mark.parametrize(
    "drivers",
    [
        {},
        {"reasons": REASONS},
        {"growth": Growth(per_year=0.3, since=date(2027, 1, 1))},
        {"containment": Containment(share=0.2, in_history=0.2)},
        {"containment": Containment(share=0.9, since=date(2027, 1, 1))},
        {"repeats": Repeats(rate=0.2, in_history=0.2)},
        {
            "notices": (
                Notice(
                    from_wall_minute=0,
                    to_wall_minute=10**9,
                    reach=1.0,
                    saves=1.0,
                    event_effect=0.8,
                ),
            )
        },
    ],
)
def test_what_history_holds_already_changes_nothing(drivers):
    found = driven(**drivers)
    assert found.offered_contacts[0] == pytest.approx(np.full(24, 10.0), rel=1e-12)
    assert found.aht_s[0] == pytest.approx(np.full(24, 300.0), rel=1e-12)
    assert found.remarks == ()


def test_growth_compounds_from_its_date():
    found = driven(growth=Growth(per_year=0.21, since=date(2024, 10, 26)))
    years = (730 + np.arange(24) / 24) / 365.25
    assert found.offered_contacts[0] == pytest.approx(10 * 1.21**years, rel=1e-12)


def test_a_notice_saves_contacts_of_the_outage_only():
    noon = wall_minute(TODAY, 720)
    notice = Notice(
        from_wall_minute=noon,
        to_wall_minute=noon + 120,
        reach=0.5,
        saves=0.8,
        event_effect=4.0,
    )
    found = driven(notices=(notice,)).offered_contacts[0]
    # 30 of 40 contacts are due to the outage; 40 % of them are saved.
    assert found[12:14] == pytest.approx([7.0, 7.0])
    assert found.sum() == pytest.approx(234.0)


def test_containment_takes_the_easy_contacts_and_leaves_harder_ones():
    rule = Containment(reasons={"parcel": 0.5}, aht_factor=1.1)
    found = driven(reasons=PLAIN, containment=rule)
    assert found.offered_contacts[0] == pytest.approx(np.full(24, 7.0))
    # 4 of 1.5 and 3 of 0.75 where it was 4 and 6: means 1.1786 and 1.05.
    mix = (4 * 1.5 + 3 * 0.75) / 7 / 1.05
    assert found.aht_s[0] == pytest.approx(np.full(24, 300 * mix * 1.1))
    # Work falls by less than the contacts.
    assert (found.offered_contacts * found.aht_s).sum() > 0.7 * 24 * 3000


def test_containment_is_relative_to_history_s():
    found = driven(containment=Containment(share=0.28, in_history=0.1))
    assert found.offered_contacts[0] == pytest.approx(np.full(24, 8.0))
    everything = driven(reasons=REASONS, containment=Containment(share=1.0))
    assert (everything.offered_contacts == 0).all()


def test_escalations_arrive_later_in_their_queue_at_its_opening():
    rule = Containment(
        share=0.5,
        escalation=Escalation(
            to_queue="second", share=0.2, delay_minutes=120, aht_s=900.0
        ),
    )
    first = a_queue("q", drivers=DemandDrivers(containment=rule))
    second = a_queue("second")
    accepts = np.ones((2, 24), dtype=bool)
    accepts[1, :8] = False
    found = changed(
        demand_of([first, second], [(10.0,) * 24, (4.0,) * 24], 300.0, accepts)
    )
    assert found.offered_contacts[0] == pytest.approx(np.full(24, 5.0))
    # One an hour from two on; seven of them wait for eight o'clock.
    assert found.offered_contacts[1, 8:10] == pytest.approx([11.0, 5.0])
    assert found.aht_s[1, 9] == pytest.approx((4 * 300 + 900) / 5)
    assert found.inflows == ()
    weaker = Containment(share=0.0, in_history=0.5, escalation=rule.escalation)
    fewer = changed(
        demand_of(
            [a_queue("q", drivers=DemandDrivers(containment=weaker)), second],
            [(10.0,) * 24, (1.0,) * 24],
        )
    )
    assert fewer.offered_contacts[0, 0] == 20.0
    assert fewer.offered_contacts[1].tolist() == [1.0] * 2 + [0.0] * 22


def test_escalations_to_nowhere_are_refused():
    rule = Containment(share=0.5, escalation=Escalation(to_queue="zz", share=0.1))
    with pytest.raises(ForwardError, match="unknown queue 'zz'"):
        driven(containment=rule)


def test_fewer_repeats_approach_the_geometric_series():
    rows = ((10.0,) * 24 * 21,)
    found = driven(rows, repeats=Repeats(rate=0.1, in_history=0.25, delay_hours=5))
    # 10 contacts are 7.5 first ones and repeats; 7.5 / 0.9 remain.
    assert found.offered_contacts[0] == pytest.approx(
        np.full(24 * 21, 7.5 / 0.9), rel=1e-6
    )
    assert found.remarks == (("q", "repeat contacts change the volume by -16.7%"),)


def test_repeats_come_when_the_queue_is_open_and_none_is_lost():
    accepts = np.tile(np.arange(24) % 24 // 8 == 1, (1, 14))
    rows = accepts * 12.0
    found = driven(
        rows,
        accepts=accepts,
        repeats=Repeats(rate=0.3, in_history=0.0, delay_hours=10),
    ).offered_contacts[0]
    assert (found[~accepts[0]] == 0).all()
    last_week = found[24 * 7 :].sum()
    assert last_week == pytest.approx(12 * 56 / 0.7, rel=1e-3)
    # The night's repeats call at eight.
    assert found[24 * 7 + 8] > 1.3 * found[24 * 7 + 9]


def test_self_service_that_takes_repeaters_lowers_repeats_too():
    rows = ((10.0,) * 24 * 21,)
    rule = Containment(reasons={"parcel": 0.5})
    found = driven(rows, reasons=REASONS, containment=rule).offered_contacts[0]
    before, after = 0.4 * 0.1 + 0.6 * 0.3, (4 * 0.1 + 3 * 0.3) / 7
    assert found[-1] == pytest.approx(7.0 * (1 - before) / (1 - after), rel=1e-4)
    halved = driven(
        rows,
        reasons=REASONS,
        containment=rule,
        repeats=Repeats(rate=before / 2, in_history=before),
    ).offered_contacts[0]
    assert halved[-1] == pytest.approx(7.0 * (1 - before) / (1 - after / 2), rel=1e-4)


def test_redials_are_those_of_the_planned_service_level():
    rows = ((300.0,) * 24 * 8,)
    rule = Redials(share=0.6, abandoned_in_history=0.2, delay_minutes=5)
    found = driven(rows, redials=rule)
    fresh = 300 * (1 - 0.6 * 0.2)
    total = found.offered_contacts[0, -1]
    load = np.array([total * 300 / 3600])
    queue = a_queue(patience_s=120.0)
    (lost,) = lost_at_target(load, np.array([300.0]), queue.target, 120.0)
    assert lost < 0.1
    assert total == pytest.approx(fresh / (1 - 0.6 * lost), rel=1e-6)
    ((queue_id, remark),) = found.remarks
    assert queue_id == "q"
    assert remark.startswith(f"{fresh * 192:.0f} fresh contacts bring ")
    agents = erlang.required_agents(
        load[0],
        300.0,
        answer_within_s=20,
        service_level_fraction=0.8,
        patience_s=120.0,
        integer=False,
    ).agents
    gone = float(erlang.abandonment(load[0], agents, 300.0, 120.0))
    assert gone == pytest.approx(float(lost), rel=1e-9)


def test_redials_need_a_patience_and_endless_patience_has_none():
    queue = a_queue(
        drivers=DemandDrivers(redials=Redials(share=0.5, abandoned_in_history=0.1))
    )
    found = changed(demand_of([queue], [(10.0, 10.0)]))
    assert found.offered_contacts.tolist() == [[10.0, 10.0]]
    lost = lost_at_target(np.array([5.0]), np.array([300.0]), queue.target, None)
    assert lost.tolist() == [0.0]


def test_what_comes_in_closed_time_moves_to_the_opening():
    moved, left = moved_to_open(
        np.array([1.0, 2.0, 4.0, 8.0]), np.array([False, True, True, False])
    )
    assert moved.tolist() == [0.0, 3.0, 4.0, 0.0]
    assert left == 8.0
