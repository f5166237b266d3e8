"""The model that did best lately: mostly the mixture, else the one that beats it."""

from dataclasses import dataclass
from operator import truediv

import numpy as np

from forecasting.model import FORECASTERS, Fitted, QueueHistory
from forecasting.select import Rehearsal, rehearse
from wfm.domain.arrays import FloatArray

CLEARLY = 0.97
TINY = 1e-300  # a mixture without errors


@FORECASTERS.add("best")
@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The mixture of ``ensemble``, or a single model that is clearly better.

    A single model wins if its WAPE in the test, averaged over the leads, is at least
    3 % below the mixture's. The difference between a good mixture and its best member
    is mostly luck, so less does not count.
    """

    candidates: tuple[str, ...] | None = None

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the best model for *history*."""
        rehearsal = rehearse(history, self.candidates)
        return rehearsal.mixture(best_weights(rehearsal))


def best_weights(rehearsal: Rehearsal) -> FloatArray:
    """Return the mixture's weights ``[g, m]``, or all for one clear winner."""
    weights = rehearsal.weights()
    if not rehearsal.was_tested:
        return weights
    mixed = [max(wape, TINY) for wape in rehearsal.mixed_wape(weights).tolist()]
    relative = {
        m: sum(map(truediv, wapes, mixed)) / len(mixed)
        for m, (wapes, shares) in enumerate(
            zip(rehearsal.wape.T.tolist(), weights.T.tolist(), strict=True)
        )
        if any(shares)
    }
    best = min(relative, key=relative.__getitem__)
    if relative[best] > CLEARLY:
        return weights
    single = np.zeros_like(weights)
    single[:, best] = 1.0
    return single
