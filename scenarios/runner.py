"""Scenarios through the chain: forecast, requirement, staffing, service, cost.

What scenarios have in common is done once: typical weeks of the base plan, needs of
equal demand, relaxed weeks of equal structure, service of equal staffing. Each kind of
work is a stage of independent tasks, done here or by several processes; results don't
depend on how many, nor on what other scenarios run beside.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scenarios.activity import MonthActivity
from scenarios.assumptions import Assumption
from scenarios.demand_rules import DemandRule
from scenarios.digest import digest
from scenarios.fast_staffing import StaffedWeek, Structure, staff_fast
from scenarios.judging import month_result
from scenarios.lanes import Lane, StaffedMonth, month_activity
from scenarios.money import Money
from scenarios.month_need import (
    DemandQuestion,
    MarketCalendars,
    MonthNeed,
    month_need,
    service_levels,
)
from scenarios.months import Month
from scenarios.pool import OnProgress as OnProgress  # callers name it from here
from scenarios.pool import Pool
from scenarios.pricing_months import PriceBook, month_total
from scenarios.remembered import Remembered
from scenarios.result import Floors, ScenarioResult
from scenarios.roster_response import LoadPoint
from scenarios.statement import ReportedLine
from scenarios.structure import (
    StructuredPlan,
    structural,
    structure_key,
    structured,
)
from scenarios.typical_weeks import typical_weeks
from wfm.domain.arrays import FloatArray
from wfm.domain.errors import UsageError
from wfm.domain.people import Agent
from wfm.domain.plan import Plan, PlanFolder

MOST_WEEKS = 512
"""Relaxed weeks that are remembered from run to run, some 100 kB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Months of a scenario in which the same patches hold.

    *folder* is the base folder with plan and people changed; its history is not read.
    """

    months: tuple[Month, ...]
    folder: PlanFolder
    lanes: tuple[Lane, ...]
    demand: Mapping[str, DemandRule] = field(default_factory=dict)
    floors: Floors = field(default_factory=Floors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A scenario ready to run: its phases cover all months, in any order."""

    scenario_id: str
    phases: tuple[Phase, ...]
    text: str = ""
    assumptions: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One month of one scenario, by the names of what it shares with others."""

    month: Month
    phase: Phase
    need: str
    structure: str


def run_cases(
    base: PlanFolder,
    cases: Sequence[Case],
    months: Sequence[Month],
    book: PriceBook,
    *,
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> tuple[ScenarioResult, ...]:
    """Return the result of every case, in order.

    Parameters
    ----------
    base
        The base plan with its history; every forecast is made from it.
    cases
        What to run.
    months
        Consecutive months from the plan's first on.
    book
        Prices, rates and the report's currency.
    workers
        Processes; 1 does everything in this one.
    on_progress
        Told how far each stage is.

    Raises
    ------
    UsageError
        If a month begins before the plan.
    InputError
        If an exchange rate or index value is missing.
    """
    chain = _Chain(base, months, workers, on_progress or _silent)
    tasks = {case.scenario_id: chain.tasks(case) for case in cases}
    staffed = chain.staffed([task for listed in tasks.values() for task in listed])
    results = []
    for case in cases:
        own = [staffed[_key(task)] for task in tasks[case.scenario_id]]
        results.append(
            _priced(case, tasks[case.scenario_id], own, book, chain.calendars)
        )
        chain.on_progress("cost", len(results), len(cases))
    return tuple(results)


def _silent(_stage: str, _done: int, _all: int) -> None:
    return


def _key(task: _Task) -> tuple[str, str]:
    return task.need, task.structure


class _Chain:
    """The stages before prices, each with what it has found."""

    def __init__(
        self,
        base: PlanFolder,
        months: Sequence[Month],
        workers: int,
        on_progress: OnProgress,
    ) -> None:
        self.base, self.workers, self.on_progress = base, workers, on_progress
        on_progress("forecast", 0, 1)
        years = range(months[0].year - 1, months[-1].year + 2)
        self.calendars = MarketCalendars(years)
        self._questions = {
            week.month: DemandQuestion(
                week=week, base=base.plan, calendars=self.calendars
            )
            for week in typical_weeks(base, months)
        }
        self._first = self._questions[months[0]]
        self._months = tuple(months)
        self._folders: dict[str, tuple[PlanFolder, Mapping[str, DemandRule]]] = {}
        self._needs: dict[str, tuple[DemandQuestion, Plan, Mapping[str, DemandRule]]]
        self._needs = {}
        # The folder is held with its names, so that its id stays its own.
        self._named: dict[tuple[int, str], tuple[PlanFolder, str, str]] = {}
        on_progress("forecast", 1, 1)

    def tasks(self, case: Case) -> list[_Task]:
        """Return the months of *case*; note what they need for the first time."""
        found = []
        for phase in case.phases:
            plan, rules = phase.folder.plan, phase.demand
            key, demand = self._names(phase)
            for month in phase.months:
                need = f"{demand}/{month}"
                self._needs.setdefault(need, (self._questions[month], plan, rules))
                found.append(_Task(month=month, phase=phase, need=need, structure=key))
        if sorted(task.month for task in found) != list(self._months):
            msg = f"the phases of {case.scenario_id} do not cover each month once"
            raise UsageError(msg)
        return sorted(found, key=lambda task: task.month)

    def _names(self, phase: Phase) -> tuple[str, str]:
        """Return the names of a phase's structure and demand.

        Scenarios that differ in prices alone share their folder.
        """
        plan, rules = phase.folder.plan, phase.demand
        known = id(phase.folder), digest(rules)
        if known not in self._named:
            timeless = replace(
                structural(plan, self.base.plan), first_date=self.base.plan.first_date
            )
            folder = replace(phase.folder, plan=timeless)
            key = structure_key(folder, rules)
            self._folders.setdefault(key, (folder, rules))
            demand = digest(plan.queues, plan.shrinkage, plan.calendar_changes, rules)
            self._named[known] = phase.folder, key, demand
        return self._named[known][1:]

    def staffed(self, tasks: Sequence[_Task]) -> dict[tuple[str, str], "_Staffed"]:
        """Return the staffed week of every pair of need and structure."""
        pairs = dict.fromkeys(_key(task) for task in tasks)
        with Pool(self.workers, self.on_progress) as pool:
            needs = pool.each("requirement", _needed, self._needs)
            plans = pool.each(
                "structure",
                _structured,
                {
                    key: (folder, self._first, rules)
                    for key, (folder, rules) in self._folders.items()
                },
            )
            points = _points(pool, _wanted(pairs, plans, needs))
            return pool.each(
                "service",
                _served,
                {
                    (need, key): _service_task(plans[key], points, needs[need])
                    for need, key in pairs
                },
            )


def _wanted(
    pairs: Iterable[tuple[str, str]],
    plans: Mapping[str, StructuredPlan],
    needs: Mapping[str, MonthNeed],
) -> dict[tuple[str, int], tuple[StructuredPlan, int]]:
    """Return the relaxed weeks that *pairs* of need and structure ask for."""
    wanted = {
        (key, step): (plans[key], step)
        for need, key in pairs
        for step in plans[key].structure.steps(needs[need].hours)
    }
    return dict(sorted(wanted.items()))


_SOLVED: Remembered[LoadPoint] = Remembered(most=MOST_WEEKS)


def _points(
    pool: Pool, wanted: Mapping[tuple[str, int], tuple[StructuredPlan, int]]
) -> dict[tuple[str, int], LoadPoint]:
    """Return the weeks *wanted*; those of earlier runs of this process are known."""
    names = {key: digest(plan.week, step) for key, (plan, step) in wanted.items()}
    return _SOLVED.all(
        names,
        lambda new: pool.each("staffing", _solved, {key: wanted[key] for key in new}),
    )


def _service_task(
    plan: StructuredPlan,
    points: Mapping[tuple[str, int], LoadPoint],
    need: MonthNeed,
) -> tuple[Structure, dict[int, LoadPoint], MonthNeed]:
    structure = plan.structure
    steps = structure.steps(need.hours)
    return structure, {step: points[structure.key, step] for step in steps}, need


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staffed:
    need: MonthNeed
    structure: Structure
    week: StaffedWeek
    service_levels: FloatArray


def _needed(
    task: tuple[DemandQuestion, Plan, Mapping[str, DemandRule]],
) -> MonthNeed:
    return month_need(*task)


def _structured(
    task: tuple[PlanFolder, DemandQuestion, Mapping[str, DemandRule]],
) -> StructuredPlan:
    return structured(*task)


def _solved(task: tuple[StructuredPlan, int]) -> LoadPoint:
    plan, step = task
    return plan.solve(step)


def _served(task: tuple[Structure, dict[int, LoadPoint], MonthNeed]) -> _Staffed:
    structure, points, need = task
    week = staff_fast(structure, points, need.required, need.hours)
    levels = service_levels(need, week.fill)
    return _Staffed(need=need, structure=structure, week=week, service_levels=levels)


def _priced(
    case: Case,
    tasks: Sequence[_Task],
    staffed: Sequence[_Staffed],
    book: PriceBook,
    calendars: MarketCalendars,
) -> ScenarioResult:
    months = [
        _month(task, done, calendars) for task, done in zip(tasks, staffed, strict=True)
    ]
    activities: list[MonthActivity] = []
    by_price: dict[str, list[MonthActivity]] = {}
    for lane_id in dict.fromkeys(lane.lane_id for t in tasks for lane in t.phase.lanes):
        for price, done in _lane(lane_id, tasks, months):
            activities.append(done)
            by_price.setdefault(price, []).append(done)
    lines = [x for name, done in by_price.items() for x in book.lines(name, done)]
    lines.sort(key=lambda item: item.line.month)
    results = tuple(
        month_result(
            staffed_month,
            [done for done in activities if done.month == staffed_month.month],
            _cost(lines, staffed_month.month, book),
            task.phase.floors,
        )
        for task, staffed_month in zip(tasks, months, strict=True)
    )
    return ScenarioResult(
        scenario_id=case.scenario_id,
        text=case.text,
        currency=book.currency,
        months=results,
        activities=tuple(activities),
        lines=tuple(lines),
        assumptions=case.assumptions,
    )


def _cost(lines: Sequence[ReportedLine], month: Month, book: PriceBook) -> Money:
    return month_total(lines, month, book.currency)


def _lane(
    lane_id: str, tasks: Sequence[_Task], months: Sequence[StaffedMonth]
) -> list[tuple[str, MonthActivity]]:
    """Return a lane's activities, each with the name of its price in that month."""
    found: list[tuple[str, MonthActivity]] = []
    for task, staffed in zip(tasks, months, strict=True):
        lane = next((x for x in task.phase.lanes if x.lane_id == lane_id), None)
        if lane is None:
            continue
        before = found[-1][1].heads if found else None
        found.append((lane.price, month_activity(lane, staffed, before)))
    return found


def _month(task: _Task, done: _Staffed, calendars: MarketCalendars) -> StaffedMonth:
    folder, month = task.phase.folder, task.month
    heads: dict[str, int] = {}
    for agent in folder.agents:
        if _is_employed(agent, month):
            heads[agent.site_id] = heads.get(agent.site_id, 0) + 1
    return StaffedMonth(
        need=done.need,
        week=done.week,
        service_levels=done.service_levels,
        site_ids=done.structure.site_ids,
        site_heads=heads,
        site_holidays=_site_holidays(folder.plan, month, calendars),
    )


def _is_employed(agent: Agent, month: Month) -> bool:
    day = month.first_date
    return (agent.valid_from is None or agent.valid_from <= day) and (
        agent.valid_to is None or agent.valid_to >= day
    )


def _site_holidays(
    plan: Plan, month: Month, calendars: MarketCalendars
) -> dict[str, int]:
    """Return how many dates of the month cost a holiday premium, by site."""
    return {
        site.site_id: sum(
            Month.of(day) == month
            for day in calendars.dates(plan, site.country, site.subdivision)
        )
        for site in plan.sites.values()
        if site.holidays == "premium"
    }
