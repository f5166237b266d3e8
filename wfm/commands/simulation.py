"""The command that simulates a roster."""

from pathlib import Path

from wfm.commands.findings import say
from wfm.commands.run import DONE, Run, check_fresh
from wfm.evaluation.simulated import SimulationSettings
from wfm.io.output import result_path


def simulate(run: Run, roster_file: Path | None, settings: SimulationSettings) -> int:
    """Simulate a roster and write ``out/simulation.csv``; other results stay."""
    from wfm.io.manifest import write_manifest
    from wfm.io.simulation_files import write_simulation
    from wfm.report.simulated import simulation_table

    check_fresh(run)
    result = run.plan.simulate(
        roster_file,
        settings=settings,
        forecast_file=run.external.get("forecast"),
        requirement_file=run.external.get("requirement"),
    )
    target = result_path(run.out, "simulation.csv")
    write_simulation(target, result.service)
    manifest = run.manifest(result.folder) | {
        "simulation": settings,
        "roster": str((roster_file or run.out / "roster.csv").name),
    }
    write_manifest(result_path(run.out, "simulation.json"), manifest)
    run.console.print(simulation_table(result.folder.plan, result.service))
    say(run.console, f"simulation: {target}")
    return DONE
