"""The benchmark on nurse-rostering instances: reader, checker, and proven optima."""

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.forecast_benchmark import ROOT, benchmark

from solver.build import build_rules
from solver.outcome import Solved, SolveLimits
from solver.search import solve

TEXT = """# a comment
SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,600,E

SECTION_STAFF
A,E=7|L=1,2640,480,3,2,2,1
B,E=0|L=7,6000,0,5,1,1,0

SECTION_DAYS_OFF
A,6

SECTION_SHIFT_ON_REQUESTS
A,0,E,3

SECTION_SHIFT_OFF_REQUESTS
B,1,L,2

SECTION_COVER
0,E,1,100,1
1,L,2,10,1
2,E,0,10,4
"""


@pytest.fixture(scope="module")
def nrp() -> ModuleType:
    return benchmark("nrp")


def _rows(a: str, b: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split(",")] for row in (a, b)]


@pytest.mark.parametrize(
    ("a", "b", "objective"),
    [
        ("E,E,,,,,", ",,,,,,", 0 + 20),
        ("E,E,E,,,,", ",L,,,,,", 10 + 2 + 4),
        ("E,L,,,,,", ",L,,,,,", 2),
        (",,E,E,,,", ",,,,,,", 3 + 100 + 20 + 4),
    ],
)
def test_objective_by_hand(nrp: ModuleType, a: str, b: str, objective: int) -> None:
    assert nrp.judge(TEXT, _rows(a, b)) == (objective, [])


@pytest.mark.parametrize(
    ("a", "b", "what"),
    [
        ("E,E,,,,E,E", ",,,,,,", "A: works on day off 6"),
        ("E,,,,,,", ",,,,,,", ""),
        (",E,,,,,", ",,,,,,", "A: only 1 days in a row"),
        ("E,E,,E,E,,", ",,,,,,", "A: only 1 days off"),
        ("E,E,E,E,,,", ",,,,,,", "A: too many days in a row"),
        ("L,L,,,,,", ",,,,,,", "A: 2 shifts L"),
        ("L,E,,,,,", ",,,,,,", "A: E after L"),
        (",,,,,,", ",,,,,,", "A: 0 minutes"),
        ("E,E,,,,,", ",,,,,L,", "B: 1 weekends"),
        ("E,E,,,,,,", ",,,,,,", "A: a row of 8 cells"),
        ("E,X,,,,,", ",,,,,,", "A: a row of 7 cells"),
    ],
)
def test_checker_finds_the_breach(nrp: ModuleType, a: str, b: str, what: str) -> None:
    _, broken = nrp.judge(TEXT, _rows(a, b))
    assert broken == ([what] if what else [])


def _messy(text: str) -> str:
    """The same file: other order and line ends, spaces, comments, cells left empty."""
    parts = text.split("\n\n")
    lines = "\n\n".join(reversed(parts)).splitlines()
    spaced = [line.replace(",", " , ").replace("|", " | ") for line in lines]
    return "\ufeff" + "\r\n".join(f" {line} # why, not? |=" for line in spaced)


def test_order_spaces_comments_and_line_ends_do_not_matter(nrp: ModuleType) -> None:
    messy = _messy(TEXT)
    assert nrp.read(messy) == nrp.read(TEXT)
    for rows in (("E,E,,,,E,E", ",,,,,L,"), (",,E,E,,,", ",L,,,,,")):
        assert nrp.judge(messy, _rows(*rows)) == nrp.judge(TEXT, _rows(*rows))


def test_what_may_be_left_out(nrp: ModuleType) -> None:
    text = """section_horizon
3
SECTION_SHIFTS
E,480
SECTION_DAYS_OFF
A
B,0,
B,2
SECTION_STAFF
A,,1440,0,3,1,1,1
B,E=3,1440,0,3,1,1,1
"""
    given = nrp.read(text)
    assert given.staff["A"].max_shifts == {}
    assert given.staff["A"].days_off == frozenset()
    assert given.staff["B"].days_off == {0, 2}
    assert given.not_after == {"E": frozenset()}
    assert (given.requests, given.cover) == ((), ())
    assert nrp.judge(text, [["E"] * 3, ["", "E", "E"]]) == (
        0,
        ["B: works on day off 2"],
    )


def test_random_instances_have_a_roster(nrp: ModuleType) -> None:
    random = benchmark("nrp_random")
    for seed, shape in enumerate(((9, 4, 3), (7, 6, 7), (5, 12, 5))):
        given = random.drawn(*shape, seed)
        text = random.text_of(given, seed)
        objective, broken = nrp.judge(text, given.rows)
        assert broken == []
        assert objective > 0
        assert len(nrp.read(text).cover) == 7 * shape[1] * shape[2]


def _solved(nrp: ModuleType, text: str, rounds: int) -> tuple[Any, int, list[str]]:
    given = nrp.read(text)
    outcome = solve(
        nrp.instance_of(given),
        build_rules(nrp.rules_of(given), given.staff),
        nrp.terms_of(given),
        SolveLimits(max_time_s=600.0, deterministic_rounds=rounds),
    )
    assert isinstance(outcome, Solved)
    rows = nrp.rows_of(given, outcome.roster)
    objective, broken = nrp.judge(text, [rows[name] for name in given.staff])
    return outcome, objective, broken


def test_what_is_solved_is_scored_the_same_by_the_checker(nrp: ModuleType) -> None:
    outcome, objective, broken = _solved(nrp, TEXT, 2)
    assert broken == []
    assert objective == outcome.objective == 2  # by hand: A on E and L, B on L


@pytest.mark.parametrize(
    ("name", "best"), [("Instance2", 828), ("Instance3", 1001), ("Instance4", 1716)]
)
def test_published_optima_are_proven(nrp: ModuleType, name: str, best: int) -> None:
    beside = Path(__file__).resolve().parents[3] / "shared"
    shared = Path(os.environ.get("WFM_SHARED", beside))
    path = shared / "instances" / "nrp" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"{name} is not shipped; set WFM_SHARED to where it lies")
    outcome, objective, broken = _solved(nrp, path.read_text(encoding="utf-8"), 3)
    assert broken == []
    assert objective == best
    assert outcome.bound == best
    assert outcome.stop_reason == "optimal"


@pytest.mark.parametrize("word", ["nrp", "curtois", "inrc", "nurse"])
def test_the_solver_holds_no_name_of_an_instance_format(word: str) -> None:
    sources = sorted((ROOT / "solver").rglob("*.py"))
    assert len(sources) > 50
    assert not [p.name for p in sources if word in p.read_text("utf-8").lower()]
