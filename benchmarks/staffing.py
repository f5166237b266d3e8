"""How many staffing questions a second: ``python benchmarks/staffing.py [SIZE]``."""

import sys
import time
from collections.abc import Callable

import numpy as np

from wfm.domain.demand import ChatConcurrency
from wfm.staffing import erlang
from wfm.staffing.concurrency import ConcurrentServers
from wfm.staffing.targets import Targets

GOAL = {"answer_within_s": 20.0, "service_level_fraction": 0.8}


def measure(label: str, size: int, run: Callable[[], object]) -> None:
    run()
    start = time.process_time()
    run()
    seconds = time.process_time() - start
    print(f"{label:<46}{size:>9,}{seconds:>9.2f} CPU s{size / seconds:>12,.0f}/s")


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


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rng = np.random.default_rng(1)
    load = 10 ** rng.uniform(-1, np.log10(2000), size)
    aht_s = rng.uniform(120, 900, size)
    print("80/20, loads 0.1 to 2000 Erlangs log-uniform, AHT 2 to 15 min, one thread")
    for label, options in (
        ("Erlang C, whole agents", {}),
        ("Erlang C, real agents", {"integer": False}),
        ("Erlang A (patience 3 min), whole agents", {"patience_s": 180.0}),
        (
            "Erlang A (patience 3 min), real agents",
            {"patience_s": 180.0, "integer": False},
        ),
    ):
        measure(
            label,
            size,
            lambda options=options: erlang.required_agents(
                load, aht_s, **GOAL, **options
            ),
        )
    few = np.sort(load[load < 60])[: max(size // 100, 1)]
    measure(
        "Chat, 3 at once, real agents, loads below 60", len(few), lambda: chats(few)
    )


if __name__ == "__main__":
    main()
