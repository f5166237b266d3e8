"""Problems of the files that decisions are made from, where a folder has them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from wfm.domain.errors import InputError, Problem, WfmError
from wfm.domain.plan import PlanFolder
from wfm.io.capacity_file import CAPACITY_FILE, read_capacity
from wfm.io.kpi_files import BUDGET_FILE, KPI_FILE, SETTINGS_FILE, read_kpis
from wfm.io.scenario_file import SCENARIO_FILE, read_scenarios
from wfm.io.sheets import SUFFIXES
from wfm.io.vendor_file import VENDOR_FILE, read_vendors


def decision_problems(
    directory: Path, base: PlanFolder, patches: Mapping[str, object] | None = None
) -> tuple[Problem, ...]:
    """Return every problem of scenarios, capacity, results and vendors.

    *base* is the plan folder, without problems of its own. Files that are not there
    are not missed.
    """
    tables = tuple(f"{KPI_FILE}{suffix}" for suffix in SUFFIXES)
    readers: dict[tuple[str, ...], Callable[[], object]] = {
        (SCENARIO_FILE,): partial(
            read_scenarios, directory, patches=patches, base=base
        ),
        (CAPACITY_FILE,): partial(read_capacity, directory, patches, base=base),
        (*tables, SETTINGS_FILE, f"{BUDGET_FILE}.csv"): partial(
            read_kpis, directory, patches
        ),
        (VENDOR_FILE,): partial(read_vendors, directory, patches),
    }
    found: list[Problem] = []
    for names, read in readers.items():
        if any((directory / name).exists() for name in names):
            found += _problems(read, names[0])
    return tuple(dict.fromkeys(found))


def _problems(read: Callable[[], object], file: str) -> tuple[Problem, ...]:
    try:
        read()
    except InputError as error:
        return error.problems
    except WfmError as error:
        return (Problem(file=file, message=str(error)),)
    return ()
