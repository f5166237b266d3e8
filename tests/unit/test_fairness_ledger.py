"""The ledger as a file: what stands of it, and what is wrong with it."""

from datetime import date

import pytest

from wfm.domain.errors import InputError
from wfm.domain.fairness import FairnessRow
from wfm.io.fairness_ledger import LEDGER, ledger_bytes, read_ledger

WEEK = date(2026, 10, 26)


def row(version="2026-10-26/v1", agent="A1", **changes):
    values = {
        "week": WEEK, "version": version, "agent_id": agent, "shifts": 5,
        "paid_hours": 37.5, "weekends": 1, "weekend_shifts": 2, "night_shifts": 0,
        "night_hours": 0.25, "undesired_shifts": 3,
    }  # fmt: skip
    return FairnessRow(**(values | changes))


@pytest.fixture
def put(tmp_path):
    def write(content):
        path = tmp_path / LEDGER
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return tmp_path

    return write


def test_what_is_written_is_read(put):
    rows = (row(), row(agent="A2", paid_hours=0.0))
    assert read_ledger(put(ledger_bytes(rows))) == rows


def test_of_each_week_the_version_published_last_stands(put):
    old, new = row(version="2026-10-26/v9"), row(version="2026-10-26/v10")
    later = row(week=date(2026, 11, 2), version="2026-11-02/v1")
    assert read_ledger(put(ledger_bytes((new, old, later)))) == (new, later)


def test_no_ledger_is_an_empty_one(tmp_path):
    assert read_ledger(tmp_path) == ()


def test_every_row_that_cannot_be_read_is_named(put):
    text = ledger_bytes((row(), row(agent="A2"))).decode()
    text = text.replace("A1,5", "A1,many").replace("2026-10-26,2026-10-26/v1,A2", ",,")
    with pytest.raises(InputError) as refused:
        read_ledger(put(text.encode()))
    told = str(refused.value)
    assert "state/fairness.csv:2:shifts: 'many' can't be read" in told
    assert "state/fairness.csv:3:week: the cell is blank" in told


def test_a_folder_in_its_place_is_told(tmp_path):
    (tmp_path / LEDGER).mkdir(parents=True)
    with pytest.raises(InputError, match=r"state/fairness.csv: Is a directory"):
        read_ledger(tmp_path)
