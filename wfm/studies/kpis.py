"""Results as a function: read kpi.csv, kpi.yaml, budget.csv; figures, targets, drift.

>>> from wfm.studies.kpis import kpis
>>> kpis("demo").to_frame(by=("unit", "channel"))             # doctest: +SKIP
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scenarios.kpi_report import KpiReport, kpi_report
from wfm.io.kpi_files import KpiFiles, read_kpis


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRun:
    """What was read, and what it says."""

    files: KpiFiles
    report: KpiReport


def run_kpis(
    directory: str | Path,
    *,
    as_of: date | None = None,
    patches: Mapping[str, object] | None = None,
) -> KpiRun:
    """Read the results of a plan folder up to *as_of*, by default their last day.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    files = read_kpis(Path(directory), patches)
    report = kpi_report(files.rows, files.settings, files.fx, as_of)
    return KpiRun(files=files, report=report)


def kpis(
    directory: str | Path,
    *,
    as_of: date | None = None,
    patches: Mapping[str, object] | None = None,
) -> KpiReport:
    """Return the results of a plan folder; see :func:`run_kpis`."""
    return run_kpis(directory, as_of=as_of, patches=patches).report
