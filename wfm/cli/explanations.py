"""Commands that say why."""

from pathlib import Path
from typing import Annotated

import typer

from wfm.cli.options import Changes, Folder, StageFile, Week, instant_of, run_of

family = typer.Typer()


@family.command()
def explain(
    directory: Folder,
    queue: Annotated[
        str | None, typer.Option(help="The queue; without one, the worst gaps.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="The time: 2026-10-28T13:00+01:00.")
    ] = None,
    worst: Annotated[
        int, typer.Option(min=1, max=1000, help="How many of the worst gaps.")
    ] = 5,
    roster: Annotated[
        Path | None,
        typer.Option(help="The roster to explain; default out/roster.csv."),
    ] = None,
    requirement: StageFile = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Say why an interval is short, what one more is worth, and the cheapest fix."""
    from wfm.commands import explanations

    run = run_of("explain", directory, week, changes, requirement=requirement)
    if (queue is None) != (at is None):
        msg = "--queue and --at belong together"
        raise typer.BadParameter(msg)
    if queue is None or at is None:
        raise typer.Exit(explanations.explain_worst(run, worst, roster))
    moment = instant_of(at, "--at")
    raise typer.Exit(explanations.explain_one(run, queue, moment, roster))


@family.command()
def offers(
    directory: Folder,
    at: Annotated[str, typer.Option(help="Now: 2026-10-28T13:00+01:00.")],
    hours: Annotated[
        float, typer.Option(min=0.25, max=168, help="How far to look ahead.")
    ] = 12.0,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many offers.")] = 10,
    vendor: Annotated[
        float, typer.Option(min=0, help="Price of a vendor's agent-hour; 0: none.")
    ] = 0.0,
    roster: Annotated[
        Path | None, typer.Option(help="The roster; default out/roster.csv.")
    ] = None,
    requirement: StageFile = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """List overtime, time off, breaks, call-ins and vendor hours worth offering."""
    from wfm.commands import explanations

    run = run_of("offers", directory, week, changes, requirement=requirement)
    moment = instant_of(at, "--at")
    raise typer.Exit(explanations.offer(run, moment, hours, most, vendor, roster))


@family.command()
def outages(
    directory: Folder,
    site: Annotated[
        list[str] | None, typer.Option(help="A site that fails; default each in turn.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="The roster; default out/roster.csv.")
    ] = None,
    requirement: StageFile = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Say which guarantees would hold if a site failed, and why others could not."""
    from wfm.commands import explanations

    run = run_of("outages", directory, week, changes, requirement=requirement)
    raise typer.Exit(explanations.outages(run, site or (), roster))
