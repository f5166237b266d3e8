"""pyworkforce on a list of problems: ``roster_worker.py < JSON > JSON``.

Runs in the peer's environment (``roster-environment.sh``) and knows nothing of this
project. Each problem names a class of pyworkforce and its arguments; written are its
solution and its wall and CPU seconds.
"""

import json
import sys
import time
from importlib.metadata import version

from pyworkforce.rostering.binary_programming import MinHoursRoster
from pyworkforce.scheduling import MinAbsDifference, MinRequiredResources

CLASSES = {
    c.__name__: c for c in (MinHoursRoster, MinAbsDifference, MinRequiredResources)
}


def main() -> None:
    answers = []
    for problem in json.load(sys.stdin):
        wall, cpu = time.perf_counter(), time.process_time()
        solution = CLASSES[problem["class"]](**problem["arguments"]).solve()
        answers.append(
            {
                "solution": solution,
                "wall_s": time.perf_counter() - wall,
                "cpu_s": time.process_time() - cpu,
            }
        )
    json.dump({"answers": answers, "pyworkforce": version("pyworkforce")}, sys.stdout)


if __name__ == "__main__":
    main()
