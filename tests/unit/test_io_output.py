"""Output appears whole or not at all; manifests."""

import errno
import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from wfm.domain.errors import UsageError
from wfm.io import output
from wfm.io.manifest import read_manifest, write_manifest
from wfm.io.output import OutputFolder, write_atomic
from wfm.io.output_set import OutputSet


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def fill(directory: Path, text: str) -> Path:
    with OutputFolder(directory) as folder:
        write_atomic(folder / "roster.csv", text)
        (folder / "pages").mkdir()
        write_atomic(folder / "pages" / "a.html", text)
    return directory


def test_a_run_replaces_the_whole_folder(tmp_path):
    out = fill(tmp_path / "out", "old")
    (out / "stale.csv").write_text("from an earlier run")
    fill(out, "new")
    assert names(out) == [".wfm-output", "pages", "roster.csv"]
    assert (out / "pages" / "a.html").read_text() == "new"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [RuntimeError("half way"), KeyboardInterrupt()])
def test_an_error_in_the_middle_leaves_the_old_folder(tmp_path, error):
    out = fill(tmp_path / "out", "old")

    def run() -> None:
        with OutputFolder(out) as folder:
            write_atomic(folder / "roster.csv", "new")
            raise error

    with pytest.raises(type(error)):
        run()
    assert (out / "roster.csv").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "forecast.csv"
    write_atomic(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["forecast.csv"]


def test_a_failing_swap_puts_the_old_folder_back(tmp_path, monkeypatch):
    out = fill(tmp_path / "out", "old")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if Path(target) == out and (self / "new.txt").exists():
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="Input/output"), OutputFolder(out) as folder:
        (folder / "new.txt").touch()
    assert (out / "roster.csv").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_folders_of_others_are_not_replaced(tmp_path):
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter.txt").write_text("ten years of work")
    with pytest.raises(UsageError, match="wfm did not write"), OutputFolder(foreign):
        pass
    with (
        pytest.raises(UsageError, match="is a file"),
        OutputFolder(foreign / "chapter.txt"),
    ):
        pass
    assert names(foreign) == ["chapter.txt"]
    assert names(tmp_path) == ["thesis"]


def test_empty_folders_and_those_of_verify_are_replaced(tmp_path):
    out = tmp_path / "deep" / "out"
    out.mkdir(parents=True)
    fill(out, "first")
    (out / ".wfm-output").unlink()
    for name in ("roster.csv", "pages/a.html"):
        (out / name).unlink()
    (out / "pages").rmdir()
    (out / "certificate.json").write_text("{}")
    assert (fill(out, "second") / "roster.csv").read_text() == "second"


def test_files_can_be_read_by_others_as_the_umask_says(tmp_path):
    path = tmp_path / "a.csv"
    write_atomic(path, b"x")
    plain = tmp_path / "b.csv"
    plain.write_text("x")
    assert path.stat().st_mode == plain.stat().st_mode


def test_line_ends_and_bytes_are_kept(tmp_path):
    write_atomic(tmp_path / "a", "ä\r\nb\n")
    assert (tmp_path / "a").read_bytes() == b"\xc3\xa4\r\nb\n"


@dataclass(frozen=True)
class Limits:
    gap: float


def test_manifest_is_sorted_and_plain(tmp_path):
    path = tmp_path / "manifest.json"
    write_manifest(
        path,
        {
            "week": date(2026, 10, 26),
            "started": datetime(2026, 10, 20, 8, tzinfo=UTC),
            "objective": np.int64(7),
            "hours": np.array([1.5, 2.0]),
            "limits": Limits(gap=0.01),
            "rules": frozenset({"seats", "locked"}),
            "file": Path("out/roster.csv"),
        },
    )
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == {
        "file": "out/roster.csv",
        "hours": [1.5, 2.0],
        "limits": {"gap": 0.01},
        "objective": 7,
        "rules": ["locked", "seats"],
        "started": "2026-10-20T08:00:00+00:00",
        "week": "2026-10-26",
    }
    assert [line for line in text.splitlines() if line.startswith('  "')] == sorted(
        line for line in text.splitlines() if line.startswith('  "')
    )
    assert read_manifest(path)["objective"] == 7


def test_manifest_refuses_what_json_can_not_say(tmp_path):
    with pytest.raises(ValueError, match="nan"):
        write_manifest(tmp_path / "m.json", {"gap": float("nan")})
    with pytest.raises(TypeError, match="object can't stand in a manifest"):
        write_manifest(tmp_path / "m.json", {"gap": object()})
    assert names(tmp_path) == []


def test_an_unreadable_manifest_is_empty(tmp_path):
    assert read_manifest(tmp_path / "none.json") == {}
    (tmp_path / "bad.json").write_text("{")
    assert read_manifest(tmp_path / "bad.json") == {}
    (tmp_path / "list.json").write_text("[1]")
    assert read_manifest(tmp_path / "list.json") == {}


def test_a_full_disk_is_told_by_the_folder_that_was_to_be_written(tmp_path):
    with pytest.raises(OSError, match="out'") as told, OutputSet(tmp_path / "out"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), ".out.x1/a.csv")
    assert told.value.filename == str(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_file_for_which_there_is_no_room_is_named(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("wfm.io.output.os.fsync", full)
    with pytest.raises(OSError, match="ledger"):
        write_atomic(tmp_path / "ledger.csv", "a")
    assert not list(tmp_path.iterdir())
