"""A few questions to the formulas, to be asked in another process too."""

import json

import numpy as np

from wfm.staffing import compiled, erlang


def answers() -> list[list[float]]:
    """Return agents, levels and loads over three orders of magnitude."""
    load = 10 ** np.linspace(-2, 3, 40)
    goal = {"answer_within_s": 20.0, "service_level_fraction": 0.8}
    found = []
    for patience_s in (np.inf, 90.0):
        common = {"patience_s": patience_s}
        found += [
            erlang.required_agents(load, 240, **common, **goal).agents,
            erlang.required_agents(load, 240, integer=False, **common, **goal).agents,
            erlang.service_level(load, 1.05 * load + 1, 240, 20, **common),
            erlang.max_workload_erlangs(load, 240, **common, **goal),
        ]
    return [row.tolist() for row in found]


def report() -> str:
    """Return whether kernels are in use, and the answers."""
    return json.dumps([compiled.kernels() is not None, answers()])
