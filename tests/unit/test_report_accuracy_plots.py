"""Figures of accuracy show pooled errors, not means of ratios."""

import numpy as np
import pandas as pd
import pytest

from wfm.domain.errors import UsageError
from wfm.report.accuracy_plots import accuracy_plot, backtest_plot
from wfm.results import AccuracyResult


def test_backtest_pools_errors_over_origins_by_contacts():
    frame = pd.DataFrame(
        {
            "queue_id": ["a", "a", "a", "a", "b", "b"],
            "model": ["x", "y", "x", "y", "x", "y"],
            "origin": [1, 1, 2, 2, 1, 1],
            "absolute_error": [10.0, 20.0, 10.0, 20.0, 5.0, 1.0],
            "offered_contacts": [100.0, 100.0, 300.0, 300.0, 10.0, 10.0],
        }
    )
    first, second = backtest_plot(frame).axes[0].lines
    assert np.asarray(first.get_xdata()).tolist() == [0.05, 0.5]
    assert np.asarray(second.get_xdata()).tolist() == [0.1, 0.1]


def test_accuracy_weighs_by_contacts_and_leaves_out_what_has_no_figure():
    frame = pd.DataFrame(
        {
            "lead": ["week 2", "day 1", "week 10", "day 1"],
            "wape": [0.3, 0.1, 0.5, np.nan],
            "floor_wape": [0.1, 0.1, 0.1, np.nan],
            "bias": [0.0, 0.2, -0.1, np.nan],
            "offered_contacts": [100.0, 100.0, 100.0, 0.0],
        }
    )
    axes = accuracy_plot(frame).axes[0]
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [0.1, 0.3, 0.5]
    labels = [tick.get_text() for tick in axes.get_xticklabels()]
    assert labels == ["day 1", "week 2", "week 10"]


def test_nothing_to_plot_is_said():
    empty = AccuracyResult.__new__(AccuracyResult)
    object.__setattr__(empty, "rows", ())
    with pytest.raises(UsageError, match="no published forecast"):
        empty.plot()
