"""The report's words on the forecast: week, hand, backtest, published ones."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from support.report_cases import report_case

from forecasting.rolling import BacktestRow
from forecasting.track_record import AccuracyRow
from wfm.calendar.local import wall_minute
from wfm.domain.demand import ModelTest, SpecialDay
from wfm.domain.edits import AppliedEdit, OverrideRow
from wfm.report.forecast_sections import (
    accuracy_rows,
    backtest_rows,
    choice_rows,
    edit_rows,
    past_week_labels,
    special_rows,
    week_rows,
)
from wfm.report.html import render_html


@pytest.fixture(scope="module")
def case():
    return report_case()


def backtested(model, wape, contacts, **more):
    return BacktestRow(
        queue_id="phone_ja",
        model=model,
        origin=date(2026, 10, 5),
        intervals=10,
        offered_contacts=contacts,
        absolute_error=wape * contacts,
        wape=wape,
        daily_wape=wape / 2,
        bias=0.1,
        coverage=0.8,
        pinball_p90=1.0,
        **more,
    )


def published(lead, wape, contacts):
    return AccuracyRow(
        queue_id="phone_ja",
        as_of=date(2026, 10, 5),
        lead=lead,
        intervals=10,
        offered_contacts=contacts,
        forecast_contacts=contacts,
        wape=wape,
        daily_wape=wape,
        bias=-0.02,
        coverage=0.8,
        floor_wape=0.1,
    )


def test_weeks_are_counted_on_the_queues_own_clock(case):
    history = case.folder.history
    q = history.queue_ids.index("phone_ja")
    row = next(row for row in week_rows(case) if row["queue"] == "phone_ja")
    # Tokyo is nine hours ahead: its Monday 19 October begins on Sunday at 15:00 UTC.
    start = int(np.datetime64("2026-10-18T15:00").astype("datetime64[m]").astype(int))
    first = (start - history.grid.start_minute) // 30
    week = np.where(history.observed[q], history.offered_contacts[q], 0.0)
    assert row["past"][-1] == f"{week[first : first + 336].sum():,.0f}"
    assert past_week_labels(case)[-1] == "Mon 19 Oct"


def test_a_week_before_the_history_has_no_figure_and_no_part_in_the_mean(case):
    history = case.folder.history
    short = replace(
        history,
        grid=replace(
            history.grid,
            start_utc=history.grid.instant(history.grid.num_intervals - 12 * 48),
            num_intervals=12 * 48,
        ),
        **{
            name: getattr(history, name)[:, -12 * 48 :]
            for name in (
                "offered_contacts",
                "handled_contacts",
                "abandoned_contacts",
                "aht_s",
                "observed",
                "aht_weight",
            )
        },
    )
    folder = replace(case.folder, history=short)
    rows = week_rows(replace(case, folder=folder))
    assert all(row["past"][:3] == ["–"] * 3 for row in rows)
    assert week_rows(replace(case, folder=replace(folder, history=None))) == []


def test_backtest_pools_by_contacts_and_marks_the_best(case):
    rows = (
        backtested("low_rank", 0.1, 100.0),
        backtested("low_rank", 0.2, 300.0),
        backtested("last_week", 0.3, 400.0),
        backtested("last_week", float("nan"), 0.0),
    )
    first, second = backtest_rows(replace(case, backtest=rows))
    assert (first["wape"], first["best"], first["bias"]) == ("17.5 %", True, "+10.0 %")
    assert (second["wape"], second["best"]) == ("30.0 %", False)


def test_published_forecasts_come_by_lead_in_order(case):
    rows = (published("week 10", 0.3, 10.0), published("week 2", 0.2, 10.0))
    rows += (published("day 1", 0.1, 10.0),)
    found = accuracy_rows(replace(case, accuracy=rows))
    assert [row["lead"] for row in found] == ["day 1", "week 2", "week 10"]
    assert [row["wape"] for row in found] == ["10.0 %", "20.0 %", "30.0 %"]
    assert found[0]["bias"] == "−2.0 %"


def test_edits_say_who_why_and_what_it_did(case):
    row = OverrideRow(
        stage="history",
        queue_id="phone_ja",
        from_wall_minute=wall_minute(date(2026, 10, 12)),
        to_wall_minute=wall_minute(date(2026, 10, 14)),
        op="exclude",
        value=0.0,
        who="Ana",
        when="2026-10-15",
        why="line down",
        row=2,
    )
    applied = AppliedEdit(edit=row, intervals=96, before=1234.0, after=0.0)
    forecast = replace(case.forecast, edits=(applied,))
    (shown,) = edit_rows(replace(case, forecast=forecast))
    assert shown["name"] == "row 2"
    assert shown["when"] == "Mon 12 Oct – Tue 13 Oct"
    assert shown["effect"] == "1,234 → 0 contacts"
    html = render_html(replace(case, forecast=forecast))
    assert "Changed by hand" in html
    assert "How good is this forecast?" not in html  # nothing was tested


def test_special_days_say_how_much_how_sure_and_from_what(case):
    def day(**more):
        values = {"name": "", "kind": "sale", "ratio": 1.25, "ratio_sd": 0.1}
        values |= {"day": date(2026, 10, 29), "occurrences": 3} | more
        return SpecialDay(**values)

    days = (
        day(),
        day(day=date(2026, 10, 27), ratio=0.5, occurrences=0, name="Culture Day"),
        day(is_stated=True, kind="promotion"),
    )
    forecast = replace(case.forecast, special_days={"chat_en": days})
    first, second, third = special_rows(replace(case, forecast=forecast))
    assert (first["day"], first["change"]) == ("Tue 27 Oct", "−50.0 %")
    assert first["source"].startswith("assumed")
    assert (second["what"], second["spread"]) == ("promotion", "")
    assert (third["change"], third["spread"]) == ("+25.0 %", "± 10 %")
    assert third["source"] == "learnt from 3 earlier days"


def test_the_choice_names_the_models_with_a_part_a_week_ahead(case):
    def entry(model, lead, weight):
        return ModelTest(model=model, lead_days=lead, wape=0.2, bias=0.0, weight=weight)

    tests = (
        entry("day_total", 7, 0.3),
        entry("low_rank", 7, 0.7),
        entry("last_week", 7, 0.0),
        entry("low_rank", 1, 1.0),
    )
    forecast = replace(case.forecast, tests={"chat_en": tests})
    (row,) = choice_rows(replace(case, forecast=forecast))
    assert row["models"] == "low rank 70 % (WAPE 20.0 %), day total 30 % (WAPE 20.0 %)"
