"""Chat and blending against published values, read from the file of vectors."""

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest
from support.staffing_cases import a_demand, a_queue

from wfm.domain.demand import ChatConcurrency
from wfm.staffing.blending import blended
from wfm.staffing.channel import CHANNELS
from wfm.staffing.concurrency import ConcurrentServers


def vectors(model: str) -> dict[str, dict[str, str]]:
    beside = Path(__file__).resolve().parents[3] / "shared"
    path = Path(os.environ.get("WFM_SHARED", beside)) / "vectors" / "staffing.csv"
    if not path.exists():
        pytest.skip("staffing.csv is not shipped; set WFM_SHARED to where it lies")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["model"].startswith(model)]
    return {row["quantity"]: row for row in rows if row["verified"] == "yes"}


def holds(row: dict[str, str], value: float) -> bool:
    return abs(value - float(row["value"])) <= float(row["tolerance"])


def test_every_blending_row_holds():
    rows = vectors("blending threshold=2")
    assert set(rows) == {"outbound_per_min", "occupancy", "service_level"}
    found = blended(240 * 180 / 3600, 16, 180, 19.98, reserve=2)
    assert holds(rows["outbound_per_min"], found.deferred_erlangs / 3.0)
    assert holds(rows["occupancy"], found.occupancy_fraction)
    assert holds(rows["service_level"], found.service_level_fraction)


def test_every_chat_row_holds():
    rows = vectors("chat K=3")
    assert set(rows) == {
        "slot_occupancy",
        "p_abandon",
        "mean_offered_(virtual)_wait_s",
    }
    servers = ConcurrentServers(
        load=np.array([240 * 180 / 3600]),
        aht_s=np.array([180.0]),
        within_s=19.98,
        concurrency=ChatConcurrency(max_chats=3, aht_factor=(1.0, 3.5 / 3, 4 / 3)),
        patience_s=60.0,
    )
    found, places = servers.performance(np.array([5.0]), np.array([0]))
    assert holds(rows["slot_occupancy"], places[0])
    assert holds(rows["p_abandon"], found.abandonment_fraction[0])
    waits = rows["mean_offered_(virtual)_wait_s"]
    assert holds(waits, found.mean_virtual_wait_s[0])
    # The share in time that CCmath's demonstration prints as 75.44 % is 74.44 %.
    assert found.virtual_in_time[0] == pytest.approx(0.7444, abs=5e-5)


# Whole agents for 80/20 at K=3, AHT 6/7/8.5 min, patience 2 min, where dividing the
# lone AHT by three says 10 and 40: balance equations summed directly.
@pytest.mark.parametrize(
    ("per_minute", "needed", "divided", "level_divided"),
    [(4, 12, 10, 0.607), (20, 55, 40, 0.137)],
)
def test_dividing_the_handle_time_by_the_chats_is_far_too_few(
    per_minute, needed, divided, level_divided
):
    chat = ChatConcurrency(max_chats=3, aht_factor=(1.0, 7 / 6, 8.5 / 6))
    queue = a_queue("c", "chat", chat=chat, patience_s=120.0)
    demand = a_demand([60.0 * per_minute], 360.0)
    model = CHANNELS["chat"]()
    agents = model.requirement(queue, demand).base_agents
    assert math.ceil(agents[0]) == needed
    levels = [
        model.service_level(queue, demand, np.array([float(n)]))[0]
        for n in (needed - 1, needed, divided)
    ]
    assert levels[0] < 0.8 <= levels[1]
    assert levels[2] == pytest.approx(level_divided, abs=5e-4)
