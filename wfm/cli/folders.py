"""Commands about the plan folder."""

from typing import Annotated

import typer

from wfm.cli.options import (
    Changes,
    Folder,
    run_of,
)

family = typer.Typer()


@family.command()
def init(
    directory: Folder,
    template: Annotated[
        str, typer.Option(help="global-support, single-site or bank.")
    ] = "global-support",
) -> None:
    """Write a complete, commented example plan."""
    from wfm.io.templates import write_template

    files = write_template(directory, template)
    typer.echo(f"{template}: {len(files)} files in {directory}; next: wfm plan")


@family.command()
def check(directory: Folder, changes: Changes = None) -> None:
    """Report every problem of every file, by file, row and column."""
    from wfm.commands import planning

    raise typer.Exit(planning.check(run_of("check", directory, None, changes)))
