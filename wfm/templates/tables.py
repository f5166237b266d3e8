"""Rows to CSV bytes, the same on every machine."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file in UTF-8 with Unix line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def rows_csv(rows: "Sequence[DataclassInstance]") -> bytes:
    """Return a CSV file of dataclass rows; truth values read ``yes`` and ``no``."""
    words = {True: "yes", False: "no"}
    records = [asdict(row) for row in rows]
    cells = (
        [words[v] if isinstance(v, bool) else v for v in record.values()]
        for record in records
    )
    return csv_bytes(list(records[0]), cells)


def gzipped(data: bytes) -> bytes:
    """Return *data* compressed, without the time of day in the header."""
    return gzip.compress(data, compresslevel=9, mtime=0)
