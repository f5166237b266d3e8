"""Patience from waits and from counts: bias, errors, and a real call centre."""

import csv
import gzip
import math

import numpy as np
import pytest
from support.forecasting import shared_data
from support.patience import kaplan_meier, play_day

from wfm.staffing import erlang
from wfm.staffing.patience_estimate import (
    expected_contacts,
    patience_from_intervals,
    patience_from_waits,
)

TRUE_S = 100.0
AGENTS, AHT_S, INTERVAL_S = 15, 240.0, 1800.0
# The first interval begins empty; it is played, and left out of the estimates.
SHAPE = 105.0 * (1.0 + 0.25 * np.sin(np.linspace(0, 2 * math.pi, 20)))


@pytest.fixture(scope="module")
def days():
    rng = np.random.default_rng(7)
    busy = rng.gamma(400.0, 1 / 400.0, 40)
    return [play_day(SHAPE * b, AGENTS, AHT_S, TRUE_S, INTERVAL_S, rng) for b in busy]


def columns(days):
    offered = np.concatenate([d[0][1:] for d in days]).astype(float)
    lost = np.concatenate([d[1][1:] for d in days])
    slot = np.tile(np.arange(len(SHAPE) - 1), len(days))
    day = np.repeat(np.arange(len(days)), len(SHAPE) - 1)
    return offered, lost, slot, day


def test_counts_find_the_patience_that_made_them(days):
    offered, lost, slot, day = columns(days)
    found = patience_from_intervals(
        offered, lost, AGENTS, AHT_S, interval_s=INTERVAL_S, slot=slot, day=day
    )
    assert found.low_s < TRUE_S < found.high_s
    assert found.patience_s == pytest.approx(TRUE_S, rel=0.25)
    assert 0.06 * TRUE_S < found.standard_error_s < 0.13 * TRUE_S
    assert found.abandoned == lost.sum()


def test_each_interval_by_its_own_count_overstates_patience(days):
    offered, lost, _, day = columns(days)
    alone = np.arange(len(offered))
    naive = patience_from_intervals(
        offered, lost, AGENTS, AHT_S, interval_s=INTERVAL_S, slot=alone, day=day
    )
    assert naive.patience_s > 1.2 * TRUE_S
    assert naive.low_s > TRUE_S


def test_the_standard_error_is_the_spread_of_repetitions():
    estimates, errors = [], []
    for seed in range(24):
        rng = np.random.default_rng(100 + seed)
        some = [
            play_day(SHAPE, AGENTS, AHT_S, TRUE_S, INTERVAL_S, rng) for _ in range(10)
        ]
        offered, lost, slot, day = columns(some)
        found = patience_from_intervals(
            offered, lost, AGENTS, AHT_S, interval_s=INTERVAL_S, slot=slot, day=day
        )
        estimates.append(found.patience_s)
        errors.append(found.standard_error_s)
    spread = np.std(estimates, ddof=1)
    # The sample deviation of 24 is itself good to 15 %.
    assert np.mean(errors) == pytest.approx(spread, rel=0.4)
    assert np.mean(estimates) == pytest.approx(TRUE_S, abs=0.6 * spread + 5.0)


def test_expected_counts_are_given_back_exactly():
    slot, day = np.tile(np.arange(6), 5), np.repeat(np.arange(5), 6)
    rate = np.linspace(60, 160, 6)[slot] * np.array([1, 1.1, 0.9, 1.3, 0.8])[day]
    lost = rate * erlang.abandonment(rate * 240 / 1800, 12, 240, 150.0)
    found = patience_from_intervals(
        rate, lost, 12, 240.0, interval_s=1800, slot=slot, day=day
    )
    assert found.patience_s == pytest.approx(150.0, rel=1e-4)
    assert expected_contacts(rate, slot=slot, day=day) == pytest.approx(rate, rel=1e-9)
    assert expected_contacts([1, 3, 8], slot=["a", "a", "b"]).tolist() == [2, 2, 8]


def test_waits_give_total_wait_over_abandonments(days):
    log = [call for _, _, calls in days for call in calls]
    waits, gave_up = np.array([c[0] for c in log]), np.array([c[1] for c in log])
    found = patience_from_waits(waits.sum(), int(gave_up.sum()))
    assert abs(found.patience_s - TRUE_S) < 3 * found.standard_error_s
    assert found.low_s < TRUE_S < found.high_s
    # The mean wait of those who gave up, which many take for patience.
    assert waits[gave_up].mean() < 0.6 * TRUE_S
    times, patient = kaplan_meier(waits, gave_up)
    for t in (20.0, 60.0, 100.0):
        share = patient[np.searchsorted(times, t, side="right") - 1]
        assert share == pytest.approx(math.exp(-t / found.patience_s), abs=0.02)


def test_exact_interval_of_a_poisson_count():
    # 10 events: a Poisson mean between 4.795 and 18.39 (Garwood 1936's table).
    found = patience_from_waits(1000.0, 10)
    assert found.patience_s == 100.0
    assert found.low_s == pytest.approx(1000 / 18.39, rel=1e-3)
    assert found.high_s == pytest.approx(1000 / 4.795, rel=1e-3)
    none = patience_from_waits(1000.0, 0)
    assert (none.patience_s, none.high_s) == (math.inf, math.inf)
    assert none.low_s == pytest.approx(1000 / 3.689, rel=1e-3)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="can't give up"):
        patience_from_waits(0.0, 3)
    with pytest.raises(ValueError, match="must match"):
        patience_from_intervals([1, 2], [3, 0], 1, 60, interval_s=900, slot=[0, 0])
    with pytest.raises(ValueError, match="3 labels for 2"):
        patience_from_intervals([1, 2], [1, 0], 1, 60, interval_s=900, slot=[0, 0, 0])
    nobody = patience_from_intervals([5, 2], [0, 0], 1, 60, interval_s=900, slot=[0, 1])
    assert nobody.patience_s == math.inf


def test_agents_that_explain_no_abandonment_leave_it_open():
    found = patience_from_intervals(
        [40, 42], [9, 8], 60, 240, interval_s=1800, slot=[0, 0]
    )
    assert (found.low_s, found.high_s) == (0.0, math.inf)
    assert found.standard_error_s == math.inf


@pytest.mark.parametrize("kind", ["PS", "NE", "NW", "IN"])
def test_the_bank_s_callers_by_kaplan_meier(kind):
    path = shared_data("technion_bank_1999_jan_oct_calls.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        calls = [
            (float(row["q_time"]), row["outcome"] == "HANG")
            for row in csv.DictReader(file)
            if row["type"] == kind and float(row["q_time"]) > 0.0
        ]
    waits, gave_up = np.array([c[0] for c in calls]), np.array([c[1] for c in calls])
    found = patience_from_waits(waits.sum(), int(gave_up.sum()))
    times, patient = kaplan_meier(waits, gave_up)
    # Where 90 % of the waits lie; beyond, few callers are left to judge by.
    seen = times <= np.quantile(waits, 0.9)
    gap = np.abs(patient[seen] - np.exp(-times[seen] / found.patience_s))
    assert gap.max() < 0.05
    assert waits[gave_up].mean() < 0.35 * found.patience_s
