"""Meetings and training of a plan folder: what can't be read is told."""

import pytest
from support.tiny_folders import write_tiny

from wfm.api import load
from wfm.domain.errors import InputError

PEOPLE = tuple((f"A{i}", "Europe/Warsaw") for i in range(1, 6))
FAULTS = """\
activity,agent_id,group,duration_min,earliest_local,latest_local,together
work,A1,,30,2026-10-27,,
a meeting,A1,,30,2026-10-27,,
training,A9,,30,2026-10-27,,
training,A1,site:s0,30,2026-10-27,,
training,,site:s1,30,2026-10-27,,
training,,team:blue,30,2026-10-27,,
training,A1,,20,2026-10-27,,
training,A1,,60,2026-10-27 09:00,2026-10-27 09:30,
course,A1,,60,2026-10-27,,
course,A1,,60,2026-10-28,,
talk,A1,,60,2026-10-27,,yes
talk,A2,,30,2026-10-27,,yes
"""


def test_faults_are_told_by_row_and_column(tmp_path):
    folder = write_tiny(tmp_path / "plan", agents=PEOPLE)
    (folder / "activities.csv").write_text(FAULTS, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(folder).read(frozenset({"agents", "activities"}))
    told = [str(problem) for problem in caught.value.problems]
    for row, words in (
        (2, "'work' is the name of work"),
        (3, "has a blank or a comma"),
        (4, "unknown agent 'A9'"),
        (5, "names no person or group, or both"),
        (6, "nobody belongs to site:s1"),
        (7, "'team:blue' is no group"),
        (8, "20 min are not on the roster's step"),
        (9, "60 min do not fit"),
        (11, "A1 has 'course' already, by row 10"),
        (13, "'talk' is held otherwise in row 12"),
    ):
        assert any(f":{row}:" in line and words in line for line in told), (row, told)
