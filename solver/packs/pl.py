"""Poland: Kodeks pracy."""

from datetime import date

from solver.pack import PACKS, Evidence, Pack, PackPremium, PackValue, Source

_CODE = "https://sip.lex.pl/akty-prawne/dzu-dziennik-ustaw/kodeks-pracy-16789274"


def _article(article: str, url: str = _CODE, evidence: Evidence = "memory") -> Source:
    return Source(
        law=f"Kodeks pracy, article {article}",
        url=url,
        read=date(2026, 11, 22),
        evidence=evidence,
    )


_HOURS = _article(
    "129",
    "https://www.rp.pl/narzedzia/art6678661-komentarz-do-kp-dzial-szosty-czas-pracy-"
    "rozdzial-ii-normy-i-ogolny-wymiar-czasu-pracy",
    "text",
)

PACK = PACKS.add("pl")(
    Pack(
        name="pl",
        title="Poland",
        extends=("eu",),
        values=(
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 8.0},
                words="8 hours of work a day",
                source=_HOURS,
            ),
            PackValue(
                key="average_hours",
                rule="average_hours",
                parameters={"max_hours": 40.0, "weeks": 17},
                words="40 hours a week on average over at most four months, in five "
                "days a week",
                source=_HOURS,
            ),
            PackValue(
                key="daily_rest",
                rule="min_rest",
                parameters={"hours": 11.0},
                words="11 hours of rest in a row each day",
                source=_article("132"),
            ),
            PackValue(
                key="weekly_rest",
                rule="weekly_rest",
                parameters={"hours": 35.0},
                words="35 hours of rest in a row each week",
                source=_article("133"),
            ),
            PackValue(
                key="breaks_due",
                rule="breaks_due",
                parameters={
                    "due": ((6.0, 15.0), (9.25, 30.0)),
                    "min_minutes": 15,
                    "reached": True,
                },
                words="a paid break of 15 minutes from 6 hours on, another beyond 9 "
                "(here: from 9 h 15 min)",
                source=_article("134", f"{_CODE}/art-134", "text"),
                since=date(2023, 4, 26),
            ),
        ),
        premia=(
            PackPremium(
                key="night_premium",
                kind="night",
                fraction=0.20,
                from_minute=22 * 60,
                to_minute=6 * 60,
                words="20 % of the hourly rate that follows from the minimum wage, for "
                "eight night hours chosen between 21:00 and 7:00; taken here of the "
                "wage, 22:00 to 6:00",
                source=_article("151(7) and 151(8)"),
            ),
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.50,
                after_hours_a_week=40.0,
                words="50 % on overtime (100 % at night, on Sundays and holidays)",
                source=_article("151(1)"),
            ),
        ),
        not_covered=(
            "150 hours of overtime a year (article 151)",
            "every fourth Sunday free (article 151(12)): see the rule max_weekends",
        ),
    )
)
