"""The command line; everything heavy is imported when a command runs."""

import signal
import sys
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import wfm

if TYPE_CHECKING:
    from datetime import date

    from solver.outcome import SolveLimits
    from wfm.commands import Run

app = typer.Typer(
    help="Forecast contacts, size staffing, and make rosters that prove their cover.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

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


@app.command()
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


@app.command()
def check(directory: Folder, changes: Changes = None) -> None:
    """Report every problem of every file, by file, row and column."""
    from wfm import commands

    raise typer.Exit(commands.check(_run("check", directory, None, changes)))


@app.command()
def forecast(
    directory: Folder,
    as_of: Annotated[
        str | None, typer.Option(help="Use only what was known before this date.")
    ] = None,
    weeks: Annotated[
        int | None, typer.Option(min=1, max=MOST_WEEKS, help="Weeks to forecast.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write this file only.")] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Keep it in state/, to be judged later.")
    ] = False,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Forecast contacts and handle time per queue and interval."""
    from wfm import forecast_commands

    day = None if as_of is None else _date(as_of, "--as-of")
    run = _run("forecast", directory, week, changes)
    raise typer.Exit(
        forecast_commands.forecast(
            run, as_of=day, weeks=weeks, out_file=out, publish=publish
        )
    )


@app.command()
def backtest(
    directory: Folder,
    origins: Annotated[
        int, typer.Option(min=1, max=520, help="Past weeks to start from.")
    ] = 10,
    weeks: Annotated[
        int, typer.Option(min=1, max=MOST_WEEKS, help="Weeks forecast from each.")
    ] = 1,
    model: Annotated[
        list[str] | None, typer.Option(help="A model to score; may be repeated.")
    ] = None,
    changes: Changes = None,
) -> None:
    """Forecast past weeks from what was known then, and score the models."""
    from wfm import forecast_commands

    run = _run("backtest", directory, None, changes)
    raise typer.Exit(
        forecast_commands.backtest(
            run, origins=origins, weeks=weeks, models=model or ()
        )
    )


@app.command()
def reforecast(
    directory: Folder,
    actuals: Annotated[
        Path, typer.Option(help="What has come so far: a table like history.csv.")
    ],
    until: Annotated[
        str | None,
        typer.Option(help="Take only what was over then: 2026-10-28T13:00+01:00."),
    ] = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Forecast the rest of the day and the week from what has come so far."""
    from wfm import forecast_commands

    instant = None if until is None else _instant(until, "--until")
    run = _run("reforecast", directory, week, changes)
    raise typer.Exit(forecast_commands.reforecast(run, actuals=actuals, until=instant))


@app.command()
def accuracy(directory: Folder, changes: Changes = None) -> None:
    """Judge published forecasts by what has come since, by lead time."""
    from wfm import forecast_commands

    run = _run("accuracy", directory, None, changes)
    raise typer.Exit(forecast_commands.accuracy(run))


@app.command()
def staff(
    directory: Folder,
    forecast: StageFile = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Size the agents required per queue and interval."""
    from wfm import commands

    run = _run("staff", directory, week, changes, forecast=forecast)
    raise typer.Exit(commands.staff(run))


@app.command()
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
    from wfm import commands

    run = _run(
        "roster", directory, week, changes, forecast=forecast, requirement=requirement
    )
    limits = _limits(seconds, gap, seed, workers, rounds)
    raise typer.Exit(commands.roster(run, limits, full=False))


@app.command()
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
    from wfm import commands

    run = _run(
        "plan",
        directory,
        week,
        changes,
        forecast=forecast,
        requirement=requirement,
        calendars=ics,
    )
    limits = _limits(seconds, gap, seed, workers, rounds)
    raise typer.Exit(commands.roster(run, limits, full=True))


@app.command()
def verify(
    directory: Folder,
    roster: Annotated[
        Path | None, typer.Option(help="The roster to judge; default out/roster.csv.")
    ] = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Judge a roster by rules and guarantees, from the input files alone."""
    from wfm import commands

    run = _run("verify", directory, week, changes)
    raise typer.Exit(commands.verify(run, roster))


@app.command()
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
    from wfm import simulation_commands
    from wfm.evaluation.simulated import SimulationSettings

    run = _run(
        "simulate", directory, week, changes, forecast=forecast, requirement=requirement
    )
    settings = SimulationSettings(
        replications=replications,
        seed=seed,
        absence="shift" if absence else "none",
        busyness=busyness,
    )
    raise typer.Exit(simulation_commands.simulate(run, roster, settings))


@app.command()
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
    changes: Changes = None,
) -> None:
    """Compare what sourcing options and what-ifs cost, and at which service."""
    from wfm import scenario_commands

    run = _run("scenarios", directory, None, changes)
    raise typer.Exit(
        scenario_commands.scenarios(
            run, only=scenario or (), currency=currency, workers=workers
        )
    )


def _limits(
    seconds: float, gap: float, seed: int, workers: int, rounds: int | None
) -> "SolveLimits":
    from solver.outcome import SolveLimits

    return SolveLimits(
        max_time_s=seconds,
        gap=gap,
        seed=seed,
        num_workers=workers,
        deterministic_rounds=rounds,
    )


def _run(
    command: str,
    directory: Path,
    week: str | None,
    changes: list[str] | None,
    *,
    calendars: bool = False,
    **external: Path | None,
) -> "Run":
    from rich.console import Console

    from wfm import api, commands

    patches = dict(_change(text) for text in changes or ())
    if week is not None:
        patches["week"] = _date(week, "--week").isoformat()
    return commands.Run(
        plan=api.load(directory).with_(patches),
        console=Console(),
        command=command,
        external={stage: path for stage, path in external.items() if path is not None},
        calendars=calendars,
    )


def _change(text: str) -> tuple[str, object]:
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


def _date(text: str, option: str) -> "date":
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date
    except ValueError:
        msg = f"{text!r} is not a date like 2026-10-26"
        raise typer.BadParameter(msg, param_hint=option) from None
    if day.year not in YEARS:
        msg = f"{text} is not in the years {YEARS[0]} to {YEARS[-1]}"
        raise typer.BadParameter(msg, param_hint=option)
    return day


def _instant(text: str, option: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        msg = f"{text!r} is not an instant like 2026-10-28T13:00+01:00"
        raise typer.BadParameter(msg, param_hint=option)
    return instant


def main() -> None:
    """Run the command line; errors that a user can cure are one clear message."""
    from wfm.domain.errors import InputError, Interrupted, WfmError

    signal.signal(signal.SIGINT, _interrupt)
    _print_anything()
    try:
        app()
    except InputError as error:
        from rich.console import Console

        from wfm.findings import say_problems

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
    reason = error.strerror or str(error) or type(error).__name__
    file = error.filename2 or error.filename
    where = f": {file}" if file else ""
    return f"{reason}{where}; earlier results are as they were"


def _interrupt(_signum: int, _frame: object) -> None:
    from wfm.domain.errors import Interrupted

    raise Interrupted


if __name__ == "__main__":
    main()
