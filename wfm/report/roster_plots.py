"""Figures of a roster for notebooks: how its search went, one day person by person."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle, pairwise
from typing import TYPE_CHECKING

import numpy as np

from wfm.calendar.local import to_instant, wall_minute
from wfm.domain.arrays import IntArray
from wfm.domain.errors import UsageError
from wfm.domain.roster import Roster, RosterInstance, Shift
from wfm.pipeline.lineup import FREE, line_up
from wfm.report.figures import BLUE, GREY, MANY_COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from solver.outcome import Allocation, Progress

THOUSANDTHS = 1000
ROW_INCHES = 0.2
FREE_COLOUR = "#c9d2d9"


def search_plot(
    trace: Sequence["Progress"], currency: str = "", minor_digits: int = 2
) -> "Figure":
    """Return cost of the best roster and the proven bound over the search's seconds.

    Parameters
    ----------
    trace
        What a search told, as in ``Solved.trace``.
    currency, minor_digits
        Of the plan, and digits of its minor unit.
    """
    figure, axes = new_figure()
    unit = THOUSANDTHS * 10**minor_digits
    rosters = [(p.wall_s, p.objective / unit) for p in trace if p.objective is not None]
    bounds = [(p.wall_s, p.bound / unit) for p in trace if p.bound]
    for points, colour, label in (
        (rosters, BLUE, "best roster"),
        (bounds, GREY, "no roster costs less than"),
    ):
        if points:
            axes.step(
                *zip(*points, strict=True), color=colour, where="post", label=label
            )
    if rosters and bounds:
        gap = (rosters[-1][1] - bounds[-1][1]) / max(rosters[-1][1], 1e-9)
        axes.set_title(f"gap {gap:.1%} after {trace[-1].wall_s:.0f} s", loc="left")
        _look_at_the_end(axes, rosters[-1][1], bounds[-1][1])
    axes.set_xlabel("seconds")
    axes.set_ylabel(f"objective, {currency}" if currency else "objective")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    if rosters or bounds:
        axes.legend(frameon=False)
    return figure


def _look_at_the_end(axes: "Axes", roster: float, bound: float) -> None:
    """Leave the first, dear rosters out of sight where they would flatten the rest."""
    space = max(roster - bound, 0.01 * abs(roster))
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, bound - 2 * space), min(high, roster + 4 * space))


def day_plot(
    instance: RosterInstance,
    roster: Roster,
    allocation: "Allocation",
    day: date,
    site: str,
) -> "Figure":
    """Return one day of one site, a row per person: queues in colours, breaks empty.

    Raises
    ------
    UsageError
        If there is no such site, or nobody works there on the day.
    """
    first, last = _steps_of(instance, day, site)
    shown = _shifts_at(instance, roster, site, first, last)
    if not shown:
        msg = f"nobody of {site} works on {day}"
        raise UsageError(msg)
    lines, row = line_up(instance, roster, allocation), instance.agent_index()
    bars = [
        (y, *run)
        for y, shift in enumerate(shown)
        for run in _runs(shift, lines[row[shift.agent_id]])
    ]
    colours = _colours({queue for *_, queue in bars})
    figure, axes = new_figure(1.2 + ROW_INCHES * len(shown))
    hours = instance.grid.interval_hours
    for y, start, end, queue in bars:
        left, width = (start - first) * hours, (end - start) * hours
        axes.barh(y, width, left=left, color=colours[queue])
    axes.set_yticks(range(len(shown)), _names(instance, shown))
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, (last - first) * hours)
    axes.set_xticks(range(0, int((last - first) * hours) + 1, 3))
    axes.set_xlabel(f"hours of {day:%a} {day}, clock of {site}")
    axes.set_title(f"{site}: {len(shown)} shifts", loc="left")
    _legend(axes, instance, colours)
    return figure


def _steps_of(instance: RosterInstance, day: date, site: str) -> tuple[int, int]:
    """Return the grid steps at which a local day of *site* begins and ends."""
    if site not in instance.sites:
        msg = f"unknown site {site!r}; known: {', '.join(instance.sites)}"
        raise UsageError(msg)
    zone = instance.sites[site].zone
    first, last = (
        instance.grid.floor_index(to_instant(wall_minute(d), zone))
        for d in (day, day + timedelta(days=1))
    )
    return first, last


def _shifts_at(
    instance: RosterInstance, roster: Roster, site: str, first: int, last: int
) -> list[Shift]:
    here = {a.agent_id for a in instance.agents if a.site_id == site}
    return [
        shift
        for shift in sorted(roster.shifts, key=lambda s: (s.start_idx, s.agent_id))
        if shift.agent_id in here and shift.start_idx < last and shift.end_idx > first
    ]


def _names(instance: RosterInstance, shifts: Iterable[Shift]) -> list[str]:
    names = {a.agent_id: a.name or a.agent_id for a in instance.agents}
    return [names[shift.agent_id] for shift in shifts]


def _runs(shift: Shift, line: IntArray) -> Iterator[tuple[int, int, int]]:
    """Yield ``(start, end, queue row)`` of the shift's work, queue by queue."""
    for span in shift.working_spans:
        start = max(span.start_idx, 0)
        cuts = np.flatnonzero(np.diff(line[start : span.end_idx])) + 1 + start
        for low, high in pairwise([start, *cuts.tolist(), span.end_idx]):
            if high > low:
                yield low, high, int(line[low])


def _colours(queues: set[int]) -> dict[int, str]:
    """Return a colour for each queue shown, those who are to spare last."""
    taken = sorted(queues - {FREE})
    colours = dict(zip(taken, cycle(MANY_COLOURS), strict=False))
    return colours | ({FREE: FREE_COLOUR} if FREE in queues else {})


def _legend(axes: "Axes", instance: RosterInstance, colours: dict[int, str]) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(
            color=colour,
            label="to spare" if queue == FREE else instance.queues[queue].queue_id,
        )
        for queue, colour in colours.items()
    ]
    axes.legend(
        handles=handles, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0)
    )
