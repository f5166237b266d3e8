"""The demo's results: half a year of days by site and queue, drawn by seed.

Two things are in it to be found: handle times of Manila's chats that have crept up
since September, and a budget made for fewer contacts than came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from wfm.templates.tables import csv_bytes

HEADER = (
    "date",
    "site",
    "queue",
    "offered",
    "handled",
    "abandoned",
    "answered_in_target",
    "handle_s",
    "wait_s",
    "resolved_first",
    "resolution_n",
    "resolution_s",
    "csat_n",
    "csat_good",
    "nps_n",
    "promoters",
    "detractors",
    "ces_n",
    "ces_sum",
    "productive_hours",
    "paid_hours",
    "cost",
    "currency",
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a queue at a site is like on an ordinary day."""

    site: str
    queue: str
    contacts: float
    aht_s: float
    in_target: float
    resolved: float
    satisfied: float
    occupancy: float
    paid_hour: float
    currency: str

    @property
    def daily_cost(self) -> float:
        """Cost of an ordinary day."""
        hours = self.contacts * self.aht_s / 3600.0 / self.occupancy
        return hours / (1.0 - SHRINKAGE) * self.paid_hour


LINES = (
    Line("fukuoka", "phone_ja", 420, 415, 0.81, 0.80, 0.90, 0.79, 3150, "JPY"),
    Line("fukuoka", "chat_ja", 60, 620, 0.82, 0.78, 0.88, 1.15, 3150, "JPY"),
    Line("dalian", "phone_ko", 150, 395, 0.79, 0.74, 0.85, 0.76, 94, "CNY"),
    Line("dalian", "chat_ja", 120, 655, 0.80, 0.73, 0.84, 1.20, 94, "CNY"),
    Line("dalian", "email_ja", 95, 540, 0.96, 0.70, 0.83, 0.88, 94, "CNY"),
    Line("manila", "chat_en", 620, 560, 0.80, 0.72, 0.84, 1.30, 400, "PHP"),
    Line("manila", "social_en", 210, 330, 0.94, 0.71, 0.82, 0.86, 400, "PHP"),
    Line("manila", "phone_en_eastern", 520, 372, 0.81, 0.72, 0.84, 0.82, 400, "PHP"),
    Line("krakow", "phone_de", 330, 398, 0.82, 0.78, 0.88, 0.78, 74, "PLN"),
    Line("krakow", "chat_en", 260, 515, 0.83, 0.77, 0.87, 1.25, 74, "PLN"),
    Line("denver", "phone_en_mountain", 310, 365, 0.82, 0.79, 0.88, 0.81, 36, "USD"),
    Line("denver", "phone_en_pacific", 450, 362, 0.81, 0.79, 0.88, 0.81, 36, "USD"),
)
DAYS = 182
SHRINKAGE = 0.21
_WEEK = (1.10, 1.05, 1.02, 1.00, 1.03, 0.92, 0.88)
_CREEP_DAYS = 50
_WAIT_S = {"phone": 24.0, "chat": 38.0}


def results_csv(last: date, seed: int) -> bytes:
    """Return kpi.csv: *DAYS* days up to *last*."""
    return csv_bytes(HEADER, _rows(last, np.random.default_rng(seed)))


def budget_csv(last: date) -> bytes:
    """Return budget.csv for the months of kpi.csv, made for a twentieth fewer."""
    months = dict.fromkeys(
        (last - timedelta(days=DAYS - 1 - d)).replace(day=1) for d in range(DAYS)
    )
    rows: list[tuple[object, ...]] = []
    for first in months:
        after = (first + timedelta(days=32)).replace(day=1)
        days = (after - first).days
        for site in dict.fromkeys(line.site for line in LINES):
            own = [line for line in LINES if line.site == site]
            contacts = 0.95 * days * sum(line.contacts for line in own)
            cost = 0.95 * days * sum(line.daily_cost for line in own)
            month = f"{first:%Y-%m}"
            rows.append((month, site, round(cost), own[0].currency, round(contacts)))
    return csv_bytes(("month", "site", "cost", "currency", "contacts"), rows)


def _rows(last: date, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    for d in range(DAYS):
        day = last - timedelta(days=DAYS - 1 - d)
        for line in LINES:
            yield _row(day, line, max(0, d - (DAYS - _CREEP_DAYS)), rng)


def _row(
    day: date, line: Line, late: int, rng: np.random.Generator
) -> tuple[object, ...]:
    busy = float(rng.normal(0.0, 0.05))
    offered = int(rng.poisson(line.contacts * _WEEK[day.weekday()] * np.exp(busy)))
    written = line.queue.startswith(("email", "social"))
    lost = 0.0 if written else min(0.03 * float(np.exp(2.0 * busy)), 0.5)
    handled = offered - int(rng.binomial(offered, lost))
    level = np.clip(line.in_target - 0.6 * busy + rng.normal(0.0, 0.012), 0.05, 0.99)
    in_target = min(int(rng.binomial(offered, level)), handled)
    creeps = (line.site, line.queue) == ("manila", "chat_en")
    aht_s = line.aht_s * (1.0 + 0.0025 * late * creeps)
    handle_s = round(handled * aht_s * float(np.exp(rng.normal(0.0, 0.02))))
    wait_s = _WAIT_S.get(line.queue.split("_")[0], 2700.0) * np.exp(busy)
    solved = int(rng.binomial(handled, line.resolved))
    took_s = handled * (aht_s + (1.0 - line.resolved) * 86_400.0 * 1.4)
    return (
        *(day.isoformat(), line.site, line.queue),
        *(offered, handled, offered - handled, in_target),
        *(handle_s, round(handled * wait_s), solved, handled, round(took_s)),
        *_asked(handled, line.satisfied, rng),
        *_hours(handle_s, line, rng),
    )


def _asked(handled: int, satisfied: float, rng: np.random.Generator) -> tuple[int, ...]:
    """Return customers asked and what they said; marks for effort are 1 to 5."""
    asked = int(rng.binomial(handled, 0.12))
    good = int(rng.binomial(asked, satisfied))
    fans = int(rng.binomial(asked, satisfied - 0.36))
    foes = int(rng.binomial(asked - fans, 0.30))
    ease = int(rng.binomial(asked * 4, 0.68)) + asked
    return asked, good, asked, fans, foes, asked, ease


def _hours(handle_s: int, line: Line, rng: np.random.Generator) -> tuple[str, ...]:
    productive = handle_s / 3600.0 / line.occupancy
    paid = productive / (1.0 - SHRINKAGE - float(rng.normal(0.0, 0.01)))
    cost = f"{paid * line.paid_hour:.2f}"
    return f"{productive:.2f}", f"{paid:.2f}", cost, line.currency
