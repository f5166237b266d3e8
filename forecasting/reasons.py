"""Handle time by market and reason of contact, believed by the contacts behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import FloatArray, read_only
from wfm.domain.drivers import ContactReason

PRIOR_CONTACTS = 100.0
SWEEPS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonTotals:
    """Handled contacts and their handle seconds, of one market and reason.

    Raises
    ------
    ValueError
        If a total is negative, or seconds come without contacts.
    """

    market: str
    reason: str
    handled: float
    handle_s: float

    def __post_init__(self) -> None:
        if min(self.handled, self.handle_s) < 0 or (self.handle_s and not self.handled):
            msg = (
                f"{self.market}, {self.reason}: {self.handled} contacts cannot take "
                f"{self.handle_s} s"
            )
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonHandleTimes:
    """Expected handle time by market and reason, both in order of first mention.

    Attributes
    ----------
    aht_s
        ``[m, r]`` seconds.
    handled
        ``[m, r]`` the contacts behind them.
    """

    markets: tuple[str, ...]
    reasons: tuple[str, ...]
    aht_s: FloatArray
    handled: FloatArray

    def __post_init__(self) -> None:
        shape = (len(self.markets), len(self.reasons))
        for name in ("aht_s", "handled"):
            object.__setattr__(self, name, read_only(getattr(self, name), shape=shape))

    def contact_reasons(self, market: str) -> tuple[ContactReason, ...]:
        """Return the reasons of *market* as a queue's demand driver.

        Shares are of its handled contacts; handle-time factors are relative to their
        mean over these shares. Reasons without contacts there are left out.

        Raises
        ------
        KeyError
            If the market is unknown or has no contacts.
        """
        if market not in self.markets or not self._of(market)[0].any():
            raise KeyError(market)
        handled, aht_s = self._of(market)
        share = handled / handled.sum()
        factor = aht_s / (share @ aht_s)
        return tuple(
            ContactReason(
                reason=reason, share=float(share[r]), aht_factor=float(factor[r])
            )
            for r, reason in enumerate(self.reasons)
            if share[r] > 0
        )

    def _of(self, market: str) -> tuple[FloatArray, FloatArray]:
        m = self.markets.index(market)
        return self.handled[m], self.aht_s[m]

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return one dictionary per market and reason, for a table."""
        return tuple(
            {
                "market": market,
                "reason": reason,
                "handled": float(self.handled[m, r]),
                "aht_s": float(self.aht_s[m, r]),
            }
            for m, market in enumerate(self.markets)
            for r, reason in enumerate(self.reasons)
        )


def handle_times(totals: Sequence[ReasonTotals]) -> ReasonHandleTimes:
    r"""Return the handle time of every market and reason, seen together or not.

    .. math:: \hat a_{mr} = \frac{H_{mr} + k_0\,e_{mr}}{N_{mr} + k_0}, \qquad
        e_{mr} = a\,\mu_m\,\rho_r

    With :math:`k_0 = 100` prior contacts a cell is drawn to what its market and its
    reason make likely; a market's ratio :math:`\mu` and a reason's :math:`\rho` are
    drawn to 1 likewise (found in turn, as in iterative proportional fitting). Seconds
    and contacts are summed first and divided last.

    Raises
    ------
    ValueError
        If there is no contact at all.
    """
    markets = tuple(dict.fromkeys(one.market for one in totals))
    reasons = tuple(dict.fromkeys(one.reason for one in totals))
    handled = np.zeros((len(markets), len(reasons)))
    handle_s = np.zeros_like(handled)
    for one in totals:
        cell = markets.index(one.market), reasons.index(one.reason)
        handled[cell] += one.handled
        handle_s[cell] += one.handle_s
    if not handled.sum() > 0:
        msg = "handle times need at least one handled contact"
        raise ValueError(msg)
    likely = _main_effects(handled, handle_s)
    aht_s = (handle_s + PRIOR_CONTACTS * likely) / (handled + PRIOR_CONTACTS)
    return ReasonHandleTimes(
        markets=markets, reasons=reasons, aht_s=aht_s, handled=handled
    )


def _main_effects(handled: FloatArray, handle_s: FloatArray) -> FloatArray:
    """Return what market and reason make likely, ``[m, r]`` seconds."""
    mean = handle_s.sum() / handled.sum()
    relative = handle_s / mean if mean > 0 else handled
    by_market = np.ones((len(handled), 1))
    by_reason = np.ones((1, handled.shape[1]))
    for _ in range(SWEEPS):
        by_reason = _shrunken(relative, handled * by_market, axis=0)
        by_market = _shrunken(relative, handled * by_reason, axis=1)
    return np.asarray(mean * by_market * by_reason)


def _shrunken(relative: FloatArray, expected: FloatArray, axis: int) -> FloatArray:
    total, usual = (x.sum(axis=axis, keepdims=True) for x in (relative, expected))
    return np.asarray((total + PRIOR_CONTACTS) / (usual + PRIOR_CONTACTS))
