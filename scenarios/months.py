"""Calendar months, and how weeks fall into them by local date."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from wfm.domain.errors import UsageError

_PATTERN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month; ``str`` gives ``2026-10``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month written ``YYYY-MM``.

        Raises
        ------
        UsageError
            If *text* is no month.
        """
        found = _PATTERN.fullmatch(text)
        if found is None:
            msg = f"{text!r} is no month YYYY-MM"
            raise UsageError(msg)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month of a local date."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        """Return ``YYYY-MM``."""
        return f"{self.year:04d}-{self.number:02d}"

    def __add__(self, months: int) -> "Month":
        """Return the month *months* later (earlier if negative)."""
        years, number = divmod(12 * self.year + self.number - 1 + months, 12)
        return Month(years, number + 1)

    def __sub__(self, other: "Month") -> int:
        """Return the number of months from *other* to this one."""
        return 12 * (self.year - other.year) + self.number - other.number

    @property
    def num_days(self) -> int:
        """Days of the month."""
        return calendar.monthrange(self.year, self.number)[1]

    @property
    def first_date(self) -> date:
        """The first date of the month."""
        return date(self.year, self.number, 1)

    def dates(self) -> Iterator[date]:
        """Yield the dates of the month."""
        for day in range(self.num_days):
            yield self.first_date + timedelta(days=day)


def months_from(first: Month, count: int) -> tuple[Month, ...]:
    """Return *count* months from *first* on."""
    return tuple(first + offset for offset in range(count))


def days_by_month(first: date, num_days: int) -> dict[Month, int]:
    """Return how many of *num_days* local dates from *first* fall into each month."""
    days: dict[Month, int] = {}
    for offset in range(num_days):
        month = Month.of(first + timedelta(days=offset))
        days[month] = days.get(month, 0) + 1
    return days
