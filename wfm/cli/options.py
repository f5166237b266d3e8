"""Options that commands share, and what their texts mean."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from solver.outcome import SolveLimits
    from wfm.commands.run import Run

MOST_WEEKS = 104
YEARS = range(1970, 2201)
LONGEST_S = 7 * 86_400

Folder = Annotated[Path, typer.Argument(help="The plan folder.", metavar="DIR")]
Week = Annotated[
    str | None, typer.Option(help="First day of the plan, instead of plan.yaml's.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="A changed value: queues.chat_en.aht_s=420."),
]
Seconds = Annotated[
    float,
    typer.Option(min=0, max=LONGEST_S, help="Time limit of the search."),
]
Gap = Annotated[
    float, typer.Option(min=0, max=1, help="Stop at this gap (0.01 is 1 %).")
]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of the search.")]
Workers = Annotated[
    int, typer.Option(min=1, max=256, help="CP-SAT workers; at least 8 is wise.")
]
Rounds = Annotated[
    int | None,
    typer.Option(
        min=1, help="Stop after this many rounds of work: reproducible by seed."
    ),
]
StageFile = Annotated[
    Path | None, typer.Option(help="Use this file in place of the stage.")
]
Calendars = Annotated[bool, typer.Option("--ics", help="One .ics file per agent.")]

DEFAULT_SECONDS = 90.0


def limits_of(
    seconds: float, gap: float, seed: int, workers: int, rounds: int | None
) -> "SolveLimits":
    """Return the limits of a search."""
    from solver.outcome import SolveLimits

    return SolveLimits(
        max_time_s=seconds,
        gap=gap,
        seed=seed,
        num_workers=workers,
        deterministic_rounds=rounds,
    )


def run_of(
    command: str,
    directory: Path,
    week: str | None,
    changes: list[str] | None,
    *,
    calendars: bool = False,
    **external: Path | None,
) -> "Run":
    """Return the command's run: the plan with its changes, and where it is said."""
    from rich.console import Console

    from wfm import api
    from wfm.commands.run import Run

    patches = dict(change_of(text) for text in changes or ())
    if week is not None:
        patches["week"] = date_of(week, "--week").isoformat()
    return Run(
        plan=api.load(directory).with_(patches),
        console=Console(),
        command=command,
        external={stage: path for stage, path in external.items() if path is not None},
        calendars=calendars,
    )


def change_of(text: str) -> tuple[str, object]:
    """Return path and value of ``--set path=value``."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        msg = f"{text!r} is not path=value"
        raise typer.BadParameter(msg, param_hint="--set")
    try:
        return path.strip(), YAML(typ="safe").load(value)
    except YAMLError:
        msg = f"{value!r} is not a value of YAML"
        raise typer.BadParameter(msg, param_hint="--set") from None


def date_of(text: str, option: str) -> "date":
    """Return the date that *option* was given."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date
    except ValueError:
        msg = f"{text!r} is not a date like 2026-10-26"
        raise typer.BadParameter(msg, param_hint=option) from None
    if day.year not in YEARS:
        msg = f"{text} is not in the years {YEARS[0]} to {YEARS[-1]}"
        raise typer.BadParameter(msg, param_hint=option)
    return day


def instant_of(text: str, option: str) -> datetime:
    """Return the instant, with its offset, that *option* was given."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        msg = f"{text!r} is not an instant like 2026-10-28T13:00+01:00"
        raise typer.BadParameter(msg, param_hint=option)
    return instant
