"""Remarks on a model's validity: each appears with its cause and names its numbers."""

import math
from typing import Any

import numpy as np
import pytest

from wfm.staffing.validity import (
    ModelUse,
    carried_load_erlangs,
    overhang_fraction,
    overlap_warnings,
    validity_warnings,
)


def a_use(**changes: Any) -> ModelUse:
    values: dict[str, Any] = {
        "offered_contacts": np.full(4, 60.0),
        "aht_s": np.full(4, 240.0),
        "agents": np.full(4, 10.0),
        "occupancy_fraction": np.full(4, 0.8),
        "interval_s": 1800.0,
        "answer_within_s": 20.0,
        "patience_s": 180.0,
    }
    return ModelUse(**(values | changes))


def test_nothing_to_say_where_the_premises_hold():
    assert validity_warnings(a_use()) == ()


def test_nothing_to_say_without_work():
    nothing = np.zeros(4)
    assert validity_warnings(a_use(offered_contacts=nothing)) == ()
    assert validity_warnings(a_use(aht_s=nothing)) == ()


def test_high_occupancy_names_the_worst():
    (remark,) = validity_warnings(
        a_use(occupancy_fraction=np.array([0.8, 0.96, 0.991, 0.95]))
    )
    assert "more than 95%" in remark
    assert "2 of 4 intervals (up to 99.1%)" in remark


def test_low_occupancy_is_weighted_by_agents():
    shares = np.array([0.8, 0.1, 0.1, 0.1])
    (remark,) = validity_warnings(a_use(occupancy_fraction=shares))
    assert "only 27.5%" in remark
    many_where_busy = a_use(
        occupancy_fraction=shares, agents=np.array([30.0, 5.0, 5.0, 5.0])
    )
    assert validity_warnings(many_where_busy) == ()


def test_long_handling_matters_only_where_load_changes():
    level = a_use(aht_s=np.full(4, 1800.0))
    assert validity_warnings(level) == ()
    wave = a_use(
        aht_s=np.full(4, 1800.0), offered_contacts=np.array([20.0, 60.0, 60.0, 20.0])
    )
    (remark,) = validity_warnings(wave)
    # AHT equal to the interval: 1 - 1/e of the work is done later.
    assert remark.startswith("63% of an interval's work")
    assert "handle time 1800 s, interval 1800 s" in remark


def test_few_contacts_scatter():
    (remark,) = validity_warnings(a_use(offered_contacts=np.full(4, 4.0)))
    assert "only 4.0 contacts" in remark
    assert "about 20 points" in remark  # sqrt(.8 * .2 / 4)


def test_unknown_and_short_patience():
    endless = a_use(patience_s=math.inf, occupancy_fraction=np.full(4, 0.92))
    (remark,) = validity_warnings(endless)
    assert remark.startswith("patience is unknown")
    assert validity_warnings(a_use(patience_s=math.inf)) == ()
    (remark,) = validity_warnings(a_use(patience_s=15.0))
    assert "(15 s) is shorter than the threshold of the service level (20 s)" in remark
    assert validity_warnings(a_use(patience_s=15.0, answer_within_s=None)) == ()


def test_overhang_against_its_integral():
    # A contact arriving at s has work a e^{-(d - s) / a} left at the end d.
    aht_s, interval_s = 700.0, 1800.0
    grid = (np.arange(200_000) + 0.5) * interval_s / 200_000
    exact = np.exp(-(interval_s - grid) / aht_s).mean()
    found = overhang_fraction(np.array([aht_s, 0.0]), interval_s)
    assert found[0] == pytest.approx(exact, rel=1e-9)
    assert found[1] == 0.0


def test_carried_load_against_small_steps():
    load = np.array([5.0, 20.0, 8.0, 0.0, 30.0])
    aht_s, interval_s, steps = np.full(5, 900.0), 1800.0, 20_000
    level, means = 5.0, []
    for target in load:
        total = 0.0
        for _ in range(steps):
            slope = (target - level) / 900.0
            middle = level + slope * interval_s / steps / 2
            total += middle
            level += (target - middle) / 900.0 * interval_s / steps
        means.append(total / steps)
    found = carried_load_erlangs(load, aht_s, interval_s)
    assert found == pytest.approx(means, rel=1e-6)
    assert carried_load_erlangs(load[:0], aht_s[:0], interval_s).size == 0


def test_overlap_names_the_partners():
    eligible = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1], [0, 1, 1]], bool)
    remarks = overlap_warnings(eligible, ("en", "de", "mail"))
    assert remarks["en"].startswith("2 of 2 agents also serve de:")
    assert remarks["de"].startswith("3 of 3 agents also serve en, mail:")
    assert remarks["mail"].startswith("1 of 3 agents also serve de:")
    assert overlap_warnings(np.eye(3, dtype=bool), ("en", "de", "mail")) == {}


def test_overlap_names_three_partners_at_most():
    remarks = overlap_warnings(np.ones((2, 6), bool), tuple("abcdef"))
    assert "also serve b, c, d and 2 more:" in remarks["a"]
