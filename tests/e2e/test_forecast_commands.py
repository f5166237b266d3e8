"""Publish, judge, backtest and clean, as a planner does it on the command line."""

import csv
import json

import pytest
from typer.testing import CliRunner

from wfm.cli import app


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


def test_a_damaged_snapshot_is_named(site):
    folder = site / "state" / "forecasts" / "2026-10-05"
    folder.mkdir(parents=True)
    (folder / "forecast.csv").write_text("queue\n")
    from wfm.api import load
    from wfm.domain.errors import InputError

    with pytest.raises(InputError, match="2026-10-05"):
        load(site).accuracy()


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
