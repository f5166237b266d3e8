"""Stages of independent tasks, done here or by several processes."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeAlias, TypeVar

OnProgress: TypeAlias = Callable[[str, int, int], None]
"""Told the stage, tasks done, and tasks in all."""
K = TypeVar("K")
T = TypeVar("T")
R = TypeVar("R")
CHUNK = 4


class Pool:
    """Does the tasks of a stage, in other processes where there are several."""

    def __init__(self, workers: int, on_progress: OnProgress) -> None:
        self._workers, self._on_progress = workers, on_progress
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def each(
        self, stage: str, work: Callable[[T], R], tasks: Mapping[K, T]
    ) -> dict[K, R]:
        """Return *work* of every task, in order of the tasks."""
        done: dict[K, R] = {}
        self._on_progress(stage, 0, len(tasks))
        for key, result in zip(tasks, self._results(work, tasks.values()), strict=True):
            done[key] = result
            self._on_progress(stage, len(done), len(tasks))
        return done

    def _results(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterable[R]:
        listed = list(tasks)
        if self._workers <= 1 or len(listed) < 2:
            return map(work, listed)
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._workers, mp_context=get_context("spawn")
            )
        chunk = CHUNK if len(listed) > 4 * CHUNK * self._workers else 1
        return self._executor.map(work, listed, chunksize=chunk)
