"""Figures for notebooks show the numbers they are given."""

import numpy as np
import pandas as pd
import pytest
from support.report_cases import report_case

from wfm.domain.errors import UsageError
from wfm.report.plots import (
    cover_plot,
    forecast_plot,
    presence_plot,
    requirement_plot,
)

TIMES = ["2026-10-26T00:00Z", "2026-10-26T00:30Z"]


def frame(**columns: list[float]) -> pd.DataFrame:
    queues = {"queue": ["a", "a", "b", "b"], "start_utc": TIMES * 2}
    return pd.DataFrame(queues | columns)


def test_forecast_of_one_queue_and_of_all() -> None:
    rows = frame(
        mean=[1.0, 2.0, 10.0, 20.0],
        p10=[0.5, 1.0, 8.0, 15.0],
        p90=[2.0, 3.0, 12.0, 26.0],
    )
    (line,) = forecast_plot(rows, "b").axes[0].lines
    assert np.asarray(line.get_ydata()).tolist() == [10.0, 20.0]
    everything = forecast_plot(rows, None).axes[0]
    assert np.asarray(everything.lines[0].get_ydata()).tolist() == [11.0, 22.0]
    assert len(everything.collections) == 0  # bands can't be added up


def test_requirement_sums_queues() -> None:
    rows = frame(
        base_agents=[1.0, 2.0, 3.0, 4.0], scheduled_agents=[2.0, 3.0, 4.0, 5.0]
    )
    base, scheduled = requirement_plot(rows, None).axes[0].lines
    assert np.asarray(base.get_ydata()).tolist() == [4.0, 6.0]
    assert np.asarray(scheduled.get_ydata()).tolist() == [6.0, 8.0]


def test_cover_of_one_queue() -> None:
    case = report_case()
    axes = cover_plot(case.instance, case.allocation, "phone_ja").axes[0]
    required, staffed = axes.lines
    window = case.window
    assert np.asarray(required.get_ydata()) == pytest.approx(
        case.instance.scheduled_agents[0, window]
    )
    assert np.asarray(staffed.get_ydata()) == pytest.approx(
        case.staffed_agents[0, window]
    )
    assert len(cover_plot(case.instance, None, None).axes[0].lines) == 1


def test_unknown_queues_are_named() -> None:
    rows = frame(mean=[1.0] * 4, p10=[1.0] * 4, p90=[1.0] * 4)
    with pytest.raises(UsageError, match="'x'; known: a, b"):
        forecast_plot(rows, "x")
    case = report_case()
    with pytest.raises(UsageError, match="known: phone_ja, chat_en, email_en"):
        cover_plot(case.instance, case.allocation, "x")


def test_presence_counts_people_at_work_by_site():
    case = report_case()
    axes = presence_plot(case.instance, case.roster).axes[0]
    top = axes.collections[-1].get_paths()[0].vertices[:, 1].max()
    working = np.zeros(case.instance.grid.num_intervals)
    for shift in (*case.instance.carry_over, *case.roster.shifts):
        for span in shift.spans:
            if span.activity == "work":
                working[max(span.start_idx, 0) : max(span.end_idx, 0)] += 1
    assert top == working[case.window].max()
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == list(case.instance.sites)
