"""Compiling ahead: no kernel is left for the search's own clock."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import gc
import numpy as np
from numba.core.registry import CPUDispatcher
from support.synthetic_rosters import synthetic_week
from solver.core.bound import lagrangian_bound, start_prices
from solver.core.compile import compile_problem
from solver.core.fine_moves import anneal
from solver.core.local_search import LocalSearch
from solver.core.pair_moves import anneal_pairs
from solver.fine_search import fine_of
from solver.warm import warm

def signatures():
    return {
        o.py_func.__name__: len(o.signatures)
        for o in gc.get_objects()
        if isinstance(o, CPUDispatcher)
    }

warm()
before = signatures()
assert sum(before.values()) > 10, before
week = synthetic_week(1, scale=0.1)
compiled = compile_problem(week.instance, week.constraints, week.prices)
search = LocalSearch(compiled)
search.construct()
search.improve(rounds=1)
fine, two = fine_of(search.now, 1), np.arange(2)
anneal(fine, two, 1.0, 100)
anneal_pairs(fine, two, np.array([[0, 2], [0, 2]]), 1.0, 100)
lagrangian_bound(compiled, start_prices(compiled, search), rounds=2)
after = signatures()
print("late:", *sorted(name for name in after if after[name] > before[name]))
"""


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
