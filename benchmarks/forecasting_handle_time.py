"""Handle time on the Technion bank's types: 21 days to learn, the next 10 to judge."""

from datetime import date

import numpy as np

from benchmarks.forecasting_data import DataSet, types
from benchmarks.forecasting_report import Block, Claim
from benchmarks.forecasting_runs import to_days

LEARN, JUDGE = 21, 10
MAIN_TYPE, MAIN_LIMIT = "PS", 0.201
NEVER_WORSE = 1.01


def handle_time() -> Block:
    """Return the error of half-hourly handle time, weighted by contacts."""
    block = Block(
        title="Handle time: |AHT - forecast| weighted by contacts, over mean AHT",
        head=("type", "month", "contacts", "constant", "slot profile", "ours", "ratio"),
        notes=[
            "Constant: all handle seconds over all contacts of the 21 days. Slot "
            "profile: the same by slot of the day, unshrunk."
        ],
    )
    errors: dict[str, list[float]] = {}
    for month in (1, 10):
        data = types(month)
        found = _forecast(data)
        for q, queue_id in enumerate(data.queue_ids):
            row = _errors(data, q, found[q])
            errors.setdefault(queue_id, []).append(row["ours"])
            block.rows.append(_line(queue_id, data, row))
            if row["contacts"] >= 1:
                text = f"handle time: {queue_id} {data.first:%b} over constant"
                ratio = row["ours"] / row["constant"]
                block.claims.append(Claim(text=text, value=ratio, at_most=NEVER_WORSE))
    text = f"handle time: {MAIN_TYPE} error, the mean of both months"
    mean = float(np.mean(errors[MAIN_TYPE]))
    block.claims.append(Claim(text=text, value=mean, at_most=MAIN_LIMIT))
    return block


def _forecast(data: DataSet) -> np.ndarray:
    import forecasting

    day = date(data.first.year, data.first.month, 1 + LEARN)
    result = forecasting.forecast(
        data.history(day),
        data.queues(),
        first_day=dict.fromkeys(data.queue_ids, day),
        num_days=JUDGE,
    )
    return to_days(result.aht_s, result.grid, data, day, JUDGE)


def _errors(data: DataSet, q: int, found: np.ndarray) -> dict[str, float]:
    assert data.handled is not None
    assert data.handle_s is not None
    known = data.handle_s[q] > 0
    contacts = np.where(known, data.handled[q], 0.0)
    seconds = np.where(known, data.handle_s[q], 0.0)
    constant = seconds[:LEARN].sum() / contacts[:LEARN].sum()
    by_slot = contacts[:LEARN].sum(axis=0)
    profile = np.where(
        by_slot > 0,
        seconds[:LEARN].sum(axis=0) / np.maximum(by_slot, 1.0),
        constant,
    )
    later = slice(LEARN, LEARN + JUDGE)
    total = seconds[later].sum()

    def error(aht_s: np.ndarray | float) -> float:
        return float(np.abs(seconds[later] - contacts[later] * aht_s).sum() / total)

    return {
        "contacts": float(contacts[later].sum()),
        "constant": error(constant),
        "profile": error(profile),
        "ours": error(found),
    }


def _line(queue_id: str, data: DataSet, row: dict[str, float]) -> tuple[str, ...]:
    return (
        queue_id,
        f"{data.first:%b}",
        f"{row['contacts']:.0f}",
        *(f"{row[name]:.4f}" for name in ("constant", "profile", "ours")),
        f"{row['ours'] / row['constant']:.3f}",
    )
