r"""The queue behind busy servers when customers lose patience (M/M/n+M and its kin).

A customer with endless patience who arrives when all servers are busy would wait V,
whose density is, up to a constant, :math:`R\,h(t)` with

.. math:: h(t) = \exp\Bigl(\tfrac{\lambda}{\theta}(1 - e^{-\theta t}) - R t\Bigr),

:math:`\lambda` the arrival rate, *R* the rate of service when all are busy,
:math:`\theta` one over the mean patience (Zeltyn and Mandelbaum 2005,
doi:10.1007/s11134-005-3699-8; exponential patience). Every performance figure is made
of integrals of *h*, taken in mean patiences, :math:`u = \theta t`: with
:math:`a = \lambda/\theta` and :math:`x = R/\theta` the density is
:math:`x\,e^{a(1 - e^{-u}) - x u}`. It is log-concave: Gauss-Legendre nodes on either
side of its peak, out to where it has fallen by ``exp(-40)``, give full accuracy for
any real number of agents, in overload too.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing.parts import LARGEST, Parts, figures_of
from wfm.staffing.weights import bend, deviance, reach_left, reach_right, unit_nodes

_CHUNK = 4096
# Beyond this many mean patiences from the peak, e^-u no longer bends the exponent.
_BENDS = 36.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Waiting of offered contacts; all arrays of one shape.

    Attributes
    ----------
    p_wait
        Probability of waiting at all.
    mean_wait_s, mean_wait_served_s, mean_virtual_wait_s
        Mean wait of all contacts, of those served, and of one with endless patience.
    abandonment_fraction
        Share that gives up.
    served_in_time, virtual_in_time, abandoned_in_time
        Share of offered contacts served within the threshold, that would wait no
        longer than it with endless patience, and that gives up within it.
    """

    p_wait: FloatArray
    mean_wait_s: FloatArray
    mean_wait_served_s: FloatArray
    mean_virtual_wait_s: FloatArray
    abandonment_fraction: FloatArray
    served_in_time: FloatArray
    virtual_in_time: FloatArray
    abandoned_in_time: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyServers:
    """Rates per second of the queue, and how likely the states below it are.

    *log_weight_below* is the logarithm of the sum of the stationary weights of all
    states up to "all busy, nobody waits", relative to that state: ``-ln B`` for
    telephones. All arrays are flat and of one length.
    """

    arrival: FloatArray
    service: FloatArray
    abandon: FloatArray
    log_weight_below: FloatArray

    def part(self, rows: slice | IntArray) -> "BusyServers":
        """Return the queues *rows*."""
        return BusyServers(
            arrival=self.arrival[rows],
            service=self.service[rows],
            abandon=self.abandon[rows],
            log_weight_below=self.log_weight_below[rows],
        )


def waits(queue: BusyServers, within_s: FloatArray) -> Waits:
    """Return the waiting behind busy servers; *service* and *abandon* are positive."""
    return waits_of_parts(impatient_parts(queue, within_s))


def endless_waits(queue: BusyServers, within_s: FloatArray) -> Waits:
    """Return the waiting when nobody gives up; endless where the queue grows."""
    return waits_of_parts(endless_parts(queue, within_s))


def waits_of_parts(parts: Parts) -> Waits:
    """Return the figures of *parts* but for the share served."""
    with np.errstate(all="ignore"):
        found = figures_of(parts)._asdict()
    return Waits(**{name: found[name] for name in Waits.__dataclass_fields__})


def impatient_parts(queue: BusyServers, within_s: FloatArray) -> Parts:
    """Return what may happen to a contact; *service* and *abandon* are positive."""
    size = len(within_s)
    with np.errstate(all="ignore"):
        chunks = [
            _impatient_parts(queue.part(rows), within_s[rows])
            for rows in (slice(k, k + _CHUNK) for k in range(0, max(size, 1), _CHUNK))
        ]
    return Parts(*(np.concatenate(column) for column in zip(*chunks, strict=True)))


def _impatient_parts(queue: BusyServers, within_s: FloatArray) -> Parts:
    x, upto = queue.service / queue.abandon, within_s * queue.abandon
    shape = _Shape(queue)
    soon = x * shape.integrals(np.zeros_like(upto), upto)
    rows = np.flatnonzero(upto < shape.peak)
    if len(rows):
        soon[:, rows] = x[rows] * shape.before(rows, upto[rows])
    late = x * shape.integrals(upto, np.full_like(upto, np.inf))
    log_free = _log_expm1(queue.log_weight_below) - shape.log_height
    return Parts(
        free=np.minimum(np.exp(log_free), LARGEST),
        soon=soon[0],
        soon_served=soon[1],
        soon_lost=soon[2],
        late=late[0],
        late_served=late[1],
        late_lost=late[2],
        waited=soon[2] + late[2],
        virtual_waited=soon[3] + late[3],
        served_waited=soon[4] + late[4],
        still=np.exp(-upto),
        gone=-np.expm1(-upto),
        unit_s=1.0 / queue.abandon,
    )


