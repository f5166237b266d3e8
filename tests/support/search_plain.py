"""A run through all kernels whose results fit in a message."""

from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np
from support.order_rules import order_case
from support.search_cases import compiled_of, random_instance, random_rules
from support.solve_cases import make_instance
from support.solve_cases import template as template_of
from support.tiny_rosters import agent, instance_of, queue, site, template

from solver.build import build_rules
from solver.core.bound import Climb, start_prices
from solver.core.local_search import LocalSearch
from solver.core.whole_climb import WholeClimb
from solver.fine_search import FineSearch
from solver.problem import read_problem
from wfm.domain.roster import RuleSetting


def coupled_case():
    """Hand-overs, seats, a floor of a site and guarantees in one small problem."""
    floor = {"site": "west", "agents": 1, "spans": (((600, 720),),) * 7}
    rules = build_rules(
        [RuleSetting(rule="min_cover", parameters={"floors": (floor,)})]
    )
    agents = [agent("e1", "east"), agent("w1", "west"), agent("w2", "west")]
    instance = instance_of(
        agents,
        sites=[site("east", seats=1), site("west", seats=1)],
        queues=[queue("q", "en", handover_minutes=60)],
        guaranteed=lambda _q, t: 1 if 8 <= t % 24 < 16 else 0,
        templates={"contract": [template(6, 8, 10, 12)]},
        pay=np.full((3, 96), 1000),
        num_days=3,
    )
    return instance, rules


def small_moves():
    """Objective and roster after small moves of four people alike, and of pairs."""
    people = {name: ["a"] for name in "pqrs"}
    meals = template_of((6, 10), (8,), 60, meal=True)
    instance = make_instance(people, {"a": [2.0, 1.0]}, days=3, templates=[meals])
    hours = {"min_hours": 14, "max_hours": 14}
    rules = build_rules([RuleSetting(rule="weekly_hours", parameters=hours)])
    problem = read_problem(instance, rules)
    search = FineSearch(problem, compiled_of(instance, rules), seed=3)
    search._num_moves, search._num_pairs = 100, 400
    search.construct()
    for heat in (1e7, 1e3):
        search._move(heat)
    return search.objective, search.roster()


def digest(answer: Connection) -> None:
    """Send objectives, breaches, bounds and rosters of a few small searches."""
    found = []
    cases = [coupled_case()]
    for seed, weeks in ((2, 1), (6, 2), (9, 1)):
        instance = random_instance(
            seed, num_agents=3, num_days=4, weeks=weeks, guarantee=True
        )
        cases.append((instance, random_rules(seed, weeks=weeks)))
    idle = replace(cases[-1][0], deferred=())
    cases.append((idle, random_rules(3)))
    cases += [order_case(seed) for seed in (3, 7, 12)]
    for instance, own in cases:
        search = LocalSearch(compiled_of(instance, own), seed=1)
        search.construct()
        search.improve(rounds=1)
        prices = start_prices(search.compiled, search)
        climb = Climb(search.compiled, prices, None)
        climb.run(rounds=4)
        whole = WholeClimb(climb, None)
        whole.run(rounds=2)
        bounds = (climb.best, whole.best)
        found.append((search.objective, search.breaches, bounds, search.roster()))
    answer.send([*found, small_moves()])
