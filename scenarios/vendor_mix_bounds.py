"""What a lane could at most take in a month: bounds that make the programme tight."""

import numpy as np

from scenarios.vendor_mix import Lane, MixProblem
from wfm.domain.arrays import FloatArray


def most_contacts(problem: MixProblem, v: int, g: int, t: int) -> float:
    """Return the most contacts of segment *g* that lane *v* could take in month *t*."""
    lane, most = problem.lanes[v], float(problem.demand[g, t])
    hours = float(lane.hours_per_contact[g])
    if not lane.eligible[g]:
        return 0.0
    if lane.capacity_hours is None or hours <= 0:
        return most
    return min(most, float(lane.capacity_hours[_band_of(problem)[g], t]) / hours)


def most_used_units(problem: MixProblem, v: int, t: int) -> float:
    """Return a bound on the units that lane *v* could use in month *t*."""
    lane = problem.lanes[v]
    whole = np.array(
        [most_contacts(problem, v, g, t) for g in range(len(problem.segments))]
    )
    by_share = _within_shares(problem, lane, whole, t)
    units = lane.units_per_contact()
    used = _heaviest(whole, units, by_share)
    if lane.unit == "contact":
        return used
    used *= 1 + _overlap_fraction(problem)
    if lane.capacity_hours is not None:
        used = min(used, float(lane.capacity_hours[:, t].sum()))
    return used


def _band_of(problem: MixProblem) -> list[int]:
    index = {band.name: b for b, band in enumerate(problem.bands)}
    return [index[segment.band] for segment in problem.segments]


def _within_shares(problem: MixProblem, lane: Lane, whole: FloatArray, t: int) -> float:
    """Return the most contacts in all that limits on shares leave to the lane."""
    most = float(whole.sum())
    for limit in problem.share_limits:
        if lane.lane_id in limit.lanes and not limit.queues:
            total = float(problem.demand[:, t].sum())
            most = min(most, limit.most_fraction * total)
    return most


def _heaviest(contacts: FloatArray, units: FloatArray, most: float) -> float:
    """Return the units of *most* contacts, those of most units first."""
    order = np.argsort(-units, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(contacts[order])[:-1]])
    taken = np.clip(most - before, 0.0, contacts[order])
    return float(taken @ units[order])


def _overlap_fraction(problem: MixProblem) -> float:
    """Return a bound on hand-over hours per hour of contacts: both ends of a band."""
    shortest = min(band.length_hours for band in problem.bands)
    longest = max((h.overlap_hours for h in problem.hand_overs), default=0.0)
    return 2 * longest / shortest
