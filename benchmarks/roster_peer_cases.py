"""Problems in pyworkforce's words, and a checker of answers to them.

The checker follows pyworkforce's documentation: at most one shift a day, no
*destination* on the day after an *origin*, every requirement covered.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

HOURS = {"Morning": 8, "Afternoon": 8, "Night": 10}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A class of pyworkforce and its arguments."""

    name: str
    kind: str
    arguments: dict[str, Any]


def cases(*, large: bool = False) -> list[Case]:
    """Return all cases; *large* ones take the peer ten seconds and more."""
    sizes = [(10, 7), (20, 14), (50, 28)] + ([(200, 28)] if large else [])
    found = [roster_case(people, days, seed=people) for people, days in sizes]
    found += [one_pair(), two_pairs()]
    for heads, periods, days in ((12, 24, 2), (25, 24, 7), (25, 48, 7)):
        for kind in ("MinRequiredResources", "MinAbsDifference"):
            found.append(schedule_case(kind, heads, periods, days))
    return found


def roster_case(people: int, days: int, seed: int) -> Case:
    """Cover for four days in seven, some bans, some who prefer a shift."""
    rng = np.random.default_rng(seed)
    names = [f"r{n}" for n in range(people)]
    each = people * 4 // 7 // len(HOURS)
    required = {
        shift: rng.integers(max(1, each - 1), each + 1, size=days, endpoint=True)
        for shift in HOURS
    }
    fans = rng.choice(people, size=people // 4, replace=False).tolist()
    return Case(
        name=f"MinHoursRoster {people} x {days}",
        kind="MinHoursRoster",
        arguments={
            "num_days": days,
            "resources": names,
            "shifts": list(HOURS),
            "shifts_hours": list(HOURS.values()),
            "min_working_hours": 4 * days,
            "max_resting": days * 3 // 7,
            "banned_shifts": [
                {"resource": name, "shift": str(rng.choice(list(HOURS))), "day": day}
                for name in names
                for day in np.flatnonzero(rng.random(days) < 0.05).tolist()
            ],
            "required_resources": {s: row.tolist() for s, row in required.items()},
            "non_sequential_shifts": [],
            "resources_preferences": [
                {"resource": names[n], "shift": str(rng.choice(list(HOURS)))}
                for n in fans
            ],
            "resources_prioritization": [
                {"resource": names[n], "weight": int(rng.integers(1, 4))} for n in fans
            ],
        },
    )


def one_pair() -> Case:
    """Nobody may follow a night by a morning: one works nights only, one mornings."""
    pairs = [{"origin": "Night", "destination": "Morning"}]
    return _successions("one pair from one origin", pairs)


def two_pairs() -> Case:
    """Nor by an afternoon."""
    pairs = [
        {"origin": "Night", "destination": "Morning"},
        {"origin": "Night", "destination": "Afternoon"},
    ]
    return _successions("two pairs from one origin", pairs)


def _successions(name: str, pairs: list[dict[str, str]]) -> Case:
    shifts = ["Morning", "Afternoon", "Night"]
    return Case(
        name=f"MinHoursRoster, {name}",
        kind="MinHoursRoster",
        arguments={
            "num_days": 4,
            "resources": ["a", "b", "c"],
            "shifts": shifts,
            "shifts_hours": [8, 8, 8],
            "min_working_hours": 32,
            "max_resting": 0,
            "banned_shifts": [],
            "required_resources": {shift: [1] * 4 for shift in shifts},
            "non_sequential_shifts": pairs,
        },
    )


def schedule_case(kind: str, heads: int, periods: int, days: int) -> Case:
    """A day of one hump; shifts of a quarter and a third of it from everywhere."""
    rng = np.random.default_rng([heads, periods])
    day = np.sin(np.linspace(0.2, np.pi - 0.2, periods))
    required = np.rint(heads * day + rng.uniform(-1.5, 1.5, (days, periods)))
    coverage = {
        f"{length} from {start}": [
            int(start <= p < start + length) for p in range(periods)
        ]
        for length in (periods // 4, periods // 3)
        for start in range(0, periods - length + 1, max(1, periods // 24))
    }
    return Case(
        name=f"{kind}, peak {heads}, {days} x {periods} periods",
        kind=kind,
        arguments={
            "num_days": days,
            "periods": periods,
            "shifts_coverage": coverage,
            "required_resources": np.maximum(required, 1).astype(int).tolist(),
            "max_period_concurrency": 2 * heads,
            "max_shift_concurrency": heads,
        },
    )


def judged(case: Case, solution: Mapping[str, Any]) -> tuple[float, list[str]]:
    """Return the objective of an answer and what it breaks."""
    if case.kind == "MinHoursRoster":
        return _judged_roster(case.arguments, solution["resource_shifts"])
    return _judged_schedule(case, solution["resources_shifts"])


def _judged_roster(
    given: Mapping[str, Any], work: list[dict[str, Any]]
) -> tuple[float, list[str]]:
    hours = dict(zip(given["shifts"], given["shifts_hours"], strict=True))
    at = {(w["resource"], w["day"]): w["shift"] for w in work}
    broken = ["two shifts on a day"] * (len(work) - len(at))
    there = Counter((w["shift"], w["day"]) for w in work)
    for shift, row in given["required_resources"].items():
        broken += [
            f"{shift} on {day}" for day, n in enumerate(row) if there[shift, day] < n
        ]
    bans = {(b["resource"], b["day"]): b["shift"] for b in given["banned_shifts"]}
    broken += [f"ban of {who}" for who, shift in bans.items() if at.get(who) == shift]
    pairs = {(p["origin"], p["destination"]) for p in given["non_sequential_shifts"]}
    for (name, day), shift in at.items():
        if (shift, at.get((name, day + 1))) in pairs:
            broken.append(f"{name} on {day + 1}")
    for name in given["resources"]:
        own = [shift for (who, _), shift in at.items() if who == name]
        if sum(hours[shift] for shift in own) < given["min_working_hours"]:
            broken.append(f"hours of {name}")
        if given["num_days"] - len(own) > given["max_resting"]:
            broken.append(f"rest of {name}")
    value = sum(
        hours[shift] - worth(given, who, shift) for (who, _), shift in at.items()
    )
    return float(value), broken


def worth(given: Mapping[str, Any], name: str, shift: str) -> int:
    """Return what the objective takes off for a shift somebody prefers."""
    weight = {
        p["resource"]: p["weight"] for p in given.get("resources_prioritization", ())
    }
    likes = {
        (p["resource"], p["shift"]) for p in given.get("resources_preferences", ())
    }
    return int(weight.get(name, 1)) if (name, shift) in likes else 0


def _judged_schedule(
    case: Case, counts: list[dict[str, Any]]
) -> tuple[float, list[str]]:
    given = case.arguments
    there = np.zeros((given["num_days"], given["periods"]), dtype=np.int64)
    heads = 0
    for row in counts:
        there[row["day"]] += row["resources"] * np.array(
            given["shifts_coverage"][row["shift"]]
        )
        heads += row["resources"]
    required = np.array(given["required_resources"])
    broken = ["concurrency"] * int((there > given["max_period_concurrency"]).sum())
    most = max((row["resources"] for row in counts), default=0)
    broken += ["shift concurrency"] * (most > given["max_shift_concurrency"])
    if case.kind == "MinAbsDifference":
        return float(np.abs(there - required).sum()), broken
    return float(heads), broken + ["cover"] * int((there < required).sum())
