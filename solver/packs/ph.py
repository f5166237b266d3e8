"""Philippines: Labor Code (Presidential Decree No. 442)."""

from datetime import date

from solver.pack import PACKS, Evidence, Pack, PackPremium, PackValue, Source

_CODE = "http://online.flipbuilder.com/awdz/onjr/files/basic-html/page37.html"
_HOURS = (
    "https://lexaelianamarie.blogspot.com/2023/09/"
    "labor-code-book-iii-conditions-of_19.html"
)
_REST = (
    "https://www.respicio.ph/commentaries/"
    "legal-limits-on-maximum-working-hours-and-forced-overtime"
)


def _article(article: str, url: str = _CODE, evidence: Evidence = "text") -> Source:
    return Source(
        law=f"Labor Code of the Philippines, article {article}",
        url=url,
        read=date(2026, 11, 22),
        evidence=evidence,
    )


PACK = PACKS.add("ph")(
    Pack(
        name="ph",
        title="Philippines",
        values=(
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 8.0},
                words="8 normal hours of work a day",
                source=_article("83", _HOURS),
            ),
            PackValue(
                key="meal",
                rule="breaks_due",
                parameters={"due": ((5.0, 60.0),), "min_minutes": 60, "paid": False},
                words="60 minutes off for regular meals, taken here as due in shifts "
                "of more than 5 hours of work",
                source=_article("85"),
            ),
            PackValue(
                key="weekly_rest",
                rule="weekly_rest",
                parameters={"hours": 24.0},
                words="24 hours of rest in a row each week",
                source=_article("91", _REST, "summary"),
            ),
            PackValue(
                key="days_in_a_row",
                rule="max_consecutive_days",
                parameters={"days": 6},
                words="a rest after every six days of work in a row",
                source=_article("91", _REST, "summary"),
            ),
        ),
        premia=(
            PackPremium(
                key="night_premium",
                kind="night",
                fraction=0.10,
                from_minute=22 * 60,
                to_minute=6 * 60,
                words="10 % for each hour of work between 22:00 and 6:00",
                source=_article("86"),
            ),
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.25,
                after_hours_a_week=48.0,
                words="25 % beyond 8 hours a day, priced here beyond six such days a "
                "week (30 % of the higher rate on rest days and holidays)",
                source=_article("87"),
            ),
        ),
        not_covered=("30 % on rest days and special days (article 93)",),
    )
)
