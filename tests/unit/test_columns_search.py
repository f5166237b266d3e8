"""The search over columns: what it exchanges, when it stops, what it leaves alone."""

from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model
from support.column_cases import Case, objective_of, random_case
from support.stretch_rules import MONDAY, two_weeks
from support.tiny_rosters import agent, instance_of, meal, template

from solver.build import build_rules
from solver.columns import aside, whole
from solver.columns.aside import AsideJob, Better, Given
from solver.columns.compile import Stretches, compile_stretches, fits, stretches_of
from solver.columns.dive import dive
from solver.columns.generate import Generation, Patience
from solver.columns.master import Master
from solver.columns.pricer import Pricer
from solver.columns.search import ColumnSearch
from solver.columns.whole import WholeFound, WholeJob
from solver.constraints import Custom
from solver.cpsat.cover_cost import CoverCost, CoverStructure
from solver.cpsat.linear import Optimum
from solver.cpsat.model import RosterModel
from solver.objectives.shift_demand import Demand, ShiftDemand
from solver.outcome import Solved, SolveLimits
from solver.problem import Problem, read_problem, score
from solver.search import solve
from solver.trace import Course
from wfm.domain.people import EmploymentContract
from wfm.domain.roster import Roster, RuleSetting


def _case() -> Case:
    """Both agents have several legal stretches, and no shift is locked."""
    return next(
        case
        for case in (random_case(seed, 2, 3) for seed in range(100))
        if min(len(own) for own in case.stretches) > 2
        and not case.problem.instance.locked
    )


def _given(problem: Problem) -> Given:
    return Given(
        instance=problem.instance, rules=problem.rules, terms=dict(problem.terms)
    )


def _search(problem: Problem, **limits: Any) -> ColumnSearch:
    course = Course(SolveLimits(**limits), None, None)
    return ColumnSearch(problem, compile_stretches(problem), course)


def test_problems_with_queues_breaks_or_unknown_demands_are_left_to_others() -> None:
    problem = _case().problem
    assert fits(problem)
    assert stretches_of(problem) is not None
    with_meal = replace(
        problem.instance,
        contracts={
            name: EmploymentContract(
                contract_id=name, templates=(template(8, breaks=[meal(3, 4)]),)
            )
            for name in problem.instance.contracts
        },
    )
    custom = Custom(enforce=lambda _model, _context: None)
    for changed in (
        replace(problem, instance=with_meal),
        replace(problem, constraints=(*problem.constraints, custom)),
        replace(problem, prices=()),
    ):
        assert not fits(changed)
        assert stretches_of(changed) is None


def test_too_many_states_are_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.columns.compile.MOST_PLACES", 1)
    least = RuleSetting(
        rule="shift_count", parameters={"starts": ((0, 1439),), "least": 1}
    )
    rules = (*_case().problem.rules, *build_rules([least]))
    problem = read_problem(_case().problem.instance, rules, _case().problem.terms)
    assert fits(problem)
    assert stretches_of(problem) is None


@pytest.mark.parametrize(("hours", "is_local"), [(48, True), (49, False)])
def test_shifts_that_bind_dates_beyond_the_next_are_left_to_others(
    hours: int, *, is_local: bool
) -> None:
    instance = replace(
        two_weeks(),
        contracts={
            "contract": EmploymentContract(
                contract_id="contract", templates=(template(8, hours=(hours,)),)
            )
        },
    )
    demand = Demand(date_local=MONDAY, starts=((0, 1439),), agents=1, under_price=5)
    terms = {"shift_demand": ShiftDemand(demands=(demand,))}
    problem = read_problem(instance, build_rules([]), terms)
    assert (stretches_of(problem) is not None) == is_local


@pytest.mark.parametrize("seed", range(12))
def test_the_whole_model_finds_and_proves_the_optimum(seed: int) -> None:
    case = random_case(seed, 2, 3)
    best = case.best()
    said: list[WholeFound] = []
    job = WholeJob(
        given=_given(case.problem),
        roster=None if best is None else case.worst(),
        limits=SolveLimits(seed=1),
        max_time_s=60.0,
    )
    whole.run_job(job, said.append)
    if best is None:
        assert said == []
        return
    rosters = [message.roster for message in said if message.roster is not None]
    assert score(case.problem, rosters[-1]).objective == best
    assert all(message.bound is None or message.bound <= best for message in said)
    assert said[-1].is_proven
    assert said[-1].bound == best


