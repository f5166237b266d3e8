"""Hiring problems of the literature, as questions to the capacity plan."""

import numpy as np

from scenarios.capacity import (
    CapacityProblem,
    Layoffs,
    Need,
    Outsourcing,
    Overtime,
    Pool,
    Recruiting,
    ShortTime,
    TenureCurve,
    Training,
    Transfer,
)
from scenarios.months import Month

START = Month(2026, 8)


def technicians(
    *, needs, heads, quit_share, hours, trainer_hours, wage, trainee, is_whole=True
) -> CapacityProblem:
    """Return one pool with a month of training, in whole currency units.

    *heads* is the stock of the first month; attrition strikes between months.
    """
    months = len(needs)
    pool = Pool(
        pool_id="technicians",
        site="plant",
        serves=frozenset({"work"}),
        heads_before=(heads / (1 - quit_share),),
        hours_per_head=np.full(months, float(hours)),
        wage_minor=np.full(months, float(wage)),
        tenure=TenureCurve(attrition=(quit_share,), productivity=(1.0,)),
        training=Training(months=1, wage_minor=trainee, trainer_hours=trainer_hours),
        recruiting=Recruiting(is_whole=is_whole),
    )
    need = Need(need_id="work", hours=np.array(needs, dtype=float))
    return CapacityProblem(
        start=START, currency="USD", num_months=months, pools=(pool,), needs=(need,)
    )


def csl(*, is_whole: bool) -> CapacityProblem:
    """Winston, Operations Research: Applications and Algorithms: CSL."""
    return technicians(
        needs=(6000, 7000, 8000, 9500, 11000),
        heads=50,
        quit_share=0.05,
        hours=160,
        trainer_hours=50,
        wage=2000,
        trainee=1000,
        is_whole=is_whole,
    )


def south_central(*, is_whole: bool) -> CapacityProblem:
    """Render, Stair and Hanna, Quantitative Analysis: South Central Utilities."""
    return technicians(
        needs=(40000, 45000, 35000, 50000, 45000),
        heads=350,
        quit_share=0.05,
        hours=130,
        trainer_hours=90,
        wage=2000,
        trainee=900,
        is_whole=is_whole,
    )


WILLIAMS_LEVELS = ("unskilled", "semi", "skilled")


def williams(*, aim: str) -> CapacityProblem:
    """H.P. Williams, Model Building in Mathematical Programming, 12.5: manpower.

    *aim* is ``"redundancies"`` or ``"cost"``. A month of the plan is a year there, an
    hour a year's work. Those recruited lose 25, 20, 10 % within their first year.
    """
    veterans = (0.10, 0.05, 0.05)
    costly = aim == "cost"
    pools = tuple(
        Pool(
            pool_id=level,
            site="firm",
            serves=frozenset({level}),
            heads_before=(float((2000, 1500, 1000)[i]),),
            hours_per_head=np.ones(3),
            wage_minor=np.zeros(3),
            tenure=TenureCurve(attrition=(veterans[i],), productivity=(1.0,)),
            training=Training(months=0, loss_fraction=(0.25, 0.20, 0.10)[i]),
            recruiting=Recruiting(max_hires=(500, 800, 500)[i], is_whole=False),
            layoffs=Layoffs(severance_minor=(200, 500, 500)[i] if costly else 1),
            short_time=ShortTime(
                output_fraction=0.5,
                minor_per_head=(500, 400, 400)[i] if costly else 0,
                max_heads=50,
            ),
            idle_minor=(1500, 2000, 3000)[i] if costly else 0,
        )
        for i, level in enumerate(WILLIAMS_LEVELS)
    )
    hours = ((1000, 500, 0), (1400, 2000, 2500), (1000, 1500, 2000))
    up = [
        Transfer(
            source="unskilled",
            target="semi",
            loss_fraction=0.05,
            max_heads=200,
            cost_minor=400 if costly else 0,
        ),
        Transfer(
            source="semi",
            target="skilled",
            loss_fraction=0.05,
            max_fraction_of_target=0.25,
            cost_minor=500 if costly else 0,
        ),
    ]
    down = [
        Transfer(source=a, target=b, loss_fraction=0.5)
        for a, b in (
            ("semi", "unskilled"),
            ("skilled", "unskilled"),
            ("skilled", "semi"),
        )
    ]
    return CapacityProblem(
        start=Month(2027, 1),
        currency="GBP",
        num_months=3,
        pools=pools,
        needs=tuple(
            Need(need_id=level, hours=np.array(hours[i], dtype=float))
            for i, level in enumerate(WILLIAMS_LEVELS)
        ),
        transfers=(*up, *down),
        max_idle_hours=150.0,
    )


def two_sites(*, months: int = 18, missing_minor: float | None = 9000.0):
    """Return growing needs in two languages, served from two sites in every way.

    A site with a bilingual pool, ramps over four months, classes of 6 to 12, overtime,
    a vendor, retraining and limited seats.
    """
    tenure = TenureCurve(
        attrition=(0.06, 0.05, 0.04, 0.02),
        productivity=(0.5, 0.75, 0.9, 1.0),
        aht_factor=(1.3, 1.15, 1.05, 1.0),
        quality=(0.66, 0.7, 0.74, 0.78),
    )

    def pool(pool_id, site, serves, heads, wage):
        return Pool(
            pool_id=pool_id,
            site=site,
            serves=frozenset(serves),
            heads_before=(0.0, 2.0, 3.0, float(heads)),
            hours_per_head=np.full(months, 118.0),
            wage_minor=np.full(months, float(wage)),
            tenure=tenure,
            training=Training(
                months=1,
                wage_minor=round(0.8 * wage),
                trainer_hours=12.0,
                loss_fraction=0.1,
                max_trainees=24,
            ),
            recruiting=Recruiting(
                lead_months=2,
                hire_minor=90_000,
                class_size=(6, 12),
                class_minor=150_000,
            ),
            layoffs=Layoffs(severance_minor=2 * wage, max_heads=4),
            overtime=Overtime(minor_per_hour=wage / 118 * 1.5, max_fraction=0.08),
            least_quality=0.72,
        )

    price = missing_minor
    growth = 1 + 0.02 * np.arange(months)
    season = 1 + 0.12 * np.sin(2 * np.pi * (np.arange(months) + 3) / 12)
    return CapacityProblem(
        start=Month(2027, 1),
        currency="USD",
        num_months=months,
        pools=(
            pool("manila en", "manila", ("en",), 60, 140_000),
            pool("manila en ja", "manila", ("en", "ja"), 14, 260_000),
            pool("fukuoka ja", "fukuoka", ("ja",), 22, 380_000),
        ),
        needs=(
            Need(need_id="en", hours=7600 * growth * season, missing_minor=price),
            Need(need_id="ja", hours=3300 * growth, missing_minor=price),
        ),
        transfers=(
            Transfer(
                source="manila en",
                target="manila en ja",
                months=3,
                loss_fraction=0.1,
                cost_minor=250_000,
                max_heads=3,
                to_band=2,
            ),
        ),
        vendors=(
            Outsourcing(
                vendor_id="vendor",
                serves=frozenset({"en"}),
                minor_per_hour=1900.0,
                max_hours=np.full(months, 900.0),
                max_rise_hours=300.0,
            ),
        ),
        site_seats={"manila": np.full(months, 118.0)},
        annual_discount_rate=0.08,
    )
