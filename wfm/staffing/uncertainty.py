r"""Demand whose rate is itself uncertain: a gamma-mixed Poisson process.

A day's rate is :math:`\Lambda = \lambda X`, X gamma with mean 1 and coefficient of
variation c (Jongbloed and Koole 2001, doi:10.1002/asmb.444). The service level that
customers meet weighs days by their contacts, :math:`E[X\,SL(\lambda X)]`: the mean of
SL under a gamma of shape :math:`1/c^2 + 1` and scale :math:`c^2`. Service is concave in
the rate where it matters, so the mean rate promises too much.
"""

from math import lgamma
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing import erlang
from wfm.staffing.inverse import least_integer, real_root

_NODES = 8
_REACH = 5.0
_FEWEST_CONTACTS = 2.0


def rate_cv(
    mean: FloatArray, quantiles: FloatArray, levels: tuple[float, ...]
) -> float:
    r"""Return the coefficient of variation of the rate behind a forecast of counts.

    The spread of the outermost quantiles, read as a normal's, gives each interval's
    variance; what exceeds the Poisson noise (the mean) is the rate's,
    :math:`c^2 = \sum (\sigma^2 - \lambda) / \sum \lambda^2`, over intervals of at least
    two contacts. 0 where the forecast has no spread, or no more than Poisson's.

    Parameters
    ----------
    mean
        ``[t]`` contacts.
    quantiles
        ``[l, t]`` at the ascending *levels*.
    """
    busy = mean >= _FEWEST_CONTACTS
    if len(levels) < 2 or not busy.any():
        return 0.0
    normal = NormalDist()
    width = normal.inv_cdf(levels[-1]) - normal.inv_cdf(levels[0])
    variance = ((quantiles[-1, busy] - quantiles[0, busy]) / width) ** 2
    excess = float((variance - mean[busy]).sum())
    return float(np.sqrt(max(excess, 0.0) / float((mean[busy] ** 2).sum())))


def rate_quantile(cv: float, probability: float) -> float:
    """Return the rate, in units of its mean, that is not passed with *probability*.

    Agents that meet a target at this rate meet it with that probability, because
    service falls with the rate.
    """
    if cv <= 0.0:
        return 1.0
    from scipy.special import gammaincinv

    return float(gammaincinv(1.0 / cv**2, probability)) * cv**2


