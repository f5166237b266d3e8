"""How the parts of a day hang together: what the morning tells of the afternoon."""

import numpy as np

from forecasting.errors import TRIMMED, Errors
from wfm.domain.arrays import FloatArray

NUM_PARTS = 8
# Tuned on the bank and the New York taxi; 20 to 60 days, 8 to 12 parts are alike.
PRIOR_DAYS = 20.0
MAX_VARIANCE = 1.0


def part_of(num_slots: int) -> FloatArray:
    """Return ``[s, 8]`` 1 where a slot lies in a part of three hours, else 0."""
    part = np.arange(num_slots) * NUM_PARTS // num_slots
    return np.asarray(np.eye(NUM_PARTS)[part])


def decaying(num_slots: int, decay: float) -> FloatArray:
    """Return ``[s, s]`` the correlation of slots that fades by *decay* per slot."""
    slots = np.arange(num_slots)
    return np.asarray((decay**slots)[np.abs(slots[:, None] - slots)])


def part_covariance(errors: Errors, prior: FloatArray, dispersion: float) -> FloatArray:
    """Return ``[8, 8]`` the covariance of the relative errors of a day's parts.

    Counting noise is taken off; the rest is shrunk to *prior* as if 20 days had
    shown that, and has no negative variance.
    """
    from forecasting.kernels import noise as kernels
    from forecasting.kernels.eigen import eigen

    settings = (dispersion, TRIMMED, PRIOR_DAYS)
    found, is_positive = kernels.part_covariance(
        errors.expected, errors.error, errors.place, prior, settings
    )
    if not is_positive:
        values, vectors = eigen(found)
        found = (vectors.T * np.maximum(values, 0.0)) @ vectors
    # Where next to nothing is expected, relative errors have no bounds.
    return kernels.bounded(found, MAX_VARIANCE)


def prior_covariance(
    num_slots: int, day_variance: float, slot_variance: float, decay: float
) -> FloatArray:
    """Return ``[8, 8]`` what day and slot factors alone would make of the parts."""
    from forecasting.kernels.noise import prior

    return prior(num_slots, NUM_PARTS, day_variance, (slot_variance, decay))


def slot_covariance(
    parts: FloatArray, num_slots: int, slot_variance: float, decay: float
) -> FloatArray:
    """Return ``[s, s]`` the relative covariance of a day's slots.

    Parts move as *parts* ``[8, 8]`` says; within each, slots stray about it.
    """
    member = part_of(num_slots)
    sizes = np.maximum(member.sum(axis=0), 1.0)
    slots = slot_variance * decaying(num_slots, decay)
    rows = slots @ member / sizes  # each slot with the mean of each part
    parts = parts + (member.T @ rows) / sizes[:, None]
    about = (rows - member @ (parts / 2.0)) @ member.T
    return np.asarray(slots - about - about.T)
