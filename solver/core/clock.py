"""When a call of the search is over: by time, by rounds, or by both."""

from time import perf_counter


class Clock:
    """How much of one call is over, by time or by rounds."""

    def __init__(self, seconds: float | None, rounds: int | None) -> None:
        if seconds is None and rounds is None:
            msg = "say how long to search: seconds or rounds"
            raise ValueError(msg)
        self.seconds, self.rounds = seconds, rounds
        self.rounds_done = 0
        self._start = perf_counter()

    def share(self) -> float:
        """Return which part of the call is over; 1 or more at its end."""
        by_time, by_rounds = 0.0, 0.0
        if self.seconds is not None:
            by_time = (perf_counter() - self._start) / max(self.seconds, 1e-9)
        if self.rounds is not None:
            by_rounds = self.rounds_done / self.rounds if self.rounds else 1.0
        return max(by_time, by_rounds)

    def length(self, full_s: float, full_rounds: int) -> float:
        """Return how long the call is, as a part of a full one (1 at most)."""
        by_time = 1.0 if self.seconds is None else self.seconds / full_s
        by_rounds = 1.0 if self.rounds is None else self.rounds / full_rounds
        return min(1.0, by_time, by_rounds)
