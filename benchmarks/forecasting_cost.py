"""What forecasts cost: a thousand queues at once, and the import."""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.forecasting_report import Block, Claim

ROOT = Path(__file__).resolve().parents[1]
DAYS, AHEAD, SLOTS = 365, 42, 48
CPU_S, MEMORY_GB, IMPORT_S = 10.0, 1.0, 0.5
SEED = 1
IMPORTS = 7


def scale(num_queues: int, model: str) -> Block:
    """Return CPU time and memory of one call, in a process of its own."""
    block = Block(
        title=f"{num_queues} queues, {DAYS} days of 30 min, six weeks ahead, {model}",
        head=("calls", "CPU s", "peak memory, GB", "with the history alone, GB"),
        notes=[
            "Every second queue is open Monday to Friday 07:00 to 21:00, the others "
            "around the clock. Bands, handle time and the choice of model included. "
            "The history is built by the same process; its tables alone weigh what "
            "the last column says."
        ],
    )
    measured = {}
    for calls in (1, 10):
        code = "from benchmarks.forecasting_cost import at_scale; "
        code += f"at_scale({num_queues}, {calls}, {model!r})"
        measured[calls] = json.loads(_python(code))
        row = measured[calls]
        figures = (row[key] for key in ("cpu_s", "peak_gb", "before_gb"))
        block.rows.append((str(calls), *(f"{value:.2f}" for value in figures)))
    least = min(row["cpu_s"] for row in measured.values())
    memory = min(row["peak_gb"] for row in measured.values())
    share = num_queues / 1000
    block.claims = [
        Claim(text="scale: CPU s", value=least, at_most=CPU_S * share),
        Claim(text="scale: peak memory, GB", value=memory, at_most=MEMORY_GB),
    ]
    return block


def at_scale(num_queues: int, calls: int, model: str) -> None:
    """Forecast gamma-Poisson queues of 0.5 to 200 contacts a slot; print the cost."""
    from datetime import date, timedelta

    import numpy as np

    import forecasting
    from benchmarks.forecasting_data import ALWAYS, OFFICE, grid_over
    from wfm.domain.demand import ContactHistory, OpeningHours, Queue, ServiceTarget

    rng, first = np.random.default_rng(SEED), date(2025, 1, 6)
    grid = grid_over(first, DAYS, "UTC", 30)
    t = np.arange(grid.num_intervals)
    day_shape = 1.2 + np.sin((t % SLOTS - 16) / SLOTS * 2 * np.pi)
    week_shape = np.array([1.2, 1.1, 1.0, 1.0, 1.05, 0.7, 0.6])[t // SLOTS % 7]
    size = num_queues // calls
    ids = tuple(f"q{n}" for n in range(size))
    queues = [
        Queue(
            queue_id=queue_id,
            channel="phone",
            zone="UTC",
            requires=(),
            opening=OpeningHours(spans=OFFICE if n % 2 else ALWAYS),
            target=ServiceTarget(),
        )
        for n, queue_id in enumerate(ids)
    ]
    day = first + timedelta(days=DAYS)
    cpu = before = 0.0
    for _ in range(calls):
        level = np.exp(rng.uniform(np.log(0.5), np.log(200.0), size))[:, None]
        shocks = rng.gamma(50.0, 0.02, (size, DAYS)).repeat(SLOTS, axis=1)
        offered = rng.poisson(level * day_shape * week_shape * shocks).astype(float)
        del shocks
        history = ContactHistory(
            grid=grid,
            queue_ids=ids,
            offered_contacts=offered,
            handled_contacts=offered,
            abandoned_contacts=np.broadcast_to(0.0, offered.shape),
            aht_s=np.where(offered > 0, 240.0, 0.0),
            observed=np.broadcast_to(True, offered.shape),
            aht_weight=offered,
        )
        del offered
        before = max(before, _peak_gb())
        start = time.process_time()
        forecasting.forecast(
            history,
            queues,
            first_day=dict.fromkeys(ids, day),
            num_days=AHEAD,
            model=model,
        )
        cpu += time.process_time() - start
    found = {"cpu_s": cpu, "peak_gb": _peak_gb(), "before_gb": before}
    print(json.dumps(found))


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


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
