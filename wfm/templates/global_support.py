"""The demo ``global-support``: five sites serve Japan, Korea, the USA and Germany."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from wfm.templates.global_demand import history_files
from wfm.templates.people import (
    AgentRow,
    AvailabilityRow,
    Crew,
    TimeOffRow,
    draw_agents,
    draw_availability,
    draw_time_off,
)
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

# prefix, site, names, currency, full-time wage, part-time wage
_SITES: Mapping[str, tuple[str, str, str, tuple[float, float], tuple[float, float]]] = {
    "FUK": ("fukuoka", "JP", "JPY", (1750, 2350), (1350, 1600)),
    "DAL": ("dalian", "CN", "CNY", (44, 62), (38, 44)),
    "MNL": ("manila", "PH", "PHP", (230, 330), (190, 220)),
    "KRK": ("krakow", "PL", "PLN", (46, 66), (38, 44)),
    "DEN": ("denver", "US", "USD", (22, 29), (18.5, 21)),
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
    ("MNL", "ph_day", "en;phone", 4),
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


def crews() -> tuple[Crew, ...]:
    """Return the crews of all five sites."""
    return tuple(
        Crew(
            prefix=prefix,
            site=_SITES[prefix][0],
            contract=contract,
            skills=skills,
            headcount=heads,
            names="KR" if "ko" in skills.split(";")[:2] else _SITES[prefix][1],
            wage=_SITES[prefix][4 if contract.endswith("_part") else 3],
            currency=_SITES[prefix][2],
        )
        for prefix, contract, skills, heads in _CREWS
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
        **history_files(),
    }
