"""Fast staffing: the load grid, interpolation, cover by hand, headcounts."""

import numpy as np
import pytest

from scenarios.cover_flow import CoverProblem, covered_hours
from scenarios.fast_staffing import (
    MOST_STEP,
    Structure,
    factor_rows,
    load_of,
    staff_fast,
    steps_around,
)
from scenarios.headcount import with_headcounts
from scenarios.roster_response import NUM_BANDS, LoadPoint, pools_of

BANDS = 2


def structure(base=(10.0, 20.0), pools=(0, 0)):
    return Structure(
        key="k",
        queue_ids=("a", "b"),
        site_ids=("x", "y"),
        pool_of_queue=pools,
        base_hours=np.array(base),
    )


def point(load, *, cover=1.0, paid=1.2):
    required = load * np.array([[4.0, 6.0], [12.0, 8.0]])
    covered = np.stack([0.25 * required, 0.75 * required], axis=1) * cover
    work = covered.sum(axis=0)[None] * 1.1
    return LoadPoint(
        load=load,
        required=required,
        covered=covered,
        work=work,
        paid=work / 1.1 * paid,
        night=work * 0.1,
        unguarded=np.zeros(2),
    )


def test_the_grid_brackets_every_load():
    for load in (0.3, 0.99, 1.0, 1.1, 2.5):
        low, high, weight = steps_around(load)
        mixed = (1 - weight) * load_of(low) + weight * load_of(high)
        assert mixed == pytest.approx(load)
    assert steps_around(1.2) == (1, 1, 0.0)
    assert steps_around(1e6) == (MOST_STEP, MOST_STEP, 0.0)
    assert steps_around(0.0)[0] == steps_around(1e-9)[1]


def test_at_a_load_of_the_grid_its_own_week_comes_back():
    own = point(1.0)
    week = staff_fast(structure(), {0: own}, own.required, np.array([10.0, 20.0]))
    np.testing.assert_allclose(week.covered, own.covered)
    np.testing.assert_allclose(week.paid, own.paid)
    np.testing.assert_allclose(week.fill, 1.0)


def test_between_two_loads_hours_are_mixed():
    ends = {0: point(1.0, paid=1.5), 1: point(1.2, cover=0.9, paid=1.2)}
    required = 1.1 * ends[0].required
    week = staff_fast(structure(), ends, required, np.array([11.0, 22.0]))
    np.testing.assert_allclose(week.fill, 0.95)
    paid = 0.5 * 1.5 * required.sum() + 0.5 * 1.2 * 0.9 * required.sum()
    assert week.paid.sum() == pytest.approx(paid)


def test_pools_have_loads_of_their_own():
    split = structure(pools=(0, 1))
    np.testing.assert_allclose(split.loads(np.array([5.0, 40.0])), [0.5, 2.0])
    assert split.steps(np.array([10.0, 28.8])) == {0, 2}


def test_bands_that_the_structure_does_not_know_are_covered_as_the_rest():
    known = point(1.0, cover=0.8)
    empty = LoadPoint(
        load=1.0,
        required=known.required * [1.0, 0.0],
        covered=known.covered * [1.0, 0.0],
        work=known.work,
        paid=known.paid,
        night=known.night,
        unguarded=known.unguarded,
    )
    week = staff_fast(structure(), {0: empty}, known.required, np.array([10.0, 20.0]))
    np.testing.assert_allclose(week.fill, 0.8)


def test_factors_by_site_and_band():
    rows = factor_rows(structure(), point(1.0, paid=1.3))
    assert [row["factor"] for row in rows] == pytest.approx([1.3] * 4)
    idle = point(1.0, cover=0.0)
    assert {row["factor"] for row in factor_rows(structure(), idle)} == {None}


