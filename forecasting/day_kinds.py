"""What holidays make of the days around them: eves, bridge days, long weekends."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from wfm.calendar.holidays import Holiday

HOLIDAY = "holiday"
MINOR = "minor holiday"
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
) -> dict[date, tuple[str, Holiday]]:
    """Return date -> (kind, holiday behind it) of the special days in a span.

    Besides the holidays themselves: the eve, a workday or a first day of rest; the
    workday after; a workday between a holiday and a day off (bridge day); the weekend
    that runs into a holiday; any other day between two holidays at most a week apart
    (Christmas to New Year, Golden Week, the half-holidays of Passover). Each day has
    one kind, the first of these that fits. Minor holidays make nothing of the days
    around them.

    Parameters
    ----------
    first, last
        The span, both ends included; *holidays* should reach a week beyond it.
    weekend
        The market's days of rest, 0 = Monday.
    """
    calendar = _Calendar(holidays, weekend)
    days = (day for day in calendar.days_near() if first <= day <= last)
    return {day: kind for day in days if (kind := calendar.kind_of(day)) is not None}


class _Calendar:
    """Questions about single days; every run ends at the edge of the days off."""

    def __init__(
        self, holidays: Mapping[date, Holiday], weekend: Collection[int]
    ) -> None:
        self._all = holidays
        self._major = {day: h for day, h in holidays.items() if not h.minor}
        self._weekend = weekend

    def days_near(self) -> list[date]:
        """Return the days that may be special: the holidays and the weeks beside."""
        reach = [k * _ONE_DAY for k in range(-BETWEEN_DAYS, BETWEEN_DAYS + 1)]
        return sorted({*self._all, *(d + step for d in self._major for step in reach)})

    def kind_of(self, day: date) -> tuple[str, Holiday] | None:
        if (holiday := self._all.get(day)) is not None:
            return MINOR if holiday.minor else HOLIDAY, holiday
        rest = day.weekday() in self._weekend
        for kind, found in (
            (BEFORE, None if rest else self._major.get(day + _ONE_DAY)),
            (BRIDGE, None if rest else self._bridged(day)),
            (AFTER, None if rest else self._major.get(day - _ONE_DAY)),
            (LONG_WEEKEND, self._joined(day) if rest else None),
            (BETWEEN, self._enclosing(day)),
        ):
            if found is not None:
                return kind, found
        return None

    def _is_off(self, day: date) -> bool:
        return day in self._major or day.weekday() in self._weekend

    def _bridged(self, day: date) -> Holiday | None:
        sides = (day - _ONE_DAY, day + _ONE_DAY)
        if self._is_off(day) or not all(self._is_off(side) for side in sides):
            return None
        return self._major.get(sides[0]) or self._major.get(sides[1])

    def _joined(self, day: date) -> Holiday | None:
        """Return the holiday in the run of days off around *day*."""
        for step in (-_ONE_DAY, _ONE_DAY):
            other = day + step
            for _ in range(BETWEEN_DAYS):
                if other in self._major:
                    return self._major[other]
                if not self._is_off(other) and not self._bridged(other):
                    break
                other += step
        return None

    def _enclosing(self, day: date) -> Holiday | None:
        """Return the last holiday before *day* if another one follows in time."""
        for back in range(1, BETWEEN_DAYS):
            earlier = self._major.get(day - back * _ONE_DAY)
            if earlier is not None:
                ahead = range(1, BETWEEN_DAYS - back + 1)
                follows = any(day + k * _ONE_DAY in self._major for k in ahead)
                return earlier if follows else None
        return None
