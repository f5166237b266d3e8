"""The one time axis: equal UTC intervals addressed by integer index."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalGrid:
    """Equal half-open intervals ``[t, t + 1)`` from *start_utc* on.

    Spans of time are half-open index ranges. Indices outside ``0..num_intervals``
    are meaningful (a shift carried over from last week has negative ones); only
    arrays end at the grid.

    Raises
    ------
    ValueError
        If *start_utc* is naive or not on a whole minute, or a size is not positive.
    """

    start_utc: datetime
    interval_minutes: int
    num_intervals: int

    def __post_init__(self) -> None:
        if self.start_utc.tzinfo is None:
            msg = f"start_utc must be aware, got the naive {self.start_utc}"
            raise ValueError(msg)
        object.__setattr__(self, "start_utc", self.start_utc.astimezone(UTC))
        if self.start_utc.second or self.start_utc.microsecond:
            msg = f"start_utc must be on a whole minute, got {self.start_utc}"
            raise ValueError(msg)
        if self.interval_minutes <= 0 or self.num_intervals < 0:
            msg = f"grid of {self.num_intervals} x {self.interval_minutes} min"
            raise ValueError(msg)

    @property
    def interval_s(self) -> int:
        """Length of one interval in seconds."""
        return self.interval_minutes * 60

    @property
    def interval_hours(self) -> float:
        """Length of one interval in hours."""
        return self.interval_minutes / 60

    @property
    def end_utc(self) -> datetime:
        """End of the last interval."""
        return self.instant(self.num_intervals)

    @property
    def start_minute(self) -> int:
        """Minutes from 1970-01-01 UTC to *start_utc*."""
        return int(self.start_utc.timestamp()) // 60

    def instant(self, idx: int) -> datetime:
        """Return the UTC instant at which interval *idx* begins."""
        return self.start_utc + timedelta(minutes=idx * self.interval_minutes)

    def floor_index(self, instant: datetime) -> int:
        """Return the index of the interval that holds *instant*.

        Raises
        ------
        ValueError
            If *instant* is naive.
        """
        if instant.tzinfo is None:
            msg = f"an instant must be aware, got the naive {instant}"
            raise ValueError(msg)
        return (instant - self.start_utc) // timedelta(minutes=self.interval_minutes)

    def index_of(self, instant: datetime) -> int:
        """Return the index of the interval that begins at *instant*.

        Raises
        ------
        ValueError
            If *instant* is naive or no interval begins there.
        """
        idx = self.floor_index(instant)
        if self.instant(idx) != instant:
            msg = f"{instant} is not on the {self.interval_minutes}-minute grid"
            raise ValueError(msg)
        return idx

    def refined(self, step_minutes: int) -> "IntervalGrid":
        """Return the grid over the same time in steps of *step_minutes*.

        Raises
        ------
        ValueError
            If *step_minutes* does not divide the interval.
        """
        factor, rest = divmod(self.interval_minutes, step_minutes)
        if rest:
            msg = f"{step_minutes} min does not divide {self.interval_minutes} min"
            raise ValueError(msg)
        return IntervalGrid(
            start_utc=self.start_utc,
            interval_minutes=step_minutes,
            num_intervals=self.num_intervals * factor,
        )
