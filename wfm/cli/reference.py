"""Commands that tell what a plan may say."""

from typing import Annotated

import typer

family = typer.Typer()


@family.command()
def rules(
    names: Annotated[
        list[str] | None, typer.Argument(help="Rules or packs; all if none is named.")
    ] = None,
) -> None:
    """List the rules and packs of law that plan.yaml may name, or explain some."""
    from wfm.commands import reference

    raise typer.Exit(reference.rules(names or ()))
