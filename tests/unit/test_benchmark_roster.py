"""The table of follow-the-sun runs: medians, the worst, and the last run of a week."""

import json

from support.forecast_benchmark import benchmark

roster = benchmark("roster_table")


def row(seed, gap, **changes):
    measures = dict.fromkeys(roster.MEASURES, 1.0) | {"gap_percent": gap}
    counts = dict.fromkeys(roster.COUNTS, 0)
    return {"heads": 200, "seed": seed, **measures, **counts, **changes}


def test_medians_and_the_worst_are_told_by_size(tmp_path):
    rows = [row(1, 0.5), row(2, 0.9), row(3, 0.7, faults=2), row(1, 0.1, heads=5000)]
    log = tmp_path / "runs.jsonl"
    log.write_text("".join(json.dumps(r) + "\n" for r in [row(1, 9.0), *rows]))
    lines = roster.table(roster.logged(log)).splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("| 200 | 3 | 0.7 / 0.9 | 1 / 1 |")
    assert lines[2].endswith("| 2 | 0 |")
    assert lines[3].startswith("| 5,000 | 1 | 0.1 / 0.1 |")


def test_without_a_log_the_table_is_empty():
    assert len(roster.table(roster.logged(None)).splitlines()) == 2
