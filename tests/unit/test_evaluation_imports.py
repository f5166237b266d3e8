"""Evaluation and staffing run where the solver's and the table's libraries are not."""

import subprocess
import sys

BLOCKED = """
import sys

for name in ("ortools", "pandas", "matplotlib"):
    sys.modules[name] = None

import wfm.evaluation.certificate, wfm.evaluation.describe, wfm.evaluation.service
from wfm.staffing.channel import CHANNELS

print(",".join(CHANNELS.names()), "scipy" in sys.modules, "numba" in sys.modules)
"""


def test_no_solver_no_tables_and_light():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=True
    )
    names = "callback,chat,email,messaging,outbound,phone,social,virtual_queue"
    assert done.stdout.strip() == f"{names} False False"
