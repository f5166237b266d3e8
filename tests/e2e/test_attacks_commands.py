"""Hostile command lines and files: one clear message, the right exit code."""

import os
import subprocess
import sys

import pytest
from support.attacks import QUICK, edit


@pytest.mark.parametrize("form", ["{}/", "./{}", "{}/../{}", "."])
def test_every_way_to_name_a_folder(run, tiny, monkeypatch, form):
    monkeypatch.chdir(tiny if form == "." else tiny.parent)
    for command in ("check", "forecast", "staff"):
        code, said = run(command, form.format(tiny.name, tiny.name))
        assert code == 0, said
    assert (tiny / "out" / "requirement.csv").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "{}/plan.yaml"),
        ("plan", "{}/absent"),
        ("forecast", "{}", "--as-of", "9999-12-30"),
        ("forecast", "{}", "--weeks", "100000"),
        ("forecast", "{}", "--set", "queues.phone.aht_s=["),
        ("forecast", "{}", "--set", "queues.phone.aht_s"),
        ("roster", "{}", "--seconds", "nan"),
        ("roster", "{}", "--seconds", "-1"),
        ("roster", "{}", "--seed", "-1"),
        ("roster", "{}", "--workers", "0"),
        ("roster", "{}", "--rounds", "0"),
        ("roster", "{}", "--gap", "-0.1"),
    ],
)
def test_wrong_command_lines(run, tiny, arguments):
    code, said = run(*(part.format(tiny) for part in arguments))
    assert code == 2, said
    assert "rror: " in said
    assert not (tiny / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said_of_it"),
    [
        (("staff", "{}", "--forecast", "{}/absent.csv"), "no such file"),
        (("staff", "{}", "--forecast", "{}/agents.csv"), "start_utc"),
        (("verify", "{}"), "roster.csv"),
        (("verify", "{}", "--roster", "{}/agents.csv"), "agents.csv:1"),
        (("forecast", "{}", "--set", "queues.fone.aht_s=3"), "did you mean 'phone'"),
        (("forecast", "{}", "--set", "queues.phone.aht_s=soon"), "expected a number"),
        (("forecast", "{}", "--week", "2026-10-27"), "plan.yaml:4:7: week"),
    ],
)
def test_wrong_files_and_values(run, tiny, arguments, said_of_it):
    code, said = run(*(part.format(tiny) for part in arguments))
    assert code == 1
    assert said_of_it in said


def test_a_forecast_is_stale_by_its_own_inputs_only(run, tiny):
    assert run("staff", tiny)[0] == 0
    forecast = tiny / "out" / "forecast.csv"
    edit(tiny / "agents.csv", ",20", ",21")
    assert run("staff", tiny, "--forecast", forecast)[0] == 0
    edit(tiny / "history.csv", ",2,300", ",3,300")
    code, said = run("staff", tiny, "--forecast", forecast)
    assert code == 1
    assert "made from another history.csv" in said
    assert f"wfm forecast {tiny}" in said


def test_what_the_forecast_assumed_is_told_by_every_command(run, tiny):
    # the last open day with history is Friday the 23rd of October
    edit(tiny / "plan.yaml", "week: 2026-10-26", "week: 2026-11-30")
    for command in ("forecast", "staff", "roster", "plan"):
        limits = QUICK if command in ("roster", "plan") else ()
        code, said = run(command, tiny, *limits)
        assert code == 0, said
        assert "phone: the history ends 37 days before the forecast begins" in said


def test_a_queue_that_can_t_be_forecast_is_told_and_the_rest_goes_on(run, tiny):
    edit(
        tiny / "plan.yaml",
        "queues:",
        "queues:\n"
        "  late: {channel: phone, zone: Europe/Warsaw, requires: [en],\n"
        '         open: {weekdays: "09:00-17:00"},\n'
        "         target: {service_level: 0.8, answer_within_s: 20}}",
    )
    with (tiny / "history.csv").open("a", encoding="utf-8") as file:
        file.write("late,2026-10-28T10:00Z,5,300\n")
    for command in ("forecast", "staff"):
        code, said = run(command, tiny)
        assert code == 0, said
        assert "late: model 'best' failed" in said
        assert "1 queue forecast by other means" in said


def test_a_plan_before_all_history_is_refused(run, tiny):
    for command in ("check", "forecast", "plan"):
        code, said = run(command, tiny, "--set", "week=2026-09-07")
        assert code == 1
        assert "history.csv:start: begins on 2026-10-12, expected contacts" in said


def test_a_terminal_that_knows_ascii_only(tiny):
    edit(tiny / "plan.yaml", "name: Tiny", "name: Täglich 山")
    done = subprocess.run(
        [sys.executable, "-m", "wfm.cli", "staff", str(tiny)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"requirement.csv" in done.stdout
