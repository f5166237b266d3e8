"""A second process beside the search: bounds and neighbourhoods are computed there.

A plain child (``python -m solver.worker``) rather than a multiprocessing one: it never
runs the caller's main module a second time, so a script or notebook may call ``solve``
at its top level. The child reads jobs from stdin and writes messages to stdout, both
pickled; it ends when stdin closes and ignores Ctrl-C, for the parent decides. It can be
killed at any time: what it has already said stays said.
"""

import importlib
import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeAlias

_LOG = logging.getLogger(__name__)

Emit: TypeAlias = Callable[[Any], None]


class Worker:
    """A child process that works on one job after the other.

    A job is the name of a function, ``"package.module:function"``, and its payload;
    the child calls ``function(payload, emit)`` and each ``emit(message)`` arrives at
    :meth:`messages`.
    """

    def __init__(self) -> None:
        self.pending = 0
        self._is_stopping = False
        self._messages: Queue[tuple[bool, Any]] = Queue()
        self._jobs: Queue[tuple[str, Any] | None] = Queue()
        paths = os.pathsep.join(path for path in sys.path if path)
        self._child = subprocess.Popen(
            [sys.executable, "-m", "solver.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": paths},
            start_new_session=True,
        )
        assert self._child.stdin is not None  # noqa: S101 - they were asked for
        assert self._child.stdout is not None  # noqa: S101
        self._stdin, self._stdout = self._child.stdin, self._child.stdout
        self._threads = [
            Thread(target=self._read, daemon=True),
            Thread(target=self._write, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def process_id(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def is_busy(self) -> bool:
        """Whether the child lives and has a job that it has not finished."""
        return self.pending > 0 and self._child.poll() is None

    def send(self, function: str, payload: Any) -> None:
        """Queue a job; the call does not wait for the child."""
        self.pending += 1
        self._jobs.put((function, payload))

    def messages(self, wait_s: float = 0.0) -> list[Any]:
        """Return what has arrived, waiting up to *wait_s* for the first message."""
        found: list[Any] = []
        with suppress(Empty):
            while True:
                wait = wait_s > 0 and not found
                is_done, message = self._messages.get(block=wait, timeout=wait_s)
                if is_done:
                    self.pending -= 1
                else:
                    found.append(message)
        return found

    def stop(self) -> None:
        """End the child at once."""
        self._is_stopping = True
        self._jobs.put(None)
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        for thread in self._threads:
            thread.join(timeout=5.0)
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):
                pipe.close()

    def _read(self) -> None:
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                self._messages.put(pickle.load(self._stdout))  # noqa: S301 - our child

    def _write(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                pickle.dump(job, self._stdin, protocol=pickle.HIGHEST_PROTOCOL)
                self._stdin.flush()
        except (OSError, ValueError):
            if not self._is_stopping:
                _LOG.warning("the second process of the search has ended early")


class Aided:
    """A search that a second process helps, from entering it until it is left."""

    worker: Worker | None = None

    def wants_worker(self) -> bool:
        """Return whether there is to be a second process."""
        return True

    def __enter__(self) -> Self:
        """Start the second process."""
        self.worker = Worker() if self.wants_worker() else None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the second process."""
        self.end_worker()

    def end_worker(self) -> None:
        """End the second process at once, if there is one."""
        if self.worker is not None:
            self.worker.stop()
            self.worker = None


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Work on the jobs in *source* until it ends; write messages to *sink*."""

    def write(is_done: bool, message: Any) -> None:
        pickle.dump((is_done, message), sink, protocol=pickle.HIGHEST_PROTOCOL)
        sink.flush()

    with suppress(EOFError, BrokenPipeError):
        while True:
            name, payload = pickle.load(source)  # noqa: S301 - written by our parent
            module, _, function = name.partition(":")
            work = getattr(importlib.import_module(module), function)
            work(payload, lambda message: write(False, message))
            write(True, None)


def main() -> None:
    """Run as the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
