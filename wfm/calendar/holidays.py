"""Public holidays by country and subdivision, with the planner's own changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from wfm.domain.plan import CalendarChange

# Years after these are not announced by the government; the library returns them
# without a flag (seen in `holidays` 0.109, 2026-11).
LAST_ANNOUNCED_YEAR: Mapping[str, int] = {
    "CN": 2026,
    "KR": 2026,
    "TW": 2026,
    "VN": 2026,
    "MY": 2026,
}

# Where public holidays differ widely in who keeps them: the ones that nearly every
# employer keeps. The others are working days for most people.
KEPT_BY_NEARLY_ALL: Mapping[str, frozenset[str]] = {
    "US": frozenset(
        {
            "New Year's Day",
            "Memorial Day",
            "Independence Day",
            "Labor Day",
            "Thanksgiving Day",
            "Christmas Day",
        }
    ),
}
SATURDAY_SUNDAY = frozenset({5, 6})


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One public holiday.

    *provisional* when its date is estimated or unannounced; *minor* when most people
    work on it.
    """

    day: date
    name: str
    provisional: bool = False
    minor: bool = False

    @property
    def plain_name(self) -> str:
        """The name without remarks such as "(observed)" or "(estimated)"."""
        return self.name.split(" (")[0]


@cache
def weekend_days(country: str | None) -> frozenset[int]:
    """Return the weekdays on which *country* rests, 0 = Monday.

    Saturday and Sunday for ``None`` and for a country that the library does not know.
    """
    if country is None:
        return SATURDAY_SUNDAY
    import holidays

    try:
        found = frozenset(holidays.country_holidays(country).weekend)
    except NotImplementedError:
        return SATURDAY_SUNDAY
    return found or SATURDAY_SUNDAY


def calendar_key(country: str, subdivision: str | None) -> str:
    """Return the name of a calendar in the plan: ``"DE"`` or ``"DE-BE"``."""
    return f"{country}-{subdivision}" if subdivision else country


def public_holidays(
    country: str | None,
    subdivision: str | None,
    years: range,
    changes: Mapping[str, CalendarChange] | None = None,
) -> dict[date, Holiday]:
    """Return the holidays of *years*; none for ``country=None``.

    Raises
    ------
    NotImplementedError
        From the library, if it does not know the country or subdivision.
    """
    if country is None:
        return {}
    import holidays

    # Without a language the names, and the mark of an estimated date, would be those
    # of the machine's locale.
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=years, language="en_US"
    )
    result = {day: _holiday(day, name, country) for day, name in sorted(found.items())}
    for key in (country, calendar_key(country, subdivision)):
        change = (changes or {}).get(key, CalendarChange())
        result = {d: h for d, h in result.items() if d not in change.removed}
        result |= {d: Holiday(day=d, name=n) for d, n in change.added.items()}
    return dict(sorted(result.items()))


def _holiday(day: date, name: str, country: str) -> Holiday:
    limit = LAST_ANNOUNCED_YEAR.get(country)
    holiday = Holiday(
        day=day,
        name=name,
        provisional="estimated" in name.lower()
        or (limit is not None and day.year > limit),
    )
    kept = KEPT_BY_NEARLY_ALL.get(country)
    return replace(holiday, minor=kept is not None and holiday.plain_name not in kept)
