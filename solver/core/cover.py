r"""What heads are worth: classes of queues, Hall subsets, pieces of need, backlogs.

The most that heads of groups :math:`g` can serve of the classes in a set :math:`S` is
:math:`f(S) = \sum_{g: g \cap S \neq \emptyset} n_g`. What can be served at a step is
the polymatroid of :math:`f`, so the cheapest shortage is found by a greedy pass over
the pieces of need, most expensive first. Only sets that are the complement of a union
of groups' class sets matter: growing :math:`S` to the complement of all groups that
miss it leaves :math:`f` as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from solver.constraints import Constraint, Guarantee, Serves
from solver.core.tables import (
    WORK_INSIDE,
    BacklogTables,
    CoverTables,
    NeedTables,
)
from solver.need import UNITS_PER_AGENT, Need, deferred_rows
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.roster import RosterInstance, is_eligible

HARD_FACTOR = 60
"""A missing guaranteed agent costs this many times the highest ordinary price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Agents by the set of queue rows that they may be counted for."""

    queue_rows: tuple[frozenset[int], ...]
    of_agent: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Queue rows that the same groups serve, ordered by connected component."""

    queue_rows: tuple[tuple[int, ...], ...]
    component: tuple[int, ...]
    groups: tuple[frozenset[int], ...]

    def of_queue(self) -> dict[int, int]:
        """Return queue row -> class."""
        return {q: c for c, rows in enumerate(self.queue_rows) for q in rows}


def group_agents(instance: RosterInstance, constraints: Iterable[Constraint]) -> Groups:
    """Return the groups; without a :class:`Serves` record, skills alone decide."""
    row = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    serves = {c.agent_id: c.queue_ids for c in constraints if isinstance(c, Serves)}
    sets = []
    for agent in instance.agents:
        able = (q.queue_id for q in instance.queues if is_eligible(agent, q))
        ids = serves.get(agent.agent_id, able)
        sets.append(frozenset(row[queue_id] for queue_id in ids))
    distinct = sorted(set(sets), key=sorted)
    return Groups(
        queue_rows=tuple(distinct),
        of_agent=np.array([distinct.index(s) for s in sets], dtype=np.int64),
    )


def classify(num_queues: int, groups: Groups) -> Classes:
    """Return the classes of all queues, those of one component next to each other."""
    by_groups: dict[frozenset[int], list[int]] = {}
    for q in range(num_queues):
        able = frozenset(g for g, s in enumerate(groups.queue_rows) if q in s)
        by_groups.setdefault(able, []).append(q)
    root = _connect(list(by_groups), len(groups.queue_rows))
    numbers = {r: n for n, r in enumerate(dict.fromkeys(root))}
    order = sorted(range(len(root)), key=lambda i: (numbers[root[i]], i))
    keys = list(by_groups)
    return Classes(
        queue_rows=tuple(tuple(by_groups[keys[i]]) for i in order),
        component=tuple(numbers[root[i]] for i in order),
        groups=tuple(keys[i] for i in order),
    )


def _connect(keys: Sequence[frozenset[int]], num_groups: int) -> list[int]:
    """Return a label per class; classes that share a group share the label."""
    label = list(range(len(keys)))
    for g in range(num_groups):
        together = {label[i] for i, key in enumerate(keys) if g in key}
        if together:
            label = [min(together) if x in together else x for x in label]
    return label


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsets:
    """Relevant Hall subsets (of class rows), ordered by component."""

    classes: tuple[frozenset[int], ...]
    component: tuple[int, ...]


