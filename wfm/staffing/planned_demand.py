"""What a queue is staffed for: the forecast's mean, a quantile, or a safe rate."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue, VolumeForecast
from wfm.staffing.uncertainty import rate_cv, rate_quantile

_QUANTILES = {"p75": 0.75, "p90": 0.90}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDemand:
    """How planned contacts relate to expected ones.

    Attributes
    ----------
    factor
        ``[t]`` planned over expected contacts.
    cv
        Coefficient of variation of the rate.
    remark
        What was planned on, empty for the mean.
    """

    factor: FloatArray
    cv: float
    remark: str


def planned_demand(queue: Queue, forecast: VolumeForecast) -> PlannedDemand:
    """Return what *queue* is staffed for.

    ``p75`` and ``p90`` are the forecast's own quantiles, counting noise included.
    ``sl_probability`` takes the rate that is not passed with the queue's probability,
    counting noise left to the waiting model, so that the service level is met with that
    probability; the rate's variation is the queue's own, else the forecast's
    (:func:`wfm.staffing.uncertainty.rate_cv`). A queue that the forecast does not have,
    because other queues feed it, is planned on its mean.
    """
    flat = np.ones(forecast.grid.num_intervals)
    choice = queue.staffing
    if choice.plan_on == "mean":
        return PlannedDemand(factor=flat, cv=0.0, remark="")
    if choice.plan_on in _QUANTILES:
        return _on_quantile(queue, forecast, _QUANTILES[choice.plan_on])
    cv = choice.rate_cv
    if cv is None:
        cv = _forecast_cv(queue, forecast)
    if choice.plan_on == "expected_sl":
        remark = f"service level expected over rates that vary by {cv:.1%} (cv)"
        return PlannedDemand(factor=flat, cv=cv, remark=remark)
    factor = rate_quantile(cv, choice.probability)
    remark = (
        f"planned on {factor - 1.0:+.1%} contacts, so that the service level is met "
        f"with probability {choice.probability:.0%} (rates vary by {cv:.1%})"
    )
    return PlannedDemand(factor=flat * factor, cv=0.0, remark=remark)


def _forecast_cv(queue: Queue, forecast: VolumeForecast) -> float:
    if queue.queue_id not in forecast.queue_ids:
        return 0.0
    q = forecast.queue_ids.index(queue.queue_id)
    return rate_cv(forecast.mean[q], forecast.quantiles[q], forecast.levels)


def _on_quantile(
    queue: Queue, forecast: VolumeForecast, probability: float
) -> PlannedDemand:
    mean = np.zeros(forecast.grid.num_intervals)
    at = mean
    if queue.queue_id in forecast.queue_ids:
        q = forecast.queue_ids.index(queue.queue_id)
        mean = forecast.mean[q]
        at = quantile(forecast.quantiles[q], forecast.levels, probability)
    factor = np.divide(at, mean, out=np.ones_like(mean), where=mean > 0.0)
    more = float(at.sum() / mean.sum()) - 1.0 if mean.any() else 0.0
    remark = f"planned on the forecast's p{probability * 100:.0f}: {more:+.1%} contacts"
    return PlannedDemand(factor=factor, cv=0.0, remark=remark)


def quantile(
    quantiles: FloatArray, levels: tuple[float, ...], probability: float
) -> FloatArray:
    """Return the quantile ``[t]`` at *probability*, never below 0.

    Between two *levels* and beyond the last it goes along a normal's scale; a forecast
    of one level has that one only.
    """
    if len(levels) == 1:
        only: FloatArray = quantiles[0]
        return only
    normal = NormalDist()
    upper = int(np.clip(np.searchsorted(levels, probability), 1, len(levels) - 1))
    low, high = (normal.inv_cdf(levels[i]) for i in (upper - 1, upper))
    share = (normal.inv_cdf(probability) - low) / (high - low)
    between = quantiles[upper - 1] + share * (quantiles[upper] - quantiles[upper - 1])
    positive: FloatArray = np.maximum(between, 0.0)
    return positive
