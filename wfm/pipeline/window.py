"""The plan's window and the calendars it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wfm.calendar.holidays import Holiday, public_holidays
from wfm.calendar.local import to_instant, wall_minute, zone
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import BoolArray
from wfm.domain.demand import Queue
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import Plan, PlanFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The plan's dates in the planner's zone, as UTC instants, half-open."""

    start_utc: datetime
    end_utc: datetime


def plan_window(plan: Plan) -> Window:
    """Return the window of *plan*: its ``weeks`` x 7 local dates in ``plan.zone``."""
    last = plan.first_date + timedelta(days=7 * plan.weeks)
    return Window(
        start_utc=to_instant(wall_minute(plan.first_date), plan.zone),
        end_utc=to_instant(wall_minute(last), plan.zone),
    )


def local_date(instant: datetime, zone_name: str) -> date:
    """Return the local date of *instant*."""
    return instant.astimezone(zone(zone_name)).date()


def horizon(plan: Plan, zone_name: str) -> tuple[date, int]:
    """Return the first local date of the window in *zone_name*, and their number."""
    window = plan_window(plan)
    first = local_date(window.start_utc, zone_name)
    last = local_date(window.end_utc - timedelta(minutes=1), zone_name)
    return first, (last - first).days + 1


def queue_holidays(plan: Plan, years: range) -> dict[str, Mapping[date, Holiday]]:
    """Return queue id -> the holidays of its market in *years*."""
    return {
        queue.queue_id: public_holidays(
            queue.country, queue.subdivision, years, plan.calendar_changes
        )
        for queue in plan.queues
    }


def calendar_years(folder: PlanFolder) -> range:
    """Return the years from the start of the history to the end of the plan."""
    last = folder.plan.first_date.year + 1
    first = folder.history.grid.start_utc.year if folder.history else last - 1
    return range(min(first, last - 1), last + 1)


def open_masks(
    queues: Iterable[Queue],
    grid: IntervalGrid,
    holidays: Mapping[str, Mapping[date, Holiday]],
) -> dict[str, BoolArray]:
    """Return queue id -> whether it is open in each interval of *grid*."""
    return {q.queue_id: open_mask(q, grid, holidays[q.queue_id]) for q in queues}
