"""Small rosters drawn one after the other, to be allocated by mending."""

from multiprocessing.connection import Connection

import numpy as np
from support.solve_cases import make_instance, roster, serves, with_, work

from solver.need import Need, build_need
from solver.reallocation import allocated, reallocated
from solver.term import TERMS
from wfm.domain.roster import Roster, RosterInstance
from wfm.domain.staffing import DeferredWork

SKILLS = ("a", "b", "c")
STEPS = 6


def need_of(instance: RosterInstance) -> Need:
    """Return the need of an instance under all terms."""
    prices = [p for n in TERMS.names() for p in TERMS[n]().prices(instance)]
    return build_need(instance, prices)


def random_case(seed: int) -> tuple[RosterInstance, list[Roster]]:
    """Return a day of six steps with up to five people, and rosters of it."""
    rng = np.random.default_rng(seed)
    agents = {
        f"p{i}": set(rng.choice(SKILLS, size=rng.integers(1, 4), replace=False))
        for i in range(rng.integers(1, 6))
    }
    need = {s: rng.uniform(0, 3, STEPS).round(3).tolist() for s in SKILLS}
    instance = make_instance(agents, need, step_minutes=240, days=1)
    if rng.random() < 0.7:
        starts = np.sort(rng.integers(-1, 5, rng.integers(1, 5)))
        deferred = DeferredWork(
            queue_id="c",
            arrival_idx=starts,
            due_idx=np.minimum(starts + rng.integers(1, 6, len(starts)), STEPS),
            work_hours=rng.uniform(0, 9, len(starts)),
        )
        instance = with_(instance, deferred=(deferred,))
    if rng.random() < 0.5:
        floor = instance.guaranteed_agents.copy()
        floor[rng.integers(0, 3), rng.integers(0, STEPS)] = 1
        instance = with_(instance, guaranteed_agents=floor)
    rosters = []
    for _ in range(4):
        ends = [np.sort(rng.choice(STEPS + 1, 2, replace=False)) for _ in agents]
        present = rng.random(len(agents)) < 0.8
        shifts = [
            work(name, 0, int(low), int(high))
            for name, (low, high), there in zip(agents, ends, present, strict=True)
            if there
        ]
        rosters.append(roster(*shifts))
    return instance, rosters


def digest(answer: Connection) -> None:
    """Send what mending gives for a few cases."""
    found = []
    for seed in range(12):
        instance, rosters = random_case(seed)
        state = allocated(instance, rosters[0], serves(instance), need_of(instance))
        for plan in rosters[1:]:
            state = reallocated(state, plan)
            shares = state.served.allocation.agents.tolist()
            found.append((state.served.cost, state.served.undone, shares))
    answer.send(found)
