"""Figures for notebooks, by matplotlib."""

from typing import TYPE_CHECKING

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.errors import UsageError
from wfm.domain.roster import Roster, RosterInstance
from wfm.report.figures import BLUE, COLOURS, GREY, new_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from solver.outcome import Allocation


def forecast_plot(frame: "pd.DataFrame", queue: str | None) -> "Figure":
    """Return the mean and the P10 to P90 band of one queue (default: all, summed).

    Bands of a sum are not the sum of bands, so a sum is shown without one.
    """
    figure, axes = _figure("offered contacts per interval", queue or "all queues")
    if queue is None:
        total = frame.groupby("start_utc")["mean"].sum()
        axes.plot(_times(total.index), total.to_numpy(), color=BLUE, label="mean")
    else:
        rows = _rows_of(frame, queue)
        times = _times(rows["start_utc"])
        axes.fill_between(
            times, rows["p10"], rows["p90"], color=BLUE, alpha=0.2, label="P10 to P90"
        )
        axes.plot(times, rows["mean"], color=BLUE, label="mean")
    axes.legend(frameon=False)
    return figure


def requirement_plot(frame: "pd.DataFrame", queue: str | None) -> "Figure":
    """Return the scheduled agents required by one queue (default: all, summed)."""
    figure, axes = _figure("agents", queue or "all queues")
    rows = frame if queue is None else _rows_of(frame, queue)
    for column, colour in (("base_agents", GREY), ("scheduled_agents", BLUE)):
        total = rows.groupby("start_utc")[column].sum()
        label = column.replace("_", " ")
        axes.plot(_times(total.index), total.to_numpy(), color=colour, label=label)
    axes.legend(frameon=False)
    return figure


def cover_plot(
    instance: RosterInstance, allocation: "Allocation | None", queue: str | None
) -> "Figure":
    """Return staffed against required agents of one queue (default: all, summed)."""
    figure, axes = _figure("agents", queue or "all queues")
    window = slice(*_window(instance))
    times = _times([instance.grid.instant(t) for t in range(*_window(instance))])
    rows = _queue_rows(instance, queue)
    required = instance.scheduled_agents[rows].sum(axis=0)[window]
    axes.step(times, required, color=GREY, where="post", label="required (live)")
    if allocation is not None:
        staffed: FloatArray = allocation.agents[:, rows].sum(axis=(0, 1))[window]
        axes.step(times, staffed, color=BLUE, where="post", label="staffed")
    axes.legend(frameon=False)
    return figure


def presence_plot(instance: RosterInstance, roster: Roster) -> "Figure":
    """Return the people at work (not on a break) over the plan's window, by site."""
    figure, axes = _figure("people at work", "all sites")
    first, end = _window(instance)
    sites = {agent.agent_id: agent.site_id for agent in instance.agents}
    heads = {site: np.zeros(instance.grid.num_intervals) for site in instance.sites}
    for shift in (*instance.carry_over, *roster.shifts):
        for span in shift.spans:
            if span.activity == "work" and shift.agent_id in sites:
                row = heads[sites[shift.agent_id]]
                row[max(span.start_idx, 0) : max(span.end_idx, 0)] += 1
    times = _times([instance.grid.instant(t) for t in range(first, end)])
    axes.stackplot(
        times,
        [row[first:end] for row in heads.values()],
        labels=list(heads),
        colors=COLOURS,
        step="post",
    )
    axes.legend(frameon=False, ncols=len(heads), loc="upper left")
    return figure


def _window(instance: RosterInstance) -> tuple[int, int]:
    return instance.window_start_idx, instance.window_end_idx


def _queue_rows(instance: RosterInstance, queue: str | None) -> list[int]:
    ids = [q.queue_id for q in instance.queues]
    if queue is None:
        return list(range(len(ids)))
    if queue not in ids:
        msg = f"unknown queue {queue!r}; known: {', '.join(ids)}"
        raise UsageError(msg)
    return [ids.index(queue)]


def _rows_of(frame: "pd.DataFrame", queue: str) -> "pd.DataFrame":
    rows = frame[frame["queue"] == queue]
    if rows.empty:
        known = ", ".join(sorted(frame["queue"].unique()))
        msg = f"unknown queue {queue!r}; known: {known}"
        raise UsageError(msg)
    return rows


def _times(values: object) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    import pandas as pd

    stamps = pd.to_datetime(pd.Index(values), utc=True)  # type: ignore[call-overload]
    return np.asarray(stamps.tz_localize(None), dtype="datetime64[s]")


def _figure(label: str, title: str) -> "tuple[Figure, Axes]":
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    figure, axes = new_figure()
    axes.set_title(title, loc="left")
    axes.set_ylabel(label)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # untyped upstream
    formatter = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlabel("UTC")
    return figure, axes
