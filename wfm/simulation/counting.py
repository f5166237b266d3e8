"""Where the engine writes results: contacts in their bin, times as they pass."""

from wfm.simulation.jit import inner_kernel
from wfm.simulation.state import CONTACT_S, GROUP_BUSY_S, GROUP_PRESENT_S, State
from wfm.simulation.tables import NONE, Tables

IDLE = -1e300
"""Stamp of an agent who has nothing in hand."""


@inner_kernel
def row_of(m: Tables, s: State, q: int, at_s: float) -> int:
    """Return the row of ``State.counts`` for a queue and instant, ``NONE`` outside."""
    if at_s < m.first_bin_s or at_s >= m.horizon_s:
        return NONE
    base: int = (s.centre[0].replication * len(s.queues) + q) * m.num_bins
    return base + _bin(m, at_s)


@inner_kernel
def _bin(m: Tables, at_s: float) -> int:
    found = int((at_s - m.first_bin_s) * m.bins_per_s)
    return min(found, int(m.num_bins) - 1)


@inner_kernel
def count(s: State, slot: int, column: int, amount: float) -> None:
    """Add *amount* to a column of the contact's queue and bin."""
    row = s.contacts[slot].row
    if row != NONE:
        s.counts[row, column] += amount


@inner_kernel
def add_contact_time(m: Tables, s: State, q: int, start_s: float, end_s: float) -> None:
    """Spread contact-seconds of a queue over the bins between two instants."""
    base = (s.centre[0].replication * len(s.queues) + q) * m.num_bins
    first, low, high = _clip(m, start_s, end_s)
    while low < high:
        edge = min(high, m.first_bin_s + (first + 1) * m.bin_s)
        if first == m.num_bins - 1:
            edge = high
        s.counts[base + first, CONTACT_S] += edge - low
        low = edge
        first += 1


@inner_kernel
def _add_group_time(
    m: Tables, s: State, g: int, column: int, start_s: float, end_s: float
) -> None:
    base = (s.centre[0].replication * len(s.groups) + g) * m.num_bins
    first, low, high = _clip(m, start_s, end_s)
    while low < high:
        edge = min(high, m.first_bin_s + (first + 1) * m.bin_s)
        if first == m.num_bins - 1:
            edge = high
        s.group_times[base + first, column] += edge - low
        low = edge
        first += 1


@inner_kernel
def _clip(m: Tables, start_s: float, end_s: float) -> tuple[int, float, float]:
    """Return the first bin, and the part of a span that is counted."""
    low = max(start_s, m.first_bin_s)
    high = min(end_s, m.horizon_s)
    if low >= high:
        return 0, 0.0, 0.0
    return _bin(m, low), low, high


@inner_kernel
def close_busy(m: Tables, s: State, a: int, now: float) -> None:
    """Count the agent's busy time up to *now*; the agent has nothing in hand."""
    since = s.agents[a].busy_s
    if since != IDLE:
        _add_group_time(m, s, s.agents[a].group, GROUP_BUSY_S, since, now)
        s.agents[a].busy_s = IDLE


@inner_kernel
def close_present(m: Tables, s: State, a: int, now: float) -> None:
    """Count the agent's time on duty up to *now*."""
    since = s.agents[a].present_s
    _add_group_time(m, s, s.agents[a].group, GROUP_PRESENT_S, since, now)
    s.agents[a].present_s = now
