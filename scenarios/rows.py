"""Cost lines as table rows."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from scenarios.cost_model import CostLine

if TYPE_CHECKING:
    import pandas as pd


def line_row(line: CostLine) -> dict[str, object]:
    """Return one line as a row, amounts in major units of its currency."""
    return {
        "lane": line.lane_id,
        "month": str(line.month),
        "code": line.code,
        "text": line.text,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "amount": line.amount.amount,
        "currency": line.amount.currency,
        "kind": line.kind,
    }


def frame_of(rows: Iterable[Mapping[str, object]]) -> "pd.DataFrame":
    """Return *rows* as a table."""
    import pandas as pd

    return pd.DataFrame([dict(row) for row in rows])
