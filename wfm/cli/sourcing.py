"""Commands about what sourcing options cost."""

from typing import Annotated, Literal

import typer

from wfm.cli.options import (
    Changes,
    Folder,
    run_of,
)

family = typer.Typer()


@family.command()
def scenarios(
    directory: Folder,
    scenario: Annotated[
        list[str] | None, typer.Option(help="A scenario to run; may be repeated.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="Currency of the report, such as USD.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes; results do not depend on it."),
    ] = None,
    draws: Annotated[
        int,
        typer.Option(
            min=0, max=1_000_000, help="Futures to draw of what is uncertain; 0: none."
        ),
    ] = 0,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=2**31 - 1, help="Seed of the draws; default the file's."
        ),
    ] = None,
    language: Annotated[
        Literal["en", "ja"] | None,
        typer.Option(help="Of page, workbook and memo; default the file's."),
    ] = None,
    changes: Changes = None,
) -> None:
    """Compare what sourcing options and what-ifs cost, and at which service."""
    from wfm.commands import scenarios

    run = run_of("scenarios", directory, None, changes)
    raise typer.Exit(
        scenarios.scenarios(
            run,
            only=scenario or (),
            currency=currency,
            workers=workers,
            draws=draws,
            seed=seed,
            language=language,
        )
    )
