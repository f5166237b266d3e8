"""Hostile figures about demand: overrides, growth, notices, kept forecasts."""

import pytest
from support.tiny_folders import run_wfm, write_tiny

OVERRIDES = "stage,queue,from_local,to_local,op,value,who,when,why\n"


@pytest.fixture
def run(capsys, monkeypatch):
    def call(*arguments):
        code, said = run_wfm(capsys, monkeypatch, *arguments)
        assert "Traceback" not in said
        return code, said

    return call


@pytest.fixture
def tiny(tmp_path):
    return write_tiny(tmp_path / "plan")


def with_queue(directory, line):
    """Add a line to the only queue of the plan."""
    path = directory / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("    guaranteed_agents: 0", f"    {line}"), encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("name", "row", "column", "limit"),
    [
        ("overrides", "forecast,phone,2026-10-26,,set,1e15,,,", "value", "10,000,000"),
        (
            "overrides",
            "forecast,phone,2026-10-26,,add,-1e15,,,",
            "value",
            "-10,000,000",
        ),
        (
            "overrides",
            "requirement,phone,2026-10-26,,scale,1e300,,,",
            "value",
            "10,000",
        ),
        ("events", "a,2026-10-26,,sale,phone,1e8,1", "effect", "10,000"),
        ("events", "a,2026-10-26,,sale,phone,1,1e8", "aht_factor", "10,000"),
    ],
)
def test_absurd_figures_are_told_with_their_limit(run, tiny, name, row, column, limit):
    headers = {
        "overrides": OVERRIDES,
        "events": "event,from_local,to_local,kind,queue,effect,aht_factor\n",
    }
    (tiny / f"{name}.csv").write_text(headers[name] + row + "\n", encoding="utf-8")
    code, said = run("staff", tiny)
    assert code == 1
    assert f"{name}.csv:2:{column}" in said
    assert limit in said
    assert not (tiny / "out").exists()


def test_a_backlog_of_billions_is_told_with_its_limit(run, tiny):
    with_queue(tiny, "callback_offer: ~")
    plan = tiny / "plan.yaml"
    text = plan.read_text(encoding="utf-8").replace("channel: phone", "channel: email")
    text = text.replace(
        "{service_level: 0.8, answer_within_s: 20}", "{answer_within_open_hours: 8}"
    )
    plan.write_text(text, encoding="utf-8")
    (tiny / "backlog.csv").write_text(
        "queue,arrived_utc,contacts\nphone,2026-10-25T20:00Z,1e12\n", encoding="utf-8"
    )
    code, said = run("staff", tiny)
    assert code == 1
    assert "backlog.csv:2:contacts" in said
    assert "10,000,000" in said


def test_growth_without_end_names_the_queue_and_the_figures(run, tiny):
    with_queue(tiny, "demand: {growth: {per_year: 10, since: 1970-01-01}}")
    code, said = run("staff", tiny)
    assert code == 1
    assert "phone: " in said
    assert "contacts in one interval" in said
    assert not (tiny / "out").exists()
