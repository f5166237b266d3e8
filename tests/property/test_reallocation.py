"""A mended allocation costs what a new one costs, to the last thousandth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reallocation_cases import digest, need_of, random_case
from support.solve_cases import roster, serves
from support.uncompiled import digest_of

from solver.allocation import allocate, working_heads
from solver.need import UNITS_PER_AGENT
from solver.reallocation import allocated, reallocated
from solver.term import TERMS
from wfm.domain.errors import ModelError
from wfm.domain.roster import Roster


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_mending_step_by_step_is_exact(seed):
    instance, rosters = random_case(seed)
    need, able = need_of(instance), serves(instance)
    state = allocated(instance, rosters[0], able, need)
    for plan in rosters[1:]:
        state = reallocated(state, plan)
        mended, new = state.served, allocate(instance, plan, able, need)
        assert mended.cost == new.cost
        assert mended.floor_missing.sum() == new.floor_missing.sum()
        terms = sum(
            TERMS[name]().value(instance, plan, mended.allocation)
            for name in ("understaffing", "overstaffing")
        )
        assert terms == mended.cost
        heads = working_heads(instance, plan, able).heads
        used = mended.allocation.agents.sum(axis=1)
        assert (used <= heads + 1e-9).all()
        assert (mended.allocation.agents >= 0).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_does_not_change_stays(seed):
    instance, rosters = random_case(seed)
    state = allocated(instance, rosters[0], serves(instance), need_of(instance))
    again = reallocated(state, rosters[0])
    assert np.array_equal(
        again.served.allocation.agents, state.served.allocation.agents
    )


@pytest.mark.parametrize("seed", range(8))
def test_people_pinned_to_a_queue_may_make_other_groups(seed):
    instance, rosters = random_case(seed)
    shifts = rosters[0].shifts
    pinned = [
        replace(shift, spans=tuple(replace(s, queue="c") for s in shift.spans))
        for shift in shifts[:1]
    ]
    plan = roster(*pinned, *shifts[1:])
    need, able = need_of(instance), serves(instance)
    before = allocated(instance, rosters[0], able, need)
    after = reallocated(before, plan)
    assert after.served.cost == allocate(instance, plan, able, need).cost
    back = reallocated(after, rosters[0])
    assert back.served.cost == before.served.cost


def test_some_pins_do_make_other_groups():
    counts = set()
    for seed in range(8):
        instance, rosters = random_case(seed)
        able = serves(instance)
        for shift in rosters[0].shifts[:1]:
            spans = tuple(replace(span, queue="c") for span in shift.spans)
            plan = roster(replace(shift, spans=spans))
            whole = working_heads(instance, roster(shift), able).queues
            counts.add(working_heads(instance, plan, able).queues == whole)
    assert counts == {True, False}


def test_an_empty_roster_and_back():
    instance, rosters = random_case(7)
    need, able = need_of(instance), serves(instance)
    full = allocated(instance, rosters[0], able, need)
    empty = reallocated(full, Roster(shifts=()))
    assert empty.served.cost == allocate(instance, Roster(shifts=()), able, need).cost
    assert reallocated(empty, rosters[0]).served.cost == full.served.cost


def test_a_flow_that_is_not_the_cheapest_is_not_mended():
    """Everybody idle, though there is work: a valid flow, but a dear one."""
    instance, rosters = random_case(4)
    state = allocated(instance, rosters[0], serves(instance), need_of(instance))
    network = state.network
    assert any(network.flows[block].any() for _, _, block in network.shares)
    network.flows = [np.zeros_like(block) for block in network.flows]
    network.flows[network.idle] = network.groups.heads * UNITS_PER_AGENT
    with pytest.raises(ModelError, match="was not the cheapest"):
        reallocated(state, rosters[1])


def test_the_kernels_give_the_same_when_they_are_not_compiled():
    assert digest_of(digest, plain=True) == digest_of(digest, plain=False)
