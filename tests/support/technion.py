"""The Technion bank's call centre as a plan folder: six call types, a made-up crew."""

import csv
import gzip
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from support.forecasting import shared_data

FILE = "technion_bank_1999_jan_oct_15min_by_type_aht.csv.gz"
ZONE = "Asia/Jerusalem"
# The last weeks that are whole, Sunday to Saturday.
FIRST_DAY = {1: date(1999, 1, 24), 10: date(1999, 10, 24)}
TYPES = ("PS", "PE", "IN", "NE", "NW", "TT")
CALL_BACK, PROMISE_HOURS = "TT", 8
# (weekday, 0 is Monday) -> minutes of the day, as the calls themselves show
WORKDAY, FRIDAY, SATURDAY = (420, 1440), (420, 870), (1080, 1440)
OPEN = {6: WORKDAY, 0: WORKDAY, 1: WORKDAY, 2: WORKDAY, 3: WORKDAY} | {
    4: FRIDAY,
    5: SATURDAY,
}

PLAN = """\
version: 1
name: Bank call centre, 1999
zone: Asia/Jerusalem
week: {week}
week_start: sunday
interval_minutes: 30
roster_step_minutes: 30
currency: ILS
history: {{zone: Asia/Jerusalem}}
shrinkage:
  sickness: {{fraction: 0.04, rostered: false}}
queues:
{queues}
sites:
  centre: {{zone: Asia/Jerusalem}}
break_sets:
  office:
    - {{kind: meal, minutes: 30, paid: false, start_after: "3:00-4:30",
       for_shifts: "6:00-"}}
shift_templates:
  day: {{start: "07:00-15:30", every_minutes: 30, hours: [8, 8.5], breaks: office}}
  short: {{start: "07:00-19:00", every_minutes: 30, hours: [4.5, 5], breaks: office}}
employment_contracts:
  full: {{shifts: [day], rules: {{weekly_hours: {{min_hours: 24, max_hours: 40}}}}}}
  part: {{shifts: [short], rules: {{weekly_hours: {{min_hours: 0, max_hours: 25}}}}}}
rules:
  min_rest: {{hours: 11}}
  max_consecutive_days: {{days: 5}}
  weekly_rest: {{hours: 35}}
  max_hours_a_day: {{hours: 9}}
  weekly_hours: {{min_hours: 0, max_hours: 42}}
prices: {{understaffing_per_hour: 200.00, overstaffing_per_hour: 1.00}}
"""
LIVE = """\
  {queue}:
    channel: phone
    zone: Asia/Jerusalem
    requires: [{queue}]
    open: {hours}
    target: {{service_level: 0.8, answer_within_s: 20, max_occupancy: 0.9}}
    patience_s: 300
    guaranteed_agents: {guaranteed}
"""
DEFERRED = """\
  {queue}:
    channel: callback
    zone: Asia/Jerusalem
    requires: [PS]
    open: {hours}
    target: {{answer_within_open_hours: {promise}}}
"""
HOURS = (
    '{sun: "07:00-24:00", mon: "07:00-24:00", tue: "07:00-24:00", wed: "07:00-24:00",'
    ' thu: "07:00-24:00", fri: "07:00-14:30", sat: "18:00-24:00"}'
)
# skills, contract, heads
CREWS = (
    ("PS;PE;NW", "full", 12),
    ("PS;NW;IN", "full", 6),
    ("NE;PS", "full", 6),
    ("PS;NW;NE", "part", 8),
    ("PS;IN;PE", "part", 4),
)


def month_rows(month: int) -> list[dict[str, str]]:
    """Return the file's rows of *month*, as they stand in it."""
    with gzip.open(shared_data(FILE), "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return [row for row in rows if int(row["ts_local"][5:7]) == month]


def write_plan(directory: Path, month: int, *, until: date | None = None) -> Path:
    """Write the plan folder of *month*'s last whole week; history ends at *until*."""
    directory.mkdir(parents=True)
    first = FIRST_DAY[month]
    queues = "".join(
        (DEFERRED if queue == CALL_BACK else LIVE).format(
            queue=queue,
            hours=HOURS,
            promise=PROMISE_HOURS,
            guaranteed=int(queue == "PS"),
        )
        for queue in TYPES
    )
    text = PLAN.format(week=first, queues=queues.rstrip())
    (directory / "plan.yaml").write_text(text, encoding="utf-8")
    with (directory / "history.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["queue", "start", "offered", "handled", "abandoned", "aht_s"])
        for row in month_rows(month):
            if until is None or row["ts_local"] < until.isoformat():
                cells = ["queue", "ts_local", "volume", "handled", "abandoned", "aht_s"]
                writer.writerow([row[name] for name in cells])
    lines = ["agent_id,site,employment_contract,skills,hourly_cost"]
    for skills, contract, heads in CREWS:
        for _ in range(heads):
            lines.append(f"B{len(lines):02d},centre,{contract},{skills},45.00")
    (directory / "agents.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return directory


def is_open(moment: datetime) -> bool:
    """Return whether the call centre is open at a local wall-clock time."""
    low, high = OPEN[moment.weekday()]
    return low <= moment.hour * 60 + moment.minute < high


def half_hours(month: int, first: date, days: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Return volume ``[queue, slot]`` by half hour, and whether slots are open."""
    volume = np.zeros((len(TYPES), days * 48))
    for row in month_rows(month):
        moment = datetime.fromisoformat(row["ts_local"])
        day = (moment.date() - first).days
        if 0 <= day < days:
            slot = day * 48 + moment.hour * 2 + moment.minute // 30
            volume[TYPES.index(row["queue"]), slot] += float(row["volume"])
    midnight = datetime.combine(first, datetime.min.time())
    slots = [midnight + timedelta(minutes=30 * s) for s in range(days * 48)]
    return volume, np.array([is_open(slot) for slot in slots])
