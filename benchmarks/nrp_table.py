"""All nurse-rostering instances one after the other, and what was asked beside it.

    python benchmarks/nrp_table.py [NUMBER ...] [--seconds S] [--generated] [--log FILE]

Each instance is a run of ``benchmarks/nrp.py``, by default for the time that was asked
for it. *--generated* adds drawn instances in the shapes of the public ones that are not
at hand. Gaps are against the best value published, where there is one, and against the
run's own bound. Runs in the log are not repeated.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.nrp_random import drawn, text_of


@dataclass(frozen=True)
class Asked:
    """Seconds, the best value published, and the greatest objective that will do."""

    seconds: float
    best: int
    most: float


ASKED = {
    1: Asked(10.0, 607, 607),
    2: Asked(10.0, 828, 828),
    3: Asked(10.0, 1001, 1001),
    4: Asked(10.0, 1716, 1716),
    5: Asked(60.0, 1143, 1143 * 1.003),
    6: Asked(60.0, 1950, 1950 * 1.003),
    7: Asked(60.0, 1056, 1056 * 1.012),
    8: Asked(300.0, 1300, 1300 * 1.15),
    9: Asked(300.0, 439, 439 * 1.01),
    10: Asked(300.0, 4631, 4631 * 1.03),
    13: Asked(600.0, 1348, 8706),
    16: Asked(600.0, 3225, 4342),
}
"""By number; the last two are to beat the published ejection chain."""
SHAPES = {
    11: (50, 4, 6),
    12: (60, 4, 10),
    14: (32, 6, 4),
    15: (45, 6, 6),
    17: (32, 8, 6),
    18: (22, 12, 3),
    19: (40, 12, 5),
    20: (50, 26, 6),
    21: (100, 26, 8),
    22: (50, 52, 10),
    23: (100, 52, 16),
    24: (150, 52, 32),
}
"""Staff, weeks and shifts of the public instances that are drawn instead."""
COLUMNS = (
    *("instance", "objective", "asked", "bound", "to best %", "to bound %"),
    *("wall s", "peak MB", "faults"),
)


def folder() -> Path:
    """Return where the public instances lie."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared"
    return Path(os.environ.get("WFM_SHARED", beside)) / "instances" / "nrp"


def run(file: Path, seconds: float, workers: int) -> dict[str, object]:
    """Solve one file by the benchmark's own command; return its last line."""
    script = Path(__file__).with_name("nrp.py")
    with tempfile.TemporaryDirectory() as scratch:
        told = subprocess.run(
            [
                *(sys.executable, str(script), str(file), "--quiet"),
                *("--seconds", str(seconds), "--workers", str(workers)),
                *("--out", str(Path(scratch) / "roster.csv")),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    lines = told.stdout.splitlines()
    if not lines:
        return {"instance": file.stem, "violations": [told.stderr[-500:]]}
    found: dict[str, object] = json.loads(lines[-1])
    return found


def row_of(found: dict[str, object], asked: Asked | None) -> list[str]:
    """Return the cells of a run."""
    value, bound = found.get("objective"), found.get("bound")
    faults = found.get("violations")
    return [
        str(found["instance"]),
        str(value),
        f"{asked.most:.0f}" if asked else "",
        str(bound),
        _percent(value, asked.best) if asked else "",
        _percent(value, bound),
        str(found.get("wall_s", "")),
        str(found.get("peak_mb", "")),
        str(len(faults) if isinstance(faults, list) else ""),
    ]


def _percent(value: object, other: object) -> str:
    """Return how far *value* is above *other*."""
    if not isinstance(value, int) or not isinstance(other, int) or other <= 0:
        return ""
    return f"{100 * (value - other) / other:.2f}"


def table(rows: list[list[str]]) -> str:
    """Return the runs as a Markdown table."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def logged(log: Path | None) -> dict[str, dict[str, object]]:
    """Return the runs of a log by instance."""
    if log is None or not log.exists():
        return {}
    found = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return {str(item["instance"]): item for item in found}


def asked_for() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", type=int, nargs="*")
    parser.add_argument("--seconds", type=float, help="in place of what was asked")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--generated", action="store_true")
    parser.add_argument("--log", type=Path)
    return parser.parse_args()


def files(given: argparse.Namespace, scratch: Path) -> list[tuple[Path, int]]:
    """Return the files to run with their numbers; what is drawn goes to *scratch*."""
    wanted = given.numbers or [*ASKED, *SHAPES]
    found = [(folder() / f"Instance{n}.txt", n) for n in wanted if n in ASKED]
    for n in wanted if given.generated else ():
        if n in SHAPES:
            path = scratch / f"drawn{n}.txt"
            path.write_text(text_of(drawn(*SHAPES[n], n), n), encoding="utf-8")
            found.append((path, n))
    return [(path, n) for path, n in found if path.exists()]


def main() -> int:
    """Run what is not in the log, print the table; 1 if a figure was missed."""
    given, rows, missed = asked_for(), [], False
    known = logged(given.log)
    with tempfile.TemporaryDirectory() as scratch:
        for path, n in files(given, Path(scratch)):
            asked = ASKED.get(n)
            seconds = given.seconds or (asked.seconds if asked else 60.0)
            found = known.get(path.stem) or run(path, seconds, given.workers)
            if given.log is not None and path.stem not in known:
                with given.log.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(found) + "\n")
            rows.append(row_of(found, asked))
            value = found.get("objective")
            is_good = isinstance(value, int) and found.get("violations") == []
            most = asked.most if asked else float("inf")
            missed |= not is_good or float(str(value)) > most
    print(table(rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
