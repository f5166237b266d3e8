"""Erlang formulas against published values; a few are copied here with their source."""

import csv
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest

from wfm.domain.demand import ChatConcurrency, ShrinkageComponent
from wfm.staffing import erlang
from wfm.staffing.concurrency import ConcurrentServers
from wfm.staffing.shrinkage import gross_up_factor


def vectors() -> list[dict[str, str]]:
    beside = Path(__file__).resolve().parents[3] / "shared"
    path = Path(os.environ.get("WFM_SHARED", beside)) / "vectors" / "staffing.csv"
    if not path.exists():
        pytest.skip("staffing.csv is not shipped; set WFM_SHARED to where it lies")
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["verified"] == "yes"]


def number(row: dict[str, str], name: str, default: float = math.nan) -> float:
    return float(row[name]) if row[name] else default


def load_of(row: dict[str, str]) -> float:
    if not row["lambda_per_hour"]:
        found = re.search(r"A=([\d.]+)(?:/([\d.]+))?", row["note"])
        assert found, row
        return float(found[1]) / float(found[2] or 1)
    return number(row, "lambda_per_hour") * number(row, "aht_s") / 3600


def patience_of(row: dict[str, str]) -> float:
    return 1.0 if row["patience_s"] == "=AHT" else number(row, "patience_s", math.inf)


def aht_of(row: dict[str, str]) -> float:
    return 1.0 if row["patience_s"] == "=AHT" else number(row, "aht_s", 1.0)


def agents_for(row: dict[str, str], cap: float | None) -> float:
    return float(
        erlang.required_agents(
            load_of(row),
            aht_of(row),
            answer_within_s=number(row, "sl_seconds"),
            service_level_fraction=number(row, "sl_target"),
            max_occupancy_fraction=cap,
        ).agents
    )


def computed(row: dict[str, str]) -> float:
    quantity, load, agents = row["quantity"], load_of(row), number(row, "agents")
    aht, patience = aht_of(row), patience_of(row)
    if quantity.startswith("agents_required"):
        cap = re.search(r"occ cap ([\d.]+)", quantity)
        return agents_for(row, float(cap[1]) if cap else None)
    if quantity.startswith("agents_with_shrinkage"):
        # That package caps occupancy at 85 % unless told otherwise.
        return math.ceil(agents_for(row, 0.85) / 0.7 - 1e-9)
    if quantity.startswith("servers_required"):
        return next(n for n in range(99) if erlang.erlang_b(load, n) <= 0.01)
    if quantity.startswith("service_level"):
        definition = "virtual" if quantity.endswith("virtual") else "offered"
        return float(
            erlang.service_level(
                load,
                agents,
                aht,
                number(row, "sl_seconds"),
                patience_s=patience,
                definition=definition,
            )
        )
    a = erlang.erlang_a(load, agents, aht, patience)
    asa = float(erlang.asa_s(load, agents, aht, patience_s=patience))
    served = float(erlang.erlang_c(load, agents))
    return {
        "p_block": lambda: float(erlang.erlang_b(load, agents)),
        "ln_p_block": lambda: float(erlang.log_erlang_b(load, agents)),
        "ln_p_wait": lambda: float(erlang.log_erlang_c(load, agents)),
        "p_wait": lambda: float(a.p_wait),
        "p_immediate": lambda: 1.0 - served,
        "asa_s": lambda: asa,
        "mean_queue_length": lambda: asa * load / aht,
        "mean_time_in_system_s": lambda: asa + aht,
        "occupancy": lambda: float(a.occupancy_fraction),
        "p_abandon": lambda: float(a.abandonment_fraction),
        "mean_wait_all_s": lambda: float(a.mean_wait_s),
        "mean_wait_all_min": lambda: float(a.mean_wait_s) / 60,
    }[quantity]()


