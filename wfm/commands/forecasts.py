"""The commands about forecasts: make, publish, test on the past, judge."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from wfm.commands.findings import say, say_remarks
from wfm.commands.run import DONE, FINDING, Run
from wfm.io.manifest import write_manifest
from wfm.io.output import OutputFolder, result_path


def forecast(
    run: Run,
    *,
    as_of: date | None,
    weeks: int | None,
    out_file: Path | None,
    publish: bool = False,
) -> int:
    """Forecast and write ``out/forecast.csv``, or *out_file* alone.

    *publish* keeps the forecast in ``state/forecasts/`` too, to be judged later.
    """
    from wfm.io.forecast_files import write_override_log
    from wfm.io.tables import write_forecast, write_history_log

    if out_file is None:
        OutputFolder(run.out).check()
    result = run.plan.forecast(as_of=as_of, weeks=weeks)
    plan = result.folder.plan
    if out_file is not None:
        write_forecast(out_file, plan, result.forecast)
        say(run.console, f"forecast: {out_file}")
    else:
        with OutputFolder(run.out) as folder:
            write_forecast(folder / "forecast.csv", plan, result.forecast)
            write_history_log(folder / "history_log.csv", result.folder.history_log)
            if result.forecast.edits:
                write_override_log(folder / "override_log.csv", result.forecast.edits)
            write_manifest(folder / "manifest.json", run.manifest(result.folder))
        say(run.console, f"forecast: {run.out / 'forecast.csv'}")
    say_remarks(run.console, result.forecast)
    if publish:
        kept = result.publish(run.manifest(result.folder))
        say(run.console, f"published: {kept}")
    return DONE


def reforecast(run: Run, *, actuals: Path, until: datetime | None) -> int:
    """Forecast anew in the light of *actuals* and write ``out/reforecast.csv``."""
    from wfm.io.tables import write_forecast
    from wfm.report.terminal_forecast import reforecast_table

    result = run.plan.reforecast(actuals, until=until)
    target = result_path(run.out, "reforecast.csv")
    write_forecast(target, result.folder.plan, result.forecast)
    if result.before is not None:
        run.console.print(reforecast_table(result.before, result.forecast))
    say_remarks(run.console, result.forecast)
    say(run.console, f"forecast from now on: {target}")
    return DONE


def backtest(run: Run, *, origins: int, weeks: int, models: Sequence[str]) -> int:
    """Score the models on past weeks and write ``out/backtest.csv``."""
    from wfm.io.forecast_files import write_backtest
    from wfm.report.terminal_forecast import backtest_table

    result = run.plan.backtest(origins=origins, weeks=weeks, models=models)
    target = result_path(run.out, "backtest.csv")
    write_backtest(target, result.result)
    run.console.print(backtest_table(result.result))
    for failure in sorted({(r.queue_id, r.failure) for r in result.result.rows}):
        if failure[1]:
            say(run.console, f"{failure[0]}: {failure[1]}", "yellow")
    say(run.console, f"backtest: {target}")
    return DONE


def accuracy(run: Run) -> int:
    """Judge the published forecasts and write ``out/accuracy.csv``.

    A forecast that can't be read is named; the others are judged, and 1 is returned.
    """
    from wfm.io.forecast_files import SNAPSHOTS, write_accuracy
    from wfm.report.terminal_forecast import accuracy_table

    found = run.plan.accuracy()
    for problem in found.damaged:
        say(run.console, str(problem), "yellow")
    rows = found.rows
    if not rows:
        kept = run.plan.directory / SNAPSHOTS
        say(
            run.console,
            f"nothing to judge: no forecast in {kept} has met its actuals; "
            f"keep one by: wfm forecast {run.plan.directory} --publish",
        )
        return FINDING
    target = result_path(run.out, "accuracy.csv")
    write_accuracy(target, rows)
    run.console.print(accuracy_table(rows))
    say(run.console, f"accuracy: {target}")
    return FINDING if found.damaged else DONE
