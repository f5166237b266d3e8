"""agents.csv, availability.csv and time_off.csv."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from wfm.calendar.local import UnknownZoneError, zone
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.people import Agent
from wfm.domain.plan import AvailabilityRow, Plan, TimeOffRow
from wfm.io.plan_checks import odd_offset
from wfm.io.plan_file import PLAN_FILE, PlanDocument
from wfm.io.problems import BadValueError, Problems, did_you_mean, nearest
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import Columns, Sheet
from wfm.io.values import (
    minor_units,
    parse_clock,
    parse_currency,
    parse_date,
    parse_wall,
    parse_weekday,
)

AGENTS = Columns(
    required=("agent_id", "site", "employment_contract", "skills"),
    optional=(
        "name",
        "zone",
        "remote",
        "valid_from",
        "valid_to",
        "grade",
        "seniority",
        "hourly_cost",
        "currency",
    ),
    aliases={
        "agent": "agent_id",
        "employee": "agent_id",
        "employee_id": "agent_id",
        "contract": "employment_contract",
        "skill": "skills",
        "full_name": "name",
        "time_zone": "zone",
        "wage": "hourly_cost",
    },
    ignored=frozenset({"team", "email", "note", "notes", "comment"}),
)
AVAILABILITY = Columns(
    required=("agent_id", "from_local", "to_local", "kind"),
    optional=("date", "weekday", "weight"),
    aliases={"agent": "agent_id", "from": "from_local", "to": "to_local"},
    ignored=frozenset({"note", "notes", "comment"}),
)
TIME_OFF = Columns(
    required=("agent_id", "from_local", "to_local"),
    optional=("kind", "paid"),
    aliases={"agent": "agent_id", "from": "from_local", "to": "to_local"},
    ignored=frozenset({"note", "notes", "comment"}),
)
AVAILABILITY_KINDS = ("available", "unavailable", "prefer", "avoid")
Kind = Literal["available", "unavailable", "prefer", "avoid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNames:
    """Agent ids written in agents.csv, those of faulty rows included."""

    ids: tuple[str, ...] = ()


def read_agents(
    sheet: Sheet, document: PlanDocument, problems: Problems
) -> tuple[tuple[Agent, ...], AgentNames]:
    """Return the agents in the order of the file, and all ids written there."""
    first_rows: dict[str, int] = {}
    agents: list[Agent] = []
    for row in iter_rows(sheet, problems):
        agent_id = row.required("agent_id")
        if agent_id in first_rows:
            message = f"agent {agent_id!r} stands twice, first in row"
            row.fault("agent_id", f"{message} {first_rows[agent_id]}")
        first_rows.setdefault(agent_id, row.number)
        agent = _agent(row, agent_id, document)
        if row.ok:
            agents.append(agent)
    if not len(sheet):
        problems.add(sheet.file, "there is no agent", row=2, expected="one row each")
    return tuple(agents), AgentNames(ids=tuple(first_rows))


def check_named_agents(plan: Plan, names: AgentNames, problems: Problems) -> None:
    """Note agents that rules of plan.yaml name and agents.csv doesn't have."""
    for rule in plan.rules:
        found = (_DATE.sub("", n) for n in _names_in(rule.parameters, _OF_AGENTS))
        for name in dict.fromkeys(found):
            if name != "all" and name not in names.ids:
                hint = did_you_mean(str(name), names.ids)
                message = f"rules.{rule.rule}: unknown agent {name!r}{hint}"
                problems.add(PLAN_FILE, message, expected="an id of agents.csv")


def check_named_grades(
    plan: Plan, agents: tuple[Agent, ...], problems: Problems
) -> None:
    """Note grades that rules of plan.yaml name and nobody in agents.csv has."""
    known = tuple(sorted({agent.grade for agent in agents} - {""}))
    for rule in plan.rules:
        for grade in dict.fromkeys(_names_in(rule.parameters, _OF_GRADES)):
            if grade not in known:
                hint = did_you_mean(str(grade), known)
                message = f"rules.{rule.rule}: nobody is of grade {grade!r}{hint}"
                problems.add(PLAN_FILE, message, expected="a grade of agents.csv")


_OF_AGENTS = ("approved", "consent", "groups", "pairs")
_OF_GRADES = ("trainees", "seniors", "grade")
"""Parameters of rules that name people, and that name grades."""
_DATE = re.compile(r" \d{4}-\d\d-\d\d$")
"""What may follow somebody's id in a list."""


