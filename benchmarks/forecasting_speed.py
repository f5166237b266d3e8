"""Speed against MSTL: CPU time of one forecast, both measured in the same minutes."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import forecasting_runs as runs_of
from benchmarks.forecasting_data import SETS, DataSet
from benchmarks.forecasting_report import Block, Claim

ROOT = Path(__file__).resolve().parents[1]
KEYS = ("bank30", "taxi30", "tech30")
ORIGINS = 5
PROCESSES = 3
"""How many processes of ours run before MSTL's, and as many again after it."""
AT_LEAST = 200.0


def speed(name: str) -> Block:
    """Return CPU time of one forecast of six weeks, ours and MSTL's, by set."""
    block = Block(
        title=f"CPU time of one forecast, {name} and MSTL, one thread",
        head=("set", "MSTL ms", "ours ms", "times"),
        notes=[
            f"Medians over five origins, ours of {2 * PROCESSES} fresh processes, half "
            "before MSTL and half after; each history is met for the first time. "
            "Imports, compilation and one forecast before do not count on either side. "
            "Ours is the whole call: holidays, bands, handle time and the choice of "
            "model. A country's holidays by year stay in the process from the first "
            "call on."
        ],
    )
    for key in KEYS:
        before = _apart(key, name)
        peer = runs_of.peer(_origins_of(key), "mstl", anew=True)
        if peer is None:
            continue
        both = (peer.cpu_s, [*before, *_apart(key, name)])
        mstl, ours = (1000.0 * float(np.median(seconds)) for seconds in both)
        block.rows.append((key, f"{mstl:.0f}", f"{ours:.2f}", f"{mstl / ours:.0f}"))
        text = f"{key}: times MSTL's speed"
        block.claims.append(Claim(text=text, value=mstl / ours, at_least=AT_LEAST))
    return block


def measure(key: str, name: str) -> None:
    """Print the CPU seconds of our forecasts at the origins of set *key*."""
    print(json.dumps(runs_of.ours(_origins_of(key), name).cpu_s.ravel().tolist()))


def _origins_of(key: str) -> DataSet:
    """Return the set *key* with five of its origins."""
    data = SETS[key]()
    every = -(-len(data.origins) // ORIGINS)
    return replace(data, key=f"{key}-speed", origins=data.origins[::-every][::-1])


def _apart(key: str, name: str) -> list[float]:
    """Return our CPU seconds, measured in processes of their own."""
    code = "from benchmarks.forecasting_speed import measure; "
    command = [sys.executable, "-c", f"{code}measure({key!r}, {name!r})"]
    found: list[float] = []
    for _ in range(PROCESSES):
        done = subprocess.run(
            command, check=True, cwd=ROOT, capture_output=True, text=True
        )
        found += json.loads(done.stdout)
    return found
