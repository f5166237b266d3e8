"""Commands about people over months, results, and vendors."""

from typing import Annotated

import typer

from wfm.cli.options import Changes, Folder, date_of, run_of

family = typer.Typer()


@family.command()
def capacity(
    directory: Folder,
    futures: Annotated[
        int | None,
        typer.Option(min=10, max=100_000, help="Futures of the stress test."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=2**31 - 1, help="Seed of the futures."),
    ] = None,
    changes: Changes = None,
) -> None:
    """Plan hiring, training, moves, overtime and bought hours over the months."""
    from wfm.commands import capacity

    run = run_of("capacity", directory, None, changes)
    raise typer.Exit(capacity.capacity(run, futures=futures, seed=seed))


@family.command()
def kpi(
    directory: Folder,
    as_of: Annotated[
        str | None, typer.Option(help="Last day that counts, such as 2026-10-25.")
    ] = None,
    changes: Changes = None,
) -> None:
    """Show results of sites and vendors against targets, drift and budget."""
    from wfm.commands import kpis

    run = run_of("kpi", directory, None, changes)
    last = None if as_of is None else date_of(as_of, "--as-of")
    raise typer.Exit(kpis.kpi(run, as_of=last))


@family.command()
def vendors(
    directory: Folder,
    as_of: Annotated[
        str | None, typer.Option(help="Day to judge on, such as 2026-10-25.")
    ] = None,
    changes: Changes = None,
) -> None:
    """Judge vendors: marks with evidence, other weights, security, onboarding."""
    from wfm.commands import vendors

    run = run_of("vendors", directory, None, changes)
    day = None if as_of is None else date_of(as_of, "--as-of")
    raise typer.Exit(vendors.vendors(run, as_of=day))
