"""Runs of the follow-the-sun weeks as one table."""

import json
import statistics
from pathlib import Path

MEASURES = ("gap_percent", "missing_percent", "wall_s", "cpu_s", "memory_mb")
COUNTS = ("faults", "below_floor")


def table(rows: list[dict[str, object]]) -> str:
    """Return median and worst of each measure by size, as a Markdown table."""
    titles = ("people", "runs", *(f"{m}: median / worst" for m in MEASURES), *COUNTS)
    lines = ["| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles)]
    for heads in sorted({int(str(row["heads"])) for row in rows}):
        own = [row for row in rows if row["heads"] == heads]
        cells = [f"{heads:,}", str(len(own))]
        for name in MEASURES:
            values = [float(str(row[name])) for row in own]
            cells.append(f"{statistics.median(values):.4g} / {max(values):.4g}")
        cells += [str(sum(int(str(row[name])) for row in own)) for name in COUNTS]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def logged(path: Path | None) -> list[dict[str, object]]:
    """Return the runs in a log; of several runs of one week the last."""
    if path is None or not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return list({(row["heads"], row["seed"]): row for row in rows}.values())
