"""Every notebook runs from top to bottom, and is kept with the pictures it makes."""

import re
import warnings
from pathlib import Path

import pytest

from wfm.io.templates import write_template

ROOT = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(ROOT.glob("*.ipynb"))
SEARCH_SECONDS = re.compile(r'(max_time_s=|"--seconds", ")(\d+)')
FEWER_MONTHS = ("03_outsourcing", "04_capacity", "05_what_if")
SHORTER = (
    ("scenarios.yaml", r"(?m)^months: 12", "months: 2"),
    ("capacity.yaml", r"(?m)^months: 14", "months: 8"),
    ("capacity.yaml", r"buffers: \[.*\]", "buffers: [0.0, 0.03]"),
)


def read(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook libraries
        import nbformat

        return nbformat.read(path, as_version=4)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path, tmp_path):
    from nbclient import NotebookClient

    notebook = hurried(read(path))
    if path.stem in FEWER_MONTHS:
        write_demo(tmp_path / "demo")
    resources = {"metadata": {"path": str(tmp_path)}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        NotebookClient(notebook, timeout=800, resources=resources).execute()
    assert pictures(notebook) == pictures(read(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_executed_and_without_errors(path):
    notebook = read(path)
    kinds = [out.output_type for cell in code(notebook) for out in cell.outputs]
    assert "error" not in kinds
    assert pictures(notebook) > 0


def test_forecasting_takes_less_than_thirty_lines():
    (path,) = ROOT.glob("02_*.ipynb")
    lines = [
        line
        for cell in code(read(path))
        for line in cell.source.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    assert len(lines) < 30


def hurried(notebook):
    """Let searches of *notebook* take a fifth of their time: less says as much here."""
    for cell in code(notebook):
        cell.source = SEARCH_SECONDS.sub(
            lambda found: f"{found[1]}{max(4, int(found[2]) // 5)}", cell.source
        )
    return notebook


def write_demo(folder):
    """Write the demo that a notebook finds there: fewer months say as much here."""
    write_template(folder, "global-support")
    for name, pattern, shorter in SHORTER:
        text = (folder / name).read_text(encoding="utf-8")
        changed, count = re.subn(pattern, shorter, text)
        assert count == 1, (name, pattern)
        (folder / name).write_text(changed, encoding="utf-8")


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def pictures(notebook):
    return sum(
        "image/png" in out.get("data", {}) for c in code(notebook) for out in c.outputs
    )
