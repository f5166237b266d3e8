"""Simulated paths of contacts: what the weeks to come may bring, all at once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.covariance import shrunk_correlation
from forecasting.noise import NORMAL_KNOTS, QueueNoise, day_scores
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

BLOCK = 64
"""Paths are drawn in blocks of this size, each from streams of its own."""
MAX_FACTORS = 8
MAX_CORRELATION = 0.95
MAX_FREED = 1.5
SMALL_RATE = 12.0
MAX_SMALL_COUNT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePaths:
    """How the contacts of one queue stray over the local days of a forecast.

    *days* ``[d]`` are its local dates (days from 1970-01-01), *day_starts*
    ``[d + 1]`` the intervals of the forecast's grid at which they begin, and the end.
    *day_spread* ``[d]`` multiplies the day factor's standard deviation: more on special
    days, less after a look at actuals; then *settled* ``[t]`` says where the mean is
    what came.
    """

    queue_id: str
    noise: QueueNoise
    days: IntArray
    day_starts: IntArray
    day_spread: FloatArray | None = None
    settled: BoolArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastNoise:
    """Draws paths of all queues of a forecast (a :class:`wfm.domain.demand.Noise`).

    Path *i* of a seed is the same however many are drawn, and in whatever chunks.
    Every queue has its own streams, found by its id, and all share the normal numbers
    behind *loadings* ``[q, f]``: two queues' day factors correlate by the product of
    their rows. A change of the mean changes every path smoothly, so scenarios are
    compared on common random numbers.
    """

    queues: tuple[QueuePaths, ...]
    loadings: FloatArray

    def paths(
        self,
        mean: FloatArray,
        num_paths: int,
        *,
        seed: int,
        first_path: int = 0,
        rates: bool = False,
    ) -> FloatArray:
        """Return ``[n, q, t]`` whole contacts, about *mean* ``[q, t]``.

        With *rates* the counting noise is left out: ``[n, q, t]`` are then expected
        contacts, for a simulator that draws the arrivals itself.
        """
        result = np.zeros((num_paths, *mean.shape))
        for q, row in enumerate(mean):
            done = 0
            while done < num_paths:
                block, skip = divmod(first_path + done, BLOCK)
                num = min(BLOCK - skip, num_paths - done)
                drawn = self.block(q, row, block, seed=seed, rates=rates)
                result[done : done + num, q] = drawn[skip : skip + num]
                done += num
        return result

    def block(
        self, q: int, mean: FloatArray, block: int, *, seed: int, rates: bool = False
    ) -> FloatArray:
        """Return ``[64, t]``, paths of *block* of queue *q* about *mean* ``[t]``."""
        queue = self.queues[q]
        noise = queue.noise
        result = np.zeros((len(mean), BLOCK))
        first, end = int(queue.day_starts[0]), int(queue.day_starts[-1])
        some = first + np.flatnonzero(mean[first:end] > 0)
        if not some.size:
            return result.T
        day = np.searchsorted(queue.day_starts, some, side="right") - 1
        rate = mean[some, None] * self._day_factors(q, block, seed)[day]
        slot, counts = (_stream(seed, block, queue.queue_id, i) for i in (1, 2))
        rate *= _slot_factors(slot, noise, mean, some)
        # Drawn for closed intervals too: opening one more hour moves no other.
        scores = counts.standard_normal((end - first, BLOCK))[some - first]
        result[some] = rate if rates else poisson_quantile(rate, scores)
        if queue.settled is not None:
            result[queue.settled] = mean[queue.settled, None]
        return result.T

    def _day_factors(self, q: int, block: int, seed: int) -> FloatArray:
        """Return ``[d, 64]`` the factors 1 + G on the queue's days."""
        queue = self.queues[q]
        noise, num = queue.noise, len(queue.days)
        before = int(queue.days[0]) - min(int(other.days[0]) for other in self.queues)
        loadings = self.loadings[q]
        own = np.sqrt(max(0.0, 1.0 - float(loadings @ loadings)))
        normals = own * _day_normals(_stream(seed, block, queue.queue_id, 0), num)
        for factor in np.flatnonzero(loadings):
            stream = _stream(seed, block, "", int(factor))
            shared = _day_normals(stream, before + num)
            shared = np.concatenate([shared[:1], shared[1 + before :]])
            normals += loadings[factor] * shared
        lead = noise.lead_of(queue.days)
        sd = np.sqrt(noise.day_variance_at(lead))
        if queue.day_spread is not None:
            sd = sd * queue.day_spread
        scores = _drifting(normals, noise, noise.drift_share_at(lead)[:, None])
        factors = sd[:, None] * _shaped(scores, noise.day_shape)
        return np.maximum(1.0 + factors, 0.0)


def _stream(seed: int, block: int, name: str, part: int) -> np.random.Generator:
    """Return the generator of one *part* of a named stream."""
    digest = hashlib.sha256(name.encode()).digest()
    key = int.from_bytes(digest[:8], "little") if name else 0
    return np.random.default_rng([seed, block, key, part])


def _day_normals(stream: np.random.Generator, num_days: int) -> FloatArray:
    """Return ``[1 + d, 2, 64]``: what lasts and drifts, what passes and a day's own."""
    return stream.standard_normal((1 + num_days, 2, BLOCK))


