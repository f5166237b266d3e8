"""What forecasts cost: a thousand queues at once, and the import."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.forecasting_report import Block, Claim
from benchmarks.forecasting_scale import DAYS

ROOT = Path(__file__).resolve().parents[1]
CPU_S, MEMORY_GB, IMPORT_S = 10.0, 1.0, 0.5
IMPORTS = 7


def scale(num_queues: int, model: str) -> Block:
    """Return CPU time and memory of one call, in a process of its own."""
    block = Block(
        title=f"{num_queues} queues, {DAYS} days of 30 min, six weeks ahead, {model}",
        head=("calls", "CPU s", "peak memory, GB", "with the history alone, GB"),
        notes=[
            "Every second queue is open Monday to Friday 07:00 to 21:00, the others "
            "around the clock. Bands, handle time and the choice of model included. "
            "The history is built by the same process; with its tables alone it weighs "
            "what the last column says. One call is judged."
        ],
    )
    measured = {}
    for calls in (1, 10):
        code = "from benchmarks.forecasting_scale import measure; "
        code += f"measure({num_queues}, {calls}, {model!r})"
        measured[calls] = json.loads(_python(code))
        row = measured[calls]
        figures = (row[key] for key in ("cpu_s", "peak_gb", "before_gb"))
        block.rows.append((str(calls), *(f"{value:.2f}" for value in figures)))
    one, share = measured[1], num_queues / 1000
    block.claims = [
        Claim(text="scale: CPU s", value=one["cpu_s"], at_most=CPU_S * share),
        Claim(text="scale: peak memory, GB", value=one["peak_gb"], at_most=MEMORY_GB),
    ]
    return block


def imports() -> Block:
    """Return the CPU time of importing pandas alone and with forecasting."""
    block = Block(
        title="Import, CPU seconds (median of fresh processes)",
        head=("what", "CPU s"),
    )
    lines = {
        "pandas": "import pandas",
        "pandas and forecasting": "import pandas, forecasting; forecasting.forecast",
        "forecasting": "import forecasting; forecasting.forecast",
    }
    seconds = {what: _import_s(line) for what, line in lines.items()}
    block.rows += [(what, f"{value:.3f}") for what, value in seconds.items()]
    added = seconds["pandas and forecasting"] - seconds["pandas"]
    text = "import: CPU s added to pandas"
    block.claims.append(Claim(text=text, value=added, at_most=IMPORT_S))
    return block


def _import_s(line: str) -> float:
    code = f"{line}; import time; print(time.process_time())"
    return statistics.median(float(_python(code)) for _ in range(IMPORTS))


def _python(code: str, options: Sequence[str] = ()) -> str:
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return done.stdout
