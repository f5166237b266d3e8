r"""Callers who try again later in the day.

Whoever gives up, or was answered in vain, comes back after an exponential delay with
some probability; in closed time, when the queue next opens. (The fluid equations of
Ding et al. 2015, arXiv:1311.6248, step by step; the shares given up are Erlang A's of
each interval.)
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.staffing import erlang
from wfm.staffing.coming_back import Pool

_ROUNDS = 500
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class TryingAgain:
    """How customers of a queue try again.

    Attributes
    ----------
    redial_share, redial_delay_s
        Share of those who gave up that call again, and their mean delay.
    reconnect_share, reconnect_delay_s
        The same of answered contacts whose matter was not settled (1 - FCR).
    """

    redial_share: float = 0.0
    redial_delay_s: float = 600.0
    reconnect_share: float = 0.0
    reconnect_delay_s: float = 86_400.0

    def __post_init__(self) -> None:
        shares = (self.redial_share, self.reconnect_share)
        if not all(0.0 <= share < 1.0 for share in shares):
            msg = f"the shares that try again must be in [0, 1), got {shares}"
            raise ValueError(msg)
        delays = (self.redial_delay_s, self.reconnect_delay_s)
        if min(delays) <= 0.0:
            msg = f"delays must be positive, got {delays}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Contacts of one queue per interval, ``[t]`` each.

    Attributes
    ----------
    fresh, redials, reconnects, total
        First attempts, those after giving up, those after an answer, and their sum.
    abandonment_fraction
        Of all attempts of the interval.
    pending
        Redials and reconnects that would come after the last interval.
    """

    fresh: FloatArray
    redials: FloatArray
    reconnects: FloatArray
    total: FloatArray
    abandonment_fraction: FloatArray
    pending: tuple[float, float]


def retrials_over_time(
    fresh_contacts: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    patience_s: float,
    *,
    interval_s: float,
    again: TryingAgain,
    open_mask: BoolArray | None = None,
) -> Attempts:
    """Return all attempts of a day or week at the *agents* staffed.

    The shares given up and the attempts settle together, from the fresh contacts
    upwards.

    Parameters
    ----------
    fresh_contacts, agents, aht_s
        ``[t]``.
    open_mask
        ``[t]``; without it the queue is always open.
    """

    def lost(total: FloatArray) -> FloatArray:
        load = total * aht_s / interval_s
        return erlang.abandonment(load, agents, aht_s, patience_s)

    return settle(
        fresh_contacts, lost, interval_s=interval_s, again=again, open_mask=open_mask
    )


def settle(
    fresh_contacts: FloatArray,
    lost: Callable[[FloatArray], FloatArray],
    *,
    interval_s: float,
    again: TryingAgain,
    open_mask: BoolArray | None = None,
) -> Attempts:
    """Return the attempts that fit the share *lost* given up at their own volume.

    With redials likelier than reconnects each round has more attempts than the last,
    bounded by the shares; otherwise the rounds are averaged.
    """
    mask = np.ones(len(fresh_contacts), bool) if open_mask is None else open_mask
    weight = 1.0 if again.redial_share >= again.reconnect_share else 0.5
    share = lost(fresh_contacts)
    for _ in range(_ROUNDS):
        found = attempts(
            fresh_contacts, share, interval_s=interval_s, again=again, open_mask=mask
        )
        following = lost(found.total)
        step = float(np.abs(following - share).max(initial=0.0))
        share = share + weight * (following - share)
        if step <= _CLOSE:
            break
    return attempts(
        fresh_contacts, share, interval_s=interval_s, again=again, open_mask=mask
    )


def attempts(
    fresh_contacts: FloatArray,
    abandonment_fraction: FloatArray,
    *,
    interval_s: float,
    again: TryingAgain,
    open_mask: BoolArray,
) -> Attempts:
    """Return all attempts where the share that gives up is known, ``[t]``."""
    size = len(fresh_contacts)
    redial = Pool(interval_s / again.redial_delay_s)
    reconnect = Pool(interval_s / again.reconnect_delay_s)
    total, redials, reconnects = (np.zeros(size) for _ in range(3))
    for t in np.flatnonzero(open_mask).tolist():
        gone = again.redial_share * float(abandonment_fraction[t])
        unsolved = again.reconnect_share * (1.0 - float(abandonment_fraction[t]))
        early, later = redial.back_by(t), reconnect.back_by(t)
        known = float(fresh_contacts[t]) + early + later
        within = redial.at_once * gone + reconnect.at_once * unsolved
        total[t] = known / (1.0 - within)
        redials[t] = early + redial.at_once * gone * total[t]
        reconnects[t] = later + reconnect.at_once * unsolved * total[t]
        redial.leave(t, gone * total[t])
        reconnect.leave(t, unsolved * total[t])
    return Attempts(
        fresh=np.where(open_mask, fresh_contacts, 0.0),
        redials=redials,
        reconnects=reconnects,
        total=total,
        abandonment_fraction=np.where(total > 0.0, abandonment_fraction, 0.0),
        pending=(redial.pending, reconnect.pending),
    )
