"""Waiting, abandonment and occupancy of flat arrays of queues, by Erlang C or A."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.staffing.blocking import checked, log_erlang_b
from wfm.staffing.patience import BusyServers, Waits, endless_waits, waits

Definition = Literal["offered", "answered", "excluding_short_abandons", "virtual"]


def columns(*values: npt.ArrayLike) -> tuple[tuple[int, ...], tuple[FloatArray, ...]]:
    """Return the common shape of *values* and each of them as a flat array."""
    arrays = checked(*values)
    return arrays[0].shape, tuple(np.ravel(a).astype(np.float64) for a in arrays)


def shaped(values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return flat *values* in *shape*, a scalar where that is empty."""
    result: FloatArray = values.reshape(shape)[()]
    return result


def waits_of(
    load: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    within_s: FloatArray,
    patience_s: FloatArray,
) -> Waits:
    """Return the waiting of each flat element, by Erlang C or A as patience says."""
    with np.errstate(divide="ignore", invalid="ignore"):
        queue = BusyServers(
            arrival=load / aht_s,
            service=agents / aht_s,
            abandon=1.0 / patience_s,
            log_weight_below=-log_erlang_b(load, agents),
        )
    result = endless_waits(queue, within_s)
    impatient = np.isfinite(patience_s) & (load > 0.0)
    rows = np.flatnonzero(impatient & (agents > 0.0))
    if len(rows):
        found = waits(queue.part(rows), within_s[rows])
        for name in Waits.__dataclass_fields__:
            getattr(result, name)[rows] = getattr(found, name)
    _settle_nobody(result, impatient & (agents == 0.0), patience_s)
    _settle_idle(result, load == 0.0)
    return result


def _settle_nobody(result: Waits, rows: BoolArray, patience_s: FloatArray) -> None:
    """Without agents every customer waits as long as patience lasts."""
    result.mean_wait_s[rows] = patience_s[rows]
    result.abandonment_fraction[rows] = 1.0


def _settle_idle(result: Waits, rows: BoolArray) -> None:
    """Without load nobody waits."""
    for name in Waits.__dataclass_fields__:
        getattr(result, name)[rows] = 0.0
    result.served_in_time[rows] = 1.0
    result.virtual_in_time[rows] = 1.0


def level_of(found: Waits, definition: Definition) -> FloatArray:
    """Return the service level of *found* by *definition*."""
    if definition == "virtual":
        return found.virtual_in_time
    if definition == "offered":
        return found.served_in_time
    gone = (
        found.abandonment_fraction
        if definition == "answered"
        else found.abandoned_in_time
    )
    left = np.maximum(1.0 - gone, 1e-300)
    return np.minimum(found.served_in_time / left, 1.0)


def check_definition(definition: str) -> None:
    """Raise ValueError if *definition* is not a known service level."""
    known = ("offered", "answered", "excluding_short_abandons", "virtual")
    if definition not in known:
        msg = f"service level definition {definition!r}, expected one of {known}"
        raise ValueError(msg)


def busy_of(load: FloatArray, heads: FloatArray, found: Waits) -> FloatArray:
    """Return the share of agents' time in contacts."""
    with np.errstate(all="ignore"):
        share = load * (1.0 - found.abandonment_fraction) / heads
    busy: FloatArray = np.where(load > 0.0, np.minimum(share, 1.0), 0.0)
    return np.where((heads == 0.0) & (load > 0.0), 1.0, busy)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangServers:
    """Flat queues of one contact at a time, and their performance by Erlang C or A."""

    load: FloatArray
    aht_s: FloatArray
    within_s: FloatArray
    patience_s: FloatArray

    def performance(self, agents: FloatArray, at: IntArray) -> tuple[Waits, FloatArray]:
        """Return waiting and occupancy of elements *at* with *agents*."""
        load = self.load[at]
        found = waits_of(
            load, agents, self.aht_s[at], self.within_s[at], self.patience_s[at]
        )
        return found, busy_of(load, agents, found)
