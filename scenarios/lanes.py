"""Lanes: sites, vendors and self-service, what each does in a month and its price."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from scenarios.activity import MonthActivity
from scenarios.fast_staffing import StaffedWeek
from scenarios.month_need import MonthNeed
from scenarios.months import Month
from scenarios.roster_response import BANDS_PER_DAY
from wfm.domain.arrays import FloatArray

SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Who does a part of the work, and by which prices.

    Attributes
    ----------
    site_id
        The site whose people work in the lane; ``None`` for self-service.
    price
        Name of the contract or cost model.
    self_service
        Queues whose self-service belongs to the lane.
    attrition_per_year
        Share of the people who leave within a year; those who leave are replaced.
    leave_share
        Paid leave, a share of paid hours; rosters of typical weeks hold none.
    first_contact_resolution
        Share of contacts settled at once; the queues' own repeats where ``None``.
    language_skills
        Queues that require one of them earn the language premium.
    kpis
        Results that nothing here computes (``csat``, ...), as inputs.
    away_heads, hours_when_away
        People on the payroll who can't work (the site is down), and the hours that each
        is paid for in a month all the same.
    """

    lane_id: str
    site_id: str | None = None
    price: str = ""
    self_service: tuple[str, ...] = ()
    attrition_per_year: float = 0.0
    leave_share: float = 0.0
    first_contact_resolution: float | None = None
    language_skills: frozenset[str] = frozenset()
    kpis: Mapping[str, float] = field(default_factory=dict)
    away_heads: int = 0
    hours_when_away: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedMonth:
    """A month's need, its week staffed fast, and the service that it gives.

    *service_levels* ``[q]``; *site_heads* and *site_holidays* are people and public
    holidays that cost a premium, by site id.
    """

    need: MonthNeed
    week: StaffedWeek
    service_levels: FloatArray
    site_ids: tuple[str, ...]
    site_heads: Mapping[str, int]
    site_holidays: Mapping[str, int]

    @property
    def month(self) -> Month:
        """The month."""
        return self.need.month

    def site_contacts(self, site_id: str) -> FloatArray:
        """Return contacts ``[q]`` handled at a site: its share of the hours covered."""
        s = self.site_ids.index(site_id)
        days = self.need.band_days
        asked = self.need.required @ days
        given = self.week.covered[:, s, :] @ days
        share = np.divide(given, asked, out=np.zeros_like(given), where=asked > 0.0)
        return np.asarray(self.need.month_contacts * share)


def month_activity(
    lane: Lane, staffed: StaffedMonth, heads_before: float | None
) -> MonthActivity:
    """Return what *lane* does in the month.

    Parameters
    ----------
    heads_before
        Its people in the month before; ``None`` in the first month.
    """
    if lane.site_id is None:
        return _self_service(lane, staffed)
    site, need = lane.site_id, staffed.need
    s = staffed.site_ids.index(site)
    contacts = staffed.site_contacts(site)
    handle_s = float(contacts @ need.mean_aht_s)
    total = float(contacts.sum())
    resolved = total * _resolution(lane, need, contacts)
    gross = _mean_gross_up(need, contacts)
    days = need.band_days
    work = float((staffed.week.work[:, s] @ days).sum())
    paid_bands = staffed.week.paid[:, s].sum(axis=0) * days / (1.0 - lane.leave_share)
    paid = float(paid_bands.sum()) + lane.away_heads * lane.hours_when_away
    heads = float(staffed.site_heads.get(site, 0)) + lane.away_heads
    leavers = heads * (1.0 - (1.0 - lane.attrition_per_year) ** (1.0 / 12.0))
    grown = heads - (heads if heads_before is None else heads_before)
    return MonthActivity(
        lane_id=lane.lane_id,
        month=need.month,
        contacts=total,
        resolved_contacts=resolved,
        forecast_contacts=total,
        handle_minutes=handle_s / 60.0,
        productive_hours=work / gross,
        logged_hours=float(paid_bands.sum()) * (1.0 - lane.leave_share) / gross,
        paid_hours=paid,
        premium_hours=_premium_hours(lane, staffed, s, paid_bands),
        heads=heads,
        hires=leavers + max(grown, 0.0),
        leavers=leavers + max(-grown, 0.0),
        kpis=_kpis(lane, staffed, contacts, handle_s, resolved),
    )


def _self_service(lane: Lane, staffed: StaffedMonth) -> MonthActivity:
    known = staffed.need.self_service
    done = [known[name] for name in lane.self_service if name in known]
    attempts = sum(attempted for attempted, _ in done)
    settled = sum(resolved for _, resolved in done)
    return MonthActivity(
        lane_id=lane.lane_id,
        month=staffed.month,
        contacts=settled,
        resolved_contacts=settled,
        attempts=attempts,
        forecast_contacts=settled,
        kpis=dict(lane.kpis),
    )


def _resolution(lane: Lane, need: MonthNeed, contacts: FloatArray) -> float:
    if lane.first_contact_resolution is not None:
        return lane.first_contact_resolution
    repeats = np.array(
        [
            queue.drivers.repeats.rate if queue.drivers.repeats is not None else 0.0
            for queue in need.queues
        ]
    )
    total = float(contacts.sum())
    return 1.0 - float(contacts @ repeats) / total if total else 1.0


def _mean_gross_up(need: MonthNeed, contacts: FloatArray) -> float:
    work = contacts * need.mean_aht_s
    if work.sum() <= 0.0:
        return float(need.gross_up.mean()) if len(need.gross_up) else 1.0
    return float(work @ need.gross_up / work.sum())


def _premium_hours(
    lane: Lane, staffed: StaffedMonth, s: int, paid_bands: FloatArray
) -> dict[str, float]:
    """Return paid hours by premium; a band's weekday is the planner's."""
    need, week = staffed.need, staffed.week
    night = float((week.night[:, s] @ need.band_days).sum()) / (1.0 - lane.leave_share)
    sunday = paid_bands[SUNDAY * BANDS_PER_DAY : (SUNDAY + 1) * BANDS_PER_DAY]
    free = staffed.site_holidays.get(staffed.site_ids[s], 0) / need.month.num_days
    hours = {
        "night": night,
        "sunday": float(sunday.sum()),
        "holiday": float(paid_bands.sum()) * free,
    }
    if lane.language_skills:
        speaks = np.array(
            [
                any(need_.skill in lane.language_skills for need_ in queue.requires)
                for queue in need.queues
            ]
        )
        covered = week.covered[:, s] @ need.band_days
        total = float(covered.sum())
        part = float(covered[speaks].sum()) / total if total else 0.0
        hours["language"] = float(paid_bands.sum()) * part
    return hours


def _kpis(
    lane: Lane,
    staffed: StaffedMonth,
    contacts: FloatArray,
    handle_s: float,
    resolved: float,
) -> dict[str, float]:
    total = float(contacts.sum())
    if not total:
        return dict(lane.kpis)
    own = {
        "service_level": float(contacts @ staffed.service_levels) / total,
        "aht_s": handle_s / total,
        "fcr": resolved / total,
    }
    return {**own, **lane.kpis}
