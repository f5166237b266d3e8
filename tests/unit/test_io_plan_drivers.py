"""plan.yaml's keys for changes of demand, offers, lists and blending."""

from datetime import date

import pytest
from support.plan_folders import PLAN, write_folder

from wfm.calendar.local import wall_minute
from wfm.domain.demand import fed_queues
from wfm.domain.drivers import (
    CallbackOffer,
    ContactReason,
    Containment,
    DemandDrivers,
    Escalation,
    Growth,
    Notice,
    OutboundList,
    Redials,
    Repeats,
)
from wfm.domain.errors import InputError
from wfm.io.folder import read_folder

DRIVEN = """\
    guaranteed_agents: 2
    patience_s: 120
    reasons:
      returns: {share: 0.4, aht_factor: 1.5, repeat_rate: 0.1}
      parcel: {share: 0.6}
    demand:
      growth: {per_year: 0.08, since: 2026-01-01}
      containment:
        reasons: {parcel: 0.3}
        in_history: 0.1
        since: 2026-10-28
        escalation: {to: second, share: 0.2, delay_minutes: 60, aht_s: 600}
      repeats: {rate: 0.1, in_history: 0.15}
      redials: {share: 0.5, abandoned_in_history: 0.06, delay_minutes: 5}
      notices:
        - {from_local: "2026-10-27 09:00", to_local: "2026-10-27 15:00",
           reach: 0.6, saves: 0.5, event_effect: 2.5}
"""
MORE = """\
  line:
    channel: virtual_queue
    zone: Asia/Tokyo
    requires: [ja]
    open: {daily: "09:00-21:00"}
    target: {asa_s: 30}
    callback_offer: {after_s: 90, accepted: 0.4, to: second}
  list:
    channel: outbound
    zone: Asia/Tokyo
    requires: [ja, phone]
    open: {daily: "09:00-21:00"}
    target: {answer_within_open_hours: 24}
    outbound: {records: 500, contact_rate: 0.3, max_tries: 3, contact_s: 200,
               retry_after_open_hours: 4}
    blend: phone_ja
  sms:
    channel: messaging
    zone: Asia/Tokyo
    requires: [ja]
    open: {daily: "09:00-21:00"}
    target: {asa_s: 30}
    patience_s: 600
    chat: {max_chats: 2, aht_factor: [1.0, 1.2]}
sites:
"""
FULL = PLAN.replace("    guaranteed_agents: 2\n", DRIVEN).replace("sites:\n", MORE, 1)


def read(tmp_path, text=FULL):
    return read_folder(write_folder(tmp_path, plan=text), frozenset()).plan


def problems(tmp_path, old, new):
    assert FULL.count(old) == 1, old
    with pytest.raises(InputError) as caught:
        read(tmp_path, FULL.replace(old, new))
    return caught.value.problems


def test_every_key_arrives_in_the_domain(tmp_path):
    queues = {queue.queue_id: queue for queue in read(tmp_path).queues}
    morning = wall_minute(date(2026, 10, 27), 540)
    assert queues["phone_ja"].drivers == DemandDrivers(
        reasons=(
            ContactReason(reason="returns", share=0.4, aht_factor=1.5, repeat_rate=0.1),
            ContactReason(reason="parcel", share=0.6),
        ),
        growth=Growth(per_year=0.08, since=date(2026, 1, 1)),
        containment=Containment(
            reasons={"parcel": 0.3},
            in_history=0.1,
            since=date(2026, 10, 28),
            escalation=Escalation(
                to_queue="second", share=0.2, delay_minutes=60, aht_s=600.0
            ),
        ),
        repeats=Repeats(rate=0.1, in_history=0.15),
        redials=Redials(share=0.5, abandoned_in_history=0.06, delay_minutes=5.0),
        notices=(
            Notice(
                from_wall_minute=morning,
                to_wall_minute=morning + 360,
                reach=0.6,
                saves=0.5,
                event_effect=2.5,
            ),
        ),
    )
    assert queues["line"].callback_offer == CallbackOffer(
        after_s=90.0, accepted=0.4, to_queue="second"
    )
    assert queues["list"].outbound == OutboundList(
        records=500.0,
        contact_rate=0.3,
        max_tries=3,
        contact_s=200.0,
        retry_after_open_hours=4.0,
    )
    assert queues["list"].blend_with == "phone_ja"
    assert queues["sms"].chat.max_chats == 2
    assert queues["chat_en"].drivers == DemandDrivers()
    assert fed_queues(queues.values()) == {"second", "list"}


FAULTS = [
    ("parcel: {share: 0.6}", "parcel: {share: 0.5}", "reasons: the shares sum to 0.9"),
    (
        "reasons: {parcel: 0.3}",
        "reasons: {parcels: 0.3}",
        "containment.reasons.parcels: unknown reason 'parcels'; did you mean 'parcel'",
    ),
    ("{to: second, share: 0.2", "{to: secnd, share: 0.2", "did you mean 'second'"),
    (", aht_s: 600}", "}", "no handle time is known for what second receives"),
    ("    patience_s: 120\n", "", "redials: redials follow from lost patience"),
    (
        'to_local: "2026-10-27 15:00"',
        'to_local: "2026-10-27 08:00"',
        "notices.0.to_local: the notice ends before it begins",
    ),
    ("per_year: 0.08", "per_yaer: 0.08", "did you mean 'per_year'"),
    ("rate: 0.1, in", "rate: 1.5, in", "demand.repeats.rate"),
    (
        "    callback_offer: {after_s: 90, accepted: 0.4, to: second}\n",
        "",
        "queues.line: the key 'callback_offer' is missing",
    ),
    ("accepted: 0.4, to: second", "accepted: 0.4, to: sms", "is a messaging queue"),
    ("accepted: 0.4, to: second", "accepted: 0.4, to: secon", "did you mean 'second'"),
    (
        "channel: virtual_queue",
        "channel: phone",
        "line.callback_offer: a phone queue offers no call-back",
    ),
    ("retry_after_open_hours: 4", "retry_after_open_hours: 12", "3 tries take more"),
    ("channel: outbound", "channel: email", "list.outbound: a email queue has no"),
    ("blend: phone_ja", "blend: phone_jp", "did you mean 'phone_ja'"),
    ("blend: phone_ja", "blend: line", "line is no phone queue with a serv"),
    (
        "    target: {asa_s: 30}\n    patience_s: 600",
        "    target: {asa_s: 30}\n    blend: phone_ja",
        "blend: a messaging queue can't wait",
    ),
    (
        '[ja, phone]\n    open: {daily: "09:00-21:00"}\n    target: {answer',
        '[ja:3]\n    open: {daily: "09:00-21:00"}\n    target: {answer',
        "agents of phone_ja need not hold ja",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_faults_are_told_at_their_line(tmp_path, old, new, message):
    found = problems(tmp_path, old, new)
    (hit,) = [problem for problem in found if message in problem.message]
    assert hit.file == "plan.yaml"
    assert hit.row


def test_a_list_needs_its_key(tmp_path):
    start = FULL.index("    outbound:")
    text = FULL[:start] + FULL[FULL.index("    blend:") :]
    with pytest.raises(InputError, match="the key 'outbound' is missing"):
        read(tmp_path, text)


def test_redials_are_for_phones(tmp_path):
    text = FULL.replace(
        "    forecast_model: last_week",
        "    demand: {redials: {share: 0.5, abandoned_in_history: 0.1}}",
    )
    with pytest.raises(InputError, match="a chat queue has no redials"):
        read(tmp_path, text)