@pytest.mark.parametrize("seed", range(12))
def test_a_model_of_one_agent_counts_the_given_shifts_of_others(seed: int) -> None:
    case = random_case(seed, 2, 3)
    if not all(case.stretches):
        return
    problem, other = case.problem, case.stretches[1][-1]
    first = problem.instance.agents[0].agent_id
    dates = {day.date_local for day in problem.instance.planned_days[first]}
    base = Roster(shifts=(*case.stretches[0][0], *other))
    model = RosterModel(problem.instance, problem.constraints, {first: dates}, base)
    CoverCost(model, CoverStructure(problem))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model.model) == cp_model.OPTIMAL
    best = min(
        objective_of(problem, Roster(shifts=(*own, *other)))
        for own in case.stretches[0]
    )
    assert objective_of(problem, model.extract(solver)) == best


def test_the_second_process_improves_a_roster_and_keeps_its_tables() -> None:
    case = _case()
    said: list[Better] = []
    first = AsideJob(
        given=_given(case.problem),
        roster=case.worst(),
        seed=1,
        max_time_s=60.0,
        max_rounds=3,
    )
    aside.run_job(first, said.append)
    assert said
    values = [score(case.problem, message.roster).objective for message in said]
    assert values == sorted(values, reverse=True)
    assert values[0] < score(case.problem, case.worst()).objective
    again: list[Better] = []
    aside.run_job(replace(first, given=None, roster=said[-1].roster), again.append)
    assert all(
        score(case.problem, message.roster).objective < values[-1] for message in again
    )


def test_both_processes_together_prove_the_optimum() -> None:
    case = _case()
    problem = case.problem
    heard: list[Any] = []
    found = solve(
        problem.instance,
        problem.rules,
        problem.terms,
        SolveLimits(max_time_s=60.0),
        heard.append,
    )
    assert isinstance(found, Solved)
    assert found.objective == case.best()
    assert found.bound == case.best()
    assert found.stop_reason == "optimal"
    assert found.method == "columns"
    assert [h.bound for h in heard] == sorted(h.bound for h in heard)


def test_rounds_make_a_run_reproducible() -> None:
    problem = random_case(11, 2, 4).problem
    limits = SolveLimits(max_time_s=600.0, deterministic_rounds=2, seed=5)
    runs = [
        solve(problem.instance, problem.rules, problem.terms, limits) for _ in range(2)
    ]
    assert isinstance(runs[0], Solved)
    assert isinstance(runs[1], Solved)
    assert runs[0].roster == runs[1].roster
    assert runs[0].reproducible


def test_an_event_ends_the_search_with_what_it_has() -> None:
    case = _case()
    stop = Event()
    stop.set()
    problem = case.problem
    found = solve(
        problem.instance, problem.rules, problem.terms, SolveLimits(), stop=stop
    )
    assert isinstance(found, Solved)
    assert found.stop_reason in ("interrupted", "optimal")


def test_better_rosters_and_bounds_from_outside_are_taken_over() -> None:
    case = _case()
    search = _search(case.problem)
    search.now.load(case.worst())
    search.adopt("worst")
    _, best = case.rosters()[0]
    search.hear_whole(WholeFound(roster=best, bound=1))
    assert search.course.best is not None
    assert search.course.best.objective == case.best()
    assert search.now.roster() == best
    search.hear_roster(case.worst(), "aside")
    assert search.now.roster() == best
    search.hear_whole(WholeFound(bound=case.best(), is_proven=True))
    assert search.course.reason() == "optimal"


class _Scripted:
    """A second process that says what the test wants."""

    def __init__(self) -> None:
        self.pending = 0
        self.sent: list[tuple[str, Any]] = []
        self.said: list[Any] = []

    def send(self, function: str, payload: Any) -> None:
        self.sent.append((function, payload))
        self.pending = 1

    def messages(self) -> list[Any]:
        said, self.said = self.said, []
        return said

    def stop(self) -> None:
        self.sent.clear()


