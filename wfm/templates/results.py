"""The demo's results: half a year of days by site and queue, drawn by seed.

Two things are in it to be found: handle times of Manila's chats that have crept up
since September, and a budget made for fewer contacts than came.
"""

from collections.abc import Iterator
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
# site, queue, contacts a day, handle time s, in target, first-contact resolution,
# satisfied, occupancy, price of a paid hour, currency
LINES = (
    ("fukuoka", "phone_ja", 420, 415, 0.81, 0.80, 0.90, 0.79, 3150, "JPY"),
    ("fukuoka", "chat_ja", 60, 620, 0.82, 0.78, 0.88, 1.15, 3150, "JPY"),
    ("dalian", "phone_ko", 150, 395, 0.79, 0.74, 0.85, 0.76, 94, "CNY"),
    ("dalian", "chat_ja", 120, 655, 0.80, 0.73, 0.84, 1.20, 94, "CNY"),
    ("dalian", "email_ja", 95, 540, 0.96, 0.70, 0.83, 0.88, 94, "CNY"),
    ("manila", "chat_en", 620, 560, 0.80, 0.72, 0.84, 1.30, 400, "PHP"),
    ("manila", "social_en", 210, 330, 0.94, 0.71, 0.82, 0.86, 400, "PHP"),
    ("manila", "phone_en_eastern", 520, 372, 0.81, 0.72, 0.84, 0.82, 400, "PHP"),
    ("krakow", "phone_de", 330, 398, 0.82, 0.78, 0.88, 0.78, 74, "PLN"),
    ("krakow", "chat_en", 260, 515, 0.83, 0.77, 0.87, 1.25, 74, "PLN"),
    ("denver", "phone_en_mountain", 310, 365, 0.82, 0.79, 0.88, 0.81, 36, "USD"),
    ("denver", "phone_en_pacific", 450, 362, 0.81, 0.79, 0.88, 0.81, 36, "USD"),
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
        for site in dict.fromkeys(str(line[0]) for line in LINES):
            own = [line for line in LINES if line[0] == site]
            contacts = 0.95 * days * sum(float(str(line[2])) for line in own)
            cost = 0.95 * days * sum(_daily_cost(line) for line in own)
            code = own[0][9]
            rows.append((f"{first:%Y-%m}", site, round(cost), code, round(contacts)))
    return csv_bytes(("month", "site", "cost", "currency", "contacts"), rows)


def _daily_cost(line: tuple[object, ...]) -> float:
    contacts, aht_s, occupancy, hourly = (float(str(line[k])) for k in (2, 3, 7, 8))
    return contacts * aht_s / 3600.0 / occupancy / (1.0 - SHRINKAGE) * hourly


def _rows(last: date, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    for d in range(DAYS):
        day = last - timedelta(days=DAYS - 1 - d)
        for line in LINES:
            yield _row(day, line, max(0, d - (DAYS - _CREEP_DAYS)), rng)


def _row(
    day: date, line: tuple[object, ...], late: int, rng: np.random.Generator
) -> tuple[object, ...]:
    site, queue = str(line[0]), str(line[1])
    mean, aht_s, level, fcr, csat, occupancy, hourly = (
        float(str(value)) for value in line[2:9]
    )
    if (site, queue) == ("manila", "chat_en"):
        aht_s *= 1.0 + 0.0025 * late
    busy = rng.normal(0.0, 0.05)
    offered = int(rng.poisson(mean * _WEEK[day.weekday()] * np.exp(busy)))
    lost = 0.0 if queue.startswith(("email", "social")) else 0.03
    abandoned = int(rng.binomial(offered, min(lost * np.exp(2.0 * busy), 0.5)))
    handled = offered - abandoned
    reached = float(np.clip(level - 0.6 * busy + rng.normal(0.0, 0.012), 0.05, 0.99))
    in_target = min(int(rng.binomial(offered, reached)), handled)
    handle_s = round(handled * aht_s * float(np.exp(rng.normal(0.0, 0.02))))
    productive = handle_s / 3600.0 / occupancy
    paid = productive / (1.0 - SHRINKAGE - float(rng.normal(0.0, 0.01)))
    solved = int(rng.binomial(handled, fcr))
    asked = int(rng.binomial(handled, 0.12))
    good = int(rng.binomial(asked, csat))
    fans = int(rng.binomial(asked, csat - 0.36))
    foes = int(rng.binomial(asked - fans, 0.30))
    ease = int(rng.binomial(asked * 4, 0.68)) + asked  # marks 1 to 5
    wait_s = round(handled * _WAIT_S.get(queue.split("_")[0], 2700.0) * np.exp(busy))
    took_s = round(handled * (aht_s + (1.0 - fcr) * 86_400.0 * 1.4))
    return (
        day.isoformat(),
        site,
        queue,
        offered,
        handled,
        abandoned,
        in_target,
        handle_s,
        wait_s,
        solved,
        handled,
        took_s,
        asked,
        good,
        asked,
        fans,
        foes,
        asked,
        ease,
        f"{productive:.2f}",
        f"{paid:.2f}",
        f"{paid * hourly:.2f}",
        line[9],
    )
