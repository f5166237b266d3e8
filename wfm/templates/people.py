"""Invented people for the example plans: agents, availability and time off.

Everything is drawn from one seeded ``numpy.random.Generator``, in the order of the
crews, so a template gives the same people on every machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

GIVEN_NAMES: Mapping[str, str] = {
    "JP": "Yui Haruto Aoi Ren Sakura Sota Hina Yuto Mei Riku Akari Daiki Emi Kenta "
    "Naoko Takumi Rin Shota Misaki Kaito Chika Makoto Yuka Hiroshi",
    "CN": "Wei Na Jing Lei Min Hao Xia Jun Ying Bo Fang Tao Lan Qiang Mei Yong Hui "
    "Dan Ning Peng",
    "KR": "Minjun Seoyeon Jiho Hayun Doyun Jiwoo Hyunwoo Sora Junho Eunji",
    "PH": "Maria Jose Angelica Mark Kristine John Grace Paolo Camille Miguel Jasmine "
    "Carlo Bea Rafael Liza Ramon Nicole Antonio Divina Joel",
    "PL": "Anna Piotr Katarzyna Tomasz Magdalena Pawel Agnieszka Marcin Ewa Jakub "
    "Joanna Michal Monika Lukasz Karolina Adam",
    "US": "Emily Jacob Olivia Ethan Ava Mason Sophia Logan Chloe Lucas Grace Aiden "
    "Zoe Caleb Hannah Owen Leah Isaac",
    "PT": "Ana Joao Maria Pedro Ines Tiago Beatriz Rui Sofia Miguel Marta Diogo",
}
FAMILY_NAMES: Mapping[str, str] = {
    "JP": "Sato Suzuki Tanaka Ito Watanabe Yamamoto Nakamura Kobayashi Kato Yoshida "
    "Yamada Sasaki Matsumoto Inoue Kimura Hayashi Shimizu Mori Abe Ikeda",
    "CN": "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Ma Zhu Hu Guo",
    "KR": "Kim Lee Park Choi Jung Kang Cho Yoon",
    "PH": "Santos Reyes Cruz Bautista Garcia Mendoza Torres Flores Ramos Aquino "
    "Navarro Castillo Villanueva Dela-Cruz Domingo Salazar",
    "PL": "Nowak Kowalska Wisniewski Wojcik Kaminska Lewandowski Zielinska Szymanski "
    "Wozniak Dabrowska Kozlowski Jankowska Mazur Krawczyk",
    "US": "Miller Davis Martinez Anderson Taylor Thomas Hernandez Moore Jackson "
    "Thompson White Lopez Harris Clark Lewis Young",
    "PT": "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Lopes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """People of one site who share contract and skills.

    *wage* is the lowest and highest hourly cost in *currency*, by seniority.
    """

    prefix: str
    site: str
    contract: str
    skills: str
    headcount: int
    names: str
    wage: tuple[float, float]
    currency: str

    @property
    def wage_step(self) -> float:
        """Wages are rounded to this: a tenth, or ten yen."""
        return 10.0 if self.currency in {"JPY", "KRW"} else 0.1


@dataclass(slots=True, kw_only=True)
class AgentRow:
    """One line of agents.csv."""

    agent_id: str
    site: str
    employment_contract: str
    skills: str
    name: str
    zone: str
    remote: bool
    valid_from: str
    valid_to: str
    grade: str
    seniority: int
    hourly_cost: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRow:
    """One line of availability.csv: a weekly span on the agent's clock."""

    agent_id: str
    weekday: str
    from_local: str
    to_local: str
    kind: str
    weight: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOffRow:
    """One line of time_off.csv; dates are inclusive and mean whole days."""

    agent_id: str
    from_local: str
    to_local: str
    kind: str
    paid: str


