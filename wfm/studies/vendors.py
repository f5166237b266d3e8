"""The vendor scorecard as a function: read vendors.yaml and kpi.csv, judge, order.

>>> from wfm.studies.vendors import vendors
>>> vendors("demo").to_frame()                                # doctest: +SKIP
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scenarios.scorecard import Scorecard, score_vendors
from wfm.io.vendor_file import VendorFile, read_vendors


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorRun:
    """What was read, and what came of it."""

    file: VendorFile
    card: Scorecard


def run_vendors(
    directory: str | Path,
    *,
    as_of: date | None = None,
    patches: Mapping[str, object] | None = None,
) -> VendorRun:
    """Judge the vendors of a plan folder on *as_of*, by default the file's day.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    file = read_vendors(Path(directory), patches)
    card = score_vendors(
        file.candidates,
        file.rules,
        as_of or file.as_of,
        rows=file.rows,
        onboardings=file.onboardings,
        incumbents=file.incumbents,
    )
    return VendorRun(file=file, card=card)


def vendors(
    directory: str | Path,
    *,
    as_of: date | None = None,
    patches: Mapping[str, object] | None = None,
) -> Scorecard:
    """Return the vendor scorecard of a plan folder; see :func:`run_vendors`."""
    return run_vendors(directory, as_of=as_of, patches=patches).card
