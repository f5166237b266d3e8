"""The roster benchmark beside a peer: its checker by hand, its answers by an oracle."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp
from support.forecast_benchmark import benchmark


@pytest.fixture(scope="module")
def cases() -> ModuleType:
    return benchmark("roster_peer_cases")


@pytest.fixture(scope="module")
def problems() -> ModuleType:
    return benchmark("roster_peer_problems")


def _roster(*rows: str) -> dict[str, Any]:
    """M, A, N or - per day, one row for each of a, b, c."""
    names = {"M": "Morning", "A": "Afternoon", "N": "Night"}
    return {
        "resource_shifts": [
            {"resource": who, "day": day, "shift": names[cell]}
            for who, row in zip("abc", rows, strict=True)
            for day, cell in enumerate(row)
            if cell != "-"
        ]
    }


@pytest.mark.parametrize(
    ("rows", "hours", "broken"),
    [
        (("MMMM", "AAAA", "NNNN"), 96, []),
        (("MMMA", "AAAM", "NNNN"), 96, []),
        (("MMNN", "AAAA", "NNMM"), 96, ["c on 2"]),
        (("MMMM", "AAAA", "NNN-"), 88, ["Night on 3", "hours of c", "rest of c"]),
    ],
)
def test_rosters_by_hand(
    cases: ModuleType, rows: tuple[str, ...], hours: int, broken: list[str]
) -> None:
    assert cases.judged(cases.one_pair(), _roster(*rows)) == (hours, broken)


def test_bans_double_shifts_and_wishes_by_hand(cases: ModuleType) -> None:
    case = cases.one_pair()
    case.arguments["banned_shifts"] = [{"resource": "a", "day": 1, "shift": "Morning"}]
    case.arguments["resources_preferences"] = [{"resource": "b", "shift": "Afternoon"}]
    case.arguments["resources_prioritization"] = [{"resource": "b", "weight": 2}]
    given = _roster("MMMM", "AAAA", "NNNN")
    assert cases.judged(case, given) == (96 - 4 * 2, ["ban of ('a', 1)"])
    given["resource_shifts"].append({"resource": "c", "day": 0, "shift": "Night"})
    assert "two shifts on a day" in cases.judged(case, given)[1]


def test_counts_by_hand(cases: ModuleType) -> None:
    case = cases.schedule_case("MinAbsDifference", 2, 12, 1)
    case.arguments["required_resources"] = [[1] * 12]
    given = {
        "resources_shifts": [
            {"day": 0, "shift": "4 from 0", "resources": 1},
            {"day": 0, "shift": "3 from 3", "resources": 3},
        ]
    }
    # 1 1 1 4 3 3 and nothing more: 3 + 2 + 2 too many, 6 missing
    assert cases.judged(case, given) == (13, ["shift concurrency"])
    count = cases.schedule_case("MinRequiredResources", 2, 12, 1)
    count.arguments["required_resources"] = [[1] * 12]
    assert cases.judged(count, given) == (4, ["shift concurrency"] + ["cover"] * 6)


def _optimum(case: Any) -> float:
    """The least objective of one day, by an integer programme over counts."""
    asked = case.arguments
    cover = np.array(list(asked["shifts_coverage"].values())).T
    need = np.array(asked["required_resources"][0])
    ones = np.eye(len(need))
    if case.kind == "MinRequiredResources":
        cost = np.ones(cover.shape[1])
        rows = LinearConstraint(cover, need, np.inf)
    else:
        cost = np.concatenate([np.zeros(cover.shape[1]), np.ones(2 * len(need))])
        rows = LinearConstraint(np.hstack([cover, ones, -ones]), need, need)
    whole = np.arange(len(cost)) < cover.shape[1]
    found = milp(cost, constraints=rows, integrality=whole.astype(int))
    assert found.success
    return float(found.fun)


@pytest.mark.parametrize("kind", ["MinRequiredResources", "MinAbsDifference"])
def test_counts_are_optimal(cases: ModuleType, problems: ModuleType, kind: str) -> None:
    case = cases.schedule_case(kind, 3, 12, 1)
    found = problems.answer(case, 30.0)
    value, broken = cases.judged(case, found.solution)
    assert broken == []
    assert value == round(_optimum(case))
    assert value - 1 < found.bound <= value + 1e-6


def test_successions_are_kept_where_the_peer_finds_nothing(
    cases: ModuleType, problems: ModuleType
) -> None:
    for case in (cases.one_pair(), cases.two_pairs()):
        found = problems.answer(case, 30.0)
        assert cases.judged(case, found.solution) == (96, [])
        assert found.bound == 96
