"""Publish, judge, backtest and clean, as a planner does it on the command line."""

import csv
import json

import pytest
from typer.testing import CliRunner

from wfm.cli.app import app


def wfm(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "200"})


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def site(tmp_path):
    directory = tmp_path / "site"
    assert wfm("init", directory, "--template", "single-site").exit_code == 0
    return directory


def test_a_published_forecast_is_kept_once_and_judged_by_lead(site):
    publish = ("forecast", site, "--publish", "--as-of", "2026-10-05", "--weeks")
    first = wfm(*publish, 2)
    assert first.exit_code == 0, first.output
    assert "state/forecasts/2026-10-05" in first.output
    wfm(*publish, 2)  # the same again changes nothing
    wfm(*publish, 1)  # another one goes beside it
    kept = sorted(path.name for path in (site / "state" / "forecasts").iterdir())
    assert kept == ["2026-10-05", "2026-10-05.2"]
    manifest = site / "state" / "forecasts" / "2026-10-05" / "manifest.json"
    assert json.loads(manifest.read_text())["command"] == "forecast"

    judged = wfm("accuracy", site)
    assert judged.exit_code == 0, judged.output
    rows = rows_of(site / "out" / "accuracy.csv")
    assert {row["lead"] for row in rows} == {"day 1", "week 1"}  # the later one counts
    assert all(0 < float(row["wape"]) < 1 for row in rows if row["lead"] == "week 1")
    assert "1 published forecast" in judged.output


def test_accuracy_without_published_forecasts_says_what_to_do(site):
    result = wfm("accuracy", site)
    assert result.exit_code == 1
    assert "--publish" in result.output


def test_a_damaged_snapshot_is_named_and_the_others_are_judged(site):
    assert wfm("forecast", site, "--as-of", "2026-10-12", "--publish").exit_code == 0
    folder = site / "state" / "forecasts" / "2026-10-05"
    folder.mkdir(parents=True)
    (folder / "forecast.csv").write_text("queue\n")
    judged = wfm("accuracy", site)
    assert judged.exit_code == 1, judged.output
    assert "2026-10-05" in judged.output
    assert "move a damaged one away" in " ".join(judged.output.split())
    rows = rows_of(site / "out" / "accuracy.csv")
    assert {row["as_of"] for row in rows} == {"2026-10-12"}


def test_backtest_scores_the_models_named_and_keeps_other_results(site):
    (site / "out").mkdir()
    (site / "out" / "certificate.json").write_text("{}")
    options = ("--origins", 3, "--model", "weekday_mean", "--model", "last_week")
    result = wfm("backtest", site, *options)
    assert result.exit_code == 0, result.output
    rows = rows_of(site / "out" / "backtest.csv")
    assert {row["model"] for row in rows} == {"weekday_mean", "last_week"}
    assert len({row["origin"] for row in rows}) == 3
    assert (site / "out" / "certificate.json").exists()
    assert "weekday_mean" in result.output


def test_a_backtest_first_does_not_stand_in_the_way_of_the_next_command(site):
    assert wfm("backtest", site, "--origins", 1).exit_code == 0
    assert wfm("forecast", site).exit_code == 0


def test_backtest_of_an_unknown_model_and_of_too_little_history(site):
    unknown = wfm("backtest", site, "--model", "weekday_men")
    assert unknown.exit_code != 0
    assert "weekday_mean" in str(unknown.exception)
    long = wfm("backtest", site, "--weeks", 104)
    assert "too short" in str(long.exception)


def test_cleaning_an_outage_is_replayed_and_logged(site):
    before = wfm("forecast", site)
    assert before.exit_code == 0, before.output
    plain = rows_of(site / "out" / "forecast.csv")
    queue = plain[0]["queue"]
    (site / "overrides.csv").write_text(
        "name,stage,queue,from_local,to_local,op,value,who,when,why\n"
        f"line down,history,{queue},2026-10-12,2026-10-12,exclude,,Ana,2026-10-13,out\n"
        f"sale,forecast,{queue},2026-10-27,2026-10-27,scale,2,Ana,2026-10-13,sale\n"
    )
    done = wfm("forecast", site)
    assert done.exit_code == 0, done.output
    log = rows_of(site / "out" / "override_log.csv")
    assert [row["name"] for row in log] == ["line down", "sale"]
    assert float(log[0]["before"]) > 0 == float(log[0]["after"])
    assert float(log[1]["after"]) == pytest.approx(2 * float(log[1]["before"]))
    (site / "overrides.csv").unlink()
    wfm("forecast", site)
    assert rows_of(site / "out" / "forecast.csv") == plain  # reversible
    assert not (site / "out" / "override_log.csv").exists()


def test_exclude_is_for_the_history_alone(site):
    (site / "overrides.csv").write_text(
        "stage,queue,from_local,to_local,op,value\nforecast,phone,2026-10-27,,exclude,\n"
    )
    result = wfm("check", site)
    assert result.exit_code == 1
    assert "exclude on the forecast" in result.output


def test_a_busy_morning_moves_the_rest_of_the_day(site, tmp_path):
    assert wfm("forecast", site).exit_code == 0
    before = rows_of(site / "out" / "forecast.csv")
    monday = before[0]["start_local"][:10]
    queue = max(before, key=lambda row: float(row["mean"]))["queue"]
    mine = [row for row in before if row["queue"] == queue]
    day = [row for row in mine if row["start_local"].startswith(monday)]
    morning = [row for row in day if row["start_local"][11:13] < "13"]
    actuals = tmp_path / "so_far.csv"
    lines = [f"{queue},{r['start_utc']},{round(1.5 * float(r['mean']))}" for r in day]
    actuals.write_text("queue,start,offered\n" + "\n".join(lines) + "\n")
    until = morning[-1]["start_local"][:11] + "13:00" + morning[-1]["start_local"][16:]

    done = wfm("reforecast", site, "--actuals", actuals, "--until", until)
    assert done.exit_code == 0, done.output
    after = [r for r in rows_of(site / "out" / "reforecast.csv") if r["queue"] == queue]
    seen, rest = after[: len(morning)], after[len(morning) : len(day)]
    assert [float(r["mean"]) for r in seen] == [
        round(1.5 * float(r["mean"])) for r in morning
    ]
    expected = sum(float(r["mean"]) for r in day[len(morning) :])
    moved = sum(float(r["mean"]) for r in rest) / expected
    assert 1.0 < moved < 1.5  # drawn towards what came, not all the way
    assert (site / "out" / "forecast.csv").exists()


def test_actuals_of_another_week_are_refused(site, tmp_path):
    actuals = tmp_path / "old.csv"
    queue = load_queue(site)
    actuals.write_text(f"queue,start,offered\n{queue},2026-01-05T09:00+01:00,5\n")
    result = wfm("reforecast", site, "--actuals", actuals)
    assert "no interval of the actuals" in str(result.exception)
    result = wfm("reforecast", site, "--actuals", tmp_path / "absent.csv")
    assert "can't be read" in str(result.exception)
    result = wfm("reforecast", site, "--actuals", actuals, "--until", "soon")
    assert result.exit_code == 2


def load_queue(site):
    from wfm.api import load

    return load(site).read(frozenset()).plan.queues[0].queue_id
