"""A second process that dies takes nothing with it that was found before."""

import os
import resource
import signal

import pytest
from support.tour_cases import faults, random_instance

from solver.outcome import SolveLimits
from solver.tours import linear
from solver.tours.plan import plan_tours, trivial_bound

LIMITS = SolveLimits(max_time_s=600.0, deterministic_rounds=1)


def end(process_id):
    os.kill(process_id, signal.SIGKILL)


def starve(process_id):
    """Leave the process no memory to allocate."""
    resource.prlimit(process_id, resource.RLIMIT_AS, (1 << 20, 1 << 20))


@pytest.fixture(name="workers")
def workers_fixture(monkeypatch):
    """Every second process that a search starts."""
    started = []

    class Noted(linear.Worker):
        def __init__(self):
            super().__init__()
            started.append(self)

    monkeypatch.setattr(linear, "Worker", Noted)
    return started


@pytest.mark.parametrize("hurt", [end, starve])
def test_the_greedy_plan_survives_the_relaxation(workers, hurt):
    instance = random_instance(8)

    def watch():
        if len(workers) == 1 and workers[0].is_busy:
            hurt(workers[0].process_id)
        return False

    plan = plan_tours(instance, LIMITS, stop=watch)
    assert workers
    assert plan.bound == trivial_bound(instance)
    assert faults(instance, plan)[0] == []
    assert plan.objective <= plan.trace[0].objective


def test_the_bound_survives_the_dive(workers):
    instance = random_instance(14)
    phases = []

    def watch():
        if "relaxation" in phases:
            for worker in workers:
                if worker.is_busy:
                    end(worker.process_id)
        return False

    plan = plan_tours(
        instance, LIMITS, on_progress=lambda p: phases.append(p.phase), stop=watch
    )
    assert "relaxation" in phases
    assert plan.bound > trivial_bound(instance)
    assert faults(instance, plan)[0] == []
    assert plan.objective <= min(p.objective for p in plan.trace)
