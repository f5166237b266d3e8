"""Public nurse-rostering instances, solved by the rules and the search of the package.

    python benchmarks/nrp.py FILE --seconds S --workers W --out SOLUTION

Reads the text format of the shift-scheduling benchmarks by Curtois and Qu
(schedulingbenchmarks.org), says it in rules and terms, and solves it. SOLUTION gets one
row per employee: a shift id or nothing per day, comma-separated. The result is scored
again by a checker written from the format's description alone. The last line of the
output is JSON with objective and bound; compiling is timed apart.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.nrp_check import judge
from benchmarks.nrp_problem import instance_of, rows_of, rules_of, terms_of
from benchmarks.nrp_text import Given, read
from solver.build import build_rules
from solver.outcome import OnProgress, Outcome, Progress, Solved, SolveLimits


def compile_apart() -> float:
    """Compile the search on a tiny problem; return the seconds that took."""
    from solver import warm

    began = time.perf_counter()
    warm.warm()
    return time.perf_counter() - began


def solved(given: Given, limits: SolveLimits, tell: OnProgress) -> Outcome:
    """Solve an instance by the rules and the search of the package."""
    from solver.search import solve

    rules = build_rules(rules_of(given), given.staff)
    return solve(instance_of(given), rules, terms_of(given), limits, tell)


def judged(text: str, given: Given, outcome: Outcome, out: Path) -> dict[str, object]:
    """Write the roster, and return what the checker says of it."""
    if not isinstance(outcome, Solved):
        nothing = {"objective": None, "bound": None, "optimal": False}
        return nothing | {"violations": [type(outcome).__name__]}
    rows = rows_of(given, outcome.roster)
    lines = [",".join(rows[name]) for name in given.staff]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    written = out.read_text(encoding="utf-8").splitlines()
    objective, broken = judge(text, [line.split(",") for line in written])
    if objective != outcome.objective:
        broken.append(f"the search says {outcome.objective}")
    return {
        "objective": objective,
        "bound": outcome.bound,
        "optimal": outcome.stop_reason == "optimal",
        "violations": broken,
    }


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Solve one file, write the roster, print what became of it."""
    given_by = asked()
    compile_s = compile_apart()
    began, cpu = time.perf_counter(), cpu_s()
    text = given_by.file.read_text(encoding="utf-8")
    given = read(text)

    def tell(now: Progress) -> None:
        if not given_by.quiet:
            wall = time.perf_counter() - began
            what = f"{now.phase:14} {now.objective} {now.bound}"
            print(f"{wall:7.2f} s {what}", flush=True)

    limits = SolveLimits(
        max_time_s=given_by.seconds - (time.perf_counter() - began),
        num_workers=given_by.workers,
        seed=given_by.seed,
    )
    outcome = solved(given, limits, tell)
    wall = time.perf_counter() - began
    result: dict[str, object] = {
        "instance": given_by.file.stem,
        **judged(text, given, outcome, given_by.out),
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu_s() - cpu, 2),
        "peak_mb": round(peak_mb()),
        "compile_s": round(compile_s, 2),
    }
    print(json.dumps(result))
    return 0 if result["violations"] == [] else 1


def cpu_s() -> float:
    """Return the processor time of this process and of its children."""
    return sum(
        use.ru_utime + use.ru_stime
        for use in map(
            resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
    )


def peak_mb() -> float:
    """Return the most memory that this process and its largest child have held."""
    return sum(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


if __name__ == "__main__":
    sys.exit(main())
