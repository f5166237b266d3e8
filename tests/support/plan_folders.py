"""Small whole plan folders for tests, and the means to plant faults in them."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

PLAN = """\
version: 1
name: Small shop
zone: Europe/Warsaw
week: 2026-10-26
weeks: 1
interval_minutes: 30
roster_step_minutes: 15
currency: EUR
history: {zone: ~}
forecast: {model: weekday_mean}
calendars:
  DE-BE: {add: {2026-10-31: Reformation Day}, remove: [2026-11-18]}
shrinkage:
  sickness: {fraction: 0.04, rostered: false}
  breaks: {fraction: 0.11, rostered: true}
queues:
  phone_ja:
    channel: phone
    zone: Asia/Tokyo
    country: JP
    requires: [ja, phone]
    open: {daily: "09:00-21:00"}
    target: {service_level: 0.80, answer_within_s: 20, max_occupancy: 0.90}
    guaranteed_agents: 2
    handover_minutes: 30
    forwards: [{to: second, share: 0.05, delay_minutes: 60, aht_s: 900}]
  chat_en:
    channel: chat
    zone: America/New_York
    requires: ["en:2", chat]
    open: {weekdays: "09:00-18:00", sat: ["10:00-12:00", "13:00-15:00"], sun: closed}
    target: {asa_s: 30}
    chat: {max_chats: 3, aht_factor: [1.0, 1.2, 1.5]}
    shrinkage:
      system: {fraction: 0.02, rostered: false}
    forecast_model: last_week
  second:
    channel: callback
    zone: Asia/Tokyo
    requires: [ja]
    open: {daily: "22:00-05:00"}
    target: {answer_within_open_hours: 8}
sites:
  fukuoka: {zone: Asia/Tokyo, region: apac, country: JP, seats: 40,
            night: "22:00-05:00", night_premium: 0.25}
  denver: {zone: America/Denver, outsourced: true, holidays: closed, country: US,
           subdivision: CO}
break_sets:
  office:
    - {kind: break, minutes: 15, paid: true, start_after: "1:15-2:15",
       for_shifts: "6:00-"}
    - {kind: meal, minutes: 60, paid: false, start_after: "3:00-4:45",
       for_shifts: "6:00-"}
    - {kind: break, minutes: 15, paid: true, before_end: "2:30-1:15",
       for_shifts: "6:00-"}
    - {kind: break, minutes: 15, paid: true, start_after: "1:30-2:45",
       for_shifts: "-6:00"}
shift_templates:
  day: {start: "07:00-10:00", every_minutes: 30, hours: [8.5, 9], breaks: office}
  short: {start: "09:00", hours: [5], days: [mon, Tuesday], breaks: office}
employment_contracts:
  full:
    shifts: [day]
    rules: {weekly_hours: {min_hours: 32, max_hours: 40}}
  part:
    shifts: [short]
rules:
  min_rest: {hours: 11}
  weekly_hours: {min_hours: 0, max_hours: 40}
  min_cover:
    - {site: denver, agents: 1, when: {weekdays: "09:00-17:00"}}
    - {queue: phone_ja, agents: 3, when: {mon: "10:00-12:00"}}
    - {skill: ja, agents: 1}
  seats: off
prices:
  understaffing_per_hour: 60.00
  overstaffing_per_hour: 1.00
  night_per_hour: 2.00
  preference_per_hour: 1.50
