"""The template ``single-site``: one site, one language, three channels, 25 people."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from wfm.domain.demand import OpeningHours
from wfm.templates.generator import (
    HEADER,
    HistorySpan,
    QueueProfile,
    Sale,
    generate_history,
    same_hours,
)
from wfm.templates.people import Crew, draw_agents, draw_availability, draw_time_off
from wfm.templates.previous import Rota, previous_roster
from wfm.templates.tables import csv_bytes, rows_csv

SEED = 20261019
WEEK = date(2026, 10, 19)
ZONES: Mapping[str, str] = {"lisbon": "Europe/Lisbon"}
SPAN = HistorySpan(
    first=date(2026, 8, 24), weeks=8, seed=SEED, faults={"phone": date(2026, 9, 9)}
)
# contract, skills, heads
_CREWS: tuple[tuple[str, str, int], ...] = (
    ("full_time", "phone", 7),
    ("full_time", "phone;chat", 6),
    ("full_time", "phone;email", 3),
    ("full_time", "chat;email", 2),
    ("part_time", "phone", 4),
    ("part_time", "phone;chat", 3),
)
ROTAS: Mapping[str, Rota] = {
    "full_time": Rota(
        starts=(510, 480, 570, 540, 810),
        elapsed_minutes=540,
        breaks=(("break", 120, 15), ("meal", 225, 60), ("break", 435, 15)),
    ),
    "part_time": Rota(
        starts=(1050, 570, 780, 480),
        elapsed_minutes=300,
        breaks=(("break", 135, 15),),
        days_a_week=4,
    ),
}


_CHAT_HOURS = OpeningHours(
    spans=(
        *same_hours([(9, 21)], range(5)).spans[:5],
        *same_hours([(10, 18)], (5, 6)).spans[5:],
    )
)
PROFILES = (
    QueueProfile(
        queue_id="phone",
        zone="Europe/Lisbon",
        country="PT",
        opening=same_hours([(8, 22)], range(7)),
        weekly_contacts=3050,
        weekday_weights=(1.2, 1.05, 1.0, 1.0, 1.0, 0.75, 0.65),
        peaks=((11.0, 1.8, 0.9), (15.5, 2.0, 0.8), (19.5, 1.5, 0.4)),
        base=0.4,
        aht_s=310,
        abandoned_fraction=0.03,
        holiday_ratio=0.7,
        sale=Sale(first=date(2026, 9, 15), last=date(2026, 9, 16), ratio=1.35),
    ),
    QueueProfile(
        queue_id="chat",
        zone="Europe/Lisbon",
        country="PT",
        opening=_CHAT_HOURS,
        weekly_contacts=1850,
        weekday_weights=(1.1, 1.05, 1.0, 1.0, 1.0, 0.6, 0.55),
        peaks=((12.5, 2.0, 0.8), (18.0, 2.0, 0.7)),
        base=0.5,
        aht_s=500,
        holiday_ratio=0.8,
    ),
    QueueProfile(
        queue_id="email",
        zone="Europe/Lisbon",
        country="PT",
        opening=same_hours([(9, 18)], range(5)),
        weekly_contacts=980,
        weekday_weights=(1.6, 1.0, 0.95, 0.95, 0.95, 0, 0),
        peaks=((11.0, 2.0, 0.6), (15.0, 2.0, 0.6)),
        base=0.6,
        aht_s=400,
        overnight_share=0.3,
        closed_on_holidays=True,
    ),
)


def _crew(contract: str, skills: str, heads: int) -> Crew:
    return Crew(
        prefix="LIS",
        site="lisbon",
        contract=contract,
        skills=skills,
        headcount=heads,
        names="PT",
        wage=(8.4, 11.4) if contract == "full_time" else (7.6, 8.6),
        currency="EUR",
    )


def generated_files() -> dict[str, bytes]:
    """Return file name -> contents of everything that is drawn, not written."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    agents = draw_agents((_crew(*crew) for crew in _CREWS), ZONES, rng)
    part = [a.agent_id for a in agents if a.employment_contract == "part_time"]
    wishes = (("07:30", "17:00"), ("12:00", "23:00"))
    availability = draw_availability(agents, part, *wishes, rng)
    settled = [a for a in agents if a.agent_id not in part]
    time_off = draw_time_off(
        settled, WEEK, (("vacation", 1, 7), ("vacation", 2, 1)), rng
    )
    last_week = previous_roster(agents, availability, ROTAS, WEEK - timedelta(weeks=1))
    return {
        "agents.csv": rows_csv(agents),
        "availability.csv": rows_csv(availability),
        "time_off.csv": rows_csv(time_off),
        "previous_roster.csv": rows_csv(last_week),
        "history.csv": csv_bytes(HEADER, generate_history(PROFILES, SPAN)),
    }
