"""California: Labor Code."""

from datetime import date

from solver.pack import PACKS, Evidence, Pack, PackPremium, PackValue, Source

_MEALS = (
    "https://print.casetext.com/statute/california-codes/california-labor-code/"
    "division-2-employment-regulation-and-supervision/part-2-working-hours/"
    "chapter-1-general/section-512-meal-periods"
)
_OVERTIME = (
    "https://californiaglobe.com/articles/"
    "general-working-hours-under-the-california-labor-code"
)
_RESTS = (
    "https://miraclemilelaw.com/what-are-the-rest-meal-overtime-laws-in-california/"
)


def _section(section: str, url: str, evidence: Evidence) -> Source:
    return Source(
        law=f"California Labor Code, section {section}",
        url=url,
        read=date(2026, 11, 22),
        evidence=evidence,
    )


PACK = PACKS.add("us_ca")(
    Pack(
        name="us_ca",
        title="California",
        extends=("us",),
        values=(
            PackValue(
                key="meal",
                rule="break_by",
                parameters={
                    "hours": 5.0,
                    "break_minutes": 30,
                    "over_hours": 5.0,
                    "second_hours": 10.0,
                },
                words="a meal period of 30 minutes that begins in the first 5 hours "
                "of a work period of more than 5, a second within 10 of more than 10",
                source=_section("512", _MEALS, "text"),
            ),
            PackValue(
                key="rest_periods",
                rule="breaks_due",
                parameters={
                    "due": ((3.5, 10.0), (6.0, 20.0), (10.0, 30.0)),
                    "min_minutes": 10,
                    "paid": True,
                },
                words="10 paid minutes of rest for every 4 hours or major part of them",
                source=_section("226.7 with the wage orders", _RESTS, "summary"),
            ),
            PackValue(
                key="weekly_day_off",
                rule="max_days_a_week",
                parameters={"days": 6},
                words="one day's rest in seven",
                source=_section("551 and 552", _OVERTIME, "memory"),
            ),
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 8.0},
                words="beyond 8 hours a day one and a half times the rate, beyond 12 "
                "twice: taken here as a limit, lift it where overtime is wanted",
                source=_section("510", _OVERTIME, "summary"),
            ),
        ),
        premia=(
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.50,
                after_hours_a_week=40.0,
                words="one and a half times the rate beyond 40 hours a week",
                source=_section("510", _OVERTIME, "summary"),
            ),
        ),
        not_covered=("waivers of meal periods by consent (section 512)",),
    )
)
