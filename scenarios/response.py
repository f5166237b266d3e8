"""How cost and service of a scenario answer to what is uncertain, from solved points.

The chain (requirement, fast staffing, service, invoices) is run along a ray on which
all volumes are multiplied by one factor, and at a few values of each other uncertainty
by itself. In between, an uncertainty that changes the hours needed counts as the volume
that needs as many hours; what is left between that and its own solved points (contacts
that cost without taking hours, prices, exchange rates) multiplies the cost. So the
response is exact at every point solved, and how good it is elsewhere is measured
against the chain itself (:mod:`scenarios.chain_risk`). An expansion about one point by
single inputs, after Rabitz and Alis 1999, Journal of Mathematical Chemistry 25,
197-233.

Axes: ``n`` solved point, ``i`` future, ``t`` month.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.draws import Draws
from scenarios.risk import OptionOutcome
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

_LEAST_STEP = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Values *y* ``[n, t]`` at rising *x* ``[n]``, in straight lines and beyond."""

    x: FloatArray
    y: FloatArray

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y) or (np.diff(self.x) <= 0).any():
            msg = f"a curve needs rising x, one per value, got {self.x}"
            raise ValueError(msg)

    def at(self, x: FloatArray) -> FloatArray:
        """Return the values ``[i, t]`` at *x* ``[i, t]``."""
        if len(self.x) == 1:
            return np.broadcast_to(self.y[0], x.shape).astype(np.float64)
        low = np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)
        months = np.arange(x.shape[1])
        below, above = self.y[low, months], self.y[low + 1, months]
        along = (x - self.x[low]) / (self.x[low + 1] - self.x[low])
        values: FloatArray = below + along * (above - below)
        return values

    def inverse(self, y: FloatArray) -> FloatArray:
        """Return where the curve, which rises, reaches *y* ``[i, t]``."""
        found = np.empty(y.shape)
        for t in range(y.shape[1]):
            steps = np.maximum(np.diff(self.y[:, t]), _LEAST_STEP)
            rising = self.y[0, t] + np.concatenate(([0.0], np.cumsum(steps)))
            turned = Curve(x=rising, y=self.x[:, None])
            found[:, t] = turned.at(y[:, t : t + 1])[:, 0]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one uncertainty does: curves over its value.

    *hours* needed over the base's; *cost* by price, over the cost of a volume that
    needs as many hours; *slack* beyond that of such a volume.
    """

    name: str
    hours: Curve | None = None
    cost: Mapping[str, Curve]
    slack: Curve | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An option of :func:`scenarios.risk.compare_risk` that answers as the chain does.

    Attributes
    ----------
    volumes
        Uncertainties that multiply every volume.
    yearly
        Uncertainties whose value is a factor per year: month t has it to the power of
        t / 12; all others hold from the first month on.
    hours, cost, slack
        Along the ray of volumes: hours needed, minor units of the report's currency by
        price, and how far service is above its floors.
    """

    name: str
    volumes: tuple[str, ...]
    yearly: frozenset[str]
    hours: Curve
    cost: Mapping[str, Curve]
    slack: Curve
    effects: tuple[Effect, ...]

    @property
    def num_months(self) -> int:
        """Number of months."""
        return int(self.hours.y.shape[1])

    def outcome(self, draws: Draws) -> OptionOutcome:
        """Return cost and service of every future."""
        return self.at(monthly(draws, self.yearly, self.num_months))

    def at(self, values: Mapping[str, FloatArray]) -> OptionOutcome:
        """Return cost and service where uncertainties take *values* ``[i, t]``."""
        volume = self.volume_alike(values)
        cost = np.zeros(volume.shape, dtype=np.int64)
        for price, curve in self.cost.items():
            amount = curve.at(volume)
            for effect in self.effects:
                if price in effect.cost:
                    amount *= effect.cost[price].at(values[effect.name])
            cost += _whole(amount)
        slack = self.slack.at(volume)
        for effect in self.effects:
            if effect.slack is not None:
                slack += effect.slack.at(values[effect.name])
        met: BoolArray = slack >= -_LEAST_STEP
        return OptionOutcome(cost_minor=cost, service_met=met)

    def volume_alike(self, values: Mapping[str, FloatArray]) -> FloatArray:
        """Return the factor on volumes that needs as many hours as *values* do."""
        shape = next(iter(values.values())).shape
        volume = np.ones(shape)
        for name in self.volumes:
            volume = volume * values[name]
        moving = [effect for effect in self.effects if effect.hours is not None]
        if not moving:
            return volume
        hours = self.hours.at(volume)
        for effect in moving:
            if effect.hours is not None:
                hours = hours * effect.hours.at(values[effect.name])
        return self.hours.inverse(hours)

    def beyond_fraction(self, draws: Draws) -> float:
        """Return the share of futures and months beyond the volumes solved."""
        volume = self.volume_alike(monthly(draws, self.yearly, self.num_months))
        ends = self.hours.x[0], self.hours.x[-1]
        return float(((volume < ends[0]) | (volume > ends[1])).mean())


def monthly(
    draws: Draws, yearly: frozenset[str], num_months: int
) -> dict[str, FloatArray]:
    """Return every uncertainty by month ``[i, t]``."""
    years = np.arange(num_months) / 12
    return {
        name: (
            value[:, None] ** years
            if name in yearly
            else np.repeat(value[:, None], num_months, axis=1)
        )
        for name, value in draws.values.items()
    }


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return *above* over *below*, 1 where there is nothing below."""
    return np.divide(above, below, out=np.ones_like(above), where=below != 0.0)


def _whole(amount: FloatArray) -> IntArray:
    return np.rint(amount).astype(np.int64)
