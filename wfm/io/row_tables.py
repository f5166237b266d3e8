"""Rows (dictionaries) as CSV tables, for results that say their own columns."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from wfm.io.tables import number_text, write_table


def write_rows(
    path: Path, rows: Sequence[Mapping[str, object]], header: Sequence[str] = ()
) -> None:
    """Write *rows* with a column for every key, in the order in which keys appear.

    *header* is written where there is no row.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row)) or list(header)
    write_table(
        path, columns, [[_cell(row.get(key)) for key in columns] for row in rows]
    )


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case float():
            return number_text(value)
        case _:
            return str(value)
