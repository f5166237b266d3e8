"""pyworkforce over a list of intervals: ``staffing_worker.py MODEL < JSON > JSON``.

Runs in the peer's environment (``staffing-environment.sh``) and knows nothing of this
project. MODEL is ``erlang_c`` or ``erlang_a``. Read: lists ``load`` (Erlangs) and
``aht_s``, numbers ``within_s``, ``level``, ``patience_s``, ``repeats``. Written: the
agents, CPU seconds of each repeat, versions.
"""

import json
import sys
import time
from importlib.metadata import version

from pyworkforce import queuing

INTERVAL_MINUTES = 30.0


def answers(model: str, job: dict) -> list[int]:
    found = []
    for load, aht_s in zip(job["load"], job["aht_s"], strict=True):
        options = {
            "transactions": load * INTERVAL_MINUTES * 60 / aht_s,
            "aht": aht_s / 60,
            "interval": INTERVAL_MINUTES,
            "shrinkage": 0.0,
        }
        if model == "erlang_a":
            options |= {"patience": job["patience_s"] / 60}
            asked = queuing.ErlangA(asa=job["within_s"] / 60, **options)
        else:
            asked = queuing.ErlangC(asa=job["within_s"] / 60, **options)
        needed = asked.required_positions(service_level=job["level"])
        found.append(int(needed["raw_positions"]))
    return found


def main() -> None:
    job = json.load(sys.stdin)
    seconds, agents = [], []
    for _ in range(job["repeats"]):
        start = time.process_time()
        agents = answers(sys.argv[1], job)
        seconds.append(time.process_time() - start)
    result = {
        "agents": agents,
        "cpu_s": seconds,
        "pyworkforce": version("pyworkforce"),
        "numpy": version("numpy"),
        "python": sys.version.split()[0],
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
