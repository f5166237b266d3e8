"""Plan folders of a handful of people, planned in seconds; what runs them."""

import signal
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from wfm.calendar.local import to_instant, wall_minute

PLAN = """\
version: 1
name: Tiny
zone: {zone}
week: {week}
interval_minutes: 30
roster_step_minutes: 15
currency: EUR
queues:
  {queue}:
    channel: phone
    zone: {zone}
    requires: [en]
    open: {hours}
    target: {{service_level: 0.8, answer_within_s: 20}}
    guaranteed_agents: {guaranteed}
sites:
{sites}
shift_templates:
  day: {{start: "{start}", every_minutes: 30, hours: [8]}}
employment_contracts:
  full: {{shifts: [day], rules: {{weekly_hours: {{min_hours: {min_hours}}}}}}}
rules:
  min_rest: {{hours: 11}}
  max_consecutive_days: {{days: 5}}
  weekly_hours: {{min_hours: 0, max_hours: 40}}
prices: {{understaffing_per_hour: 60.00, overstaffing_per_hour: 1.00}}
"""
OFFICE = '{weekdays: "09:00-17:00"}'


def write_tiny(
    directory: Path,
    *,
    zone: str = "Europe/Warsaw",
    week: date = date(2026, 10, 26),
    agents: Sequence[tuple[str, str]] = (("A1", "Europe/Warsaw"),),
    offered: str = "2",
    hours: str = OFFICE,
    start: str = "09:00",
    guaranteed: int = 0,
    min_hours: int = 0,
    queue: str = "phone",
) -> Path:
    """Write a plan folder; *agents* are (id, zone), each zone a site of its own."""
    directory.mkdir(parents=True)
    zones = sorted({name for _, name in agents}) or ["UTC"]
    sites = "\n".join(f"  s{i}: {{zone: {name}}}" for i, name in enumerate(zones))
    text = PLAN.format(
        zone=zone,
        week=week,
        hours=hours,
        start=start,
        guaranteed=guaranteed,
        min_hours=min_hours,
        sites=sites,
        queue=queue,
    )
    (directory / "plan.yaml").write_text(text, encoding="utf-8")
    lines = ["agent_id,site,employment_contract,skills,name,hourly_cost"]
    for agent_id, name in agents:
        place = f"s{zones.index(name)}"
        lines.append(f'"{agent_id}",{place},full,en,"{agent_id} (name)",20')
    (directory / "agents.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = ["queue,start,offered,aht_s"]
    first = to_instant(wall_minute(week - timedelta(days=14)), zone)
    rows += [f"{queue},{_stamp(first, slot)},{offered},300" for slot in range(14 * 48)]
    (directory / "history.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return directory


def _stamp(first: datetime, slot: int) -> str:
    return f"{first + timedelta(minutes=30 * slot):%Y-%m-%dT%H:%MZ}"


def run_wfm(capsys, monkeypatch, *arguments: object) -> tuple[int, str]:
    """Run the command line in this process; return exit code and all it printed."""
    from wfm.cli.app import main

    monkeypatch.setattr(sys, "argv", ["wfm", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "200")
    before = signal.getsignal(signal.SIGINT)
    code = 0
    try:
        main()
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        signal.signal(signal.SIGINT, before)
    captured = capsys.readouterr()
    return code, captured.out + captured.err
