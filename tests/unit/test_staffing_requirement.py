"""The requirement stage: windows, opening hours, second line, shrinkage, channels."""

import math

import numpy as np
import pytest
from support.staffing_cases import ALWAYS, OFFICE, a_demand, a_forecast, a_queue

from wfm.calendar.opening import open_mask
from wfm.domain.demand import (
    ChatConcurrency,
    Forward,
    ServiceTarget,
    ShrinkageComponent,
    StaffingChoice,
)
from wfm.domain.errors import UsageError
from wfm.staffing import erlang
from wfm.staffing.channel import CHANNELS, LiveChannel
from wfm.staffing.demand.forwards import ForwardError, forward
from wfm.staffing.requirement import requirement
from wfm.staffing.shrinkage import gross_up_factor

SICK = ShrinkageComponent(name="sickness", fraction=0.04)
LATE = ShrinkageComponent(name="lateness", fraction=0.02)
BREAKS = ShrinkageComponent(name="breaks", fraction=0.10, rostered=True)


def plan(rows, queues, *, window=None, aht_s=300.0, **options):
    forecast = a_forecast(rows, aht_s)
    masks = {q.queue_id: open_mask(q, forecast.grid) for q in queues}
    window = window or (0, forecast.grid.num_intervals)
    return requirement(forecast, queues, window=window, open_masks=masks, **options)


def test_every_channel_file_registers_one_model():
    assert CHANNELS.names() == (
        "callback",
        "chat",
        "email",
        "messaging",
        "outbound",
        "phone",
        "social",
        "virtual_queue",
    )
    live = {name for name in CHANNELS if not CHANNELS[name].deferred}
    assert live == {"phone", "chat", "messaging", "virtual_queue"}
    assert all(
        isinstance(CHANNELS[name](), LiveChannel) == (name in live) for name in CHANNELS
    )


def test_phone_meets_its_target_exactly_and_stays_fractional():
    found = plan({"q": [20.0] * 48}, [a_queue()])
    load = 20 * 300 / 1800
    level = erlang.service_level(load, found.base_agents[0], 300, 20)
    assert level == pytest.approx(np.full(48, 0.8), abs=1e-9)
    assert found.workload_erlangs[0] == pytest.approx(np.full(48, load))
    assert set(found.binding[0]) == {"service_level"}


def test_patience_takes_fewer_people():
    endless = plan({"q": [200.0] * 48}, [a_queue()])
    impatient = plan({"q": [200.0] * 48}, [a_queue(patience_s=120.0)])
    assert impatient.base_agents[0, 0] < endless.base_agents[0, 0] - 1


def test_outside_window_and_opening_hours_nobody_is_needed():
    queue = a_queue(opening=OFFICE)
    found = plan({"q": [10.0] * 48}, [queue], window=(20, 26))
    needed = np.flatnonzero(found.base_agents[0] > 0)
    assert needed.tolist() == [20, 21, 22, 23, 24, 25]
    assert found.offered_contacts[0].sum() == 60
    assert plan({"q": [10.0] * 48}, [queue]).offered_contacts[0].sum() == 160


def test_zero_volume_needs_zero_agents():
    found = plan({"q": [0.0] * 48}, [a_queue()])
    assert (found.base_agents == 0).all()
    assert (found.binding == "").all()
    assert found.warnings == {}


def test_only_shrinkage_that_is_not_rostered_grosses_up():
    found = plan({"q": [20.0] * 48}, [a_queue()], shrinkage=(SICK, BREAKS, LATE))
    ratio = found.scheduled_agents[0] / found.base_agents[0]
    assert ratio == pytest.approx(np.full(48, 1 / 0.96 / 0.98))
    everything = gross_up_factor((SICK, BREAKS, LATE), include_rostered=True)
    assert everything == pytest.approx(1 / (0.96 * 0.98 * 0.9))
    with pytest.raises(ValueError, match="'x' must be in"):
        gross_up_factor([ShrinkageComponent(name="x", fraction=1.0)])


def test_a_queue_may_have_its_own_shrinkage():
    queues = [a_queue("a"), a_queue("b", shrinkage=(LATE,))]
    found = plan({"a": [9.0] * 4, "b": [9.0] * 4}, queues, shrinkage=(SICK,))
    ratio = found.scheduled_agents[:, 0] / found.base_agents[:, 0]
    assert ratio == pytest.approx([1 / 0.96, 1 / 0.98])


