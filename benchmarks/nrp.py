"""Public nurse-rostering instances, solved by the rules and the search of the package.

    python benchmarks/nrp.py FILE --seconds S --workers W --out SOLUTION

Reads the text format of the shift-scheduling benchmarks by Curtois and Qu
(schedulingbenchmarks.org), says it in rules and terms, and solves it. SOLUTION gets one
row per employee: a shift id or nothing per day, comma-separated. The result is scored
again by a checker written from the format's description alone. The last line of the
output is JSON with objective and bound; compiling is timed apart.
"""

import argparse
import json
import resource
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import gcd
from pathlib import Path

import numpy as np

from solver.build import build_rules
from solver.objectives.shift_demand import Demand, ShiftDemand
from solver.objectives.shift_requests import Request, ShiftRequests
from solver.outcome import Progress, Solved, SolveLimits
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Agent,
    BlockedTime,
    EmploymentContract,
    ShiftTemplate,
    Site,
)
from wfm.domain.roster import (
    PlannedDay,
    Prices,
    Roster,
    RosterInstance,
    RuleSetting,
)

MONDAY = date(2024, 1, 1)
DAY_MINUTES = 1440


@dataclass(kw_only=True)
class Employee:
    """One row of SECTION_STAFF."""

    max_shifts: dict[str, int]
    max_minutes: int
    min_minutes: int
    max_run: int
    min_run: int
    min_off: int
    max_weekends: int
    days_off: set[int] = field(default_factory=set)


@dataclass(kw_only=True)
class Given:
    """A file as it is written."""

    days: int = 0
    minutes: dict[str, int] = field(default_factory=dict)
    not_after: dict[str, set[str]] = field(default_factory=dict)
    staff: dict[str, Employee] = field(default_factory=dict)
    on: list[tuple[str, int, str, int]] = field(default_factory=list)
    off: list[tuple[str, int, str, int]] = field(default_factory=list)
    cover: list[tuple[int, str, int, int, int]] = field(default_factory=list)


def read(text: str) -> Given:
    """Read the text of an instance."""
    given, section = Given(), ""
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("SECTION_"):
            section = line
        elif line and not line.startswith("#"):
            read_line(given, section, line.split(","))
    return given


def read_line(given: Given, section: str, cells: list[str]) -> None:
    match section:
        case "SECTION_HORIZON":
            given.days = int(cells[0])
        case "SECTION_SHIFTS":
            name, minutes, *after = cells
            given.minutes[name] = int(minutes)
            banned = after[0].split("|") if after and after[0] else []
            given.not_after[name] = {item for item in banned if item}
        case "SECTION_STAFF":
            most = (pair.split("=") for pair in cells[1].split("|"))
            numbers = [int(cell) for cell in cells[2:8]]
            given.staff[cells[0]] = Employee(
                max_shifts={shift: int(number) for shift, number in most},
                max_minutes=numbers[0],
                min_minutes=numbers[1],
                max_run=numbers[2],
                min_run=numbers[3],
                min_off=numbers[4],
                max_weekends=numbers[5],
            )
        case "SECTION_DAYS_OFF":
            given.staff[cells[0]].days_off |= {int(cell) for cell in cells[1:]}
        case "SECTION_SHIFT_ON_REQUESTS":
            given.on.append((cells[0], int(cells[1]), cells[2], int(cells[3])))
        case "SECTION_SHIFT_OFF_REQUESTS":
            given.off.append((cells[0], int(cells[1]), cells[2], int(cells[3])))
        case "SECTION_COVER":
            day, shift, *numbers_of = cells
            wanted, under, over = (int(cell) for cell in numbers_of)
            given.cover.append((int(day), shift, wanted, under, over))


def starts(given: Given) -> dict[str, int]:
    """Give every shift a start of its own, so early that none runs past midnight."""
    step = gcd(*given.minutes.values(), DAY_MINUTES)
    while (len(given.minutes) - 1) * step > DAY_MINUTES - max(given.minutes.values()):
        step = next(n for n in range(step - 1, 0, -1) if step % n == 0)
    return {name: n * step for n, name in enumerate(given.minutes)}


