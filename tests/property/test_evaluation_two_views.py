"""The certificate's own matching and hand-overs agree with the rules' checkers."""

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tiny_rosters import agent, instance_of, queue, shift_at, site

from solver.rules.hand_over import HandOverRule
from solver.rules.min_cover import MinCover
from wfm.domain.roster import Roster
from wfm.evaluation.certificate import certify
from wfm.evaluation.coverage import coverage, matched

DAY = date(2026, 10, 25)
SKILLS = ({"en": 0}, {"ja": 0}, {"en": 0, "ja": 0})
QUEUES = [
    queue("en", "en", handover_minutes=60),
    queue("ja", "ja", handover_minutes=120),
    queue("both", "en", "ja"),
]
SITES = [
    site("east", zone="Asia/Tokyo", region="apac"),
    site("west", zone="Europe/Warsaw", region="emea"),
]
shifts_drawn = st.lists(
    st.tuples(st.integers(0, 12), st.integers(2, 11), st.booleans()),
    min_size=4,
    max_size=4,
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    shifts_drawn,
    st.integers(0, 2**30),
    st.integers(0, 10),
)
def test_two_views_of_one_roster(skills, drawn, seed, cold):
    rng = np.random.default_rng(seed)
    floors = rng.integers(0, 3, (3, 200))
    people = [
        agent(
            f"a{i}",
            ("east", "west")[i % 2],
            zone=SITES[i % 2].zone,
            skills=SKILLS[kind],
        )
        for i, kind in enumerate(skills)
    ]
    instance = instance_of(
        people,
        first=DAY,
        num_days=1,
        zone="Europe/Warsaw",
        sites=SITES,
        queues=QUEUES,
        guaranteed=lambda q, t: int(floors[[x.queue_id for x in QUEUES].index(q), t]),
        cold_start_end_idx=cold,
    )
    roster = Roster(
        shifts=tuple(
            shift_at(
                instance,
                f"a{i}",
                DAY,
                hour,
                hours,
                [(1, 1, "break", True)] if pause and hours > 2 else (),
            )
            for i, (hour, hours, pause) in enumerate(drawn)
        )
    )
    found = certify(instance, [MinCover(), HandOverRule()], roster, hashes={})
    short = {(s.queue_id, t) for s in found.spans if s.missing for t in steps(s)}
    breaches = [v for v in found.violations if v.rule == "min_cover"]
    assert short == {(v.queue_id, t) for v in breaches for t in steps(v)}
    unmet = {(r.queue_id, r.at_idx) for r in found.handovers if not r.taking_region}
    assert unmet == {
        (v.queue_id, v.start_idx) for v in found.violations if v.rule == "hand_over"
    }
    assert found.ok == (not found.violations)
    check_matching(instance, roster)


def steps(span):
    return range(span.start_idx, span.end_idx)


def check_matching(instance, roster):
    """The matching is as large as trying every assignment of the people at work."""
    cover = coverage(instance, roster)
    present = matched(instance, cover)
    for t in range(instance.window_start_idx, instance.window_end_idx):
        able = [cover.groups[g] for g in cover.group_of[:, t] if g >= 0]
        floors = tuple(instance.guaranteed_agents[:, t].tolist())
        assert present[:, t].sum() == most(able, floors)
        assert (present[:, t] <= floors).all()


def most(able, floors):
    if not able:
        return 0
    rest = most(able[1:], floors)
    for q in able[0]:
        if floors[q]:
            less = tuple(n - (i == q) for i, n in enumerate(floors))
            rest = max(rest, 1 + most(able[1:], less))
    return rest
