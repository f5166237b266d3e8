"""Public holidays by country and subdivision, with the planner's own changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One public holiday; *provisional* when its date is estimated or unannounced."""

    day: date
    name: str
    provisional: bool = False


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

    found = holidays.country_holidays(country, subdiv=subdivision, years=years)
    limit = LAST_ANNOUNCED_YEAR.get(country)
    result = {
        day: Holiday(
            day=day,
            name=name,
            provisional="estimated" in name.lower()
            or (limit is not None and day.year > limit),
        )
        for day, name in sorted(found.items())
    }
    for key in (country, calendar_key(country, subdivision)):
        change = (changes or {}).get(key, CalendarChange())
        result = {d: h for d, h in result.items() if d not in change.removed}
        result |= {d: Holiday(day=d, name=n) for d, n in change.added.items()}
    return dict(sorted(result.items()))
