"""Hiring problems of the literature, as questions to the capacity plan."""

import numpy as np

from scenarios.capacity import (
    CapacityProblem,
    Layoffs,
    Need,
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
