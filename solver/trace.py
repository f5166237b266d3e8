"""The course of a search: clock, bound, incumbent, and who is told."""

import time
from collections.abc import Callable
from threading import Event

from solver.outcome import OnProgress, Progress, SolveLimits, StopReason
from solver.problem import Score

Stop = Callable[[], bool] | Event | None


class Course:
    """Keeps the best roster and bound of one search and says when it is over.

    Parameters
    ----------
    limits
        When to stop.
    on_progress
        Told of every change.
    stop
        An event, or a function that returns true once the user wants to stop.
    """

    def __init__(
        self, limits: SolveLimits, on_progress: OnProgress | None, stop: Stop
    ) -> None:
        self.limits = limits
        self.best: Score | None = None
        self.bound = 0
        self.proven = False
        self._is_out = False
        self.rounds = 0
        self.method = ""
        self.first_roster_s: float | None = None
        self.start_objective: int | None = None
        self.trace: list[Progress] = []
        self._on_progress = on_progress
        self._stop = stop.is_set if isinstance(stop, Event) else stop
        self._start = time.perf_counter()

    @property
    def wall_s(self) -> float:
        """Seconds since the search began."""
        return time.perf_counter() - self._start

    @property
    def left_s(self) -> float:
        """Seconds until the time limit."""
        return max(0.0, self.limits.max_time_s - self.wall_s)

    @property
    def is_deterministic(self) -> bool:
        """Whether rounds, not the clock, decide."""
        return self.limits.deterministic_rounds is not None

    def interrupted(self) -> bool:
        """Return whether the user wants to stop."""
        return self._stop is not None and bool(self._stop())

    def must_stop(self) -> bool:
        """Return whether the user or the clock says stop (polled inside rounds)."""
        return self.interrupted() or self.left_s <= 0.0

    def reason(self) -> StopReason | None:
        """Return why the search is over, or ``None`` while it is not."""
        if self.proven:
            return "optimal"
        if self.interrupted():
            return "interrupted"
        if self._is_out or self.left_s <= 0.0:
            return "time"
        if self.is_deterministic:
            done = self.rounds >= (self.limits.deterministic_rounds or 0)
            return "deterministic" if done else None
        return "gap" if self._is_close() else None

    def _is_close(self) -> bool:
        if self.best is None or self.best.violations or self.limits.gap <= 0:
            return False
        objective = self.best.objective
        return objective - self.bound <= self.limits.gap * max(objective, 1)

    def offer(self, score: Score, phase: str) -> bool:
        """Keep *score* if it is better than the best; return whether it is."""
        if self.best is not None and score.key >= self.best.key:
            return False
        self.best = score
        if self.start_objective is None:
            self.start_objective = score.objective
        if self.first_roster_s is None and not score.violations:
            self.first_roster_s = self.wall_s
        self.tell(phase)
        return True

    def raise_bound(self, bound: int, phase: str = "bound") -> None:
        """Keep a better lower bound."""
        if bound > self.bound:
            self.bound = bound
            self.tell(phase)

    def prove(self, phase: str) -> None:
        """Note that the best roster is proven optimal."""
        self.proven = True
        self.tell(phase)

    def run_out(self) -> None:
        """Note that the time left is too short for anything more."""
        self._is_out = True

    def tell(self, phase: str) -> None:
        """Note the state of the search and tell who listens."""
        best = self.best
        progress = Progress(
            wall_s=self.wall_s,
            phase=phase,
            objective=best.objective if best else None,
            bound=self.bound,
            violations=len(best.violations) if best else 0,
        )
        self.trace.append(progress)
        if self._on_progress is not None:
            self._on_progress(progress)
