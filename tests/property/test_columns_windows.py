"""Long stretches in parts: windows, bounds and rosters against all legal ones."""

import numpy as np
import pytest
from support.column_cases import Case, objective_of, random_case

from solver.columns import windows_job
from solver.columns.compile import Stretches, compile_stretches
from solver.columns.long_search import LongSearch
from solver.columns.loose import LooseBound, job_of, raise_bound
from solver.columns.wide import LongRoster, whole_spans
from solver.columns.window import FREE
from solver.columns.windows_job import Planned, WindowsJob
from solver.constraints import WorkedGroups
from solver.outcome import Solved, SolveLimits
from solver.search import solve
from solver.trace import Course
from wfm.domain.arrays import IntArray
from wfm.domain.roster import Shift


def _has_least(stretches: Stretches) -> bool:
    return any(item.least for a in stretches.agents for item in a.parts.ranges)


def _path(stretches: Stretches, a: int, shifts: tuple[Shift, ...]) -> IntArray:
    agent = stretches.agents[a]
    path = np.full(agent.parts.num_days, FREE, dtype=np.int64)
    for c in agent.choices_of(shifts).tolist():
        path[(agent.options[c][0] - agent.first_date).days] = c
    return path


def _put(now: LongRoster, case: Case, chosen: tuple[int, ...]) -> None:
    for a, n in enumerate(chosen):
        path = _path(now.stretches, a, case.stretches[a][n])
        part = now.part([a], [(0, now.num_days)])
        assert part is not None
        there = np.flatnonzero(np.isin(part.windows[0].choices, path[path != FREE]))
        part.now.put(0, part.now.pricer.column(0, there))
        now.adopt(part)


@pytest.mark.parametrize("seed", range(40))
def test_a_window_holds_the_best_of_all_that_keep_the_other_dates(seed: int) -> None:
    case = random_case(seed)
    stretches = compile_stretches(case.problem)
    own = case.stretches[0]
    if not own or _has_least(stretches):
        return
    rng = np.random.default_rng(seed)
    now, n = LongRoster(stretches), int(rng.integers(len(own)))
    _put(now, case, (n,))
    path = _path(stretches, 0, own[n])
    assert (now.paths[0] == path).all()
    cuts = np.sort(rng.choice(now.num_days + 1, size=4, replace=False)).reshape(2, 2)
    spans = [(int(low), int(high)) for low, high in cuts]
    dates = np.arange(now.num_days)
    free = np.array([(cuts[:, 0] <= d) & (d < cuts[:, 1]) for d in dates]).any(axis=1)
    worth = rng.normal(0.0, 10.0, len(stretches.agents[0].cost))

    def value_of(taken: IntArray) -> float:
        return float(worth[taken[taken != FREE]].sum())

    paths = [_path(stretches, 0, shifts) for shifts in own]
    values = [value_of(p) for p in paths if (p == path)[~free].all()]
    part = now.part([0], spans)
    assert part is not None
    found = part.now.pricer.best(0, worth[part.windows[0].choices]).column
    assert found is not None
    part.now.put(0, found)
    now.adopt(part)
    assert any((now.paths[0] == p).all() for p in paths)
    value = value_of(now.paths[0])
    has_groups = any(isinstance(c, WorkedGroups) for c in case.problem.constraints)
    if has_groups:  # a window that ends within a group may allow less
        assert value <= max(values) + 1e-9
    else:
        assert value == pytest.approx(max(values))


@pytest.mark.parametrize("seed", range(30))
def test_counts_and_costs_follow_what_is_planned(seed: int) -> None:
    case = random_case(seed, 2, 3)
    if not all(case.stretches):
        return
    stretches = compile_stretches(case.problem)
    now, rng = LongRoster(stretches), np.random.default_rng(seed)
    for _ in range(2):
        _put(now, case, tuple(int(rng.integers(len(s))) for s in case.stretches))
        assert now.objective == objective_of(case.problem, now.roster())
        assert not now.short_of_hours()


@pytest.mark.parametrize("seed", range(30))
def test_priced_hours_give_a_bound(seed: int) -> None:
    case = random_case(seed, 2, 3)
    best = case.best()
    if best is None:
        return
    stretches = compile_stretches(case.problem)
    base = sum(agent.base for agent in stretches.agents)
    told: list[LooseBound] = []
    job = job_of(stretches, case.rosters()[-1][0] - base, np.inf, 40)
    raise_bound(job, told.append)
    values = [found.value + base for found in told]
    assert values == sorted(values)
    assert values[-1] <= best + 1e-6


def test_priced_hours_close_most_of_the_gap() -> None:
    # Eight hours at least where nobody is wanted: the bound must find their cost.
    gaps = []
    for seed in range(40):
        case = random_case(seed, 2, 3)
        best = case.best()
        if best is None:
            continue
        stretches = compile_stretches(case.problem)
        base = sum(agent.base for agent in stretches.agents)
        told: list[LooseBound] = []
        raise_bound(job_of(stretches, best - base, np.inf, 100), told.append)
        gaps.append((best - base - told[-1].value) / max(1, best))
    assert float(np.median(gaps)) < 0.15


