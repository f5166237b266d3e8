import numpy as np
import pytest
from support.multi_skill import brute_force, design, skill_queue

from wfm.domain.errors import ModelError
from wfm.staffing import erlang
from wfm.staffing.multi_skill.problem import (
    Judge,
    Sample,
    SkillDesign,
    SkillGroup,
    SkillQueue,
)
from wfm.staffing.multi_skill.search import (
    SearchSettings,
    by_cuts,
    cheapest_staffing,
    floors,
    local_search,
    raised,
)

QUICK = SearchSettings(
    sample=Sample(contacts=30_000.0, confidence=0.5),
    settle=Sample(contacts=80_000.0, seed=2),
    verify=Sample(contacts=200_000.0, seed=3),
)
A, B, C = skill_queue("a", 6.0), skill_queue("b", 4.0), skill_queue("c", 3.0)


def alone(queue, contacts_per_hour=None):
    per_hour = contacts_per_hour or queue.contacts_per_hour
    found = erlang.required_agents(
        per_hour * queue.aht_s / 3600.0,
        queue.aht_s,
        answer_within_s=queue.answer_within_s,
        service_level_fraction=queue.service_level_fraction,
        patience_s=queue.patience_s,
    )
    return int(found.agents)


def test_queues_without_common_agents_take_their_erlang_numbers():
    found = cheapest_staffing(design((A, B), a=1.0, b=1.0), QUICK)

    assert found.agents == {"a": alone(A), "b": alone(B)}


def test_one_group_for_all_takes_the_erlang_number_of_the_sum():
    found = cheapest_staffing(design((A, B), ab=1.0), QUICK)

    together = A.contacts_per_hour + B.contacts_per_hour
    assert found.agents["ab"] == alone(A, together)


@pytest.mark.parametrize(
    ("queues", "costs"),
    [
        ((A, B), {"a": 1.0, "ab": 1.15}),
        ((A, B), {"a": 1.0, "b": 1.0, "ab": 1.15}),
        ((A, B), {"ab": 1.1, "ba": 1.0}),
        ((A, B, C), {"ab": 1.0, "bc": 1.05}),
        ((A, B, C), {"a": 1.0, "abc": 1.2}),
    ],
    ids=["N", "M", "X", "W", "three skills"],
)
def test_costs_at_most_2_percent_more_than_brute_force(queues, costs):
    problem = design(queues, **costs)
    found = cheapest_staffing(problem, QUICK)

    best = brute_force(problem, found.cost, Sample(contacts=100_000.0, seed=4))

    assert found.cost <= 1.02 * best


def test_every_target_holds_at_the_lower_bound_of_fresh_numbers():
    strict = skill_queue("b", 4.0, service_level_fraction=0.9, answer_within_s=40.0)
    found = cheapest_staffing(design((A, strict), a=1.0, b=1.3, ab=1.4), QUICK)

    for queue in (A, strict):
        value, low = found.service_level[queue.queue_id]
        assert queue.service_level_fraction <= low < value


def test_pooling_saves_against_queues_by_themselves():
    found = cheapest_staffing(design((A, B), a=1.0, b=1.0, ab=1.01), QUICK)

    assert sum(found.agents.values()) < alone(A) + alone(B)


def test_groups_have_no_more_agents_than_there_are():
    groups = (
        SkillGroup(group_id="a", queue_ids=frozenset("a")),
        SkillGroup(group_id="ab", queue_ids=frozenset("ab"), most=6),
        SkillGroup(group_id="b", queue_ids=frozenset("b"), cost=2.0, most=30),
    )
    found = cheapest_staffing(SkillDesign(queues=(A, B), groups=groups), QUICK)

    assert found.agents["ab"] == 6


@pytest.mark.parametrize("most", [6, 10])
def test_too_few_agents_are_an_error(most):
    group = SkillGroup(group_id="ab", queue_ids=frozenset("ab"), most=most)

    with pytest.raises(ModelError, match="promise"):
        cheapest_staffing(SkillDesign(queues=(A, B), groups=(group,)), QUICK)


def test_raising_stops_when_everybody_is_there():
    group = SkillGroup(group_id="ab", queue_ids=frozenset("ab"), most=10)
    judge = Judge(
        design=SkillDesign(queues=(A, B), groups=(group,)), sample=QUICK.sample
    )

    with pytest.raises(ModelError, match="promise"):
        raised(judge, np.array([9]))


def test_floors_are_below_what_holds():
    problem = design((A, B, C), ab=1.0, bc=1.05)
    judge = Judge(design=problem, sample=QUICK.sample)
    heads = local_search(judge, by_cuts(judge))
    rows, least = floors(problem)

    assert judge.holds(heads)
    assert (rows @ heads >= least).all()


def test_who_never_gives_up_keeps_people_busy_with_everything():
    patient = skill_queue("a", 6.0, patience_s=np.inf)
    rows, least = floors(design((patient, B), a=1.0, ab=1.0))

    assert least[-1] == np.ceil(6.0 + 0.8 * 4.0)
    assert (rows[-1] == 1.0).all()


def test_same_headcounts_are_simulated_once():
    judge = Judge(design=design((A, B), ab=1.0), sample=QUICK.sample)
    first = judge.level(np.array([20]))

    assert judge.level(np.array([20])) is first
    assert judge.runs == 1


def test_more_agents_never_serve_worse_on_common_numbers():
    judge = Judge(design=design((A, B), a=1.0, ab=1.0), sample=QUICK.sample)

    levels = [judge.level(np.array([6, n])).value for n in range(4, 10)]

    assert (np.diff(levels, axis=0) > -2e-3).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contacts_per_hour": 0.0}, "needs contacts"),
        ({"service_level_fraction": 1.0}, "between 0 and 1"),
    ],
)
def test_queues_without_sense_are_refused(change, message):
    given = {
        "queue_id": "a",
        "contacts_per_hour": 60.0,
        "aht_s": 60.0,
        "service_level_fraction": 0.8,
        "answer_within_s": 20.0,
        **change,
    }

    with pytest.raises(ValueError, match=message):
        SkillQueue(**given)


def test_groups_and_queues_must_fit():
    with pytest.raises(ValueError, match="groups serve"):
        design((A, B), a=1.0)
    with pytest.raises(ValueError, match="needs queues"):
        SkillGroup(group_id="x", queue_ids=frozenset())
