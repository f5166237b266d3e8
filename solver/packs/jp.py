"""Japan: Labor Standards Act (Act No. 49 of 1947)."""

from datetime import date

from solver.pack import PACKS, Evidence, Pack, PackPremium, PackValue, Source

_JETRO = "https://www.jetro.go.jp/usa/legislation-on-working-hours-breaks-days-off.html"
_ACT = (
    "https://www.japaneselawtranslation.go.jp/en/laws/download/3567/06/"
    "s22Aa000490304en14.0_h30A71.xml"
)


def _article(article: str, url: str = _JETRO, evidence: Evidence = "summary") -> Source:
    return Source(
        law=f"Labor Standards Act, article {article}",
        url=url,
        read=date(2026, 11, 22),
        evidence=evidence,
    )


PACK = PACKS.add("jp")(
    Pack(
        name="jp",
        title="Japan",
        values=(
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 8.0},
                words="8 hours of work a day, breaks excluded",
                source=_article("32"),
            ),
            PackValue(
                key="breaks_due",
                rule="breaks_due",
                parameters={"due": ((6.0, 45.0), (8.0, 60.0)), "min_minutes": 1},
                words="45 minutes of breaks beyond 6 hours of work, 60 beyond 8",
                source=_article("34"),
            ),
            PackValue(
                key="weekly_day_off",
                rule="max_days_a_week",
                parameters={"days": 6},
                words="one day off a week (or four in four weeks)",
                source=_article("35"),
            ),
            PackValue(
                key="overtime",
                rule="overtime",
                parameters={
                    "normal_hours": 40.0,
                    "max_in_4_weeks": 41.5,
                    "max_in_52_weeks": 360.0,
                },
                words="40 hours of work a week (article 32); overtime only under an "
                "article 36 agreement, at most 45 hours a month (41.5 in four weeks) "
                "and 360 a year; approve it by name",
                source=_article("36", _ACT, "memory"),
                since=date(2019, 4, 1),
            ),
        ),
        premia=(
            PackPremium(
                key="night_premium",
                kind="night",
                fraction=0.25,
                from_minute=22 * 60,
                to_minute=5 * 60,
                words="25 % for work between 22:00 and 5:00",
                source=_article("37", _ACT, "memory"),
            ),
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.25,
                after_hours_a_week=40.0,
                words="25 % beyond the legal hours (50 % beyond 60 a month)",
                source=_article("37", _ACT, "memory"),
            ),
        ),
        not_covered=(
            "35 % on the statutory day off (article 37)",
            "variable working-hour systems (articles 32-2 to 32-5)",
        ),
    )
)
