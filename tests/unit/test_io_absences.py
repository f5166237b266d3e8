"""Absences read from a table, and added to the plan folder's own."""

from pathlib import Path

import pytest
from support.solve_cases import make_instance, work

from wfm.domain.errors import InputError, UsageError
from wfm.domain.people import Agent
from wfm.domain.plan import TimeOffRow
from wfm.io.absences import add_absences, lock_shifts, read_absences

PEOPLE = tuple(
    Agent(agent_id=name, site_id="home", contract_id="full", skills={}, zone="UTC")
    for name in ("p", "q")
)
TABLE = """\
agent_id,from_local,to_local,kind,paid
p,2026-10-27,2026-10-28,sick,yes
q,2026-10-27 09:00,2026-10-27 12:00,dentist,no
"""


def written(directory: Path, text: str = TABLE) -> Path:
    path = directory / "absent.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_numbered_behind_those_of_time_off(tmp_path: Path) -> None:
    found = read_absences(written(tmp_path), PEOPLE)
    assert [row.agent_id for row in found.rows] == ["p", "q"]
    assert found.rows[0].paid
    assert found.rows[0].to_wall_minute - found.rows[0].from_wall_minute == 2 * 1440
    known = TimeOffRow(
        agent_id="p",
        from_wall_minute=0,
        to_wall_minute=1,
        kind="leave",
        paid=True,
        row=9,
    )
    assert [row.row for row in found.after([known])] == [10, 11]
    assert [row.row for row in found.after([])] == [2, 3]


def test_faults_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.csv:2:agent_id"):
        read_absences(written(tmp_path, TABLE.replace("p,2026", "x,2026")), PEOPLE)
    with pytest.raises(InputError, match="can't be read"):
        read_absences(tmp_path / "none.csv", PEOPLE)


def test_absences_are_added_under_the_headers_that_the_file_has(tmp_path: Path) -> None:
    found = read_absences(written(tmp_path), PEOPLE)
    own = tmp_path / "time_off.csv"
    own.write_text(
        "kind,agent,from,to\nleave,q,2026-10-30,2026-10-30", encoding="utf-8"
    )
    assert add_absences(tmp_path, found) == own
    assert own.read_text(encoding="utf-8").splitlines() == [
        "kind,agent,from,to",
        "leave,q,2026-10-30,2026-10-30",
        "sick,p,2026-10-27,2026-10-28",
        "dentist,q,2026-10-27 09:00,2026-10-27 12:00",
    ]


def test_a_new_file_has_all_columns(tmp_path: Path) -> None:
    add_absences(tmp_path, read_absences(written(tmp_path), PEOPLE))
    text = (tmp_path / "time_off.csv").read_text(encoding="utf-8")
    assert text == TABLE


def test_a_workbook_is_not_added_to(tmp_path: Path) -> None:
    (tmp_path / "time_off.xlsx").touch()
    with pytest.raises(UsageError, match=r"time_off\.xlsx can't be added to"):
        add_absences(tmp_path, read_absences(written(tmp_path), PEOPLE))


def test_shifts_that_ended_early_are_locked(tmp_path: Path) -> None:
    instance = make_instance({"p": ["a"]}, {"a": [1]})
    path = lock_shifts(tmp_path, instance, [work("p", 0, 8, 12)])
    assert path.read_text(encoding="utf-8").splitlines() == [
        "agent_id,site,date_local,start_utc,end_utc,activity,queue",
        "p,home,2026-10-26,2026-10-26T08:00Z,2026-10-26T12:00Z,work,",
    ]
