"""A plan folder with a hand-made draft in ``out/``: nothing is forecast or solved."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from wfm.calendar.local import to_instant, wall_minute

PLAN = """\
version: 1
name: Draft
zone: Europe/Warsaw
week: {week}
weeks: {weeks}
interval_minutes: 30
roster_step_minutes: 15
currency: EUR
queues:
  phone:
    channel: phone
    zone: Europe/Warsaw
    requires: [en]
    open: {{daily: "08:00-20:00"}}
    target: {{service_level: 0.8, answer_within_s: 20}}
  mail:
    channel: email
    zone: Europe/Warsaw
    requires: [mail]
    open: {{daily: "08:00-20:00"}}
    target: {{answer_within_open_hours: 8}}
sites:
  krakow: {{zone: Europe/Warsaw, region: emea, night: "22:00-06:00"}}
  denver: {{zone: America/Denver, region: amer}}
break_sets:
  office:
    - {{kind: meal, minutes: 30, paid: false, start_after: "3:00-5:00"}}
shift_templates:
  day: {{start: "06:00-14:00", every_minutes: 60, hours: [8, 8.5], breaks: office}}
  night: {{start: "22:00", hours: [8], breaks: office}}
employment_contracts:
  full: {{shifts: [day, night]}}
rules:
  min_rest: {{hours: 11}}
  max_consecutive_days: {{days: 6}}
  weekly_hours: {{min_hours: 0, max_hours: 40}}
prices: {{understaffing_per_hour: 60.00, overstaffing_per_hour: 1.00}}
"""
AGENTS = """\
agent_id,site,employment_contract,skills,name,hourly_cost
A1,krakow,full,en;mail,Ala,20
A2,krakow,full,en,Ola,20
A3,krakow,full,mail,Ela,22
D1,denver,full,en,Dan,25
"""
WEEK = date(2026, 10, 26)
HEADER = "agent_id,site,date_local,start_utc,end_utc,activity,queue\n"
SITES = {"A1": "krakow", "A2": "krakow", "A3": "krakow", "D1": "denver"}
ZONES = {"krakow": "Europe/Warsaw", "denver": "America/Denver"}


def stamp(day: date, minute: int, zone: str) -> str:
    """Return a local minute of a day as UTC text."""
    return f"{to_instant(wall_minute(day, minute), zone):%Y-%m-%dT%H:%MZ}"


def shift_lines(
    agent: str, day: date, start: int = 9 * 60, hours: float = 8.5, queue: str = ""
) -> list[str]:
    """Return the rows of a shift with a meal four hours in, on the agent's clock."""
    site = SITES[agent]
    begin = to_instant(wall_minute(day, start), ZONES[site])
    cuts = [begin + timedelta(minutes=m) for m in (0, 240, 270, round(hours * 60))]
    texts = [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in cuts]
    return [
        f"{agent},{site},{day},{low},{high},{activity},{queue * (activity == 'work')}"
        for low, high, activity in zip(
            texts, texts[1:], ("work", "meal", "work"), strict=False
        )
    ]


def usual_lines(week: date = WEEK, days: int = 5) -> list[str]:
    """Return five days of work for everybody."""
    return [
        line
        for agent in sorted(SITES)
        for n in range(days)
        for line in shift_lines(agent, week + timedelta(days=n))
    ]


def write_draft(
    directory: Path,
    *,
    week: date = WEEK,
    weeks: int = 1,
    lines: Sequence[str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Path:
    """Write the plan folder; *lines* are the rows of the draft's roster."""
    out = directory / "out"
    out.mkdir(parents=True)
    text = PLAN.format(week=week, weeks=weeks)
    (directory / "plan.yaml").write_text(text, encoding="utf-8")
    (directory / "agents.csv").write_text(AGENTS, encoding="utf-8")
    for name, content in (files or {}).items():
        (directory / name).write_text(content, encoding="utf-8")
    put_roster(directory, usual_lines(week) if lines is None else lines)
    rows = ["queue,start_utc,offered_contacts,aht_s,scheduled_agents"]
    for queue in ("phone", "mail"):
        start = datetime(week.year, week.month, week.day, tzinfo=UTC)
        for slot in range(-24, 48 * 7 * weeks + 24):
            at = start + timedelta(minutes=30 * slot)
            need = 1 if 8 <= at.hour < 16 else 0
            rows.append(f"{queue},{at:%Y-%m-%dT%H:%MZ},{8 * need},300,{need}")
    (out / "requirement.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (out / ".wfm-output").touch()
    manifest = {"first_date": week.isoformat(), "command": "plan"}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return directory


def put_roster(directory: Path, lines: Sequence[str]) -> None:
    """Make *lines* the draft's roster, as a new run would."""
    text = HEADER + "".join(f"{line}\n" for line in lines)
    (directory / "out" / "roster.csv").write_text(text, encoding="utf-8")


def roster_text(directory: Path) -> str:
    """Return the draft's roster."""
    return (directory / "out" / "roster.csv").read_text(encoding="utf-8")
