"""Vendor-mix questions: a large one of realistic make, and small random ones."""

import numpy as np

from scenarios.months import Month
from scenarios.vendor_mix import (
    Band,
    HandOver,
    Lane,
    MixProblem,
    Segment,
    ShareLimit,
    TierPrices,
)

LANGUAGES = ("en", "es", "ja", "ko", "zh", "de", "fr", "pt", "pl", "it")


def lane(lane_id: str, segments: int, months: int, **terms) -> Lane:
    """Return a plain lane that may serve everything at no charge."""
    plain = {
        "hours_per_contact": np.ones(segments),
        "eligible": np.ones(segments, dtype=bool),
        "contact_price": np.zeros((segments, months)),
    }
    return Lane(lane_id=lane_id, **(plain | terms))


def large(
    *,
    queues: int = 10,
    vendors: int = 6,
    months: int = 24,
    bands: int = 6,
    seed: int = 7,
    hand_over: bool = True,
) -> MixProblem:
    """Return growing, seasonal demand and lanes with every kind of term.

    One site that is open, one that is not, vendors with incremental or all-units
    tiers, minimum bills, committed units, ramps, capacities by band.
    """
    rng = np.random.default_rng(seed)
    names = [f"q{i}" for i in range(queues)]
    day = tuple(Band(name=f"b{b}", length_hours=24 / bands) for b in range(bands))
    segments = tuple(
        Segment(queue=q, language=LANGUAGES[i % 10], band=band.name)
        for i, q in enumerate(names)
        for band in day
    )
    size = rng.uniform(1500, 9000, queues)
    shape = rng.dirichlet(np.full(bands, 4.0), queues)
    trend = 1.01 ** np.arange(months)
    season = 1 + 0.15 * np.sin(2 * np.pi * np.arange(months) / 12)
    demand = np.rint((size[:, None] * shape).reshape(-1, 1) * trend * season)
    handle = np.repeat(rng.uniform(0.1, 0.35, queues), bands)
    lanes = tuple(
        _large_lane(v, vendors, segments, demand, handle, rng) for v in range(vendors)
    )
    vendor_ids = [x.lane_id for x in lanes[2:]]
    return MixProblem(
        start=Month(2027, 1),
        currency="USD",
        segments=segments,
        demand=demand,
        lanes=lanes,
        bands=day,
        annual_discount_rate=0.09,
        share_limits=(
            ShareLimit(
                name="own sites", lanes=frozenset({"site0"}), least_fraction=0.15
            ),
            *(
                ShareLimit(name=v, lanes=frozenset({v}), most_fraction=0.45)
                for v in vendor_ids
            ),
        ),
        service_targets=dict.fromkeys(names, 0.8),
        hand_overs=tuple(
            HandOver(queue=q, overlap_hours=0.5) for q in names if hand_over
        ),
    )


def _large_lane(v, vendors, segments, demand, handle, rng) -> Lane:
    num, months = demand.shape
    hours = handle * rng.uniform(1.15, 1.5)
    whole = float((demand * hours[:, None]).sum(axis=0).mean())
    bands = len({segment.band for segment in segments})
    is_site = v < 2
    eligible = np.ones(num, dtype=bool)
    if v not in (0, vendors - 1):
        lacking = rng.choice(len(LANGUAGES), 3, replace=False)
        spoken = {LANGUAGES[i] for i in lacking}
        eligible = np.array([s.language not in spoken for s in segments])
    rate = rng.uniform(2600, 3600) if is_site else rng.uniform(1500, 2600)
    price = np.zeros((num, months))
    night = np.array([s.band in {"b0", "b5"} for s in segments])
    price += (night * rate * hours * 0.2)[:, None]
    share = 1.2 if v == 0 else rng.uniform(0.35, 0.6)
    steps = (0.0, 0.12 * whole, 0.25 * whole, 0.4 * whole)
    falls = (1.0, 0.94, 0.9, 0.85)
    tiers = TierPrices(
        from_units=(0.0,) if is_site else tuple(float(round(x)) for x in steps),
        prices=(rate,) if is_site else tuple(round(rate * f, 2) for f in falls),
        kind="all_units" if v % 2 else "incremental",
    )
    return lane(
        f"site{v}" if is_site else f"vendor{v}",
        num,
        months,
        hours_per_contact=hours,
        eligible=eligible,
        contact_price=np.rint(price),
        unit="hour",
        tiers=tiers,
        capacity_hours=np.full((bands, months), share * whole / bands * 1.8),
        monthly_minor=1_500_000 if is_site else 300_000,
        opening_minor=0 if v == 0 else 8_000_000,
        closing_minor=0 if v == 0 else 3_000_000,
        is_optional=v != 0,
        open_before=v in (0, 2),
        term_months=0 if v == 0 else 6,
        minimum_minor=0 if is_site else round(0.05 * whole * rate),
        max_rise_hours=0.15 * whole,
        max_fall_hours=0.15 * whole,
        hours_before=None,
        service_level=np.full(num, rng.uniform(0.76, 0.9) if v else 0.86),
    )


def one_queue(demand: np.ndarray, lanes: tuple[Lane, ...], **terms) -> MixProblem:
    """Return a question with one queue in one band; *demand* is ``[1, t]``."""
    return MixProblem(
        start=Month(2027, 1),
        currency="USD",
        segments=(Segment(queue="q"),),
        demand=demand,
        lanes=lanes,
        **terms,
    )