def endless_parts(queue: BusyServers, within_s: FloatArray) -> Parts:
    """Return what may happen to a contact when nobody gives up."""
    with np.errstate(all="ignore"):
        drain = queue.service - queue.arrival
        stable = drain > 0.0
        wait = np.where(stable, queue.service / drain, 1.0)
        spans = np.where(stable & (within_s > 0.0), within_s * drain, 0.0)
        free = np.minimum(np.expm1(queue.log_weight_below), LARGEST)
        soon, late = -wait * np.expm1(-spans), wait * np.exp(-spans)
        unit_s = np.where(stable, 1.0 / drain, np.inf)
    none = np.zeros_like(wait)
    return Parts(
        free=np.where(stable, free, none),
        soon=soon,
        soon_served=soon,
        soon_lost=none,
        late=late,
        late_served=late,
        late_lost=none,
        waited=wait,
        virtual_waited=wait,
        served_waited=wait,
        still=np.ones_like(wait),
        gone=none,
        unit_s=unit_s,
    )


def _log_expm1(values: FloatArray) -> FloatArray:
    """Return ``ln(e^x - 1)`` for x >= 0 without overflow."""
    direct = np.log(np.expm1(np.minimum(values, 1.0)))
    result: FloatArray = np.where(
        values < 1.0, direct, values + np.log1p(-np.exp(-values))
    )
    return result


@dataclass(frozen=True, slots=True)
class _Spot:
    """The density seen from some wait, where it is 1."""

    wait: FloatArray
    slope: FloatArray
    curve: FloatArray

    def piece(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Return the five integrals between two waits counted from the spot."""
        nodes, weights = unit_nodes()
        width, spot = (high - low)[:, None], self.wait[:, None]
        v = low[:, None] + width * nodes
        bent = bend(v)
        mass = np.exp(-self.slope[:, None] * v - self.curve[:, None] * bent)
        mass *= width * weights
        still = np.exp(-spot)
        patient = mass * (still * np.exp(-v))
        lost = -np.expm1(-spot) - still * (bent - v)
        wait = v + spot
        columns = (mass, patient, mass * lost, mass * wait, patient * wait)
        return np.stack([column.sum(axis=1) for column in columns])


class _Shape:
    """``exp(a (1 - e^-u) - x u)`` over u >= 0, scaled to 1 at its peak."""

    def __init__(self, queue: BusyServers) -> None:
        rate, service, theta = queue.arrival, queue.service, queue.abandon
        over = rate > service
        self.peak = np.where(over, np.log1p((rate - service) / service), 0.0)
        self.log_height = np.where(over, deviance(service, rate) / theta, 0.0)
        self.slope = np.maximum(service - rate, 0.0) / theta
        self.curve = np.minimum(rate, service) / theta
        steep = reach_left(np.zeros_like(theta), self.curve)
        self.left = np.minimum(steep, self.peak)
        self.right = reach_right(self.slope, self.curve)

    def before(self, rows: IntArray, upto: FloatArray) -> FloatArray:
        """Return the integrals of *rows* up to a wait before the peak.

        Seen from that wait, where the density still rises, they keep their digits
        however small they are against the peak.
        """
        ahead = upto - self.peak[rows]
        rise = -self.curve[rows] * np.expm1(-ahead)
        curve = self.curve[rows] * np.exp(-ahead)
        left = np.minimum(reach_left(-rise, curve), upto)
        spot = _Spot(upto, rise, curve)
        height = np.exp(-self.curve[rows] * bend(ahead))
        return height * spot.piece(-left, np.zeros_like(left))

    def integrals(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Return the integrals from *low* to *high* under five weights, ``[5, n]``.

        They are 1, the share still patient, the share that has given up, and the first
        two times u.
        """
        low, high = low - self.peak, high - self.peak
        bends = np.minimum(self.right, _BENDS)
        middle = np.where(bends > 6.0, 4.0, bends)
        total = np.zeros((5, len(low)))
        for begin, end in pairwise((-self.left, np.zeros_like(low), middle, bends)):
            start, stop = np.maximum(begin, low), np.minimum(end, high)
            rows = np.flatnonzero(stop > start)
            if len(rows):
                spot = _Spot(self.peak[rows], self.slope[rows], self.curve[rows])
                total[:, rows] += spot.piece(start[rows], stop[rows])
        start = np.maximum(bends, low)
        rows = np.flatnonzero((self.right > _BENDS) & (high > start))
        if len(rows):
            total[:, rows] += self._far(rows, start[rows], high[rows])
        return total

    def _far(self, rows: IntArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """Return the integrals where everybody has given up: an exponential."""
        rate, length = self.slope[rows] + self.curve[rows], high - low
        start = np.exp(self.curve[rows] - rate * low)
        end = np.exp(-rate * length)
        every = -np.expm1(-rate * length) / rate
        over = np.where(end > 0.0, length * end, 0.0)
        timed = (low + self.peak[rows]) * every + (every - over) / rate
        none = np.zeros_like(every)
        return np.stack((start * every, none, start * every, start * timed, none))
