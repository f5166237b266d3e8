"""Key figures against sums done by hand."""

from dataclasses import replace

import numpy as np
import pytest
from support.report_cases import report_case, with_violation

from wfm.domain.roster import Roster
from wfm.domain.staffing import DeferredWork
from wfm.report.cover import heads_by_site, mean_by_interval, spare_agents
from wfm.report.inputs import ReportInput
from wfm.report.key_figures import (
    gaps,
    queue_figures,
    target_agents,
    totals,
)


def work(*pieces: tuple[int, int, float]) -> DeferredWork:
    arrivals, dues, hours = zip(*pieces, strict=True)
    return DeferredWork(
        queue_id="email_en", arrival_idx=arrivals, due_idx=dues, work_hours=hours
    )


def by_hand(case: ReportInput) -> ReportInput:
    """Need 2 agents for 8 steps in phone_ja, none else; 1.5 are there in half."""
    instance, window = case.instance, case.window
    need = np.zeros_like(instance.scheduled_agents)
    need[0, window.start + 10 : window.start + 18] = 2.0
    agents = np.zeros_like(case.allocation.agents)
    agents[0, 0, window.start + 10 : window.start + 14] = 1.5
    agents[0, 0, window.start + 14 : window.start + 30] = 2.0
    nobody = np.zeros_like(instance.guaranteed_agents)
    return replace(
        case,
        instance=replace(
            instance, scheduled_agents=need, guaranteed_agents=nobody, deferred=()
        ),
        allocation=replace(case.allocation, agents=agents),
        requirement=replace(
            case.requirement,
            deferred=(),
            scheduled_agents=np.zeros_like(case.requirement.scheduled_agents),
        ),
    )


def test_hours_of_a_live_queue() -> None:
    case = by_hand(report_case())
    row = queue_figures(case)[0]
    assert row.required_hours == pytest.approx(2.0 * 8 / 4)
    assert row.staffed_hours == pytest.approx((1.5 * 4 + 2.0 * 16) / 4)
    assert row.missing_hours == pytest.approx(0.5 * 4 / 4)
    assert row.missing_fraction == pytest.approx(0.125)
    assert row.guarantee_ok is None


def test_gaps_name_their_steps() -> None:
    case = by_hand(report_case())
    (gap,) = gaps(case)
    start = case.window.start
    assert (gap.queue_id, gap.start_idx, gap.end_idx) == (
        "phone_ja", start + 10, start + 14,
    )  # fmt: skip
    assert gap.missing_hours == pytest.approx(0.5)


def test_gaps_of_due_work_join_and_span_arrival_to_due_time() -> None:
    case = by_hand(report_case())
    pieces = work((40, 60, 1.0), (44, 64, 2.0), (300, 320, 3.0))
    case = replace(
        case,
        instance=replace(case.instance, deferred=(pieces,)),
        requirement=replace(case.requirement, deferred=(pieces,)),
    )
    late = [gap for gap in gaps(case) if gap.deferred]
    # The email queue has nobody: neighbouring pieces make one gap of 1 + 2 + 3 hours.
    assert [(g.start_idx, g.end_idx, g.missing_hours) for g in late] == [(40, 320, 6.0)]
    row = queue_figures(case)[2]
    assert (row.deferred, row.required_hours, row.missing_hours) == (True, 6.0, 6.0)


def test_a_target_out_of_reach_is_counted_not_summed() -> None:
    case = by_hand(report_case())
    need = case.instance.scheduled_agents.copy()
    need[0, case.window.start + 10] = np.inf
    case = replace(case, instance=replace(case.instance, scheduled_agents=need))
    row = queue_figures(case)[0]
    assert row.unreachable_steps == 1
    assert row.required_hours == pytest.approx(2.0 * 7 / 4)
    assert all(np.isfinite(gap.missing_hours) for gap in gaps(case))


def test_guarantees_raise_the_target_and_are_judged_by_the_proof() -> None:
    case = report_case()
    target = target_agents(case)
    opened = case.instance.open_mask[0, case.window]
    assert (target[0, case.window][opened] >= 2).all()
    assert target[:, : case.window.start].max() == 0
    assert [f.guarantee_ok for f in queue_figures(case)] == [True, True, None]
    broken = queue_figures(with_violation(case))
    assert [f.guarantee_ok for f in broken] == [True, False, None]


def test_service_levels_are_shares_of_the_promise() -> None:
    case = report_case()
    rows = {row.queue_id: row for row in queue_figures(case)}
    assert rows["phone_ja"].service_target == 0.8
    assert rows["email_en"].service_target == 1.0
    email = rows["email_en"]
    assert email.service_level == pytest.approx(1 - email.missing_fraction)
    full = np.full_like(case.allocation.agents, 50.0)
    rich = replace(case, allocation=replace(case.allocation, agents=full))
    assert [r.service_level for r in queue_figures(rich)] == pytest.approx([1, 1, 1])
    silent = replace(
        case.requirement,
        offered_contacts=np.zeros_like(case.requirement.offered_contacts),
    )
    assert queue_figures(replace(case, requirement=silent))[0].service_level is None


def test_totals_add_up_and_wages_are_paid_steps_times_pay() -> None:
    case = report_case()
    figures = queue_figures(case)
    sums = totals(case, figures)
    wages = 0
    row = case.instance.agent_index()
    for shift in case.roster.shifts:
        for span in shift.spans:
            for t in range(span.start_idx, span.end_idx):
                if span.paid:
                    wages += int(case.instance.pay[row[shift.agent_id], t])
    assert sums.paid_cost == wages
    assert sums.contacts == pytest.approx(case.requirement.offered_contacts.sum())
    assert sums.missing_hours == pytest.approx(sum(f.missing_hours for f in figures))
    # 8.5 h shifts with 45 unpaid minutes, 5 h shifts without.
    full = sum(1 for s in case.roster.shifts if s.end_idx - s.start_idx == 34)
    part = len(case.roster.shifts) - full
    assert sums.paid_hours == pytest.approx(full * 7.75 + part * 5.0)


def test_an_empty_roster_has_no_hours() -> None:
    case = replace(by_hand(report_case()), roster=Roster(shifts=()))
    sums = totals(case, queue_figures(case))
    assert (sums.agents, sums.shifts, sums.paid_cost) == (0, 0, 0)
    assert heads_by_site(case).max() == 0


def test_heads_by_site_count_everybody_once() -> None:
    case = report_case()
    heads = heads_by_site(case)
    steps = sum(
        span.end_idx - span.start_idx
        for shift in case.roster.shifts
        for span in shift.working_spans
    )
    assert heads[:, 0].sum() == steps
    assert (heads[:, 1:] <= heads[:, :1]).all()


def test_spare_people_and_staffed_ones_are_all_who_work() -> None:
    case = report_case()
    alone = [
        g for g, names in enumerate(case.allocation.group_queues) if len(names) == 1
    ]
    assert alone
    spare = spare_agents(case)
    heads = heads_by_site(case)[:, 0].sum(axis=0)
    assert (spare.max(axis=0) + case.staffed_agents.sum(axis=0) <= heads + 1e-9).all()


def test_means_cut_a_ragged_end() -> None:
    assert mean_by_interval(np.array([1.0, 3.0, 5.0]), 2).tolist() == [2.0]
