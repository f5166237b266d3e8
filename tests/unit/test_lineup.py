"""People are told queues so that each queue gets its share and few change places."""

from dataclasses import replace

import numpy as np
import pytest
from support.report_cases import report_case

from wfm.domain.roster import Roster
from wfm.pipeline.lineup import FREE, line_up


@pytest.fixture(scope="module")
def case():
    return report_case()


def working(case):
    heads = np.zeros((len(case.instance.agents), case.instance.grid.num_intervals))
    row = case.instance.agent_index()
    for shift in (*case.instance.carry_over, *case.roster.shifts):
        for span in shift.working_spans:
            heads[row[shift.agent_id], max(span.start_idx, 0) : span.end_idx] = 1
    return heads.astype(bool)


def test_only_who_is_at_work_takes_a_queue_and_only_one_of_theirs(case):
    lines = line_up(case.instance, case.roster, case.allocation)
    assert (lines[~working(case)] == FREE).all()
    able = {}
    for queues, members in zip(
        case.allocation.group_queues, case.allocation.group_agents, strict=True
    ):
        able |= dict.fromkeys(members, queues)
    for a, agent in enumerate(case.instance.agents):
        names = {case.instance.queues[q].queue_id for q in set(lines[a]) - {FREE}}
        assert names <= able[agent.agent_id]


def test_each_queue_gets_its_share_over_time(case):
    lines = line_up(case.instance, case.roster, case.allocation)
    for q in range(len(case.instance.queues)):
        told = (lines == q).sum()
        shared = case.allocation.agents[:, q].sum()
        groups = len(case.allocation.group_queues)
        assert abs(told - shared) <= max(0.03 * shared, 4 * groups)


def test_people_stay_on_a_queue(case):
    lines = line_up(case.instance, case.roster, case.allocation)
    both = (lines[:, 1:] != FREE) & (lines[:, :-1] != FREE)
    changes = both & (lines[:, 1:] != lines[:, :-1])
    assert changes.sum() < 0.1 * both.sum()


def test_a_pinned_span_is_taken_at_its_word(case):
    shift = max(case.roster.shifts, key=lambda s: len(s.spans))
    queue = case.instance.queues[-1].queue_id
    spans = tuple(
        replace(span, queue=queue) if span.activity == "work" else span
        for span in shift.spans
    )
    pinned = replace(shift, spans=spans)
    others = tuple(s for s in case.roster.shifts if s is not shift)
    lines = line_up(case.instance, Roster(shifts=(*others, pinned)), case.allocation)
    row = case.instance.agent_index()[shift.agent_id]
    for span in pinned.working_spans:
        assert (
            lines[row, span.start_idx : span.end_idx] == len(case.instance.queues) - 1
        ).all()


def test_one_person_with_two_queues_changes_seldom_and_serves_both():
    from wfm.pipeline.lineup import _shared

    there = np.ones((1, 40), dtype=bool)
    shares = np.array([[0.5] * 40, [0.25] * 40])
    lines = _shared(there, shares, [3, 7], 2)
    told = {q: int((lines == q).sum()) for q in (3, 7, FREE)}
    assert told[3] == pytest.approx(20, abs=2)
    assert told[7] == pytest.approx(10, abs=2)
    assert sum(told.values()) == 40
