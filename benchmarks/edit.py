"""How long an edit by hand takes to judge, and the whole command.

``python benchmarks/edit.py DIR [--edits 24] [--seed 0]`` on a plan folder with a draft
(``wfm plan DIR``). Prints a table, and JSON on the last line. Nothing is changed.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

# benchmarks/forecasting.py bears the name of a package that is wanted here.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from wfm import api
from wfm.domain.roster_edits import EditError
from wfm.rosters.drafts import Draft, open_draft, propose_words


def edits(draft: Draft, rng: np.random.Generator):
    """Yield edits of random shifts, one kind after the other."""
    shifts = draft.roster.shifts
    while True:
        a, b = (shifts[rng.integers(len(shifts))] for _ in range(2))
        yield f"move {a.agent_id} {a.date_local} {rng.integers(5, 12):02d}:00"
        yield f"drop {a.agent_id} {a.date_local}"
        yield f"swap {a.agent_id} {a.date_local} {b.agent_id} {b.date_local}"
        yield f"move-break {a.agent_id} {a.date_local} meal {rng.integers(9, 17)}:00"


def command_s(directory: Path, draft: Draft) -> float:
    """Return the wall time of a whole command that changes nothing."""
    shift = draft.roster.shifts[0]
    words = ["drop", shift.agent_id, str(shift.date_local)]
    command = [sys.executable, "-m", "wfm.cli", "edit", str(directory)]
    begun = time.perf_counter()
    subprocess.run([*command, *words, "--dry-run"], check=False, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--edits", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    clock = time.process_time(), time.perf_counter()
    draft = open_draft(api.load(options.directory))
    opened = time.process_time() - clock[0], time.perf_counter() - clock[1]
    cpu, wall = [], []
    for words in edits(draft, np.random.default_rng(options.seed)):
        clock = time.process_time(), time.perf_counter()
        try:
            propose_words(draft, words)
        except EditError:
            continue
        cpu.append(time.process_time() - clock[0])
        wall.append(time.perf_counter() - clock[1])
        if len(cpu) > options.edits:
            break
    cpu, wall = cpu[1:], wall[1:]  # the first one loads the compiled kernels
    whole = command_s(options.directory, draft)
    print(f"draft opened and judged  {opened[0]:6.2f} s CPU  {opened[1]:6.2f} s wall")
    for name, values in (("CPU", cpu), ("wall", wall)):
        print(
            f"one edit, {name:4}  median {median(values):.2f} s  max {max(values):.2f}"
        )
    print(f"whole command (dry run), wall  {whole:.2f} s")
    record = {
        "edits": len(cpu), "open_cpu_s": opened[0], "edit_cpu_median_s": median(cpu),
        "edit_cpu_max_s": max(cpu), "edit_wall_median_s": median(wall),
        "edit_wall_max_s": max(wall), "command_wall_s": whole,
    }  # fmt: skip
    print(json.dumps({key: round(value, 3) for key, value in record.items()}))


if __name__ == "__main__":
    main()