def _names_in(parameters: Mapping[str, object], keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the names under *keys*, in lists and tables of any depth."""
    for key, value in parameters.items():
        if key in keys:
            yield from _flat(value)
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Mapping):
                    yield from _names_in(item, keys)


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, tuple):
        for item in value:
            yield from _flat(item)
    elif value is not None:
        yield str(value)


def _agent(row: Row, agent_id: str, document: PlanDocument) -> Agent:
    plan = document.plan
    site_id = row.reference("site", document.site_names, "site")
    contract = row.reference(
        "employment_contract", document.contract_names, "employment contract"
    )
    site = plan.sites.get(site_id)
    currency = row.parsed("currency", parse_currency, plan.currency)
    cost = row.money("hourly_cost")
    valid_from = row.parsed("valid_from", parse_date, None)
    valid_to = row.parsed("valid_to", parse_date, None)
    if valid_from and valid_to and valid_to < valid_from:
        row.fault("valid_to", f"{valid_to} is before {valid_from}")
    return Agent(
        agent_id=agent_id,
        site_id=site_id,
        contract_id=contract,
        skills=_skills(row, document),
        zone=_agent_zone(row, document, site.zone if site else plan.zone),
        name=row.text("name"),
        remote=row.flag("remote", default=False),
        valid_from=valid_from,
        valid_to=valid_to,
        hourly_cost_minor=minor_units(cost, currency),
        currency=currency,
        grade=row.text("grade"),
        seniority=row.number_in("seniority", 0.0, low=0.0),
    )


def _agent_zone(row: Row, document: PlanDocument, default: str) -> str:
    plan = document.plan
    name = row.parsed("zone", _zone, default)
    step = plan.roster_step_minutes
    offset = odd_offset(name, plan.first_date.toordinal(), plan.weeks, step)
    if row.text("zone") and offset is not None:
        message = f"{name} is {offset} min from UTC, off the {step}-min grid"
        row.fault("zone", message, "smaller steps")
    return name


def _zone(text: str) -> str:
    try:
        zone(text)
    except UnknownZoneError as error:
        raise BadValueError(str(error), "an IANA zone name") from error
    return text


def _skills(row: Row, document: PlanDocument) -> Mapping[str, int]:
    known = {need.skill for q in document.plan.queues for need in q.requires}
    skills: dict[str, int] = {}
    row.required("skills", "skills as ja:3;phone;chat")
    for part in filter(None, (p.strip() for p in row.text("skills").split(";"))):
        name, colon, level = (piece.strip() for piece in part.partition(":"))
        if not name or (colon and not level.isdigit()):
            row.fault("skills", f"{part!r} is not a skill", "skills as ja:3;phone;chat")
            continue
        if name in skills:
            row.fault("skills", f"skill {name!r} stands twice")
        near = nearest(name, known, cutoff=0.75)
        # A skill that no queue asks for is harmless, unless it looks like a slip.
        if name not in known and near is not None:
            message = f"no queue requires skill {name!r}; did you mean {near!r}?"
            row.fault("skills", message)
        skills[name] = int(level or 0)
    return skills


def read_availability(
    sheet: Sheet, names: AgentNames | None, problems: Problems
) -> tuple[AvailabilityRow, ...]:
    """Return the rows; *names* is ``None`` where the agents were not read."""
    found: list[AvailabilityRow] = []
    for row in iter_rows(sheet, problems):
        agent_id = _known_agent(row, names)
        weekday, day = row.text("weekday"), row.text("date")
        if bool(weekday) == bool(day):
            given = "both" if day else "neither"
            message = f"{given} of date and weekday"
            row.fault("date", message, "a date or a weekday")
        start = row.parsed("from_local", parse_clock, 0)
        end = row.parsed("to_local", parse_clock, MINUTES_PER_DAY)
        weight = row.number_in("weight", 1.0, low=0.0)
        entry = AvailabilityRow(
            agent_id=agent_id,
            weekday=row.parsed("weekday", parse_weekday, None),
            day=row.parsed("date", parse_date, None),
            from_minute=start,
            to_minute=end if end > start else end + MINUTES_PER_DAY,
            kind=cast("Kind", row.choice("kind", AVAILABILITY_KINDS)),
            weight=weight,
            row=row.number,
        )
        if row.ok:
            found.append(entry)
    return tuple(found)


def _known_agent(row: Row, names: AgentNames | None) -> str:
    if names is None:
        return row.required("agent_id")
    return row.reference("agent_id", names.ids, "agent")


def wall_range(row: Row) -> tuple[int, int]:
    """Return the half-open wall minutes of a row's ``from_local`` and ``to_local``.

    A date means the whole day, so a date in ``to_local`` is inclusive; a blank one
    means the day of ``from_local``.
    """
    row.required("from_local", "a local date or time")
    start, _ = row.parsed("from_local", parse_wall, (0, True))
    blank = (start - start % MINUTES_PER_DAY, True)
    end, is_date = row.parsed("to_local", parse_wall, blank)
    if is_date:
        end += MINUTES_PER_DAY
    if row.ok and end <= start:
        shown = f"{row.text('to_local')} is not after {row.text('from_local')}"
        row.fault("to_local", shown)
    return start, end


def read_time_off(
    sheet: Sheet, names: AgentNames | None, problems: Problems
) -> tuple[TimeOffRow, ...]:
    """Return the absences, on each agent's own wall clock."""
    found: list[TimeOffRow] = []
    for row in iter_rows(sheet, problems):
        agent_id = _known_agent(row, names)
        start, end = wall_range(row)
        entry = TimeOffRow(
            agent_id=agent_id,
            from_wall_minute=start,
            to_wall_minute=end,
            kind=row.text("kind") or "time_off",
            paid=row.flag("paid", default=False),
            row=row.number,
        )
        if row.ok:
            found.append(entry)
    return tuple(found)
