"""Week after week: each roster begins where the published one before it ended."""

import csv
import json
from datetime import date, timedelta

import pytest
from support.tiny_folders import write_tiny

WEEK = date(2026, 10, 26)
PEOPLE = (("A1", "Europe/Warsaw"), ("A2", "Europe/Warsaw"), ("A3", "Europe/Warsaw"))


def longest_run(days: set[date]) -> int:
    """Return the most dates in a row, counted one by one."""
    runs = [0]
    for day in sorted(days):
        runs.append(runs[-1] + 1 if day - timedelta(days=1) in days else 1)
    return max(runs)


def worked(paths) -> dict[str, set[date]]:
    found: dict[str, set[date]] = {}
    for path in paths:
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                day = date.fromisoformat(row["date_local"])
                found.setdefault(row["agent_id"], set()).add(day)
    return found


@pytest.fixture
def plan(tmp_path):
    return write_tiny(
        tmp_path / "plan", agents=PEOPLE, hours='{daily: "09:00-17:00"}', guaranteed=1
    )


@pytest.mark.slow
def test_four_weeks_one_after_the_other(run, plan):
    """Five days in a row are the most, over the joints of the weeks as well."""
    for n in range(4):
        week = WEEK + timedelta(days=7 * n)
        code, said = run(
            "roster", plan, "--week", week, "--rounds", "2", "--seconds", "20"
        )
        assert code == 0, said
        manifest = json.loads((plan / "out" / "manifest.json").read_text())
        used = [x for x in manifest["inputs_sha256"] if x.startswith("state/rosters")]
        assert len(used) == n
        code, said = run("publish", plan, "--week", week)
        assert code == 0, said
    paths = sorted((plan / "state" / "rosters").glob("*/v1/roster.csv"))
    assert len(paths) == 4
    days = worked(paths)
    assert set().union(*days.values()) == {WEEK + timedelta(n) for n in range(28)}
    assert {
        agent: longest_run(mine) <= 5 for agent, mine in days.items()
    } == dict.fromkeys(days, True)
    with (plan / "state" / "fairness.csv").open(encoding="utf-8") as file:
        ledger = list(csv.DictReader(file))
    weeks = {row["week"] for row in ledger}
    assert len(weeks) == 4
    assert len(ledger) == 4 * len(PEOPLE)
    shifts = {agent: len(mine) for agent, mine in days.items()}
    for agent, _ in PEOPLE:
        mine = [int(row["shifts"]) for row in ledger if row["agent_id"] == agent]
        assert sum(mine) == shifts.get(agent, 0)


@pytest.mark.slow
def test_four_weeks_at_once_then_the_next(run, plan):
    """``weeks: 4``: the ledger has a row per week; the week after carries on."""
    code, said = run(
        "roster", plan, "--set", "weeks=4", "--rounds", "1", "--seconds", "30"
    )
    assert code == 0, said
    code, said = run("publish", plan, "--set", "weeks=4")
    assert code == 0, said
    with (plan / "state" / "fairness.csv").open(encoding="utf-8") as file:
        ledger = list(csv.DictReader(file))
    assert sorted({row["week"] for row in ledger}) == [
        str(WEEK + timedelta(days=7 * n)) for n in range(4)
    ]
    assert {row["version"] for row in ledger} == {"2026-10-26/v1"}
    after = WEEK + timedelta(days=28)
    code, said = run(
        "roster", plan, "--week", after, "--rounds", "2", "--seconds", "20"
    )
    assert code == 0, said
    paths = [
        plan / "state" / "rosters" / str(WEEK) / "v1" / "roster.csv",
        plan / "out" / "roster.csv",
    ]
    assert max(longest_run(mine) for mine in worked(paths).values()) <= 5
