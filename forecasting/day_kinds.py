"""What holidays make of the days around them: eves, bridge days, long weekends."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from wfm.calendar.holidays import Holiday

HOLIDAY = "holiday"
BEFORE = "day before a holiday"
AFTER = "day after a holiday"
BRIDGE = "bridge day"
BETWEEN = "day between holidays"
LONG_WEEKEND = "holiday weekend"

BETWEEN_DAYS = 7
_ONE_DAY = timedelta(days=1)


def day_kinds(
    first: date,
    last: date,
    holidays: Mapping[date, Holiday],
    weekend: Collection[int],
) -> dict[date, tuple[str, str]]:
    """Return date -> (kind, name of the holiday) of the special days in a span.

    A working day before or after a holiday, or both ways enclosed by days off with a
    holiday among them (bridge day); a weekend that runs into a holiday; any other day
    between two holidays at most a week apart (Christmas to New Year, Golden Week, the
    half-holidays of Passover). Each day has one kind, the first of these that fits.

    Parameters
    ----------
    first, last
        The span, both ends included; *holidays* should reach a week beyond it.
    weekend
        The market's days of rest, 0 = Monday.
    """
    calendar = _Calendar(holidays, weekend)
    found = {}
    day = first
    while day <= last:
        if (kind := calendar.kind_of(day)) is not None:
            found[day] = kind
        day += _ONE_DAY
    return found


class _Calendar:
    """Questions about single days; every loop ends at the edge of the days off."""

    def __init__(
        self, holidays: Mapping[date, Holiday], weekend: Collection[int]
    ) -> None:
        self._holidays = holidays
        self._weekend = weekend

    def kind_of(self, day: date) -> tuple[str, str] | None:
        if day in self._holidays:
            return HOLIDAY, self._holidays[day].name
        before, after = self._run(day, -_ONE_DAY), self._run(day, _ONE_DAY)
        if day.weekday() in self._weekend:
            name = before or after
            return (LONG_WEEKEND, name) if name else self._between(day)
        if self._is_bridge(day):
            return BRIDGE, self._beside(day)
        if (holiday := self._holidays.get(day + _ONE_DAY)) is not None:
            return BEFORE, holiday.name
        return (AFTER, before) if before else self._between(day)

    def _is_off(self, day: date) -> bool:
        return day in self._holidays or day.weekday() in self._weekend

    def _is_bridge(self, day: date) -> bool:
        sides = (day - _ONE_DAY, day + _ONE_DAY)
        return (
            not self._is_off(day)
            and all(self._is_off(side) for side in sides)
            and any(side in self._holidays for side in sides)
        )

    def _beside(self, day: date) -> str:
        sides = (day - _ONE_DAY, day + _ONE_DAY)
        return next(self._holidays[d].name for d in sides if d in self._holidays)

    def _run(self, day: date, step: timedelta) -> str:
        """Return the holiday in the run of days off next to *day*, or ``""``."""
        day += step
        while self._is_off(day) or self._is_bridge(day):
            if day in self._holidays:
                return self._holidays[day].name
            day += step
        return ""

    def _between(self, day: date) -> tuple[str, str] | None:
        for back in range(1, BETWEEN_DAYS):
            earlier = self._holidays.get(day - back * _ONE_DAY)
            if earlier is None:
                continue
            later = range(1, BETWEEN_DAYS - back + 1)
            if any(day + k * _ONE_DAY in self._holidays for k in later):
                return BETWEEN, earlier.name
        return None
