"""Rosters and shift counts beside pyworkforce, on the same inputs in the same run.

    python benchmarks/roster_peers.py [--seconds S] [--large] [--check]

``MinHoursRoster`` is said in this package's rules and terms (hours in a period, shift
counts, forbidden successions, demands, requests), ``MinAbsDifference`` and
``MinRequiredResources`` as people on a queue; all go through ``solver.solve``. Both
answers are judged by one checker written from pyworkforce's documentation. The peer
lives in an environment of its own (``benchmarks/peers/roster-environment.sh``).
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.roster_peer_cases import Case, cases, judged
from benchmarks.roster_peer_problems import Answer, answer
from solver import warm

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT / ".venv-peers-roster" / "bin" / "python"
HEAD = (
    "case",
    "pyworkforce says",
    "its objective",
    "it breaks",
    "s",
    "ours",
    "bound",
    "breaks",
    "s",
    "verdict",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case: what the peer says and what we say."""

    case: Case
    status: str
    peer: float | None
    peer_breaks: list[str]
    peer_s: float
    own: Answer
    own_value: float
    own_breaks: list[str]

    @property
    def is_right(self) -> bool:
        """Whether ours is legal, bounded, and no worse than theirs if that is legal."""
        if self.own_breaks or self.own.bound > self.own_value + 1e-6:
            return False
        theirs_counts = self.peer is not None and not self.peer_breaks
        return not theirs_counts or self.own_value <= (self.peer or 0.0) + 1e-6

    def cells(self) -> list[str]:
        """Return the row of the table."""
        return [
            self.case.name,
            self.status,
            "-" if self.peer is None else f"{self.peer:g}",
            str(len(self.peer_breaks)),
            f"{self.peer_s:.2f}",
            f"{self.own_value:g}",
            f"{self.own.bound:g}",
            str(len(self.own_breaks)),
            f"{self.own.wall_s:.2f}",
            "never worse" if self.is_right else "WORSE",
        ]


def asked_peer(found: Sequence[Case]) -> dict[str, object]:
    """Let pyworkforce answer all cases."""
    job = [{"class": case.kind, "arguments": case.arguments} for case in found]
    worker = ROOT / "benchmarks" / "peers" / "roster_worker.py"
    run = subprocess.run(
        [str(PEER), str(worker)],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(run.stdout))


def rows(found: Sequence[Case], seconds: float) -> list[Row]:
    """Ask both."""
    given = asked_peer(found)
    print(f"pyworkforce {given['pyworkforce']}")
    table = []
    for case, theirs in zip(found, given["answers"], strict=True):
        solution = theirs["solution"]
        is_answer = solution["status"] in ("OPTIMAL", "FEASIBLE")
        value, breaks = judged(case, solution) if is_answer else (None, [])
        own = answer(case, seconds)
        own_value, own_breaks = judged(case, own.solution)
        row = Row(
            case=case,
            status=solution["status"],
            peer=value,
            peer_breaks=breaks,
            peer_s=theirs["wall_s"],
            own=own,
            own_value=own_value,
            own_breaks=own_breaks,
        )
        print("| " + " | ".join(row.cells()) + " |", flush=True)
        table.append(row)
    return table


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    if not PEER.exists():
        print("no peer: run benchmarks/peers/roster-environment.sh")
        return 1
    began = time.perf_counter()
    warm.warm()
    print(f"compiled in {time.perf_counter() - began:.0f} s")
    print("| " + " | ".join(HEAD) + " |")
    print("|" + " --- |" * len(HEAD))
    table = rows(cases(large=asked.large), asked.seconds)
    print(f"{time.perf_counter() - began:.0f} s")
    return int(asked.check and not all(row.is_right for row in table))


if __name__ == "__main__":
    sys.exit(main())
