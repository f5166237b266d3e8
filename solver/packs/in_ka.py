"""India, Karnataka: Shops and Commercial Establishments Act, 1961."""

from datetime import date

from solver.pack import PACKS, Pack, PackPremium, PackValue, Source

_HOURS = "https://blog.pcsmgmt.com/2021/07/karnataka-shop-establishment-amendment.html"
_SUMMARY = (
    "https://articles.mentoassociates.com/2009/05/working-hours-for-employees.html"
)


def _section(section: str, url: str) -> Source:
    return Source(
        law=f"Karnataka Shops and Commercial Establishments Act, section {section}",
        url=url,
        read=date(2026, 11, 22),
        evidence="summary",
    )


PACK = PACKS.add("in_ka")(
    Pack(
        name="in_ka",
        title="India (Karnataka; every state has an act of its own)",
        values=(
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 9.0},
                words="9 hours of work a day (10 with overtime)",
                source=_section("7", _HOURS),
            ),
            PackValue(
                key="break",
                rule="work_stretch",
                parameters={"hours": 5.0, "break_minutes": 60},
                words="an hour of rest after at most 5 hours of work in a row",
                source=_section("8", _SUMMARY),
            ),
            PackValue(
                key="overtime",
                rule="overtime",
                parameters={"normal_hours": 48.0, "max_in_13_weeks": 50.0},
                words="48 hours of work a week; 50 hours of overtime in three months; "
                "approve it by name",
                source=_section("7", _HOURS),
            ),
            PackValue(
                key="weekly_day_off",
                rule="max_days_a_week",
                parameters={"days": 6},
                words="one whole day off a week",
                source=_section("12", _SUMMARY),
            ),
        ),
        premia=(
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=1.00,
                after_hours_a_week=48.0,
                words="twice the rate beyond 9 hours a day or 48 a week",
                source=_section("8", _SUMMARY),
            ),
        ),
        not_covered=(
            "a spread of at most 12 hours over the day (section 9)",
            "conditions for work of women at night",
            "the national labour codes, where they replace state acts",
        ),
    )
)
