"""One peer over a list of jobs: ``python forecasting_worker.py METHOD IN.npz OUT.npz``.

Runs in the peers' environment (``forecasting-environment.sh``) and knows nothing of
this project. IN holds for every job *i* ``y_i`` [day, slot] (every open day and slot,
gaps filled), ``days_i`` and ``future_i`` (dates as days from 1970-01-01) and, for all
jobs, ``minutes`` [slot] of the day and perhaps the ``country`` of the holidays. OUT
holds ``mean_i`` [day, slot], ``quantiles_i`` [level, day, slot] at ``LEVELS`` (NaN
where the method has none) and ``cpu_i``, the CPU seconds of fit and forecast, those
of child processes included.
"""

import logging
import os
import sys
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks without a zone
WEEK = 7


class Job:
    """A history and the days to forecast; ``week`` is how many weekdays are open."""

    def __init__(self, y, days, future, minutes, country=""):
        self.y, self.days, self.future, self.minutes = y, days, future, minutes
        self.country = country
        self.week = len(np.unique(np.concatenate([days, future]) % WEEK))

    def stamps(self, days) -> list[datetime]:
        return [
            EPOCH + timedelta(days=int(day), minutes=int(minute))
            for day in days
            for minute in self.minutes
        ]


def mstl(job: Job):
    """Return statsforecast's MSTL with AutoETS on the trend, and its own bands."""
    from statsforecast.models import MSTL, AutoETS

    num_slots = len(job.minutes)
    model = MSTL(
        season_length=[num_slots, num_slots * job.week],
        trend_forecaster=AutoETS(model="ZZN"),
    )
    model.fit(job.y.ravel())
    found = model.predict(h=len(job.future) * num_slots, level=[50, 80])
    rows = ("lo-80", "lo-50", "mean", "hi-50", "hi-80")
    return found["mean"], np.array([found[row] for row in rows])


def prophet(job: Job, country: str = ""):
    """Return Prophet, multiplicative, ten harmonics each; closed hours left out."""
    import pandas as pd
    from prophet import Prophet

    model = Prophet(
        seasonality_mode="multiplicative",
        weekly_seasonality=10,
        daily_seasonality=10,
        yearly_seasonality=False,
    )
    if country:
        model.add_country_holidays(country)
    model.fit(pd.DataFrame({"ds": job.stamps(job.days), "y": job.y.ravel()}))
    future = pd.DataFrame({"ds": job.stamps(job.future)})
    draws = model.predictive_samples(future)["yhat"]
    return draws.mean(axis=1), np.quantile(draws, LEVELS, axis=1)


def prophet_holidays(job: Job):
    """Return Prophet with the country's public holidays as it knows them."""
    return prophet(job, job.country)


def lightgbm(job: Job):
    """Return direct gradient boosting: one model per week ahead, any day of it.

    Features are the lags that are known at the origin (same weekday and slot of the
    last six weeks, their mean, the days just before), the level of the last days
    against their own weekdays, and the calendar. The target is the ratio to the
    mean of the same weekday, which trees can carry beyond the range they have seen.
    """
    import lightgbm as lgb

    result = np.zeros((len(job.future), len(job.minutes)))
    origin = int(job.future[0])
    weeks_ahead = (job.future - origin) // WEEK + 1
    for week in np.unique(weeks_ahead):
        rows = weeks_ahead == week
        x, y, weight = training(job, int(week))
        model = lgb.train(
            {
                "objective": "regression",
                "learning_rate": 0.05,
                "num_leaves": 31,
                "min_data_in_leaf": 40,
                "feature_fraction": 0.8,
                "bagging_fraction": 0.8,
                "bagging_freq": 1,
                "num_threads": 1,
                "seed": 1,
                "deterministic": True,
                "verbose": -1,
            },
            lgb.Dataset(x, y, weight=weight),
            num_boost_round=200,
        )
        table = DayTable(job)
        parts = [table.features(int(d), origin) for d in job.future[rows]]
        features = np.concatenate([part for part, _ in parts])
        base = np.concatenate([part for _, part in parts])
        found = model.predict(features) * base
        result[rows] = found.reshape(-1, len(job.minutes))
    return result.ravel(), np.full((len(LEVELS), result.size), np.nan)


