"""A real call centre through the whole chain: history to verified roster, twice."""

import csv
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest
from support.technion import (
    CALL_BACK,
    FIRST_DAY,
    PROMISE_HOURS,
    TYPES,
    half_hours,
    month_rows,
    write_plan,
)

import wfm.api
import wfm.results
from solver.outcome import SolveLimits
from wfm.pipeline.window import open_masks, plan_window, queue_holidays

SHRINKAGE = 0.04
ROSTER_S = 10.0


@dataclass(frozen=True)
class Chain:
    """One month's plan and what the chain made of it."""

    month: int
    plan: wfm.api.LoadedPlan
    result: wfm.results.RosterResult


@pytest.fixture(scope="module", params=sorted(FIRST_DAY))
def chain(request, tmp_path_factory):
    month = request.param
    directory = tmp_path_factory.mktemp("technion") / str(month)
    plan = wfm.api.load(write_plan(directory, month, until=FIRST_DAY[month]))
    assert plan.check() == ()
    result = plan.roster(limits=SolveLimits(max_time_s=ROSTER_S, seed=1))
    return Chain(month=month, plan=plan, result=result)


def window_open(chain):
    """Return the plan's window on the demand grid, and open ``[queue, interval]``."""
    folder, requirement = chain.result.folder, chain.result.requirement
    window, grid = plan_window(folder.plan), requirement.grid
    years = range(1999, 2001)
    masks = open_masks(folder.plan.queues, grid, queue_holidays(folder.plan, years))
    inside = slice(grid.index_of(window.start_utc), grid.index_of(window.end_utc))
    return inside, np.array([masks[queue] for queue in TYPES])


def test_aggregating_the_history_loses_no_contact(chain):
    history = chain.result.folder.history
    assert history.grid.interval_minutes == 30
    until = FIRST_DAY[chain.month].isoformat()
    rows = [row for row in month_rows(chain.month) if row["ts_local"] < until]
    for queue in TYPES:
        mine = [row for row in rows if row["queue"] == queue]
        q = history.queue_ids.index(queue)
        for column, array in (
            ("volume", history.offered_contacts),
            ("handled", history.handled_contacts),
            ("abandoned", history.abandoned_contacts),
        ):
            assert array[q].sum() == sum(float(row[column]) for row in mine), column
        # handle time is kept in total, where it was measured
        seconds = sum(
            float(row["aht_s"]) * float(row["handled"]) for row in mine if row["aht_s"]
        )
        kept = (history.aht_s[q] * history.aht_weight[q]).sum()
        assert kept == pytest.approx(seconds, rel=1e-9)


def test_nothing_later_than_the_plan_s_start_is_used(chain, tmp_path):
    whole = wfm.api.load(write_plan(tmp_path / "whole", chain.month))
    known = chain.result.forecast
    later = whole.forecast().forecast
    np.testing.assert_array_equal(later.mean, known.mean)
    np.testing.assert_array_equal(later.quantiles, known.quantiles)
    np.testing.assert_array_equal(later.aht_s, known.aht_s)


def test_the_week_ahead_forecast_is_no_worse_than_last_week_s_volumes(chain):
    first = FIRST_DAY[chain.month]
    actual, is_open = half_hours(chain.month, first)
    last_week, _ = half_hours(chain.month, first - timedelta(days=7))
    forecast = chain.result.forecast
    inside, masks = window_open(chain)
    mean = np.array([forecast.mean[forecast.queue_ids.index(q), inside] for q in TYPES])
    np.testing.assert_array_equal(masks[:, inside], np.tile(is_open, (len(TYPES), 1)))
    assert not mean[:, ~is_open].any()
    total = actual[:, is_open].sum()
    error, naive = (
        np.abs(guess - actual)[:, is_open].sum() / total for guess in (mean, last_week)
    )
    assert 0.2 < error <= naive < 0.6


def test_the_workload_is_that_of_the_forecast(chain):
    forecast, requirement = chain.result.forecast, chain.result.requirement
    inside, masks = window_open(chain)
    hours = requirement.grid.interval_hours
    for q, queue in enumerate(TYPES):
        f = forecast.queue_ids.index(queue)
        r = requirement.queue_ids.index(queue)
        offered = np.where(masks[q], forecast.mean[f], 0.0)[inside]
        expected = (offered * forecast.aht_s[f][inside]).sum() / 3600
        sized = requirement.workload_erlangs[r].sum() * hours
        assert expected > 0
        assert sized == pytest.approx(expected, rel=1e-9)


def test_call_backs_come_out_as_they_went_in(chain):
    requirement, instance = chain.result.requirement, chain.result.instance
    inside, masks = window_open(chain)
    r = requirement.queue_ids.index(CALL_BACK)
    work = requirement.offered_contacts[r] * requirement.aht_s[r] / 3600
    # the share of each open promise that lies inside the plan
    left = np.cumsum(masks[TYPES.index(CALL_BACK)][inside][::-1])[::-1]
    share = np.minimum(1.0, left / (PROMISE_HOURS * 2))
    expected = (work[inside] * share).sum() / (1 - SHRINKAGE)
    (due,) = requirement.deferred
    assert due.work_hours.sum() == pytest.approx(expected, rel=1e-9)
    profile = requirement.scheduled_agents[r].sum() * requirement.grid.interval_hours
    assert profile == pytest.approx(expected, rel=1e-9)
    (on_roster_grid,) = instance.deferred
    assert on_roster_grid.work_hours.sum() == pytest.approx(expected, rel=1e-9)


def test_the_roster_breaks_no_rule(chain):
    result = chain.result
    assert result.status == "ok"
    assert result.certificate.violations == ()
    solved = result.solved
    assert solved.bound <= solved.objective
    assert sum(solved.terms.values()) == solved.objective
    # most of the need is met: a roster of nobody would be legal but for the guarantee
    needed = result.instance.scheduled_agents.sum()
    served = solved.allocation.agents.sum()
    assert served > 0.7 * needed


def test_verify_reads_the_written_roster_and_agrees(chain, tmp_path):
    from wfm.io.tables import write_roster

    path = tmp_path / "roster.csv"
    write_roster(path, chain.result.instance, chain.result.solved.roster)
    assert chain.plan.verify(path).certificate.violations == ()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # nobody is left on Saturday evening: the guarantee is missed, and some lack hours
    saturday = (FIRST_DAY[chain.month] + timedelta(days=6)).isoformat()
    kept = [row for row in rows if row["date_local"] != saturday]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(kept)
    broken = chain.plan.verify(path).certificate.violations
    assert {v.rule for v in broken} - {"weekly_hours"} == {"min_cover"}
    uncovered = [v for v in broken if v.rule == "min_cover"]
    assert {v.queue_id for v in uncovered} == {"PS"}
    assert {v.date_local.isoformat() for v in uncovered} == {saturday}
