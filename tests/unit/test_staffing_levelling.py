"""Work levelled together: against an independent programme, replayed to the minute."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array
from support.staffing_cases import OFFICE, a_demand, a_forecast, a_queue, hours_grid

from wfm.calendar.opening import open_mask
from wfm.domain.demand import ServiceTarget
from wfm.staffing.deferred import deferred_requirement, done_by_due, levelled
from wfm.staffing.levelling import LevellingError, level_together
from wfm.staffing.requirement import requirement

WEEKS = 3


def regions(seed=0):
    """Return the work of three offices round the globe, open hours, live agents."""
    rng = np.random.default_rng(seed)
    works, masks, promises = [], [], (8, 16, 4)
    for zone, promise in zip(
        ("Asia/Tokyo", "Europe/Warsaw", "America/Denver"), promises, strict=True
    ):
        queue = a_queue(
            zone,
            "email",
            zone=zone,
            opening=OFFICE,
            target=ServiceTarget(answer_within_open_hours=promise),
        )
        offered = rng.gamma(2.0, 6.0, 168 * WEEKS)
        demand = a_demand(offered, 600.0)
        mask = open_mask(queue, demand.grid)
        backlog = ((0, 40.0), (-30, 25.0))
        demand = a_demand(offered, 600.0, open_mask=mask, backlog=backlog)
        works.append(deferred_requirement(queue, demand).deferred)
        masks.append(np.flatnonzero(mask))
    live = 6.0 + 4.0 * np.sin(np.arange(168 * WEEKS) * 2 * np.pi / 24)
    return works, masks, live


def bound(works, masks, live):
    """Minimise the peak over how much of each piece is done in each open hour."""
    cells, rhs = [], []
    for work, idx in zip(works, masks, strict=True):
        for arrival, due, hours in zip(
            work.arrival_idx, work.due_idx, work.work_hours, strict=True
        ):
            some = idx[(idx >= arrival) & (idx < due)]
            cells += [(len(rhs), t) for t in some.tolist()]
            rhs.append(hours)
    rows, times = np.array(cells).T
    columns = np.arange(len(cells))
    one = np.ones(len(cells))
    shape = (len(rhs), len(cells) + 1)
    done = coo_array((one, (rows, columns)), shape=shape)
    total = coo_array((one, (times, columns)), shape=(len(live), len(cells) + 1))
    total = total.tolil()
    total[:, -1] = -1.0
    found = linprog(
        np.append(np.zeros(len(cells)), 1.0),
        A_ub=total.tocsr(),
        b_ub=-live,
        A_eq=done.tocsr(),
        b_eq=rhs,
        method="highs",
    )
    assert found.success
    return found.fun


@pytest.mark.parametrize("beside", [False, True])
def test_least_common_peak_and_no_due_time_missed(beside):
    works, masks, live = regions()
    live = live if beside else np.zeros_like(live)
    grid = hours_grid(168 * WEEKS)
    agents = level_together(works, masks, grid, beside_agents=live)
    least = bound(works, masks, live)
    assert (agents.sum(axis=0) + live).max() == pytest.approx(least, rel=1e-6)
    assert (agents >= 0).all()
    for row, work, idx in zip(agents, works, masks, strict=True):
        assert row.sum() == pytest.approx(work.work_hours.sum(), rel=1e-9)
        closed = np.setdiff1d(np.arange(grid.num_intervals), idx)
        assert (row[closed] == 0).all()
        replay = done_by_due(work, row * (1 + 1e-9) + 1e-9)
        assert replay == pytest.approx(work.work_hours, rel=1e-7, abs=1e-7)


def test_together_never_peaks_above_each_for_itself():
    works, masks, live = regions(1)
    grid = hours_grid(168 * WEEKS)
    agents = level_together(works, masks, grid, beside_agents=live)
    alone = sum(
        levelled(work, idx, grid) for work, idx in zip(works, masks, strict=True)
    )
    together = (agents.sum(axis=0) + live).max()
    assert together < (alone + live).max() - 0.1
    # Beside the live agents it fills the valleys.
    assert np.corrcoef(agents.sum(axis=0), live)[0, 1] < np.corrcoef(alone, live)[0, 1]


def test_one_queue_alone_is_as_low_as_its_taut_string():
    works, masks, _ = regions(2)
    grid = hours_grid(168 * WEEKS)
    for work, idx in zip(works, masks, strict=True):
        (row,) = level_together([work], [idx], grid)
        string = levelled(work, idx, grid)
        assert row.max() == pytest.approx(string.max(), rel=1e-6)
        assert (row**2).sum() == pytest.approx((string**2).sum(), rel=0.05)
        assert (row**2).sum() >= (string**2).sum() * (1 - 1e-9)
        replay = done_by_due(work, string * (1 + 1e-12))
        assert replay == pytest.approx(work.work_hours, abs=1e-9)


def test_no_work_takes_nobody_and_the_impossible_is_told():
    works, masks, live = regions(3)
    grid = hours_grid(168 * WEEKS)
    empty = deferred_requirement(
        a_queue("mail", "email"), a_demand(np.zeros(168 * WEEKS))
    ).deferred
    agents = level_together([empty, works[0]], [masks[0], masks[0]], grid)
    assert (agents[0] == 0).all()
    assert (level_together([empty], [masks[0]], grid) == 0).all()
    with pytest.raises(LevellingError, match="no open interval"):
        level_together([works[0]], [masks[0][-3:]], grid, beside_agents=live)


def test_a_requirement_levelled_together_peaks_lower():
    from_asia = a_queue("asia", "email", zone="Asia/Tokyo", opening=OFFICE)
    from_europe = a_queue("europe", "email", zone="Europe/Warsaw", opening=OFFICE)
    phone = a_queue("phone", opening=OFFICE, zone="Europe/Warsaw")
    rng = np.random.default_rng(8)
    rows = {name: rng.uniform(2, 20, 168) for name in ("asia", "europe", "phone")}
    queues = [from_asia, phone, from_europe]
    forecast = a_forecast(rows, 900.0, 60)
    options = {
        "window": (0, 168),
        "open_masks": {q.queue_id: open_mask(q, forecast.grid) for q in queues},
    }
    apart = requirement(forecast, queues, **options)
    together = requirement(forecast, queues, level_together=True, **options)
    assert together.base_agents[1] == pytest.approx(apart.base_agents[1])
    peaks = [found.base_agents.sum(axis=0).max() for found in (together, apart)]
    assert peaks[0] < peaks[1] - 0.5
    assert together.base_agents.sum() == pytest.approx(apart.base_agents.sum())
    assert set(together.binding[0][together.base_agents[0] > 0]) == {"due"}
    for work, row in zip(together.deferred, (0, 2), strict=True):
        replay = done_by_due(work, together.base_agents[row] * (1 + 1e-9) + 1e-9)
        assert replay == pytest.approx(work.work_hours, abs=1e-6)
    alone = requirement(forecast, [phone], level_together=True, **options)
    assert alone.base_agents[0] == pytest.approx(apart.base_agents[1])
