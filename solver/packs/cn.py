"""China: Labor Law of the People's Republic, State Council rules on working hours."""

from datetime import date

from solver.pack import PACKS, Evidence, Pack, PackPremium, PackValue, Source

_LAW = "https://neixun.cn/peixun/ldbj/china/labor_law_006.htm"
_GUIDE = (
    "http://enghunan.gov.cn/hneng/Services/Work/LaborRights/202506/t20250628_33722408"
    ".html"
)


def _article(article: str, url: str = _LAW, evidence: Evidence = "text") -> Source:
    return Source(
        law=f"Labor Law of the PRC, article {article}",
        url=url,
        read=date(2026, 11, 22),
        evidence=evidence,
    )


PACK = PACKS.add("cn")(
    Pack(
        name="cn",
        title="China",
        values=(
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 8.0},
                words="8 hours of work a day",
                source=_article("36", _GUIDE, "summary"),
            ),
            PackValue(
                key="weekly_day_off",
                rule="max_days_a_week",
                parameters={"days": 6},
                words="at least one day off a week",
                source=_article("38"),
            ),
            PackValue(
                key="overtime",
                rule="overtime",
                parameters={"normal_hours": 40.0, "max_in_4_weeks": 33.0},
                words="40 hours of work a week (State Council provisions, article 3); "
                "36 hours of overtime a month (33 in four weeks), generally one hour a "
                "day; approve it by name",
                source=_article("41"),
            ),
        ),
        premia=(
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.50,
                after_hours_a_week=40.0,
                words="150 % of the wage for longer hours",
                source=_article("44", _GUIDE, "summary"),
            ),
            PackPremium(
                key="holiday_premium",
                kind="holiday",
                fraction=2.00,
                words="300 % of the wage on statutory holidays",
                source=_article("44", _GUIDE, "summary"),
            ),
        ),
        not_covered=("200 % on rest days without compensatory leave (article 44)",),
    )
)