def relevant_subsets(classes: Classes) -> Subsets:
    """Return the complements, within a component, of all unions of groups' classes."""
    found: list[frozenset[int]] = []
    component: list[int] = []
    for k in range(1 + max(classes.component, default=-1)):
        members = frozenset(c for c, own in enumerate(classes.component) if own == k)
        groups = {g for c in members for g in classes.groups[c]}
        masks = {frozenset(c for c in members if g in classes.groups[c])
                 for g in groups}  # fmt: skip
        unions = {frozenset[int]()}
        for mask in sorted(masks, key=sorted):
            unions |= {union | mask for union in unions}
        subsets = sorted((members - u for u in unions if u != members), key=sorted)
        found += subsets
        component += [k] * len(subsets)
    return Subsets(classes=tuple(found), component=tuple(component))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Part of a class's need: price per unit (hard part named), width ``[t]``.

    *backlog* names the backlog whose pieces they are, with *part* 0 to 2 as in
    :class:`BacklogTables`.
    """

    class_row: int
    price: int
    hard: int
    width: FloatArray
    useful: bool = True
    backlog: int = -1
    part: int = 0


def guaranteed_units(
    instance: RosterInstance, constraints: Iterable[Constraint]
) -> IntArray:
    """Return ``[q, t]`` units that the rules guarantee, inside the window."""
    row = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    floor = np.zeros(instance.scheduled_agents.shape, dtype=np.int64)
    for item in constraints:
        if isinstance(item, Guarantee):
            start = max(item.start_idx, instance.window_start_idx, 0)
            span = floor[row[item.queue_id], start : instance_end(instance, item)]
            np.maximum(span, item.agents * UNITS_PER_AGENT, out=span)
    return floor


def instance_end(instance: RosterInstance, item: Guarantee) -> int:
    """Return where *item* ends inside the window."""
    return max(0, min(item.end_idx, instance.window_end_idx))


def live_pieces(
    need: Need, floor: IntArray, classes: Classes, hard_price: int
) -> list[Piece]:
    """Return the pieces of live queues, equal ones of a class added up.

    The most valuable units of a queue are served first, so a guarantee raises the
    price of the first units.
    """
    widths: dict[tuple[int, int, int], FloatArray] = {}
    for c, rows in enumerate(classes.queue_rows):
        for q in rows:
            if not need.live[q].any():
                continue
            below = np.zeros_like(need.live[q])
            for k in reversed(range(len(need.piece_prices))):
                above = below + need.widths[k, q]
                inside = np.minimum(above, floor[q]) - np.minimum(below, floor[q])
                for part, hard in ((inside, hard_price), (above - below - inside, 0)):
                    key = (c, need.piece_prices[k], hard)
                    widths[key] = widths.get(key, 0.0) + part.astype(np.float64)
                below = above
    return [
        Piece(class_row=c, price=price, hard=hard, width=width)
        for (c, price, hard), width in widths.items()
        if width.any()
    ]


def backlog_pieces(
    need: Need, floor: IntArray, classes: Classes, queues: Sequence[int], hard: int
) -> list[Piece]:
    """Return three pieces per deferred queue; work is levelled into them later."""
    of_queue = classes.of_queue()
    pieces = []
    for b, q in enumerate(queues):
        nothing = np.zeros(need.live.shape[1])
        guarantee = floor[q].astype(np.float64)
        for part, (price, extra, width, useful) in enumerate(
            (
                (need.due_price, hard, nothing, True),
                (0, hard, guarantee, False),
                (need.due_price, 0, nothing, True),
            )
        ):
            pieces.append(
                Piece(
                    class_row=of_queue[q],
                    price=price,
                    hard=extra,
                    width=width,
                    useful=useful,
                    backlog=b,
                    part=part,
                )
            )
    return pieces


def backlog_queues(instance: RosterInstance, need: Need) -> tuple[int, ...]:
    """Return the rows of the queues with deferred work or a guarantee on it."""
    floors = {int(q) for q in np.flatnonzero(need.floor.any(axis=1))}
    with_work = {work.queue_row for work in need.due if len(work.steps)}
    return tuple(sorted(q for q in deferred_rows(instance) if q in with_work | floors))


def sort_pieces(pieces: Iterable[Piece], classes: Classes) -> list[Piece]:
    """Return *pieces* by component, then most expensive first."""
    return sorted(
        pieces,
        key=lambda p: (
            classes.component[p.class_row],
            -(p.hard + p.price),
            p.class_row,
            p.backlog,
            p.part,
        ),
    )


def ranges(keys: Iterable[int], num: int) -> IntArray:
    """Return where each of 0..num - 1 begins in sorted *keys*, and the end."""
    counts = np.bincount(np.array(list(keys), dtype=np.int64), minlength=num)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def cover_tables(
    groups: Groups, classes: Classes, pieces: Sequence[Piece]
) -> CoverTables:
    """Return the tables of sorted *pieces*."""
    subsets = relevant_subsets(classes)
    num_k = 1 + max(classes.component, default=-1)
    members = [
        [s for s, subset in enumerate(subsets.classes) if c in subset]
        for c in range(len(classes.queue_rows))
    ]
    counts = np.zeros((len(groups.queue_rows), len(subsets.classes)))
    for s, subset in enumerate(subsets.classes):
        for g in {g for c in subset for g in classes.groups[c]}:
            counts[g, s] = 1.0
    first_piece = ranges([classes.component[p.class_row] for p in pieces], num_k)
    first_subset = ranges(subsets.component, num_k)
    rows = [[p.class_row, p.price + p.hard, p.useful, p.hard] for p in pieces]
    return CoverTables(
        components=np.stack([first_piece, first_subset], axis=1),
        pieces=np.array(rows, dtype=np.float64).reshape(len(rows), 4),
        counts=counts,
        subset_of_class=ranges(
            [c for c, own in enumerate(members) for _ in own], len(members)
        ),
        class_subset=_ints(s for own in members for s in own),
        component_of_group=_component_of_group(groups, classes),
    )


def need_tables(
    instance: RosterInstance, groups: Groups, pieces: Sequence[Piece], need: Need
) -> NeedTables:
    """Return the widths of *pieces* and what heads they begin from."""
    widths = np.array([p.width for p in pieces], dtype=np.float64)
    widths = widths.reshape(len(pieces), instance.grid.num_intervals)
    start, end = _window(instance).tolist()
    return NeedTables(
        window=(start, end),
        idle_price=float(need.idle_price),
        width=np.ascontiguousarray(widths.T),
        fixed_heads=_fixed_heads(instance, groups),
        group_of_agent=groups.of_agent,
    )


def _ints(values: Iterable[int]) -> IntArray:
    return np.array(list(values), dtype=np.int64)


def _window(instance: RosterInstance) -> IntArray:
    start = max(0, instance.window_start_idx)
    end = min(instance.window_end_idx, instance.grid.num_intervals)
    return _ints([start, max(start, end)])


def _component_of_group(groups: Groups, classes: Classes) -> IntArray:
    """Return each group's component, -1 for people whom no queue needs."""
    of_queue = classes.of_queue()
    return _ints(
        classes.component[of_queue[min(rows)]] if rows else -1
        for rows in groups.queue_rows
    )


