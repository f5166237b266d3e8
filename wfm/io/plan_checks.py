"""What must fit together in plan.yaml: the plan itself and its queues."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from wfm.calendar.local import offset_minutes
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.grid import IntervalGrid
from wfm.io.plan_convert import opening_hours
from wfm.io.plan_driver_checks import check_drivers
from wfm.io.plan_schema import PlanTable, QueueTable
from wfm.io.plan_target_checks import check_staffing
from wfm.io.problems import did_you_mean, nearest
from wfm.io.values import WEEKDAYS
from wfm.io.yaml_source import DocumentProblems, Path

_CONVERSATIONS = ("chat", "messaging")


def check_plan(plan: PlanTable, faults: DocumentProblems) -> None:
    """Check the plan's own settings and every queue."""
    _check_grid(plan, faults)
    _check_week(plan, faults)
    _check_calendars(plan, faults)
    _check_model(plan.forecast.model, ("forecast", "model"), faults)
    channels = deferred_by_channel()
    for queue_id, queue in plan.queues.items():
        path: Path = ("queues", queue_id)
        if path not in faults.document.keys:
            continue  # stands in for what the schema refused
        _check_channel(queue, path, channels, faults)
        _check_hours(queue, path, int(plan.interval_minutes), faults)
        _check_forwards(queue_id, queue, plan, faults)
        check_drivers(queue, path, plan, channels, faults)
        check_staffing(queue, path, faults)
        check_country(queue.country, queue.subdivision, path, faults)
        if queue.closed_on_holidays and queue.country is None:
            message = "the queue closes on holidays, but no country is named"
            faults.at_key((*path, "closed_on_holidays"), message, "country")
        if queue.forecast_model is not None:
            _check_model(queue.forecast_model, (*path, "forecast_model"), faults)
        if queue.handover_minutes % judged_step(plan):
            expected = f"a multiple of {plan.roster_step_minutes} min"
            message = f"{queue.handover_minutes} min is not on the roster's step"
            faults.at_value((*path, "handover_minutes"), message, expected)
        check_zone(queue.zone, path, plan, int(plan.interval_minutes), faults)
    _check_cycles(plan, faults)


def deferred_by_channel() -> dict[str, bool]:
    """Return each registered channel and whether its work may wait."""
    from wfm.staffing.channel import CHANNELS

    return {name: CHANNELS[name].deferred for name in CHANNELS}


def names_written(faults: DocumentProblems, section: str) -> tuple[str, ...]:
    """Return the ids that the file writes in *section*, faulty entries included."""
    found = faults.document.data.get(section)
    return tuple(found) if isinstance(found, dict) else ()


def check_reference(
    name: str,
    known: Iterable[str],
    kind: str,
    path: Path,
    faults: DocumentProblems,
) -> None:
    """Note it if *name* is not the id of a *kind*."""
    names = tuple(known)
    if name not in names:
        faults.at_value(path, f"unknown {kind} {name!r}{did_you_mean(name, names)}")


def judged_step(plan: PlanTable) -> int:
    """Return the roster's step; 1 where it is at fault, so that nothing else is."""
    step = int(plan.roster_step_minutes)
    return 1 if int(plan.interval_minutes) % step else step


def _check_grid(plan: PlanTable, faults: DocumentProblems) -> None:
    interval, step = int(plan.interval_minutes), int(plan.roster_step_minutes)
    if interval % step:
        message = f"{step} min does not divide the interval of {interval} min"
        faults.at_value(("roster_step_minutes",), message, f"a divisor of {interval}")
    check_zone(plan.zone, (), plan, judged_step(plan), faults)


def _check_week(plan: PlanTable, faults: DocumentProblems) -> None:
    if plan.week.weekday() != plan.week_start:
        start, found = WEEKDAYS[plan.week_start], WEEKDAYS[plan.week.weekday()]
        first = plan.week - timedelta(days=(plan.week.weekday() - plan.week_start) % 7)
        message = f"{plan.week} is a {found}, but weeks start on {start}"
        faults.at_value(("week",), message, f"{first} or another week_start")