def test_the_second_process_works_by_turns_and_is_heard() -> None:
    case = _case()
    search = _search(case.problem, max_time_s=100.0)
    worker: Any = _Scripted()
    search.worker = worker
    search.employ()
    assert worker.sent == []  # no roster yet
    search.now.load(case.worst())
    search.adopt("worst")
    for turn in range(4):
        worker.pending = 0
        search.employ()
        search.employ()  # it is busy
        assert len(worker.sent) == turn + 1
    jobs = [payload for _, payload in worker.sent]
    assert [isinstance(job, AsideJob) for job in jobs] == [True, True, True, False]
    assert [job.given is None for job in jobs[:3]] == [False, True, True]
    values = np.zeros(len(jobs[3].programme.cost))
    values[: len(search.sent)] = 1.0
    worker.said = [
        Optimum(
            values=values,
            objective=0.0,
            bound=0.0,
            is_optimal=True,
            is_infeasible=False,
        ),
        Better(roster=case.worst()),
        WholeFound(bound=1),
    ]
    search.listen()
    assert search.course.bound >= 1
    assert worker.said == []


def _begun(stretches: Stretches) -> Generation:
    """Return a generation for two people, with the stretch each likes best."""
    nobody = np.zeros(len(stretches.wanted), dtype=np.int64)
    pricer = Pricer(stretches)
    made = Generation(
        stretches=stretches,
        pricer=pricer,
        master=Master(stretches, (0, 1), nobody),
        given=nobody,
    )
    for a in (0, 1):
        column = pricer.price(a, nobody.astype(float)).column
        assert column is not None
        assert made.master.add(column)
        assert not made.master.add(column)
    return made


def test_a_dive_ends_without_a_result_where_it_can_not_win() -> None:
    problem = _case().problem
    stretches = compile_stretches(problem)

    def generation() -> Generation:
        made = _begun(stretches)
        made.run(stop=lambda: False)
        return made

    assert dive(generation(), 1, np.inf, lambda: True) == []
    assert dive(generation(), 1, -np.inf, lambda: False) is None
    found = dive(generation(), 1, np.inf, lambda: False)
    assert found is not None
    assert {column.agent for column in found} == {0, 1}


def test_a_master_without_time_has_no_answer_and_a_dive_keeps_what_it_has() -> None:
    problem = _case().problem
    stretches = compile_stretches(problem)
    made = _begun(stretches)
    relaxed = made.solve()
    assert relaxed is not None
    bound = made.bound
    assert made.ask(relaxed.prices, lambda: True) == 0
    assert made.bound == bound  # half a round gives none
    asked: list[float] = []

    def out_of_time(max_time_s: float) -> None:
        asked.append(max_time_s)

    made.left_s = lambda: 7.0
    made.master.solve = out_of_time  # type: ignore[method-assign,assignment]
    assert made.solve() is None
    assert made.relaxed is relaxed
    found = dive(made, 1, np.inf, lambda: False)
    assert found is not None
    assert 1 <= len(found) <= 2
    assert set(asked) == {7.0}


def test_what_gains_no_more_is_given_up() -> None:
    patience = Patience()
    values = [100.0, 90.0, 89.99, 89.98, 89.0, 88.99, 88.98, 88.97, 88.96]
    assert [patience.ends(value) for value in values] == [False] * 8 + [True]


@pytest.mark.parametrize(
    ("least", "low", "high", "places"),
    [(2, 16, 40, 1), (2, 17, 40, 6), (0, 8, 40, 6), (2, 0, 24, 4), (2, 0, 39, 5)],
)
def test_hours_that_can_not_bind_are_not_counted(
    least: int, low: int, high: int, places: int
) -> None:
    instance = instance_of([agent("a0")], num_days=5)
    rules = build_rules(
        [
            RuleSetting(
                rule="period_hours", parameters={"min_hours": low, "max_hours": high}
            ),
            RuleSetting(
                rule="shift_count", parameters={"starts": ((0, 1439),), "least": least}
            ),
        ]
    )
    terms = {"shift_demand": ShiftDemand(demands=())}
    problem = read_problem(instance, rules, terms)
    (one,) = compile_stretches(problem).agents
    assert one.tables.shape[2] == places


def test_time_that_is_up_ends_the_search() -> None:
    case = _case()
    problem = case.problem
    found = solve(
        problem.instance, problem.rules, problem.terms, SolveLimits(max_time_s=0.5)
    )
    assert isinstance(found, Solved)
    assert found.stop_reason in ("time", "optimal")
