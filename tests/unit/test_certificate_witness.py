"""Who fills each guarantee: duties and deficits against max-flow, and forgeries."""

from dataclasses import replace

import numpy as np
import pytest
from support.solve_cases import make_instance, roster, template, with_, work

from wfm.domain.matching import max_matching
from wfm.domain.roster import Roster, RosterInstance, WorkSpan
from wfm.evaluation.coverage import coverage
from wfm.evaluation.witness import Deficit, Duty, Witness, witness, witness_faults

SKILLS = {"a": ["x"], "b": ["x", "y"], "c": ["y", "z"], "d": ["z"], "e": ["x", "z"]}


def drawn(seed: int) -> tuple[RosterInstance, Roster]:
    """Five people of overlapping skills, three queues, guarantees of up to two."""
    rng = np.random.default_rng(seed)
    instance = make_instance(
        SKILLS, {"x": [0], "y": [0], "z": [0]}, templates=[template((0, 16), (8,), 60)]
    )
    floor = instance.guaranteed_agents.copy()
    floor[:, :48] = np.repeat(rng.integers(0, 3, (3, 12)), 4, axis=1)
    shifts = [
        work(name, day, start, start + 8)
        for name in SKILLS
        for day in range(2)
        if rng.random() < 0.8
        for start in [24 * day + int(rng.integers(4, 16))]
    ]
    carried = (work("a", -1, -4, 3),)
    return with_(instance, guaranteed_agents=floor, carry_over=carried), roster(*shifts)


@pytest.mark.parametrize("seed", range(30))
def test_the_witness_fills_as_much_as_a_maximum_matching(seed: int) -> None:
    instance, plan = drawn(seed)
    found = witness(instance, plan)
    assert witness_faults(instance, plan, found) == ()
    cover = coverage(instance, plan)
    filled = np.zeros(instance.grid.num_intervals, dtype=int)
    for duty in found.duties:
        filled[duty.start_idx : duty.end_idx] += 1
    for t in range(48):
        floors = instance.guaranteed_agents[:, t].tolist()
        most = sum(max_matching(cover.heads[:, t].tolist(), cover.groups, floors))
        assert filled[t] == most
        is_short = any(d.start_idx <= t < d.end_idx for d in found.deficits)
        assert is_short == (most < sum(floors))


def test_who_stays_keeps_the_duty() -> None:
    instance = make_instance({"a": ["x"], "b": ["x"]}, {"x": [0]}, days=1)
    floor = instance.guaranteed_agents.copy()
    floor[0, 8:18] = 1
    plan = roster(work("a", 0, 8, 14), work("b", 0, 9, 18))
    found = witness(with_(instance, guaranteed_agents=floor), plan)
    assert found.duties == (
        Duty(queue_id="x", start_idx=8, end_idx=14, agent_id="a"),
        Duty(queue_id="x", start_idx=14, end_idx=18, agent_id="b"),
    )
    assert found.deficits == ()


def test_a_deficit_names_the_queues_that_share_too_few_people() -> None:
    instance = make_instance(
        {"a": ["x", "y"], "b": ["z"]}, {"x": [0], "y": [0], "z": [0]}
    )
    floor = instance.guaranteed_agents.copy()
    floor[:, 8:12] = 1
    plan = roster(work("a", 0, 8, 16), work("b", 0, 8, 16))
    found = witness(with_(instance, guaranteed_agents=floor), plan)
    assert found.deficits == (
        Deficit(start_idx=8, end_idx=12, queue_ids=("x", "y"), at_work=1, guaranteed=2),
    )


def test_a_pinned_span_counts_for_its_queue_alone() -> None:
    instance = make_instance({"a": ["x", "y"]}, {"x": [0], "y": [0]}, days=1)
    floor = instance.guaranteed_agents.copy()
    floor[0, 8:10] = 1
    shift = replace(
        work("a", 0, 8, 10), spans=(WorkSpan(start_idx=8, end_idx=10, queue="y"),)
    )
    found = witness(with_(instance, guaranteed_agents=floor), roster(shift))
    assert found.duties == ()
    assert [d.queue_ids for d in found.deficits] == [("x",)]


def forged(found: Witness, **changes: object) -> Witness:
    first, *rest = found.duties
    return replace(found, duties=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def test_every_kind_of_forgery_is_named() -> None:
    instance, plan = drawn(1)
    found = witness(instance, plan)
    first = found.duties[0]
    other = next(name for name in SKILLS if "x" not in SKILLS[name])
    assert first.queue_id == "x"

    def faults(said: Witness) -> str:
        return "; ".join(witness_faults(instance, plan, said))

    assert "not at work" in faults(forged(found, agent_id=other))
    assert "not at work" in faults(forged(found, agent_id="nobody"))
    assert "not at work" in faults(forged(found, queue_id="no queue"))
    twice = replace(found, duties=(*found.duties, first))
    assert "two duties at once" in faults(twice)
    missing = replace(found, duties=found.duties[1:])
    assert "without a proof" in faults(missing) or "not all who" in faults(missing)
    excuse = Deficit(
        start_idx=first.start_idx,
        end_idx=first.end_idx,
        queue_ids=("x",),
        at_work=0,
        guaranteed=1,
    )
    said = replace(found, duties=found.duties[1:], deficits=(*found.deficits, excuse))
    assert faults(said)


def test_an_edited_roster_makes_the_witness_wrong() -> None:
    instance, plan = drawn(1)
    found = witness(instance, plan)
    without = Roster(
        shifts=tuple(s for s in plan.shifts if s.agent_id != found.duties[-1].agent_id)
    )
    assert witness_faults(instance, without, found)