"""

TABLES: Mapping[str, str] = {
    "agents.csv": (
        "agent_id,site,employment_contract,skills,name,remote,valid_from,hourly_cost,"
        "currency\n"
        "F1,fukuoka,full,ja:3;phone,Aiko,false,2020-01-01,1500,JPY\n"
        "D1,denver,part,en:2;chat,Dan,true,,21.50,USD\n"
    ),
    "availability.csv": (
        "agent_id,date,weekday,from_local,to_local,kind,weight\n"
        "F1,,mon,22:00,06:00,unavailable,\n"
        "D1,2026-10-27,,09:00,24:00,prefer,2\n"
    ),
    "time_off.csv": (
        "agent_id,from_local,to_local,kind,paid\n"
        "F1,2026-10-28,2026-10-29,leave,true\n"
        "D1,2026-10-30 09:00,2026-10-30 12:00,doctor,false\n"
    ),
    "previous_roster.csv": (
        "agent_id,site,date_local,start_utc,end_utc,activity,queue\n"
        "F1,fukuoka,2026-10-23,2026-10-23T00:00Z,2026-10-23T04:00Z,work,\n"
        "F1,fukuoka,2026-10-23,2026-10-23T04:00Z,2026-10-23T05:00Z,meal,\n"
        "GONE,fukuoka,2026-10-23,2026-10-23T00:00Z,2026-10-23T04:00Z,work,\n"
    ),
    "locked_roster.csv": (
        "agent_id,site,date_local,start_utc,end_utc,activity,queue\n"
        "F1,fukuoka,2026-10-27,2026-10-27T00:00Z,2026-10-27T08:30Z,work,phone_ja\n"
    ),
    "events.csv": (
        "event,queue,market,from_local,to_local,kind,effect,aht_factor,note\n"
        "Sale,phone_ja;chat_en,,2026-09-07,2026-09-13,sale,,,big\n"
        "Outage,,JP,2026-08-01 10:00,2026-08-01 12:00,outage,1.5,1.1,\n"
    ),
    "overrides.csv": (
        "stage,queue,from_local,to_local,op,value,who,when,why\n"
        "# forecast,phone_ja,2026-10-26,2026-10-26,scale,1.1,,,an example\n"
        "forecast,phone_ja,2026-10-26,2026-10-26,scale,1.2,Ann,2026-10-20,promo\n"
    ),
    "backlog.csv": "queue,arrived_utc,contacts\nsecond,2026-10-25T20:00Z,12\n",
    "exchange_rates.csv": (
        "month,from,to,rate,source\n"
        "2026-10,JPY,EUR,0.0057,bank\n2026-10,USD,EUR,0.86,bank\n"
    ),
}
HISTORY_HEADER = ("queue", "start", "offered", "handled", "abandoned", "aht_s")


def history_rows(
    days: int = 14, first: datetime = datetime(2026, 10, 12, tzinfo=UTC)
) -> list[tuple[str, ...]]:
    """Return rows of both queues with history, each half hour, offered 1 to 48."""
    return [
        (
            queue,
            f"{first + timedelta(days=day, minutes=30 * slot):%Y-%m-%dT%H:%MZ}",
            str(slot + 1),
            str(slot),
            "1",
            "300",
        )
        for queue in ("phone_ja", "chat_en")
        for day in range(days)
        for slot in range(48)
    ]


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Return a table of texts as CSV."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def history_text(rows: Sequence[Sequence[str]] | None = None) -> str:
    """Return history.csv with its header."""
    return csv_text([HISTORY_HEADER, *(history_rows() if rows is None else rows)])


def write_folder(
    directory: Path,
    *,
    plan: str = PLAN,
    history: str | None = None,
    tables: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """Write the small plan folder; *tables* replaces files, or drops those of None."""
    directory.mkdir(parents=True, exist_ok=True)
    files: dict[str, str | bytes | None] = {
        "plan.yaml": plan,
        "history.csv": history_text() if history is None else history,
        **TABLES,
        **(tables or {}),
    }
    for name, content in files.items():
        if content is None:
            continue
        data = content.encode() if isinstance(content, str) else content
        (directory / name).write_bytes(data)
    return directory


def line_of(text: str, part: str) -> int:
    """Return the number of the only line of *text* that holds *part*."""
    found = [i for i, line in enumerate(text.splitlines(), 1) if part in line]
    if len(found) != 1:
        msg = f"{part!r} stands in lines {found}"
        raise ValueError(msg)
    return found[0]


def gzipped(text: str) -> bytes:
    """Return *text* compressed, without a time stamp."""
    return gzip.compress(text.encode(), mtime=0)


def workbook(rows: Sequence[Sequence[object]], sheet: str = "Sheet") -> bytes:
    """Return an Excel workbook with one sheet."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
