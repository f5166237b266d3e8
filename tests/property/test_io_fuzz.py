"""Whatever stands in the files, reading ends in a plan or in told problems."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.plan_folders import PLAN, TABLES, history_rows, history_text, write_folder

from wfm.domain.errors import InputError, Problem
from wfm.io.folder import ALL_FILES, read_folder
from wfm.io.plan_file import read_plan
from wfm.io.problems import Problems

LINES = PLAN.splitlines()
VALUES = [
    "",
    "~",
    "x",
    "-1",
    "0",
    "nan",
    "1e400",
    "[]",
    "{}",
    "[a, [b]]",
    "{a: {b: 1}}",
]
VALUES += ["off", "NO", "010", "24h", "'", "mon", "2026-10-26", "*a", "&a x", "!!int 3"]

edits = st.lists(
    st.tuples(
        st.integers(0, len(LINES) - 1),
        st.sampled_from(["drop", "key", "value", "twice", "deeper", "cut"]),
        st.sampled_from(VALUES),
    ),
    min_size=1,
    max_size=4,
)


def edited(changes: list[tuple[int, str, str]]) -> str:
    lines: list[str | None] = list(LINES)
    for place, kind, value in changes:
        line = lines[place] or ""
        head, colon, rest = line.partition(":")
        lines[place] = {
            "drop": None,
            "key": f"{head}x:{rest}",
            "value": f"{head}{colon} {value}",
            "twice": f"{line}\n{line}",
            "deeper": f"  {line}",
            "cut": line[: len(line) // 2],
        }[kind]
    return "\n".join(line for line in lines if line is not None)


@given(changes=edits)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_is_read_or_its_faults_are_told(changes):
    text = edited(changes)
    problems = Problems()
    document = read_plan(text, problems)
    assert document is not None or len(problems)
    for problem in problems.found:
        assert problem.file == "plan.yaml"
        assert 0 <= problem.row <= text.count("\n") + 2
        assert problem.message


CELLS = ["", "x", "-1", "1e400", "nan", "2026-10-27", "2026-10-27 09:00", "99:99"]
CELLS += ["F1", "phone_ja", "2026-10-26T00:00Z", "mon", "true", ";", '"', "\x00", "é"]


@given(
    file=st.sampled_from([*TABLES, "history.csv"]),
    place=st.integers(0, 3),
    column=st.integers(0, 7),
    cell=st.sampled_from(CELLS),
    junk=st.binary(max_size=30),
    tail=st.booleans(),
)
@example(file="agents.csv", place=0, column=0, cell='"', junk=b"\xff\xfe", tail=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_table_is_read_or_its_faults_are_told(file, place, column, cell, junk, tail):
    text = {**TABLES, "history.csv": history_text(history_rows(days=1))}[file]
    lines = text.splitlines()
    parts = lines[place % len(lines)].split(",")
    parts[column % len(parts)] = cell
    lines[place % len(lines)] = ",".join(parts)
    content = "\n".join(lines).encode() + (b"\n" + junk if tail else b"")
    with tempfile.TemporaryDirectory() as name:
        folder = write_folder(Path(name), history=history_text(history_rows(days=1)))
        (folder / file).write_bytes(content)
        problems: tuple[Problem, ...] = ()
        try:
            read_folder(folder, ALL_FILES)
        except InputError as error:
            problems = error.problems
    # who is not known any more is missed in the other files
    files = {file, *(TABLES if file == "agents.csv" else ())}
    assert {problem.file for problem in problems} <= files
    assert all(problem.message and problem.row >= 0 for problem in problems)
