"""The model in flat arrays, as the kernels read it.

Rows are addressed by ranges: ``first[y] .. first[y + 1]`` is the range of rows that
belong to y. Named tuples, because compiled code takes them as they are.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.simulation.model import SimulatedQueue, SimulationModel
from wfm.simulation.shapes import Exponential, Shape, ShapeTables, shape_tables

KeyArray = npt.NDArray[np.uint64]

NONE = -1
"""No row."""

FOREVER = 1e300
"""A wait that does not end, as compiled code compares it."""

(
    DEFERRED,
    PARALLEL,
    HANDLE_SHAPE,
    PATIENCE_SHAPE,
    MAX_WAITING,
    LINE,
    RESERVE,
    RETRY_QUEUE,
    RETRY_SHAPE,
    RETRY_KEEPS,
    FOLLOW_QUEUE,
    FOLLOW_SHAPE,
    CALLBACK_QUEUE,
    PLAIN,
) = range(14)
"""Columns of ``Tables.queues``. A plain queue's first contact may be taken at once."""

(
    WITHIN_S,
    PROMOTE_S,
    RETRY_SHARE,
    RETRY_DELAY_S,
    FOLLOW_SHARE,
    FOLLOW_DELAY_S,
    CALLBACK_SHARE,
    CALLBACK_AFTER_S,
) = range(8)
"""Columns of ``Tables.rates``."""

ROUTE_GROUP, ROUTE_RANK = range(2)
"""Columns of ``Tables.routes``: by queue, preferred groups first."""

WORK_QUEUE, WORK_PRIORITY = range(2)
"""Columns of ``Tables.works``: by group, first queues first."""


class Tables(NamedTuple):
    """Everything about a model but its staffing.

    Attributes
    ----------
    clock
        Interval and bin length, start of the first bin, horizon; one over the lengths.
    sizes
        Intervals, bins, most contacts in parallel, whether the agent is chosen at
        random, whether a contact can be promoted.
    queues, rates
        ``[q, column]``.
    arrivals
        ``[q, t]`` contacts per second.
    handle_s, patience_s, due_s
        ``[q, t]``.
    day
        ``[t]`` day of the busyness factor.
    pace
        ``[q, k]`` on handle time with k contacts in hand.
    routes, route_after_s, first_route
        ``[i, column]`` groups of each queue; ``[i]`` wait before they help.
    works, work_after_s, first_work
        ``[i, column]`` queues of each group, likewise.
    handle_factor
        ``[g, q]``.
    most_parallel
        ``[g]`` most contacts that an agent of the group can hold.
    watched, first_watched
        Groups whose idle agents count for the reserve, by group.
    reserved
        Rows of the queues with a reserve.
    lines
        ``[k]`` lines of each line group.
    backlog_queue, backlog_due_s
        ``[i]`` contacts that wait at time 0.
    shapes
        Handle time, patience and delays.
    """

    clock: FloatArray
    sizes: IntArray
    queues: IntArray
    rates: FloatArray
    arrivals: FloatArray
    handle_s: FloatArray
    patience_s: FloatArray
    due_s: FloatArray
    day: IntArray
    pace: FloatArray
    routes: IntArray
    route_after_s: FloatArray
    first_route: IntArray
    works: IntArray
    work_after_s: FloatArray
    first_work: IntArray
    handle_factor: FloatArray
    most_parallel: IntArray
    watched: IntArray
    first_watched: IntArray
    reserved: IntArray
    lines: IntArray
    backlog_queue: IntArray
    backlog_due_s: FloatArray
    shapes: ShapeTables


INTERVAL_S, BIN_S, FIRST_BIN_S, HORIZON_S, INTERVALS_PER_S, BINS_PER_S = range(6)
"""Places of ``Tables.clock``."""

INTERVALS, BINS, LEVELS, RANDOM_CHOICE, PROMOTES = range(5)
"""Places of ``Tables.sizes``."""


