"""What is written is read back unchanged, and starts of rows agree with zoneinfo."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.io_cases import agents, instance, plan

from wfm.calendar.local import wall_minute, zone
from wfm.domain.roster import Roster, Shift, WorkSpan
from wfm.io.history_clock import wall_to_utc
from wfm.io.rosters import read_roster_rows
from wfm.io.tables import write_roster

ACTIVITIES = ("work", "meal", "break")
QUEUES = ("", *(queue.queue_id for queue in plan().queues))
span_parts = st.tuples(
    st.integers(1, 12), st.sampled_from(ACTIVITIES), st.sampled_from(QUEUES)
)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    grid = instance().grid
    shifts = []
    for agent in agents():
        cursor = 0
        for gap, parts in draw(
            st.lists(
                st.tuples(st.integers(0, 60), st.lists(span_parts, min_size=1)),
                max_size=5,
            )
        ):
            start = cursor = cursor + gap
            spans = []
            for length, activity, queue in parts:
                spans.append(
                    WorkSpan(
                        start_idx=cursor,
                        end_idx=cursor + length,
                        activity=activity,
                        queue=queue,
                    )
                )
                cursor += length
            end = grid.instant(spans[-1].start_idx).astimezone(zone(agent.zone))
            day = grid.instant(start).astimezone(zone(agent.zone)).date()
            if (end.date() - day).days <= 1:
                shifts.append(
                    Shift(agent_id=agent.agent_id, date_local=day, spans=tuple(spans))
                )
    return Roster(shifts=tuple(shifts))


@given(roster=rosters())
@settings(max_examples=60, deadline=None)
def test_a_roster_is_read_back_as_written(roster):
    grid = instance().grid
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        write_roster(path, instance(), roster)
        rows = read_roster_rows(path, plan(), agents())
    read = [
        (
            row.agent_id,
            row.date_local,
            grid.index_of(row.start_utc),
            grid.index_of(row.end_utc),
            row.activity,
            row.queue_id,
        )
        for row in rows
    ]
    assert read == [
        (s.agent_id, s.date_local, p.start_idx, p.end_idx, p.activity, p.queue)
        for s in roster.shifts
        for p in s.spans
    ]


CHANGES = [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 9, 6)]
CHANGES += [date(2026, 10, 25), date(2026, 11, 1)]
ZONES = ["America/Denver", "Europe/Warsaw", "Asia/Kolkata", "Pacific/Honolulu"]
ZONES += ["America/Santiago", "Australia/Lord_Howe"]


@given(
    day=st.sampled_from(CHANGES),
    zone_name=st.sampled_from(ZONES),
    minutes=st.lists(st.integers(-96, 192).map(lambda n: 15 * n), min_size=1),
)
@settings(max_examples=150, deadline=None)
def test_wall_times_agree_with_zoneinfo(day, zone_name, minutes):
    walls = np.array([wall_minute(day) + minute for minute in minutes])
    found = wall_to_utc(walls, zone_name)
    clock = ZoneInfo(zone_name)
    for i, wall in enumerate(walls.tolist()):
        naive = datetime(1970, 1, 1) + timedelta(minutes=wall)  # noqa: DTZ001 - wall
        utc = [
            int(naive.replace(tzinfo=clock, fold=fold).timestamp()) // 60
            for fold in (0, 1)
        ]
        if found.in_gap[i]:
            assert utc[0] > utc[1]  # zoneinfo's way to say that it does not exist
        else:
            assert [found.first[i], found.second[i]] == utc
