"""The kernels as plain Python: the same results, and their lines measured."""

import multiprocessing
import os

from support.search_plain import digest


def test_kernels_give_the_same_results_when_they_are_not_compiled():
    context = multiprocessing.get_context("spawn")
    parent, child = context.Pipe(duplex=False)
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    try:
        process = context.Process(target=digest, args=(child,))
        process.start()
    finally:
        del os.environ["NUMBA_DISABLE_JIT"]
    plain = parent.recv() if parent.poll(120) else None
    process.join(30)
    compiled_parent, compiled_child = context.Pipe(duplex=False)
    digest(compiled_child)
    assert plain is not None
    assert plain == compiled_parent.recv()
    assert process.exitcode == 0
