"""The command line; everything heavy is imported when a command runs."""

import signal
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

import wfm
from wfm.cli import (
    decisions,
    edits,
    explanations,
    folders,
    forecasts,
    reference,
    repairs,
    rosters,
    sourcing,
    staffing,
)

app = typer.Typer(
    help="Forecast contacts, size staffing, and make rosters that prove their cover.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(show: bool) -> None:
    if show:
        typer.echo(f"wfm {wfm.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Forecast contacts, size staffing, and make rosters that prove their cover."""


for commands in (
    folders,
    reference,
    forecasts,
    staffing,
    rosters,
    edits,
    repairs,
    explanations,
    sourcing,
    decisions,
):
    app.add_typer(commands.family)


def main() -> None:
    """Run the command line; errors that a user can cure are one clear message."""
    from wfm.domain.errors import InputError, Interrupted, WfmError

    signal.signal(signal.SIGINT, _interrupt)
    _print_anything()
    try:
        app()
    except InputError as error:
        from rich.console import Console

        from wfm.commands.findings import say_problems

        say_problems(Console(stderr=True), error.problems)
        sys.exit(error.exit_code)
    except WfmError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        typer.echo(f"error: {_reason(error)}", err=True)
        sys.exit(1)
    except Interrupted as error:
        typer.echo("interrupted; nothing was written", err=True)
        sys.exit(error.exit_code)


def _print_anything() -> None:
    """Print a replacement where the terminal's encoding lacks a letter."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _reason(error: OSError) -> str:
    """Return what the system refused, and the file, if it says which."""
    from wfm.io.output import FULL

    reason = error.strerror or str(error) or type(error).__name__
    file = error.filename2 or error.filename
    where = f": {file}" if file else ""
    cure = "; make room there and run the command again" if error.errno in FULL else ""
    return f"{reason}{where}; earlier results are as they were{cure}"


def _interrupt(_signum: int, _frame: object) -> None:
    from wfm.domain.errors import Interrupted

    raise Interrupted
