"""What jobs of the second process have in common: how long they may take."""

import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work for so long; *max_rounds* are enough, whatever the clock says."""

    max_time_s: float
    max_rounds: int = 10**9

    def clock(self) -> "Clock":
        """Begin, and return what counts the time."""
        return Clock(job=self, begun_s=time.perf_counter())


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A job that was begun."""

    job: Job
    begun_s: float

    @property
    def gone_s(self) -> float:
        """Seconds since the job was begun."""
        return time.perf_counter() - self.begun_s

    def is_over(self) -> bool:
        """Return whether the time is up."""
        return self.gone_s > self.job.max_time_s

    def rounds(self) -> Iterator[int]:
        """Yield the numbers of rounds while there is time for them."""
        for n in range(self.job.max_rounds):
            if self.is_over():
                return
            yield n
