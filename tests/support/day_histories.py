"""Histories by local day and slot, made from a rule or from noise of known law."""

from datetime import date

import numpy as np

from forecasting.days import day_number
from forecasting.model import QueueHistory

MONDAY = day_number(date(2025, 1, 6))


def queue_history(offered, *, observed=None, is_open=None, special=None, first=MONDAY):
    """Return the history of *offered* ``[d, s]``; masks default to all or none."""
    offered = np.asarray(offered, dtype=float)

    def mask(cells, default):
        return np.full(offered.shape, default) if cells is None else np.array(cells)

    observed = mask(observed, True)
    return QueueHistory(
        days=first + np.arange(len(offered)),
        slot_minutes=-(-1440 // offered.shape[1]),
        offered_contacts=np.where(observed, offered, 0.0),
        observed=observed,
        is_open=mask(is_open, True),
        special=mask(special, False),
    )


def shape_of_day(num_slots):
    """Return a day's profile ``[s]`` of mean 1: a morning and an evening peak."""
    time = np.arange(num_slots) / num_slots
    shape = np.exp(1.2 * np.cos(2 * np.pi * (time - 0.55)) + np.cos(4 * np.pi * time))
    return shape / shape.mean()


WEEK = np.array([1.2, 1.05, 1.0, 0.98, 0.97, 0.5, 0.3])


def rates(num_days, num_slots=24, volume=100.0, day_factor=None):
    """Return mean contacts ``[d, s]``: weekday times day factor times profile."""
    week = WEEK[np.arange(num_days) % 7]
    factor = np.ones(num_days) if day_factor is None else np.asarray(day_factor)
    return volume * (week * factor)[:, None] * shape_of_day(num_slots)


def noisy(rng, num_days, num_slots=24, volume=100.0, day_factor=None, **masks):
    """Return a history of Poisson counts at :func:`rates`."""
    mean = rates(num_days, num_slots, volume, day_factor)
    return queue_history(rng.poisson(mean).astype(float), **masks)


def lasting(rng, num_days, carry, spread):
    """Return day factors ``[d]`` of mean 1 that carry over like an AR(1)."""
    shocks = rng.normal(0.0, spread * np.sqrt(1 - carry**2), num_days)
    level = np.zeros(num_days)
    for day in range(1, num_days):
        level[day] = carry * level[day - 1] + shocks[day]
    return np.exp(level)
