"""The command that plans people over months."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from scenarios.capacity_plan import CapacityInfeasible, CapacityNotFound, CapacityPlan
from wfm.commands.findings import say
from wfm.commands.run import DONE, FINDING, Run
from wfm.io.manifest import write_manifest
from wfm.io.output import OutputFolder, result_path
from wfm.io.row_tables import write_rows

if TYPE_CHECKING:
    from scenarios.capacity_study import CapacityStudy

FOLDER = "capacity"
_MOST_LIMITS = 6


def capacity(run: Run, *, futures: int | None, seed: int | None) -> int:
    """Plan people and write ``out/capacity/``; 1 if no plan keeps all limits."""
    from wfm.studies.capacity import run_capacity

    say(run.console, "needs of the months, then the plan")
    done = run_capacity(
        run.plan.directory, patches=run.plan.patches, futures=futures, seed=seed
    )
    study = done.study
    target = result_path(run.out, FOLDER)
    with OutputFolder(target) as folder:
        _write(folder, study)
        record = run.manifest(done.file.base) | {"capacity": _record(study)}
        write_manifest(folder / "manifest.json", record)
    _say(run.console, study)
    say(run.console, f"capacity plan: {target}")
    return DONE if study.plan is not None else FINDING


def _write(folder: Path, study: "CapacityStudy") -> None:
    tables = {
        "limits.csv": study.limit_rows(),
        "hiring.csv": study.hiring_rows(),
        "needs.csv": study.to_rows(),
        "workforce.csv": study.workforce_rows(),
        "cost.csv": study.cost_rows(),
        "stress.csv": study.stress_rows(),
        "buffers.csv": study.buffer_rows(),
    }
    for name, rows in tables.items():
        if rows or name in ("limits.csv", "hiring.csv"):
            write_rows(folder / name, rows, header=("nothing",))
    if study.plan is not None:
        figure = study.plot()
        figure.savefig(folder / "capacity.png", dpi=130)
        figure.savefig(folder / "capacity.svg")


def _record(study: "CapacityStudy") -> dict[str, object]:
    record: dict[str, object] = {
        "currency": study.problem.currency,
        "months": [str(month) for month in study.problem.months],
        "remarks": list(study.remarks),
    }
    if study.plan is not None:
        record |= {
            "npv_minor": study.plan.npv_minor,
            "bound_minor": study.plan.bound_minor,
            "gap_fraction": study.plan.gap_fraction,
            "is_optimal": study.plan.is_optimal,
        }
    if study.stressed is not None:
        record |= {
            "futures": len(study.stressed.cost_minor),
            "seed": study.stressed.seed,
        }
    return record


def _say(console: Console, study: "CapacityStudy") -> None:
    from wfm.report.terminal_capacity import capacity_tables, conflict_lines

    for remark in study.remarks:
        say(console, remark, "yellow")
    match study.planned:
        case CapacityPlan():
            for table in capacity_tables(study):
                console.print(table)
        case CapacityInfeasible() as conflict:
            say(console, "no plan keeps all limits; these would have to give:", "red")
            for line in conflict_lines(conflict):
                say(console, f"  {line}")
        case CapacityNotFound():
            say(
                console, "the time ran out before any plan was found: max_time_s", "red"
            )
