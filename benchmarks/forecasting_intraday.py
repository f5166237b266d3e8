"""Re-forecasts in the middle of the day: is the rest of it nearer than before?"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from benchmarks.forecasting_data import DAY, DataSet, bank, technion, thinned, types
from benchmarks.forecasting_report import Block, Claim, points, three
from benchmarks.forecasting_runs import to_days
from benchmarks.forecasting_scores import Loss
from wfm.calendar.local import to_instant, wall_minute

SHARES = (0.35, 0.5, 0.65)
LAST_DAYS = 60
GAIN, NEVER_WORSE = 0.90, 1.01
LOW_TYPES = ("NW", "PE")
TYPES_LEARN = 14


def intraday(stride: int = 1) -> Block:
    """Return the WAPE of the rest of the day, before and after the re-forecast."""
    block = Block(
        title="Intraday: rest of the day, forecast at midnight and again later",
        head=(
            "set",
            "days",
            "after",
            "at midnight",
            "again",
            "ratio [90 %]",
            "difference, points [90 %]",
        ),
        notes=[
            "After: share of the open slots of the day that are over. The last "
            f"{LAST_DAYS} open days of a set; of the types, from day "
            f"{TYPES_LEARN + 1} of both months."
        ],
    )
    for key, by_share in _all_sets(stride):
        for share, (before, after) in by_share.items():
            block.rows.append(_row(key, share, before, after))
            block.claims += _claims(key, share, before, after)
    return block


def _all_sets(stride: int) -> Iterator[tuple[str, dict[float, tuple[Loss, Loss]]]]:
    """Yield the losses by set and share of the day, types of both months together."""
    for data in (bank(), technion(), thinned()):
        yield data.key, _losses(data, data.queue_ids[0], _last(data)[::stride])
    for queue_id in LOW_TYPES:
        first, second = (
            _losses(types(month), queue_id, types(month).days[TYPES_LEARN:])
            for month in (1, 10)
        )
        yield (
            f"types, {queue_id}",
            {s: tuple(map(_joined, first[s], second[s])) for s in SHARES},
        )


def _claims(key: str, share: float, before: Loss, after: Loss) -> list[Claim]:
    ratio = after.error.sum() / before.error.sum()
    text = f"intraday: {key} after {share:.0%}"
    if key == "bank30" and share == 0.5:
        return [Claim(text=text, value=ratio, at_most=GAIN)]
    low = key == "tech_thin" or key.startswith("types")
    return [Claim(text=text, value=ratio, at_most=NEVER_WORSE)] if low else []


def _last(data: DataSet) -> list[date]:
    days = [
        day
        for day in data.days
        if data.scored[data.row(day)] and data.is_open[data.row(day)].any()
    ]
    return days[-LAST_DAYS:]


def _losses(
    data: DataSet, queue_id: str, days: Sequence[date]
) -> dict[float, tuple[Loss, Loss]]:
    """Return by share of the day the losses of the rest, before and after."""
    import forecasting

    q, slots = data.queue_ids.index(queue_id), data.open_slots
    queue = data.queues()[q]
    errors: dict[float, list[tuple[float, float, float]]] = {s: [] for s in SHARES}
    for day in days:
        first = forecasting.forecast(
            data.history(day), [queue], first_day={queue_id: day}, num_days=7
        )
        actual = data.offered[q, data.row(day)]
        known = data.history(day + DAY, day)
        for share in SHARES:
            slot = int(slots[round(share * len(slots))])
            now = to_instant(wall_minute(day, slot * data.slot_minutes), data.zone)
            again = forecasting.reforecast(first, known, until=now)
            rest = slots[slots >= slot]
            before, after = (
                np.abs(
                    to_days(f.mean, f.grid, data, day, 1)[0, 0, rest] - actual[rest]
                ).sum()
                for f in (first, again)
            )
            errors[share].append((before, after, actual[rest].sum()))
    return {share: _pair(np.array(found)) for share, found in errors.items()}


def _pair(found: np.ndarray) -> tuple[Loss, Loss]:
    before, after, offered = found.T
    return (
        Loss(error=before, offered=offered, overlap=0),
        Loss(error=after, offered=offered, overlap=0),
    )


def _joined(one: Loss, two: Loss) -> Loss:
    return Loss(
        error=np.concatenate([one.error, two.error]),
        offered=np.concatenate([one.offered, two.offered]),
        overlap=0,
    )


def _row(key: str, share: float, before: Loss, after: Loss) -> tuple[str, ...]:
    return (
        key,
        str(len(before.error)),
        f"{share:.0%}",
        f"{before.value:.4f}",
        f"{after.value:.4f}",
        three(after.ratio_to(before)),
        points(after.less(before)),
    )