def check_zone(
    zone: str,
    path: Path,
    plan: PlanTable,
    step_minutes: int,
    faults: DocumentProblems,
) -> None:
    """Note it if the offset of *zone* from UTC does not fall on the grid."""
    offset = odd_offset(zone, plan.week.toordinal(), plan.weeks, step_minutes)
    if offset is not None:
        message = f"{zone} is {offset} min from UTC, off the {step_minutes}-min grid"
        faults.at_value((*path, "zone"), message, "smaller steps")


@cache
def odd_offset(zone: str, first_day: int, weeks: int, step: int) -> int | None:
    """Return an offset from UTC in the plan's time that is off the *step*, if any."""
    start = datetime.fromordinal(first_day).replace(tzinfo=UTC) - timedelta(days=2)
    grid = IntervalGrid(
        start_utc=start, interval_minutes=MINUTES_PER_DAY, num_intervals=weeks * 7 + 4
    )
    return next((int(o) for o in set(offset_minutes(grid, zone)) if o % step), None)


def _check_calendars(plan: PlanTable, faults: DocumentProblems) -> None:
    for key, table in plan.calendars.items():
        country, _, subdivision = key.partition("-")
        check_country(
            country, subdivision or None, ("calendars", key), faults, keyed=True
        )
        for day in sorted(set(table.add) & set(table.remove)):
            message = f"{day} is both added and removed"
            faults.at_key(("calendars", key, "remove"), message)


def check_country(
    country: str | None,
    subdivision: str | None,
    path: Path,
    faults: DocumentProblems,
    *,
    keyed: bool = False,
) -> None:
    """Note it if no public calendar is known for the place."""
    if country is None:
        if subdivision is not None:
            faults.at_key((*path, "subdivision"), "a subdivision without its country")
        return
    if _has_calendar(country, subdivision):
        return
    if not _has_calendar(country, None):
        short = [code for code in _subdivisions() if len(code) == 2]
        near = nearest(country.upper(), short, cutoff=0.5)
        hint = f"; did you mean {near!r}?" if near else ""
        message = f"no public calendar for country {country!r}{hint}"
        place = path if keyed else (*path, "country")
        faults.at_value(place, message, "a two-letter code such as DE")
        return
    hint = did_you_mean(subdivision or "", _subdivisions()[country])
    place = path if keyed else (*path, "subdivision")
    faults.at_value(place, f"{country} has no subdivision {subdivision!r}{hint}")


@cache
def _has_calendar(country: str, subdivision: str | None) -> bool:
    import holidays

    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return country.isupper()


def _subdivisions() -> Mapping[str, list[str]]:
    """Return every known country and its subdivisions (loads all of them: slow)."""
    import holidays

    known: dict[str, list[str]] = holidays.list_supported_countries()
    return known


def _check_model(name: str, path: Path, faults: DocumentProblems) -> None:
    from forecasting.model import FORECASTERS

    check_reference(name, FORECASTERS, "forecast model", path, faults)


def _check_channel(
    queue: QueueTable,
    path: Path,
    channels: Mapping[str, bool],
    faults: DocumentProblems,
) -> None:
    check_reference(queue.channel, channels, "channel", (*path, "channel"), faults)
    if queue.channel not in channels:
        return
    if faults.is_faulty((*path, "target")):
        pass  # what is left of the target says nothing
    elif channels[queue.channel]:
        _check_deferred_target(queue, path, faults)
    else:
        _check_live_target(queue, path, faults)
    talks = queue.channel in _CONVERSATIONS
    if talks and not faults.is_faulty((*path, "chat")):
        _check_chat(queue, path, faults)
    elif not talks and queue.chat is not None:
        message = f"a {queue.channel} queue has no chat table"
        faults.at_key((*path, "chat"), message, "channel: chat")


def _check_deferred_target(
    queue: QueueTable, path: Path, faults: DocumentProblems
) -> None:
    place = (*path, "target")
    if queue.target.answer_within_open_hours is None:
        message = f"a {queue.channel} queue promises an answer in time"
        faults.at_key(place, message, "answer_within_open_hours")
    for key in ("service_level", "answer_within_s", "asa_s"):
        if getattr(queue.target, key) is not None:
            message = f"{queue.channel} work waits; a target in seconds does not fit"
            faults.at_key((*place, key), message, "answer_within_open_hours")


