"""The figures of the README: one run of the demo, from an empty folder.

    python benchmarks/plan.py            # the demo at its default limits
    python benchmarks/plan.py 30         # thirty seconds of search

Commands are timed as whole processes, the median of three for the short ones. The
stated naive alternatives are last week's volumes (forecast) and the greedy roster that
the search starts from.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

# benchmarks/forecasting.py bears the name of a package that is wanted here.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import wfm.api
from forecasting.rolling import backtest
from wfm.api import DEMAND_FILES
from wfm.pipeline.window import calendar_years, queue_holidays

ORIGINS = 10


def run(*args: object) -> float:
    """Run one command and return its seconds."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "wfm.cli", *map(str, args)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def median(*args: object) -> float:
    """Return the median seconds of three runs."""
    return statistics.median(run(*args) for _ in range(3))


def forecast_rows(directory: Path) -> None:
    """Print week-ahead WAPE of the model and of last week's volumes."""
    folder = wfm.api.load(directory).read(DEMAND_FILES)
    plan = folder.plan
    origins = [plan.first_date - timedelta(days=7 * i) for i in range(ORIGINS, 0, -1)]
    result = backtest(
        folder.history,
        [q for q in plan.queues if q.queue_id in folder.history.queue_ids],
        origins=origins,
        holidays=queue_holidays(plan, calendar_years(folder)),
        events=folder.events,
    )
    model = result.pooled_wape("weekday_mean")
    naive = result.pooled_wape("last_week")
    print(f"forecast   WAPE {model:.4f}, last week {naive:.4f}, {model / naive:.3f} x")


def search_rows(directory: Path) -> None:
    """Print objective, greedy start, bound and gaps of the finished run."""
    manifest = json.loads((directory / "out" / "manifest.json").read_text())
    search = manifest["search"]
    unit = 100_000
    print(f"greedy     {search['start_objective'] / unit:12,.0f} EUR")
    saved = 1 - search["objective"] / search["start_objective"]
    print(f"roster     {search['objective'] / unit:12,.0f} EUR, {saved:.1%} less")
    print(f"bound      {search['bound'] / unit:12,.0f} EUR")
    print(f"gap        {search['gap']:.2%}, net of wages {search['net_gap']:.2%}")
    print(f"first      {search['first_roster_s']:.1f} s")
    print(f"violations {manifest['violations']}")


def main() -> None:
    """Measure and print."""
    limit = ["--seconds", sys.argv[1]] if len(sys.argv) > 1 else []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "demo"
        run("init", directory)
        print(f"wfm --help {median('--help'):.2f} s")
        print(f"wfm check  {median('check', directory):.2f} s")
        print(f"wfm plan   {run('plan', directory, *limit):.1f} s")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        print(f"peak       {peak:.2f} GB in the largest process")
        print(f"wfm verify {run('verify', directory):.1f} s")
        search_rows(directory)
        forecast_rows(directory)


if __name__ == "__main__":
    main()
