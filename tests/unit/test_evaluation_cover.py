"""Coverage: matching, breaks, midnight, week and clock changes, hand-overs."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from support.tiny_rosters import agent, instance_of, queue, shift_at, site

from wfm.domain.roster import Roster, Shift, WorkSpan
from wfm.evaluation.coverage import coverage, guarantee_spans, site_heads
from wfm.evaluation.handover import HandOverRecord, handovers

MONDAY = date(2026, 6, 1)


def roster(*shifts):
    return Roster(shifts=shifts)


def both(names):
    return [agent(n, skills={"ja": 0, "en": 0}) for n in names]


def floors(**agents):
    return lambda queue_id, _t: agents.get(queue_id, 0)


def spans_of(instance, *shifts):
    return guarantee_spans(instance, roster(*shifts))[0]


def test_bilingual_people_never_count_twice():
    # 5 + 3 guaranteed, five people who speak both: three are missing.
    people = both("abcde")
    instance = instance_of(
        people,
        num_days=1,
        queues=[queue("ja", "ja"), queue("en", "en")],
        guaranteed=floors(ja=5, en=3),
    )
    shifts = [shift_at(instance, p.agent_id, MONDAY, 0, 24) for p in people]
    spans = spans_of(instance, *shifts)
    assert sum(span.present for span in spans) == 5
    assert sum(span.missing for span in spans) == 3
    assert {span.eligible for span in spans} == {5}


def test_matching_moves_people_to_where_only_they_can_help():
    people = [*both("ab"), agent("c", skills={"ja": 0})]
    instance = instance_of(
        people,
        num_days=1,
        queues=[queue("ja", "ja"), queue("en", "en")],
        guaranteed=floors(ja=1, en=2),
    )
    shifts = [shift_at(instance, p.agent_id, MONDAY, 0, 24) for p in people]
    assert [span.missing for span in spans_of(instance, *shifts)] == [0, 0]


def test_breaks_interrupt_cover_and_spans_are_run_length():
    instance = instance_of(
        [agent("a")],
        num_days=1,
        queues=[queue("en", "en")],
        guaranteed=floors(en=1),
    )
    shift = shift_at(instance, "a", MONDAY, 8, 8, [(4, 1, "meal", False)])
    spans = spans_of(instance, shift)
    assert [(s.start_idx, s.end_idx, s.present) for s in spans] == [
        (0, 8, 0),
        (8, 12, 1),
        (12, 13, 0),
        (13, 16, 1),
        (16, 24, 0),
    ]
    assert spans[1].regions == (("site", 1),)
    assert spans[0].regions == ()


def test_a_night_shift_covers_both_sides_of_midnight_and_the_week():
    instance = instance_of(
        [agent("a")],
        num_days=7,
        queues=[queue("en", "en")],
        guaranteed=lambda _q, t: int(t % 24 < 6 or t % 24 >= 22),
        carry_over=(
            Shift(
                agent_id="a",
                date_local=date(2026, 5, 31),
                spans=(WorkSpan(start_idx=-2, end_idx=6),),
            ),
        ),
    )
    nights = [shift_at(instance, "a", date(2026, 6, day), 22, 8) for day in range(1, 8)]
    spans = spans_of(instance, *nights)
    assert all(span.present == 1 for span in spans)
    # From the Sunday before to the end of the window on Sunday midnight.
    assert (spans[0].start_idx, spans[0].end_idx) == (0, 6)
    assert (spans[-1].start_idx, spans[-1].end_idx) == (166, 168)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Warsaw", date(2026, 10, 25), 25),
        ("America/Denver", date(2026, 11, 1), 25),
        ("America/Denver", date(2026, 3, 8), 23),
        ("Asia/Manila", date(2026, 11, 1), 24),
    ],
)
def test_a_day_is_covered_by_its_elapsed_hours(zone, day, hours):
    instance = instance_of(
        [agent("a", zone=zone)],
        first=day,
        num_days=1,
        zone=zone,
        queues=[queue("en", "en", zone=zone)],
        guaranteed=floors(en=1),
    )
    full = spans_of(instance, shift_at(instance, "a", day, 0, hours))
    assert [span.missing for span in full] == [0]
    assert full[0].end_idx - full[0].start_idx == hours
    short = spans_of(instance, shift_at(instance, "a", day, 0, hours - 1))
    assert [span.missing for span in short] == [0, 1]


def test_pinned_spans_count_for_their_queue_only():
    instance = instance_of(
        both("a"),
        num_days=1,
        queues=[queue("ja", "ja"), queue("en", "en")],
        guaranteed=floors(en=1),
    )
    pinned = Shift(
        agent_id="a",
        date_local=MONDAY,
        spans=(
            WorkSpan(start_idx=0, end_idx=12, queue="ja"),
            WorkSpan(start_idx=12, end_idx=24, queue="en"),
        ),
    )
    spans = spans_of(instance, pinned)
    assert [(s.start_idx, s.present) for s in spans] == [(0, 0), (12, 1)]


def test_strangers_and_unplanned_dates_give_no_cover():
    instance = instance_of(
        [agent("a")], num_days=1, queues=[queue("en", "en")], guaranteed=floors(en=1)
    )
    stranger = Shift(
        agent_id="zz", date_local=MONDAY, spans=(WorkSpan(start_idx=0, end_idx=24),)
    )
    unplanned = Shift(
        agent_id="a",
        date_local=date(2026, 5, 31),
        spans=(WorkSpan(start_idx=0, end_idx=24),),
    )
    (span,) = spans_of(instance, stranger, unplanned)
    assert span.present == 0


def test_cold_start_is_apart():
    instance = instance_of(
        [agent("a")],
        num_days=1,
        queues=[queue("en", "en")],
        guaranteed=floors(en=1),
        cold_start_end_idx=8,
    )
    shift = shift_at(instance, "a", MONDAY, 6, 18)
    spans, cold = guarantee_spans(instance, roster(shift))
    assert [(s.start_idx, s.end_idx) for s in cold] == [(0, 6)]
    assert [(s.start_idx, s.end_idx, s.missing) for s in spans] == [
        (6, 8, 0),
        (8, 24, 0),
    ]


def test_heads_and_seats():
    people = [agent("a"), agent("b"), agent("c", remote=True)]
    instance = instance_of(people, num_days=1, queues=[queue("en", "en")])
    shifts = [
        shift_at(instance, "a", MONDAY, 0, 8, [(4, 1, "meal", False)]),
        shift_at(instance, "b", MONDAY, 4, 8),
        shift_at(instance, "c", MONDAY, 4, 8),
    ]
    cover = coverage(instance, roster(*shifts))
    assert cover.groups == (frozenset({0}),)
    assert cover.heads[0, :12].tolist() == [1, 1, 1, 1, 2, 3, 3, 3, 2, 2, 2, 2]
    assert (
        site_heads(instance, cover)["site"][:12].tolist() == [1] * 4 + [2] * 4 + [1] * 4
    )


def test_an_empty_plan_has_no_spans():
    instance = instance_of([agent("a")], num_days=1, queues=[queue("en", "en")])
    assert guarantee_spans(instance, roster()) == ((), ())


REGIONS = [site("apac", region="apac"), site("emea", region="emea")]


def two_regions(**changes):
    return instance_of(
        [agent("a", "apac"), agent("e", "emea")],
        num_days=2,
        sites=REGIONS,
        queues=[queue("en", "en", handover_minutes=120)],
        **changes,
    )


def test_a_hand_over_with_overlap():
    instance = two_regions()
    found = handovers(
        instance,
        roster(
            shift_at(instance, "a", MONDAY, 0, 8), shift_at(instance, "e", MONDAY, 6, 8)
        ),
    )
    assert found == (
        HandOverRecord(
            queue_id="en",
            at_idx=8,
            leaving_region="apac",
            taking_region="emea",
            overlap_steps=2,
        ),
        HandOverRecord(
            queue_id="en",
            at_idx=14,
            leaving_region="emea",
            taking_region="",
            overlap_steps=0,
        ),
    )


def test_one_step_too_few_or_a_break_in_between_is_no_hand_over():
    instance = two_regions()
    leaves = shift_at(instance, "a", MONDAY, 0, 8)
    late = shift_at(instance, "e", MONDAY, 7, 17)
    paused = shift_at(instance, "e", MONDAY, 4, 20, [(3, 1, "meal", False)])
    for taker in (late, paused):
        first = handovers(instance, roster(leaves, taker))[0]
        assert (first.at_idx, first.taking_region) == (8, "")


def test_nobody_takes_over_a_queue_that_closes():
    opened = np.ones((1, 72), dtype=bool)
    opened[0, 8:] = False
    instance = two_regions()
    size = instance.grid.num_intervals
    closed = two_regions(open_mask=opened[:, :size])
    shift = shift_at(instance, "a", MONDAY, 0, 8)
    assert handovers(closed, roster(shift)) == ()
    assert len(handovers(instance, roster(shift))) == 1


def test_a_hand_over_from_the_previous_roster():
    carried = (
        Shift(
            agent_id="a",
            date_local=date(2026, 5, 31),
            spans=(WorkSpan(start_idx=-6, end_idx=1),),
        ),
        Shift(
            agent_id="e",
            date_local=date(2026, 5, 31),
            spans=(WorkSpan(start_idx=-1, end_idx=7),),
        ),
    )
    instance = two_regions(carry_over=carried)
    first, *rest = handovers(instance, roster())
    assert (first.at_idx, first.taking_region, first.overlap_steps) == (1, "emea", 2)
    assert [record.taking_region for record in rest] == [""]


def test_one_region_alone_or_no_hand_over_time_makes_no_records():
    alone = instance_of(
        [agent("a")], num_days=1, queues=[queue("en", "en", handover_minutes=60)]
    )
    shift = shift_at(alone, "a", MONDAY, 0, 8)
    assert handovers(alone, roster(shift)) == ()
    none = instance_of(
        [agent("a", "apac"), agent("e", "emea")],
        num_days=1,
        sites=REGIONS,
        queues=[queue("en", "en")],
    )
    assert handovers(none, roster(shift)) == ()


def test_cold_start_hand_overs_need_their_whole_overlap_behind_it():
    instance = two_regions(cold_start_end_idx=7)
    leaves = roster(shift_at(instance, "a", MONDAY, 0, 8))
    assert handovers(instance, leaves) == ()
    later = roster(shift_at(instance, "a", MONDAY, 0, 9))
    assert [record.at_idx for record in handovers(instance, later)] == [9]


def test_spans_never_overlap():
    people = both("abcd")
    instance = instance_of(
        people,
        num_days=2,
        queues=[queue("ja", "ja"), queue("en", "en")],
        guaranteed=lambda q, t: int(t % 5 > 1) + int(q == "en" and t % 3 == 0),
    )
    shifts = [
        shift_at(instance, p.agent_id, MONDAY, 2 * i, 9) for i, p in enumerate(people)
    ]
    spans = spans_of(instance, *shifts)
    for before, after in pairwise(spans):
        if before.queue_id == after.queue_id:
            assert before.end_idx <= after.start_idx
    guaranteed = sum(s.guaranteed * (s.end_idx - s.start_idx) for s in spans)
    assert guaranteed == instance.guaranteed_agents.sum()
