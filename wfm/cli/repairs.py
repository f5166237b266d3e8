"""Commands that mend a standing roster."""

from pathlib import Path
from typing import Annotated

import typer

from wfm.cli.options import Changes, Folder, Seed, StageFile, Week, instant_of, run_of

family = typer.Typer()

Now = Annotated[
    str | None,
    typer.Option(help="What began before stays: 2026-10-28T13:00+01:00; default now."),
]


@family.command()
def repair(
    directory: Folder,
    absent: Annotated[
        Path | None,
        typer.Option(help="Who is away: a table with the columns of time_off.csv."),
    ] = None,
    now: Now = None,
    notice: Annotated[
        float, typer.Option(min=0, max=8760, help="Hours before which nothing changes.")
    ] = 0.0,
    budget: Annotated[
        int | None, typer.Option(min=0, help="Most shifts that may change.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0, max=86_400, help="Time limit of the search.")
    ] = 6.0,
    seed: Seed = 1,
    roster: Annotated[
        Path | None,
        typer.Option(help="The roster that people know; default out/roster.csv."),
    ] = None,
    requirement: StageFile = None,
    who: Annotated[str | None, typer.Option(help="Who signs the change.")] = None,
    why: Annotated[str, typer.Option(help="Why, for the log.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show it; take nothing over.")
    ] = False,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Mend the roster after absences or a changed requirement, changing least."""
    from datetime import UTC, datetime

    from solver.repair import RepairLimits
    from wfm.commands import repairs
    from wfm.rosters.drafts import Signature
    from wfm.rosters.repairs import RepairRequest

    run = run_of("repair", directory, week, changes)
    moment = instant_of(now, "--now") if now is not None else datetime.now(UTC)
    request = RepairRequest(
        absent=absent,
        roster=roster,
        requirement=requirement,
        now=moment,
        notice_hours=notice,
        limits=RepairLimits(max_time_s=seconds, budget=budget, seed=seed),
    )
    signature = Signature(who=who or _user(), when_utc=moment, why=why)
    raise typer.Exit(repairs.repair(run, request, signature, dry_run=dry_run))


def _user() -> str:
    import getpass

    return getpass.getuser()


@family.command()
def grant(
    directory: Folder,
    request: Annotated[
        Path, typer.Option(help="Leave asked for: the columns of time_off.csv.")
    ],
    now: Now = None,
    roster: Annotated[
        Path | None,
        typer.Option(help="The roster that people know; default out/roster.csv."),
    ] = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Say which leave requests can be granted, and what each costs in service."""
    from datetime import UTC, datetime

    from wfm.commands import repairs
    from wfm.rosters.repairs import RepairRequest

    run = run_of("grant", directory, week, changes)
    moment = instant_of(now, "--now") if now is not None else datetime.now(UTC)
    asked = RepairRequest(now=moment)
    raise typer.Exit(repairs.grant(run, request, asked, roster))
