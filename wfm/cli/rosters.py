"""Commands that make and judge rosters."""

from pathlib import Path
from typing import Annotated

import typer

from wfm.cli.options import (
    DEFAULT_SECONDS,
    Calendars,
    Changes,
    Folder,
    Gap,
    Rounds,
    Seconds,
    Seed,
    StageFile,
    Week,
    Workers,
    limits_of,
    run_of,
)

family = typer.Typer()


@family.command()
def roster(
    directory: Folder,
    seconds: Seconds = DEFAULT_SECONDS,
    gap: Gap = 0.0,
    seed: Seed = 1,
    workers: Workers = 8,
    rounds: Rounds = None,
    forecast: StageFile = None,
    requirement: StageFile = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Make the roster; write roster, allocation and certificate."""
    from wfm.commands import planning

    run = run_of(
        "roster", directory, week, changes, forecast=forecast, requirement=requirement
    )
    limits = limits_of(seconds, gap, seed, workers, rounds)
    raise typer.Exit(planning.roster(run, limits, full=False))


@family.command()
def plan(
    directory: Folder,
    seconds: Seconds = DEFAULT_SECONDS,
    gap: Gap = 0.0,
    seed: Seed = 1,
    workers: Workers = 8,
    rounds: Rounds = None,
    forecast: StageFile = None,
    requirement: StageFile = None,
    ics: Calendars = False,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Do it all: forecast, staff, roster, verify, report."""
    from wfm.commands import planning

    run = run_of(
        "plan",
        directory,
        week,
        changes,
        forecast=forecast,
        requirement=requirement,
        calendars=ics,
    )
    limits = limits_of(seconds, gap, seed, workers, rounds)
    raise typer.Exit(planning.roster(run, limits, full=True))


@family.command()
def verify(
    directory: Folder,
    roster: Annotated[
        Path | None, typer.Option(help="The roster to judge; default out/roster.csv.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Check this certificate, and write none.")
    ] = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Judge a roster by rules and guarantees, from the input files alone."""
    from wfm.commands import planning

    run = run_of("verify", directory, week, changes)
    raise typer.Exit(planning.verify(run, roster, certificate))