def _check_live_target(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    place, target = (*path, "target"), queue.target
    if target.answer_within_open_hours is not None:
        message = f"customers of a {queue.channel} queue wait for the answer"
        faults.at_key(
            (*place, "answer_within_open_hours"), message, "answer_within_s or asa_s"
        )
    if (target.service_level is None) != (target.answer_within_s is None):
        given = "answer_within_s" if target.service_level is None else "service_level"
        message = f"{given} stands alone"
        faults.at_key(
            (*place, given), message, "service_level and answer_within_s together"
        )
    elif target.service_level is None and target.asa_s is None:
        message = "no target"
        faults.at_key(place, message, "service_level with answer_within_s, or asa_s")


def _check_chat(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    chat, place = queue.chat, (*path, "chat")
    if chat is None:
        message = "the key 'chat' is missing"
        faults.at_key(
            path, message, "chat: {max_chats: 3, aht_factor: [1.0, 1.2, 1.5]}"
        )
        return
    factors = chat.aht_factor
    place = (*place, "aht_factor")
    if len(factors) != chat.max_chats:
        message = f"{len(factors)} factors for {chat.max_chats} chats at once"
        faults.at_value(place, message, "one factor per number of chats")
    if factors and factors[0] != 1.0:
        faults.at_value(place, f"the factor of one chat is {factors[0]:g}", "1.0")
    if list(factors) != sorted(factors):
        faults.at_value(place, "the factors fall", "factors that rise with each chat")


def _check_hours(
    queue: QueueTable, path: Path, interval_minutes: int, faults: DocumentProblems
) -> None:
    place = (*path, "open")
    if faults.is_faulty(place):
        return
    spans = opening_hours(queue.open).spans
    if not any(spans):
        faults.at_key(place, "the queue is never open", "at least one span")
    for day in spans:
        for minute in (m for span in day for m in span):
            if minute % interval_minutes:
                clock = f"{minute // 60:02d}:{minute % 60:02d}"
                message = f"{clock} is not on the {interval_minutes}-min interval"
                faults.at_value(place, message, f"multiples of {interval_minutes} min")
                return


def _check_forwards(
    queue_id: str, queue: QueueTable, plan: PlanTable, faults: DocumentProblems
) -> None:
    path: Path = ("queues", queue_id, "forwards")
    if faults.is_faulty(path):
        return  # places in the list may have moved
    known = names_written(faults, "queues")
    for i, forward in enumerate(queue.forwards):
        check_reference(forward.to, known, "queue", (*path, i, "to"), faults)
        receiver = plan.queues.get(forward.to)
        has_aht = forward.aht_s or (receiver is not None and receiver.aht_s)
        if receiver is not None and not has_aht:
            message = f"no handle time is known for what {forward.to} receives"
            faults.at_key((*path, i), message, "aht_s here or in the queue")
    total = sum(forward.share for forward in queue.forwards)
    if total > 1 + 1e-9:
        faults.at_key(path, f"the shares sum to {total:g}", "at most 1")


def _check_cycles(plan: PlanTable, faults: DocumentProblems) -> None:
    edges = {
        queue_id: [f.to for f in queue.forwards if f.to in plan.queues]
        for queue_id, queue in plan.queues.items()
    }
    for queue_id in edges:
        route = _route_back(queue_id, edges)
        if route and min(route) == queue_id:
            message = f"contacts go round in a circle: {' > '.join(route)}"
            faults.at_key(("queues", queue_id, "forwards"), message)


def _route_back(start: str, edges: Mapping[str, list[str]]) -> list[str]:
    """Return a way from *start* back to itself, empty if there is none."""
    stack, seen = [[start]], set[str]()
    while stack:
        route = stack.pop()
        for following in edges[route[-1]]:
            if following == start:
                return [*route, start]
            if following not in seen:
                seen.add(following)
                stack.append([*route, following])
    return []
