"""An independent judge of follow-the-sun rosters, written from the instances' README.

It shares no code with the planner. A roster is a CSV with one row per shift:
``agent,region,contract,start_slot,break_slots`` with slots of 15 minutes from Monday
00:00 UTC (negative before it) and the starts of the breaks separated by spaces.
"""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

OFFSET_MIN = {"AMER": -300, "EMEA": 60, "APAC": 480}
WAGE_CENTS_HOUR = {"AMER": 2200, "EMEA": 2400, "APAC": 1400}
NIGHT_PERCENT = {"AMER": 30, "EMEA": 25, "APAC": 10}
SEAT_PERCENT = {"AMER": 55, "EMEA": 50, "APAC": 45}
DAYS_OF = {"FT5x8": 5, "FT4x10": 4, "PT5x4": 5}
LENGTH_MIN = {"FT5x8": 510, "FT4x10": 630, "PT5x4": 240}
MOST_PERCENT = {"FT4x10": 30, "PT5x4": 20}
MISSING_CENTS, FLOOR = 2000, 2


@dataclass
class Verdict:
    """What is wrong with a roster, and what it costs in cents."""

    faults: list[str] = field(default_factory=list)
    heads: int = 0
    wages: int = 0
    missing: int = 0
    required: int = 0
    below_floor: int = 0

    @property
    def objective(self) -> int:
        return self.wages + MISSING_CENTS * self.missing

    @property
    def missing_share(self) -> float:
        return self.missing / self.required


def breaks_of(contract: str) -> list[tuple[int, int, int, bool]]:
    """Return earliest and latest start in minutes after the start, length, paid."""
    length = LENGTH_MIN[contract]
    if length <= 300:
        return [(90, 165, 15, True)]
    return [
        (75, 135, 15, True),
        (180, 285, 30, False),
        (length - 150, length - 75, 15, True),
    ]


def read(path: Path) -> dict[str, list[dict[str, str]]]:
    rows = defaultdict(list)
    with path.open(newline="") as source:
        for row in csv.DictReader(source):
            rows[row["agent"]].append(row)
    return rows


def judge(path: Path, demand: list[int]) -> Verdict:
    """Return the verdict on the roster in *path* for the week's *demand*."""
    verdict = Verdict(required=sum(demand))
    at_work: Counter[int] = Counter()
    on_shift: dict[str, Counter[int]] = {name: Counter() for name in OFFSET_MIN}
    contracts: Counter[str] = Counter()
    for agent, rows in read(path).items():
        verdict.heads += 1
        contracts[rows[0]["contract"]] += 1
        week_faults(agent, rows, verdict)
        for row in rows:
            shift_faults(agent, row, verdict, at_work, on_shift[row["region"]])
    for contract, percent in MOST_PERCENT.items():
        if 100 * contracts[contract] > percent * verdict.heads:
            verdict.faults.append(f"{contracts[contract]} people on {contract}")
    peak = max(demand)
    for region, heads in on_shift.items():
        # ceil(1.15 * peak * share) in whole numbers
        seats = -(-115 * peak * SEAT_PERCENT[region] // 10000)
        verdict.faults += [
            f"{number} people in {region} at {slot}, {seats} seats"
            for slot, number in heads.items()
            if number > seats
        ]
    for slot, needed in enumerate(demand):
        verdict.missing += max(0, needed - at_work[slot])
        if needed and at_work[slot] < FLOOR:
            verdict.below_floor += 1
    return verdict


def week_faults(agent: str, rows: list[dict[str, str]], verdict: Verdict) -> None:
    """Judge one agent's week as a whole."""
    region, contract = rows[0]["region"], rows[0]["contract"]
    if {(row["region"], row["contract"]) for row in rows} != {(region, contract)}:
        verdict.faults.append(f"{agent} has two regions or contracts")
    starts = sorted(15 * int(row["start_slot"]) for row in rows)
    local = [start + OFFSET_MIN[region] for start in starts]
    verdict.faults += day_faults(agent, contract, [m // 1440 for m in local])
    verdict.faults += clock_faults(agent, region, [m % 1440 for m in local])
    verdict.faults += [
        f"{agent} rests less than 11 h before {after}"
        for before, after in pairwise(starts)
        if after - before - LENGTH_MIN[contract] < 660
    ]


def day_faults(agent: str, contract: str, days: list[int]) -> list[str]:
    """Judge which local days are worked."""
    found = []
    if len(set(days)) != len(days) or len(days) != DAYS_OF[contract]:
        found.append(f"{agent} works {len(days)} shifts on days {days}")
    if not set(days) <= set(range(7)):
        found.append(f"{agent} works outside the week: {days}")
    edges = sum((d in days) != ((d + 1) % 7 in days) for d in range(7))
    if edges > 2:
        found.append(f"{agent}'s days off are not consecutive: {days}")
    return found


def clock_faults(agent: str, region: str, clock: list[int]) -> list[str]:
    """Judge the clock times of the starts."""
    found = []
    if max(clock) - min(clock) > 120:
        found.append(f"{agent}'s starts vary by more than 2 h: {clock}")
    return found + [
        f"{agent} starts at minute {minute}"
        for minute in clock
        if region != "APAC" and not (300 <= minute <= 900 or minute >= 1200)
    ]


def shift_faults(
    agent: str,
    row: dict[str, str],
    verdict: Verdict,
    at_work: Counter[int],
    on_shift: Counter[int],
) -> None:
    """Judge one shift; add its pay, and its heads to the counters."""
    region, start = row["region"], int(row["start_slot"])
    taken = [int(slot) for slot in row["break_slots"].split()]
    wanted = breaks_of(row["contract"])
    if len(taken) != len(wanted):
        verdict.faults.append(f"{agent} has {len(taken)} breaks at {start}")
    absent, unpaid = set(), set()
    for slot, (earliest, latest, length, paid) in zip(taken, wanted, strict=False):
        if not earliest <= 15 * (slot - start) <= latest:
            verdict.faults.append(f"{agent} breaks at {slot} in the shift at {start}")
        span = set(range(slot, slot + length // 15))
        absent |= span
        unpaid |= set() if paid else span
    for slot in range(start, start + LENGTH_MIN[row["contract"]] // 15):
        on_shift[slot] += 1
        at_work[slot] += slot not in absent
        if slot not in unpaid:
            verdict.wages += pay(region, slot)


def pay(region: str, slot: int) -> int:
    """Return the pay of one paid slot in cents."""
    minute = (15 * slot + OFFSET_MIN[region]) % 1440
    is_night = minute >= 22 * 60 or minute < 6 * 60
    percent = 100 + (NIGHT_PERCENT[region] if is_night else 0)
    return WAGE_CENTS_HOUR[region] * percent // 400
