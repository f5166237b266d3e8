"""The capacity plan as a function: read capacity.yaml, plan, stress.

>>> from wfm.studies.capacity import capacity
>>> capacity("demo").hiring_frame()                           # doctest: +SKIP
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scenarios.capacity_needs import hours_at_work
from scenarios.capacity_study import CapacityStudy, study_capacity
from scenarios.mip_solve import MipLimits
from wfm.io.capacity_convert import capacity_problem, stress_of
from wfm.io.capacity_file import CapacityFile, read_capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRun:
    """What was read, and what came of it."""

    file: CapacityFile
    study: CapacityStudy


def run_capacity(
    directory: str | Path,
    *,
    patches: Mapping[str, object] | None = None,
    futures: int | None = None,
    seed: int | None = None,
) -> CapacityRun:
    """Plan people over the months of capacity.yaml, at least present cost.

    Parameters
    ----------
    directory
        The plan folder, with capacity.yaml.
    patches
        Changes to plan.yaml, by path.
    futures, seed
        Of the stress test; by default the file's.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    file = read_capacity(Path(directory), patches)
    hours, _ = hours_at_work(file.base, file.months)
    table = file.table
    study = study_capacity(
        capacity_problem(file, hours),
        stress_of(table.stress),
        buffers=table.stress.buffers,
        limits=MipLimits(max_time_s=table.max_time_s),
        num_paths=table.stress.futures if futures is None else futures,
        seed=table.stress.seed if seed is None else seed,
        remarks=file.remarks,
    )
    return CapacityRun(file=file, study=study)


def capacity(
    directory: str | Path,
    *,
    patches: Mapping[str, object] | None = None,
    futures: int | None = None,
    seed: int | None = None,
) -> CapacityStudy:
    """Return the capacity plan of a plan folder; see :func:`run_capacity`."""
    return run_capacity(directory, patches=patches, futures=futures, seed=seed).study
