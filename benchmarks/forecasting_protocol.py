"""The published protocol: five-minute slots, one day ahead, a window of 100 days.

Weinberg, Brown and Stroud 2007 (doi:10.1198/016214506000001455) on the bank: 164 open
days of 169 slots; each of the last 64 is forecast from the 100 before it. The score
is the mean over days of the day's RMSE and of its mean absolute percentage error.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from benchmarks.forecasting_data import DataSet, bank
from benchmarks.forecasting_report import Block, Claim
from benchmarks.forecasting_runs import to_days

WINDOW, FORECASTS = 100, 64
RMSE, APE = 18.8, 8.55
FLOOR = "13.9 and 6.2 %"


def protocol(names: Sequence[str], stride: int = 1) -> Block:
    """Return the table of our models and the same-weekday average of the window."""
    data = bank(5)
    business = [day for day, seen in zip(data.days, data.observed, strict=True) if seen]
    assert len(business) == WINDOW + FORECASTS
    ahead = [(business[n - WINDOW], business[n]) for n in range(WINDOW, len(business))]
    ahead = ahead[::stride]
    block = Block(
        title=f"Bank, 5 min, {WINDOW}-day window, {len(ahead)} days one day ahead",
        head=("method", "mean RMSE", "mean APE %", "RMSE quartiles"),
        notes=[f"Floor of Poisson noise: {FLOOR}; stretch 18.3 and 8.3 %."],
    )
    actual = np.array([data.offered[0, data.row(day)] for _, day in ahead])
    usual = np.array([average(data, since, day) for since, day in ahead])
    block.rows.append(_row("same weekdays of the window", actual, usual, data))
    for name in names:
        found = np.array([_ahead(data, name, since, day) for since, day in ahead])
        block.rows.append(_row(name, actual, found, data))
        if name == names[0]:
            rmse, ape = _scores(actual, found, data)
            text = "protocol: mean RMSE"
            block.claims.append(Claim(text=text, value=rmse.mean(), at_most=RMSE))
            text = "protocol: mean APE %"
            block.claims.append(Claim(text=text, value=ape.mean(), at_most=APE))
    return block


def average(data: DataSet, since: date, day: date) -> np.ndarray:
    low, high = data.row(since), data.row(day)
    kin = [
        n
        for n in range(low, high)
        if data.observed[n] and data.days[n].weekday() == day.weekday()
    ]
    return data.offered[0, kin].mean(axis=0)


def _ahead(data: DataSet, model: str, since: date, day: date) -> np.ndarray:
    import forecasting

    result = forecasting.forecast(
        data.history(day, since),
        data.queues(),
        first_day={"bank": day},
        num_days=1,
        model=model,
    )
    return to_days(result.mean, result.grid, data, day, 1)[0, 0]


def _scores(
    actual: np.ndarray, found: np.ndarray, data: DataSet
) -> tuple[np.ndarray, np.ndarray]:
    """Return RMSE and mean APE in per cent of each day."""
    slots = data.open_slots
    error, volume = (found - actual)[:, slots], actual[:, slots]
    rmse = np.sqrt((error**2).mean(axis=1))
    return rmse, 100.0 * (np.abs(error) / volume).mean(axis=1)


def _row(
    name: str, actual: np.ndarray, found: np.ndarray, data: DataSet
) -> tuple[str, ...]:
    rmse, ape = _scores(actual, found, data)
    quartiles = " / ".join(f"{q:.2f}" for q in np.quantile(rmse, (0.25, 0.5, 0.75)))
    return name, f"{rmse.mean():.2f}", f"{ape.mean():.2f}", quartiles
