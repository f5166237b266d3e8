"""How many staffing questions a second, against others in the same run.

``python benchmarks/staffing.py [--size N] [--repeats K] [--no-peers]``. CPU seconds of
one thread, the median of the repeats. The peer, pyworkforce, lives in environments of
its own (``benchmarks/peers/staffing-environment.sh``); where they are absent its rows
are left out. 80/20 throughout, AHT 2 to 15 min.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from wfm.domain.demand import ChatConcurrency
from wfm.staffing import blocking, compiled, erlang, performance
from wfm.staffing.concurrency import ConcurrentServers
from wfm.staffing.targets import Targets

GOAL = {"answer_within_s": 20.0, "service_level_fraction": 0.8}
PATIENCE_S = 180.0
# Intervals a second of pyworkforce 0.5.4's ErlangA as measured before, mean load 14.
STATED_PEER_A = 6.4
HERE = Path(__file__).resolve().parent
PEERS = {
    "newest on Python 3.11": HERE.parent / ".venv-peers-staffing" / "bin" / "python",
    "newest": HERE.parent / ".venv-peers-staffing-newer" / "bin" / "python",
}
IMPORTS = ("numpy", "wfm.staffing.erlang", "numba", "scipy.special")


def loads(low: float, high: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    load = 10 ** rng.uniform(np.log10(low), np.log10(high), size)
    return load, rng.uniform(120, 900, size)


def seconds(run: Callable[[], object], repeats: int) -> float:
    """Return the median CPU seconds of *run*, after one that does not count."""
    run()
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def show(label: str, size: int, taken: float, note: str = "") -> float:
    rate = size / taken
    print(f"{label:<58}{size:>9,}{rate:>13,.0f}/s  {note}")
    return rate


def required(load: np.ndarray, aht_s: np.ndarray, **options: object) -> erlang.Required:
    return erlang.required_agents(load, aht_s, **GOAL, **options)


def own_rows(size: int, repeats: int) -> None:
    load, aht_s = loads(0.1, 2000, size)
    print("\nLoads 0.1 to 2000 Erlangs log-uniform")
    impatient = {"patience_s": PATIENCE_S}
    real = {"integer": False}
    for label, options in (
        ("Erlang C, whole agents", {}),
        ("Erlang C, real agents", real),
        ("Erlang A (patience 3 min), whole agents", impatient),
        ("Erlang A (patience 3 min), real agents", impatient | real),
    ):
        taken = seconds(lambda o=options: required(load, aht_s, **o), repeats)
        show(label, size, taken)
        few = slice(0, max(size // 10, 1))
        taken = seconds(
            lambda o=options, f=few: plainly(lambda: required(load[f], aht_s[f], **o)),
            repeats,
        )
        show("    the same by numpy alone", len(load[few]), taken)
    agents = np.ceil(load + np.sqrt(load))
    for label, run in (
        (
            "Service level, Erlang C",
            lambda: erlang.service_level(load, agents, aht_s, 20.0),
        ),
        (
            "Service level, Erlang A",
            lambda: erlang.service_level(load, agents, aht_s, 20.0, **impatient),
        ),
        (
            "Most load of given agents, Erlang C",
            lambda: erlang.max_workload_erlangs(agents, aht_s, **GOAL),
        ),
        (
            "Most load of given agents, Erlang A",
            lambda: erlang.max_workload_erlangs(agents, aht_s, **GOAL, **impatient),
        ),
        (
            "90 % quantile of the wait, Erlang A",
            lambda: erlang.wait_quantile_s(load, agents, aht_s, 0.9, **impatient),
        ),
    ):
        show(label, size, seconds(run, repeats))


def plainly(run: Callable[[], object]) -> object:
    """Run without compiled kernels."""
    kept = compiled.kernels
    try:
        blocking.kernels = performance.kernels = lambda: None
        return run()
    finally:
        blocking.kernels = performance.kernels = kept


def chats(load: np.ndarray) -> object:
    servers = ConcurrentServers(
        load=load,
        aht_s=np.full_like(load, 360.0),
        within_s=20.0,
        concurrency=ChatConcurrency(max_chats=3, aht_factor=(1.0, 7 / 6, 8.5 / 6)),
    )
    return Targets(
        performance=servers.performance,
        load=load,
        stable_load=load / servers.throughput,
        goals={"service_level": np.full_like(load, 0.8)},
    ).solve(integer=False)


def chat_rows(size: int, repeats: int) -> None:
    print("\nChat, 3 at once, real agents")
    rng = np.random.default_rng(1)
    for high in (60, 500):
        load = 10 ** rng.uniform(-1, np.log10(high), max(size // 100, 1))
        taken = seconds(lambda load=load: chats(load), repeats)
        show(f"loads 0.1 to {high}", len(load), taken)


def loop_rows(size: int, repeats: int) -> None:
    """Show what a loop over intervals costs: of our calls, of the formula itself."""
    load, aht_s = loads(0.1, 2000, size)
    print("\nErlang A interval by interval, the same loads and formula")
    whole = seconds(lambda: required(load, aht_s, patience_s=PATIENCE_S), repeats)
    rate = show("all in one call", size, size and whole)
    few = min(size, 300)

    def calls() -> None:
        for a, h in zip(load[:few].tolist(), aht_s[:few].tolist(), strict=True):
            required(np.float64(a), np.float64(h), patience_s=PATIENCE_S)

    ratio = rate * seconds(calls, repeats) / few
    show("one call each", few, few * ratio / rate, f"all in one: {ratio:,.0f} times")
    script = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); "
        "import staffing; print(json.dumps(staffing.plain_loop(int(sys.argv[2]))))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(HERE), str(min(size, 100))],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    count, taken = json.loads(done.stdout)
    ratio = rate * taken / count
    show("plain Python loop", count, taken, f"all in one: {ratio:,.0f} times")


def plain_loop(size: int) -> tuple[int, float]:
    """Return CPU seconds of our kernels run as plain Python (NUMBA_DISABLE_JIT=1)."""
    load, aht_s = loads(0.1, 2000, 2000)
    some = slice(0, size)
    with np.errstate(all="ignore"):
        run = seconds(
            lambda: required(load[some], aht_s[some], patience_s=PATIENCE_S), 1
        )
    return size, run


def ask_peer(python: Path, model: str, job: dict[str, object]) -> dict[str, object]:
    worker = HERE / "peers" / "staffing_worker.py"
    done = subprocess.run(
        [str(python), str(worker), model],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout)


def peer_rows(size: int, repeats: int) -> None:
    cases = (
        ("erlang_c", 1.0, 500.0, size, 2000),
        ("erlang_c", 0.1, 2000.0, size, 1000),
        ("erlang_a", 2.0, 40.0, size, 30),
    )
    for model, low, high, many, few in cases:
        load, aht_s = loads(low, high, many)
        options = {"patience_s": PATIENCE_S} if model == "erlang_a" else {}
        taken = seconds(lambda o=options: required(load, aht_s, **o), repeats)  # noqa: B023 - used at once
        name = "Erlang A" if model == "erlang_a" else "Erlang C"
        print(f"\n{name}, loads {low:g} to {high:g} log-uniform, whole agents")
        rate = show("wfm", many, taken)
        if model == "erlang_a":
            print(
                f"{'':<58}{'':>9}{rate / STATED_PEER_A:>15,.0f} times the stated 6.4/s"
            )
        job = {
            "load": load[:few].tolist(),
            "aht_s": aht_s[:few].tolist(),
            "within_s": GOAL["answer_within_s"],
            "level": GOAL["service_level_fraction"],
            "patience_s": PATIENCE_S,
            "repeats": max(repeats // 2, 1) if model == "erlang_a" else repeats,
        }
        ours = required(load[:few], aht_s[:few], **options).agents
        for label, python in PEERS.items():
            if not python.exists() or (model == "erlang_a" and label != "newest"):
                continue
            found = ask_peer(python, model, job)
            taken = statistics.median(found["cpu_s"])
            more = np.array(found["agents"]) - ours
            note = (
                f"wfm: {rate * taken / few:,.0f} times; agents differ in "
                f"{int((more != 0).sum())} ({int(more.sum()):+d})"
            )
            title = f"pyworkforce {found['pyworkforce']} (Python {found['python']})"
            show(title, few, taken, note)


def import_rows() -> None:
    print("\nImport, CPU seconds of a fresh process, the median of five")
    for name in IMPORTS:
        script = (
            "import time; t = time.process_time(); "
            f"import {name}; print(time.process_time() - t)"
        )
        taken = [
            float(
                subprocess.run(
                    [sys.executable, "-c", script],
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
            )
            for _ in range(5)
        ]
        print(f"{name:<58}{statistics.median(taken):>22.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true")
    asked = parser.parse_args()
    libraries = ", ".join(f"{n} {version(n)}" for n in ("wfm", "numpy", "numba"))
    print(f"Python {platform.python_version()}, {libraries}; one thread")
    print(f"{'':<58}{'questions':>9}{'rate':>15}")
    own_rows(asked.size, asked.repeats)
    chat_rows(asked.size, asked.repeats)
    loop_rows(asked.size, asked.repeats)
    if not asked.no_peers:
        peer_rows(asked.size, asked.repeats)
    import_rows()


if __name__ == "__main__":
    main()