def test_deferred_work_is_grossed_up_and_reported():
    queues = [a_queue("mail", "email")]
    found = plan(
        {"mail": [6.0] * 48},
        queues,
        shrinkage=(SICK, BREAKS),
        window=(0, 48),
        backlog=[("mail", 0, 2.0), ("other", 0, 99.0)],
    )
    (work,) = found.deferred
    share = np.minimum(1.0, np.arange(48, 0, -1) / 16)
    hours = (6 * share.sum() + 2) * 300 / 3600 / 0.96
    assert work.work_hours.sum() == pytest.approx(hours, abs=1e-9)
    assert found.scheduled_agents.sum() / 2 == pytest.approx(hours, abs=1e-9)


def test_chat_needs_what_the_chain_says():
    # Research notes, section 4: K=3, AHT 6/7/8.5 min, patience 2 min, 80/20:
    # 12 agents at 4 chats a minute (AHT/K says 10), 55 at 20 (AHT/K says 40).
    chat = ChatConcurrency(max_chats=3, aht_factor=(1.0, 7 / 6, 8.5 / 6))
    queue = a_queue("c", "chat", chat=chat, patience_s=120.0)
    found = plan({"c": [120.0, 600.0, 0.0]}, [queue], aht_s=360.0)
    assert np.ceil(found.base_agents[0]).tolist() == [12.0, 55.0, 0.0]
    assert found.binding[0].tolist() == ["service_level", "service_level", ""]
    demand = a_demand([120.0, 600.0, 0.0], 360.0, minutes=30)
    level = CHANNELS["chat"]().service_level(queue, demand, found.base_agents[0])
    assert level == pytest.approx([0.8, 0.8, 1.0], abs=1e-9)


def test_chat_one_at_a_time_is_phone():
    rows = {"c": [30.0, 3.0]}
    chat = plan(rows, [a_queue("c", "chat")])
    singly = StaffingChoice(method="sipp")
    phone = plan(rows, [a_queue("c", "phone", staffing=singly)])
    heads = np.ceil(chat.base_agents)
    assert heads.tolist() == np.ceil(phone.base_agents).tolist()
    demands = [a_demand([n], 300.0, minutes=30) for n in rows["c"]]
    levels = [
        CHANNELS[name]().service_level(a_queue("c", name), part, heads[0][t : t + 1])[0]
        for t, part in enumerate(demands)
        for name in ("chat", "phone")
    ]
    assert levels[::2] == pytest.approx(levels[1::2], rel=1e-8)


def test_chat_targets_of_wait_and_occupancy():
    chat = ChatConcurrency(max_chats=2, aht_factor=(1.0, 1.3))
    slow = a_queue("c", "chat", chat=chat, target=ServiceTarget(asa_s=30))
    full = a_queue(
        "c", "chat", chat=chat, target=ServiceTarget(max_occupancy_fraction=0.5)
    )
    found = plan({"c": [60.0]}, [slow])
    assert found.binding[0, 0] == "asa"
    assert plan({"c": [60.0]}, [full]).binding[0, 0] == "occupancy"
    none = a_queue("c", "chat", chat=chat, target=ServiceTarget())
    least = plan({"c": [60.0]}, [none])
    # Ten Erlangs alone, 1.3 times as long in pairs: at least 6.5 agents.
    assert least.base_agents[0, 0] == pytest.approx(6.5)
    assert found.base_agents[0, 0] > 6.5


def test_second_line_arrives_later_with_its_own_handle_time():
    first = a_queue(
        "first",
        forwards=(
            Forward(to_queue="second", share=0.1, delay_minutes=60, aht_s=900.0),
        ),
    )
    second = a_queue("second", "callback")
    found = plan({"first": [10.0] * 24}, [second, first])
    assert found.queue_ids == ("second", "first")
    assert found.offered_contacts[0].tolist() == [0.0, 0.0] + [1.0] * 22
    assert found.aht_s[0, 2:] == pytest.approx(np.full(22, 900.0))
    (remark,) = found.warnings["second"]
    assert remark.startswith("2.0 contacts from first arrive after")


