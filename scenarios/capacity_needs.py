"""What the months ahead need, in hours at work, from the plan's own chain."""

from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.month_need import DemandQuestion, MarketCalendars, MonthNeed, month_need
from scenarios.months import Month
from scenarios.typical_weeks import typical_weeks
from wfm.domain.arrays import FloatArray
from wfm.domain.plan import PlanFolder


def hours_at_work(
    base: PlanFolder, months: Sequence[Month]
) -> tuple[Mapping[str, FloatArray], tuple[MonthNeed, ...]]:
    """Return hours of people at work by queue ``[t]``, and the months behind them.

    The long-term forecast laid out over typical weeks, sized by each channel's model,
    guarantees included; shrinkage is none of it, so that it can all be taken off the
    hours that a head is paid for. Work passed on is where it arrives.

    Raises
    ------
    UsageError
        If a month begins before the plan.
    """
    plan = base.plan
    calendars = MarketCalendars(range(months[0].year - 1, months[-1].year + 2))
    needs = tuple(
        month_need(DemandQuestion(week=week, base=plan, calendars=calendars), plan, {})
        for week in typical_weeks(base, months)
    )
    hours = np.array([need.required @ need.band_days / need.gross_up for need in needs])
    queues = [queue.queue_id for queue in plan.queues]
    return {name: hours[:, q] for q, name in enumerate(queues)}, needs
