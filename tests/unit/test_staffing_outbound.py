"""Outbound lists: hours against a list called customer by customer."""

import numpy as np
import pytest
from support.staffing_cases import OFFICE, a_demand, a_queue, hours_grid

from wfm.calendar.opening import open_mask
from wfm.domain.demand import ServiceTarget
from wfm.domain.drivers import OutboundList
from wfm.staffing.channel import CHANNELS
from wfm.staffing.deferred import done_by_due
from wfm.staffing.demand_change import Demand, changed
from wfm.staffing.outbound_work import record_s

RULE = OutboundList(
    records=600,
    contact_rate=0.35,
    conversion_rate=0.2,
    max_tries=3,
    retry_after_open_hours=4,
    attempt_s=45.0,
    contact_s=240.0,
    conversion_s=300.0,
)


def called(rule=RULE, offered=None, hours=32, **changes):
    """Return the staffing through all changes of demand, as a plan has it."""
    queue = a_queue(
        "out",
        "outbound",
        opening=OFFICE,
        outbound=rule,
        target=ServiceTarget(answer_within_open_hours=hours),
    )
    rows = np.zeros((1, 168)) if offered is None else np.array([offered])
    listed = changed(
        Demand(
            grid=hours_grid(168),
            queues=[queue],
            offered_contacts=rows,
            aht_s=np.full((1, 168), 99.0),
            accepts=np.ones((1, 168), dtype=bool),
            window=(0, 168),
        )
    )
    assert listed.aht_s[0] == pytest.approx(np.full(168, record_s(rule)))
    assert listed.offered_contacts.sum() == pytest.approx(rows.sum() + rule.records)
    mask = open_mask(queue, listed.grid)
    demand = a_demand(listed.offered_contacts[0], open_mask=mask, **changes)
    return CHANNELS["outbound"]().requirement(queue, demand)


def test_hours_equal_those_of_a_list_called_one_by_one():
    rng = np.random.default_rng(4)
    seconds = 0.0
    records = 60_000
    for _ in range(records):
        for _ in range(RULE.max_tries):
            if rng.uniform() < RULE.contact_rate:
                seconds += RULE.contact_s
                if rng.uniform() < RULE.conversion_rate:
                    seconds += RULE.conversion_s
                break
            seconds += RULE.attempt_s
    assert record_s(RULE) == pytest.approx(seconds / records, rel=0.01)
    found = called()
    assert found.deferred.work_hours.sum() == pytest.approx(600 * record_s(RULE) / 3600)


def test_tries_keep_their_distance_the_calling_hours_and_the_promise():
    found = called()
    work = found.deferred
    # Monday 00:00, then 13 and Tuesday 09; the last ends with the 32nd open hour.
    assert work.arrival_idx.tolist() == [0, 13, 24 + 9]
    assert work.due_idx.tolist() == [48 + 17, 72 + 13, 72 + 17]
    assert work.work_hours[1:] / work.work_hours[:-1] == pytest.approx([0.65, 0.65])
    hours = np.arange(168) % 24
    closed = (hours < 9) | (hours >= 17)
    assert (found.base_agents[closed] == 0).all()
    replay = done_by_due(work, found.base_agents + 1e-12)
    assert replay == pytest.approx(work.work_hours)
    assert found.warnings == ("600 customers, 435 reached within 3 tries, 87 agree",)


def test_records_that_come_by_the_forecast_keep_the_order_of_due_times():
    rng = np.random.default_rng(0)
    found = called(offered=rng.poisson(3.0, 168) * 1.0, hours=16)
    work = found.deferred
    assert (np.diff(work.arrival_idx) >= 0).all()
    assert (np.diff(work.due_idx) >= 0).all()
    assert (work.arrival_idx < work.due_idx).all()
    replay = done_by_due(work, found.base_agents + 1e-12)
    assert replay == pytest.approx(work.work_hours, abs=1e-9)


def test_one_try_without_a_list_is_what_the_forecast_says():
    rule = OutboundList(contact_rate=1.0, contact_s=360.0)
    found = called(rule, offered=np.eye(168)[10] * 20.0, hours=8)
    assert found.deferred.work_hours.sum() == pytest.approx(2.0)


def test_what_cannot_be_called_is_refused():
    with pytest.raises(ValueError, match="exceed its promise"):
        called(hours=8)
    with pytest.raises(ValueError, match="needs an outbound list"):
        CHANNELS["outbound"]().requirement(a_queue("x", "outbound"), a_demand([1.0]))
