"""Forecasts that fit in a message, for a process that does not compile."""

from multiprocessing.connection import Connection

from support.forecast_cases import remembered

ASKED = [
    ("office hours, gaps", "best"),
    ("few contacts", "best"),
    ("short slots", "ensemble"),
    ("three weeks", "mean_of_weeks"),
    ("nine days", "median_of_weeks"),
]


def digest(answer: Connection) -> None:
    """Send what is remembered of a few small forecasts."""
    answer.send([remembered(*asked) for asked in ASKED])
