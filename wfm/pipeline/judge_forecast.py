"""How good the forecasts are: models on the past, published forecasts on what came."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from forecasting.rolling import BacktestResult, backtest
from forecasting.track_record import AccuracyRow, PublishedForecast, accuracy
from wfm.domain.demand import ContactHistory
from wfm.domain.errors import ModelError
from wfm.domain.plan import PlanFolder
from wfm.pipeline.demand import edited_history
from wfm.pipeline.window import calendar_years, local_date, queue_holidays

BASELINE = "last_week"


def backtest_plan(
    folder: PlanFolder,
    *,
    num_origins: int = 10,
    weeks: int = 1,
    models: Sequence[str] = (),
) -> BacktestResult:
    """Return how the plan's models, and last week's volumes, did on its own history.

    Origins lie a week apart, the last as late as *weeks* of actuals allow, all on the
    weekday on which the plan begins.

    Raises
    ------
    ModelError
        If the history is too short for a single origin.
    """
    history, _ = edited_history(folder)
    plan = folder.plan
    origins = weekly_origins(folder, history, num_origins, weeks)
    used = {plan.queue_models.get(q.queue_id, plan.forecast_model) for q in plan.queues}
    return backtest(
        history,
        plan.queues,
        origins=origins,
        horizon_days=7 * weeks,
        models=tuple(models) or (*sorted(used - {BASELINE}), BASELINE),
        holidays=queue_holidays(plan, calendar_years(folder)),
        events=folder.events,
    )


def weekly_origins(
    folder: PlanFolder, history: ContactHistory, num_origins: int, weeks: int
) -> tuple[date, ...]:
    """Return up to *num_origins* dates, the oldest first, each a week after the last.

    The first one has at least a week of history before it.
    """
    plan = folder.plan
    last = known_until(folder, history) - timedelta(days=7 * weeks)
    last -= timedelta(days=(last.weekday() - plan.first_date.weekday()) % 7)
    first = local_date(history.grid.start_utc, plan.zone) + timedelta(days=7)
    dates = [last - timedelta(days=7 * k) for k in reversed(range(num_origins))]
    found = tuple(day for day in dates if day >= first)
    if not found:
        msg = f"the history is too short to forecast {weeks} past weeks from a week"
        raise ModelError(msg)
    return found


def known_until(folder: PlanFolder, history: ContactHistory) -> date:
    """Return the first date in the planner's zone after the last interval reported."""
    reported = np.flatnonzero(history.observed.any(axis=0))
    last = int(reported[-1]) + 1 if len(reported) else 0
    instant = history.grid.instant(last) - timedelta(minutes=1)
    return local_date(instant, folder.plan.zone) + timedelta(days=1)


def judge_published(
    folder: PlanFolder, published: Iterable[PublishedForecast]
) -> tuple[AccuracyRow, ...]:
    """Return how far the published forecasts were off, on the history as it is now.

    Of several forecasts of one date the last one counts: it is what people worked with.
    """
    history, _ = edited_history(folder)
    last = {snapshot.as_of: snapshot for snapshot in published}
    return accuracy(
        history,
        folder.plan.queues,
        tuple(last.values()),
        holidays=queue_holidays(folder.plan, calendar_years(folder)),
    )
