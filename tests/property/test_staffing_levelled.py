"""The levelled profile against a linear programme and its own constraints."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from support.staffing_cases import a_demand, a_queue

from wfm.domain.demand import ServiceTarget
from wfm.staffing.deferred import deferred_requirement, done_by_due


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 20), min_size=3, max_size=30),
    st.integers(1, 12),
    st.integers(0, 2**30),
)
def test_least_peak_and_every_due_time_met(offered, promise, shut):
    size = len(offered)
    mask = np.array([not shut >> t & 1 for t in range(size)])
    queue = a_queue(
        "q", "email", target=ServiceTarget(answer_within_open_hours=promise)
    )
    found = deferred_requirement(queue, a_demand(offered, 3600.0, open_mask=mask))
    work, base = found.deferred, found.base_agents
    assert (base[~mask] == 0).all()
    assert base.sum() == pytest.approx(work.work_hours.sum(), abs=1e-9)
    assert (np.diff(work.arrival_idx) >= 0).all()
    assert (np.diff(work.due_idx) >= 0).all()
    replay = done_by_due(work, base * (1 + 1e-12) + 1e-12)
    assert replay == pytest.approx(work.work_hours, abs=1e-9)
    if len(work.work_hours):
        assert base.max() == pytest.approx(least_peak(work, mask), rel=1e-7, abs=1e-9)


def least_peak(work, mask):
    """Minimise the peak: how much of each piece is done in each open interval."""
    size, num = len(mask), len(work.work_hours)
    cells = [
        (i, t)
        for i in range(num)
        for t in range(work.arrival_idx[i], work.due_idx[i])
        if mask[t]
    ]
    done = np.zeros((num, len(cells) + 1))
    load = np.zeros((size, len(cells) + 1))
    for column, (i, t) in enumerate(cells):
        done[i, column] = load[t, column] = 1.0
    load[:, -1] = -1.0
    cost = np.append(np.zeros(len(cells)), 1.0)
    solved = linprog(
        cost, A_ub=load, b_ub=np.zeros(size), A_eq=done, b_eq=work.work_hours
    )
    assert solved.success
    return solved.fun
