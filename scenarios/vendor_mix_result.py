"""The vendor mix as an answer: who serves what, what is paid, what binds."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from scenarios.conflict import LimitsInConflict
from scenarios.months import Month
from scenarios.vendor_mix import Lane, MixProblem
from wfm.domain.arrays import BoolArray, FloatArray

SERVED_CONTACTS = 1e-6  # less is the solver's rounding
_EDGE_FRACTION = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBill:
    """What one lane costs in one month, each amount in whole minor units."""

    lane_id: str
    month: Month
    units: float
    usage_minor: int
    top_up_minor: int
    fixed_minor: int
    one_off_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return (
            self.usage_minor + self.top_up_minor + self.fixed_minor + self.one_off_minor
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """A limit that binds, and what it costs.

    Attributes
    ----------
    months
        In which months it binds.
    worth_minor
        Net present minor units saved by one unit more of it in every month (an hour of
        capacity, a contact of a share), by the duals of the linear programme with
        openings and tiers kept; ``nan`` where they are not known.
    saving_minor
        Net present minor units saved if the limit were gone and everything free to
        change, by solving again; ``None`` where that was not asked. Where a solution
        was only proven to a gap, so is this.
    """

    name: str
    months: tuple[Month, ...]
    worth_minor: float
    saving_minor: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MixFound:
    """The least costly mix found, and how much cheaper one could be at most.

    Attributes
    ----------
    contacts
        ``[v, g, t]``, v counts the problem's lanes.
    overlap_hours
        Hours of hand-over by lane, band and month ``[v, b, t]``.
    is_open
        ``[v, t]``.
    npv_minor, bound_minor
        Net present cost, recomputed from the bills; nothing costs less than the bound.
    marginal_minor
        What one contact more of a segment would cost, present value ``[g, t]``, with
        openings and tiers kept.
    """

    problem: MixProblem
    contacts: FloatArray
    overlap_hours: FloatArray
    is_open: BoolArray
    bills: tuple[LaneBill, ...]
    npv_minor: float
    bound_minor: float
    is_optimal: bool
    binding: tuple[LimitUse, ...]
    marginal_minor: FloatArray

    @property
    def gap_fraction(self) -> float:
        """(cost - bound) / cost."""
        least = max(abs(self.npv_minor), 1.0)
        return max(0.0, self.npv_minor - self.bound_minor) / least

    @property
    def total_minor(self) -> int:
        """Undiscounted sum of the bills."""
        return sum(bill.total_minor for bill in self.bills)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the mix, a row per month, segment and lane that serves it."""
        problem, rows = self.problem, []
        for t, g, v in np.argwhere(self.contacts.T > SERVED_CONTACTS).tolist():
            segment, lane = problem.segments[g], problem.lanes[v]
            contacts = float(self.contacts[v, g, t])
            rows.append(
                {
                    "month": str(problem.months[t]),
                    "queue": segment.queue,
                    "language": segment.language,
                    "band": segment.band,
                    "lane": lane.lane_id,
                    "contacts": contacts,
                    "hours": contacts * float(lane.hours_per_contact[g]),
                    "share": contacts / float(problem.demand[g, t]),
                }
            )
        return rows

    def bill_rows(self) -> list[dict[str, Any]]:
        """Return the bills as rows."""
        return [
            {
                "month": str(bill.month),
                "lane": bill.lane_id,
                "units": bill.units,
                "usage_minor": bill.usage_minor,
                "top_up_minor": bill.top_up_minor,
                "fixed_minor": bill.fixed_minor,
                "one_off_minor": bill.one_off_minor,
                "total_minor": bill.total_minor,
                "currency": self.problem.currency,
            }
            for bill in self.bills
        ]

    def limit_rows(self) -> list[dict[str, Any]]:
        """Return what binds and what it costs, the dearest first."""
        return [
            {
                "limit": use.name,
                "months_binding": len(use.months),
                "first": str(use.months[0]) if use.months else "",
                "last": str(use.months[-1]) if use.months else "",
                "worth_per_unit_minor": use.worth_minor,
                "saving_if_gone_minor": use.saving_minor,
            }
            for use in self.binding
        ]


class MixInfeasible(LimitsInConflict):
    """No mix keeps all limits."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MixNotFound:
    """The time ran out with nothing in hand and nothing proven."""


MixOutcome: TypeAlias = MixFound | MixInfeasible | MixNotFound


def lane_bills(
    problem: MixProblem,
    contacts: FloatArray,
    overlap_hours: FloatArray,
    billed: FloatArray,
    is_open: BoolArray,
) -> tuple[LaneBill, ...]:
    """Return every bill of a mix, from the price lists alone.

    *billed* ``[v, t]`` says how many units are bought; never fewer than are used.
    """
    bills = []
    for v, lane in enumerate(problem.lanes):
        before = lane.open_before
        for t, month in enumerate(problem.months):
            now = bool(is_open[v, t])
            used = float(lane.units_per_contact() @ contacts[v, :, t])
            if lane.unit == "hour":
                used += float(overlap_hours[v, :, t].sum())
            units = _snapped(max(used, float(billed[v, t])), lane)
            priced = float(lane.contact_price[:, t] @ contacts[v, :, t])
            usage = round(priced + (lane.tiers.amount(units) if lane.tiers else 0.0))
            bills.append(
                LaneBill(
                    lane_id=lane.lane_id,
                    month=month,
                    units=units,
                    usage_minor=usage,
                    top_up_minor=max(0, lane.minimum_minor - usage) if now else 0,
                    fixed_minor=lane.monthly_minor if now else 0,
                    one_off_minor=_one_off(lane, before=before, now=now),
                )
            )
            before = now
    return tuple(bills)


def present_value(problem: MixProblem, bills: tuple[LaneBill, ...]) -> float:
    """Return the sum of the bills, each discounted by its month."""
    discount = dict(zip(problem.months, problem.discount().tolist(), strict=True))
    return float(sum(bill.total_minor * discount[bill.month] for bill in bills))


def _one_off(lane: Lane, *, before: bool, now: bool) -> int:
    if before == now:
        return 0
    return lane.opening_minor if now else lane.closing_minor


def _snapped(units: float, lane: Lane) -> float:
    """Return *units*, at a tier's edge if the solver stopped a hair before it."""
    for edge in lane.tiers.from_units if lane.tiers else ():
        if abs(units - edge) <= _EDGE_FRACTION * max(1.0, edge):
            return edge
    return units
