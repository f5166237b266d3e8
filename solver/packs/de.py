"""Germany: Arbeitszeitgesetz."""

from datetime import date

from solver.pack import PACKS, Pack, PackValue, Source

_SUMMARY = "https://betriebswirtschaft-lernen.net/erklaerung/arbeitszeitrecht"


def _section(section: str) -> Source:
    return Source(
        law=f"Arbeitszeitgesetz, section {section}",
        url=_SUMMARY,
        read=date(2026, 11, 22),
        evidence="summary",
    )


PACK = PACKS.add("de")(
    Pack(
        name="de",
        title="Germany",
        extends=("eu",),
        values=(
            PackValue(
                key="daily_hours",
                rule="max_hours_a_day",
                parameters={"hours": 10.0},
                words="8 hours of work a day, up to 10 if the average of 24 weeks is 8",
                source=_section("3"),
            ),
            PackValue(
                key="average_hours",
                rule="average_hours",
                parameters={"max_hours": 48.0, "weeks": 24},
                words="six working days of 8 hours on average over 24 weeks",
                source=_section("3"),
            ),
            PackValue(
                key="break",
                rule="work_stretch",
                parameters={"hours": 6.0, "break_minutes": 15},
                words="no more than 6 hours in a row without a break",
                source=_section("4"),
            ),
            PackValue(
                key="breaks_due",
                rule="breaks_due",
                parameters={
                    "due": ((6.0, 30.0), (9.0, 45.0)),
                    "min_minutes": 15,
                    "paid": False,
                },
                words="30 minutes of breaks beyond 6 hours of work, 45 beyond 9, in "
                "parts of at least 15 minutes",
                source=_section("4"),
            ),
            PackValue(
                key="daily_rest",
                rule="min_rest",
                parameters={"hours": 11.0},
                words="11 hours of rest after the day's work",
                source=_section("5"),
            ),
        ),
        not_covered=(
            "work on Sundays and holidays only where section 10 allows it, 15 Sundays "
            "a year free (sections 9 to 11)",
            "night workers' average over a month (section 6)",
        ),
    )
)
