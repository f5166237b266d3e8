"""The simulator's kernels as plain Python: the same results, their lines measured."""

import multiprocessing
import os

import numpy as np
from support.simulation_plain import digest


def received(context, *, plain):
    parent, child = context.Pipe(duplex=False)
    if not plain:
        process = context.Process(target=digest, args=(child,))
        process.start()
    else:
        os.environ["NUMBA_DISABLE_JIT"] = "1"
        try:
            process = context.Process(target=digest, args=(child,))
            process.start()
        finally:
            del os.environ["NUMBA_DISABLE_JIT"]
    found = parent.recv() if parent.poll(200) else None
    process.join(30)
    assert process.exitcode == 0
    return found


def test_kernels_give_the_same_results_when_they_are_not_compiled():
    context = multiprocessing.get_context("spawn")
    plain, compiled = (received(context, plain=p) for p in (True, False))
    assert plain is not None
    assert compiled is not None
    for ours, theirs in zip(plain, compiled, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            # The last bits of logarithms may differ between the two libraries.
            assert np.allclose(one, other, rtol=1e-9, atol=1e-6)
