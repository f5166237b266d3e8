"""The demo ``global-support``: five sites serve Japan, Korea, the USA and Germany."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from wfm.templates.global_demand import history_files
from wfm.templates.people import (
    AgentRow,
    AvailabilityRow,
    Crew,
    TimeOffRow,
    clock_minutes,
    draw_agents,
    draw_availability,
    draw_time_off,
)
from wfm.templates.previous import Rota, previous_roster
from wfm.templates.results import budget_csv, results_csv
from wfm.templates.tables import rows_csv

SEED = 20261026
WEEK = date(2026, 10, 26)

ZONES: Mapping[str, str] = {
    "fukuoka": "Asia/Tokyo",
    "dalian": "Asia/Shanghai",
    "manila": "Asia/Manila",
    "krakow": "Europe/Warsaw",
    "denver": "America/Denver",
}


class _Team(NamedTuple):
    site: str
    names: str
    currency: str
    full_time_wage: tuple[float, float]
    part_time_wage: tuple[float, float]


_TEAMS: Mapping[str, _Team] = {
    "FUK": _Team("fukuoka", "JP", "JPY", (1750, 2350), (1350, 1600)),
    "DAL": _Team("dalian", "CN", "CNY", (44, 62), (38, 44)),
    "MNL": _Team("manila", "PH", "PHP", (230, 330), (190, 220)),
    "KRK": _Team("krakow", "PL", "PLN", (46, 66), (38, 44)),
    "DEN": _Team("denver", "US", "USD", (22, 29), (18.5, 21)),
}

# prefix, contract, skills, heads
_CREWS: tuple[tuple[str, str, str, int], ...] = (
    ("FUK", "jp_full", "ja:3;phone", 12),
    ("FUK", "jp_full", "ja:3;phone;chat", 9),
    ("FUK", "jp_full", "ja:3;phone;email", 5),
    ("FUK", "jp_full", "ja:3;phone;chat;email", 3),
    ("FUK", "jp_full", "ja:3;ko;phone", 1),
    ("FUK", "jp_part", "ja:3;phone", 7),
    ("FUK", "jp_part", "ja:3;chat", 3),
    ("DAL", "cn_full", "zh;ja:2;chat", 5),
    ("DAL", "cn_full", "zh;ja:2;chat;email", 5),
    ("DAL", "cn_full", "zh;ja:3;phone;chat", 3),
    ("DAL", "cn_full", "zh;ko;phone", 4),
    ("DAL", "cn_full", "ko;ja:3;phone", 4),
    ("DAL", "cn_full", "zh;ko;ja:2;phone;chat", 3),
    ("DAL", "cn_part", "zh;ja:2;chat", 2),
    ("DAL", "cn_part", "zh;ko;phone", 2),
    ("MNL", "ph_day", "en;phone;email", 4),
    ("MNL", "ph_day", "en;phone;chat", 5),
    ("MNL", "ph_day", "en;chat;social", 7),
    ("MNL", "ph_day", "en;email;social", 2),
    ("MNL", "ph_day", "en;phone;tier2", 2),
    ("MNL", "ph_night", "en;phone", 8),
    ("MNL", "ph_night", "en;phone;chat", 6),
    ("MNL", "ph_night", "en;chat;social", 5),
    ("MNL", "ph_night", "en;phone;tier2", 2),
    ("MNL", "ph_part", "en;chat;social", 4),
    ("MNL", "ph_part", "en;chat;email", 3),
    ("KRK", "pl_full", "de;phone", 6),
    ("KRK", "pl_full", "de;en;phone", 7),
    ("KRK", "pl_full", "de;en;phone;chat", 3),
    ("KRK", "pl_full", "en;phone;chat", 4),
    ("KRK", "pl_full", "en;chat;social", 4),
    ("KRK", "pl_full", "en;chat;email", 2),
    ("KRK", "pl_part", "de;phone", 3),
    ("KRK", "pl_part", "en;chat;social", 3),
    ("DEN", "us_full", "en;phone", 8),
    ("DEN", "us_full", "en;phone;chat", 5),
    ("DEN", "us_full", "en;phone;tier2", 4),
    ("DEN", "us_full", "en;chat;social", 3),
    ("DEN", "us_full", "en;phone;email", 2),
    ("DEN", "us_part", "en;phone", 7),
    ("DEN", "us_part", "en;chat;social", 3),
)

# (kind, people, days): about five in a hundred agent-days
_TIME_OFF = (
    ("vacation", 4, 7),
    ("vacation", 6, 3),
    ("training", 4, 1),
    ("vacation", 8, 1),
    ("unpaid", 2, 1),
)

_LONG_MEAL = (("break", 120, 15), ("meal", 225, 60), ("break", 435, 15))
_SHORT_MEAL = (("break", 105, 15), ("meal", 210, 30), ("break", 405, 15))
_SHORT_SHIFT = (("break", 135, 15),)


def _rota(hours: str, elapsed: int, breaks: tuple[tuple[str, int, int], ...]) -> Rota:
    """Return a rota of start times like ``"8:00 9:30"``."""
    return Rota(
        starts=tuple(clock_minutes(start) for start in hours.split()),
        elapsed_minutes=elapsed,
        breaks=breaks,
        days_a_week=4 if breaks is _SHORT_SHIFT else 5,
    )


# Start times chosen so that the rota also keeps every guarantee and hand-over.
ROTAS: Mapping[str, Rota] = {
    "jp_full": _rota("8:30 9:30 11:30 10:30 12:00 11:00", 540, _LONG_MEAL),
    "jp_part": _rota("8:00 16:00 8:00 15:00 16:00 14:00", 300, _SHORT_SHIFT),
    "cn_full": _rota("10:00 8:30 8:00 8:00 11:00 12:00", 540, _LONG_MEAL),
    "cn_part": _rota("17:00 12:30 8:00 14:00 15:00", 300, _SHORT_SHIFT),
    "ph_day": _rota("5:00 6:00 12:00 7:30 12:00 9:30", 540, _LONG_MEAL),
    "ph_night": _rota("19:00 22:00 21:30 23:00 19:30 23:00 23:00", 540, _LONG_MEAL),
    "ph_part": _rota("9:00 6:00 9:00 18:00 13:00", 300, _SHORT_SHIFT),
    "pl_full": _rota("6:00 8:30 11:00 6:00 14:30 8:00", 510, _SHORT_MEAL),
    "pl_part": _rota("14:30 17:30 11:30 15:30 10:30", 300, _SHORT_SHIFT),
    "us_full": _rota("6:00 11:30 9:30 12:00 13:30 15:00", 510, _SHORT_MEAL),
    "us_part": _rota("16:00 13:00 18:00 8:00 8:00", 300, _SHORT_SHIFT),
}


def crews() -> tuple[Crew, ...]:
    """Return the crews of all five sites."""
    return tuple(_crew(*crew) for crew in _CREWS)


def _crew(prefix: str, contract: str, skills: str, heads: int) -> Crew:
    team = _TEAMS[prefix]
    part_time = contract.endswith("_part")
    return Crew(
        prefix=prefix,
        site=team.site,
        contract=contract,
        skills=skills,
        headcount=heads,
        names="KR" if "ko" in skills.split(";")[:2] else team.names,
        wage=team.part_time_wage if part_time else team.full_time_wage,
        currency=team.currency,
    )


def people() -> tuple[list[AgentRow], list[AvailabilityRow], list[TimeOffRow]]:
    """Return agents, availability and time off of the demo."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    agents = draw_agents(crews(), ZONES, rng)
    by_id = {agent.agent_id: agent for agent in agents}
    _special_cases(by_id)
    part = [a.agent_id for a in agents if a.employment_contract.endswith("_part")]
    availability = draw_availability(
        [a for a in agents if a.employment_contract != "ph_night"],
        part,
        ("06:00", "16:00"),
        ("11:00", "24:00"),
        rng,
    )
    settled = [a for a in agents if a.agent_id not in part and not a.valid_from]
    return agents, availability, draw_time_off(settled, WEEK, _TIME_OFF, rng)


