"""The offered wait of a line with call-back offers, as a density to integrate."""

from functools import cache

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.staffing.blocking import log_erlang_b

_NODES = 40
_DROP = 45.0
_DOUBLINGS = 80
_HALVINGS = 45


class OfferedWait:
    r"""The density :math:`\exp(\lambda \int_0^v (1 - G) - n \mu v)`, 1 at its peak.

    See :mod:`wfm.staffing.callback_offers`. It is log-concave up to the offer and from
    there on, so Gauss-Legendre nodes on either side of the two peaks, out to where it
    has fallen by ``exp(-45)``, give full accuracy. All arrays are flat, of one length.
    """

    def __init__(
        self,
        *,
        load: FloatArray,
        agents: FloatArray,
        aht_s: FloatArray,
        abandon: FloatArray,
        offer_after_s: FloatArray,
        accepted: FloatArray,
        keeps_place: bool,
    ) -> None:
        self._arrival, self._service = load / aht_s, agents / aht_s
        self._abandon, self._after = abandon, offer_after_s
        self._declined = 1.0 - accepted
        self._kept = accepted * float(keeps_place)
        self._log_weight = -log_erlang_b(load, agents)
        early, late = self._peaks()
        self._log_peak = np.maximum(self._log(early), self._log(late))
        self._log_peak = np.maximum(self._log_peak, 0.0)
        self._edges = self._cuts(early, late)

    def scale(self, total: FloatArray) -> FloatArray:
        """Return the factor that makes densities of wait out of the integrand."""
        weight = self._log_weight
        below = weight + np.log(-np.expm1(-weight)) - self._log_peak
        factor: FloatArray = self._service / (np.exp(below) + self._service * total)
        return factor

    def integrals(self, upto_s: FloatArray) -> FloatArray:
        """Return the integrals over waits up to *upto_s*, as rows of ``[4, n]``.

        Of the density; of it beyond the offer; of it times the share of callers who
        wait so long on the line and are answered; and of that times the wait.
        """
        total = np.zeros((4, len(upto_s)))
        for low, high, offered in self._edges:
            first, last = np.minimum(low, upto_s), np.minimum(high, upto_s)
            total += self._piece(first, np.maximum(first, last), offered=offered)
        return total

    def _piece(self, low: FloatArray, high: FloatArray, *, offered: bool) -> FloatArray:
        nodes, weights = _gauss_legendre()
        half = 0.5 * (high - low)
        wait = low + half * (nodes[:, None] + 1.0)
        mass = np.exp(self._log(wait) - self._log_peak) * half * weights[:, None]
        stays = np.exp(-self._abandon * wait)
        answered = mass * stays * (self._declined if offered else 1.0)
        beyond = mass if offered else np.zeros_like(mass)
        rows = (mass, beyond, answered, answered * wait)
        return np.stack([row.sum(axis=0) for row in rows])

    def _log(self, wait: FloatArray) -> FloatArray:
        """Return the logarithm of the density, 0 at no wait."""
        before = np.minimum(wait, self._after)
        past = np.maximum(wait - self._after, 0.0)
        joined = self._patient(before)
        joined += self._declined * (self._patient(wait) - self._patient(before))
        exponent: FloatArray = (
            self._arrival * (joined + self._kept * past) - self._service * wait
        )
        return exponent

    def _patient(self, wait: FloatArray) -> FloatArray:
        """Return the integral of the share still patient."""
        faded = -np.expm1(-self._abandon * wait) / self._abandon
        return np.where(self._abandon > 0.0, faded, wait)

    def _peaks(self) -> tuple[FloatArray, FloatArray]:
        """Return where the density peaks before and after the offer."""
        ratio = self._service / self._arrival
        early = np.log(1.0 / ratio) / self._abandon
        early = np.where(self._abandon > 0.0, early, np.where(ratio < 1.0, np.inf, 0.0))
        left = (ratio - self._kept) / self._declined
        late = -np.log(np.minimum(left, 1.0)) / self._abandon
        late = np.where((self._abandon > 0.0) & (self._declined > 0.0), late, 0.0)
        return np.clip(early, 0.0, self._after), np.maximum(late, self._after)

    def _cuts(
        self, early: FloatArray, late: FloatArray
    ) -> tuple[tuple[FloatArray, FloatArray, bool], ...]:
        """Return the pieces that matter, and whether they lie beyond the offer."""
        far = late + self._reach(late)
        first = self._boundary(early, np.zeros_like(early))
        second = self._boundary(early, np.minimum(self._after, late))
        third = self._boundary(late, self._after)
        # Once patience is gone only a plain exponential is left, on a scale of its own.
        gone = 36.0 / self._abandon
        turn, bend = np.minimum(early + gone, second), np.minimum(late + gone, far)
        return (
            (first, early, False),
            (early, turn, False),
            (turn, second, False),
            (third, late, True),
            (late, bend, True),
            (bend, far, True),
        )

    def _matters(self, wait: FloatArray) -> BoolArray:
        matters: BoolArray = self._log(wait) > self._log_peak - _DROP
        return matters

    def _reach(self, late: FloatArray) -> FloatArray:
        """Return how far beyond the later peak the density matters."""
        step = 1.0 / np.maximum(self._service, 1e-12)
        for _ in range(_DOUBLINGS):
            wide = self._matters(late + step)
            if not wide.any():
                break
            step = np.where(wide, 2.0 * step, step)
        return step

    def _boundary(self, peak: FloatArray, end: FloatArray) -> FloatArray:
        """Return the point between *peak* and *end* past which nothing matters."""
        end = np.where(np.isfinite(end), end, peak)
        near, far = peak.copy(), end.copy()
        whole = self._matters(end)
        for _ in range(_HALVINGS):
            middle = 0.5 * (near + far)
            matters = self._matters(middle)
            near, far = np.where(matters, middle, near), np.where(matters, far, middle)
        return np.where(whole, end, far)


@cache
def _gauss_legendre() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
