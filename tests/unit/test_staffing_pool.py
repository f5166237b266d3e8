"""Queues of a plan that share agents, sized together."""

import numpy as np
import pytest
from support.staffing_cases import a_demand, a_forecast, a_queue

from wfm.domain.demand import ChatConcurrency, ServiceTarget, StaffingChoice
from wfm.simulation.model import Headcounts
from wfm.simulation.run import simulate
from wfm.staffing import erlang
from wfm.staffing.multi_skill.pool import Crew, pools
from wfm.staffing.multi_skill.week import PoolSettings, pooled_need
from wfm.staffing.requirement import requirement

SIZE = 96
QUICK = PoolSettings(contacts=150_000.0)
DAY = 120.0 + 60.0 * np.sin(np.linspace(0.0, 4.0 * np.pi, SIZE))


def alone(contacts_per_hour, patience_s=180.0):
    """Return the agents of one queue, handle time 300 s, 80/20."""
    found = erlang.required_agents(
        contacts_per_hour * 300.0 / 3600.0,
        300.0,
        answer_within_s=20.0,
        service_level_fraction=0.8,
        patience_s=patience_s,
        integer=False,
    )
    return found.agents


def crew(names, people=5.0, size=SIZE):
    return Crew(queue_ids=frozenset(names), on_duty=np.full(size, people))


def a_pool(volumes, crews, **changes):
    queues = [a_queue(name, patience_s=180.0, **changes) for name in volumes]
    demands = [a_demand(rate) for rate in volumes.values()]
    needs = np.array([alone(rate) for rate in volumes.values()])
    found = pools(queues, demands, needs, crews)
    assert len(found) == 1
    return found[0]


def test_one_crew_for_two_queues_takes_the_agents_of_their_sum():
    pool = a_pool({"a": DAY, "b": DAY[::-1]}, [crew("ab")])
    need = pooled_need(pool, QUICK)

    together = alone(DAY + DAY[::-1])  # whole people cost some more
    assert need.agents.sum() == pytest.approx(together.sum(), rel=0.03)
    assert need.agents.sum() < 0.96 * pool.alone_agents.sum()


def test_every_queue_keeps_its_promise_on_numbers_of_its_own():
    crews = [crew("a"), crew("b"), crew("ab", 4.0), crew("bc", 3.0), crew("c", 2.0)]
    pool = a_pool({"a": DAY, "b": 0.6 * DAY, "c": 0.3 * DAY}, crews)
    need = pooled_need(pool, QUICK)

    heads = Headcounts(agents=pool.heads(need.agents))
    seen = simulate(pool.model(), heads, replications=60, seed=99).service_level()
    assert (seen.value > 0.795).all()
    assert (need.verified >= 0.8).all()
    assert need.agents.sum() < pool.alone_agents.sum()


def test_a_queue_whose_people_help_the_other_needs_more():
    crews = [crew("ab", 3.0), crew("a", 12.0)]
    pool = a_pool({"a": 2.0 * DAY, "b": 0.2 * DAY}, crews)
    need = pooled_need(pool, QUICK)

    assert need.agents[1].sum() > pool.alone_agents[1].sum()
    assert need.verified[1] >= 0.8


def test_same_seed_same_need():
    pool = a_pool({"a": DAY, "b": DAY}, [crew("ab"), crew("a")])
    settings = PoolSettings(contacts=30_000.0, descents=2, repairs=2)

    first, second = pooled_need(pool, settings), pooled_need(pool, settings)

    assert (first.agents == second.agents).all()
    assert first.simulations <= 4


def test_heads_are_whole_and_right_on_average():
    pool = a_pool({"a": DAY, "b": 0.5 * DAY}, [crew("ab"), crew("a"), crew("b", 1.0)])
    agents = pool.alone_agents
    heads = pool.heads(agents)

    assert (heads >= 0).all()
    assert np.abs(heads.sum(axis=0) - agents.sum(axis=0)).max() < 1.0
    assert heads.sum() == pytest.approx(agents.sum(), rel=0.005)


def test_crews_take_part_as_they_are_on_duty():
    crews = [crew("ab", 6.0), crew("a", 3.0), crew("b", 3.0)]
    pool = a_pool({"a": DAY, "b": DAY}, crews)
    heads = pool.heads(pool.alone_agents).sum(axis=1)

    assert heads[0] / heads.sum() == pytest.approx(0.5, abs=0.02)
    assert heads[1] == pytest.approx(heads[2], rel=0.02)


def test_who_is_needed_though_nobody_is_there_is_counted_all_the_same():
    off = np.where(np.arange(SIZE) < 48, 0.0, 5.0)
    night = [Crew(queue_ids=frozenset("ab"), on_duty=off)]
    pool = a_pool({"a": DAY, "b": DAY}, night)
    heads = pool.heads(pool.alone_agents)

    sums = pool.alone_agents[:, :48].sum(axis=0)
    assert np.abs(heads[:, :48].sum(axis=0) - sums).max() < 1.0


def test_queues_that_the_same_crews_know_are_a_family():
    rates = {"a": DAY, "b": DAY, "c": DAY}
    pool = a_pool(rates, [crew("ab"), crew("abc"), crew("c")])

    assert pool.families().tolist() == [0, 0, 1]


