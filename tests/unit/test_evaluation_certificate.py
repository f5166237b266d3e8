"""The certificate: what it counts, its JSON, forgery, and violations in words."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

import pytest
from support.tiny_rosters import agent, instance_of, queue, shift_at, site

from wfm.domain.roster import Roster, RosterInstance, Violation
from wfm.evaluation.certificate import (
    certify,
    differences,
    roster_hash,
    to_json,
)
from wfm.evaluation.describe import describe_violation

MONDAY = date(2026, 6, 1)
FALL_BACK = date(2026, 10, 25)


@dataclass(frozen=True)
class NoSundays:
    """A rule made up for the tests."""

    name: ClassVar[str] = "no_sundays"

    def violations(self, _instance: RosterInstance, roster: Roster) -> list[Violation]:
        return [
            Violation(
                rule=self.name,
                agent_id=shift.agent_id,
                date_local=shift.date_local,
                start_idx=shift.start_idx,
                end_idx=shift.end_idx,
                message="works on a Sunday",
            )
            for shift in roster.shifts
            if shift.date_local.weekday() == 6
        ]


@dataclass(frozen=True)
class SilentCover:
    """A cover rule that finds nothing."""

    name: ClassVar[str] = "min_cover"

    def violations(self, _instance: RosterInstance, _roster: Roster) -> list[Violation]:
        return []


def covered(hours=24, **changes):
    instance = instance_of(
        [agent("a", name="Anna"), agent("b")],
        num_days=7,
        queues=[queue("en", "en", zone="Asia/Tokyo")],
        guaranteed=lambda _q, t: int(t < 24),
        **changes,
    )
    shift = shift_at(instance, "a", MONDAY, 0, hours)
    return instance, Roster(shifts=(shift,))


def test_a_sound_roster_is_certified():
    instance, roster = covered()
    found = certify(
        instance, [NoSundays(), SilentCover()], roster, hashes={"b": "2", "a": "1"}
    )
    assert found.ok
    assert found.rules == {"min_cover": 0, "no_sundays": 0}
    assert list(found.hashes) == ["a", "b"]
    assert [span.missing for span in found.spans] == [0]


def test_breaches_are_counted_and_sorted():
    instance, _ = covered()
    sunday = date(2026, 6, 7)
    roster = Roster(
        shifts=(
            shift_at(instance, "b", sunday, 8),
            shift_at(instance, "a", sunday, 8),
            shift_at(instance, "a", MONDAY, 0, 24),
        )
    )
    found = certify(instance, [NoSundays(), NoSundays()], roster, hashes={})
    assert not found.ok
    assert found.rules == {"no_sundays": 4}
    assert [v.agent_id for v in found.violations] == ["a", "a", "b", "b"]


def test_the_matching_does_not_trust_the_cover_rule():
    instance, roster = covered(hours=23)
    assert not certify(instance, [SilentCover()], roster, hashes={}).ok
    # With the rule switched off nothing is demanded; the spans still say so.
    off = certify(instance, [], roster, hashes={})
    assert off.ok
    assert [span.missing for span in off.spans] == [0, 1]


def test_json_is_small_deterministic_and_tells_both_clocks():
    instance, roster = covered()
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    found = certify(
        instance, [NoSundays()], roster, hashes={"plan.yaml": "ab"}, now=now
    )
    data = to_json(found, instance)
    assert data == to_json(
        certify(instance, [NoSundays()], roster, hashes={"plan.yaml": "ab"}, now=now),
        instance,
    )
    assert data["guarantees"] == [
        {
            "queue": "en",
            "from_utc": "2026-06-01T00:00Z",
            "to_utc": "2026-06-02T00:00Z",
            "from_local": "2026-06-01T09:00+09:00",
            "to_local": "2026-06-02T09:00+09:00",
            "guaranteed": 1,
            "present": 1,
            "eligible": 1,
            "regions": {"site": 1},
        }
    ]
    assert data["created_utc"] == "2026-06-01T12:00:00+00:00"
    assert data["inputs"] == {"plan.yaml": "ab"}
    assert data["window"]["to_utc"] == "2026-06-08T00:00Z"
    assert len(json.dumps(data)) < 1500


def test_json_of_breaches_hand_overs_and_cold_start():
    instance = instance_of(
        [agent("a", "apac", zone="Asia/Tokyo"), agent("e", "emea")],
        num_days=7,
        sites=[site("apac", zone="Asia/Tokyo"), site("emea")],
        queues=[queue("en", "en", handover_minutes=60)],
        guaranteed=lambda _q, _t: 1,
        cold_start_end_idx=20,
    )
    sunday = date(2026, 6, 7)
    roster = Roster(shifts=(shift_at(instance, "a", sunday, 9, 8),))
    data = to_json(certify(instance, [NoSundays()], roster, hashes={}), instance)
    (breach,) = data["violations"]
    assert breach["from_utc"] == "2026-06-07T00:00Z"
    assert breach["from_local"] == "2026-06-07T09:00+09:00"
    assert breach["date_local"] == "2026-06-07"
    (cold,) = data["cold_start"]
    assert (cold["from_utc"], cold["present"]) == ("2026-06-01T00:00Z", 0)
    (left,) = data["handovers"]
    assert (left["leaving"], left["taking"]) == ("apac", "")
    assert left["at_utc"] == "2026-06-07T08:00Z"


def test_forged_certificates_are_found_by_running_again():
    instance, roster = covered(hours=20)
    rules = [NoSundays(), SilentCover()]
    honest = certify(instance, rules, roster, hashes={"plan.yaml": "ab"})
    stored = json.loads(json.dumps(to_json(honest, instance)))
    assert differences(stored, honest, instance) == ()
    stored["guarantees"][1]["present"] = 1
    stored["ok"] = True
    assert differences(stored, honest, instance) == ("guarantees", "ok")
    # The same certificate does not fit another roster either.
    _, other = covered(hours=24)
    fresh = certify(instance, rules, other, hashes={"plan.yaml": "cd"})
    stored = json.loads(json.dumps(to_json(honest, instance)))
    assert {"guarantees", "inputs", "roster", "ok"} <= set(
        differences(stored, fresh, instance)
    )


def test_the_roster_hash_knows_spans_and_instants():
    instance, roster = covered()
    again = Roster(shifts=tuple(reversed(roster.shifts)))
    assert roster_hash(instance, roster) == roster_hash(instance, again)
    moved = Roster(shifts=(shift_at(instance, "a", MONDAY, 0, 23),))
    assert roster_hash(instance, roster) != roster_hash(instance, moved)


def test_a_violation_in_words():
    instance, _ = covered()
    breach = Violation(
        rule="min_rest",
        agent_id="a",
        date_local=MONDAY,
        start_idx=8,
        end_idx=16,
        message="9 h of rest, at least 11",
    )
    assert describe_violation(breach, instance) == (
        "min_rest, a (Anna), Mon 2026-06-01 08:00 to 16:00 UTC (UTC 08:00 to 16:00): "
        "9 h of rest, at least 11"
    )


def test_violations_of_queues_tell_the_market_clock_and_the_other_day():
    instance, _ = covered()
    breach = Violation(
        rule="min_cover", queue_id="en", start_idx=20, end_idx=40, message="1 missing"
    )
    assert describe_violation(breach, instance) == (
        "min_cover, queue en, Tue 2026-06-02 05:00 to Wed 01:00 Asia/Tokyo "
        "(UTC Mon 20:00 to Tue 16:00): 1 missing"
    )


@pytest.mark.parametrize(
    ("breach", "text"),
    [
        (
            Violation(
                rule="weekly_hours", agent_id="b", date_local=MONDAY, message="x"
            ),
            "weekly_hours, b, Mon 2026-06-01: x",
        ),
        (Violation(rule="min_cover", message="x"), "min_cover: x"),
        (
            Violation(rule="r", agent_id="b", start_idx=0, end_idx=168, message="x"),
            "r, b, Mon 2026-06-01 00:00 to Mon 2026-06-08 00:00 UTC "
            "(UTC 00:00 to Mon 2026-06-08 00:00): x",
        ),
        (
            Violation(
                rule="shift_shape",
                agent_id="zz",
                date_local=MONDAY,
                start_idx=24,
                end_idx=25,
                message="x",
            ),
            "shift_shape, zz, Mon 2026-06-01, Tue 2026-06-02 00:00 to 01:00 UTC "
            "(UTC 00:00 to 01:00): x",
        ),
    ],
)
def test_violations_without_times_or_known_people(breach, text):
    instance, _ = covered()
    assert describe_violation(breach, instance) == text


def test_the_doubled_hour_is_told_apart():
    instance = instance_of(
        [agent("a", zone="Europe/Warsaw")],
        first=FALL_BACK,
        num_days=1,
        zone="Europe/Warsaw",
    )
    # 02:00 comes twice: local midnight is 22:00 UTC, and three steps later it is
    # 02:00 again, now winter time.
    breach = Violation(rule="r", agent_id="a", start_idx=2, end_idx=4, message="x")
    text = describe_violation(breach, instance)
    assert "02:00 to 03:00 Europe/Warsaw (UTC 00:00 to 02:00)" in text