@pytest.mark.parametrize("seed", range(20))
def test_the_search_by_windows_is_legal_and_bounded(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("solver.columns.compile.WIDE_PLACES", 0)
    monkeypatch.setattr("solver.columns.turns.TURN_ROUNDS", 4)
    case = random_case(seed, 2, 3)
    best = case.best()
    stretches = compile_stretches(case.problem)
    if best is None or not stretches.is_wide:
        return
    problem = case.problem
    limits = SolveLimits(max_time_s=600.0, deterministic_rounds=2, seed=5)
    found = solve(problem.instance, problem.rules, problem.terms, limits)
    assert isinstance(found, Solved)
    assert found.objective == best  # one window holds all dates and people
    assert found.bound <= best


def test_weeks_one_after_the_other_keep_what_binds_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("solver.columns.compile.WIDE_PLACES", 0)
    monkeypatch.setattr("solver.columns.turns.WEEK", 1)
    monkeypatch.setattr("solver.columns.long_search.WEEK", 1)
    monkeypatch.setattr("solver.columns.turns.SPAN_WEEKS", 2)
    monkeypatch.setattr("solver.columns.long_search.SPAN_WEEKS", 2)
    monkeypatch.setattr("solver.columns.turns.HALF_WEEKS", 1)
    monkeypatch.setattr("solver.columns.turns.TURN_ROUNDS", 2)
    solved = 0
    for seed in range(30):
        case = random_case(seed)
        stretches = compile_stretches(case.problem)
        best = case.best()
        if best is None or not stretches.is_wide:
            continue
        course = Course(
            SolveLimits(max_time_s=600.0, deterministic_rounds=8), None, None
        )
        with LongSearch(case.problem, stretches, course) as search:
            search.run()
        assert course.bound <= best
        if course.best is not None:
            assert not course.best.violations
            assert course.best.objective >= best
            solved += 1
    assert solved >= 5


def test_what_the_second_process_has_planned_is_merged_where_it_is_legal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("turns", "long_search"):
        monkeypatch.setattr(f"solver.columns.{module}.WEEK", 1)
        monkeypatch.setattr(f"solver.columns.{module}.SPAN_WEEKS", 2)
    monkeypatch.setattr("solver.columns.turns.HALF_WEEKS", 1)
    merged = 0
    for seed in range(12):
        case = random_case(seed, 2, 3)
        stretches = compile_stretches(case.problem)
        if not all(case.stretches) or _has_least(stretches):
            continue
        now, rng = LongRoster(stretches), np.random.default_rng(seed)
        _put(now, case, tuple(int(rng.integers(len(s))) for s in case.stretches))
        assert all(now.is_legal(a, path) for a, path in enumerate(now.paths))
        sent, before = [path.copy() for path in now.paths], now.objective
        weeks = np.arange(now.num_days) < now.num_days // 2 + 1
        said: list[Planned] = []
        windows_job.keep(stretches, said.append)
        job = WindowsJob(
            paths=tuple(sent), weeks=weeks, seed=seed, max_time_s=60.0, max_rounds=2
        )
        windows_job.run_job(job, said.append)
        (planned,) = said
        for old, new in zip(sent, planned.paths, strict=True):
            assert (old[~weeks] == new[~weeks]).all()
        now.merge(sent, planned.paths)
        assert now.objective <= before
        assert now.objective == objective_of(case.problem, now.roster())
        assert all(now.is_legal(a, path) for a, path in enumerate(now.paths))
        merged += now.objective < before
    assert merged >= 2


def test_a_plan_that_breaks_a_limit_is_not_legal_and_not_merged() -> None:
    tried = 0
    for seed in range(24):
        case = random_case(seed)
        stretches = compile_stretches(case.problem)
        if not case.stretches[0] or _has_least(stretches):
            continue
        now = LongRoster(stretches)
        legal = {tuple(_path(stretches, 0, s).tolist()) for s in case.stretches[0]}
        _put(now, case, (0,))
        sent, first = [now.paths[0].copy()], stretches.agents[0].parts.first_choice
        for d in range(now.num_days):
            for c in (FREE, *range(first[d], first[d + 1])):
                path = sent[0].copy()
                path[d] = c
                assert now.is_legal(0, path) == (tuple(path.tolist()) in legal)
                if not now.is_legal(0, path):
                    now.merge(sent, [path])
                    assert (now.paths[0] == sent[0]).all()
                    tried += 1
    assert tried > 10


def test_long_stretches_of_many_are_searched_in_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stretches = compile_stretches(random_case(1, 2, 3).problem)
    assert not stretches.is_long
    monkeypatch.setattr("solver.columns.compile.LONG_DAYS", 1)
    assert not stretches.is_long
    monkeypatch.setattr("solver.columns.compile.LONG_SIZE", 1)
    assert stretches.is_long != _has_least(stretches)


def test_spans_make_up_all_dates() -> None:
    assert list(whole_spans(364, 28)) == [(28 * n, 28 * n + 28) for n in range(13)]
    assert list(whole_spans(30, 14)) == [(0, 14), (14, 30)]
    assert list(whole_spans(5, 28)) == [(0, 5)]


def test_time_that_is_up_ends_the_search_by_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("solver.columns.compile.WIDE_PLACES", 0)
    case = next(
        case
        for case in (random_case(seed, 2, 3) for seed in range(100))
        if case.best() is not None and compile_stretches(case.problem).is_wide
    )
    problem = case.problem
    limits = SolveLimits(max_time_s=3.0)
    found = solve(problem.instance, problem.rules, problem.terms, limits)
    assert isinstance(found, Solved)
    assert found.stop_reason in ("time", "optimal")
