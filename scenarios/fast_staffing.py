"""Fast staffing: workload hours times a roster-efficiency factor by site and band.

Which site covers which queue when, and how many hours must be paid for an hour that is
covered, is taken from relaxed rosters of the same structure (people, contracts, rules,
opening hours) at the two nearest loads of a fixed grid, and interpolated in between.
Loads at which people have too much or too little to do are solved like any other, so
minimum hours and the limits of the workforce are in the factors.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.roster_response import LoadPoint
from wfm.domain.arrays import FloatArray, IntArray

LOAD_RATIO = 1.2
"""Ratio of neighbouring loads of the grid."""
LEAST_STEP, MOST_STEP = -12, 12
"""Ends of the grid: beyond them the week at the end is taken."""
_NOTHING = 1e-9


def load_of(step: int) -> float:
    """Return the load at *step* of the grid; 1 at step 0."""
    return LOAD_RATIO**step


def steps_around(load: float) -> tuple[int, int, float]:
    """Return the steps below and above *load*, and the weight of the upper one."""
    if load <= load_of(LEAST_STEP):
        return LEAST_STEP, LEAST_STEP, 0.0
    if load >= load_of(MOST_STEP):
        return MOST_STEP, MOST_STEP, 0.0
    low = math.floor(math.log(load) / math.log(LOAD_RATIO) + 1e-12)
    low = min(max(low, LEAST_STEP), MOST_STEP - 1)
    weight = (load - load_of(low)) / (load_of(low + 1) - load_of(low))
    return (low, low, 0.0) if abs(weight) < 1e-9 else (low, low + 1, weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the factors depend on, named by *key*: a hash of people, rules and hours.

    *pool_of_queue* and *base_hours* ``[q]`` are in the order of *queue_ids*; base hours
    are those of the requirement at load 1, before guarantees.
    """

    key: str
    queue_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    pool_of_queue: tuple[int, ...]
    base_hours: FloatArray

    @property
    def num_pools(self) -> int:
        """How many pools of queues share people."""
        return max(self.pool_of_queue, default=-1) + 1

    def loads(self, hours: FloatArray) -> FloatArray:
        """Return ``[p]`` the load of each pool for ``[q]`` *hours* required."""
        pools = np.array(self.pool_of_queue, dtype=np.int64)
        wanted = np.bincount(pools, hours, minlength=self.num_pools)
        base = np.bincount(pools, self.base_hours, minlength=self.num_pools)
        return np.asarray(
            np.where(base > _NOTHING, wanted / np.maximum(base, 1e-9), 0.0)
        )

    def steps(self, hours: FloatArray) -> frozenset[int]:
        """Return the steps of the load grid that *hours* ``[q]`` need."""
        return frozenset(
            step for load in self.loads(hours) for step in steps_around(float(load))[:2]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedWeek:
    """A week staffed fast, in hours; axes as in :class:`LoadPoint`.

    *fill* ``[q, b]`` is the covered part of what is required. *unguarded* ``[q]`` are
    hours below the guarantee.
    """

    required: FloatArray
    covered: FloatArray
    work: FloatArray
    paid: FloatArray
    night: FloatArray
    fill: FloatArray
    unguarded: FloatArray


def staff_fast(
    structure: Structure,
    points: Mapping[int, LoadPoint],
    required: FloatArray,
    hours: FloatArray,
) -> StaffedWeek:
    """Return the week that *required* takes.

    Parameters
    ----------
    points
        Relaxed weeks by step of the load grid; those of :meth:`Structure.steps`.
    required
        ``[q, b]`` agent-hours, guarantees included.
    hours
        ``[q]`` agent-hours before guarantees, which decide the load.
    """
    pools = np.array(structure.pool_of_queue, dtype=np.int64)
    parts = [
        _interpolated(points, p, np.flatnonzero(pools == p), float(load), required)
        for p, load in enumerate(structure.loads(hours))
    ]
    return _put_together(structure, parts, required)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    queues: IntArray
    covered: FloatArray
    work: FloatArray
    paid: FloatArray
    night: FloatArray
    unguarded: FloatArray


def _interpolated(
    points: Mapping[int, LoadPoint],
    p: int,
    queues: IntArray,
    load: float,
    required: FloatArray,
) -> _Pool:
    low, high, weight = steps_around(load)
    ends = [
        _answered(points[step], p, queues, required[queues]) for step in (low, high)
    ]
    names = ("covered", "work", "paid", "night", "unguarded")
    mixed = {
        name: (1.0 - weight) * getattr(ends[0], name) + weight * getattr(ends[1], name)
        for name in names
    }
    return _Pool(queues=queues, **mixed)


def _answered(
    point: LoadPoint, p: int, queues: IntArray, required: FloatArray
) -> _Pool:
    """Return what the factors of one relaxed week make of ``required[q, b]``."""
    given, needed = point.covered[queues], point.required[queues]
    share = _ratio(given, needed[:, None, :])
    whole = _ratio(given.sum(axis=2), needed.sum(axis=1)[:, None])
    empty = needed <= _NOTHING  # a band in which the structure's own week needs nobody
    share = np.where(empty[:, None, :], whole[:, :, None], share)
    covered = required[:, None, :] * share
    return _Pool(
        queues=queues,
        covered=covered,
        unguarded=point.unguarded[queues],
        **{
            name: _scaled(getattr(point, name)[p], covered, given)
            for name in ("work", "paid", "night")
        },
    )


def _scaled(hours: FloatArray, covered: FloatArray, given: FloatArray) -> FloatArray:
    """Return ``[s, b]`` *hours* times the factor between cover now and cover there.

    Hours of bands in which nothing was covered are idle, and stay; the sum moves with
    the site's cover as a whole, for hours can be moved between bands.
    """
    now, there = covered.sum(axis=0), given.sum(axis=0)
    by_band = hours * np.where(there > _NOTHING, _ratio(now, there), 1.0)
    by_site = hours.sum(axis=1) * np.where(
        there.sum(axis=1) > _NOTHING, _ratio(now.sum(axis=1), there.sum(axis=1)), 1.0
    )
    total = by_band.sum(axis=1)
    return np.asarray(by_band * _ratio(by_site, total)[:, None])


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    above, below = np.broadcast_arrays(above, below)
    zero = np.zeros(above.shape)
    return np.divide(above, below, out=zero, where=below > _NOTHING)


def _put_together(
    structure: Structure, parts: Sequence[_Pool], required: FloatArray
) -> StaffedWeek:
    shape = (len(structure.queue_ids), len(structure.site_ids), required.shape[1])
    covered, unguarded = np.zeros(shape), np.zeros(shape[0])
    for part in parts:
        covered[part.queues] = part.covered
        unguarded[part.queues] = part.unguarded
    total = covered.sum(axis=1)
    fill = np.where(required > _NOTHING, _ratio(total, required), 1.0)
    return StaffedWeek(
        required=required,
        covered=covered,
        work=_stacked([part.work for part in parts], shape[1:]),
        paid=_stacked([part.paid for part in parts], shape[1:]),
        night=_stacked([part.night for part in parts], shape[1:]),
        fill=np.minimum(fill, 1.0),
        unguarded=unguarded,
    )


def _stacked(arrays: Iterable[FloatArray], shape: tuple[int, ...]) -> FloatArray:
    listed = list(arrays)
    return np.stack(listed) if listed else np.zeros((0, *shape))


def factor_rows(
    structure: Structure, point: LoadPoint
) -> tuple[dict[str, object], ...]:
    """Return paid hours per covered hour by site and time of the week, as rows.

    Bands in which a site covers nothing have no factor (``None``).
    """
    paid = point.paid.sum(axis=0)
    covered = point.covered.sum(axis=0)
    return tuple(
        {
            "site": site,
            "band": band,
            "paid_hours": float(paid[s, band]),
            "covered_hours": float(covered[s, band]),
            "factor": (
                float(paid[s, band] / covered[s, band])
                if covered[s, band] > _NOTHING
                else None
            ),
        }
        for s, site in enumerate(structure.site_ids)
        for band in range(paid.shape[1])
    )
