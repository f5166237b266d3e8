"""The tour kernels as plain Python: the same tours, and nothing compiled late."""

import os
import subprocess
import sys
from pathlib import Path

from support.tour_runs import digest
from support.uncompiled import digest_of

SCRIPT = """
import gc
from numba.core.registry import CPUDispatcher
from support.tour_cases import random_instance
from solver.tours.polish import Polish
from solver.tours.warm import warm

def signatures():
    return {
        o.py_func.__name__: len(o.signatures)
        for o in gc.get_objects()
        if isinstance(o, CPUDispatcher) and "tours" in o.py_func.__module__
    }

warm()
before = signatures()
assert sum(before.values()) >= 4, before
polish = Polish(random_instance(1, seats=True, floor=True), seed=2)
polish.greedy(5)
polish.run(3, 0.5)
polish.snapshot()
after = signatures()
print("late:", *sorted(name for name in after if after[name] > before[name]))
"""


def test_plain_kernels_find_the_same_tours():
    assert digest_of(digest, plain=True) == digest_of(digest, plain=False)


def test_nothing_is_compiled_after_warm():
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_DISABLE_JIT"}
    tests = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        env=environment | {"PYTHONPATH": str(tests)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "late:", done.stdout