def compile_tables(model: SimulationModel) -> Tables:
    """Return the flat form of *model*."""
    shapes: list[Shape] = [Exponential()]
    queues = np.array([_ints(model, queue, shapes) for queue in model.queues])
    routes = _routes(model)
    works = _works(model)
    parallel = queues[:, PARALLEL]
    most = np.array(
        [max((parallel[q] for q, *_ in rows), default=1) for rows in works],
        dtype=np.int64,
    ).reshape(-1)
    watched = _watched(model, works)
    bin_s = model.bin_s or model.interval_s
    num_bins = max(1, round((model.horizon_s - model.warm_up_s) / bin_s))
    is_random = model.routing.agent_choice == "random"
    rates = np.array([_rates(queue) for queue in model.queues])
    promotes = bool((rates[:, PROMOTE_S] < FOREVER).any())
    backlog = [(q, due) for q, x in enumerate(model.queues) for due in x.backlog_due_s]
    num_t = model.num_intervals
    day = np.zeros(num_t) if model.busyness_day is None else model.busyness_day
    levels = int(parallel.max())
    return Tables(
        clock=_clock(model, bin_s),
        sizes=np.array([num_t, num_bins, levels, is_random, promotes], dtype=np.int64),
        queues=queues,
        rates=rates,
        arrivals=np.array([q.arrivals for q in model.queues]) / model.interval_s,
        handle_s=np.array([q.handle_s for q in model.queues]),
        patience_s=np.minimum(np.array([q.patience_s for q in model.queues]), FOREVER),
        due_s=np.array([_due(q, num_t) for q in model.queues]),
        day=np.array(day, dtype=np.int64),
        pace=np.array([_pace(q, levels) for q in model.queues]),
        routes=_rows([[(g, rank) for g, rank, _ in row] for row in routes]),
        route_after_s=_column(routes),
        first_route=_firsts(routes),
        works=_rows([[(q, priority) for q, priority, _ in row] for row in works]),
        work_after_s=_column(works),
        first_work=_firsts(works),
        handle_factor=_handle_factors(model),
        most_parallel=most,
        watched=np.array([g for row in watched for g in row], dtype=np.int64),
        first_watched=_firsts(watched),
        reserved=np.flatnonzero(queues[:, RESERVE] > 0),
        lines=np.array([group.lines for group in model.line_groups], dtype=np.int64),
        backlog_queue=np.array([q for q, _ in backlog], dtype=np.int64),
        backlog_due_s=np.array([due for _, due in backlog], dtype=np.float64),
        shapes=shape_tables(tuple(shapes)),
    )


def _clock(model: SimulationModel, bin_s: float) -> FloatArray:
    lengths = model.interval_s, bin_s
    places = model.warm_up_s, model.horizon_s
    return np.array([*lengths, *places, *(1.0 / length for length in lengths)])


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


def _routes(model: SimulationModel) -> list[list[tuple[int, int, float]]]:
    queues, groups = model.queue_index(), model.group_index()
    found: list[list[tuple[int, int, float]]] = [[] for _ in queues]
    for route in model.routing.routes:
        entry = groups[route.group_id], route.preference, route.after_s
        found[queues[route.queue_id]].append(entry)
    return [sorted(rows, key=lambda row: (row[1], row[0])) for rows in found]


def _works(model: SimulationModel) -> list[list[tuple[int, int, float]]]:
    queues, groups = model.queue_index(), model.group_index()
    found: list[list[tuple[int, int, float]]] = [[] for _ in groups]
    for route in model.routing.routes:
        entry = queues[route.queue_id], route.priority, route.after_s
        found[groups[route.group_id]].append(entry)
    return [sorted(rows, key=lambda row: (row[1], row[0])) for rows in found]


def _watched(
    model: SimulationModel, works: list[list[tuple[int, int, float]]]
) -> list[list[int]]:
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


def _rows(listed: list[list[tuple[int, int]]]) -> IntArray:
    flat = [row for rows in listed for row in rows]
    return np.array(flat, dtype=np.int64).reshape(-1, 2)


def _column(listed: list[list[tuple[int, int, float]]]) -> FloatArray:
    return np.array([row[2] for rows in listed for row in rows], dtype=np.float64)


def _firsts(listed: list[list[tuple[int, int, float]]] | list[list[int]]) -> IntArray:
    sizes = [0, *(len(rows) for rows in listed)]
    return np.cumsum(np.array(sizes, dtype=np.int64))
