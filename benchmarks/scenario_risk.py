"""Risk of the demo's scenarios: how long, and how far the response is off.

``python benchmarks/scenario_risk.py [--draws N] [--checks N] [--scenario NAME ...]``.
First the points that the chain is solved at, then the draws alone (cost and service of
every scenario, tornados and Sobol's indices left out and with them), then the futures
that were run through the chain itself. CPU seconds of this process beside wall seconds.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# benchmarks/forecasting.py bears the name of a package that is wanted here.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from scenarios.chain_risk import RiskSettings, study_risk
from scenarios.draws import Uncertainties, draw
from scenarios.risk import compare_risk
from scenarios.risk_study import RiskStudy, sensitivities
from wfm.io.scenario_file import ScenarioFile, read_scenarios
from wfm.io.templates import write_template

FIVE = ("in_house", "vendor_a", "vendor_b", "mix", "chatbot_30")


def timed(label: str, run: Callable[[], object]) -> object:
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{label:<58}{cpu:7.1f} s CPU {wall:7.1f} s wall", flush=True)
    return result


def solve(file: ScenarioFile, how: RiskSettings) -> RiskStudy:
    return study_risk(
        file.base,
        file.cases,
        file.months,
        file.inputs,
        file.rank_correlation,
        file.variants,
        settings=how,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--checks", type=int, default=3)
    parser.add_argument("--scenario", nargs="+", default=FIVE)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "demo"
        write_template(folder)
        file = read_scenarios(folder, only=given.scenario)
        how = RiskSettings(num_draws=given.draws, num_checks=given.checks)
        found = timed("points solved through the chain", lambda: solve(file, how))
    assert isinstance(found, RiskStudy)
    inputs = Uncertainties(
        distributions={one.name: one.distribution for one in file.inputs},
        rank_correlation=file.rank_correlation,
    )
    options = tuple(found.responses.values())
    count = (
        f"{given.draws:,} draws, {len(options)} scenarios, {len(file.months)} months"
    )
    timed(
        count,
        lambda: compare_risk(
            options, draw(inputs, given.draws, seed=1), currency=found.currency
        ),
    )
    timed(
        "tornados and Sobol's indices", lambda: sensitivities(options, inputs, 1, 0.0)
    )
    print(f"\n{'scenario':<14}{'future':<12}{'chain':>14}{'response':>14}{'off':>9}")
    for check in found.checks:
        chain, said = check.chain_minor / 100, check.response_minor / 100
        met = f"{check.chain_months_met} / {check.response_months_met} months in time"
        name = f"{check.scenario_id:<14}{check.future:<12}"
        print(f"{name}{chain:>14,.0f}{said:>14,.0f}{check.off_fraction:>9.3%}  {met}")
    print(f"largest error {found.largest_error:.3%}; beyond the points: {found.beyond}")


if __name__ == "__main__":
    main()
