"""How many contacts a second the simulator does, beside SimPy and Ciw.

``python benchmarks/simulation.py [--no-peers]`` on one thread. The peers live in an
environment of their own: ``sh benchmarks/peers/simulation-environment.sh`` makes it.
All times are CPU time, medians of several runs; ratios are of this one run. Everybody
records offered, answered in time, given up and waits; ours by the hour, and busy time.
"""

import json
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from wfm.simulation.model import (
    Headcounts,
    Route,
    Routing,
    SimulatedQueue,
    SimulationModel,
)
from wfm.simulation.run import Simulator
from wfm.staffing import erlang

ROOT = Path(__file__).resolve().parents[1]
PEER_PYTHON = ROOT / ".venv-peers-simulation" / "bin" / "python"
AGENTS, PER_HOUR, HANDLE_S, PATIENCE_S = 14, 252.0, 180.0, 120.0
REPEATS = 5


def one_queue(**more):
    queue = SimulatedQueue(
        queue_id="q",
        arrivals=np.full(8, PER_HOUR),
        handle_s=HANDLE_S,
        patience_s=PATIENCE_S,
        **more,
    )
    model = SimulationModel(
        interval_s=3600.0,
        queues=(queue,),
        group_ids=("g",),
        routing=Routing(routes=(Route(queue_id="q", group_id="g"),)),
    )
    return model, Headcounts(agents=np.full((1, 8), AGENTS))


def simple_msk():
    """Three types, two groups, three periods, busyness: ContactCenters' example."""
    per_minute = [[4.2, 5.3, 3.2], [5.1, 4.3, 4.8], [6.3, 5.2, 4.8]]
    queues = tuple(
        SimulatedQueue(
            queue_id=f"type{k}",
            arrivals=np.array(rates) * 120.0,
            handle_s=np.array([120.0, 100.0, 150.0]),
            patience_s=np.array([200.0, 150.0, 300.0]),
            busyness_cv=28.7**-0.5,
        )
        for k, rates in enumerate(per_minute)
    )
    pairs = (("type0", "g0"), ("type1", "g0"), ("type1", "g1"), ("type2", "g1"))
    routes = tuple(Route(queue_id=q, group_id=g) for q, g in pairs)
    model = SimulationModel(
        interval_s=7200.0,
        queues=queues,
        group_ids=("g0", "g1"),
        routing=Routing(routes=routes),
    )
    return model, Headcounts(agents=np.array([[12, 18, 9], [15, 20, 11]]))


def many_skills(queues=10, groups=20):
    """Ten languages, twenty groups of two to four of them, an occupancy near 0.9."""
    draw = np.random.default_rng(1)
    streams = tuple(
        SimulatedQueue(
            queue_id=f"q{q}",
            arrivals=np.full(16, 60.0),
            handle_s=300.0,
            patience_s=180.0,
        )
        for q in range(queues)
    )
    routes = tuple(
        Route(queue_id=f"q{q}", group_id=f"g{g}", preference=size)
        for g in range(groups)
        for size in [2 + g % 3]
        for q in (g + np.concatenate(([0], draw.permutation(9)[: size - 1] + 1))) % 10
    )
    model = SimulationModel(
        interval_s=1800.0,
        queues=streams,
        group_ids=tuple(f"g{g}" for g in range(groups)),
        routing=Routing(routes=routes),
    )
    return model, Headcounts(agents=np.full((groups, 16), 5))


def ours(model, staffing, replications):
    simulator = Simulator(model=model, replications=replications, seed=1)
    simulator.run(staffing)
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        result = simulator.run(staffing)
        seconds.append(time.process_time() - start)
    return result, float(result.offered.sum()) / statistics.median(seconds)


def peer(name, hours):
    """Return contacts a second and the share that gave up, by a peer."""
    command = [
        PEER_PYTHON,
        ROOT / "benchmarks" / "peers" / "simulation_worker.py",
        *(name, AGENTS, PER_HOUR, HANDLE_S, PATIENCE_S, hours),
    ]
    lines = [
        json.loads(subprocess.check_output(list(map(str, command)), text=True))
        for _ in range(3)
    ]
    speed = statistics.median(line["offered"] / line["cpu_s"] for line in lines)
    return speed, lines[0]["abandoned"] / lines[0]["offered"], lines[0]["version"]


def main() -> None:
    print(
        f"Python {platform.python_version()}, numba {version('numba')}, one thread; "
        f"M/M/{AGENTS}+M: {PER_HOUR:.0f} contacts/h of {HANDLE_S:.0f} s, "
        f"patience {PATIENCE_S:.0f} s"
    )
    load = PER_HOUR * HANDLE_S / 3600.0
    exact = float(erlang.abandonment(load, AGENTS, HANDLE_S, PATIENCE_S))
    result, single = ours(*one_queue(), 1000)
    lost = result.abandoned.sum() / result.offered.sum()
    print(f"{'':<34}{'contacts/s':>12}{'gave up':>10}   (exact {exact:.4f})")
    print(f"{'one queue':<34}{single:>12,.0f}{lost:>10.4f}")
    for name, case in (("SimpleMSK", simple_msk()), ("10 queues x 20", many_skills())):
        result, speed = ours(*case, 200)
        lost = result.abandoned.sum() / result.offered.sum()
        print(f"{name:<34}{speed:>12,.0f}{lost:>10.4f}")
    if "--no-peers" in sys.argv or not PEER_PYTHON.exists():
        print("peers left out (benchmarks/peers/simulation-environment.sh)")
        return
    for name in ("simpy", "ciw"):
        speed, lost, release = peer(name, 160)
        label = f"{name} {release}"
        print(f"{label:<34}{speed:>12,.0f}{lost:>10.4f}   ours x {single / speed:,.0f}")


if __name__ == "__main__":
    main()
