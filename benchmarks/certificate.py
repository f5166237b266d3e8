"""A certificate for a very large week: written, and checked again.

    python benchmarks/certificate.py DEMO DIR 5000

DEMO is a plan of the example with a roster in ``out/``. DIR gets a plan of so many
people in which everybody's shifts of that roster stand again and again.
"""

import csv
import sys
import time
from pathlib import Path

# benchmarks/certificate.py must not hide packages of its neighbours' names.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.scaled_plan import scaled_plan
from wfm import api
from wfm.io.certificate_files import certificate_faults, write_certificate
from wfm.pipeline.judge import judge


def repeated_roster(demo: Path, directory: Path) -> Path:
    """Write DEMO's roster for every copy of its people."""
    with (directory / "agents.csv").open(encoding="utf-8") as file:
        people = [row["agent_id"] for row in csv.DictReader(file)]
    with (demo / "out" / "roster.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    of_agent: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        of_agent.setdefault(row["agent_id"], []).append(row)
    path = directory / "out" / "roster.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for name in people:
            model = "-".join(name.split("-")[:2])
            writer.writerows(
                row | {"agent_id": name} for row in of_agent.get(model, ())
            )
    return path


def main(demo: Path, directory: Path, people: int) -> None:
    """Measure and print."""
    scaled_plan(directory, people)
    repeated_roster(demo, directory)
    clock, cpu = time.perf_counter(), time.process_time()
    result = api.load(directory).verify()
    wall, spent = time.perf_counter() - clock, time.process_time() - cpu
    print(f"read, judged    {wall:.1f} s wall, {spent:.1f} s CPU")
    clock, cpu = time.perf_counter(), time.process_time()
    judge(result.folder, result.instance, result.roster)
    wall, spent = time.perf_counter() - clock, time.process_time() - cpu
    print(f"of which judged {wall:.1f} s wall, {spent:.1f} s CPU")
    print(f"                {len(result.instance.agents)} people, ", end="")
    print(f"{len(result.roster.shifts)} shifts")
    clock, cpu = time.perf_counter(), time.process_time()
    path = write_certificate(
        directory / "out", result.certificate, result.instance, result.roster
    )
    wall, spent = time.perf_counter() - clock, time.process_time() - cpu
    print(f"written in      {wall:.1f} s wall, {spent:.1f} s CPU more")
    for file in (path, path.with_name("certificate_detail.json")):
        print(f"                {file.name}: {file.stat().st_size / 1e3:.0f} kB")
    clock, cpu = time.perf_counter(), time.process_time()
    faults = certificate_faults(
        path, result.certificate, result.instance, result.roster
    )
    wall, spent = time.perf_counter() - clock, time.process_time() - cpu
    print(f"checked in      {wall:.1f} s wall, {spent:.1f} s CPU, {len(faults)} faults")
    print(f"violations      {len(result.certificate.violations)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
