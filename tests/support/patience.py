"""Truth for patience: a small queue played call by call, and Kaplan-Meier."""

import heapq

import numpy as np


def play_day(rates, agents, aht_s, patience_s, interval_s, rng):
    """Return offered, abandoned per interval, and (wait, gave up) of every caller.

    First come, first served; *rates* are contacts per interval.
    """
    offered = rng.poisson(rates)
    lost = np.zeros(len(rates))
    free = [0.0] * agents
    log = []
    for t, contacts in enumerate(offered):
        for arrival in np.sort(rng.uniform(t, t + 1, contacts)) * interval_s:
            limit = rng.exponential(patience_s)
            wait = max(0.0, free[0] - arrival)
            if wait > limit:
                lost[t] += 1
                log.append((limit, True))
            else:
                heapq.heapreplace(free, arrival + wait + rng.exponential(aht_s))
                log.append((wait, False))
    return offered, lost, log


def kaplan_meier(waits, gave_up):
    """Return times and the share of callers whose patience is longer than each."""
    order = np.argsort(waits, kind="stable")
    waits, gave_up = np.asarray(waits)[order], np.asarray(gave_up)[order]
    times, first = np.unique(waits, return_index=True)
    at_risk = len(waits) - first
    events = np.add.reduceat(gave_up.astype(float), first)
    return times, np.cumprod(1.0 - events / at_risk)