def expected_service_level(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    answer_within_s: npt.ArrayLike,
    *,
    cv: float,
    patience_s: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Return the share of contacts answered in time when the rate is uncertain.

    Weighted by contacts, over gamma-distributed rates with the mean of the workload
    given. Eight Gauss-Legendre nodes on each side of, and across, the rates at which
    service falls, and either side of the mean, on the cube root of the rate, which is
    nearly normal (Wilson and Hilferty 1931, doi:10.1073/pnas.17.12.684); within 1e-3
    of the integral.

    Parameters
    ----------
    workload_erlangs, agents, aht_s, answer_within_s, patience_s
        As :func:`wfm.staffing.erlang.service_level`; they broadcast.
    cv
        Coefficient of variation of the rate; 0 is the plain service level.
    """
    arrays = np.broadcast_arrays(
        *(
            np.asarray(a, dtype=np.float64)
            for a in (workload_erlangs, agents, aht_s, answer_within_s, patience_s)
        )
    )
    shape = arrays[0].shape
    flat = [np.ravel(a) for a in arrays]
    if cv <= 0.0:
        level = erlang.service_level(*flat[:4], patience_s=flat[4])
    else:
        level = _mixed(*flat, cv=cv)
    result: FloatArray = np.asarray(level).reshape(shape)[()]
    return result


def _mixed(
    load: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    within_s: FloatArray,
    patience_s: FloatArray,
    *,
    cv: float,
) -> FloatArray:
    shape = 1.0 / cv**2 + 1.0
    ends = _panels(load, agents, aht_s, within_s, patience_s, shape=shape)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = 0.5 * np.diff(ends, axis=1)[:, :, None]
    root = (ends[:, :-1, None] + half * (nodes + 1.0)).reshape(len(load), -1)
    weight = (half * weights).reshape(root.shape) * _density(root, shape)
    level = erlang.service_level(
        load[:, None] * root**3,
        agents[:, None],
        aht_s[:, None],
        within_s[:, None],
        patience_s=patience_s[:, None],
    )
    mixed: FloatArray = (weight * level).sum(axis=1)
    return np.where(load > 0.0, np.clip(mixed, 0.0, 1.0), 1.0)


def _panels(
    load: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    within_s: FloatArray,
    patience_s: FloatArray,
    *,
    shape: float,
) -> FloatArray:
    """Return ends ``[i, 5]`` on the cube root of the rate, split where service falls.

    It falls between the rate that keeps all agents busy and the one at which those
    who give up bring the wait down to the threshold just in time, each give or take
    three standard deviations; without patience nobody is in time beyond the first.
    """
    middle, spread = _cube_root(shape)
    low, high = max(middle - _REACH * spread, 0.0), middle + _REACH * spread
    with np.errstate(all="ignore"):
        full = np.where(load > 0.0, agents / load, 1.0)
        width = np.where(load > 0.0, 3.0 / np.sqrt(load), 1.0)
        late = full * np.exp(np.minimum(within_s / patience_s, 50.0))
        late *= 1.0 + width * np.sqrt(np.minimum(aht_s / patience_s, 1.0))
    late = np.where(np.isinf(patience_s), full, late)
    early = full * np.clip(1.0 - width, 0.0, 1.0)
    last = np.where(np.isinf(patience_s), full, np.inf)
    ends = np.cbrt(np.stack((np.zeros_like(load), early, late, last), axis=1))
    ends = np.insert(ends, 1, np.minimum(middle, ends[:, -1]), axis=1)
    ends[:, 1:4].sort(axis=1)
    clipped: FloatArray = np.clip(ends, low, high)
    return clipped


def _cube_root(shape: float) -> tuple[float, float]:
    """Return mean and deviation of the cube root of the contact-weighted rate."""
    scale = (shape / (shape - 1.0)) ** (1 / 3)
    return scale * (1.0 - 1.0 / (9.0 * shape)), scale / (3.0 * np.sqrt(shape))


def _density(root: FloatArray, shape: float) -> FloatArray:
    """Return the density of the cube root of the contact-weighted rate."""
    rate = root**3
    log_density = (shape - 1.0) * (
        np.log(np.maximum(rate, 1e-300)) - rate + np.log(shape - 1.0)
    )
    log_density += np.log(shape - 1.0) - lgamma(shape)
    density: FloatArray = np.exp(log_density) * 3.0 * root**2
    return density


def agents_for_expected_level(
    workload_erlangs: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    *,
    answer_within_s: float,
    service_level_fraction: float,
    cv: float,
    patience_s: float = np.inf,
    integer: bool = True,
) -> FloatArray:
    """Return the fewest agents whose expected service level reaches the target.

    Expected as :func:`expected_service_level` weighs it. No load takes no agents.

    Raises
    ------
    ValueError
        If *service_level_fraction* is not in (0, 1).
    """
    if not 0.0 < service_level_fraction < 1.0:
        msg = f"service_level_fraction must be in (0, 1), got {service_level_fraction}"
        raise ValueError(msg)
    load, aht = np.broadcast_arrays(
        np.asarray(workload_erlangs, dtype=np.float64),
        np.asarray(aht_s, dtype=np.float64),
    )
    shape = load.shape
    busy = np.flatnonzero(np.ravel(load) > 0.0)
    loads, times = np.ravel(load)[busy], np.ravel(aht)[busy]

    def score(agents: FloatArray, rows: IntArray) -> FloatArray:
        level = expected_service_level(
            loads[rows],
            agents,
            times[rows],
            answer_within_s,
            cv=cv,
            patience_s=patience_s,
        )
        return level - service_level_fraction

    needed = least_integer(score, np.ceil(loads * (1.0 + cv) + np.sqrt(loads)))
    found = np.zeros(load.size)
    found[busy] = needed if integer else real_root(score, needed)
    result: FloatArray = found.reshape(shape)[()]
    return result
