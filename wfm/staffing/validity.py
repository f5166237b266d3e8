r"""Where a stationary queueing model is stretched, in plain sentences with numbers.

The Erlang formulas take an interval as if it lasted for ever, its agents as serving
one queue, and its figures as those of many contacts. Each remark here measures one of
these premises on the data and says what follows from its failing. Thresholds are
module constants; nothing is hidden in them but where a remark begins to be worth a
line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray

HIGH_OCCUPANCY = 0.95
LOW_OCCUPANCY = 0.30
LOAD_MISMATCH = 0.05
FEW_CONTACTS = 5.0
SHARED_AGENTS = 0.20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """One queue's intervals as a waiting model is asked about them.

    Attributes
    ----------
    offered_contacts, aht_s, agents, occupancy_fraction
        ``[t]``; intervals without contacts or without handle time don't count.
    interval_s
        Length of an interval.
    answer_within_s
        The threshold of the service level, ``None`` without one.
    patience_s
        Mean patience; ``inf`` where nobody is taken to give up.
    singly
        Whether each interval was staffed by itself; else handling that reaches into
        later ones has been minded.
    """

    offered_contacts: FloatArray
    aht_s: FloatArray
    agents: FloatArray
    occupancy_fraction: FloatArray
    interval_s: float
    answer_within_s: float | None = None
    patience_s: float = np.inf
    singly: bool = True

    @property
    def busy(self) -> BoolArray:
        """Whether an interval has work, ``[t]``."""
        return (self.offered_contacts > 0.0) & (self.aht_s > 0.0)

    @property
    def workload_erlangs(self) -> FloatArray:
        """Offered work per second, ``[t]``."""
        load: FloatArray = self.offered_contacts * self.aht_s / self.interval_s
        return load


def validity_warnings(use: ModelUse) -> tuple[str, ...]:
    """Return a sentence for each premise of the model that *use* does not keep.

    Looked at: occupancy too high to last or so low that the answer is mostly idle
    time, handling that reaches into later intervals, few contacts per interval,
    missing or very short patience.
    """
    if not use.busy.any():
        return ()
    late = _overhang(use) if use.singly else ()
    return (*_utilisation(use), *late, *_small_counts(use), *_patience(use))


def overhang_fraction(aht_s: FloatArray, interval_s: float) -> FloatArray:
    r"""Return the share of an interval's work that is done after its end.

    For contacts arriving evenly and exponential handle times of mean a in an interval
    of length d it is :math:`(a / d)(1 - e^{-d / a})`, waiting left aside.
    """
    with np.errstate(all="ignore"):
        ratio = interval_s / aht_s
        share = -np.expm1(-ratio) / ratio
    return np.where(aht_s > 0.0, share, 0.0)


def carried_load_erlangs(
    workload_erlangs: FloatArray, aht_s: FloatArray, interval_s: float
) -> FloatArray:
    r"""Return the mean number of contacts in hand per interval, ``[t]``.

    With agents enough it obeys :math:`m' = \lambda - m / a` (Eick, Massey and Whitt
    1993, doi:10.1287/mnsc.39.2.241), solved exactly for rates constant within
    intervals; the first interval starts in its own equilibrium.
    """
    with np.errstate(all="ignore"):
        kept = np.where(aht_s > 0.0, np.exp(-interval_s / aht_s), 0.0)
    mean_kept = overhang_fraction(aht_s, interval_s)
    carried = np.empty_like(workload_erlangs)
    level = float(workload_erlangs[0]) if len(workload_erlangs) else 0.0
    for t, load in enumerate(workload_erlangs.tolist()):
        carried[t] = load + (level - load) * mean_kept[t]
        level = load + (level - load) * float(kept[t])
    return carried


def overlap_warnings(eligible: BoolArray, queue_ids: tuple[str, ...]) -> dict[str, str]:
    """Return a sentence per queue that shares many of its agents with others.

    Parameters
    ----------
    eligible
        ``[a, q]`` whether an agent may serve a queue.
    queue_ids
        Names of the queues, ``[q]``.
    """
    several = eligible.sum(axis=1) > 1
    remarks = {}
    for q, name in enumerate(queue_ids):
        own = eligible[:, q]
        shared, total = int((own & several).sum()), int(own.sum())
        if total and shared > SHARED_AGENTS * total:
            others = _partners(eligible, q, queue_ids)
            remarks[name] = (
                f"{shared} of {total} agents also serve {others}: queues staffed one "
                "by one ask for more than these agents need together"
            )
    return remarks


def _partners(eligible: BoolArray, q: int, queue_ids: tuple[str, ...]) -> str:
    """Return the names of the queues that share most agents with queue *q*."""
    common = eligible[eligible[:, q]].sum(axis=0)
    common[q] = 0
    order = [int(i) for i in np.argsort(-common, kind="stable") if common[i]]
    names = ", ".join(queue_ids[i] for i in order[:3])
    return names + (f" and {len(order) - 3} more" if len(order) > 3 else "")


def _utilisation(use: ModelUse) -> Iterator[str]:
    busy, occupancy = use.busy, use.occupancy_fraction
    total = int(busy.sum())
    tight = busy & (occupancy > HIGH_OCCUPANCY)
    if tight.any():
        yield (
            f"agents are busy more than {HIGH_OCCUPANCY:.0%} of the time in "
            f"{tight.sum()} of {total} intervals (up to {occupancy[tight].max():.1%}); "
            "set max_occupancy"
        )
    agents = float(use.agents[busy].sum())
    used = float((use.agents * occupancy)[busy].sum())
    if agents > 0.0 and used < LOW_OCCUPANCY * agents:
        yield (
            f"agents are busy only {used / agents:.1%} of the time: most of the "
            "requirement is waiting for contacts; pool this queue or blend in other "
            "work"
        )


def _overhang(use: ModelUse) -> Iterator[str]:
    busy, load = use.busy, use.workload_erlangs
    carried = carried_load_erlangs(load, use.aht_s, use.interval_s)
    gap = np.zeros_like(load)
    gap[busy] = np.abs(carried[busy] / load[busy] - 1.0)
    # Weighted by work, so that a quiet night does not raise the alarm alone.
    mean = float((gap * load).sum() / load.sum())
    if mean > LOAD_MISMATCH:
        share = overhang_fraction(use.aht_s, use.interval_s)
        late = float((share * load).sum() / load.sum())
        yield (
            f"{late:.0%} of an interval's work is done after its end, and the "
            f"contacts in hand differ from the interval's own load by {mean:.1%} on "
            f"average (handle time {_mean_aht_s(use):.0f} s, interval "
            f"{use.interval_s:.0f} s); intervals planned one by one meet peaks late"
        )


def _small_counts(use: ModelUse) -> Iterator[str]:
    mean = float(use.offered_contacts[use.busy].mean())
    if mean < FEW_CONTACTS:
        # Binomial spread of a share of 80 % among that many contacts.
        spread = float(np.sqrt(0.8 * 0.2 / mean))
        yield (
            f"only {mean:.1f} contacts per open interval: an interval's service level "
            f"scatters by about {min(spread, 0.5) * 100:.0f} points by chance alone; "
            "judge days, not intervals"
        )


def _patience(use: ModelUse) -> Iterator[str]:
    busy = use.busy
    if np.isinf(use.patience_s):
        tight = busy & (use.occupancy_fraction > 0.9)
        if tight.any():
            yield (
                "patience is unknown, so nobody gives up in the model: at the over "
                f"90% occupancy of {tight.sum()} of {busy.sum()} intervals it asks for "
                "more agents than impatient customers would"
            )
    elif use.answer_within_s is not None and use.patience_s < use.answer_within_s:
        yield (
            f"mean patience ({use.patience_s:.0f} s) is shorter than the threshold of "
            f"the service level ({use.answer_within_s:.0f} s): many give up before "
            "they could count as late"
        )


def _mean_aht_s(use: ModelUse) -> float:
    contacts = use.offered_contacts
    return float((contacts * use.aht_s)[use.busy].sum() / contacts[use.busy].sum())
