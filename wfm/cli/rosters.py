"""Commands that make and judge rosters."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.edits import signature_of
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

if TYPE_CHECKING:
    from solver.outcome import SolveLimits
    from wfm.commands.trading import TradeOffRequest

family = typer.Typer()

Pareto = Annotated[
    str | None,
    typer.Option(
        metavar="MEASURES",
        help="Also 5 to 9 rosters between which you choose, trading two to four of: "
        "cost,service,fairness,changes. --seconds are for all together.",
    ),
]
Points = Annotated[
    int | None, typer.Option(min=3, max=9, help="How many rosters --pareto gives.")
]
Explain = Annotated[
    int,
    typer.Option(
        min=0, max=100, help="Say why so many of the dearest gaps are there (30 s)."
    ),
]
Pick = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Which roster of the set to take, by default the balanced one; without "
        "--pareto: of the set in out/pareto, as an edit that can be undone.",
    ),
]


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
    pareto: Pareto = None,
    points: Points = None,
    pick: Pick = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Make the roster; write roster, allocation and certificate."""
    from wfm.commands import planning, versions

    run = run_of(
        "roster", directory, week, changes, forecast=forecast, requirement=requirement
    )
    if pick is not None and pareto is None:
        signature = signature_of(None, "", None)
        raise typer.Exit(versions.pick(run, pick, signature))
    limits = limits_of(seconds, gap, seed, workers, rounds)
    base, trading = _trading(limits, pareto, points, pick)
    raise typer.Exit(planning.roster(run, base, full=False, trading=trading))


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
    explain: Explain = 0,
    pareto: Pareto = None,
    points: Points = None,
    pick: Pick = None,
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
    base, trading = _trading(limits, pareto, points, pick)
    raise typer.Exit(
        planning.roster(run, base, full=True, trading=trading, explained=explain)
    )


def _trading(
    limits: "SolveLimits", measures: str | None, points: int | None, pick: int | None
) -> "tuple[SolveLimits, TradeOffRequest | None]":
    """Return the limits of the roster, and what is asked of trade-offs, if anything."""
    from dataclasses import replace

    from wfm.commands.trading import BASE_PART, TradeOffRequest

    if measures is None:
        if points is not None or pick is not None:
            msg = "--points and --pick go with --pareto"
            raise typer.BadParameter(msg)
        return limits, None
    request = TradeOffRequest(
        asked=tuple(name.strip() for name in measures.split(",") if name.strip()),
        seconds=(1 - BASE_PART) * limits.max_time_s,
        seed=limits.seed,
        points=points,
        pick=pick,
        rounds=limits.deterministic_rounds,
    )
    return replace(limits, max_time_s=BASE_PART * limits.max_time_s), request


@family.command()
def report(
    directory: Folder,
    ics: Calendars = False,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Write the report of the roster anew, with what explain and outages found."""
    from wfm.commands import versions

    run = run_of("report", directory, week, changes, calendars=ics)
    raise typer.Exit(versions.report(run))


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
