"""Compile the tour search once for this machine: ``python -m solver.tours.warm``."""

from functools import cache

import numpy as np

from solver.tours.instance import (
    DAYS,
    TourBreak,
    TourContract,
    TourInstance,
    TourRegion,
)
from solver.tours.polish import Polish


@cache
def warm() -> None:
    """Run every kernel once; quick when they are cached already."""
    polish = Polish(tiny_instance(), seed=1)
    polish.greedy(6)
    polish.run(1, 1.0)
    polish.snapshot()


def tiny_instance() -> TourInstance:
    """Return a week by the hour: two people wanted in the daytime, one guaranteed."""
    hours = np.arange(DAYS * 24 + 24)
    is_day = (hours % 24 >= 8) & (hours % 24 < 18) & (hours < DAYS * 24)
    region = TourRegion(
        region_id="here",
        day_start_idx=tuple(24 * day for day in range(DAYS)),
        starts=(7, 8, 9, 10),
        pay=np.full(len(hours), 1000),
        seats=4,
    )
    contract = TourContract(
        contract_id="full",
        shift_steps=9,
        days=5,
        breaks=(TourBreak(first=3, last=5, length_steps=1, paid=False),),
    )
    return TourInstance(
        step_minutes=60,
        need_agents=np.where(is_day, 2.0, 0.0),
        floor_agents=is_day.astype(np.int64),
        regions=(region,),
        contracts=(contract,),
        short_steps=((1.0, 5000),),
        band_steps=2,
        min_rest_steps=11,
        day_steps=24,
    )


if __name__ == "__main__":
    warm()
