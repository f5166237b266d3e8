"""Tasks that share nothing, side by side."""

import threading

import pytest

from solver.core.lanes import Lanes


def test_one_lane_is_the_callers():
    lanes, seen = Lanes(), []
    lanes.run(lambda lane: seen.append((lane, threading.get_ident())))
    assert seen == [(0, threading.get_ident())]


def test_lanes_run_at_the_same_time():
    lanes, all_there = Lanes(), threading.Barrier(3, timeout=10.0)
    lanes.count = 3
    for _ in range(2):
        lanes.run(lambda _: all_there.wait())  # passes only if three wait at once
    lanes.narrow()
    seen = []
    lanes.run(seen.append)
    assert seen == [0]


def test_lanes_are_as_many_as_cores_but_not_too_many(monkeypatch):
    lanes = Lanes()
    for cores, count in ((1, 1), (2, 2), (64, 4)):
        monkeypatch.setattr("solver.core.lanes.usable_cores", lambda cores=cores: cores)
        lanes.widen()
        assert lanes.count == count


def test_what_fails_in_any_lane_is_raised():
    lanes = Lanes()
    lanes.count = 2

    def fail(lane):
        if lane == 1:
            raise ValueError(lane)

    with pytest.raises(ValueError, match="1"):
        lanes.run(fail)
    lanes.narrow()
