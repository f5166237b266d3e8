"""Split shifts in plan.yaml: what they become, and what can't be."""

from datetime import date

import pytest
from support.tiny_folders import write_tiny

from wfm.api import load
from wfm.calendar.catalogue import shift_options
from wfm.domain.errors import InputError
from wfm.pipeline.instance import roster_instance

SPLIT = """\
break_sets:
  rests:
    - {kind: rest, minutes: 15, paid: true, start_after: "1:00-2:00"}
    - {kind: tea, minutes: 15, paid: true, before_end: "2:00-1:00"}
shift_templates:
  day: {start: "08:00-09:00", every_minutes: 60, hours: [4], breaks: rests, SPLIT}
"""


def _folder(path, split):
    folder = write_tiny(path)
    plan = folder / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    low, high = text.index("shift_templates:"), text.index("employment_contracts:")
    text = text[:low] + SPLIT.replace("SPLIT", f"split: {split}") + text[high:]
    plan.write_text(text, encoding="utf-8")
    return load(folder)


def test_a_split_shift_has_two_parts_and_unpaid_time_between_them(tmp_path):
    split = '{gap: "2:00-4:00", every_minutes: 120, hours: [3, 4]}'
    folder = _folder(tmp_path / "plan", split).read(frozenset({"agents"}))
    instance = roster_instance(folder)
    (contract,) = folder.plan.contracts.values()
    day = date(2026, 10, 26)
    options = shift_options(contract.templates, day, "Europe/Warsaw", instance.grid)
    assert len(options) == 2 * 2 * 2  # starts, gaps, second parts
    kinds = {tuple(window.kind for window in option.breaks) for option in options}
    assert kinds == {("rest", "split", "tea")}
    assert {option.paid_steps / 4 for option in options} == {7, 8}
    for option in options:
        rest, gap, tea = option.breaks
        assert gap.first_idx == gap.last_idx == option.start_idx + 4 * 4
        assert rest.last_idx + 1 <= gap.first_idx
        assert gap.first_idx + gap.length_steps <= tea.first_idx


@pytest.mark.parametrize(
    ("split", "words"),
    [
        ('{gap: "4:00-2:00"}', "the longest gap is below the shortest"),
        ('{gap: "2:00-3:10"}', "3:10 is not on the roster's step"),
        ('{gap: "2:00-20:00"}', "from start to end are more than a day"),
        ('{gap: "2:00-3:00", hours: [1]}', "tea at"),
        ("{hours: [4]}", "gap"),
    ],
)
def test_splits_that_cannot_be_are_told(tmp_path, split, words):
    with pytest.raises(InputError) as caught:
        _folder(tmp_path / "plan", split).read(frozenset())
    told = [str(problem) for problem in caught.value.problems]
    assert any("shift_templates.day" in line and words in line for line in told), told


def test_no_break_may_be_called_split(tmp_path):
    plan = _folder(tmp_path / "plan", '{gap: "2:00-3:00"}')
    path = tmp_path / "plan" / "plan.yaml"
    path.write_text(path.read_text().replace("kind: tea", "kind: split"))
    with pytest.raises(InputError, match="'split' is the gap of a split shift"):
        plan.read(frozenset())
