"""A plan folder of any size: the example's people and demand, many times over.

    python benchmarks/scaled_plan.py DIR 1000     # a plan of about 1,000 people

Everybody of the example stands in it several times under names of their own, with the
same wishes, leave and previous shifts; volumes, seats and backlog grow as much.
"""

import csv
import shutil
import sys
from pathlib import Path

from ruamel.yaml import YAML

# benchmarks/forecasting.py bears the name of a package that is wanted here.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from wfm.io.templates import write_template

PEOPLE_FILES = ("agents", "availability", "time_off", "previous_roster")


def scaled_plan(directory: Path, people: int) -> Path:
    """Write a plan folder of about *people* people and return it."""
    if directory.exists():
        shutil.rmtree(directory)
    write_template(directory)
    with (directory / "agents.csv").open(encoding="utf-8") as file:
        factor = max(1, round(people / sum(1 for _ in csv.DictReader(file))))
    for name in PEOPLE_FILES:
        _repeat(directory / f"{name}.csv", factor)
    _multiply(directory / "backlog.csv", "contacts", factor)
    _scale_plan(directory / "plan.yaml", factor)
    return directory


def _repeat(path: Path, factor: int) -> None:
    """Write every row *factor* times, each for a person of its own."""
    names, rows = _rows(path)
    more = [
        row | {"agent_id": f"{row['agent_id']}-{k}"} if k else row
        for k in range(factor)
        for row in rows
    ]
    _write(path, names, more)


def _multiply(path: Path, column: str, factor: int) -> None:
    names, rows = _rows(path)
    more = [row | {column: str(float(row[column]) * factor)} for row in rows]
    _write(path, names, more)


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def _write(path: Path, names: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def _scale_plan(path: Path, factor: int) -> None:
    yaml = YAML()
    plan = yaml.load(path.read_text(encoding="utf-8"))
    for queue in plan["queues"].values():
        queue["volume_scale"] = factor
    for site in plan["sites"].values():
        if "seats" in site:
            site["seats"] *= factor
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(plan, file)


if __name__ == "__main__":
    scaled_plan(Path(sys.argv[1]), int(sys.argv[2]))