def test_forwards_chain_mix_and_split():
    queues = [
        a_queue("c", default_aht_s=100.0),
        a_queue("b", forwards=(Forward(to_queue="c", share=0.5, delay_minutes=15),)),
        a_queue("a", forwards=(Forward(to_queue="b", share=0.2, aht_s=600.0),)),
    ]
    offered = np.array([[0.0, 0.0], [8.0, 8.0], [10.0, 0.0]])
    aht_s = np.array([[0.0, 0.0], [300.0, 300.0], [60.0, 60.0]])
    found = forward(queues, offered, aht_s, 30, np.ones((3, 2), dtype=bool))
    assert found.offered_contacts[1].tolist() == [10.0, 8.0]
    assert found.aht_s[1].tolist() == [pytest.approx(360.0), 300.0]
    # Half of 10 and 8, fifteen minutes later: half stays, half moves on.
    assert found.offered_contacts[0].tolist() == [2.5, 4.5]
    assert found.aht_s[0].tolist() == [100.0, 100.0]
    assert found.beyond_contacts == {("b", "c"): 2.0}


def test_forwards_in_a_circle_or_to_nowhere_are_refused():
    loop = [
        a_queue("a", forwards=(Forward(to_queue="b", share=0.1),)),
        a_queue("b", forwards=(Forward(to_queue="a", share=0.1),)),
    ]
    with pytest.raises(ForwardError, match="in a circle: "):
        plan({"a": [1.0], "b": [1.0]}, loop)
    lost = [a_queue("a", forwards=(Forward(to_queue="zz", share=0.1),))]
    with pytest.raises(ForwardError, match="unknown queue 'zz'"):
        plan({"a": [1.0]}, lost)


def test_forwards_into_closed_time_are_no_work_for_a_live_queue():
    first = a_queue("first", forwards=(Forward(to_queue="second", share=0.5),))
    second = a_queue("second", opening=OFFICE)
    found = plan({"first": [2.0] * 48}, [first, second])
    assert found.offered_contacts[1].sum() == 16.0


def test_unknown_channels_are_named():
    with pytest.raises(UsageError, match="did you mean 'phone'"):
        plan({"q": [1.0]}, [a_queue("q", "phon")])


def test_warnings_where_the_model_is_stretched():
    busy = plan({"q": [300.0] * 4}, [a_queue(target=ServiceTarget(asa_s=300))])
    assert "more than 95%" in busy.warnings["q"][0]
    steep = {"q": [3.0, 30.0, 9.0, 3.0]}
    singly = StaffingChoice(method="sipp")
    long = plan(steep, [a_queue(staffing=singly)], aht_s=3600.0)
    assert any("done after its end" in remark for remark in long.warnings["q"])
    minded = plan(steep, [a_queue()], aht_s=3600.0)
    assert minded.warnings["q"][0].startswith("staffed by the transient equations")
    assert not any("done after its end" in remark for remark in minded.warnings["q"])
    rare = plan({"q": [0.25] * 4}, [a_queue()])
    assert any("only 0.2 contacts" in remark for remark in rare.warnings["q"])
    free = plan({"q": [3.0] * 4}, [a_queue()], aht_s=0.0)
    assert "without a handle time" in free.warnings["q"][0]
    assert (free.base_agents == 0).all()
    aimless = plan({"q": [30.0] * 4}, [a_queue(target=ServiceTarget())])
    assert "no wait is targeted" in aimless.warnings["q"][-1]
    assert set(aimless.binding[0]) == {"stability"}


def test_default_handle_time_fills_in():
    found = plan({"q": [3.0] * 4}, [a_queue(default_aht_s=240.0)], aht_s=0.0)
    assert found.aht_s[0].tolist() == [240.0] * 4


def test_phone_without_threshold_reports_twenty_seconds():
    queue = a_queue(target=ServiceTarget(asa_s=30))
    level = CHANNELS["phone"]().service_level(
        queue, a_demand([40.0], minutes=30), np.array([8.0])
    )
    expected = erlang.service_level(40 * 300 / 1800, 8, 300, 20)
    assert level[0] == pytest.approx(float(expected))
    assert math.isfinite(level[0])
    assert queue.opening is ALWAYS
