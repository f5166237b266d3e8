r"""Erlang B, C and A: performance of a number of agents, and agents for a target.

Units: loads in Erlangs (arrival rate times mean handle time), times in seconds,
shares as fractions. All arguments broadcast like numpy's; scalars give scalars. The
number of agents may be real: Erlang B is continued analytically (see
:mod:`wfm.staffing.blocking`), C and A follow from it. ``patience_s=inf`` means nobody
gives up (Erlang C); otherwise patience is exponential (Erlang A). Service and arrivals
are Markovian and stationary within an interval.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray
from wfm.staffing.blocking import erlang_b, erlang_c, log_erlang_b, log_erlang_c
from wfm.staffing.capacity import ANY_WAIT_S, Capacity, WaitOf, wait_quantile
from wfm.staffing.performance import (
    GOALS,
    Definition,
    ErlangServers,
    busy_of,
    check_definition,
    columns,
    figures,
    levels,
    shaped,
)
from wfm.staffing.targets import Targets, UnreachableError

__all__ = [
    "Definition",
    "ErlangA",
    "Required",
    "UnreachableError",
    "WaitOf",
    "abandonment",
    "asa_s",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "log_erlang_b",
    "log_erlang_c",
    "max_workload_erlangs",
    "occupancy",
    "required_agents",
    "service_level",
    "wait_quantile_s",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangA:
    """Performance of M/M/n+M; arrays of the arguments' common shape.

    Attributes
    ----------
    p_wait
        Probability of not being answered at once.
    mean_wait_s
        Mean wait over all offered contacts, E[W] = min(patience, virtual wait).
    mean_wait_served_s
        Mean wait over the contacts served: what :func:`asa_s` returns.
    abandonment_fraction
        Share of offered contacts that give up.
    occupancy_fraction
        Share of agents' time in contacts.
    """

    p_wait: FloatArray
    mean_wait_s: FloatArray
    mean_wait_served_s: FloatArray
    abandonment_fraction: FloatArray
    occupancy_fraction: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """Agents needed, and the name of the target that asks for them.

    *binding* is ``"service_level"``, ``"asa"``, ``"occupancy"``, ``"abandonment"``,
    ``"stability"`` (only that the queue must not grow) or ``""`` where no agent is
    needed; ties go to the first in this order.
    """

    agents: FloatArray
    binding: npt.NDArray[np.str_]


def erlang_a(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    patience_s: npt.ArrayLike,
) -> ErlangA:
    r"""Return the performance of M/M/n+M (formulas in :mod:`wfm.staffing.patience`).

    Parameters
    ----------
    workload_erlangs
        Offered load A = arrival rate times mean handle time, >= 0; may exceed n.
    agents
        Agents n, real, >= 0.
    aht_s, patience_s
        Mean handle time and mean patience in seconds; infinite patience is Erlang C.

    Raises
    ------
    ValueError
        If an argument is negative or NaN, or a load or handle time infinite.
    """
    shape, (load, heads, aht, patience) = columns(
        workload_erlangs, agents, aht_s, patience_s
    )
    found = figures(load, heads, aht, np.zeros_like(load), patience)
    return ErlangA(
        p_wait=shaped(found.p_wait, shape),
        mean_wait_s=shaped(found.mean_wait_s, shape),
        mean_wait_served_s=shaped(found.mean_wait_served_s, shape),
        abandonment_fraction=shaped(found.abandonment_fraction, shape),
        occupancy_fraction=shaped(busy_of(load, heads, found.served_fraction), shape),
    )


def service_level(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    answer_within_s: npt.ArrayLike,
    *,
    patience_s: npt.ArrayLike = np.inf,
    definition: Definition = "offered",
) -> FloatArray:
    r"""Return the share of contacts answered within a threshold T.

    Erlang C: :math:`1 - C e^{-(n - A) T / AHT}`, 0 in overload. *definition* says what
    is divided by what: ``"offered"`` served within T over all offered;
    ``"answered"`` over those served; ``"excluding_short_abandons"`` over all but those
    who gave up within T; ``"virtual"`` the share that would wait no longer than T with
    endless patience. Without abandonment all four agree.

    Raises
    ------
    ValueError
        If an argument is negative or NaN, a load or handle time infinite, or
        *definition* unknown.
    """
    check_definition(definition)
    shape, (load, heads, aht, within, patience) = columns(
        workload_erlangs, agents, aht_s, answer_within_s, patience_s
    )
    return shaped(levels(load, heads, aht, within, patience, definition), shape)


def asa_s(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    *,
    patience_s: npt.ArrayLike = np.inf,
) -> FloatArray:
    r"""Return the average speed of answer: the mean wait of the contacts *served*.

    Erlang C: :math:`C \cdot AHT / (n - A)`, infinite in overload. With abandonment two
    other means are in use, both in :func:`erlang_a`'s terms: the mean wait of all
    contacts (``mean_wait_s``), and the wait that endless patience would meet.

    Raises
    ------
    ValueError
        If an argument is negative or NaN, or a load or handle time infinite.
    """
    shape, (load, heads, aht, patience) = columns(
        workload_erlangs, agents, aht_s, patience_s
    )
    found = figures(load, heads, aht, np.zeros_like(load), patience)
    return shaped(found.mean_wait_served_s, shape)


def abandonment(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    patience_s: npt.ArrayLike,
) -> FloatArray:
    """Return the share of offered contacts that give up (0 for infinite patience)."""
    return erlang_a(workload_erlangs, agents, aht_s, patience_s).abandonment_fraction


def occupancy(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike = 1.0,
    *,
    patience_s: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Return the share of agents' time in contacts: ``A (1 - P_ab) / n``, at most 1.

    Without patience *aht_s* does not matter.
    """
    return erlang_a(workload_erlangs, agents, aht_s, patience_s).occupancy_fraction


