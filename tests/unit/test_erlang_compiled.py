"""Compiled, plain Python and numpy: one set of answers, and a light import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.erlang_questions import answers
from support.plain_erlang import uncompiled_kernels

from wfm.staffing import compiled, erlang
from wfm.staffing.warm import warm

TESTS = Path(__file__).resolve().parents[1]


def run(code):
    """Return what *code* prints in a process of its own, warnings being errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "how",
    [
        'sys.modules["numba"] = None',
        # Present, but without a compiler for this machine.
        """
import numba
from numba.core.errors import LoweringError
from numba.core.dispatcher import Dispatcher

def refuse(self, *arguments):
    raise LoweringError("no such machine")

Dispatcher.compile = refuse
""",
        # Present, but without a place for its cache.
        """
import numba
from numba.core import caching

def refuse(*arguments):
    raise RuntimeError("cannot cache function: no locator available")

caching.CacheImpl.__init__ = refuse
""",
    ],
    ids=["absent", "no compiler", "no cache"],
)
def test_without_compiled_code_the_answers_are_the_same(how):
    ask = "from support.erlang_questions import report; print(report())"
    in_use, found = json.loads(run(f"import sys\n{how}\n{ask}"))
    assert not in_use
    for plain, compiled_ in zip(found, answers(), strict=True):
        assert plain == pytest.approx(compiled_, rel=1e-11)


def test_importing_the_formulas_is_light():
    loaded = run("import sys, wfm.staffing.erlang; print(*sys.modules)").split()
    assert not {"numba", "scipy", "pandas", "ortools"} & set(loaded)


def test_numba_is_used_where_it_works():
    assert compiled.kernels() is not None


def samples():
    rng = np.random.default_rng(4)
    size = 30
    load = 10 ** rng.uniform(-2.5, 2.5, size)
    agents = load * rng.uniform(0.3, 2.0, size) + rng.random(size)
    agents[::2] = np.ceil(agents[::2])
    aht_s = rng.uniform(20, 2000, size)
    within_s = rng.choice([0.0, 20.0, 600.0, np.inf], size)
    patience_s = rng.choice([0.0, 3.0, 60.0, 5000.0, np.inf], size)
    return load, agents, aht_s, within_s, patience_s


def filled(kernels):
    load, agents, aht_s, within_s, patience_s = samples()
    result = [np.empty_like(load)]
    kernels.fill_log_free_weight(agents, load, result[0])
    queues = np.stack((load, agents, aht_s, within_s, patience_s))
    for definition in range(4):
        result.append(np.empty_like(load))
        kernels.fill_levels(queues, definition, result[-1])
    result.extend(np.empty((9, len(load))))
    kernels.fill_figures(queues, whole := np.empty((9, len(load))))
    result[5:] = list(whole)
    for kind, goal in enumerate((0.8, 15.0, 0.85, 0.3)):
        for whole_agents in (True, False):
            result.append(np.empty(len(load)))
            rows = np.full(len(load), goal)
            kernels.fill_least_agents(
                kind,
                0,
                whole_agents,
                *(load, aht_s, within_s, patience_s, rows),
                result[-1],
            )
    return result


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_kernels_as_plain_python_agree():
    plain = uncompiled_kernels()
    assert not hasattr(plain.fill_levels, "py_func")
    assert plain.usable()
    ours = compiled.kernels()
    assert ours is not None
    assert hasattr(ours.fill_levels, "py_func")
    with np.errstate(all="ignore"):
        for found, expected in zip(filled(plain), filled(ours), strict=True):
            assert found == pytest.approx(expected, rel=1e-11)


def test_warming_runs_every_kernel():
    warm()
    kernels = compiled.kernels()
    assert kernels is not None
    for name in kernels.__all__:
        if name.startswith("fill_"):
            assert getattr(kernels, name).signatures, name
    assert erlang.erlang_b(1, 1) == pytest.approx(0.5, rel=1e-14)


def test_read_only_arrays_are_not_compiled_for_anew():
    warm()
    kernels = compiled.kernels()
    assert kernels is not None
    load = np.array([1.0, 30.0])
    load.flags.writeable = False
    found = erlang.required_agents(
        load, load, answer_within_s=20.0, service_level_fraction=0.8
    )
    again = erlang.required_agents(
        load.copy(), load.copy(), answer_within_s=20.0, service_level_fraction=0.8
    )
    assert (found.agents == again.agents).all()
    assert len(kernels.fill_least_agents.signatures) == 1