def _fixed_heads(instance: RosterInstance, groups: Groups) -> FloatArray:
    """Return ``[t, g]`` people of the carry-over at work inside the window."""
    heads = np.zeros((instance.grid.num_intervals, len(groups.queue_rows)))
    start, end = _window(instance).tolist()
    agents = instance.agent_index()
    for shift in instance.carry_over:
        if shift.agent_id in agents:
            g = groups.of_agent[agents[shift.agent_id]]
            for span in shift.working_spans:
                heads[
                    max(span.start_idx, start) : max(start, min(span.end_idx, end)), g
                ] += 1
    return heads


def backlog_tables(
    instance: RosterInstance,
    need: Need,
    floor: IntArray,
    classes: Classes,
    pieces: Sequence[Piece],
) -> BacklogTables:
    """Return the deferred work, by queue and due time."""
    queues = backlog_queues(instance, need)
    of_queue = classes.of_queue()
    rows = np.zeros((len(queues), 5), dtype=np.int64)
    for b, q in enumerate(queues):
        rows[b, :2] = classes.component[of_queue[q]], of_queue[q]
    for row, piece in enumerate(pieces):
        if piece.backlog >= 0:
            rows[piece.backlog, WORK_INSIDE + piece.part] = row
    work = [w for q in queues for w in need.due if w.queue_row == q and len(w.steps)]
    open_steps: BoolArray = instance.open_mask[list(queues)]
    buckets = [[int(w.steps[0]), w.due_idx] for w in work]
    return BacklogTables(
        rows=rows,
        floor=floor[list(queues)].astype(np.float64),
        open_steps=np.ascontiguousarray(open_steps),
        bucket_of_backlog=ranges(
            [queues.index(w.queue_row) for w in work], len(queues)
        ),
        buckets=np.array(buckets, dtype=np.int64).reshape(len(work), 2),
        work=np.array([w.units for w in work], dtype=np.float64),
    )


def constant_cost(need: Need) -> int:
    """Return what work costs that no step allows to do."""
    return need.due_price * sum(w.units for w in need.due if not len(w.steps))
