"""A thousand made-up queues, forecast in one process that measures itself."""

import json
import resource
import time
from datetime import date, timedelta

import numpy as np

from benchmarks.forecasting_data import ALWAYS, OFFICE, grid_over
from wfm.domain.arrays import frozen
from wfm.domain.demand import ContactHistory, OpeningHours, Queue, ServiceTarget

DAYS, AHEAD, SLOTS, SEED = 365, 42, 48, 1
ABANDONED, AHT_S = 0.05, 240.0
FIRST = date(2025, 1, 6)
WEEK = np.array([1.2, 1.1, 1.0, 1.0, 1.05, 0.7, 0.6])


def measure(num_queues: int, calls: int, model: str) -> None:
    """Forecast *num_queues* in so many *calls*; print CPU time and memory."""
    import forecasting

    rng = np.random.default_rng(SEED)
    queues = made_queues(num_queues // calls)
    first_day = dict.fromkeys(
        (queue.queue_id for queue in queues), FIRST + timedelta(days=DAYS)
    )
    cpu = before = 0.0
    for _ in range(calls):
        history = made_history(queues, rng)
        before = max(before, _peak_gb())
        start = time.process_time()
        forecasting.forecast(
            history, queues, first_day=first_day, num_days=AHEAD, model=model
        )
        cpu += time.process_time() - start
    print(json.dumps({"cpu_s": cpu, "peak_gb": _peak_gb(), "before_gb": before}))


def made_queues(size: int) -> list[Queue]:
    """Return queues, every second one open in office hours only."""
    return [
        Queue(
            queue_id=f"q{n}",
            channel="phone",
            zone="UTC",
            requires=(),
            opening=OpeningHours(spans=OFFICE if n % 2 else ALWAYS),
            target=ServiceTarget(),
        )
        for n in range(size)
    ]


def made_history(queues: list[Queue], rng: np.random.Generator) -> ContactHistory:
    """Return gamma-Poisson contacts, 0.5 to 200 a slot, days moving as one.

    Made queue by queue and given up to the history, which then holds the only copy.
    """
    grid, size = grid_over(FIRST, DAYS, "UTC", 30), len(queues)
    t = np.arange(grid.num_intervals)
    shape = 1.2 + np.sin((t % SLOTS - 16) / SLOTS * 2 * np.pi)
    shape *= WEEK[t // SLOTS % 7]
    level = np.exp(rng.uniform(np.log(0.5), np.log(200.0), size))[:, None]
    shocks = rng.gamma(50.0, 0.02, (size, DAYS))
    offered, handled, abandoned, aht_s = (
        np.zeros((size, grid.num_intervals)) for _ in range(4)
    )
    for q in range(size):
        offered[q] = rng.poisson(level[q] * shape * shocks[q].repeat(SLOTS))
    for q in range(size):
        abandoned[q] = rng.binomial(offered[q].astype(np.int64), ABANDONED)
        handled[q] = offered[q] - abandoned[q]
        aht_s[q][handled[q] > 0] = AHT_S
    return ContactHistory(
        grid=grid,
        queue_ids=tuple(queue.queue_id for queue in queues),
        offered_contacts=frozen(offered),
        handled_contacts=frozen(handled),
        abandoned_contacts=frozen(abandoned),
        aht_s=frozen(aht_s),
        observed=frozen(np.full(offered.shape, True)),
        aht_weight=handled,
    )


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
