"""The one time axis."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from wfm.domain.grid import IntervalGrid

START = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)


def grid(interval_minutes=30, num_intervals=48, start=START):
    return IntervalGrid(
        start_utc=start,
        interval_minutes=interval_minutes,
        num_intervals=num_intervals,
    )


def test_instants_and_indices_by_hand():
    g = grid()
    assert g.instant(3) == datetime(2026, 10, 26, 7, 30, tzinfo=UTC)
    assert g.index_of(datetime(2026, 10, 26, 7, 30, tzinfo=UTC)) == 3
    assert g.end_utc == datetime(2026, 10, 27, 6, 0, tzinfo=UTC)
    assert (g.interval_s, g.interval_hours) == (1800, 0.5)


def test_start_minute_counts_from_the_epoch():
    g = grid(start=datetime(1970, 1, 2, 0, 15, tzinfo=UTC))
    assert g.start_minute == 1455


def test_start_is_normalised_to_utc():
    tokyo = timezone(timedelta(hours=9))
    assert grid(start=START.astimezone(tokyo)).start_utc.tzinfo is UTC
    assert grid(start=START.astimezone(tokyo)) == grid()


def test_indices_before_the_grid_are_negative():
    assert grid().index_of(START - timedelta(minutes=30)) == -1
    assert grid().floor_index(START - timedelta(minutes=1)) == -1


def test_floor_index_rounds_towards_the_past():
    assert grid().floor_index(START + timedelta(minutes=59)) == 1


@pytest.mark.parametrize("method", ["index_of", "floor_index"])
def test_naive_instants_are_refused(method):
    with pytest.raises(ValueError, match="aware"):
        getattr(grid(), method)(datetime(2026, 10, 26, 7, 30))  # noqa: DTZ001


def test_index_of_refuses_what_is_off_the_grid():
    with pytest.raises(ValueError, match="not on the 30-minute grid"):
        grid().index_of(START + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"start": datetime(2026, 10, 26)}, "aware"),  # noqa: DTZ001
        ({"start": START + timedelta(seconds=1)}, "whole minute"),
        ({"interval_minutes": 0}, "grid of"),
        ({"num_intervals": -1}, "grid of"),
    ],
)
def test_broken_grids_are_refused(changes, match):
    with pytest.raises(ValueError, match=match):
        grid(**changes)


def test_an_empty_grid_is_allowed():
    assert grid(num_intervals=0).end_utc == START


def test_refined_covers_the_same_time():
    fine = grid().refined(15)
    assert (fine.interval_minutes, fine.num_intervals) == (15, 96)
    assert fine.end_utc == grid().end_utc


def test_refined_refuses_a_step_that_does_not_divide():
    with pytest.raises(ValueError, match="does not divide"):
        grid().refined(20)
