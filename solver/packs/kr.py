"""Korea: Labor Standards Act."""

from datetime import date

from solver.pack import PACKS, Evidence, Pack, PackPremium, PackValue, Source

_ACT = (
    "https://k-labor.co.kr/main/klabor_01_view.html?"
    "pgubun=1&lang=en&find=&code1=3&chapter_idx=18"
)
_EASY = (
    "https://m.easylaw.go.kr/MOM/SubCsmOvRetrieve.laf?"
    "langCd=700101&csmSeq=1582&ccfNo=1&cciNo=1&cnpClsNo=1"
)
_INVEST = "https://www.investkorea.org/ik-en/cntnts/i-411/web.do"


def _article(article: str, url: str = _EASY, evidence: Evidence = "summary") -> Source:
    return Source(
        law=f"Labor Standards Act (Korea), article {article}",
        url=url,
        read=date(2026, 11, 22),
        evidence=evidence,
    )


PACK = PACKS.add("kr")(
    Pack(
        name="kr",
        title="Korea",
        values=(
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 8.0},
                words="8 hours of work a day, recess excluded",
                source=_article("50", _ACT, "text"),
            ),
            PackValue(
                key="overtime",
                rule="overtime",
                parameters={"normal_hours": 40.0, "max_a_week": 12.0},
                words="40 hours of work a week (article 50); 12 hours of overtime a "
                "week if the parties agree; approve it by name",
                source=_article("53"),
            ),
            PackValue(
                key="breaks_due",
                rule="breaks_due",
                parameters={
                    "due": ((4.0, 30.0), (8.0, 60.0)),
                    "min_minutes": 1,
                    "paid": False,
                    "reached": True,
                },
                words="30 minutes of recess from 4 hours of work on, 60 from 8",
                source=_article("54", _INVEST),
            ),
            PackValue(
                key="weekly_day_off",
                rule="max_days_a_week",
                parameters={"days": 6},
                words="one day off a week",
                source=_article("55", _EASY, "memory"),
            ),
        ),
        premia=(
            PackPremium(
                key="night_premium",
                kind="night",
                fraction=0.50,
                from_minute=22 * 60,
                to_minute=6 * 60,
                words="50 % for work between 22:00 and 6:00",
                source=_article("56"),
            ),
            PackPremium(
                key="holiday_premium",
                kind="holiday",
                fraction=0.50,
                words="50 % on holidays, within 8 hours",
                source=_article("56"),
            ),
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.50,
                after_hours_a_week=40.0,
                words="50 % on overtime",
                source=_article("56"),
            ),
        ),
    )
)
