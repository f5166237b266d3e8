"""The same work by kernels as machine code and as plain Python, each in a process."""

import multiprocessing
import os


def digest_of(digest, *, plain, wait_s=200):
    """Return what *digest*, a function of a connection, sends back; it must end well.

    With *plain* nothing is compiled, so that coverage sees the kernels' lines.
    """
    context = multiprocessing.get_context("spawn")
    parent, child = context.Pipe(duplex=False)
    if plain:
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    try:
        process = context.Process(target=digest, args=(child,))
        process.start()
    finally:
        os.environ.pop("NUMBA_DISABLE_JIT", None)
    found = parent.recv() if parent.poll(wait_s) else None
    process.join(30)
    assert process.exitcode == 0
    assert found is not None
    return found
