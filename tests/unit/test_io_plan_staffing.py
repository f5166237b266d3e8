"""plan.yaml: over what time a queue promises, and on what demand it is planned."""

import pytest
from support.plan_folders import PLAN, write_folder

from wfm.domain.demand import StaffingChoice
from wfm.domain.errors import InputError
from wfm.io.folder import read_folder

PHONE = "target: {service_level: 0.80, answer_within_s: 20, max_occupancy: 0.90}"
CHAT = "target: {asa_s: 30}"


def read(tmp_path, old, new):
    assert PLAN.count(old) == 1
    folder = write_folder(tmp_path, plan=PLAN.replace(old, new))
    plan = read_folder(folder, frozenset(), {}).plan
    return {queue.queue_id: queue for queue in plan.queues}


def test_without_keys_queues_are_planned_on_the_mean_interval_by_interval(tmp_path):
    queue = read(tmp_path, PHONE, PHONE)["phone_ja"]
    assert queue.staffing == StaffingChoice()
    assert (queue.target.over, queue.target.min_interval_level) == ("interval", None)


def test_the_keys_arrive_in_the_queue(tmp_path):
    target = PHONE[:-1] + ", over: week, min_interval_service_level: 0.5}"
    keys = "\n    plan_on: sl_probability\n    plan_probability: 0.85"
    more = "\n    demand_cv: 0.12\n    staffing_method: mol"
    queue = read(tmp_path, PHONE, target + keys + more)["phone_ja"]
    assert queue.staffing == StaffingChoice(
        plan_on="sl_probability", probability=0.85, rate_cv=0.12, method="mol"
    )
    assert (queue.target.over, queue.target.min_interval_level) == ("week", 0.5)


FAULTS = [
    (PHONE, PHONE[:-1] + ", over: month}", "target.over: 'month' does not fit"),
    (
        PHONE,
        PHONE[:-1] + ", min_interval_service_level: 0.5}",
        "every interval is held to the service level anyway",
    ),
    (
        PHONE,
        PHONE[:-1] + ", over: day, min_interval_service_level: 0.8}",
        "0.8 is not below the service level of the day",
    ),
    (
        PHONE,
        "target: {asa_s: 20, over: day}",
        "target.over: no service level is promised over the day",
    ),
    (PHONE, PHONE + "\n    plan_on: p95", "plan_on: 'p95' does not fit"),
    (PHONE, PHONE + "\n    plan_probability: 0.9", "not used with plan_on: mean"),
    (PHONE, PHONE + "\n    demand_cv: 0.1", "demand_cv is not used with plan_on"),
    (PHONE, PHONE + "\n    staffing_method: mold", "did you mean 'mol'?"),
    (
        PHONE,
        PHONE[:-1] + ", over: day}\n    staffing_method: exact",
        "exact goes interval by interval, not over a day",
    ),
    (CHAT, CHAT + "\n    plan_on: sl_probability", "none is targeted"),
    (CHAT, CHAT + "\n    staffing_method: lag", "not available for channel chat"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_fault_is_told_once_where_it_stands(tmp_path, old, new, message):
    with pytest.raises(InputError) as caught:
        read(tmp_path, old, new)
    problems = caught.value.problems
    assert [message in problem.message for problem in problems] == [True]
    line = PLAN[: PLAN.index(old)].count("\n") + 1
    assert line <= problems[0].row <= line + 1


def test_what_only_the_telephone_can_do_is_refused_elsewhere(tmp_path):
    levelled = "target: {service_level: 0.8, answer_within_s: 30, over: day}"
    with pytest.raises(InputError) as caught:
        read(tmp_path, CHAT, levelled + "\n    plan_on: expected_sl")
    messages = " ".join(problem.message for problem in caught.value.problems)
    assert "over is not available for channel chat" in messages
    assert "plan_on is not available for channel chat" in messages
