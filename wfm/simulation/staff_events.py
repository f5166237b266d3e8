"""Staffing as a sorted list of changes: who comes, who goes, what opens and closes."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.simulation.model import (
    Headcounts,
    RosteredSpans,
    SimulationModel,
    Staffing,
)
from wfm.simulation.records import Records, columns, record_type

OPEN, HEADS, COME, GO, CLOSE = range(5)
"""Kinds of changes, in the order in which those of one instant happen."""


CHANGE = record_type(ints="kind what detail unit", floats="time_s absence")
"""OPEN and CLOSE: queue; HEADS: group and difference; COME: agent, group and unit, and
the chance that the unit is missed; GO: agent."""


class Changes(NamedTuple):
    """Changes in time order, and the agents' places.

    Attributes
    ----------
    events
        Records in time order.
    group_of, first_place
        ``[a]`` group of each place; with headcounts, the places of group g are
        ``first_place[g] .. first_place[g + 1]``.
    """

    events: Records
    group_of: IntArray
    first_place: IntArray


def changes_of(model: SimulationModel, staffing: Staffing) -> Changes:
    """Return the changes that *staffing* and the queues' hours bring.

    Raises
    ------
    ValueError
        If the staffing does not fit the model's groups or intervals.
    """
    blocks = _hours(model)
    num_g = len(model.group_ids)
    if isinstance(staffing, Headcounts):
        if staffing.agents.shape != (num_g, model.num_intervals):
            msg = (
                f"headcounts have shape {staffing.agents.shape}, expected "
                f"{(num_g, model.num_intervals)}"
            )
            raise ValueError(msg)
        blocks += _heads(model, staffing)
        most = staffing.agents.max(axis=1, initial=0)
        group_of = np.repeat(np.arange(num_g), most)
        first = np.concatenate(([0], np.cumsum(most)))
    else:
        if staffing.group.size and not 0 <= staffing.group.max() < num_g:
            msg = f"a span's group is not one of the model's {num_g}"
            raise ValueError(msg)
        blocks += _spans(staffing)
        num_a = int(staffing.agent.max(initial=-1)) + 1
        group_of, first = np.zeros(num_a, dtype=np.int64), np.zeros(num_g + 1)
    return _sorted(blocks, group_of, first)


Blocks = list[tuple[FloatArray, IntArray, IntArray, IntArray, IntArray, FloatArray]]


def _sorted(blocks: Blocks, group_of: IntArray, first: FloatArray) -> Changes:
    time_s, kind, what, detail, unit, absence = (
        np.concatenate([block[i] for block in blocks]) for i in range(6)
    )
    order = np.lexsort((what, kind, time_s))
    return Changes(
        events=columns(
            CHANGE,
            kind=kind[order],
            what=what[order],
            detail=detail[order],
            unit=unit[order],
            time_s=time_s[order],
            absence=absence[order],
        ),
        group_of=group_of.astype(np.int64),
        first_place=first.astype(np.int64),
    )


def _block(
    time_s: npt.ArrayLike, kind: int, what: IntArray, detail: IntArray
) -> tuple[FloatArray, IntArray, IntArray, IntArray, IntArray, FloatArray]:
    size = len(what)
    return (
        np.asarray(time_s, dtype=np.float64),
        np.full(size, kind, dtype=np.int64),
        np.asarray(what, dtype=np.int64),
        np.asarray(detail, dtype=np.int64),
        np.zeros(size, dtype=np.int64),
        np.zeros(size),
    )


def _hours(model: SimulationModel) -> Blocks:
    """Return when queues open and close; all close for good at the horizon."""
    blocks: Blocks = []
    for q, queue in enumerate(model.queues):
        if queue.is_deferred or queue.open_mask is None:
            continue
        padded = np.concatenate(([False], queue.open_mask, [False])).astype(np.int64)
        steps = np.diff(padded)
        for kind, sign in ((OPEN, 1), (CLOSE, -1)):
            at = np.flatnonzero(steps == sign)
            row = np.full(at.size, q)
            blocks.append(_block(at * model.interval_s, kind, row, row))
    return blocks


def _heads(model: SimulationModel, staffing: Headcounts) -> Blocks:
    steps = np.diff(staffing.agents, axis=1, prepend=0)
    group, at = np.nonzero(steps)
    return [_block(at * model.interval_s, HEADS, group, steps[group, at])]


def _spans(staffing: RosteredSpans) -> Blocks:
    """Return comings and goings; who works on without a gap does not go."""
    order = np.lexsort((staffing.start_s, staffing.agent))
    agent, start = staffing.agent[order], staffing.start_s[order]
    end = staffing.end_s[order]
    works_on = np.zeros(agent.size, dtype=bool)
    works_on[:-1] = (agent[1:] == agent[:-1]) & (start[1:] == end[:-1])
    come = (
        start,
        np.full(agent.size, COME, dtype=np.int64),
        agent,
        staffing.group[order],
        staffing.unit[order],
        staffing.absence_fraction[order],
    )
    leaver = agent[~works_on]
    return [come, _block(end[~works_on], GO, leaver, leaver)]
