"""Bad moments for out/: interrupts, full disks, several writers; no harm is done."""

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.attacks import CREW, QUICK, manifest_of, names_in
from support.tiny_folders import write_tiny

from wfm.io.output import OutputFolder


def test_ctrl_c_in_the_search_keeps_the_roster(run, tmp_path, monkeypatch):
    directory = write_tiny(tmp_path / "plan", agents=CREW, offered="3")
    told = []

    def press(display, progress):
        told.append(progress)
        if progress.objective is not None and len(told) < 9:
            told.extend([progress] * 9)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("wfm.commands.live.SearchDisplay.__call__", press)
    code, said = run("roster", directory, "--seconds", 60)
    assert code == 0, said
    assert "best roster so far" in said
    assert manifest_of(directory)["status"] == "interrupted"
    assert manifest_of(directory)["search"]["wall_s"] < 30
    assert run("verify", directory)[0] == 0


def test_ctrl_c_before_the_search_writes_nothing(run, tiny, monkeypatch):
    monkeypatch.setattr(
        "wfm.commands.planning.check_fresh",
        lambda _: signal.raise_signal(signal.SIGINT),
    )
    code, said = run("plan", tiny)
    assert code == 130
    assert "interrupted; nothing was written" in said
    assert "out" not in names_in(tiny)


def test_a_second_ctrl_c_gives_up_at_once(run, tiny, monkeypatch):
    assert run("forecast", tiny)[0] == 0
    before = (tiny / "out" / "forecast.csv").read_bytes()

    def press(display, progress):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("wfm.commands.live.SearchDisplay.__call__", press)
    code, _ = run("plan", tiny, "--seconds", 30)
    assert code == 130
    assert (tiny / "out" / "forecast.csv").read_bytes() == before
    assert not [name for name in names_in(tiny) if name.startswith(".out")]


def test_ctrl_c_while_writing_leaves_the_old_results(run, tiny, monkeypatch):
    assert run("forecast", tiny)[0] == 0
    before = {path.name: path.read_bytes() for path in (tiny / "out").iterdir()}
    monkeypatch.setattr(
        "wfm.commands.forecasts.write_manifest",
        lambda *_: signal.raise_signal(signal.SIGINT),
    )
    assert run("forecast", tiny)[0] == 130
    assert before == {path.name: path.read_bytes() for path in (tiny / "out").iterdir()}
    assert not [name for name in names_in(tiny) if name.startswith(".out")]


@pytest.mark.parametrize("files_before", [0, 2])
def test_a_full_disk_leaves_the_old_results(run, tiny, monkeypatch, files_before):
    assert run("forecast", tiny)[0] == 0
    before = {path.name: path.read_bytes() for path in (tiny / "out").iterdir()}
    written = []

    def full(_descriptor):
        written.append(1)
        if len(written) > files_before:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("wfm.io.output.os.fsync", full)
    code, said = run("roster", tiny, *QUICK)
    assert code == 1
    told = f"No space left on device: {tiny / 'out'}; earlier results are as they were"
    assert f"error: {told}; make room there" in " ".join(said.split())
    assert before == {path.name: path.read_bytes() for path in (tiny / "out").iterdir()}
    assert not [name for name in names_in(tiny) if name.startswith(".out")]


def test_a_folder_that_can_t_be_written_is_told_before_the_search(
    run, tiny, monkeypatch
):
    monkeypatch.setattr(os, "access", lambda _, mode: not mode & os.W_OK)
    monkeypatch.setattr(
        "wfm.commands.planning._search", lambda *_: pytest.fail("searched")
    )
    code, said = run("plan", tiny)
    assert code == 1
    assert "Permission denied" in said
    assert str(tiny) in said


def test_out_that_can_t_be_replaced_stays(run, tiny, monkeypatch):
    assert run("forecast", tiny)[0] == 0
    before = (tiny / "out" / "manifest.json").read_bytes()
    rename = Path.rename

    def refuse(path, target):
        if path == tiny / "out":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    code, said = run("staff", tiny)
    assert code == 1
    assert "Permission denied" in said
    assert (tiny / "out" / "manifest.json").read_bytes() == before
    assert not [name for name in names_in(tiny) if name.startswith(".out")]


@pytest.mark.parametrize("kind", ["file", "foreign"])
def test_an_out_of_somebody_else_is_refused_before_the_search(
    run, tiny, monkeypatch, kind
):
    if kind == "file":
        (tiny / "out").write_text("mine", encoding="utf-8")
    else:
        (tiny / "out").mkdir()
        (tiny / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(
        "wfm.commands.planning._search", lambda *_: pytest.fail("searched")
    )
    code, said = run("plan", tiny)
    assert code == 2
    assert str(tiny / "out") in said


def test_a_file_of_out_that_is_open_elsewhere_stays_readable(run, tiny):
    assert run("forecast", tiny)[0] == 0
    text = (tiny / "out" / "forecast.csv").read_text(encoding="utf-8")
    with (tiny / "out" / "forecast.csv").open(encoding="utf-8") as file:
        start = file.read(100)
        assert run("forecast", tiny, "--set", "queues.phone.volume_scale=2")[0] == 0
        assert start + file.read() == text
    assert (tiny / "out" / "forecast.csv").read_text(encoding="utf-8") != text


def test_many_writers_of_one_folder_leave_one_whole_result(tmp_path):
    out, faults = tmp_path / "out", []

    def write(number):
        try:
            for turn in range(60):
                with OutputFolder(out) as folder:
                    for name in ("a", "b", "c"):
                        (folder / name).write_text(f"{number} {turn}")
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            faults.append(error)

    writers = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    assert names_in(tmp_path) == {"out"}
    assert len({(out / name).read_text() for name in ("a", "b", "c")}) == 1


def test_two_runs_at_once_in_one_folder(tiny):
    command = [sys.executable, "-m", "wfm.cli", "forecast", str(tiny)]
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[0] for process in runs]
    assert [process.returncode for process in runs] == [0, 0, 0], said
    assert names_in(tiny / "out") >= {"forecast.csv", "manifest.json"}
    assert not [name for name in names_in(tiny) if name.startswith(".out")]


def test_out_may_be_a_link(run, tiny, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tiny / "out").symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        assert run("forecast", tiny)[0] == 0
    assert (tiny / "out").is_symlink()
    assert "forecast.csv" in names_in(tmp_path / "elsewhere")
    assert not [name for name in names_in(tiny) if name.startswith(".out")]
