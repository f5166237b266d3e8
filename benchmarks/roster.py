"""Follow-the-sun weeks of 200, 1,000 and 5,000 people: tours, names, gap, and a judge.

    python benchmarks/roster.py 200 --seconds 150 --seeds 1 2 3
    python benchmarks/roster.py 5000 --seconds 300            # all ten seeds
    python benchmarks/roster.py 1000 --gap 0.4 --log runs.jsonl
    python benchmarks/roster.py table --log runs.jsonl

Every roster is written as a file and judged by ``roster_check.py``, which shares no
code with the planner. The gap is (cost with penalties - bound) / bound; the bound is
that of the relaxation over all tours whose starts lie within two hours, breaks
relaxed, and holds for whole breaks too. Compiling is done before the clock starts and
timed apart. CPU counts both processes, and so does memory. ``--log`` gathers the runs
of several calls, of which ``table`` prints medians and the worst.
"""

import argparse
import csv
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

# Other benchmarks bear the names of packages that are wanted here.
HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)
sys.path.append(str(HERE))

import roster_check
import roster_fts
from roster_table import logged, table

from solver.outcome import Progress, SolveLimits
from solver.tours.plan import plan_tours
from solver.tours.result import TourPlan
from solver.tours.warm import warm


def write(plan: TourPlan, path: Path) -> None:
    """Write the plan's tours as named people."""
    with path.open("w", newline="") as sink:
        rows = csv.writer(sink)
        rows.writerow(["agent", "region", "contract", "start_slot", "break_slots"])
        for number, tour in enumerate(plan.tours, start=1):
            agent = f"{tour.region_id}-{number:05d}"
            for shift in tour.shifts:
                breaks = (at - roster_fts.BEFORE for at in shift.break_idx)
                rows.writerow(
                    [
                        agent,
                        tour.region_id,
                        tour.contract_id,
                        shift.start_idx - roster_fts.BEFORE,
                        " ".join(map(str, breaks)),
                    ]
                )


def show(progress: Progress) -> None:
    """Print a line of the search to the error stream."""
    gap = (progress.objective or 0) / max(1, progress.bound or 1) - 1
    print(
        f"  {progress.wall_s:6.1f} s  {progress.phase:16} {100 * gap:8.3f} %",
        file=sys.stderr,
    )


def cpu_s() -> float:
    """Return CPU seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def run(heads: int, seed: int, options: argparse.Namespace) -> dict[str, object]:
    """Plan one week and return what the judge says."""
    required = roster_fts.demand(heads, seed)
    start, cpu = time.perf_counter(), cpu_s()
    plan = plan_tours(
        roster_fts.instance_of(required),
        SolveLimits(
            max_time_s=options.seconds, gap=options.gap / 100, seed=options.seed
        ),
        show if options.trace else None,
    )
    wall, used = time.perf_counter() - start, cpu_s() - cpu
    path = options.out / f"fts_{heads}_{seed}.csv"
    write(plan, path)
    verdict = roster_check.judge(path, required)
    memory = sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "heads": heads,
        "seed": seed,
        "gap_percent": round(100 * (verdict.objective / plan.bound - 1), 4),
        "objective": verdict.objective,
        "objective_agrees": verdict.objective == plan.objective,
        "bound": plan.bound,
        "missing_percent": round(100 * verdict.missing_share, 4),
        "below_floor": verdict.below_floor,
        "faults": len(verdict.faults),
        "people": verdict.heads,
        "wall_s": round(wall, 1),
        "cpu_s": round(used, 1),
        "first_plan_s": round(plan.first_plan_s or -1.0, 1),
        "memory_mb": round(memory / 1024),
        "stop": plan.stop_reason,
    }


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("heads", choices=("200", "1000", "5000", "table"))
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--gap", type=float, default=0.0, help="stop at, in percent")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--seed", type=int, default=1, help="seed of the search")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--log", type=Path, default=None, help="JSON lines, appended")
    parser.add_argument("--trace", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Run the weeks and print one line each, then medians and the worst."""
    options = arguments()
    if options.heads == "table":
        print(table(logged(options.log)))
        return
    options.out = options.out or Path(tempfile.mkdtemp(prefix="fts-"))
    start = time.perf_counter()
    warm()
    print(f"compiled in {time.perf_counter() - start:.1f} s", file=sys.stderr)
    found = []
    for seed in options.seeds:
        found.append(run(int(options.heads), seed, options))
        print(json.dumps(found[-1]), flush=True)
        if options.log is not None:
            with options.log.open("a") as sink:
                sink.write(json.dumps(found[-1]) + "\n")
    print(table(found))


if __name__ == "__main__":
    main()