def required_agents(
    workload_erlangs: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    *,
    answer_within_s: npt.ArrayLike | None = None,
    service_level_fraction: npt.ArrayLike | None = None,
    asa_s: npt.ArrayLike | None = None,
    max_occupancy_fraction: npt.ArrayLike | None = None,
    max_abandonment_fraction: npt.ArrayLike | None = None,
    patience_s: npt.ArrayLike = np.inf,
    definition: Definition = "offered",
    integer: bool = True,
) -> Required:
    """Return the fewest agents that meet every target given.

    With ``integer=True`` the answer is the least whole n (n - 1 misses a target);
    otherwise the real n at which the binding target is met exactly, on the analytic
    continuation of the formulas. No load needs no agents. With patience the answer may
    lie below the load. Without any target, and for a service level of 0, it is the
    smallest stable staffing (real: the load itself, as the limit).

    Raises
    ------
    UnreachableError
        If ``integer=True`` and no number of agents meets a target (a service level of
        1, an ASA of 0); with ``integer=False`` such elements are infinite.
    ValueError
        If an argument is negative or NaN, a load or handle time infinite, *definition*
        unknown, or only one of *service_level_fraction* and *answer_within_s* given.
    """
    others = (asa_s, max_occupancy_fraction, max_abandonment_fraction)
    goals = _goals(answer_within_s, service_level_fraction, *others)
    check_definition(definition)
    shape, (load, aht, patience, within_s, *values) = columns(
        workload_erlangs, aht_s, patience_s, _or_zero(answer_within_s), *goals.values()
    )
    servers = ErlangServers(
        load=load,
        aht_s=aht,
        within_s=within_s,
        patience_s=patience,
        definition=definition,
    )
    targets = Targets(
        performance=servers.performance,
        load=load,
        stable_load=servers.stable_load,
        goals=dict(zip(goals, values, strict=True)),
        definition=definition,
        search=servers.search(),
    )
    found, binding = targets.solve(integer=integer)
    return Required(agents=shaped(found, shape), binding=binding.reshape(shape)[()])


def max_workload_erlangs(
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    *,
    answer_within_s: npt.ArrayLike | None = None,
    service_level_fraction: npt.ArrayLike | None = None,
    asa_s: npt.ArrayLike | None = None,
    max_occupancy_fraction: npt.ArrayLike | None = None,
    max_abandonment_fraction: npt.ArrayLike | None = None,
    patience_s: npt.ArrayLike = np.inf,
    definition: Definition = "offered",
) -> FloatArray:
    """Return the most load in Erlangs with which *agents* still meet every target.

    The counterpart of :func:`required_agents`: the load at which the first target is
    just met. Without any target it is where the queue begins to grow: the number of
    agents, as the limit, or infinity with impatient customers. 0 where a target can't
    be met at any load (a service level of 1), and without agents.

    Parameters
    ----------
    agents
        Agents n, real, >= 0.

    Raises
    ------
    ValueError
        As :func:`required_agents`.
    """
    others = (asa_s, max_occupancy_fraction, max_abandonment_fraction)
    goals = _goals(answer_within_s, service_level_fraction, *others)
    check_definition(definition)
    shape, (heads, aht, patience, within_s, *values) = columns(
        agents, aht_s, patience_s, _or_zero(answer_within_s), *goals.values()
    )
    capacity = Capacity(
        agents=heads,
        aht_s=aht,
        within_s=within_s,
        patience_s=patience,
        goals=dict(zip(goals, values, strict=True)),
        definition=definition,
    )
    return shaped(capacity.largest_load(), shape)


def wait_quantile_s(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    fraction: npt.ArrayLike,
    *,
    patience_s: npt.ArrayLike = np.inf,
    of: WaitOf = "virtual",
) -> FloatArray:
    r"""Return the wait in seconds that *fraction* of the contacts do not exceed.

    *of* says whose wait: ``"virtual"``, what a contact with endless patience would
    wait (the quantile of a stated waiting time); ``"served"``, that of the contacts
    answered. They are the waits of the service levels ``"virtual"`` and
    ``"answered"``. Without abandonment (Erlang C) both are
    :math:`\ln(C / (1 - p))\,AHT / (n - A)`, or 0 where p <= 1 - C. Infinite in overload
    without abandonment, without agents, and for a fraction of 1.

    Raises
    ------
    ValueError
        If an argument is negative or NaN, a fraction exceeds 1, or *of* is unknown.
    """
    if of not in ("virtual", "served"):
        msg = f"wait of {of!r}, expected 'virtual' or 'served'"
        raise ValueError(msg)
    shape, (load, heads, aht, share, patience) = columns(
        workload_erlangs, agents, aht_s, fraction, patience_s
    )
    if (share > 1.0).any():
        msg = "fraction must be at most 1"
        raise ValueError(msg)
    return shaped(wait_quantile(load, heads, aht, share, patience, of), shape)


def _goals(
    answer_within_s: npt.ArrayLike | None,
    service_level_fraction: npt.ArrayLike | None,
    *others: npt.ArrayLike | None,
) -> dict[str, npt.ArrayLike]:
    """Return the targets given, by name, in the order in which ties are named."""
    if (answer_within_s is None) != (service_level_fraction is None):
        msg = "service_level_fraction and answer_within_s go together"
        raise ValueError(msg)
    values = (service_level_fraction, *others)
    named = zip(GOALS, values, strict=True)
    goals = {name: value for name, value in named if value is not None}
    if "asa" in goals:
        goals["asa"] = np.minimum(goals["asa"], ANY_WAIT_S)
    return goals


def _or_zero(value: npt.ArrayLike | None) -> npt.ArrayLike:
    return 0.0 if value is None else value
