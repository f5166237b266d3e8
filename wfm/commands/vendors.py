"""The command that judges vendors."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from wfm.commands.findings import say
from wfm.commands.run import DONE, FINDING, Run
from wfm.io.manifest import write_manifest
from wfm.io.output import OutputFolder, result_path
from wfm.io.row_tables import write_rows

if TYPE_CHECKING:
    from scenarios.scorecard import Scorecard

FOLDER = "vendors"
NO_SWITCH = ("criterion", "weight", "first_changes_at", "change", "then_first")


def vendors(run: Run, *, as_of: date | None) -> int:
    """Judge the vendors and write ``out/vendors/``; 1 if none may be chosen."""
    from wfm.report.terminal_vendors import vendor_lines, vendor_tables
    from wfm.studies.vendors import run_vendors

    done = run_vendors(run.plan.directory, as_of=as_of, patches=run.plan.patches)
    card = done.card
    target = result_path(run.out, FOLDER)
    with OutputFolder(target) as folder:
        _write(folder, card)
        record = {
            "as_of": str(card.as_of),
            "first": None if card.first is None else card.first.candidate.vendor_id,
        }
        manifest = run.manifest(done.file.base) | {"vendors": record}
        write_manifest(folder / "manifest.json", manifest)
    for table in vendor_tables(card):
        run.console.print(table)
    for line in vendor_lines(card):
        say(run.console, line)
    for remark in card.remarks:
        say(run.console, remark, "yellow")
    say(run.console, f"vendor scorecard: {target}")
    return DONE if card.first is not None else FINDING


def _write(folder: Path, card: "Scorecard") -> None:
    for name, rows in {
        "scorecard.csv": card.to_rows(),
        "marks.csv": card.mark_rows(),
        "weights.csv": card.switch_rows(),
        "security.csv": card.security_rows(),
        "onboarding.csv": card.onboarding_rows(),
    }.items():
        if rows or name == "weights.csv":
            write_rows(folder / name, rows, header=NO_SWITCH)
    figure = card.plot()
    figure.savefig(folder / "scorecard.png", dpi=130)
    figure.savefig(folder / "scorecard.svg")