def problem(supply, live, deferred=(0.0, 0.0), serves=((1, 1), (0, 1))):
    live = np.array(live, dtype=float)
    return CoverProblem(
        supply=np.array(supply, dtype=float),
        serves=np.array(serves, dtype=float),
        live=live,
        deferred=np.array(deferred, dtype=float),
        is_open=np.ones_like(live),
    )


def test_specialists_leave_generalists_to_the_other_queue():
    given = covered_hours(problem(supply=[[2.0], [3.0]], live=[[2.0], [3.0]]))
    np.testing.assert_allclose(given.sum(axis=0)[:, 0], [2.0, 3.0], atol=1e-6)


def test_a_lack_is_shared_by_convex_prices():
    # 10 + 10 needed by 15 generalists: each may lack 2.5 in its first quarter
    given = covered_hours(problem(supply=[[15.0], [0.0]], live=[[10.0], [10.0]])).sum(
        axis=(0, 2)
    )
    np.testing.assert_allclose(given, [7.5, 7.5], atol=1e-6)


def test_deferred_work_is_done_whenever_somebody_is_free():
    given = covered_hours(
        problem(
            supply=[[3.0, 3.0], [0.0, 0.0]],
            live=[[3.0, 1.0], [0.0, 0.0]],
            deferred=(0.0, 2.0),
        )
    )
    np.testing.assert_allclose(given[0, 1], [0.0, 2.0], atol=1e-6)


def test_pools_join_queues_through_people():
    sets = [frozenset({0, 2}), frozenset({1}), frozenset({2, 3}), frozenset()]
    assert pools_of(sets, 5) == [0, 1, 0, 0, 2]


def test_bands_make_a_week():
    assert NUM_BANDS == 42


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from wfm.io.folder import ALL_FILES, read_folder
    from wfm.io.templates import write_template

    directory = tmp_path_factory.mktemp("single") / "plan"
    write_template(directory, "single-site")
    return read_folder(directory, ALL_FILES)


@pytest.mark.parametrize("wanted", [0, 7, 24, 61])
def test_headcounts_keep_the_mix(folder, wanted):
    found = with_headcounts(folder, {"lisbon": wanted}, seed=3)
    assert len(found.agents) == wanted
    assert len({agent.agent_id for agent in found.agents}) == wanted
    before = mix(folder.agents)
    for kind, count in mix(found.agents).items():
        assert abs(count - before[kind] * wanted / len(folder.agents)) < 1.0


def mix(agents):
    counts = {}
    for agent in agents:
        kind = (agent.contract_id, tuple(sorted(agent.skills.items())))
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def test_headcounts_are_drawn_by_seed(folder):
    names = [
        [a.agent_id for a in with_headcounts(folder, {"lisbon": 9}, seed=s).agents]
        for s in (1, 1, 2)
    ]
    assert names[0] == names[1] != names[2]


def test_a_small_site_is_staffed_by_whole_people_who_keep_their_rules(folder):
    from dataclasses import replace

    from scenarios.roster_response import found_roster, mean_answers
    from solver.core.compile import compile_problem
    from solver.problem import read_problem
    from wfm.pipeline.demand import forecast_plan, staff_plan
    from wfm.pipeline.instance import roster_instance
    from wfm.pipeline.judge import plan_rules

    typical = replace(folder, time_off=(), previous_roster=None)
    instance = roster_instance(typical, staff_plan(folder, forecast_plan(folder)))
    problem = read_problem(instance, plan_rules(typical))
    compiled = compile_problem(instance, problem.constraints, problem.prices)
    work, paid = found_roster(compiled)
    assert set(np.unique(work)) <= {0.0, 1.0}
    assert (paid >= work).all()
    shares, paid_shares = mean_answers(compiled)
    assert ((shares > 0.0) & (shares < 1.0)).any()
    hours = paid.sum(axis=1) / 4
    assert hours.max() <= 40.0
    # shares of people need fewer paid hours than whole ones, though not many fewer
    assert 0.85 * paid.sum() < paid_shares.sum() < 1.03 * paid.sum()
