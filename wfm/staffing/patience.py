r"""The queue behind busy servers when customers lose patience (M/M/n+M and its kin).

A customer with endless patience who arrives when all servers are busy would wait V,
whose density is, up to a constant, :math:`R\,h(x)` with

.. math:: h(x) = \exp\Bigl(\tfrac{\lambda}{\theta}(1 - e^{-\theta x}) - R x\Bigr),

:math:`\lambda` the arrival rate, *R* the rate of service when all are busy,
:math:`\theta` one over the mean patience (Zeltyn and Mandelbaum 2005,
doi:10.1007/s11134-005-3699-8; exponential patience). Every performance figure is an
integral of *h*, which is log-concave: Gauss-Legendre nodes on either side of its peak,
out to where it has fallen by ``exp(-45)``, give full accuracy for any real number of
agents, in overload too.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray

_NODES = 32
_DROP = 45.0
_CHUNK = 4096
_SMOOTH = 1e4


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
    size = len(queue.arrival)
    parts = []
    with np.errstate(all="ignore"):
        for start in range(0, max(size, 1), _CHUNK):
            rows = slice(start, start + _CHUNK)
            parts.append(_waits(queue.part(rows), within_s[rows]))
    names = Waits.__dataclass_fields__
    return Waits(
        **{name: np.concatenate([getattr(p, name) for p in parts]) for name in names}
    )


def _waits(queue: BusyServers, within_s: FloatArray) -> Waits:
    shape = _Shape(queue)
    endless = np.full_like(within_s, np.inf)
    total, lost, virtual, served = shape.integrals(endless)
    in_time, lost_in_time, _, _ = shape.integrals(within_s)
    below = np.exp(_log_expm1(queue.log_weight_below) - shape.log_peak)
    scale = queue.service / (below + queue.service * total)
    p_wait = scale * total
    p_abandon = np.minimum(queue.abandon * scale * lost, 1.0)
    beyond = np.maximum(p_wait - scale * in_time, 0.0)
    gone = -np.expm1(-queue.abandon * within_s)
    return Waits(
        p_wait=np.minimum(p_wait, 1.0),
        mean_wait_s=scale * lost,
        mean_wait_served_s=scale * served / (1.0 - p_abandon),
        mean_virtual_wait_s=scale * virtual,
        abandonment_fraction=p_abandon,
        served_in_time=np.clip(
            1.0 - p_wait + scale * (in_time - queue.abandon * lost_in_time), 0.0, 1.0
        ),
        virtual_in_time=np.clip(1.0 - beyond, 0.0, 1.0),
        abandoned_in_time=gone * beyond + queue.abandon * scale * lost_in_time,
    )


def endless_waits(queue: BusyServers, within_s: FloatArray) -> Waits:
    """Return the waiting when nobody gives up; endless where the queue grows."""
    with np.errstate(all="ignore"):
        drain = queue.service - queue.arrival
        stable = drain > 0.0
        above = queue.service / drain
        below = np.expm1(queue.log_weight_below)
        p_wait = np.where(stable, above / (below + above), 1.0)
        p_wait = np.where(np.isinf(below) & stable, 0.0, p_wait)
        late = np.where(stable, p_wait * np.exp(-drain * within_s), 1.0)
        mean = np.where(stable, p_wait / drain, np.inf)
    return Waits(
        p_wait=p_wait,
        mean_wait_s=mean,
        mean_wait_served_s=mean.copy(),
        mean_virtual_wait_s=mean.copy(),
        abandonment_fraction=np.zeros_like(p_wait),
        served_in_time=1.0 - late,
        virtual_in_time=1.0 - late,
        abandoned_in_time=np.zeros_like(p_wait),
    )


def _log_expm1(values: FloatArray) -> FloatArray:
    """Return ``ln(e^x - 1)`` for x >= 0 without overflow."""
    result: FloatArray = values + np.log(-np.expm1(-values))
    return result


def _bend(u: FloatArray) -> FloatArray:
    """Return ``u + e^-u - 1``, how far the exponent falls below its tangent."""
    small = u * u * (0.5 - u * (1 / 6 - u * (1 / 24 - u / 120)))
    return np.where(np.abs(u) < 1e-3, small, u + np.expm1(-u))


class _Shape:
    """The function h scaled to 1 at its peak, and its integrals over waiting time."""

    def __init__(self, queue: BusyServers) -> None:
        rate, service, theta = queue.arrival, queue.service, queue.abandon
        overload = np.maximum(np.log(rate / service), 0.0)
        self.theta = theta
        self.slope = np.maximum(service - rate, 0.0)
        self.curve = np.minimum(rate, service) / theta
        self.peak_s = overload / theta
        self.log_peak = service / theta * _bend(-overload)
        self.left_s = np.minimum(self._reach_left() / theta, self.peak_s)
        self.right_s = self._reach_right()

    def _reach_right(self) -> FloatArray:
        """Return how far right of the peak h falls by the drop (Newton from above)."""
        slope, curve, theta = self.slope, self.curve, self.theta
        reach = np.minimum(
            (_DROP + curve) / (slope + curve * theta),
            np.where(slope > 0.0, _DROP / slope, np.inf),
        )
        for _ in range(16):
            excess = slope * reach + curve * _bend(theta * reach) - _DROP
            slant = slope - curve * theta * np.expm1(-theta * reach)
            reach = np.where(slant > 0.0, reach - excess / slant, reach)
        return reach

    def _reach_left(self) -> FloatArray:
        """Return the same left of the peak, in units of the mean patience."""
        level = _DROP / self.curve
        reach = np.minimum(np.sqrt(2.0 * level), np.log(2.7 * level + 7.4))
        for _ in range(6):
            reach = reach - (_bend(-reach) - level) / np.expm1(reach)
        return reach

    def integrals(self, upto_s: FloatArray) -> FloatArray:
        r"""Return :math:`\int_0^T h\,w\,dx` for four weights w, as rows of ``[4, n]``.

        They are 1, :math:`(1 - e^{-\theta x})/\theta`, x and :math:`x e^{-\theta x}`.
        Beyond 36 mean patiences past the peak only a plain exponential is left; it is
        a piece of its own, since its scale may be quite another.
        """
        bends = self.peak_s + np.minimum(self.right_s, 36.0 / self.theta)
        edges = [self.peak_s - self.left_s, self.peak_s, bends]
        edges.append(self.peak_s + self.right_s)
        cuts = [np.minimum(edge, upto_s) for edge in edges]
        total = np.zeros((4, len(upto_s)))
        for low, high in pairwise(cuts):
            rows = np.flatnonzero(high > low)
            if len(rows):
                total[:, rows] += self._piece(rows, low[rows], high[rows])
        return total

    def _piece(self, rows: IntArray, low: FloatArray, high: FloatArray) -> FloatArray:
        nodes, weights = _gauss_legendre()
        half = 0.5 * (high - low)[:, None]
        theta, peak = self.theta[rows], self.peak_s[rows]
        ahead = (low - peak)[:, None] + half * (nodes + 1.0)
        wait = ahead + peak[:, None]
        u = theta[:, None] * ahead
        faded = np.expm1(-u)
        curve = self.curve[rows][:, None]
        bend = _bend(u) if curve.max() > _SMOOTH else u + faded
        mass = np.exp(-self.slope[rows][:, None] * ahead - curve * bend)
        mass *= half * weights
        still = np.exp(-theta * peak)[:, None]
        lost = (1.0 - still) - still * faded
        timed = mass * wait
        return np.stack(
            (
                mass.sum(axis=1),
                (mass * lost).sum(axis=1) / theta,
                timed.sum(axis=1),
                (timed * (1.0 - lost)).sum(axis=1),
            )
        )


@cache
def _gauss_legendre() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
