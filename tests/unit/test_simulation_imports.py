"""What importing the simulator costs, and how its compiled code is kept."""

import os
import subprocess
import sys
from pathlib import Path


def loaded_by(statement):
    code = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_simulator_is_light_until_it_runs():
    modules = loaded_by("import wfm.simulation.run, wfm.evaluation.simulated")
    assert not {"numba", "pandas", "ortools", "matplotlib"} & modules
    assert "scipy" not in loaded_by("import wfm.simulation.run")


def test_code_older_than_a_source_is_discarded(tmp_path):
    from wfm.stale import discard_stale

    cache = tmp_path / "__pycache__"
    cache.mkdir()
    for name, age in (("kernel.py", 100), ("__pycache__/old.nbi", 200)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (cache / "new.nbi").touch()
    discard_stale([tmp_path])
    assert [path.name for path in cache.iterdir()] == ["new.nbi"]


SCRIPT = """
import gc
from numba.core.registry import CPUDispatcher
from support.simulation_plain import closing_roster, everything
from wfm.simulation.run import simulate
from wfm.simulation.warm import warm

def signatures():
    return {
        o.py_func.__name__: len(o.signatures)
        for o in gc.get_objects()
        if isinstance(o, CPUDispatcher)
    }

warm()
before = signatures()
assert before["run"] == 1, before
for case in (everything, closing_roster):
    simulate(*case(), replications=2)
after = signatures()
print("late:", *sorted(name for name in after if after[name] > before[name]))
"""


def test_nothing_is_compiled_after_warm():
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_DISABLE_JIT"}
    tests = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        env=environment | {"PYTHONPATH": tests},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "late:", done.stdout


def test_warming_up_runs_the_kernels():
    from wfm.simulation.engine import run
    from wfm.simulation.warm import warm

    warm()
    assert run.signatures or os.environ.get("NUMBA_DISABLE_JIT")
