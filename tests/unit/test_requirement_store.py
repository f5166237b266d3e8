"""What a requirement loses in its table is kept beside it."""

from dataclasses import replace

import numpy as np
import pytest
from support.roster_drafts import write_draft

import wfm.api
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.io.requirement_store import STORE, keep_requirement, kept_requirement
from wfm.io.stage_files import read_requirement
from wfm.io.tables import write_requirement


@pytest.fixture
def kept(tmp_path):
    """A plan, its folder of results, and a requirement with all that a table lacks."""
    directory = write_draft(tmp_path / "plan")
    plan = wfm.api.load(directory).read(frozenset()).plan
    read = read_requirement(directory / "out" / "requirement.csv", plan)
    worth = np.full_like(read.base_agents, 1.25)
    worth[0, 3] = 1 / 3
    whole = StaffingRequirement(
        grid=read.grid,
        queue_ids=read.queue_ids,
        offered_contacts=read.offered_contacts,
        aht_s=read.aht_s,
        workload_erlangs=read.workload_erlangs + 1 / 7,
        base_agents=read.base_agents,
        scheduled_agents=read.scheduled_agents,
        binding=read.binding,
        deferred=(
            DeferredWork(
                queue_id="mail",
                arrival_idx=np.array([-3, 20]),
                due_idx=np.array([10, 40]),
                work_hours=np.array([0.1, 2 / 3]),
            ),
        ),
        pools=(frozenset({"phone", "mail"}),),
        pooled_worth=worth,
    )
    write_requirement(directory / "out" / "requirement.csv", plan, whole)
    keep_requirement(directory / "out", whole)
    return plan, directory / "out", whole


def test_it_comes_back_to_the_last_digit(kept):
    plan, out, whole = kept
    found = kept_requirement(out / "requirement.csv", plan)
    assert found.grid == whole.grid
    assert found.queue_ids == whole.queue_ids
    assert found.pools == whole.pools
    for name in ("workload_erlangs", "base_agents", "scheduled_agents", "pooled_worth"):
        assert np.array_equal(getattr(found, name), getattr(whole, name))
    assert found.binding.tolist() == whole.binding.tolist()
    (work,) = found.deferred
    assert work.queue_id == "mail"
    assert work.arrival_idx.tolist() == [-3, 20]
    assert work.work_hours.tolist() == [0.1, 2 / 3]


def test_the_same_requirement_gives_the_same_bytes(kept):
    _, out, whole = kept
    before = (out / STORE).read_bytes()
    keep_requirement(out, whole)
    assert (out / STORE).read_bytes() == before


@pytest.mark.parametrize(
    "damage", ["edited", "absent", "broken", "cut", "other queues"]
)
def test_otherwise_the_table_speaks_for_itself(kept, damage):
    plan, out, _ = kept
    table = out / "requirement.csv"
    if damage == "edited":
        table.write_text(table.read_text("utf-8").replace(",1,", ",2,"), "utf-8")
    elif damage == "absent":
        (out / STORE).unlink()
    elif damage == "broken":
        (out / STORE).write_bytes(b"PK nothing")
    elif damage == "cut":
        (out / STORE).write_bytes((out / STORE).read_bytes()[:400])
    elif damage == "other queues":
        plan = replace(plan, queues=plan.queues[::-1])
    found = kept_requirement(table, plan)
    assert found.pooled_worth is None
    assert found.queue_ids == tuple(queue.queue_id for queue in plan.queues)
    assert [work.queue_id for work in found.deferred] == ["mail"]
