"""Commands for the planner's hand: edit, undo, publish, revert, diff."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import Changes, Folder, Week, instant_of, run_of

if TYPE_CHECKING:
    from wfm.rosters.drafts import Signature

family = typer.Typer()

Who = Annotated[str | None, typer.Option(help="Who does it; default: the login.")]
Why = Annotated[str, typer.Option(help="Why, in a few words.")]
Now = Annotated[
    str | None, typer.Option(help="The time to log: 2026-10-27T09:00+01:00.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show it, change nothing.")]


def signature_of(who: str | None, why: str, now: str | None) -> "Signature":
    """Return who acts, when and why; by default the login and the machine's clock."""
    import getpass
    from datetime import UTC, datetime

    from wfm.rosters.drafts import Signature

    if who is None:
        try:
            who = getpass.getuser()
        except (KeyError, OSError):
            who = "planner"
    instant = datetime.now(UTC) if now is None else instant_of(now, "--now")
    return Signature(who=who, when_utc=instant.astimezone(UTC), why=why)


@family.command()
def edit(
    directory: Folder,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EDIT]...",
            help="move A1 2026-10-27 10:00 | end A1 2026-10-27 16:00 | "
            "swap A1 2026-10-27 A2 [DATE] | replace A1 2026-10-27 A2 | "
            "add A1 2026-10-27 09:00 [17:00] | drop A1 2026-10-27 | "
            "move-break A1 2026-10-27 meal 12:30 | "
            "add-break A1 2026-10-27 break 15:00 15:15 | "
            "drop-break A1 2026-10-27 meal | "
            "pin A1 2026-10-27 chat_en [09:00 12:00] | unpin A1 2026-10-27",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", help="An edited roster.xlsx or roster.csv to compare."),
    ] = None,
    take: Annotated[
        bool, typer.Option("--take", help="Take over what --from changes.")
    ] = False,
    batch: Annotated[
        Path | None, typer.Option(help="A text file of edits, one a line: all or none.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Make the edits again after a new run.")
    ] = False,
    log: Annotated[
        bool, typer.Option("--log", help="List the edits that led to the roster.")
    ] = False,
    dry_run: DryRun = False,
    who: Who = None,
    why: Why = "",
    now: Now = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Change the roster by hand; say which rules break, and what it does and costs."""
    from wfm.commands import edits

    asked = [bool(words), file is not None, batch is not None, replay, log]
    if sum(asked) != 1:
        msg = "say one thing: an edit, --from, --batch, --replay or --log"
        raise typer.BadParameter(msg)
    run = run_of("edit", directory, week, changes)
    if log:
        raise typer.Exit(edits.log(run))
    signature = signature_of(who, why, now)
    if file is not None:
        take_over = take and not dry_run
        raise typer.Exit(edits.from_file(run, file, signature, take_over=take_over))
    if batch is not None:
        raise typer.Exit(edits.batch(run, batch, signature, dry_run=dry_run))
    if replay:
        raise typer.Exit(edits.replay(run, signature, dry_run=dry_run))
    raise typer.Exit(edits.edit(run, words or [], signature, dry_run=dry_run))


@family.command()
def undo(
    directory: Folder,
    number: Annotated[
        int | None, typer.Argument(help="The edit; default: the last that stands.")
    ] = None,
    who: Who = None,
    why: Why = "",
    now: Now = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Take back an edit; undoing an undoing by its number does the edit again."""
    from wfm.commands import edits

    run = run_of("undo", directory, week, changes)
    raise typer.Exit(edits.undo(run, number, signature_of(who, why, now)))


@family.command()
def publish(
    directory: Folder,
    listed: Annotated[
        bool, typer.Option("--list", help="List what was kept and published.")
    ] = False,
    who: Who = None,
    why: Why = "",
    now: Now = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Publish the roster: keep it whole, with its proof, and write all exports."""
    from wfm.commands import versions

    run = run_of("publish", directory, week, changes)
    if listed:
        raise typer.Exit(versions.list_versions(run))
    raise typer.Exit(versions.publish(run, signature_of(who, why, now)))


@family.command()
def revert(
    directory: Folder,
    target: Annotated[
        str,
        typer.Argument(help="v2, published, or the number of an edit; 0: before all."),
    ],
    who: Who = None,
    why: Why = "",
    now: Now = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Make an earlier state the roster again, as an edit that can be undone."""
    from wfm.commands import versions

    run = run_of("revert", directory, week, changes)
    signature = signature_of(who, why, now)
    raise typer.Exit(versions.revert(run, target, signature))


@family.command()
def diff(
    directory: Folder,
    first: Annotated[
        str, typer.Argument(help="A file, v2, 2026-10-26/v2, draft or published.")
    ],
    second: Annotated[str, typer.Argument(help="The same, the later one.")],
    out: Annotated[
        Path | None, typer.Option(help="Write it as a table: .csv or .json.")
    ] = None,
    week: Week = None,
    changes: Changes = None,
) -> None:
    """Tell two rosters apart: who, when, what, which rule, cover and cost."""
    from wfm.commands import versions

    run = run_of("diff", directory, week, changes)
    raise typer.Exit(versions.diff(run, first, second, out))
