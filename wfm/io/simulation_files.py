"""simulation.csv: the service that a roster gives by simulation."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wfm.evaluation.simulated import FIGURES, SimulatedService
from wfm.io.tables import Cells, utc_text, write_table

if TYPE_CHECKING:
    import pandas as pd

HEADER = (
    "queue",
    "start_utc",
    "offered_contacts",
    *(f"{name}{end}" for name in FIGURES for end in ("", "_low", "_high")),
)


def write_simulation(path: Path, service: SimulatedService) -> None:
    """Write each queue and interval with 95 % intervals; blank where nobody came."""
    write_table(path, HEADER, _rows(service))


def simulation_frame(service: SimulatedService) -> "pd.DataFrame":
    """Return what :func:`write_simulation` writes, unrounded, as a frame."""
    import pandas as pd

    frame = pd.DataFrame(list(_rows(service)), columns=list(HEADER))
    frame["start_utc"] = pd.to_datetime(frame["start_utc"], utc=True)
    numbers = list(HEADER[2:])
    frame[numbers] = frame[numbers].apply(pd.to_numeric, errors="coerce")
    return frame


def _rows(service: SimulatedService) -> Iterator[Cells]:
    grid = service.grid
    starts = [utc_text(grid.instant(t)) for t in range(grid.num_intervals)]
    offered = service.result.offered.mean(axis=0).tolist()
    found = [service.figure(name, "interval") for name in FIGURES]
    columns = [getattr(x, end) for x in found for end in ("value", "low", "high")]
    for q, queue_id in enumerate(service.queue_ids):
        figures = zip(*(column[q].tolist() for column in columns), strict=True)
        for start, contacts, row in zip(starts, offered[q], figures, strict=True):
            cells = ["" if math.isnan(x) else x for x in row]
            yield queue_id, start, contacts, *cells
