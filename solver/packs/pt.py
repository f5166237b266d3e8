"""Portugal: Código do Trabalho."""

from datetime import date

from solver.pack import PACKS, Evidence, Pack, PackPremium, PackValue, Source

_CODE = "https://sabiasque.pt/codigo-trabalho"


def _article(article: str, page: str = "", evidence: Evidence = "memory") -> Source:
    return Source(
        law=f"Código do Trabalho, article {article}",
        url=f"{_CODE}/{page}" if page else _CODE,
        read=date(2026, 11, 22),
        evidence=evidence,
    )


_HOURS = Source(
    law="Código do Trabalho, article 203",
    url="https://sabiasque.pt/forum/14-codigo-do-trabalho-outros-assuntos/"
    "13437-tempo-de-refeicao-de-um-vigilante-em-portaria/reply/13437.html",
    read=date(2026, 11, 22),
    evidence="summary",
)

PACK = PACKS.add("pt")(
    Pack(
        name="pt",
        title="Portugal",
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
                key="weekly_hours",
                rule="weekly_hours",
                parameters={"max_hours": 40.0},
                words="40 hours of work a week",
                source=_HOURS,
            ),
            PackValue(
                key="break",
                rule="work_stretch",
                parameters={"hours": 5.0, "break_minutes": 60},
                words="a break of one to two hours, so that nobody works more than 5 "
                "hours in a row",
                source=_article(
                    "213",
                    "1301-codigo-do-trabalho-artigo-213-intervalo-de-descanso.html",
                    "text",
                ),
            ),
            PackValue(
                key="daily_rest",
                rule="min_rest",
                parameters={"hours": 11.0},
                words="11 hours of rest in a row between two days of work",
                source=_article("214", "1302-artigo-214-descanso-diario.html", "text"),
            ),
        ),
        premia=(
            PackPremium(
                key="night_premium",
                kind="night",
                fraction=0.25,
                from_minute=22 * 60,
                to_minute=7 * 60,
                words="25 % for work at night, 22:00 to 7:00",
                source=_article("223 and 266"),
            ),
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.25,
                after_hours_a_week=40.0,
                words="25 % on the first hour of overtime of a day, more after it",
                source=_article("268"),
            ),
        ),
    )
)
