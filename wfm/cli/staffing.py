"""Commands about staffing and the service it gives."""

from pathlib import Path
from typing import Annotated

import typer

from wfm.cli.options import (
    Changes,
    Folder,
    StageFile,
    Week,
    run_of,
)

family = typer.Typer()


@family.command()
def staff(
    directory: Folder,
    forecast: StageFile = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Size the agents required per queue and interval."""
    from wfm.commands import planning

    run = run_of("staff", directory, week, changes, forecast=forecast)
    raise typer.Exit(planning.staff(run))


@family.command()
def simulate(
    directory: Folder,
    roster: Annotated[
        Path | None,
        typer.Option(help="The roster to simulate; default out/roster.csv."),
    ] = None,
    replications: Annotated[
        int, typer.Option(min=2, max=100_000, help="Independent runs of the plan.")
    ] = 100,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="Seed of the simulation.")
    ] = 1,
    busyness: Annotated[
        bool,
        typer.Option(help="Busier and calmer days, by the forecast's quantiles."),
    ] = False,
    absence: Annotated[
        bool,
        typer.Option(help="Unplanned shrinkage calls whole shifts off."),
    ] = True,
    forecast: StageFile = None,
    requirement: StageFile = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Simulate a roster contact by contact: service, waits, losses, occupancy."""
    from wfm.commands import simulation
    from wfm.evaluation.simulated import SimulationSettings

    run = run_of(
        "simulate", directory, week, changes, forecast=forecast, requirement=requirement
    )
    settings = SimulationSettings(
        replications=replications,
        seed=seed,
        absence="shift" if absence else "none",
        busyness=busyness,
    )
    raise typer.Exit(simulation.simulate(run, roster, settings))
