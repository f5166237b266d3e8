"""Sourcing options priced in ten thousand futures at once.

The same terms as contracts have (tiers, minimum, currency, index), in arrays: an
invoice line by line for every draw would take hours. Amounts are rounded half to even
once per lane and month, so the same seed gives the same minor units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from scenarios.draws import Draws
from scenarios.risk import OptionOutcome
from scenarios.vendor_mix import TierPrices
from wfm.domain.arrays import FloatArray, IntArray

Billed: TypeAlias = Literal["contact", "hour", "head"]
Driver: TypeAlias = Literal[
    "volume", "containment", "handle_time", "absence", "attrition", "wage"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCurve:
    """Share answered in time by load over planned load, in straight lines."""

    load_ratio: FloatArray
    service_level: FloatArray

    def at(self, load_ratio: FloatArray) -> FloatArray:
        """Return the service level at each ratio."""
        level: FloatArray = np.interp(load_ratio, self.load_ratio, self.service_level)
        return level


def service_curve(
    workload_erlangs: FloatArray,
    agents: FloatArray,
    *,
    aht_s: float,
    answer_within_s: float,
    patience_s: float = np.inf,
    load_ratio: FloatArray | None = None,
) -> ServiceCurve:
    """Return how service of planned intervals ``[t]`` falls as load outgrows the plan.

    Erlang C or A in every interval at each ratio of true over planned load, weighted
    by load.
    """
    from wfm.staffing.erlang import service_level

    ratios = np.linspace(0.4, 2.0, 65) if load_ratio is None else load_ratio
    loads = ratios[:, None] * workload_erlangs
    levels = service_level(loads, agents, aht_s, answer_within_s, patience_s=patience_s)
    by_ratio = (levels * workload_erlangs).sum(axis=1) / workload_erlangs.sum()
    return ServiceCurve(load_ratio=ratios, service_level=by_ratio)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLane:
    """One lane's part of an option.

    Attributes
    ----------
    share
        Of the option's contacts ``[t]``.
    hours_per_contact
        Productive hours.
    billed, tiers
        What is paid for: contacts, productive hours worked, or heads on the payroll
        (whatever they do); and the price list.
    planned_hours
        Productive hours there will be ``[t]``; ``None``: the lane follows its load.
    heads
        On the payroll ``[t]``, where heads are paid.
    overtime_minor, max_overtime_fraction
        Price of an hour beyond *planned_hours*, and the most there can be.
    minimum_minor, fixed_minor
        Least bill of a month; amount on top ``[t]``.
    wage_share
        Share of price and fixed amount that follows wages (1 in-house, an index clause
        in between, 0 fixed prices).
    fx, fx_share
        Uncertainty that multiplies the amounts, as this lane's rate over the assumed
        one, and the share of it that the buyer bears.
    yearly_attrition, replacement_minor
        Leavers a year per head, and what replacing one costs.
    curve
        Service by load; ``None`` delivers *service_level* whatever comes.
    """

    lane_id: str
    share: FloatArray
    hours_per_contact: float
    billed: Billed
    tiers: TierPrices
    planned_hours: FloatArray | None = None
    heads: FloatArray | None = None
    overtime_minor: float = 0.0
    max_overtime_fraction: float = 0.0
    minimum_minor: int = 0
    fixed_minor: FloatArray | None = None
    wage_share: float = 0.0
    fx: str = ""
    fx_share: float = 1.0
    yearly_attrition: float = 0.0
    replacement_minor: int = 0
    curve: ServiceCurve | None = None
    service_level: float = 1.0

    def __post_init__(self) -> None:
        if self.billed == "head" and self.heads is None:
            msg = f"{self.lane_id}: heads are billed, but not given"
            raise ValueError(msg)
        if self.curve is not None and self.planned_hours is None:
            msg = f"{self.lane_id}: a service curve needs planned hours"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcingOption:
    """Lanes that together take all contacts.

    Attributes
    ----------
    contacts
        As planned ``[t]``, bots' share taken off.
    drivers
        Driver -> name of the uncertainty that multiplies it (1 is as planned):
        ``volume`` contacts, ``handle_time`` hours per contact, ``absence`` the share
        away (*absence_fraction* as planned), ``attrition`` leavers, ``wage`` the wage
        level; ``containment`` is added: the share of contacts that bots take beyond
        the plan.
    service_target
        A month meets it if the mean level over lanes, by contacts, does.
    """

    name: str
    contacts: FloatArray
    lanes: tuple[RiskLane, ...]
    drivers: Mapping[Driver, str] = field(default_factory=dict)
    absence_fraction: float = 0.0
    service_target: float | None = None

    def outcome(self, draws: Draws) -> OptionOutcome:
        """Return cost and service of every future ``[i, t]``."""
        contacts = self._contacts(draws)
        cost = np.zeros(contacts.shape, dtype=np.int64)
        level, served = np.zeros(contacts.shape), np.zeros(contacts.shape)
        for lane in self.lanes:
            taken = contacts * lane.share
            lane_cost, lane_level = self._lane(lane, taken, draws)
            cost += lane_cost
            level += lane_level * taken
            served += taken
        met = None
        if self.service_target is not None:
            met = level >= self.service_target * served
        return OptionOutcome(cost_minor=cost, service_met=met)

    def _driver(self, driver: Driver, draws: Draws, neutral: float = 1.0) -> FloatArray:
        name = self.drivers.get(driver)
        values = draws[name] if name else np.full(draws.num_draws, neutral)
        return values[:, None]

    def _contacts(self, draws: Draws) -> FloatArray:
        kept = 1 - self._driver("containment", draws, neutral=0.0)
        contacts = (
            self.contacts * self._driver("volume", draws) * np.clip(kept, 0, None)
        )
        return np.maximum(contacts, 0.0)

    def _lane(
        self, lane: RiskLane, taken: FloatArray, draws: Draws
    ) -> tuple[IntArray, FloatArray]:
        """Return whole minor units and service level ``[i, t]``."""
        handle = lane.hours_per_contact * self._driver("handle_time", draws)
        needed = taken * handle
        worked, overtime = self._hours(lane, needed, draws)
        wage = 1 + lane.wage_share * (self._driver("wage", draws) - 1)
        bill = lane.tiers.amounts(self._billed(lane, taken, worked)) * wage
        bill += overtime * lane.overtime_minor * wage
        bill = np.maximum(bill, lane.minimum_minor)
        if lane.fixed_minor is not None:
            bill += lane.fixed_minor * wage
        if lane.heads is not None:
            leavers = lane.heads * lane.yearly_attrition / 12
            bill += leavers * self._driver("attrition", draws) * lane.replacement_minor
        if lane.fx:
            bill *= 1 + lane.fx_share * (draws[lane.fx][:, None] - 1)
        return np.rint(bill).astype(np.int64), self._service(
            lane, needed, worked + overtime
        )

    def _hours(
        self, lane: RiskLane, needed: FloatArray, draws: Draws
    ) -> tuple[FloatArray, FloatArray]:
        """Return hours there are and hours of overtime ``[i, t]``."""
        if lane.planned_hours is None:
            return needed, np.zeros_like(needed)
        away = self.absence_fraction * self._driver("absence", draws)
        present = np.clip(1 - away, 0, None) / (1 - self.absence_fraction)
        there = lane.planned_hours * present
        short = np.maximum(needed - there, 0.0)
        return there, np.minimum(short, lane.max_overtime_fraction * there)

    def _billed(
        self, lane: RiskLane, taken: FloatArray, worked: FloatArray
    ) -> FloatArray:
        if lane.billed == "contact":
            return taken
        if lane.billed == "hour" or lane.heads is None:
            return worked
        return np.broadcast_to(lane.heads, taken.shape)

    def _service(
        self, lane: RiskLane, needed: FloatArray, there: FloatArray
    ) -> FloatArray:
        if lane.curve is None or lane.planned_hours is None:
            return np.full(needed.shape, lane.service_level)
        # the curve's ratio 1 is the planned load on the planned hours
        planned = self.contacts * lane.share * lane.hours_per_contact
        tighter = np.divide(
            lane.planned_hours, there, out=np.full(there.shape, np.inf), where=there > 0
        )
        load = np.divide(needed, planned, out=np.zeros_like(needed), where=planned > 0)
        return lane.curve.at(np.minimum(load * tighter, 1e9))
