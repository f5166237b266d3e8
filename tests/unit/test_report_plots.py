"""Figures for notebooks show the numbers they are given."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from support.report_cases import report_case

from solver.outcome import Progress
from wfm.domain.errors import UsageError
from wfm.report.live_plot import LiveSearch
from wfm.report.plots import (
    cover_plot,
    forecast_plot,
    presence_plot,
    requirement_plot,
)
from wfm.report.roster_plots import day_plot, search_plot

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


def trace() -> tuple[Progress, ...]:
    lines = [(1.0, None, 100_000), (2.0, 900_000, 400_000), (9.0, 500_000, 450_000)]
    return tuple(
        Progress(wall_s=s, phase="x", objective=objective, bound=bound)
        for s, objective, bound in lines
    )


def test_search_shows_incumbent_bound_and_gap() -> None:
    axes = search_plot(trace(), "EUR").axes[0]
    best, bound = axes.lines
    assert np.asarray(best.get_ydata()).tolist() == [9.0, 5.0]
    assert np.asarray(bound.get_ydata()).tolist() == [1.0, 4.0, 4.5]
    assert "gap 10.0% after 9 s" in axes.get_title(loc="left")
    assert axes.get_ylim()[0] == pytest.approx(3.5)
    assert len(search_plot(trace()[:1]).axes[0].lines) == 1


def test_live_search_redraws_in_one_place(monkeypatch) -> None:
    shown = []

    class Handle:
        def update(self, figure):
            shown.append(figure)

    monkeypatch.setattr(
        "IPython.display.display", lambda figure, **_: shown.append(figure) or Handle()
    )
    live = LiveSearch("EUR")
    for line in trace():
        live(line)
    assert len(shown) == 2  # at most one picture in two seconds
    assert "gap 10.0%" in shown[-1].axes[0].get_title(loc="left")


def test_a_day_has_a_row_per_shift_and_a_colour_per_queue() -> None:
    case = report_case()
    site = next(iter(case.instance.sites))
    first = case.folder.plan.first_date
    axes = day_plot(case.instance, case.roster, case.allocation, first, site).axes[0]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    here = {a.agent_id for a in case.instance.agents if a.site_id == site}
    assert 0 < len(rows) <= sum(s.agent_id in here for s in case.roster.shifts)
    assert sum(bar.get_width() for bar in axes.patches) > 0
    labels = {text.get_text() for text in axes.get_legend().get_texts()}
    assert labels <= {"to spare", *(q.queue_id for q in case.instance.queues)}


def test_a_day_without_people_or_an_unknown_site_is_told() -> None:
    case = report_case()
    with pytest.raises(UsageError, match="unknown site 'atlantis'"):
        day_plot(
            case.instance,
            case.roster,
            case.allocation,
            case.folder.plan.first_date,
            "atlantis",
        )
    site = next(iter(case.instance.sites))
    with pytest.raises(UsageError, match="nobody"):
        day_plot(case.instance, case.roster, case.allocation, date(2030, 1, 1), site)
