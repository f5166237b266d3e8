"""Compile the forecast once for this machine: ``python -m forecasting.warm``.

The kernels of :mod:`forecasting.kernels` are compiled on their first call and cached on
disk. Small forecasts that use all of them take care of that.
"""

from datetime import UTC, date, datetime
from functools import cache
from itertools import product

import numpy as np

from forecasting.model import FORECASTERS
from forecasting.run import forecast
from wfm.domain.demand import ContactHistory, OpeningHours, Queue, ServiceTarget
from wfm.domain.grid import IntervalGrid

_DAYS, _HOURS = 120, 24
_FIRST_DAYS = date(2026, 1, 20), date(2026, 5, 5)  # after two weeks, and after all


@cache
def warm() -> None:
    """Run every kernel once; quick when they are cached already."""
    for opening in ((((0, 1440),),) * 7, (((480, 1080),),) * 5 + ((), ())):
        queue = Queue(
            queue_id="q",
            channel="phone",
            zone="Europe/Berlin",  # the clock changes within the history
            requires=(),
            opening=OpeningHours(spans=opening),
            target=ServiceTarget(),
        )
        for model, first_day in product(FORECASTERS.names(), _FIRST_DAYS):
            forecast(
                _history(),
                [queue],
                first_day={"q": first_day},
                num_days=7,
                model=model,
            )


def _history() -> ContactHistory:
    """Return four months of hours, busy by day and quiet at night."""
    hours = np.arange(_DAYS * _HOURS)
    offered = (20.0 + 15.0 * np.sin(hours / _HOURS * 2.0 * np.pi) + hours % 7)[None]
    return ContactHistory(
        grid=IntervalGrid(
            start_utc=datetime(2026, 1, 5, tzinfo=UTC),
            interval_minutes=60,
            num_intervals=len(hours),
        ),
        queue_ids=("q",),
        offered_contacts=offered,
        handled_contacts=offered,
        abandoned_contacts=0.0 * offered,
        aht_s=np.full(offered.shape, 240.0),
        observed=np.full(offered.shape, True),
        aht_weight=offered,
    )


if __name__ == "__main__":
    warm()
