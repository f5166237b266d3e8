"""The model in arrays of records, as the kernels read it.

Rows are addressed by ranges: ``first_x .. end_x`` are the rows of x that belong to a
record. Named tuples, because compiled code takes them as they are.
"""

from typing import NamedTuple

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.simulation.model import SimulatedQueue, SimulationModel
from wfm.simulation.records import Records, columns, record_type, records
from wfm.simulation.shapes import Exponential, Shape, ShapeTables, shape_tables

NONE = -1
"""No row."""

FOREVER = 1e300
"""A wait that does not end, as compiled code compares it."""

QUEUE = record_type(
    ints="deferred parallel handle_shape patience_shape max_waiting line reserve "
    "retry_queue retry_shape retry_keeps follow_queue follow_shape callback_queue "
    "plain first_route end_route",
    floats="within_s promote_s retry_share retry_delay_s follow_share follow_delay_s "
    "callback_share callback_after_s",
)
"""A plain queue's first contact may be taken at once."""

TIMES = record_type(ints="day", floats="per_s handle_s patience_s due_s")
"""A queue in an interval; the day is that of the busyness factor."""

ROUTE = record_type(ints="group rank", floats="after_s")
"""A group of a queue, preferred groups first, and the wait before it helps."""

WORK = record_type(ints="queue priority", floats="after_s")
"""A queue of a group, first queues first, likewise."""

GROUP_WORK = record_type(
    ints="most_parallel first_work end_work first_watched end_watched"
)
"""Most contacts that an agent can hold; which queues, which groups to watch."""

BACKLOG = record_type(ints="queue", floats="due_s")
"""A contact that waits at time 0."""


class Tables(NamedTuple):
    """Everything about a model but its staffing.

    Attributes
    ----------
    interval_s, intervals_per_s, num_intervals
        Intervals of the model.
    bin_s, bins_per_s, num_bins, first_bin_s, horizon_s
        Bins of the results, and what they span.
    num_levels
        Most contacts in parallel.
    is_random, promotes
        Whether the agent is chosen at random; whether a contact can be promoted.
    queues, times
        Records ``[q]`` and ``[q, t]``.
    pace
        ``[q, k]`` on handle time with k contacts in hand.
    routes, works, groups
        Groups of each queue, queues of each group, and ``[g]``.
    handle_factor
        ``[g, q]``.
    watched
        Groups whose idle agents count for the reserve, by group.
    reserved
        Rows of the queues with a reserve.
    lines
        ``[k]`` lines of each line group.
    backlog
        Contacts that wait at time 0.
    shapes
        Handle time, patience and delays.
    """

    interval_s: float
    intervals_per_s: float
    num_intervals: int
    bin_s: float
    bins_per_s: float
    num_bins: int
    first_bin_s: float
    horizon_s: float
    num_levels: int
    is_random: bool
    promotes: bool
    queues: Records
    times: Records
    pace: FloatArray
    routes: Records
    works: Records
    groups: Records
    handle_factor: FloatArray
    watched: IntArray
    reserved: IntArray
    lines: IntArray
    backlog: Records
    shapes: ShapeTables


Listed = list[list[tuple[int, int, float]]]
"""Rows by queue or group."""


def compile_tables(model: SimulationModel) -> Tables:
    """Return the flat form of *model*."""
    shapes: list[Shape] = [Exponential()]
    routes, works = _routes(model), _works(model)
    queues = _queues(model, shapes, routes)
    watched = _watched(model, works)
    bin_s = float(model.bin_s or model.interval_s)
    levels = int(queues.parallel.max())
    backlog = ((q, due) for q, x in enumerate(model.queues) for due in x.backlog_due_s)
    return Tables(
        interval_s=float(model.interval_s),
        intervals_per_s=1.0 / model.interval_s,
        num_intervals=model.num_intervals,
        bin_s=bin_s,
        bins_per_s=1.0 / bin_s,
        num_bins=max(1, round((model.horizon_s - model.warm_up_s) / bin_s)),
        first_bin_s=float(model.warm_up_s),
        horizon_s=float(model.horizon_s),
        num_levels=levels,
        is_random=model.routing.agent_choice == "random",
        promotes=bool((queues.promote_s < FOREVER).any()),
        queues=queues,
        times=_times(model),
        pace=np.array([_pace(q, levels) for q in model.queues]),
        routes=records((row for rows in routes for row in rows), ROUTE),
        works=records((row for rows in works for row in rows), WORK),
        groups=_groups(queues, works, watched),
        handle_factor=_handle_factors(model),
        watched=np.array([g for row in watched for g in row], dtype=np.int64),
        reserved=np.flatnonzero(queues.reserve > 0),
        lines=np.array([group.lines for group in model.line_groups], dtype=np.int64),
        backlog=records(backlog, BACKLOG),
        shapes=shape_tables(tuple(shapes)),
    )


def _queues(model: SimulationModel, shapes: list[Shape], routes: Listed) -> Records:
    first = _firsts(routes)
    return records(
        (
            (*_ints(model, queue, shapes), first[q], first[q + 1], *_rates(queue))
            for q, queue in enumerate(model.queues)
        ),
        QUEUE,
    )


