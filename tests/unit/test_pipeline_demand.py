"""The planner's overrides of forecast and requirement."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from support.small_plan import folder, plan, queue

from wfm.calendar.local import wall_minute
from wfm.domain.demand import ContactHistory
from wfm.domain.edits import OverrideRow
from wfm.domain.errors import InputError
from wfm.domain.grid import IntervalGrid
from wfm.pipeline.demand import edited_history, forecast_plan, staff_plan

MONDAY = date(2026, 10, 26)


def history(*queue_ids, weeks=3):
    """Return three weeks of ten contacts in every half hour before the plan."""
    grid = IntervalGrid(
        start_utc=datetime(2026, 10, 4, 22, tzinfo=UTC),
        interval_minutes=30,
        num_intervals=weeks * 336 + 2,
    )
    ones = np.ones((len(queue_ids), grid.num_intervals))
    return ContactHistory(
        grid=grid,
        queue_ids=queue_ids,
        offered_contacts=10 * ones,
        handled_contacts=10 * ones,
        abandoned_contacts=0 * ones,
        aht_s=300 * ones,
        observed=ones > 0,
        aht_weight=10 * ones,
    )


def override(stage, op, value, queue_id="phone_en"):
    return OverrideRow(
        stage=stage,
        queue_id=queue_id,
        from_wall_minute=wall_minute(MONDAY, 10 * 60),
        to_wall_minute=wall_minute(MONDAY, 11 * 60),
        op=op,
        value=value,
        who="test",
        when="2026-10-20",
        why="test",
        row=2,
    )


def at(result, hour):
    grid = result.grid
    return grid.index_of(datetime(2026, 10, 26, hour - 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [("set", 25.0, 25.0), ("scale", 1.5, 15.0), ("add", -4.0, 6.0), ("add", -40.0, 0)],
)
def test_forecast_override_moves_its_local_hours_only(op, value, expected):
    base = folder(history=history("phone_en"))
    changed = replace(base, overrides=(override("forecast", op, value),))
    plain, forecast = forecast_plan(base), forecast_plan(changed)
    ten = at(forecast, 10)
    assert plain.mean[0, ten] == pytest.approx(10.0)
    assert forecast.mean[0, ten : ten + 2] == pytest.approx([expected] * 2)
    assert forecast.mean[0, ten + 2] == plain.mean[0, ten + 2]
    assert (np.diff(forecast.quantiles[0, :, ten]) >= 0).all()


def test_requirement_override_keeps_the_ratio_of_base_to_scheduled():
    base = folder(history=history("phone_en"))
    changed = replace(base, overrides=(override("requirement", "set", 9.0),))
    forecast = forecast_plan(base)
    plain, result = staff_plan(base, forecast), staff_plan(changed, forecast)
    ten = at(result, 10)
    ratio = plain.base_agents[0, ten] / plain.scheduled_agents[0, ten]
    assert result.scheduled_agents[0, ten] == 9.0
    assert result.base_agents[0, ten] == pytest.approx(9.0 * ratio)
    assert result.scheduled_agents[0, ten + 2] == plain.scheduled_agents[0, ten + 2]


def mail_folder(**changes):
    mail = queue(
        "mail",
        channel="email",
        target=replace(
            queue().target,
            service_level_fraction=None,
            answer_within_s=None,
            answer_within_open_hours=2.0,
        ),
        guaranteed_agents=0,
    )
    return folder(plan(queues=(mail,)), history=history("mail"), **changes)


def test_requirement_scale_of_deferred_work_scales_what_arrives_then():
    rows = (override("requirement", "scale", 2.0, "mail"),)
    base, changed = mail_folder(), mail_folder(overrides=rows)
    forecast = forecast_plan(base)
    (plain,) = staff_plan(base, forecast).deferred
    (work,) = staff_plan(changed, forecast).deferred
    ten = at(forecast, 10)
    ratio = work.work_hours / plain.work_hours
    hit = (work.arrival_idx >= ten) & (work.arrival_idx < ten + 2)
    assert hit.sum() == 2
    assert ratio[hit] == pytest.approx(2.0)
    assert ratio[~hit] == pytest.approx(1.0)


def test_requirement_set_of_deferred_work_is_refused_with_its_row():
    rows = (override("requirement", "set", 2.0, "mail"),)
    base = mail_folder(overrides=rows)
    with pytest.raises(InputError, match=r"overrides.csv:2:op: set on mail"):
        staff_plan(base, forecast_plan(base))


def test_as_of_forecasts_whole_weeks_from_that_date():
    forecast = forecast_plan(
        folder(history=history("phone_en")), as_of=date(2026, 10, 19), weeks=2
    )
    first, end = forecast.first_idx[0], forecast.end_idx[0]
    assert forecast.grid.instant(first) == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert end - first == 14 * 48 + 2  # clocks fall back on the 25th


def history_edit(op, value=0.0, queue_id="phone_en", days=1):
    """An override of the first *days* of the history's second week."""
    first = date(2026, 10, 12)
    return replace(
        override("history", op, value, queue_id),
        from_wall_minute=wall_minute(first),
        to_wall_minute=wall_minute(first) + days * 1440,
        name="outage",
    )


def test_an_excluded_day_teaches_nothing_and_the_log_says_what_it_held():
    spiked = history("phone_en")
    volumes = spiked.offered_contacts.copy()
    volumes[0, 7 * 48 : 8 * 48] = 1000.0  # Monday 12 October, Warsaw
    spiked = replace(spiked, offered_contacts=volumes)
    raw = forecast_plan(folder(history=spiked))
    row = history_edit("exclude")
    clean = forecast_plan(folder(history=spiked, overrides=(row,)))
    assert raw.mean[0].max() > 100
    assert clean.mean[0].max() == pytest.approx(10.0)
    (edit,) = clean.edits
    assert (edit.edit, edit.intervals) == (row, 48)
    assert (edit.before, edit.after) == (48_000.0, 0.0)


def test_a_volume_set_in_a_gap_counts_as_seen_and_a_scaled_gap_stays_one():
    gap = history("phone_en")
    observed = gap.observed.copy()
    observed[0, 7 * 48 : 8 * 48] = False
    gap = replace(gap, observed=observed)
    for op, seen in (("set", True), ("scale", False)):
        rows = folder(history=gap, overrides=(history_edit(op, 3.0),))
        edited, _ = edited_history(rows)
        assert edited.observed[0, 7 * 48] == seen
        assert edited.offered_contacts[0, 7 * 48] == (3.0 if seen else 10.0)


def test_without_rows_the_history_is_the_same_object():
    plain = folder(history=history("phone_en"))
    assert edited_history(plain) == (plain.history, ())


def test_a_history_that_begins_after_the_days_to_forecast_is_refused():
    given = folder(history=history("phone_en"))
    with pytest.raises(InputError, match=r"history.csv:start: begins on 2026-10-05"):
        forecast_plan(given, as_of=date(2026, 10, 1))
