"""Commands about forecasts."""

from pathlib import Path
from typing import Annotated

import typer

from wfm.cli.options import (
    MOST_WEEKS,
    Changes,
    Folder,
    Week,
    date_of,
    instant_of,
    run_of,
)

family = typer.Typer()


@family.command()
def forecast(
    directory: Folder,
    as_of: Annotated[
        str | None, typer.Option(help="Use only what was known before this date.")
    ] = None,
    weeks: Annotated[
        int | None, typer.Option(min=1, max=MOST_WEEKS, help="Weeks to forecast.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write this file only.")] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Keep it in state/, to be judged later.")
    ] = False,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Forecast contacts and handle time per queue and interval."""
    from wfm.commands import forecasts

    day = None if as_of is None else date_of(as_of, "--as-of")
    run = run_of("forecast", directory, week, changes)
    raise typer.Exit(
        forecasts.forecast(run, as_of=day, weeks=weeks, out_file=out, publish=publish)
    )


@family.command()
def backtest(
    directory: Folder,
    origins: Annotated[
        int, typer.Option(min=1, max=520, help="Past weeks to start from.")
    ] = 10,
    weeks: Annotated[
        int, typer.Option(min=1, max=MOST_WEEKS, help="Weeks forecast from each.")
    ] = 1,
    model: Annotated[
        list[str] | None, typer.Option(help="A model to score; may be repeated.")
    ] = None,
    changes: Changes = None,
) -> None:
    """Forecast past weeks from what was known then, and score the models."""
    from wfm.commands import forecasts

    run = run_of("backtest", directory, None, changes)
    raise typer.Exit(
        forecasts.backtest(run, origins=origins, weeks=weeks, models=model or ())
    )


@family.command()
def reforecast(
    directory: Folder,
    actuals: Annotated[
        Path, typer.Option(help="What has come so far: a table like history.csv.")
    ],
    until: Annotated[
        str | None,
        typer.Option(help="Take only what was over then: 2026-10-28T13:00+01:00."),
    ] = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Forecast the rest of the day and the week from what has come so far."""
    from wfm.commands import forecasts

    instant = None if until is None else instant_of(until, "--until")
    run = run_of("reforecast", directory, week, changes)
    raise typer.Exit(forecasts.reforecast(run, actuals=actuals, until=instant))


@family.command()
def accuracy(directory: Folder, changes: Changes = None) -> None:
    """Judge published forecasts by what has come since, by lead time."""
    from wfm.commands import forecasts

    run = run_of("accuracy", directory, None, changes)
    raise typer.Exit(forecasts.accuracy(run))
