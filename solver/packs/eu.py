"""European Union: directive 2003/88/EC on working time."""

from datetime import date

from solver.pack import PACKS, Pack, PackValue, Source

_DIRECTIVE = "https://osha.europa.eu/en/legislation/directives/directive-2003-88-ec"


def _article(article: str) -> Source:
    return Source(
        law=f"Directive 2003/88/EC, {article}",
        url=_DIRECTIVE,
        read=date(2026, 11, 22),
        evidence="summary",
    )


PACK = PACKS.add("eu")(
    Pack(
        name="eu",
        title="European Union",
        values=(
            PackValue(
                key="daily_rest",
                rule="min_rest",
                parameters={"hours": 11.0},
                words="11 hours of rest in a row in every 24 hours",
                source=_article("article 3"),
            ),
            PackValue(
                key="weekly_rest",
                rule="weekly_rest",
                parameters={"hours": 35.0},
                words="24 hours free in a row each week, on top of the daily 11",
                source=_article("article 5"),
            ),
            PackValue(
                key="break",
                rule="work_stretch",
                parameters={"hours": 6.0},
                words="a break if the working day is longer than six hours; its length "
                "is left to national law, here at least 15 minutes",
                source=_article("article 4"),
            ),
            PackValue(
                key="average_hours",
                rule="average_hours",
                parameters={"max_hours": 48.0, "weeks": 17},
                words="48 hours a week on average over four months, overtime included",
                source=_article("articles 6 and 16"),
            ),
        ),
        not_covered=(
            "night workers' average of 8 hours in 24 (article 8)",
            "four weeks of paid leave (article 7): plan it in time_off.csv",
        ),
    )
)