def instance_of(given: Given) -> RosterInstance:
    """Say what there is: people, dates, shifts, days off."""
    at = starts(given)
    step = gcd(*given.minutes.values(), *at.values(), DAY_MINUTES)
    per_day = DAY_MINUTES // step
    num_t = given.days * per_day
    shape = (len(given.staff), num_t)
    days = tuple(
        PlannedDay(
            date_local=MONDAY + timedelta(days=d),
            start_idx=d * per_day,
            end_idx=(d + 1) * per_day,
            week=d // 7,
        )
        for d in range(given.days)
    )
    templates = tuple(
        ShiftTemplate(
            template_id=name,
            start_from_minute=at[name],
            start_to_minute=at[name],
            start_step_minutes=step,
            elapsed_minutes=(minutes,),
        )
        for name, minutes in given.minutes.items()
    )
    return RosterInstance(
        grid=IntervalGrid(
            start_utc=datetime(2024, 1, 1, tzinfo=UTC),
            interval_minutes=step,
            num_intervals=num_t,
        ),
        zone="UTC",
        window_start_idx=0,
        window_end_idx=num_t,
        queues=(),
        sites={"site": Site(site_id="site", zone="UTC", region="site")},
        contracts={"all": EmploymentContract(contract_id="all", templates=templates)},
        agents=tuple(
            Agent(agent_id=n, site_id="site", contract_id="all", skills={}, zone="UTC")
            for n in given.staff
        ),
        planned_days=dict.fromkeys(given.staff, days),
        scheduled_agents=np.zeros((0, num_t)),
        guaranteed_agents=np.zeros((0, num_t), dtype=np.int64),
        open_mask=np.zeros((0, num_t), dtype=bool),
        pay=np.zeros(shape, dtype=np.int64),
        night=np.zeros(shape, dtype=bool),
        prices=Prices(understaffing_per_hour=0),
        blocked=tuple(
            BlockedTime(
                agent_id=name,
                start_idx=d * per_day,
                end_idx=(d + 1) * per_day,
                kind="time_off",
                label=f"day {d} off",
            )
            for name, one in given.staff.items()
            for d in sorted(one.days_off)
        ),
        boundary="open",
    )


def rules_of(given: Given) -> list[RuleSetting]:
    """Say what is demanded; employees with equal demands share a rule."""
    at = starts(given)
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    parameters: dict[tuple[str, str], dict[str, object]] = {}

    def demand(rule: str, who: str, **values: object) -> None:
        key = (rule, repr(values))
        alike[key].add(who)
        parameters[key] = values

    for name, one in given.staff.items():
        demand(
            "period_hours",
            name,
            min_hours=one.min_minutes / 60,
            max_hours=one.max_minutes / 60,
        )
        demand("max_consecutive_days", name, days=one.max_run)
        demand("min_consecutive_days", name, days=one.min_run)
        demand("min_consecutive_days_off", name, days=one.min_off)
        demand("max_weekends", name, most=one.max_weekends)
        for shift, most in one.max_shifts.items():
            if most < given.days:
                window = ((at[shift], at[shift]),)
                demand("shift_count", name, starts=window, most=most)
    settings = [
        RuleSetting(
            rule=key[0], parameters=parameters[key], agent_ids=frozenset(alike[key])
        )
        for key in alike
    ]
    settings += [
        RuleSetting(
            rule="forbidden_next",
            parameters={
                "after": ((at[shift], at[shift]),),
                "then": tuple((at[other], at[other]) for other in sorted(banned)),
            },
        )
        for shift, banned in given.not_after.items()
        if banned
    ]
    return settings


def terms_of(given: Given) -> dict[str, object]:
    """Say what is priced."""
    at = starts(given)
    demands = tuple(
        Demand(
            date_local=MONDAY + timedelta(days=day),
            starts=((at[shift], at[shift]),),
            agents=wanted,
            under_price=under,
            over_price=over,
        )
        for day, shift, wanted, under, over in given.cover
    )
    requests = tuple(
        Request(
            agent_id=name,
            date_local=MONDAY + timedelta(days=day),
            starts=((at[shift], at[shift]),),
            price=price,
            is_off=is_off,
        )
        for is_off, rows in ((False, given.on), (True, given.off))
        for name, day, shift, price in rows
    )
    return {
        "shift_demand": ShiftDemand(demands=demands),
        "shift_requests": ShiftRequests(requests=requests),
    }


def rows_of(given: Given, roster: Roster) -> dict[str, list[str]]:
    """Return the roster as shift ids per employee and day."""
    names = {minute: name for name, minute in starts(given).items()}
    step = gcd(*given.minutes.values(), *names, DAY_MINUTES)
    per_day = DAY_MINUTES // step
    rows = {name: [""] * given.days for name in given.staff}
    for shift in roster.shifts:
        day, place = divmod(shift.start_idx, per_day)
        rows[shift.agent_id][day] = names[place * step]
    return rows


# The checker: from the format's description, sharing nothing with what is above.


def judge(text: str, rows: list[list[str]]) -> tuple[int, list[str]]:
    """Return the objective of *rows* (one per employee) and what they break."""
    parts = sections(text)
    staff = [person[0] for person in parts["SECTION_STAFF"]]
    worked = dict(zip(staff, rows, strict=True))
    broken = unlawful(parts, worked)
    if any(" cells" in what for what in broken):
        return 0, broken
    total = 0
    for who, day, shift, weight in parts.get("SECTION_SHIFT_ON_REQUESTS", []):
        total += int(weight) * (worked[who][int(day)] != shift)
    for who, day, shift, weight in parts.get("SECTION_SHIFT_OFF_REQUESTS", []):
        total += int(weight) * (worked[who][int(day)] == shift)
    for day, shift, wanted, under, over in parts.get("SECTION_COVER", []):
        there = sum(row[int(day)] == shift for row in worked.values())
        total += int(under) * max(0, int(wanted) - there)
        total += int(over) * max(0, there - int(wanted))
    return total, broken


