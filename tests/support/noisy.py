"""Counts about a known rate, made by a simulator of the tests' own."""

import numpy as np

from forecasting.model import Hindcast, QueueHistory

MONDAY = 20696  # 2026-08-31


def flat_history(offered: np.ndarray, first_day: int = MONDAY) -> QueueHistory:
    """Return *offered* ``[d, s]`` as a history that is open and known throughout."""
    shape = offered.shape
    return QueueHistory(
        days=first_day + np.arange(shape[0]),
        slot_minutes=1440 // shape[1],
        offered_contacts=offered,
        observed=np.ones(shape, dtype=bool),
        is_open=np.ones(shape, dtype=bool),
        special=np.zeros(shape, dtype=bool),
    )


class KnownRate:
    """A model that knows the mean ``[d, s]`` from the first day on, at any lead."""

    def __init__(self, mean: np.ndarray) -> None:
        self.mean = mean

    def hindcast(self, lead_days: int, first_row: int = 0) -> Hindcast:
        support = np.where(np.arange(len(self.mean)) >= lead_days, 9, 0)
        whole = np.broadcast_to(support[:, None], self.mean.shape)
        expected = self.mean * (whole > 0)
        return Hindcast(expected=expected[first_row:], support=whole[first_row:])

    def predict(self, days: np.ndarray) -> np.ndarray:
        return np.tile(self.mean[-1], (len(days), 1))


def autoregressive(
    rng: np.random.Generator, shape: tuple[int, ...], decay: float
) -> np.ndarray:
    """Return stationary standard normal numbers, AR(1) along the last axis."""
    steps = rng.standard_normal(shape)
    for i in range(1, shape[-1]):
        steps[..., i] = (
            decay * steps[..., i - 1] + np.sqrt(1 - decay**2) * steps[..., i]
        )
    return steps


def counts(
    rng: np.random.Generator,
    mean: np.ndarray,
    *,
    day_sd: float = 0.0,
    day_decay: float = 0.0,
    slot_sd: float = 0.0,
    slot_decay: float = 0.0,
) -> np.ndarray:
    """Return Poisson counts ``[d, s]`` of *mean* times day and slot factors."""
    day = 1.0 + day_sd * autoregressive(rng, (len(mean),), day_decay)
    slot = 1.0 + slot_sd * autoregressive(rng, mean.shape, slot_decay)
    return rng.poisson(mean * np.maximum(day, 0)[:, None] * np.maximum(slot, 0)).astype(
        float
    )