def test_intervals_are_alike_by_open_queues_and_load():
    open_half = np.where(np.arange(SIZE) % 24 < 12, 0.0, DAY)
    rate = {"a": open_half, "b": np.where(np.arange(SIZE) % 24 < 6, 0.0, DAY)}
    pool = a_pool(rate, [crew("ab"), crew("a"), crew("b")])
    classes = pool.classes()

    assert (classes[np.arange(SIZE) % 24 < 6] == -1).all()
    only_b = classes[(np.arange(SIZE) % 24 >= 6) & (np.arange(SIZE) % 24 < 12)]
    both = classes[np.arange(SIZE) % 24 >= 12]
    assert set(only_b) & set(both) == set()
    busiest = np.argmax(pool.busy_agents.sum(axis=0))
    assert classes[busiest] == classes.max()


def test_closed_time_needs_nobody():
    closed = np.where(np.arange(SIZE) % 24 < 8, 0.0, DAY)
    pool = a_pool({"a": closed, "b": closed}, [crew("ab")])
    need = pooled_need(pool, PoolSettings(contacts=30_000.0, descents=2))

    assert (need.agents[:, closed == 0.0] == 0.0).all()


def test_a_cap_on_occupancy_stays():
    target = ServiceTarget(
        service_level_fraction=0.8, answer_within_s=20, max_occupancy_fraction=0.7
    )
    pool = a_pool({"a": DAY, "b": DAY}, [crew("ab")], target=target)
    needs = pool.agents(np.zeros_like(pool.alone_agents))

    load = DAY * 300.0 / 3600.0
    assert (needs >= np.minimum(load / 0.7, pool.alone_agents) - 1e-9).all()


def test_conversations_in_parallel_keep_fewer_busy():
    chat = ChatConcurrency(max_chats=3, aht_factor=(1.0, 1.2, 1.5))
    queues = [a_queue("a"), a_queue("b", "chat", chat=chat)]
    demands = [a_demand(DAY), a_demand(DAY)]
    (pool,) = pools(queues, demands, np.full((2, SIZE), 40.0), [crew("ab")])

    assert pool.busy_agents[1] == pytest.approx(pool.busy_agents[0] / 2.0)


ASA = ServiceTarget(asa_s=20.0)
OVER_DAY = ServiceTarget(service_level_fraction=0.8, answer_within_s=20, over="day")


@pytest.mark.parametrize(
    "change",
    [
        {"target": ASA},
        {"target": OVER_DAY},
        {"staffing": StaffingChoice(plan_on="sl_probability")},
        {"channel": "email"},
    ],
    ids=["asa", "day", "probability", "email"],
)
def test_other_promises_stay_by_themselves(change):
    queues = [a_queue("a"), a_queue("b", **{"channel": "phone", **change})]
    needs = np.full((2, SIZE), 5.0)

    assert pools(queues, [a_demand(DAY)] * 2, needs, [crew("ab")]) == []


def test_blended_unreachable_and_empty_queues_stay_by_themselves():
    queues = [a_queue("a"), a_queue("b"), a_queue("e", "email", blend_with="b")]
    demands, needs = [a_demand(DAY)] * 3, np.full((3, SIZE), 5.0)
    assert pools(queues, demands, needs, [crew("ab")]) == []

    queues = [a_queue("a"), a_queue("b")]
    for value in (np.inf, 0.0):
        rows = np.array([needs[0], np.full(SIZE, value)])
        assert pools(queues, demands[:2], rows, [crew("ab")]) == []


def test_queues_joined_by_a_third_are_one_pool():
    queues = [a_queue(name) for name in "abcd"]
    demands, needs = [a_demand(DAY)] * 4, np.full((4, SIZE), 20.0)
    found = pools(queues, demands, needs, [crew("ab"), crew("bc"), crew("d")])

    assert [[q.queue_id for q in pool.queues] for pool in found] == [["a", "b", "c"]]


def shared_requirement(crews):
    rows = {"a": DAY / 2.0, "b": DAY / 2.0, "c": DAY / 4.0}
    queues = [a_queue(name, patience_s=180.0) for name in rows]
    return requirement(
        a_forecast(rows),
        queues,
        window=(0, SIZE),
        open_masks={name: np.ones(SIZE, dtype=bool) for name in rows},
        crews=crews,
    )


def test_the_requirement_of_a_pool_is_less_and_says_so():
    by_itself = shared_requirement(())
    pooled = shared_requirement([crew("ab"), crew("c")])

    assert by_itself.pools == ()
    assert by_itself.pooled_worth is None
    assert pooled.pools == (frozenset("ab"),)
    (cut,) = pooled.pool_cuts
    assert cut.queue_ids == frozenset("ab")
    assert cut.agents == pytest.approx(pooled.scheduled_agents[:2].sum(axis=0))
    assert pooled.base_agents[:2].sum() < by_itself.base_agents[:2].sum()
    assert (pooled.base_agents[2] == by_itself.base_agents[2]).all()
    worth = pooled.base_agents * pooled.pooled_worth
    assert worth == pytest.approx(by_itself.base_agents)
    assert "fewer agent-hours than" in pooled.warnings["a"][-1]
    assert "shares agents with b" in pooled.warnings["a"][-1]
    assert "b" not in pooled.warnings
