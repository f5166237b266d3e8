"""Follow-the-sun weeks, as the instances' README states them, for the planner.

The weeks lie under ``WFM_SHARED`` or ``../shared`` beside the project
(``instances/fts``) and are not shipped.
"""

import csv
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from solver.tours.instance import (
    DAYS,
    TourBreak,
    TourContract,
    TourInstance,
    TourRegion,
)

SLOTS, DAY = 672, 96
BEFORE, AFTER = 32, 72
"""Slots before Monday 00:00 UTC and after the week that shifts may reach."""


@dataclass(frozen=True)
class Region:
    """Offset from UTC in slots, wage and night premium in cents a slot, seat share."""

    name: str
    offset: int
    wage: int
    premium: int
    share: float
    any_start: bool


REGIONS = (
    Region("AMER", -20, 550, 165, 0.55, any_start=False),
    Region("EMEA", 4, 600, 150, 0.50, any_start=False),
    Region("APAC", 32, 350, 35, 0.45, any_start=True),
)
WEST_STARTS = tuple(range(20, 61)) + tuple(range(80, 96))
LONG = (
    TourBreak(first=5, last=9, length_steps=1, paid=True),
    TourBreak(first=12, last=19, length_steps=2, paid=False),
)
CONTRACTS = (
    TourContract(
        contract_id="FT5x8",
        shift_steps=34,
        days=5,
        breaks=(*LONG, TourBreak(first=24, last=29, length_steps=1, paid=True)),
    ),
    TourContract(
        contract_id="FT4x10",
        shift_steps=42,
        days=4,
        max_share=0.3,
        breaks=(*LONG, TourBreak(first=32, last=37, length_steps=1, paid=True)),
    ),
    TourContract(
        contract_id="PT5x4",
        shift_steps=16,
        days=5,
        max_share=0.2,
        breaks=(TourBreak(first=6, last=11, length_steps=1, paid=True),),
    ),
)
MISSING_CENTS, FLOOR = 2000, 2


def folder() -> Path:
    """Return where the weeks lie."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared"
    return Path(os.environ.get("WFM_SHARED", beside)) / "instances" / "fts"


def demand(heads: int, seed: int) -> list[int]:
    """Return the agents required in each of the week's slots."""
    with (folder() / f"demand_{heads}.csv").open(newline="") as source:
        return [int(row[f"seed_{seed}"]) for row in csv.DictReader(source)]


def seats_of(peak: int) -> dict[str, int]:
    """Return the seats of each region."""
    return {
        region.name: math.ceil(round(1.15 * peak * region.share, 9))
        for region in REGIONS
    }


def instance_of(required: list[int]) -> TourInstance:
    """Return the week as the planner's instance; slot 0 is step :data:`BEFORE`."""
    need = np.zeros(BEFORE + SLOTS + AFTER)
    need[BEFORE : BEFORE + SLOTS] = required
    seats = seats_of(max(required))
    step = np.arange(len(need)) - BEFORE
    regions = []
    for region in REGIONS:
        clock = (step + region.offset) % DAY
        night = (clock >= 88) | (clock < 24)
        regions.append(
            TourRegion(
                region_id=region.name,
                day_start_idx=tuple(
                    BEFORE - region.offset + DAY * day for day in range(DAYS)
                ),
                starts=tuple(range(DAY)) if region.any_start else WEST_STARTS,
                pay=region.wage + region.premium * night,
                seats=seats[region.name],
            )
        )
    return TourInstance(
        step_minutes=15,
        need_agents=need,
        floor_agents=np.where(need > 0, FLOOR, 0),
        regions=tuple(regions),
        contracts=CONTRACTS,
        short_steps=((1.0, MISSING_CENTS),),
        band_steps=8,
        min_rest_steps=44,
        day_steps=DAY,
    )
