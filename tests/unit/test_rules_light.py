"""Rules judge rosters on machines without a solver."""

import subprocess
import sys

PROGRAM = """
import sys

sys.modules["ortools"] = None
from support.tiny_rosters import agent, instance_of, shift_at
from solver.build import build_rules
from wfm.domain.roster import Roster

instance = instance_of([agent("a")])
late = shift_at(instance, "a", instance.planned_days["a"][0].date_local, 9)
rules = build_rules([])
found = [v for rule in rules for v in rule.violations(instance, Roster(shifts=(late,)))]
demanded = [c for rule in rules for c in rule.constraints(instance)]
print([v.rule for v in found], len(demanded) > 0)
"""


def test_checkers_need_no_ortools() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env={"PYTHONPATH": "tests"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "['shift_shape'] True\n", done.stderr
