"""How long sourcing decisions take: vendor mix, capacity plan, risk.

``python benchmarks/scenario_decisions.py [--only mix|capacity|risk] [--max-time S]``.
CPU seconds of this process beside wall seconds; one thread per programme. The mix has
every kind of term at once: 10 queues, 6 lanes, 24 months, 6 bands, tiers of both kinds,
minimum bills, ramps, terms, shares, service targets, hand-overs.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.capacity_cases import two_sites
from support.vendor_cases import large

from scenarios import distributions as dist
from scenarios.capacity_plan import CapacityPlan, plan_capacity
from scenarios.capacity_stress import Stress, stress
from scenarios.draws import Uncertainties, draw
from scenarios.mip_solve import MipLimits
from scenarios.risk import compare_risk
from scenarios.risk_lanes import RiskLane, SourcingOption, service_curve
from scenarios.vendor_mix import TierPrices
from scenarios.vendor_mix_choice import choose_mix
from scenarios.vendor_mix_result import MixFound

MONTHS = 24


def timed(run: Callable[[], object]) -> tuple[object, str]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return result, f"{cpu:7.1f} s CPU {wall:7.1f} s wall"


def mix(max_time_s: float) -> None:
    for label, problem in (
        ("10 queues x 6 lanes x 24 months x 6 bands", large()),
        ("the same without hand-overs", large(hand_over=False)),
    ):
        run = lambda p=problem: choose_mix(p, MipLimits(max_time_s=max_time_s))  # noqa: E731 - timed below
        found, took = timed(run)
        gap = f"{found.gap_fraction:.3%}" if isinstance(found, MixFound) else "nothing"
        print(f"vendor mix, {label:<44}{took}  gap {gap}")


def capacity(max_time_s: float) -> None:
    problem = two_sites(months=MONTHS)
    plan, took = timed(lambda: plan_capacity(problem, MipLimits(max_time_s=max_time_s)))
    assert isinstance(plan, CapacityPlan)
    gap = f"{plan.gap_fraction:.3%}"
    print(f"{'capacity plan, 3 pools x 24 months':<56}{took}  gap {gap}")
    _, took = timed(lambda: stress(plan, Stress(), num_paths=10_000, seed=1))
    print(f"{'stress test of it, 10,000 paths':<56}{took}")


def option(name: str, share: float) -> SourcingOption:
    contacts = np.full(MONTHS, 50_000.0)
    hours = share * contacts * 0.12 * 1.15
    site = RiskLane(
        lane_id="site",
        share=np.full(MONTHS, share),
        hours_per_contact=0.12,
        billed="head",
        heads=np.ceil(hours / 118),
        planned_hours=np.ceil(hours / 118) * 118,
        tiers=TierPrices(from_units=(0,), prices=(350_000.0,)),
        overtime_minor=4500.0,
        max_overtime_fraction=0.08,
        wage_share=1.0,
        yearly_attrition=0.35,
        replacement_minor=500_000,
        curve=service_curve(
            np.linspace(20, 60, 48),
            1.12 * np.linspace(20, 60, 48),
            aht_s=430,
            answer_within_s=20,
            patience_s=180,
        ),
    )
    vendor = RiskLane(
        lane_id="vendor",
        share=np.full(MONTHS, 1 - share),
        hours_per_contact=0.13,
        billed="contact",
        tiers=TierPrices(
            from_units=(0, 15_000, 30_000),
            prices=(520.0, 480.0, 430.0),
            kind="all_units",
        ),
        minimum_minor=4_000_000,
        fx="fx",
        service_level=0.82,
    )
    return SourcingOption(
        name=name,
        contacts=contacts,
        lanes=(site, vendor),
        drivers={
            "volume": "volume",
            "handle_time": "aht",
            "absence": "absence",
            "attrition": "attrition",
            "wage": "wage",
            "containment": "containment",
        },
        absence_fraction=0.08,
        service_target=0.8,
    )


def risk(num_draws: int = 10_000) -> None:
    one = dist.LogNormal(mean=1, cv=0.1)
    names = ("volume", "aht", "absence", "attrition", "fx")
    inputs = Uncertainties(
        distributions=dict.fromkeys(names, one)
        | {
            "wage": dist.Triangular(low=0.98, mode=1.03, high=1.12),
            "containment": dist.Pert(low=0.0, mode=0.05, high=0.2),
        },
        rank_correlation={("volume", "aht"): 0.2, ("wage", "fx"): -0.3},
    )
    options = [option(f"{share:.0%} own", share) for share in (0.9, 0.7, 0.5, 0.3, 0.1)]
    compare_risk(options, draw(inputs, 10, seed=1), currency="USD")
    report, took = timed(
        lambda: compare_risk(options, draw(inputs, num_draws, seed=1), currency="USD")
    )
    label = f"{num_draws:,} draws x 5 options x {MONTHS} months"
    print(f"{'risk, ' + label:<56}{took}")
    for row in report.to_rows():
        p10, p50, p90 = (row[name] / 1e8 for name in ("p10", "p50", "p90"))
        met = row["service_probability"]
        print(
            f"   {row['name']:<9} P10/P50/P90 {p10:.2f}/{p50:.2f}/{p90:.2f} M, "
            f"P(SL met) {met:.2f}"
        )
    ratio = min(pair.variance_ratio for pair in report.differences)
    print(f"   variance of differences: at least {ratio:.1f} times less than unpaired")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("mix", "capacity", "risk"))
    parser.add_argument("--max-time", type=float, default=60.0)
    chosen = parser.parse_args()
    if chosen.only in (None, "risk"):
        risk()
    if chosen.only in (None, "capacity"):
        capacity(chosen.max_time)
    if chosen.only in (None, "mix"):
        mix(chosen.max_time)


if __name__ == "__main__":
    main()
