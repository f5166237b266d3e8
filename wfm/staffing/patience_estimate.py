r"""Mean patience from data in which most callers were answered before it ran out.

The mean wait of those who gave up is no estimate: the patient are answered, and never
show their patience (they are *censored*). Two estimators that know it:

- with waiting times, all waiting over the number who gave up, the maximum likelihood
  for exponential patience under censoring (Brown et al. 2005,
  doi:10.1198/016214504000001808, section 5);
- with counts per interval only, the patience under which Erlang A, at the agents
  staffed, gives up on the share observed. The arrival *rate* of an interval is not its
  count: abandonment is convex in the rate, so putting the count in its place makes
  callers look more patient than they are. Rates are therefore pooled over like
  intervals (Poisson, slot times day) before the binomial likelihood is maximised.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing import erlang

_SHORTEST_S, _LONGEST_S = 1e-1, 1e6
_FIT_ROUNDS = 200
_STEP = 1e-4
_EDGE = 1e-2


@dataclass(frozen=True, slots=True, kw_only=True)
class PatienceEstimate:
    """Mean patience with what the data leave open.

    Attributes
    ----------
    patience_s
        The estimate; ``inf`` if nobody gave up.
    standard_error_s
        Of the estimate; ``inf`` if nobody gave up.
    low_s, high_s
        Bounds of the 95 % interval; open where the data say nothing, as when the agents
        stated can't be those who were at work.
    abandoned
        Customers who gave up, which is what the precision hangs on.
    """

    patience_s: float
    standard_error_s: float
    low_s: float
    high_s: float
    abandoned: float


def patience_from_waits(total_wait_s: float, abandoned: int) -> PatienceEstimate:
    r"""Return total wait over abandonments, with its exact interval.

    Under exponential patience the wait between two abandonments is exponential too,
    so :math:`2 W/\tau` lies between chi-squared quantiles of 2k and 2k + 2 degrees.

    Parameters
    ----------
    total_wait_s
        Waiting of all customers, answered ones included.
    abandoned
        How many gave up.

    Raises
    ------
    ValueError
        If an argument is negative, or customers gave up without any waiting.
    """
    if min(total_wait_s, abandoned) < 0 or (abandoned and not total_wait_s):
        msg = f"{abandoned} customers can't give up in {total_wait_s} s of waiting"
        raise ValueError(msg)
    from scipy.special import chdtri

    # chdtri(v, p) is the point that chi-squared of v degrees exceeds with chance p.
    low = 2.0 * total_wait_s / float(chdtri(2.0 * abandoned + 2.0, 0.025))
    high = np.inf
    if abandoned:
        high = 2.0 * total_wait_s / float(chdtri(2.0 * abandoned, 0.975))
    mean = total_wait_s / abandoned if abandoned else np.inf
    return PatienceEstimate(
        patience_s=mean,
        standard_error_s=mean / abandoned**0.5 if abandoned else np.inf,
        low_s=low,
        high_s=float(high),
        abandoned=float(abandoned),
    )


def patience_from_intervals(
    offered: npt.ArrayLike,
    abandoned: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    *,
    interval_s: float,
    slot: npt.ArrayLike,
    day: npt.ArrayLike | None = None,
) -> PatienceEstimate:
    """Return the patience that explains how many gave up at the agents staffed.

    Each interval is taken as stationary: leave out those that begin with an empty or
    an overfull queue, such as the first after opening.

    Parameters
    ----------
    offered, abandoned
        ``[i]`` contacts per observed interval.
    agents, aht_s
        ``[i]`` agents at work and mean handle time.
    slot
        ``[i]`` labels of like intervals, such as the time of the week: several
        intervals each, or the rates are no better than counts.
    day
        ``[i]`` labels of days, busier or calmer as a whole; also the groups that vary
        independently, for the standard error. Without it every interval is a group.

    Raises
    ------
    ValueError
        If the arrays differ in length, more give up than call, or nobody calls.
    """
    arrays = [np.asarray(a, dtype=np.float64) for a in (offered, abandoned)]
    calls, lost = arrays
    if calls.shape != lost.shape or bool(np.any(lost > calls)) or not calls.sum():
        msg = "offered and abandoned must match, with 0 <= abandoned <= offered, not 0"
        raise ValueError(msg)
    slots = _codes(slot, len(calls))
    days = np.arange(len(calls)) if day is None else _codes(day, len(calls))
    rates = _rates(calls, slots, None if day is None else days)
    known = (calls > 0.0) & (rates > 0.0)
    handle = np.broadcast_to(np.asarray(aht_s, dtype=np.float64), calls.shape)
    heads = np.broadcast_to(np.asarray(agents, dtype=np.float64), calls.shape)
    counts = _Counts(
        calls=calls[known],
        lost=lost[known],
        load=(rates * handle / interval_s)[known],
        agents=heads[known],
        aht_s=handle[known],
        group=days[known],
    )
    return counts.estimate()


def expected_contacts(
    offered: npt.ArrayLike, *, slot: npt.ArrayLike, day: npt.ArrayLike | None = None
) -> FloatArray:
    """Return the Poisson mean ``[i]`` of each interval: slot effect times day effect.

    The maximum likelihood of the log-linear model, by proportional fitting.
    """
    calls = np.asarray(offered, dtype=np.float64)
    days = None if day is None else _codes(day, len(calls))
    return _rates(calls, _codes(slot, len(calls)), days)


def _codes(labels: npt.ArrayLike, size: int) -> IntArray:
    codes: IntArray = np.unique(np.asarray(labels), return_inverse=True)[1]
    if len(codes) != size:
        msg = f"{len(codes)} labels for {size} intervals"
        raise ValueError(msg)
    return codes.astype(np.int64)


def _rates(calls: FloatArray, slots: IntArray, days: IntArray | None) -> FloatArray:
    """Scale by slots and days in turn until both totals fit."""
    rates = np.ones_like(calls)
    groups = [slots] if days is None else [slots, days]
    totals = [np.bincount(group, weights=calls) for group in groups]
    for _ in range(_FIT_ROUNDS if days is not None else 1):
        before = rates
        for group, total in zip(groups, totals, strict=True):
            fitted = np.bincount(group, weights=rates)
            ratio = np.divide(total, fitted, out=np.zeros_like(total), where=fitted > 0)
            rates = rates * ratio[group]
        if np.allclose(rates, before, rtol=1e-12, atol=0.0):
            break
    return rates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """Intervals with contacts, and the load behind them."""

    calls: FloatArray
    lost: FloatArray
    load: FloatArray
    agents: FloatArray
    aht_s: FloatArray
    group: IntArray

    def estimate(self) -> PatienceEstimate:
        """Return the patience of the greatest binomial likelihood."""
        total = float(self.lost.sum())
        centre, error = self._centre() if total > 0.0 else (np.inf, np.inf)
        mean = float(np.exp(centre))
        open_ended = np.isinf(error)
        return PatienceEstimate(
            patience_s=mean,
            standard_error_s=np.inf if open_ended else mean * error,
            low_s=0.0 if open_ended else mean * float(np.exp(-1.96 * error)),
            high_s=np.inf if open_ended else mean * float(np.exp(1.96 * error)),
            abandoned=total,
        )

    def _centre(self) -> tuple[float, float]:
        """Return the logarithm of patience and its standard error."""
        from scipy.optimize import minimize_scalar

        bounds = (np.log(_SHORTEST_S), np.log(_LONGEST_S))
        found = minimize_scalar(
            lambda x: -self._log_likelihood(float(x)),
            bounds=bounds,
            method="bounded",
            options={"xatol": 1e-6},
        )
        centre = float(found.x)
        if min(centre - bounds[0], bounds[1] - centre) < _EDGE:
            return centre, np.inf  # no patience explains the counts at these agents
        return centre, self._log_error(centre)

    def _share(self, log_patience: float) -> FloatArray:
        share = erlang.abandonment(
            self.load, self.agents, self.aht_s, np.exp(log_patience)
        )
        return np.clip(share, 1e-300, 1.0 - 1e-15)

    def _log_likelihood(self, log_patience: float) -> float:
        share = self._share(log_patience)
        stayed = (self.calls - self.lost) * np.log1p(-share)
        return float((self.lost * np.log(share) + stayed).sum())

    def _log_error(self, centre: float) -> float:
        """Return the standard error of log patience, robust within groups.

        Abandonments of one day hang together, so the binomial variance is too small:
        the scores are summed by group before they are squared.
        """
        share = self._share(centre)
        slope = (self._share(centre + _STEP) - self._share(centre - _STEP)) / (
            2.0 * _STEP
        )
        weight = slope / (share * (1.0 - share))
        scores = np.bincount(
            self.group, weights=weight * (self.lost - self.calls * share)
        )
        information = float((self.calls * weight * slope).sum())
        groups = len(np.unique(self.group))
        spread = float((scores**2).sum()) * groups / max(groups - 1, 1)
        return float(np.sqrt(spread) / information)