def test_every_verified_row_of_the_erlang_models_holds():
    models = ("erlang_a", "erlang_a theta=mu", "erlang_b", "erlang_c")
    rows = [row for row in vectors() if row["model"] in models]
    wrong = []
    for row in rows:
        value, printed = computed(row), float(row["value"])
        # The tolerance in the file may be finer than the printed digits of a double.
        slack = max(float(row["tolerance"]), 2e-13 * abs(printed))
        if abs(value - printed) > slack:
            wrong.append((row["quantity"], row["source"][:40], printed, value))
    assert len(rows) > 150
    assert wrong == []


# CCmath's documented Erlang X example: 4 calls/min, AHT 3 min, 14 agents, patience
# 1 min, 20 s (0.333 min): 87.97 % virtual service level, 7.43 % abandonments.
def test_ccmath_erlang_x_example():
    level = erlang.service_level(
        12, 14, 180, 19.98, patience_s=60, definition="virtual"
    )
    assert level == pytest.approx(0.8797, abs=5e-5)
    assert erlang.abandonment(12, 14, 180, 60) == pytest.approx(0.0743, abs=5e-5)
    # The same system decoded: mean waits of all .0743 and of the served .0589 min.
    found = erlang.erlang_a(12, 14, 180, 60)
    assert found.mean_wait_s / 60 == pytest.approx(0.0743, abs=5e-5)
    assert found.mean_wait_served_s / 60 == pytest.approx(0.0589, abs=5e-5)
    assert erlang.asa_s(12, 14, 180, patience_s=60) == found.mean_wait_served_s


# CCmath's documented chat example: 4 chats/min, AHT 3/3.5/4 min for 1/2/3 parallel
# chats, 5 agents, patience 1 min: occupancy .8678, abandonments .1544, wait 0.22 min.
def test_ccmath_chat_example():
    servers = ConcurrentServers(
        load=np.array([12.0]),
        aht_s=np.array([180.0]),
        within_s=19.98,
        concurrency=ChatConcurrency(max_chats=3, aht_factor=(1.0, 3.5 / 3, 4 / 3)),
        patience_s=60.0,
    )
    found, places = servers.performance(np.array([5.0]), np.array([0]))
    assert places[0] == pytest.approx(0.8678, abs=5e-5)
    assert found.abandonment_fraction[0] == pytest.approx(0.1544, abs=5e-5)
    assert found.mean_virtual_wait_s[0] == pytest.approx(13.2, abs=0.3)


# CRAN ErlangC 0.1.0, README: 100 calls/30 min, AHT 180 s, 14 agents, 20 s.
def test_cran_erlang_c_readme():
    assert erlang.erlang_c(10, 14) == pytest.approx(0.1741319, abs=5e-8)
    assert erlang.service_level(10, 14, 180, 20) == pytest.approx(0.88835002, abs=5e-9)


# Minimal agents for 80 % of offered within 20 s at AHT 240 s, patience 180 s, where a
# search that starts at the load (pyworkforce 0.5.4) answers 200, 500, 1000, 2000.
def test_impatience_lets_agents_fall_below_the_load():
    found = erlang.required_agents(
        [200, 500, 1000, 2000],
        240,
        answer_within_s=20,
        service_level_fraction=0.8,
        patience_s=180,
    )
    assert found.agents.tolist() == [194, 473, 932, 1844]


# Agents for 80/20 at AHT 240 s, no patience: no overflow at any size.
def test_large_loads():
    found = erlang.required_agents(
        [200, 500, 1000, 2000, 5000],
        240,
        answer_within_s=20,
        service_level_fraction=0.8,
    )
    assert found.agents.tolist() == [209, 512, 1013, 2015, 5016]


# callcentretools.com: 68 agents at 25 % and 72 at 30 % shrinkage, shown to 0.5.
@pytest.mark.parametrize(
    ("agents", "fraction", "shown"), [(68, 0.25, 90.5), (72, 0.3, 103.0)]
)
def test_shrinkage_grosses_up(agents, fraction, shown):
    factor = gross_up_factor([ShrinkageComponent(name="all", fraction=fraction)])
    assert agents * factor == pytest.approx(shown, abs=0.25)
