"""Waiting, abandonment and occupancy of flat arrays of queues, by Erlang C or A."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.staffing.blocking import columns, log_weights, require_finite, shaped
from wfm.staffing.compiled import kernels
from wfm.staffing.parts import LARGEST, Figures, Parts, figures_of
from wfm.staffing.parts import level_of as level_of_parts
from wfm.staffing.patience import BusyServers, Waits, endless_parts, impatient_parts

__all__ = [
    "GOALS",
    "Definition",
    "ErlangServers",
    "Search",
    "busy_of",
    "check_definition",
    "columns",
    "definition_code",
    "figures",
    "level_of",
    "levels",
    "shaped",
    "waits_of",
]

Definition = Literal["offered", "answered", "excluding_short_abandons", "virtual"]
# In the order in which ties are named.
GOALS = ("service_level", "asa", "occupancy", "abandonment")
# (goal's name, its values, elements, whether whole) -> agents of those elements
Search = Callable[[str, FloatArray, IntArray, bool], FloatArray]
_DEFINITIONS: tuple[Definition, ...] = get_args(Definition)


def figures(
    load: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    within_s: FloatArray,
    patience_s: FloatArray,
) -> Figures:
    """Return all figures of each flat element, by Erlang C or A as patience says."""
    require_finite(load, aht_s)
    found = np.zeros((len(Figures._fields), len(load)))
    queues = np.stack((load, agents, aht_s, within_s, patience_s))
    work = _at_work(load, agents)
    compiled = kernels()
    if compiled is None:
        found[:, work] = _plain_figures(queues[:, work])
    else:
        part = np.empty((len(found), int(work.sum())))
        compiled.fill_figures(np.ascontiguousarray(queues[:, work]), part)
        found[:, work] = part
    result = Figures(*found)
    _settle_nobody(result, (agents == 0.0) & (load > 0.0), within_s, patience_s)
    _settle_idle(result, (load == 0.0) | np.isinf(agents))
    return result


def levels(
    load: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    within_s: FloatArray,
    patience_s: FloatArray,
    definition: Definition,
) -> FloatArray:
    """Return the service level of each flat element: 1 without load, else 0 of nobody.

    More exact than :func:`level_of` where almost everybody is late or lost.
    """
    require_finite(load, aht_s)
    found = np.where((load == 0.0) | np.isinf(agents), 1.0, 0.0)
    queues = np.stack((load, agents, aht_s, within_s, patience_s))
    work = _at_work(load, agents)
    code, compiled = definition_code(definition), kernels()
    if compiled is None:
        with np.errstate(all="ignore"):
            found[work] = level_of_parts(_plain_parts(queues[:, work]), code)
    else:
        part = np.empty(int(work.sum()))
        compiled.fill_levels(np.ascontiguousarray(queues[:, work]), code, part)
        found[work] = part
    return found


def _at_work(load: FloatArray, agents: FloatArray) -> BoolArray:
    busy: BoolArray = (load > 0.0) & (agents > 0.0) & np.isfinite(agents)
    return busy


def _plain_figures(queues: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        return np.stack(figures_of(_plain_parts(queues)))


def _plain_parts(queues: FloatArray) -> Parts:
    """Return the parts of columns ``[5, i]`` with load and agents."""
    load, agents, aht_s, within_s, patience_s = queues
    everything = np.zeros((len(Parts._fields), len(load)))
    # Time in handle times, so that differences of load and agents stay exact.
    with np.errstate(all="ignore"):
        queue = BusyServers(
            arrival=load,
            service=agents,
            abandon=aht_s / patience_s,
            log_weight_below=np.logaddexp(0.0, log_weights(load, agents)),
        )
        within = np.where(within_s > 0.0, within_s / aht_s, 0.0)
    endless = np.isinf(patience_s) | ((aht_s == 0.0) & (patience_s > 0.0))
    leaving = patience_s == 0.0
    for rows, formula in (
        (np.flatnonzero(endless), endless_parts),
        (np.flatnonzero(leaving), _instant_parts),
        (np.flatnonzero(~endless & ~leaving), impatient_parts),
    ):
        if len(rows):
            everything[:, rows] = formula(queue.part(rows), within[rows])
    parts = Parts(*everything)
    with np.errstate(invalid="ignore"):
        unit_s = np.where(np.isinf(parts.unit_s), np.inf, parts.unit_s * aht_s)
    return parts._replace(unit_s=unit_s)


def _instant_parts(queue: BusyServers, within: FloatArray) -> Parts:
    """Return the parts when everybody gives up who would wait (Erlang B)."""
    late = np.exp(-within * queue.service)
    none, always = np.zeros_like(late), np.ones_like(late)
    return Parts(
        free=np.minimum(np.expm1(queue.log_weight_below), LARGEST),
        soon=1.0 - late,
        soon_served=none,
        soon_lost=1.0 - late,
        late=late,
        late_served=none,
        late_lost=late,
        waited=none,
        virtual_waited=always,
        served_waited=none,
        still=none,
        gone=always,
        unit_s=1.0 / queue.service,
    )


def _settle_nobody(
    found: Figures, rows: BoolArray, within_s: FloatArray, patience_s: FloatArray
) -> None:
    """Without agents every customer waits as long as patience lasts."""
    patience, impatient = patience_s[rows], np.isfinite(patience_s[rows])
    found.p_wait[rows] = 1.0
    found.mean_wait_s[rows] = patience
    found.mean_wait_served_s[rows] = np.inf
    found.mean_virtual_wait_s[rows] = np.inf
    found.abandonment_fraction[rows] = impatient
    with np.errstate(all="ignore"):
        gone = -np.expm1(-within_s[rows] / patience)
    found.abandoned_in_time[rows] = np.where(impatient & (patience > 0.0), gone, 0.0)
    found.abandoned_in_time[rows] += patience == 0.0
    found.served_fraction[rows] = ~impatient


def _settle_idle(found: Figures, rows: BoolArray) -> None:
    """Without load, or with agents without end, nobody waits."""
    for column in found:
        column[rows] = 0.0
    for column in (found.served_in_time, found.virtual_in_time, found.served_fraction):
        column[rows] = 1.0


def waits_of(
    load: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    within_s: FloatArray,
    patience_s: FloatArray,
) -> Waits:
    """Return the waiting of each flat element, by Erlang C or A as patience says."""
    return _waits(figures(load, agents, aht_s, within_s, patience_s))


def _waits(found: Figures) -> Waits:
    named = found._asdict()
    return Waits(**{name: named[name] for name in Waits.__dataclass_fields__})


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


def definition_code(definition: str) -> int:
    """Return the number of a service level's definition.

    Raises
    ------
    ValueError
        If it is unknown.
    """
    for code, known in enumerate(_DEFINITIONS):
        if known == definition:
            return code
    msg = f"service level definition {definition!r}, expected one of {_DEFINITIONS}"
    raise ValueError(msg)


def check_definition(definition: str) -> None:
    """Raise ValueError if *definition* is not a known service level."""
    definition_code(definition)


def busy_of(load: FloatArray, heads: FloatArray, served: FloatArray) -> FloatArray:
    """Return the share of agents' time in contacts, given the share served."""
    with np.errstate(all="ignore"):
        share = load * served / heads
    busy: FloatArray = np.where(load > 0.0, np.minimum(share, 1.0), 0.0)
    return np.where((heads == 0.0) & (load > 0.0), 1.0, busy)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangServers:
    """Flat queues of one contact at a time, and their performance by Erlang C or A."""

    load: FloatArray
    aht_s: FloatArray
    within_s: FloatArray
    patience_s: FloatArray
    definition: Definition = "offered"

    @property
    def stable_load(self) -> FloatArray:
        """The agents above which the line does not grow; 0 with impatient customers."""
        return np.where(np.isinf(self.patience_s), self.load, 0.0)

    def performance(self, agents: FloatArray, at: IntArray) -> tuple[Waits, FloatArray]:
        """Return waiting and occupancy of elements *at* with *agents*."""
        load = self.load[at]
        found = figures(
            load, agents, self.aht_s[at], self.within_s[at], self.patience_s[at]
        )
        return _waits(found), busy_of(load, agents, found.served_fraction)

    def search(self) -> Search | None:
        """Return the compiled search for the least agents, if there is one."""
        require_finite(self.load, self.aht_s)
        compiled = kernels()
        if compiled is None:
            return None
        code = definition_code(self.definition)
        queues = (self.load, self.aht_s, self.within_s, self.patience_s)

        def least(name: str, goal: FloatArray, at: IntArray, whole: bool) -> FloatArray:
            found = np.empty(len(at))
            some = slice(None) if len(at) == len(goal) else at
            given = [column[some] for column in (*queues, goal)]
            kind = GOALS.index(name)
            compiled.fill_least_agents(kind, code, whole, *given, found)
            return found

        return least
