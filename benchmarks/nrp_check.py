"""The checker: from the format's description alone, sharing nothing with the reader."""

import re
from itertools import pairwise


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
    for raw in text.replace("\ufeff", "").split("\n"):
        line = re.sub(r"\s+|#.*", "", raw)
        if line.upper().startswith("SECTION"):
            current = parts.setdefault(line.upper(), [])
        elif line:
            current.append(line.split(","))
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
        off = [
            day for day in days if day and worked[who][int(day) : int(day) + 1] != [""]
        ]
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
    most, least, max_run, min_run, min_off, weekends = (int(n) for n in numbers[:6])
    found: list[str] = []
    for limit in limits.split("|") if limits else []:
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
