"""A figure of the simulated service, for notebooks."""

from typing import TYPE_CHECKING

from wfm.domain.errors import UsageError
from wfm.report.figures import BLUE, ORANGE, new_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def simulation_plot(frame: "pd.DataFrame", queue: str | None) -> "Figure":
    """Return the share in time per interval with its 95 % interval, and occupancy.

    Of one queue; by default of the first.
    """
    queue = queue or str(frame["queue"].iloc[0])
    rows = frame[frame["queue"] == queue]
    if rows.empty:
        known = ", ".join(frame["queue"].unique())
        msg = f"unknown queue {queue!r}; known: {known}"
        raise UsageError(msg)
    figure, axes = new_figure(4.0)
    times = rows["start_utc"].dt.tz_localize(None).to_numpy()
    low, high = rows["service_level_low"], rows["service_level_high"]
    axes.fill_between(times, low, high, color=BLUE, alpha=0.25, label="95 % interval")
    axes.plot(times, rows["service_level"], color=BLUE, label="in time")
    axes.plot(times, rows["occupancy"], color=ORANGE, lw=1, label="occupancy")
    axes.set(title=queue, xlabel="UTC", ylabel="share", ylim=(0.0, 1.02))
    axes.legend(frameon=False)
    return figure
