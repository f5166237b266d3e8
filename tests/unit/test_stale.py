"""How compiled code that several processes keep on disk is told apart."""

import re
from itertools import combinations

import numba
import pytest

from wfm.stale import name_apart


def symbol(function):
    """Return the name under which numba links *function* when compiled."""
    compiled = numba.njit(function)
    compiled(1.0)
    (code,) = compiled.overloads.values()
    return code.fndesc.mangled_name


def half(value):
    return value / 2.0


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_no_two_processes_number_their_functions_alike():
    # numba would count from 1 in each process, so that code of one name can clash.
    name_apart()
    numbers = [int(re.search(r"B\d+v(\d+)", symbol(half))[1]) for _ in range(3)]
    assert min(abs(a - b) for a, b in combinations([0, *numbers], 2)) > 2**32