class DayTable:
    """Filled history by date; absent dates (closed) hold NaN."""

    def __init__(self, job: Job) -> None:
        self.first = int(job.days[0])
        self.num_slots = len(job.minutes)
        self.values = np.full(
            (int(job.days[-1]) - self.first + 1, self.num_slots), np.nan
        )
        self.values[job.days - self.first] = job.y
        self.totals = self.values.sum(axis=1)

    def row(self, day: int):
        idx = day - self.first
        inside = 0 <= idx < len(self.values)
        return self.values[idx] if inside else np.full(self.num_slots, np.nan)

    def features(self, day: int, origin: int):
        """Return ([slot, feature], base [slot]) of *day* with data before *origin*."""
        back = -(-(day - origin + 1) // WEEK) * WEEK
        lags = np.array([self.row(day - back - WEEK * k) for k in range(6)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            base = np.maximum(np.nanmean(lags, axis=0), 0.1)
            recent = np.array([self.row(origin - k) for k in range(1, WEEK + 1)])
            levels = [self.level(origin - k) for k in range(1, 6)]
            columns = [*(lags / base), recent[0] / base, np.nanmean(recent, axis=0)]
            columns += [np.full(self.num_slots, level) for level in levels]
            columns.append(np.full(self.num_slots, np.nanmean(levels)))
        calendar = (day % WEEK, day - origin, (EPOCH + timedelta(days=day)).day)
        columns += [np.full(self.num_slots, float(value)) for value in calendar]
        columns += [np.arange(self.num_slots, dtype=float), base]
        return np.column_stack(columns), base

    def level(self, day: int) -> float:
        """Return the total of *day* over that of its weekday in four weeks before."""
        before = [self.row(day - WEEK * k).sum() for k in range(1, 5)]
        usual = np.nanmean(before) if np.isfinite(before).any() else np.nan
        return float(self.row(day).sum() / usual) if usual else np.nan


def training(job: Job, week: int):
    """Return features, ratios and weights of every past forecast *week* weeks ahead."""
    table, parts = DayTable(job), []
    for day in job.days:
        for lead in range((week - 1) * WEEK, week * WEEK):
            origin = int(day) - lead
            if origin - table.first < 2 * WEEK:  # two lags at least
                continue
            x, base = table.features(int(day), origin)
            parts.append((x, table.row(int(day)) / base, base))
    if not parts:
        # Too short for this lead: learn from what there is, a week ahead.
        if week > 1:
            return training(job, week - 1)
        parts = [
            (x, table.row(int(day)) / base, base)
            for day in job.days[-WEEK:]
            for x, base in [table.features(int(day), int(day) - 1)]
        ]
    x, y, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    known = np.isfinite(y)
    return x[known], y[known], weight[known]


METHODS: dict[str, Callable[[Job], tuple[np.ndarray, np.ndarray]]] = {
    "mstl": mstl,
    "prophet": prophet,
    "prophet_holidays": prophet_holidays,
    "lightgbm": lightgbm,
}


def cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main(method: str, source: str, target: str) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    jobs = np.load(source)
    run, found = METHODS[method], {}
    for i in range(int(jobs["num"])):
        args = (jobs[f"{name}_{i}"] for name in ("y", "days", "future"))
        country = str(jobs["country"]) if "country" in jobs else ""
        job = Job(*args, jobs["minutes"], country)
        if i == 0:
            run(job)  # imports and compiled models are not its work
        start = cpu_seconds()
        mean, quantiles = run(job)
        found[f"cpu_{i}"] = cpu_seconds() - start
        shape = (len(job.future), len(job.minutes))
        found[f"mean_{i}"] = np.maximum(mean, 0.0).reshape(shape)
        found[f"quantiles_{i}"] = np.maximum(quantiles, 0.0).reshape(-1, *shape)
        print(f"{method} {i + 1}/{int(jobs['num'])}", file=sys.stderr, flush=True)
    np.savez_compressed(target, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
