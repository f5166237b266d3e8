"""Hostile figures about demand: overrides, growth, notices, kept forecasts."""

import errno
import os
import shutil
import threading
from datetime import date
from pathlib import Path

import pytest

import wfm.api
from wfm.io.forecast_files import read_snapshots

OVERRIDES = "stage,queue,from_local,to_local,op,value,who,when,why\n"


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


def kept(directory):
    folder = directory / "state" / "forecasts"
    return sorted(path.name for path in folder.iterdir())


def test_publishing_at_once_loses_no_forecast(tiny):
    results = [
        wfm.api.load(tiny).with_({"queues.phone.volume_scale": 1.0 + i}).forecast()
        for i in range(4)
    ]
    together = threading.Barrier(len(results))
    places = []

    def publish(result):
        together.wait()
        places.append(result.publish({}).name)

    threads = [threading.Thread(target=publish, args=(one,)) for one in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(places) == kept(tiny) == ["2026-10-26", *_numbered(4)]
    scales = {one.forecast.mean.max() for one in read_snapshots(tiny)[0]}
    assert len(scales) == len(results)


def _numbered(most):
    return [f"2026-10-26.{number}" for number in range(2, most + 1)]


def test_what_a_killed_publish_left_is_no_forecast(run, tiny):
    result = wfm.api.load(tiny).forecast()
    folder = result.publish({})
    shutil.copytree(folder, folder.with_name(".2026-10-26.k1ll3d"))
    assert [one.as_of for one in read_snapshots(tiny)[0]] == [date(2026, 10, 26)]
    code, said = run("accuracy", tiny)
    assert code == 1
    assert "nothing to judge" in said


def test_a_full_disk_keeps_the_forecasts_that_were_kept(tiny, monkeypatch):
    wfm.api.load(tiny).forecast().publish({})
    before = (tiny / "state/forecasts/2026-10-26/forecast.csv").read_bytes()

    def refuse(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="No space"):
        wfm.api.load(tiny).with_({"queues.phone.volume_scale": 2}).forecast().publish(
            {}
        )
    monkeypatch.undo()
    assert kept(tiny) == ["2026-10-26"]
    assert (tiny / "state/forecasts/2026-10-26/forecast.csv").read_bytes() == before


def test_state_that_is_a_file_is_one_clear_error(run, tiny):
    (tiny / "state").write_text("mine", encoding="utf-8")
    code, said = run("forecast", tiny, "--publish")
    assert code == 1
    assert "state" in said
    assert (tiny / "state").read_text(encoding="utf-8") == "mine"


def test_a_notice_by_dates_lasts_to_the_end_of_the_last_day(tiny):
    path = "queues.phone.demand"
    half = {"reach": 0.5, "saves": 1.0}
    spans = [("2026-10-27", "2026-10-27"), ("2026-10-27 00:00", "2026-10-28 00:00")]
    plans = [
        wfm.api.load(tiny).with_(
            {path: {"notices": [{"from_local": start, "to_local": end, **half}]}}
        )
        for start, end in spans
    ]
    by_date, by_time = (one.staff().requirement.offered_contacts for one in plans)
    assert (by_date == by_time).all()
    plain = wfm.api.load(tiny).staff().requirement.offered_contacts
    assert by_date.sum() == pytest.approx(plain.sum() * 9 / 10, rel=1e-9)


def test_overrides_of_other_weeks_are_named(run, tiny):
    rows = [
        "forecast,phone,2027-10-26,2027-10-27,set,100,,,",
        "forecast,phone,2026-10-26,2026-10-27,scale,2,,,",
        "requirement,phone,2020-10-26,2020-10-27,set,100,,,",
    ]
    (tiny / "overrides.csv").write_text(
        OVERRIDES + "\n".join(rows) + "\n", encoding="utf-8"
    )
    code, said = run("staff", tiny)
    assert code == 0
    assert "overrides.csv: outside the days computed: row 2, 4" in said


def test_overrides_on_closed_hours_make_no_contacts_and_say_so(run, tiny):
    rows = [
        "forecast,phone,2026-10-26,2026-10-27,set,7,,,",
        "forecast,phone,2026-10-27,2026-10-28,scale,2,,,",
    ]
    (tiny / "overrides.csv").write_text(
        OVERRIDES + "\n".join(rows) + "\n", encoding="utf-8"
    )
    code, said = run("forecast", tiny)
    assert code == 0
    made = [line for line in said.splitlines() if "closed intervals stay at 0" in line]
    assert len(made) == 1
    assert "overrides.csv:2: " in made[0]
    plain = wfm.api.load(tiny)
    forecast = plain.forecast().forecast
    (tiny / "overrides.csv").unlink()
    usual = wfm.api.load(tiny).forecast().forecast
    closed = usual.mean[0] == 0
    assert closed.any()
    assert not forecast.mean[0][closed].any()
    assert (forecast.mean[0] == 7.0).any()


NEW_QUEUE = """  chat:
    channel: phone
    zone: UTC
    requires: [en]
    open: {mon: "10:00-12:00", fri: "10:00-11:00"}
    target: {service_level: 0.8, answer_within_s: 60}
    aht_s: 300
"""


@pytest.mark.parametrize("whole", [True, False])
def test_a_new_queue_needs_no_history_where_the_planner_sets_it(run, tiny, whole):
    path = tiny / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sites:\n", f"{NEW_QUEUE}sites:\n"), encoding="utf-8")
    until = "2026-11-02" if whole else "2026-10-28"
    row = f"forecast,chat,2026-10-26,{until},set,3,,,"
    (tiny / "overrides.csv").write_text(OVERRIDES + row + "\n", encoding="utf-8")
    code, said = run("staff", tiny)
    if not whole:
        assert code == 1
        assert "queue 'chat' has no row" in said
        return
    assert code == 0, said
    assert "all volumes are those of overrides.csv" in " ".join(said.split())
    assert "other means than the model" not in said
    staffed = wfm.api.load(tiny).staff()
    q = staffed.forecast.queue_ids.index("chat")
    assert set(staffed.forecast.mean[q].tolist()) == {0.0, 3.0}
    assert staffed.requirement.base_agents[q].max() >= 1.0