def sections(text: str) -> dict[str, list[list[str]]]:
    """Return the cells of every line by section."""
    parts: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("SECTION"):
            current = parts.setdefault(line.strip(), [])
        elif line.strip() and line[0] != "#":
            current.append(line.strip().split(","))
    return parts


def unlawful(
    parts: dict[str, list[list[str]]], worked: dict[str, list[str]]
) -> list[str]:
    """Return what the rows of *worked* break."""
    horizon = int(parts["SECTION_HORIZON"][0][0])
    length = {row[0]: int(row[1]) for row in parts["SECTION_SHIFTS"]}
    bans = {
        (row[0], later)
        for row in parts["SECTION_SHIFTS"]
        for later in (row[2] if len(row) > 2 else "").split("|")
        if later
    }
    broken: list[str] = []
    for person in parts["SECTION_STAFF"]:
        row = worked[person[0]]
        if len(row) != horizon or any(cell and cell not in length for cell in row):
            broken.append(f"{person[0]}: a row of {len(row)} cells")
            continue
        broken += [f"{person[0]}: {what}" for what in faults(person, row, length, bans)]
    for who, *days in parts.get("SECTION_DAYS_OFF", []):
        off = [day for day in days if worked[who][int(day) : int(day) + 1] != [""]]
        broken += [f"{who}: works on day off {day}" for day in off]
    return broken


def faults(
    person: list[str],
    row: list[str],
    length: dict[str, int],
    bans: set[tuple[str, str]],
) -> list[str]:
    """Return what one employee's row breaks."""
    _, limits, *numbers = person
    most, least, max_run, min_run, min_off, weekends = (int(n) for n in numbers)
    found: list[str] = []
    for limit in limits.split("|"):
        shift, number = limit.split("=")
        if row.count(shift) > int(number):
            found.append(f"{row.count(shift)} shifts {shift}")
    minutes = sum(length[cell] for cell in row if cell)
    if not least <= minutes <= most:
        found.append(f"{minutes} minutes")
    found += [f"{pair[1]} after {pair[0]}" for pair in pairwise(row) if pair in bans]
    pattern = "".join("w" if cell else "-" for cell in row)
    found += ["too many days in a row"] if "w" * (max_run + 1) in pattern else []
    found += [
        f"only {n} days in a row"
        for n in range(1, min_run)
        if f"-{'w' * n}-" in pattern
    ]
    found += [
        f"only {n} days off" for n in range(1, min_off) if f"w{'-' * n}w" in pattern
    ]
    ends = sum("w" in pattern[7 * week + 5 : 7 * week + 7] for week in range(len(row)))
    found += [f"{ends} weekends"] if ends > weekends else []
    return found


def compile_apart() -> float:
    """Compile the search on a tiny problem; return the seconds that took."""
    from solver import warm

    began = time.perf_counter()
    warm.warm()
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quiet", action="store_true")
    asked = parser.parse_args()
    compile_s = compile_apart()
    began, cpu = time.perf_counter(), cpu_s()
    text = asked.file.read_text(encoding="utf-8")
    given = read(text)

    def tell(now: Progress) -> None:
        if not asked.quiet:
            wall = time.perf_counter() - began
            print(
                f"{wall:7.2f} s {now.phase:14} {now.objective} {now.bound}", flush=True
            )

    from solver.search import solve

    outcome = solve(
        instance_of(given),
        build_rules(rules_of(given), given.staff),
        terms_of(given),
        SolveLimits(
            max_time_s=asked.seconds - (time.perf_counter() - began),
            num_workers=asked.workers,
            seed=asked.seed,
        ),
        tell,
    )
    wall = time.perf_counter() - began
    result: dict[str, object] = {
        "instance": asked.file.stem,
        "objective": None,
        "bound": None,
        "optimal": False,
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu_s() - cpu, 2),
        "compile_s": round(compile_s, 2),
        "violations": [type(outcome).__name__],
    }
    if isinstance(outcome, Solved):
        rows = rows_of(given, outcome.roster)
        lines = [",".join(rows[name]) for name in given.staff]
        asked.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
        written = asked.out.read_text(encoding="utf-8").splitlines()
        objective, broken = judge(text, [line.split(",") for line in written])
        if objective != outcome.objective:
            broken.append(f"the search says {outcome.objective}")
        result |= {
            "objective": objective,
            "bound": outcome.bound,
            "optimal": outcome.stop_reason == "optimal",
            "violations": broken,
        }
    print(json.dumps(result))
    return 0 if result["violations"] == [] else 1


def cpu_s() -> float:
    """Return the processor time of this process and of its children."""
    return sum(
        use.ru_utime + use.ru_stime
        for use in map(
            resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
    )


if __name__ == "__main__":
    sys.exit(main())
