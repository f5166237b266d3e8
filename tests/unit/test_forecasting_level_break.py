"""A level that has moved for good, and what only looks like it."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import grid_over, make_history, make_queue

from forecasting.kernels import level_break as kernels
from forecasting.level_break import find_break
from forecasting.run import forecast

FIRST = date(2026, 1, 5)


def levels(*spans, sd=0.03, seed=1):
    """Return days of (how many, level) in turn, with some noise."""
    level = np.concatenate([np.full(num, height) for num, height in spans])
    return level * np.exp(np.random.default_rng(seed).normal(0.0, sd, len(level)))


def found(level, ordinary=None):
    known = np.ones(len(level), dtype=bool) if ordinary is None else ordinary
    return find_break(level, known)


@pytest.mark.parametrize("ratio", [0.6, 0.8, 1.25, 3.0])
@pytest.mark.parametrize("after", [21, 30, 120])
@pytest.mark.parametrize("seed", range(3))
def test_a_move_is_found_on_its_day(ratio, after, seed):
    one = found(levels((60, 1.1), (after, 1.1 * ratio), seed=seed))
    assert one is not None
    assert one.row == 60
    assert one.ratio == pytest.approx(ratio, rel=0.03)


ONLY_LOOKS = {
    "noise": levels((150, 1.0), sd=0.3),
    "too few days since": levels((60, 1.0), (20, 0.6)),
    "too few days before": levels((27, 1.0), (60, 0.6)),
    "too small": levels((60, 1.0), (60, 1.1)),
    "no more than days differ": levels((60, 1.0), (60, 1.3), sd=0.2),
    "a fortnight of holidays": levels((60, 1.0), (14, 0.5), (40, 1.0)),
    "it came back": levels((60, 1.0), (40, 0.6), (20, 1.0)),
    "a slow decline": levels((140, 1.0)) * np.exp(-0.006 * np.arange(140)),
    "a season": levels((300, 1.0)) * (1.0 + 0.3 * np.sin(np.arange(300) / 58.0)),
    "the year tells the season": levels((300, 1.0), (246, 0.6)),
    "nothing": np.zeros(120),
    "nobody knows": np.full(120, np.nan),
    "no days": np.zeros(0),
}


@pytest.mark.parametrize("what", ONLY_LOOKS)
def test_what_only_looks_like_a_move_is_none(what):
    assert found(ONLY_LOOKS[what]) is None


def test_days_that_are_not_ordinary_say_nothing():
    level, ordinary = levels((60, 1.0), (40, 0.7)), np.ones(100, dtype=bool)
    level[[10, 55, 61, 62, 80]], ordinary[[10, 55, 61, 62, 80]] = 9.0, False
    one = found(level, ordinary)
    assert (one.row, one.ratio) == (60, pytest.approx(0.7, rel=0.02))
    offered = np.ones((100, 2))
    assert one.taken_out(offered)[[59, 60], 0] == pytest.approx([one.ratio, 1.0])
    assert found(level, np.zeros(100, dtype=bool)) is None


def test_weekends_without_contacts_leave_the_place_where_it_is():
    level = levels((70, 1.0), (42, 1.5))
    level[np.arange(112) % 7 > 4] = np.nan
    one = found(level)
    assert (one.row, one.ratio) == (70, pytest.approx(1.5, rel=0.02))


def test_the_widest_gap_is_that_of_all_rows_looked_at_one_by_one():
    values = np.random.default_rng(5).normal(0.0, 1.0, 90)
    values[np.random.default_rng(6).random(90) < 0.2] = np.nan
    gaps = {
        row: abs(
            np.nanmean(values[row : row + 21]) - np.nanmean(values[row - 21 : row])
        )
        for row in range(28, 90 - 21 + 1)
    }
    best = max(gaps, key=gaps.__getitem__)
    assert kernels._widest_gap.py_func(values, 21, (28, 21)) == best
    assert kernels._widest_gap(values, 21, (28, 21)) == best


def test_the_sharpest_place_is_that_of_all_rows_looked_at_one_by_one():
    values = levels((30, 1.0), (30, 1.3), sd=0.2, seed=8)
    values[[3, 33]] = np.nan

    def off(row):
        parts = values[9:row], values[row:51]
        return sum(np.nansum(np.abs(part - np.nanmedian(part))) for part in parts)

    best = min((row for row in range(20, 41) if row != 33), key=off)
    assert kernels._sharpest.py_func(values, 30, 10, 21) == best
    assert kernels._sharpest(values, 30, 10, 21) == best


@pytest.mark.parametrize("spans", [((60, 1.0), (40, 0.7)), ((60, 1.0), (40, 0.9))])
def test_plain_code_finds_the_same(spans):
    ask = levels(*spans), (42, 21, 7), (28, 21), (0.15, 2.0, 1 / 3)
    assert kernels.level_break.py_func(*ask) == pytest.approx(kernels.level_break(*ask))


def test_weeks_to_come_are_at_the_level_that_stays():
    num_days, moved = 130, 100
    rng, hours = np.random.default_rng(3), np.arange(24)
    mean = 40.0 * np.maximum(np.sin((hours - 6) / 4.0), 0.0)
    level = np.where(np.arange(num_days) < moved, 1.0, 0.6)
    offered = rng.poisson(np.outer(level, mean)).astype(float)
    grid = grid_over(FIRST, num_days, interval_minutes=60)
    end = FIRST + timedelta(days=num_days)
    result = forecast(
        make_history(grid, {"q": offered.ravel()}),
        [make_queue()],
        first_day={"q": end},
        num_days=42,
    )
    by_day = result.mean[0].reshape(42, 24).sum(axis=1)
    assert by_day == pytest.approx(np.full(42, 0.6 * mean.sum()), rel=0.05)
    (note,) = (note for note in result.notes["q"] if "level" in note)
    day = FIRST + timedelta(days=moved)
    assert note.startswith("the level has moved to ")
    assert f"on {day} and stayed" in note
    p90 = result.quantiles[0, -1].reshape(42, 24).max()
    assert p90 < mean.max()  # no band reaches the old level
