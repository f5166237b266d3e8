"""Accuracy pooled over rows: shares by contacts, cover by intervals."""

import math
from collections.abc import Iterable, Sequence

from forecasting.rolling import BacktestRow
from forecasting.track_record import AccuracyRow

Scored = Sequence[BacktestRow] | Sequence[AccuracyRow]


def pooled(rows: Scored, name: str) -> float:
    """Return a share of the contacts, pooled over *rows* that have one."""
    pairs = [(getattr(row, name), row.offered_contacts) for row in rows]
    return _mean(pairs)


def mean_coverage(rows: Scored) -> float:
    """Return the share of all intervals of *rows* that lay within the band."""
    return _mean([(row.coverage, float(row.intervals)) for row in rows])


def _mean(pairs: Iterable[tuple[float, float]]) -> float:
    known = [(value, weight) for value, weight in pairs if not math.isnan(value)]
    total = sum(weight for _, weight in known)
    return sum(v * w for v, w in known) / total if total else math.nan
