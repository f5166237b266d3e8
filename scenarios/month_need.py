"""What a month's typical week needs under a scenario: hours by queue and time band."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np

from scenarios.demand_rules import DemandRule, with_rules
from scenarios.digest import digest
from scenarios.months import Month
from scenarios.remembered import Remembered
from scenarios.roster_response import NUM_BANDS, band_of
from scenarios.typical_weeks import TypicalWeek, weekday_counts
from wfm.calendar.holidays import Holiday, public_holidays
from wfm.calendar.local import local_clock
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import Queue, VolumeForecast
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import Plan
from wfm.domain.staffing import StaffingRequirement
from wfm.pipeline.window import open_masks
from wfm.staffing.channel import (
    CHANNELS,
    LiveChannel,
    QueueDemand,
    QueueStaffing,
)
from wfm.staffing.requirement import requirement, sized_alone
from wfm.staffing.shrinkage import gross_up_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNeed:
    """A typical week's need, and the weights that make a month of it.

    Attributes
    ----------
    hours
        ``[q]`` agent-hours of the week before guarantees: the load.
    required
        ``[q, b]`` agent-hours of the week, guarantees included.
    needed_agents
        ``[q, t]`` agents needed by live queues in each interval, guarantees included.
    gross_up
        ``[q]`` agents to schedule for one at work.
    band
        ``[t]`` time band of each interval.
    band_days
        ``[b]`` how often the band's weekday is in the month.
    self_service
        Queue id -> contacts ``(attempted, settled)`` by self-service in the month.
    """

    month: Month
    queues: tuple[Queue, ...]
    grid: IntervalGrid
    offered_contacts: FloatArray
    aht_s: FloatArray
    hours: FloatArray
    required: FloatArray
    needed_agents: FloatArray
    gross_up: FloatArray
    band: IntArray
    band_days: FloatArray
    self_service: Mapping[str, tuple[float, float]]

    @property
    def month_contacts(self) -> FloatArray:
        """Offered contacts ``[q]`` of the month."""
        return np.asarray(self.offered_contacts @ self.interval_days)

    @property
    def interval_days(self) -> FloatArray:
        """How often ``[t]`` each interval of the week is in the month."""
        return np.asarray(self.band_days[self.band])

    @property
    def mean_aht_s(self) -> FloatArray:
        """Handle time ``[q]`` over the month; 0 where nobody comes."""
        contacts = self.month_contacts
        seconds = (self.offered_contacts * self.aht_s) @ self.interval_days
        zero = np.zeros_like(seconds)
        return np.divide(seconds, contacts, out=zero, where=contacts > 0.0)


class MarketCalendars:
    """Public holidays of queues' markets in the years of a run, looked up once each."""

    def __init__(self, years: range) -> None:
        self._years = years
        self._found: dict[str, Mapping[date, Holiday]] = {}

    def masks(self, plan: Plan, grid: IntervalGrid) -> dict[str, BoolArray]:
        """Return queue id -> whether it is open in each interval of *grid*."""
        days = {
            queue.queue_id: self.dates(plan, queue.country, queue.subdivision)
            for queue in plan.queues
        }
        return open_masks(plan.queues, grid, days)

    def dates(
        self, plan: Plan, country: str | None, subdivision: str | None
    ) -> Mapping[date, Holiday]:
        """Return the holidays of a country or a part of it, with the plan's changes."""
        changes = plan.calendar_changes
        key = digest(country, subdivision, changes)
        if key not in self._found:
            self._found[key] = public_holidays(
                country, subdivision, self._years, changes
            )
        return self._found[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandQuestion:
    """A typical week of the *base* plan's demand, to be asked under other plans."""

    week: TypicalWeek
    base: Plan
    calendars: MarketCalendars


def month_need(
    question: DemandQuestion, plan: Plan, rules: Mapping[str, DemandRule]
) -> MonthNeed:
    """Return what the week needs under *plan*, a changed version of the base plan.

    The forecast is the base's: what the plan changes of hours, volumes and drivers
    is applied to it.

    Raises
    ------
    UsageError
        If a rule lays demand out like a queue without forecast.
    """
    forecast, masks, staffing = _staffed(question, plan, rules)
    return _need(question.week, plan, staffing, masks, forecast)


def week_requirement(
    question: DemandQuestion, plan: Plan, rules: Mapping[str, DemandRule]
) -> StaffingRequirement:
    """Return the requirement behind :func:`month_need`, interval by interval."""
    return _staffed(question, plan, rules)[2]


def _staffed(
    question: DemandQuestion, plan: Plan, rules: Mapping[str, DemandRule]
) -> tuple[VolumeForecast, dict[str, BoolArray], StaffingRequirement]:
    week = question.week
    masks = question.calendars.masks(plan, week.forecast.grid)
    forecast = scenario_forecast(question, plan, rules, masks)
    staffing = requirement(
        forecast,
        [_for_months(queue) for queue in plan.queues],
        window=(week.start_idx, week.end_idx),
        open_masks=masks,
        shrinkage=plan.shrinkage,
        sized=_sized,
    )
    return forecast, masks, staffing


_SIZED: Remembered[QueueStaffing] = Remembered()
_ANSWERED: Remembered[FloatArray] = Remembered()


def _sized(queue: Queue, demand: QueueDemand) -> QueueStaffing:
    return _SIZED.get(partial(sized_alone, queue, demand), queue, demand)


def _for_months(queue: Queue) -> Queue:
    """Return *queue* staffed interval by interval: a typical week is no course."""
    staffing = queue.staffing
    if staffing.method != "auto":
        return queue
    return replace(queue, staffing=replace(staffing, method="sipp"))


def scenario_forecast(
    question: DemandQuestion,
    plan: Plan,
    rules: Mapping[str, DemandRule],
    masks: Mapping[str, BoolArray],
) -> VolumeForecast:
    """Return the week's forecast with the scenario's hours, new queues and volumes."""
    queues = {queue.queue_id: queue for queue in plan.queues}
    given, base = question.week.forecast, question.base
    was_open = question.calendars.masks(base, given.grid)
    forecast = with_rules(given, queues, masks, was_open, rules)
    before = {queue.queue_id: queue.volume_scale for queue in base.queues}
    scale = np.array(
        [queue.volume_scale / before.get(queue.queue_id, 1.0) for queue in plan.queues]
    )
    return replace(
        forecast,
        mean=forecast.mean * scale[:, None],
        quantiles=forecast.quantiles * scale[:, None, None],
    )


def _need(
    week: TypicalWeek,
    plan: Plan,
    staffing: StaffingRequirement,
    masks: Mapping[str, BoolArray],
    forecast: VolumeForecast,
) -> MonthNeed:
    inside = slice(week.start_idx, week.end_idx)
    grid, hour = staffing.grid, staffing.grid.interval_hours
    clock = local_clock(grid, plan.zone)
    band = band_of((clock.day + 3) % 7, clock.minute_of_day)[inside]
    days = np.repeat(weekday_counts(week.month), NUM_BANDS // 7)
    gross = np.array(
        [gross_up_factor(queue.shrinkage or plan.shrinkage) for queue in plan.queues]
    )
    hours, needed = _hours(week, plan, staffing, masks, gross)
    member = np.zeros((len(band), NUM_BANDS))
    member[np.arange(len(band)), band] = hour
    return MonthNeed(
        month=week.month,
        queues=plan.queues,
        grid=replace(
            grid,
            start_utc=grid.instant(week.start_idx),
            num_intervals=week.end_idx - week.start_idx,
        ),
        offered_contacts=staffing.offered_contacts[:, inside],
        aht_s=staffing.aht_s[:, inside],
        hours=hours,
        required=needed @ member,
        needed_agents=needed,
        gross_up=gross,
        band=band,
        band_days=days,
        self_service=_self_service(plan, forecast, inside, days[band]),
    )


def _hours(
    week: TypicalWeek,
    plan: Plan,
    staffing: StaffingRequirement,
    masks: Mapping[str, BoolArray],
    gross: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return hours ``[q]`` before guarantees, and agents needed ``[q, t]`` with them.

    Deferred work counts whole, whenever it is due: every week is followed by one.
    """
    inside = slice(week.start_idx, week.end_idx)
    hour = staffing.grid.interval_hours
    needed = np.array(staffing.scheduled_agents[:, inside])
    hours = needed.sum(axis=1) * hour
    for q, queue in enumerate(plan.queues):
        if CHANNELS[queue.channel].deferred:
            work = float(staffing.workload_erlangs[q, inside].sum()) * hour * gross[q]
            needed[q] *= work / hours[q] if hours[q] > 0.0 else 0.0
            hours[q] = work
        else:
            floor = np.where(masks[queue.queue_id][inside], queue.guaranteed_agents, 0)
            needed[q] = np.maximum(needed[q], floor)
    return hours, needed


def _self_service(
    plan: Plan, forecast: VolumeForecast, inside: slice, days: FloatArray
) -> dict[str, tuple[float, float]]:
    """Return contacts attempted and settled by self-service, by queue.

    History holds what self-service left over, so the attempts are more than it shows.
    """
    found = {}
    for q, queue in enumerate(plan.queues):
        contained = queue.drivers.containment
        if contained is not None and contained.share > 0.0:
            seen = float(forecast.mean[q, inside] @ days)
            attempts = seen / (1.0 - contained.in_history)
            found[queue.queue_id] = (attempts, attempts * contained.share)
    return found


def service_levels(need: MonthNeed, fill: FloatArray) -> FloatArray:
    """Return ``[q]`` the share answered in time over the month.

    Live queues by their channel's model from the agents at work, ``fill[q, b]`` of
    those needed; of deferred work the share that is done. 1 where nobody comes.
    """
    levels = np.ones(len(need.queues))
    days = need.interval_days
    for q, queue in enumerate(need.queues):
        weight = need.offered_contacts[q] * days
        if weight.sum() <= 0.0:
            continue
        model = CHANNELS[queue.channel]()
        if isinstance(model, LiveChannel):
            agents = need.needed_agents[q] * fill[q][need.band] / need.gross_up[q]
            demand = QueueDemand(
                grid=need.grid,
                offered_contacts=need.offered_contacts[q],
                aht_s=need.aht_s[q],
                open_mask=need.offered_contacts[q] > 0.0,
                window=(0, need.grid.num_intervals),
            )
            ask = partial(model.service_level, queue, demand, agents)
            answered = _ANSWERED.get(ask, queue, demand, agents)
            levels[q] = float((weight * answered).sum() / weight.sum())
        else:
            asked = need.required[q] * need.band_days
            done = float((asked * fill[q]).sum())
            levels[q] = done / float(asked.sum()) if asked.sum() > 0.0 else 1.0
    return levels