def _remembered(normals: FloatArray, noise: QueueNoise) -> FloatArray:
    """Return ``[d, 64]`` standard normal numbers with the memory of *noise*."""
    passing, own = normals[1:, 0].copy(), normals[1:, 1]
    decay = noise.decay_per_day
    for day in range(1, len(passing)):
        passing[day] *= np.sqrt(1.0 - decay**2)
        passing[day] += decay * passing[day - 1]
    rest = max(0.0, 1.0 - noise.lasting_share - noise.passing_share)
    return np.asarray(
        np.sqrt(noise.lasting_share) * normals[0, 0]
        + np.sqrt(noise.passing_share) * passing
        + np.sqrt(rest) * own
    )


def _drifting(normals: FloatArray, noise: QueueNoise, share: FloatArray) -> FloatArray:
    """Return ``[d, 64]`` standard normal numbers, a *share* ``[d, 1]`` of them common.

    What the level does after a week it does to all later days alike.
    """
    remembered = _remembered(normals, noise)
    return np.asarray(
        np.sqrt(1.0 - share) * remembered + np.sqrt(share) * normals[0, 1]
    )


def _shaped(scores: FloatArray, shape: FloatArray) -> FloatArray:
    """Return the quantiles *shape* at standard normal *scores*, the tails in line."""
    last = NORMAL_KNOTS[-1]
    beyond = np.maximum(np.abs(scores) / last, 1.0)
    return np.asarray(np.interp(scores, NORMAL_KNOTS, shape) * beyond)


def _slot_factors(
    stream: np.random.Generator, noise: QueueNoise, mean: FloatArray, some: IntArray
) -> FloatArray:
    """Return ``[i, 64]`` the factors of mean 1 at the intervals *some* of the grid.

    A normal number squared keeps them positive. What the counts vary beyond Poisson
    is a factor as well, of variance ``(dispersion - 1) / mean``.
    """
    own = (noise.dispersion - 1.0) / mean[some, None]
    normals = stream.standard_normal((1 + int(some[-1] - some[0]), 2, BLOCK))
    level, decay = normals[:, 0], noise.decay_per_slot
    if noise.slot_variance > 0:
        for slot in range(1, len(level)):
            level[slot] *= np.sqrt(1.0 - decay**2)
            level[slot] += decay * level[slot - 1]
    normals = normals[some - some[0]]
    deviation = np.sqrt(noise.slot_variance) * normals[:, 0]
    deviation += np.sqrt(own) * normals[:, 1]
    variance = noise.slot_variance + own
    return np.asarray((1.0 + deviation / 2.0) ** 2 / (1.0 + variance / 4.0))


def poisson_quantile(rate: FloatArray, scores: FloatArray) -> FloatArray:
    """Return Poisson counts of *rate* at the quantiles of normal *scores*.

    Growing in both. Exact below a rate of 12; above, by a Cornish-Fisher expansion to
    the third order (off by one in about 1 % of the draws).
    """
    root = np.sqrt(rate)
    third = (scores - scores**3) / (72.0 * np.maximum(root, 1.0))
    counts = rate + root * scores + (scores**2 - 1.0) / 6.0 + third
    counts = np.maximum(np.ceil(counts - 0.5), 0.0)
    small = rate < SMALL_RATE
    counts[small] = _small_quantile(rate[small], scores[small])
    return np.asarray(counts)


def _small_quantile(rate: FloatArray, scores: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    above = ndtr(-scores)  # the upper tail keeps its digits
    counts = np.zeros_like(rate)
    active = np.arange(rate.size)
    mass = np.exp(-rate)
    tail = -np.expm1(-rate)  # P(X > 0)
    for number in range(1, MAX_SMALL_COUNT):
        more = tail > above[active]
        active, mass, tail = active[more], mass[more], tail[more]
        if not active.size:
            break
        counts[active] = number
        mass = mass * rate[active] / number
        tail = tail - mass
    return counts


def forecast_noise(queues: Sequence[QueuePaths]) -> ForecastNoise:
    """Return the noise of *queues* together, their day factors correlated."""
    noises = [queue.noise for queue in queues]
    loadings = common_factors(noises, [queue.queue_id for queue in queues])
    return ForecastNoise(queues=tuple(queues), loadings=loadings)


def common_factors(
    noises: Sequence[QueueNoise], queue_ids: Sequence[str]
) -> FloatArray:
    """Return the loadings ``[q, f]`` that make the queues' day factors correlate.

    Correlations are those of the day ratios of the history, shrunk (see
    :func:`forecasting.covariance.shrunk_correlation`) and freed of the counting noise
    that weakens them. Queues without a measured factor load on nothing.
    """
    measured = [
        q
        for q, noise in enumerate(noises)
        if not noise.is_assumed and noise.day_variance[1] > 0
    ]
    loadings = np.zeros((len(noises), min(MAX_FACTORS, len(measured))))
    if len(measured) < 2:
        return loadings[:, :0]
    measured.sort(key=lambda q: queue_ids[q])  # whatever order they came in
    scores = day_scores([noises[q] for q in measured])
    correlation, _ = shrunk_correlation(scores)
    signal = np.sqrt([noises[q].day_variance[1] for q in measured])
    observed = np.sqrt((scores**2).mean(axis=0))
    # A factor that is mostly noise tells little of its kin.
    freed = np.clip(observed / signal, 1.0, MAX_FREED)
    correlation = correlation * np.outer(freed, freed)
    correlation = np.clip(correlation, -MAX_CORRELATION, MAX_CORRELATION)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    top = np.argsort(values)[::-1][: loadings.shape[1]]
    rows = vectors[:, top] * np.sqrt(np.maximum(values[top], 0.0))
    length = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    loadings[measured] = rows / np.maximum(length, 1.0)
    return loadings
