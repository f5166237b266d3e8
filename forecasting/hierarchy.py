"""Forecasts of queues and of their sums made to agree, never below zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Queue

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Queues and what they add up to: channel within market, market, all.

    *names* ``[n]`` begins with the queues in their order; ``summing [n, q]`` is 1
    where a queue belongs to a node. A node with the same queues as an earlier one is
    left out: it would count their forecast twice.
    """

    names: tuple[str, ...]
    summing: FloatArray

    @classmethod
    def of(cls, queues: Sequence[Queue]) -> "Hierarchy":
        """Return the hierarchy of *queues*; a market is a country, else a zone."""
        markets = [queue.country or queue.zone for queue in queues]
        channels = [
            f"{market}/{queue.channel}"
            for market, queue in zip(markets, queues, strict=True)
        ]
        nodes = {queue.queue_id: {q} for q, queue in enumerate(queues)}
        for labels in (channels, markets, [ALL] * len(queues)):
            for label in dict.fromkeys(labels):
                members = {q for q, own in enumerate(labels) if own == label}
                if members not in nodes.values() and label not in nodes:
                    nodes[label] = members
        summing = np.zeros((len(nodes), len(queues)))
        for row, members in enumerate(nodes.values()):
            summing[row, sorted(members)] = 1.0
        return cls(names=tuple(nodes), summing=summing)

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Return the queue ids of every node, as totals take them."""
        queue_ids = self.names[: self.summing.shape[1]]
        return {
            name: tuple(q for q, held in zip(queue_ids, row, strict=True) if held)
            for name, row in zip(self.names, self.summing, strict=True)
        }

    def only(self, nodes: BoolArray) -> "Hierarchy":
        """Return the hierarchy of the chosen *nodes* ``[n]``, all queues among them."""
        names = [name for name, kept in zip(self.names, nodes, strict=True) if kept]
        return Hierarchy(names=tuple(names), summing=self.summing[nodes])


def reconcile(
    hierarchy: Hierarchy, base: FloatArray, covariance: FloatArray
) -> FloatArray:
    r"""Return ``[q]`` contacts per queue whose sums come closest to all forecasts.

    .. math:: \min_{b \ge 0}\; (\hat y - S b)^\top W^{-1} (\hat y - S b)

    Without the bound this is MinT, the minimum-variance unbiased reconciliation
    (Wickramasuriya, Athanasopoulos & Hyndman 2019, doi:10.1080/01621459.2018.1448825);
    with it, its non-negative form (Wickramasuriya, Turlach & Hyndman 2020,
    doi:10.1007/s11222-020-09930-0). A queue that is forecast as 0 stays 0.

    Parameters
    ----------
    base
        ``[n]`` forecasts of all nodes, made apart from each other.
    covariance
        ``[n, n]`` of their errors, in contacts squared.
    """
    num_queues = hierarchy.summing.shape[1]
    result = np.zeros(num_queues)
    alive = base[:num_queues] > 0
    summing = hierarchy.summing[:, alive]
    some = (summing > 0).any(axis=1) & (np.diag(covariance) > 0)
    if not alive.any():
        return result
    root = np.linalg.cholesky(covariance[np.ix_(some, some)])
    weighted = np.linalg.solve(root, summing[some])
    target = np.linalg.solve(root, base[some])
    bottom, *_ = np.linalg.lstsq(weighted, target, rcond=None)
    if (bottom < 0).any():
        from scipy.optimize import nnls

        bottom, _ = nnls(weighted, target)
    result[alive] = bottom
    return result


def error_covariance(variance: FloatArray, correlation: FloatArray) -> FloatArray:
    """Return ``[n, n]`` from *variance* ``[n]`` and the errors' *correlation*."""
    deviation = np.sqrt(variance)
    return np.asarray(correlation * np.outer(deviation, deviation))