def clock_minutes(text: str) -> int:
    """Return the minutes from midnight to ``"13:30"``."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def draw_agents(
    crews: Iterable[Crew], zones: Mapping[str, str], rng: np.random.Generator
) -> list[AgentRow]:
    """Return one row per head, numbered within each site."""
    rows: list[AgentRow] = []
    numbers: dict[str, int] = {}
    taken: dict[str, list[str]] = {}
    for crew in crews:
        pool = taken.setdefault(crew.names, shuffled_names(crew.names, rng))
        for _ in range(crew.headcount):
            numbers[crew.prefix] = numbers.get(crew.prefix, 0) + 1
            agent_id = f"{crew.prefix}-{numbers[crew.prefix]:03d}"
            rows.append(_agent(crew, agent_id, pool.pop(), zones[crew.site], rng))
    return rows


def _agent(
    crew: Crew, agent_id: str, name: str, zone: str, rng: np.random.Generator
) -> AgentRow:
    years = int(rng.integers(0, 10))
    low, high = crew.wage
    wage = low + (high - low) * min(years, 6) / 6
    wage = round(wage / crew.wage_step) * crew.wage_step
    return AgentRow(
        agent_id=agent_id,
        site=crew.site,
        employment_contract=crew.contract,
        skills=crew.skills,
        name=name,
        zone=zone,
        remote=False,
        valid_from="",
        valid_to="",
        grade="senior" if years >= 5 else "agent",
        seniority=years,
        hourly_cost=f"{wage:.0f}" if crew.wage_step >= 1 else f"{wage:.2f}",
        currency=crew.currency,
    )


def shuffled_names(country: str, rng: np.random.Generator) -> list[str]:
    """Return every given and family name of *country* combined, in random order."""
    given = GIVEN_NAMES[country].split()
    family = FAMILY_NAMES[country].split()
    order = rng.permutation(len(given) * len(family)).tolist()
    return [f"{given[i % len(given)]} {family[i // len(given)]}" for i in order]


def draw_availability(
    agents: Sequence[AgentRow],
    part_time: Iterable[str],
    early: tuple[str, str],
    late: tuple[str, str],
    rng: np.random.Generator,
) -> list[AvailabilityRow]:
    """Return when part-timers can't work, and wishes of about a third of the others.

    Part-timers have one or two fixed weekdays off, or are students who can't work
    before the afternoon. Of the others, some prefer *early* or *late* hours on
    workdays and some would rather not work on a Saturday or Sunday.
    """
    part_timers = frozenset(part_time)
    rows: list[AvailabilityRow] = []
    for agent in agents:
        if agent.agent_id in part_timers:
            rows += _fixed_hours(agent.agent_id, rng)
        elif rng.random() < 0.35:
            rows += _wishes(agent.agent_id, early, late, rng)
    return rows


def _fixed_hours(agent_id: str, rng: np.random.Generator) -> list[AvailabilityRow]:
    """Return one or two weekdays off, or, for students, the mornings of workdays."""
    if rng.random() < 0.4:
        return _weekly(agent_id, WEEKDAYS[:5], ("00:00", "12:30"), "unavailable")
    first = int(rng.integers(0, 7))
    days = sorted({first, (first + 3) % 7} if rng.random() < 0.5 else {first})
    blocked = [WEEKDAYS[day] for day in days]
    return _weekly(agent_id, blocked, ("00:00", "24:00"), "unavailable")


def _wishes(
    agent_id: str,
    early: tuple[str, str],
    late: tuple[str, str],
    rng: np.random.Generator,
) -> list[AvailabilityRow]:
    weight = str(int(rng.integers(1, 4)))
    if rng.random() < 0.5:
        day = WEEKDAYS[5 + int(rng.integers(0, 2))]
        return _weekly(agent_id, [day], ("00:00", "24:00"), "avoid", weight)
    span = early if rng.random() < 0.6 else late
    return _weekly(agent_id, WEEKDAYS[:5], span, "prefer", weight)


def _weekly(
    agent_id: str,
    days: Iterable[str],
    span: tuple[str, str],
    kind: str,
    weight: str = "",
) -> list[AvailabilityRow]:
    return [
        AvailabilityRow(
            agent_id=agent_id,
            weekday=day,
            from_local=span[0],
            to_local=span[1],
            kind=kind,
            weight=weight,
        )
        for day in days
    ]


def draw_time_off(
    agents: Sequence[AgentRow],
    week: date,
    kinds: Sequence[tuple[str, int, int]],
    rng: np.random.Generator,
) -> list[TimeOffRow]:
    """Return absences in the week from *week* on; nobody has two.

    Parameters
    ----------
    kinds
        ``(kind, number of people, days)``; shorter absences start on any weekday.
    """
    order = rng.permutation(len(agents)).tolist()
    rows: list[TimeOffRow] = []
    for kind, people, days in kinds:
        for _ in range(people):
            first = week + timedelta(days=int(rng.integers(0, 8 - days)))
            rows.append(
                TimeOffRow(
                    agent_id=agents[order.pop()].agent_id,
                    from_local=first.isoformat(),
                    to_local=(first + timedelta(days=days - 1)).isoformat(),
                    kind=kind,
                    paid="no" if kind == "unpaid" else "yes",
                )
            )
    return sorted(rows, key=lambda row: row.agent_id)
