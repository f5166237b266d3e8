"""Repair of a large week after absences, against a long re-solve at the same prices.

    python benchmarks/repair.py make DIR 1000     # a plan with a roster to mend
    python benchmarks/repair.py mend DIR          # one repair, timed
    python benchmarks/repair.py mend DIR 40       # ... of so many rounds of work
    python benchmarks/repair.py compare DIR 600   # and what long searches find instead

Five in a hundred shifts, drawn by seed, are lost to sickness: one row of the absence
table each. Every change counts, also the absent people's own others and moved breaks.
The long searches get CPU seconds, so that a busy machine does not favour the repair:
one goes on from the live roster as the repair does, the other solves the week anew
(``solver.solve``, all cores), both paying the same price for every change.
"""

import csv
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

# benchmarks/repair.py must not hide packages of the same names as its neighbours.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from solver.outcome import Infeasible, NotFound, Solved, SolveLimits
from solver.repair import RepairLimits, repair
from solver.search import solve
from solver.warm import warm
from wfm import api
from wfm.rosters.repairs import RepairRequest, RepairResult, repair_plan

SHARE, EURO, ROUNDS = 0.05, 1e5, 40


def absences(directory: Path, seed: int = 1) -> Path:
    """Write a table in which 5 % of the roster's shifts are lost, and return it."""
    with (directory / "out" / "roster.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        shifts = sorted({(row["agent_id"], row["date_local"]) for row in rows})
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(shifts), round(SHARE * len(shifts)), replace=False)
    path = directory / "absent.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["agent_id", "from_local", "to_local", "kind", "paid"])
        for i in sorted(chosen.tolist()):
            agent_id, day = shifts[i]
            writer.writerow([agent_id, day, day, "sick", "yes"])
    return path


def make(directory: Path, people: int, seconds: float) -> None:
    """Write a plan of about *people* people, and a roster for it."""
    from benchmarks.scaled_plan import scaled_plan
    from wfm.cli.app import app

    scaled_plan(directory, people)
    limit = ["--seconds", str(seconds)]
    app(["roster", str(directory), *limit], standalone_mode=False)


def mend(directory: Path, rounds: int | None = None) -> RepairResult:
    """Repair once, and print what it took and what it changed.

    With *rounds* the work is the same however busy the machine is.
    """
    limits = RepairLimits()
    if rounds is not None:
        limits = RepairLimits(max_time_s=1e6, rounds=rounds)
    path = absences(directory)
    wall, cpu = time.perf_counter(), time.process_time()
    result = repair_plan(
        api.load(directory),
        RepairRequest(absent=path, limits=limits),
    )
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    lost = len(result.absences.rows)
    kinds = Counter(change.difference.kind for change in result.changes)
    broken = Counter(v.rule for v in result.after.certificate.violations)
    print(f"people     {len(result.desk.instance.agents)}, shifts lost to {lost} rows")
    print(f"time       {wall:.1f} s wall, {cpu:.1f} s CPU")
    print(f"changes    {len(result.changes)}, {len(result.changes) / lost:.2f} a row")
    print(f"           {dict(kinds.most_common())}")
    before, after = result.repaired.before, result.repaired.after
    print(f"objective  {before.objective / EURO:,.0f} to {after.objective / EURO:,.0f}")
    print(f"violations {sum(broken.values())} {dict(broken)}")
    return result


def compare(directory: Path, seconds: float) -> None:
    """Repair, then let two long searches do what they can."""
    result = mend(directory, ROUNDS)
    own = result.repaired.after.objective
    instance, rules = result.case.instance, result.desk.problem.rules
    cpu = time.process_time()
    longer = repair(
        instance,
        rules,
        RepairLimits(max_time_s=100 * seconds),
        stop=lambda: time.process_time() - cpu > seconds,
    )
    tell("long repair", longer.after.objective, own)
    cpu = time.process_time()
    outcome = solve(
        instance,
        rules,
        limits=SolveLimits(max_time_s=seconds),
    )
    match outcome:
        case Solved():
            tell("solved anew", outcome.objective, own)
            tell("bound", outcome.bound, own)
        case Infeasible(best=best) | NotFound(best=best):
            print(f"solved anew: {type(outcome).__name__}, {best and best.objective}")
    print(f"           {time.process_time() - cpu:.0f} s CPU in the first process")


def tell(name: str, objective: int, own: int) -> None:
    """Print what another search found, and how far the repair is from it."""
    print(
        f"{name:11s}{objective / EURO:,.0f}, the repair is {own / objective - 1:+.3%}"
    )


if __name__ == "__main__":
    warm()
    mode, folder = sys.argv[1], Path(sys.argv[2])
    if mode == "make":
        make(folder, int(sys.argv[3]), float(sys.argv[4]) if sys.argv[4:] else 240.0)
    elif mode == "mend":
        mend(folder, int(sys.argv[3]) if sys.argv[3:] else None)
    else:
        compare(folder, float(sys.argv[3]))
