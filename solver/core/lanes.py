"""What shares nothing is done side by side: a few threads over compiled kernels.

Kernels run without the interpreter's lock, so threads use as many cores as there are.
Which thread does what never matters to a result: each writes to places of its own.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from wfm.cores import usable_cores

MOST = 4
"""Lanes at most."""


class Lanes:
    """A task for each lane at a time; with one lane it is done by the caller."""

    def __init__(self) -> None:
        self.count = 1
        self._pool: ThreadPoolExecutor | None = None

    def widen(self) -> None:
        """Use as many lanes as there are cores."""
        self.count = min(MOST, usable_cores())

    def narrow(self) -> None:
        """Use one lane; the threads end."""
        self.count = 1
        if self._pool is not None:
            self._pool.shutdown()
        self._pool = None

    def run(self, task: Callable[[int], None]) -> None:
        """Call ``task(lane)`` for every lane, and wait for all.

        Raises
        ------
        Exception
            Whatever a task raises.
        """
        if self.count == 1:
            task(0)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.count - 1)
        others = [self._pool.submit(task, lane) for lane in range(1, self.count)]
        task(0)
        for other in others:
            other.result()
