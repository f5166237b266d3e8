"""The vendor mix as a question: demand, lanes with their prices, limits.

A *lane* is whoever can take contacts: a site, a vendor, a bot. Amounts are minor units
of one currency, converted beforehand; prices per unit may be fractions of one.
Axes: ``g`` segment of demand, ``t`` month, ``b`` time band.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from scenarios.months import Month, months_from
from wfm.domain.arrays import BoolArray, FloatArray, read_only

TierKind: TypeAlias = Literal["incremental", "all_units"]
Unit: TypeAlias = Literal["contact", "hour"]

_BELOW_FRACTION = 1e-5  # more than a solver's tolerance, less than anyone counts


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Segment:
    """Contacts of one queue and language in one band of the day."""

    queue: str
    language: str = ""
    band: str = ""

    def __str__(self) -> str:
        """Return what there is of queue, language and band."""
        return "/".join(part for part in (self.queue, self.language, self.band) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A time band of the day; bands follow one another in the order they are given."""

    name: str
    length_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPrices:
    """Price by units billed in a month: *from_units* rising from 0, a price each.

    ``incremental``: each price holds for the units inside its tier. ``all_units``: the
    tier reached prices all units, so that buying more than is used may cost less.
    """

    from_units: tuple[float, ...]
    prices: tuple[float, ...]
    kind: TierKind = "incremental"

    def __post_init__(self) -> None:
        rising = all(
            a < b for a, b in zip(self.from_units, self.from_units[1:], strict=False)
        )
        if (
            len(self.from_units) != len(self.prices)
            or self.from_units[:1] != (0,)
            or not rising
        ):
            msg = (
                "tiers need one price each and limits that rise from 0, got "
                f"{self.from_units} and {self.prices}"
            )
            raise ValueError(msg)
        if min(self.prices) < 0:
            msg = f"prices must be >= 0, got {self.prices}"
            raise ValueError(msg)

    def pieces(
        self, most_units: float
    ) -> tuple[tuple[float, float, float, float], ...]:
        """Return (from, to, fixed, price) of each tier: fixed + price x units.

        Where all units grow dearer at a tier's first unit, the tier before ends a hair
        below it.
        """
        pieces: list[tuple[float, float, float, float]] = []
        paid = 0.0
        ends = (*self.from_units[1:], max(most_units, self.from_units[-1]))
        for start, end, price in zip(self.from_units, ends, self.prices, strict=True):
            fixed = paid - price * start if self.kind == "incremental" else 0.0
            dearer = (
                len(pieces) + 1 < len(ends) and self.prices[len(pieces) + 1] > price
            )
            if self.kind == "all_units" and dearer:
                end -= _BELOW_FRACTION * max(1.0, end)
            pieces.append((start, end, fixed, price))
            paid += price * (end - start)
        return tuple(pieces)

    def amount(self, units: float) -> float:
        """Return what *units* cost, in minor units, before rounding."""
        return float(self.amounts(np.array([units]))[0])

    def amounts(self, units: FloatArray) -> FloatArray:
        """Return what each of many numbers of units costs, before rounding."""
        reached = np.searchsorted(self.from_units, units, side="right") - 1
        prices, starts = np.array(self.prices), np.array(self.from_units)
        if self.kind == "all_units":
            priced: FloatArray = units * prices[reached]
            return priced
        below = np.concatenate([[0.0], np.cumsum(np.diff(starts) * prices[:-1])])
        paid: FloatArray = below[reached] + (units - starts[reached]) * prices[reached]
        return paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Who may take contacts, what they charge, and what limits them.

    Attributes
    ----------
    hours_per_contact
        Paid or billed hours that one contact of a segment takes here ``[g]``.
    eligible
        Whether the lane may serve a segment (skill, language, licence) ``[g]``.
    contact_price
        Minor units per contact ``[g, t]``, on top of *tiers*.
    unit, tiers
        What the bill counts, and its prices; ``None`` bills contacts only.
    max_units
        Most units that can be billed in a month, bought but unused ones included.
    monthly_minor, opening_minor, closing_minor
        Fixed amount of each month in which the lane is open; once when it opens
        (transition) and when it closes (exit fee). A lane *open_before* needs no
        opening.
    is_optional
        Whether the lane may stay or become closed. *term_months* is how long it must
        stay open once opened.
    minimum_minor
        Take-or-pay: least bill of an open month.
    minimum_units
        Commitment: least units billed in an open month, used or not.
    capacity_hours
        By band ``[b, t]``, hand-over hours included; ``None`` is no limit.
    max_rise_hours, max_fall_hours, hours_before
        Ramp: by how much the month's hours may change; hours of the month before.
    minimum_contacts
        A segment is served with at least so many contacts a month or not at all
        ``[g]``: below, service can't be held with so few agents.
    service_level
        Share answered in time that the lane has shown or promised ``[g]``.
    region
        Lanes of one region need no hand-over among themselves; default the lane's id.
    """

    lane_id: str
    hours_per_contact: FloatArray
    eligible: BoolArray
    contact_price: FloatArray
    unit: Unit = "contact"
    tiers: TierPrices | None = None
    max_units: float = np.inf
    monthly_minor: int = 0
    opening_minor: int = 0
    closing_minor: int = 0
    is_optional: bool = False
    open_before: bool = True
    term_months: int = 0
    minimum_minor: int = 0
    minimum_units: float = 0.0
    capacity_hours: FloatArray | None = None
    max_rise_hours: float = np.inf
    max_fall_hours: float = np.inf
    hours_before: float | None = None
    minimum_contacts: FloatArray | None = None
    service_level: FloatArray | None = None
    region: str = ""

    @property
    def hand_over_region(self) -> str:
        """The region, by default the lane itself."""
        return self.region or self.lane_id

    def units_per_contact(self) -> FloatArray:
        """Return billed units of one contact ``[g]``."""
        if self.unit == "hour":
            return self.hours_per_contact
        return np.ones_like(self.hours_per_contact)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLimit:
    """The *lanes* together take *least* to *most* of the month's contacts.

    *queues* narrows it to the contacts of some queues; empty is all.
    """

    name: str
    lanes: frozenset[str]
    least_fraction: float = 0.0
    most_fraction: float = 1.0
    queues: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.least_fraction <= self.most_fraction <= 1:
            msg = (
                "share limits need 0 <= least <= most <= 1, got "
                f"{self.least_fraction} and {self.most_fraction}"
            )
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Regions that hand a queue over work *overlap_hours* side by side.

    Where the queue's load falls from one band to the next, agents of regions that take
    over begin early, in hours of the band before; where it rises, agents of regions
    that leave stay on, in hours of the band after. The hours count against capacity
    and are billed where hours are billed. Bands follow one another in the problem's
    order; *around_the_clock* the first follows the last.
    """

    queue: str
    overlap_hours: float
    around_the_clock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MixProblem:
    """What is asked: serve *demand* at least net present cost under the limits.

    Attributes
    ----------
    demand
        Contacts by segment and month ``[g, t]``.
    annual_discount_rate
        Costs of month t (0, 1, ...) are divided by ``(1 + rate) ** (t / 12)``: the
        first month is not discounted.
    service_targets
        Queue -> share answered in time, as the mean over lanes by contacts.
    """

    start: Month
    currency: str
    segments: tuple[Segment, ...]
    demand: FloatArray
    lanes: tuple[Lane, ...]
    bands: tuple[Band, ...] = (Band(name="", length_hours=24.0),)
    annual_discount_rate: float = 0.0
    share_limits: tuple[ShareLimit, ...] = ()
    service_targets: Mapping[str, float] = field(default_factory=dict)
    hand_overs: tuple[HandOver, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.segments), self.num_months)
        object.__setattr__(self, "demand", read_only(self.demand, shape=shape))
        self._check_names()
        for lane in self.lanes:
            self._check_lane(lane)

    def _check_names(self) -> None:
        bands = {band.name for band in self.bands}
        lanes = [lane.lane_id for lane in self.lanes]
        strange = {s.band for s in self.segments} - bands
        strange |= {x for limit in self.share_limits for x in limit.lanes} - set(lanes)
        queues = {segment.queue for segment in self.segments}
        strange |= set(self.service_targets) - queues
        strange |= {hand_over.queue for hand_over in self.hand_overs} - queues
        if strange:
            msg = f"unknown names: {', '.join(sorted(strange))}"
            raise ValueError(msg)
        for names in (lanes, self.segments, [band.name for band in self.bands]):
            if len(set(names)) != len(names):
                msg = f"names must differ, got {[str(name) for name in names]}"
                raise ValueError(msg)

    def _check_lane(self, lane: Lane) -> None:
        num, months = len(self.segments), self.num_months
        shapes = {
            "hours_per_contact": (num,),
            "eligible": (num,),
            "contact_price": (num, months),
            "capacity_hours": (len(self.bands), months),
            "minimum_contacts": (num,),
            "service_level": (num,),
        }
        for name, shape in shapes.items():
            array = getattr(lane, name)
            if array is not None and array.shape != shape:
                msg = (
                    f"{lane.lane_id}: {name} has shape {array.shape}, expected {shape}"
                )
                raise ValueError(msg)
        measured = {
            s.queue for s, may in zip(self.segments, lane.eligible, strict=True) if may
        }
        if lane.service_level is None and measured & set(self.service_targets):
            msg = f"{lane.lane_id}: a queue has a service target, the lane no level"
            raise ValueError(msg)
        if lane.minimum_units > lane.max_units:
            msg = (
                f"{lane.lane_id}: minimum of {lane.minimum_units} units a month above "
                f"the most there can be, {lane.max_units}"
            )
            raise ValueError(msg)

    @property
    def num_months(self) -> int:
        """Months planned."""
        return int(np.shape(self.demand)[1])

    @property
    def months(self) -> tuple[Month, ...]:
        """The months planned."""
        return months_from(self.start, self.num_months)

    def discount(self) -> FloatArray:
        """Return the factor of each month's costs ``[t]``."""
        return (1 + self.annual_discount_rate) ** (-np.arange(self.num_months) / 12)

    def segments_of(self, queue: str, band: str) -> list[int]:
        """Return the indices of the segments of a queue in a band."""
        return [
            g
            for g, segment in enumerate(self.segments)
            if segment.queue == queue and segment.band == band
        ]
