"""The lower bound, computed in a process of its own beside the search.

A plain child (``python -m solver.bound_process``) rather than a multiprocessing one:
it never runs the caller's main module a second time, so a script or notebook can call
``solve`` at its top level. The child reads its job from stdin, writes every better
bound as a line to stdout, ends when stdin closes, and ignores Ctrl-C: the parent
decides. Whatever happens to it, the parent keeps the best bound that it has heard.
"""

import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, BinaryIO, TextIO

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundJob:
    """What the child works on; it stops by rounds if given, else by seconds."""

    compiled: Any
    start_prices: Any
    rounds: int | None
    seconds: float | None


class BoundProcess:
    """A running bound; ``bound`` is the best that the child has written so far."""

    def __init__(self) -> None:
        self.bound = 0
        paths = os.pathsep.join(path for path in sys.path if path)
        self._child = subprocess.Popen(
            [sys.executable, "-m", "solver.bound_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": paths},
            start_new_session=True,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self._writer: Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether the child may still write a better bound."""
        return self._child.poll() is None

    @property
    def process_id(self) -> int:
        """The child's process id."""
        return self._child.pid

    def send(self, job: BoundJob) -> None:
        """Hand the job over without waiting for the child to be ready."""
        self._writer = Thread(target=self._write, args=(job,), daemon=True)
        self._writer.start()

    def wait(self, poll: Callable[[], bool]) -> None:
        """Wait for the child to end by itself, or for *poll* to say stop."""
        while self.is_running and not poll():
            self._reader.join(timeout=0.1)
        if not self.is_running:
            self._reader.join()

    def stop(self) -> None:
        """End the child at once; what it has written stays."""
        if self.is_running:
            self._child.kill()
        code = self._child.wait()
        self._reader.join(timeout=5.0)
        if self._writer is not None:
            self._writer.join(timeout=5.0)
        for pipe in (self._child.stdin, self._child.stdout):
            _close(pipe)
        if code > 0:
            _LOG.warning("the bound process ended with code %d", code)

    def _read(self) -> None:
        assert self._child.stdout is not None  # noqa: S101 - it was asked for
        for line in self._child.stdout:
            self.bound = max(self.bound, int(line))

    def _write(self, job: BoundJob) -> None:
        assert self._child.stdin is not None  # noqa: S101 - it was asked for
        try:
            pickle.dump(job, self._child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._child.stdin.flush()
        except (OSError, ValueError):
            _LOG.warning("the bound process ended before it had its job")


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        _LOG.debug("a pipe of the bound process was already broken")


def serve(source: BinaryIO, sink: TextIO) -> None:
    """Read a job from *source* and write every better bound to *sink*."""
    from solver.core.bound import lagrangian_bound

    job: BoundJob = pickle.load(source)  # noqa: S301 - written by our own parent
    ended = Event()
    Thread(target=_watch, args=(source, ended), daemon=True).start()

    def write(bound: int) -> None:
        try:
            sink.write(f"{bound}\n")
            sink.flush()
        except OSError:
            ended.set()

    bound = lagrangian_bound(
        job.compiled,
        job.start_prices,
        rounds=job.rounds,
        seconds=job.seconds,
        stop=ended.is_set,
        on_bound=write,
    )
    write(bound)


def _watch(source: BinaryIO, ended: Event) -> None:
    """Set *ended* when the parent closes the pipe or dies."""
    source.read(1)
    ended.set()


def main() -> None:
    """Run as the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout)


if __name__ == "__main__":
    main()
