"""Seeded instances in the shape of the shift-scheduling benchmarks.

    python benchmarks/nrp_random.py STAFF WEEKS SHIFTS --seed N --out FILE

Employees, limits, requests and cover are drawn as the public files have them: cover
is what a random legal roster of the same staff would give, moved a little up and down,
so every instance has a roster and none is covered for nothing.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LENGTHS = (480, 480, 480, 600, 720)
RUN, LEAST_RUN, LEAST_OFF = 5, 2, 2
DAYS_OFF_A_WEEK = 1.5


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Shifts with minutes, what each employee may work, days off, and a roster."""

    days: int
    minutes: dict[str, int]
    most: list[dict[str, int]]
    off: list[list[int]]
    rows: list[list[str]]


def drawn(staff: int, weeks: int, shifts: int, seed: int) -> Drawn:
    """Draw people and a legal roster of theirs."""
    rng = np.random.default_rng(seed)
    minutes = {f"s{n}": LENGTHS[n % len(LENGTHS)] for n in range(shifts)}
    off = [_days_off(rng, weeks) for _ in range(staff)]
    most = [_limits(rng, minutes, 7 * weeks) for _ in range(staff)]
    rows = [
        _row(rng, weeks, own_most, set(own_off), minutes)
        for own_most, own_off in zip(most, off, strict=True)
    ]
    return Drawn(days=7 * weeks, minutes=minutes, most=most, off=off, rows=rows)


def _days_off(rng: np.random.Generator, weeks: int) -> list[int]:
    """Draw days of leave, most of them in a row."""
    number = max(1, round(DAYS_OFF_A_WEEK * weeks))
    first = int(rng.integers(0, max(1, 7 * weeks - number)))
    return list(range(first, first + number))


def _limits(
    rng: np.random.Generator, minutes: dict[str, int], days: int
) -> dict[str, int]:
    """Draw which shifts one may work; of long ones fewer."""
    able = {shift: bool(rng.random() < 0.7) for shift in minutes}
    able[next(iter(minutes))] = True
    share = {480: 1.0, 600: 0.4, 720: 0.25}
    return {
        shift: int(days * share[length]) if able[shift] else 0
        for shift, length in minutes.items()
    }


def _row(
    rng: np.random.Generator,
    weeks: int,
    most: dict[str, int],
    off: set[int],
    minutes: dict[str, int],
) -> list[str]:
    """Draw runs of 2 to 5 days with 2 or 3 days between, on every second weekend."""
    days = 7 * weeks
    row = [""] * days
    left = dict(most)
    order = list(minutes)
    d = int(rng.integers(0, 3))
    while d < days:
        run = int(rng.integers(LEAST_RUN, RUN + 1))
        dates = list(range(d, min(d + run, days)))
        is_free = any(x in off or (x % 7 > 4 and x // 7 % 2) for x in dates)
        if is_free or len(dates) < LEAST_RUN:
            d += 1
            continue
        able = [shift for shift in order if left[shift] >= len(dates)]
        shift = str(rng.choice(able)) if able else order[0]
        for x in dates:
            row[x] = shift
        left[shift] -= len(dates)
        d += len(dates) + LEAST_OFF + int(rng.integers(0, 2))
    return row


def text_of(given: Drawn, seed: int) -> str:
    """Return the file of what was drawn."""
    rng = np.random.default_rng([seed, 1])
    names = [f"E{n}" for n in range(len(given.rows))]
    lines = ["SECTION_HORIZON", str(given.days), "", "SECTION_SHIFTS"]
    lines += _shift_lines(given)
    lines += ["", "SECTION_STAFF"]
    for name, most, row in zip(names, given.most, given.rows, strict=True):
        lines.append(_staff_line(given, name, most, row))
    lines += ["", "SECTION_DAYS_OFF"]
    for name, days in zip(names, given.off, strict=True):
        lines.append(",".join([name, *map(str, days)]))
    for kind, share in (("ON", 0.15), ("OFF", 0.07)):
        lines += ["", f"SECTION_SHIFT_{kind}_REQUESTS"]
        for name in names:
            for d in np.flatnonzero(rng.random(given.days) < share).tolist():
                shift = rng.choice(list(given.minutes))
                lines.append(f"{name},{d},{shift},{rng.integers(1, 4)}")
    lines += ["", "SECTION_COVER"]
    for d in range(given.days):
        for shift in given.minutes:
            there = sum(row[d] == shift for row in given.rows)
            wanted = max(0, there + int(rng.integers(-1, 2)))
            lines.append(f"{d},{shift},{wanted},100,1")
    return "\n".join(lines) + "\n"


def _shift_lines(given: Drawn) -> list[str]:
    """A shift of a later third of the day is not followed by an earlier one."""
    names = list(given.minutes)
    third = {shift: 3 * n // len(names) for n, shift in enumerate(names)}
    return [
        f"{shift},{given.minutes[shift]},"
        + "|".join(other for other in names if third[other] < third[shift])
        for shift in names
    ]


def _staff_line(given: Drawn, name: str, most: dict[str, int], row: list[str]) -> str:
    limits = "|".join(f"{shift}={number}" for shift, number in most.items())
    paid = sum(given.minutes[shift] for shift in row if shift)
    weekends = {d // 7 for d, shift in enumerate(row) if shift and d % 7 > 4}
    numbers = [paid + 720, max(0, paid - 720), RUN, LEAST_RUN, LEAST_OFF]
    return ",".join([name, limits, *map(str, numbers), str(max(1, len(weekends)))])


def main() -> None:
    """Write one instance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("staff", type=int)
    parser.add_argument("weeks", type=int)
    parser.add_argument("shifts", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    given = drawn(asked.staff, asked.weeks, asked.shifts, asked.seed)
    asked.out.write_text(text_of(given, asked.seed), encoding="utf-8")


if __name__ == "__main__":
    main()