def _times(model: SimulationModel) -> Records:
    queues, num_t = model.queues, model.num_intervals
    return columns(
        TIMES,
        day=0 if model.busyness_day is None else np.asarray(model.busyness_day),
        per_s=np.array([queue.arrivals for queue in queues]) / model.interval_s,
        handle_s=np.array([queue.handle_s for queue in queues]),
        patience_s=np.minimum(
            np.array([queue.patience_s for queue in queues]), FOREVER
        ),
        due_s=np.array([_due(queue, num_t) for queue in queues]),
    )


def _groups(queues: Records, works: Listed, watched: list[list[int]]) -> Records:
    work, watch = _firsts(works), _firsts(watched)
    parallel = queues.parallel
    most = [max((parallel[q] for q, *_ in rows), default=1) for rows in works]
    return columns(
        GROUP_WORK,
        most_parallel=np.array(most, dtype=np.int64),
        first_work=work[:-1],
        end_work=work[1:],
        first_watched=watch[:-1],
        end_watched=watch[1:],
    )


def _shape_row(shapes: list[Shape], shape: Shape) -> int:
    if shape not in shapes:
        shapes.append(shape)
    return shapes.index(shape)


def _ints(
    model: SimulationModel, queue: SimulatedQueue, shapes: list[Shape]
) -> list[int]:
    rows = model.queue_index()
    retry, follow, offer = queue.retry, queue.follow_up, queue.callback
    line = [queue.queue_id in group.queue_ids for group in model.line_groups]
    limit = queue.max_waiting
    return [
        int(queue.is_deferred),
        len(queue.pace),
        _shape_row(shapes, queue.handle_shape),
        _shape_row(shapes, queue.patience_shape),
        np.iinfo(np.int64).max if limit is None else limit,
        line.index(True) if any(line) else NONE,
        queue.idle_reserve,
        NONE if retry is None else rows[retry.to_queue or queue.queue_id],
        0 if retry is None else _shape_row(shapes, retry.delay_shape),
        0 if retry is None else int(retry.keeps_patience),
        NONE if follow is None else rows[follow.to_queue or queue.queue_id],
        0 if follow is None else _shape_row(shapes, follow.delay_shape),
        NONE if offer is None else rows[offer.to_queue],
        int(_is_plain(model, queue)),
    ]


def _is_plain(model: SimulationModel, queue: SimulatedQueue) -> bool:
    """Return whether nothing holds agents back: no reserve, delay or promotion."""
    routes = [r for r in model.routing.routes if r.queue_id == queue.queue_id]
    return (
        queue.idle_reserve == 0
        and _promotion(queue) >= FOREVER
        and all(route.after_s <= 0.0 for route in routes)
    )


def _rates(queue: SimulatedQueue) -> list[float]:
    retry, follow, offer = queue.retry, queue.follow_up, queue.callback
    return [
        queue.answer_within_s,
        _promotion(queue),
        0.0 if retry is None else retry.probability,
        0.0 if retry is None else retry.delay_s,
        0.0 if follow is None else follow.probability,
        0.0 if follow is None else follow.delay_s,
        0.0 if offer is None else offer.acceptance,
        0.0 if offer is None else offer.after_s,
    ]


def _promotion(queue: SimulatedQueue) -> float:
    """Return what to add to the due time, or the arrival, to have the promotion."""
    if queue.is_deferred:
        before_s = queue.promote_before_due_s
        return FOREVER if before_s is None else -before_s
    return min(queue.promote_after_s, FOREVER)


def _due(queue: SimulatedQueue, num_t: int) -> FloatArray:
    due = np.full(num_t, FOREVER) if queue.due_s is None else queue.due_s
    return np.broadcast_to(np.minimum(due, FOREVER), (num_t,))


def _pace(queue: SimulatedQueue, levels: int) -> list[float]:
    """Return the factor by contacts in hand; beyond the queue's own, its last."""
    missing = levels - len(queue.pace)
    return [1.0, *queue.pace, *([queue.pace[-1]] * missing)]


def _routes(model: SimulationModel) -> Listed:
    queues, groups = model.queue_index(), model.group_index()
    found: Listed = [[] for _ in queues]
    for route in model.routing.routes:
        entry = groups[route.group_id], route.preference, route.after_s
        found[queues[route.queue_id]].append(entry)
    return [sorted(rows, key=lambda row: (row[1], row[0])) for rows in found]


def _works(model: SimulationModel) -> Listed:
    queues, groups = model.queue_index(), model.group_index()
    found: Listed = [[] for _ in groups]
    for route in model.routing.routes:
        entry = queues[route.queue_id], route.priority, route.after_s
        found[groups[route.group_id]].append(entry)
    return [sorted(rows, key=lambda row: (row[1], row[0])) for rows in found]


def _watched(model: SimulationModel, works: Listed) -> list[list[int]]:
    """Return for each group the groups that share a live queue with it."""
    live = [{q for q, *_ in rows if _is_live(model.queues[q])} for rows in works]
    return [
        [h for h, other in enumerate(live) if h == g or mine & other]
        for g, mine in enumerate(live)
    ]


def _is_live(queue: SimulatedQueue) -> bool:
    return not queue.is_deferred


def _handle_factors(model: SimulationModel) -> FloatArray:
    queues, groups = model.queue_index(), model.group_index()
    factor = np.ones((len(groups), len(queues)))
    for route in model.routing.routes:
        row = groups[route.group_id], queues[route.queue_id]
        factor[row] = route.handle_factor
    return factor


def _firsts(listed: Listed | list[list[int]]) -> IntArray:
    sizes = [0, *(len(rows) for rows in listed)]
    return np.cumsum(np.array(sizes, dtype=np.int64))