def _special_cases(agents: Mapping[str, AgentRow]) -> None:
    """Give some people a home office, another clock, a first or a last day."""
    homes = {
        "DEN-003": "America/Phoenix",
        "DEN-009": "Pacific/Honolulu",
        "DEN-012": "America/Chicago",
    }
    for agent_id, zone in homes.items():
        agents[agent_id].zone = zone
    for agent_id in (*homes, "KRK-004", "KRK-018", "KRK-025", "DEN-025", "FUK-033"):
        agents[agent_id].remote = True
    agents["FUK-012"].valid_from = WEEK.isoformat()
    agents["DEN-008"].valid_to = "2026-10-31"


def generated_files() -> dict[str, bytes]:
    """Return file name -> contents of everything that is drawn, not written."""
    agents, availability, time_off = people()
    return {
        "agents.csv": rows_csv(agents),
        "availability.csv": rows_csv(availability),
        "time_off.csv": rows_csv(time_off),
        "previous_roster.csv": rows_csv(
            previous_roster(agents, availability, ROTAS, WEEK - timedelta(weeks=1))
        ),
        "kpi.csv": results_csv(WEEK - timedelta(days=1), SEED),
        "budget.csv": budget_csv(WEEK - timedelta(days=1)),
        **history_files(),
    }
