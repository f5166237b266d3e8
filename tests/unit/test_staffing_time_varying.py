"""Changing load: methods judged by the transient equations, lines carried on."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from support.staffing_cases import a_demand, a_queue

from wfm.calendar.local import day_range
from wfm.domain.demand import ServiceTarget, StaffingChoice
from wfm.staffing import erlang
from wfm.staffing.carry_over import can_follow, carried
from wfm.staffing.channel import CHANNELS
from wfm.staffing.time_varying import (
    busy_load,
    exact_agents,
    lagged_load,
    loads_by,
)
from wfm.staffing.transient import (
    TransientLoad,
    carried_service,
    waits_by_arrival,
)

HALF_HOUR = 1800.0


def sine_day(mean=60.0, periods=24):
    """Load of a day that begins and ends low, averaged over its periods."""
    at = (np.arange(periods)[:, None] + (np.arange(100) + 0.5) / 100) / periods
    return mean * (1 - 0.6 * np.cos(2 * np.pi * at)).mean(axis=1)


def followed(load, agents, aht_s, patience_s=np.inf):
    return TransientLoad(
        arrivals_per_s=load / aht_s,
        aht_s=np.full(len(load), aht_s),
        agents=agents,
        interval_s=HALF_HOUR,
        patience_s=patience_s,
    )


def needed(load, aht_s, patience_s=np.inf, *, integer=True):
    return erlang.required_agents(
        load,
        aht_s,
        answer_within_s=20.0,
        service_level_fraction=0.8,
        patience_s=patience_s,
        integer=integer,
    ).agents


def judged(load, agents, aht_s, patience_s):
    """Worst of the periods after the first and before the last, exactly."""
    found = carried_service(followed(load, agents, aht_s, patience_s), 20.0)
    return float(found.service_level_fraction[1:-1].min())


@pytest.mark.parametrize("patience_s", [np.inf, 180.0])
@pytest.mark.parametrize("aht_s", [240.0, 600.0, 1800.0])
def test_the_sine_day_is_served_at_no_more_hours_than_interval_by_interval(
    aht_s, patience_s
):
    load = sine_day()
    contacts, aht = load * HALF_HOUR / aht_s, np.full(24, aht_s)
    singly = needed(load, aht_s, patience_s)
    mol = needed(busy_load(contacts, aht, HALF_HOUR), aht_s, patience_s)
    assert judged(load, mol, aht_s, patience_s) >= 0.77
    assert mol.sum() <= singly.sum()
    assert judged(load, singly, aht_s, patience_s) < 0.76
    exact = exact_agents(
        followed(load, mol, aht_s, patience_s), 0.8, 20.0, integer=True
    )
    assert judged(load, exact, aht_s, patience_s) >= 0.798
    assert exact.sum() <= singly.sum() * (1.0 if np.isinf(patience_s) else 1.003)


def test_real_agents_reach_the_goal_in_every_period():
    load = sine_day(20.0)
    guess = needed(load, 600.0, integer=False)
    agents = exact_agents(followed(load, guess, 600.0), 0.8, 20.0)
    found = carried_service(followed(load, agents, 600.0), 20.0)
    # Arrivals of the last seconds meet the next period's staff.
    assert found.service_level_fraction == pytest.approx(np.full(24, 0.8), abs=0.004)


def test_a_staircase_and_closed_time_between():
    load = np.repeat([10.0, 40.0, 0.0, 15.0], 4)
    guess = needed(load, 900.0, integer=False)
    agents = exact_agents(followed(load, guess, 900.0), 0.8, 20.0)
    assert (agents[8:12] == 0).all()
    # From nobody to forty Erlangs: the step is staffed as contacts come in.
    assert agents[4] < agents[5] < agents[6]
    assert agents[12] < needed(np.array([15.0]), 900.0, integer=False)[0]


@pytest.mark.parametrize(("day", "hours"), [(29, 23), (30, 24)])
def test_days_of_any_length(day, hours):
    when = date(2026, 3, day)
    start, end = day_range(a_demand([0.0]).grid, when, "Europe/Berlin")
    size = 2 * (end - start)
    assert size == 2 * hours
    load = sine_day(12.0, size)
    guess = needed(load, 1200.0, integer=False)
    agents = exact_agents(followed(load, guess, 1200.0), 0.8, 20.0)
    assert judged(load, agents, 1200.0, np.inf) > 0.79
    assert when + timedelta(1) > when


def test_busy_load_is_the_solution_of_its_equation():
    contacts = np.array([30.0, 60.0, 0.0, 10.0])
    aht_s = np.array([600.0, 600.0, 300.0, 300.0])
    steps = 20_000
    busy, means = 7.0, []
    for n, handle_s in zip(contacts, aht_s, strict=True):
        total = 0.0
        for _ in range(steps):
            slope = n / HALF_HOUR - busy / handle_s
            middle = busy + 0.5 * slope * HALF_HOUR / steps
            busy += (n / HALF_HOUR - middle / handle_s) * HALF_HOUR / steps
            total += middle
        means.append(total / steps)
    found = busy_load(contacts, aht_s, HALF_HOUR, before_erlangs=7.0)
    assert found == pytest.approx(means, rel=1e-7)


def test_lagged_load_is_the_load_one_handle_time_earlier():
    contacts, aht_s = np.array([30.0, 60.0, 0.0]), np.full(3, 600.0)
    # A third of each half hour still belongs to the one before.
    found = lagged_load(contacts, aht_s, HALF_HOUR, before_erlangs=3.0)
    came = [(9.0 + 2 * 30) / 3, (30 + 2 * 60) / 3, 60 / 3]
    assert found == pytest.approx(np.array(came) / 3)
    assert loads_by("sipp", contacts, aht_s, HALF_HOUR) == pytest.approx([10, 20, 0])
    assert loads_by("lag", contacts, aht_s, HALF_HOUR)[0] == pytest.approx(20 / 3)


@pytest.mark.parametrize("patience_s", [np.inf, 120.0])
def test_two_overloaded_intervals_are_felt_as_the_transient_solution_says(patience_s):
    offered = np.full(16, 90.0)
    agents = np.full(16, 18.0)
    agents[6:8] = 12.0
    demand = a_demand(offered, 300.0, minutes=30)
    found = carried(demand, agents, answer_within_s=20.0, patience_s=patience_s)
    load = followed(np.full(16, 15.0), agents, 300.0, patience_s)
    start_level = erlang.service_level(15.0, 18.0, 300.0, 20.0, patience_s=patience_s)
    assert found.service_level_fraction[0] == pytest.approx(float(start_level))
    exact = carried_service(load, 20.0)
    late = slice(5, 12)
    assert found.end_queue[late] == pytest.approx(exact.end_queue[late], rel=0.05)
    assert found.service_level_fraction[late] == pytest.approx(
        exact.service_level_fraction[late], rel=0.05, abs=1e-3
    )
    queue = found.mean_queue[6:8] / (90.0 / 1800.0)
    if np.isinf(patience_s):
        # Whoever waits is served in the end: over time, time in line is wait.
        waits = waits_by_arrival(load)
        line_s = float((found.mean_queue * 1800).sum())
        assert float((waits.asa_s * 90).sum()) == pytest.approx(line_s, rel=0.05)
        assert queue[1] > queue[0] > 60.0


def test_an_understaffed_interval_hurts_the_next_ones_and_no_other_day():
    demand = a_demand([40.0] * 6 + [0.0] * 4 + [40.0] * 6, 300.0, minutes=30)
    queue, model = a_queue(), CHANNELS["phone"]()
    agents = np.where(demand.offered_contacts > 0, 9.0, 0.0)
    short = agents.copy()
    short[5] = 1.0
    closed = a_demand(
        demand.offered_contacts,
        300.0,
        minutes=30,
        open_mask=demand.offered_contacts > 0,
    )
    before = model.service_level(queue, closed, agents)
    after = model.service_level(queue, closed, short)
    assert after[5] < 0.2
    assert after[10:] == pytest.approx(before[10:], abs=1e-3)
    assert (after[6:10] == 1.0).all()
    middle = agents.copy()
    middle[2] = 1.0
    hurt = model.service_level(queue, closed, middle)
    assert hurt[3] < 0.5 * before[3]
    assert hurt[4] < before[4]


def test_an_open_queue_without_agents_keeps_its_line():
    demand = a_demand([20.0, 0.0, 20.0], 300.0, minutes=30)
    found = carried(demand, np.array([0.0, 0.0, 9.0]), answer_within_s=20.0)
    assert found.end_queue[:2] == pytest.approx([20.0, 20.0], rel=1e-6)
    alone = carried_service(followed(np.array([20 / 6]), np.array([9.0]), 300.0), 20.0)
    assert found.service_level_fraction[2] < alone.service_level_fraction[0] - 0.2


def test_what_cannot_be_followed_is_judged_by_itself():
    demand = a_demand([3e5] * 2, 300.0, minutes=30)
    assert carried(demand, np.full(2, 51_000.0), answer_within_s=20.0) is None
    level = CHANNELS["phone"]().service_level(a_queue(), demand, np.full(2, 50_020.0))
    expected = erlang.service_level(50_000.0, 50_020.0, 300.0, 20.0)
    assert level == pytest.approx(np.full(2, float(expected)))
    assert not can_follow(followed(np.zeros(2), np.ones(2), 300.0), 20.0)


def steep(**changes):
    load = sine_day(30.0)
    demand = a_demand(load * HALF_HOUR / 600.0, 600.0, minutes=30)
    return CHANNELS["phone"]().requirement(a_queue(**changes), demand), demand


def test_the_method_is_chosen_by_the_data_and_said():
    found, demand = steep()
    assert found.method == "exact"
    assert found.warnings[0].startswith("staffed by the transient equations: with a")
    level = CHANNELS["phone"]().service_level(a_queue(), demand, found.base_agents)
    assert level[1:] == pytest.approx(np.full(23, 0.8), abs=0.006)
    flat = a_demand([60.0] * 24, 600.0, minutes=30)
    steady = CHANNELS["phone"]().requirement(a_queue(), flat)
    assert (steady.method, steady.warnings) == ("sipp", ())
    short = a_demand(demand.offered_contacts, 60.0, minutes=30)
    assert CHANNELS["phone"]().requirement(a_queue(), short).method == "sipp"
    wait = ServiceTarget(asa_s=30.0)
    assert steep(target=wait)[0].method == "sipp"


@pytest.mark.parametrize("method", ["sipp", "lag", "mol", "exact"])
def test_the_plan_may_name_the_method(method):
    found, _ = steep(staffing=StaffingChoice(method=method))
    assert found.method == method
    said = [w for w in found.warnings if w.endswith("as the plan says")]
    assert len(said) == (0 if method == "sipp" else 1)
    if method == "sipp":
        assert found.base_agents == pytest.approx(
            needed(sine_day(30.0), 600.0, integer=False)
        )


def test_other_targets_hold_beside_the_exact_level():
    busy = ServiceTarget(
        service_level_fraction=0.8, answer_within_s=20.0, max_occupancy_fraction=0.7
    )
    found, demand = steep(target=busy, staffing=StaffingChoice(method="exact"))
    load = busy_load(
        demand.offered_contacts, demand.aht_s, HALF_HOUR, before_erlangs=12.2
    )
    assert (found.base_agents[1:] >= load[1:] / 0.7 - 1e-6).all()
    assert set(found.binding) <= {"service_level", "occupancy"}
    assert "occupancy" in found.binding


def test_without_a_compiler_the_stationary_formulas_serve():
    code = """
import sys
sys.modules["numba"] = None
import numpy as np
from support.staffing_cases import a_demand, a_queue
from wfm.staffing import erlang
from wfm.staffing.channel import CHANNELS
demand = a_demand([10.0, 60.0, 90.0, 20.0], 900.0, minutes=30)
found = CHANNELS["phone"]().requirement(a_queue(), demand)
level = CHANNELS["phone"]().service_level(a_queue(), demand, found.base_agents + 5)
singly = erlang.service_level(demand.workload_erlangs, found.base_agents + 5, 900, 20)
print(found.method, np.allclose(level, singly))
"""
    tests = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tests)},
        check=True,
    )
    assert done.stdout.split() == ["mol", "True"]
