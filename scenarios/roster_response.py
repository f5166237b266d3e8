"""What rosters of one structure give at a load, by the solver's own relaxation.

People answer prices of heads with their best legal weeks while the prices settle
(:mod:`solver.core.ascent`, which also starts the search for rosters). The mean of these
answers is a fractional roster close to the optimum of the relaxation: every rule about
one person's week holds in each answer; seats, hand-overs and whole numbers of heads are
left out. It takes a second or two where a search takes a minute. At a small site whole
people cost more hours than shares of them: there a short search is the week instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.cover_flow import CoverProblem, covered_hours
from solver.core.ascent import Ascent, rough_prices
from solver.core.choices import choices_of
from solver.core.compile import Compiled, compile_problem
from solver.core.relaxation import Relaxation
from solver.core.tables import (
    FIRST_BREAK,
    OPTION_END,
    OPTION_START,
    WINDOW_PAID,
    WINDOW_STEPS,
)
from solver.problem import read_problem
from solver.starts import SampledSearch
from wfm.calendar.local import local_clock
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import RosterInstance
from wfm.domain.staffing import StaffingRequirement
from wfm.pipeline.instance import roster_instance
from wfm.pipeline.judge import plan_rules

PASSES, SETTLING = 20, 8
"""Passes of the ascent, and those before answers are averaged."""
FEW_PEOPLE, SEARCH_ROUNDS = 60, 20
"""Up to so many people, a roster of whole people is searched instead."""
BLOCK_HOURS = 4
BANDS_PER_DAY = 24 // BLOCK_HOURS
NUM_BANDS = 7 * BANDS_PER_DAY
"""Time bands: weekday times four-hour block on the planner's clock."""
START_HOURS = 24
"""Guarantees are not judged so shortly after the start: the week before helps there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPoint:
    """One week of a structure at one load, in hours.

    Axes: ``p`` pool of queues that share people, ``q`` queue, ``s`` site, ``b`` time
    band (weekday times block of four hours on the planner's clock).

    Attributes
    ----------
    load
        Factor on the structure's own requirement.
    required
        ``[q, b]`` agent-hours needed, guarantees included.
    covered
        ``[q, s, b]`` hours given by each site, at most what is needed.
    work, paid, night
        ``[p, s, b]`` hours at work, paid, and paid in the site's night.
    unguarded
        ``[q]`` hours in which fewer people than guaranteed are at work; live queues.
    """

    load: float
    required: FloatArray
    covered: FloatArray
    work: FloatArray
    paid: FloatArray
    night: FloatArray
    unguarded: FloatArray


def band_of(weekday: IntArray, minute_of_day: IntArray) -> IntArray:
    """Return the time band of local moments; weekday 0 is Monday."""
    return weekday * BANDS_PER_DAY + minute_of_day // (60 * BLOCK_HOURS)


def pools_of(queue_sets: Sequence[frozenset[int]], num_queues: int) -> list[int]:
    """Return the pool of each queue: queues that share people hang together."""
    pool = list(range(num_queues))
    for members in queue_sets:
        joined = {pool[q] for q in members}
        if joined:
            least = min(joined)
            pool = [least if p in joined else p for p in pool]
    order = sorted(set(pool))
    return [order.index(p) for p in pool]


def solve_load(
    folder: PlanFolder, requirement: StaffingRequirement, load: float
) -> LoadPoint:
    """Return the relaxed week of *folder* at *load* times *requirement*.

    People are free of absences and of the week before: it is a typical week.
    """
    scaled = replace(
        requirement,
        scheduled_agents=requirement.scheduled_agents * load,
        deferred=tuple(
            replace(work, work_hours=work.work_hours * load)
            for work in requirement.deferred
        ),
    )
    typical = replace(folder, time_off=(), previous_roster=None, locked=())
    instance = roster_instance(typical, scaled)
    problem = read_problem(instance, plan_rules(typical))
    compiled = compile_problem(instance, problem.constraints, problem.prices)
    is_small = len(instance.agents) <= FEW_PEOPLE
    work, paid = (found_roster if is_small else mean_answers)(compiled)
    return _summed(instance, compiled, load, work, paid)


def mean_answers(
    compiled: Compiled, passes: int = PASSES, settling: int = SETTLING
) -> tuple[FloatArray, FloatArray]:
    """Return ``[a, t]`` how likely each person is at work, and is paid, in a step."""
    ascent = Ascent(Relaxation(compiled), rough_prices(compiled))
    work, paid = np.zeros_like(ascent.work), np.zeros_like(ascent.work)
    for done in range(passes):
        ascent.run_pass(done / passes)
        if done >= settling:
            work += ascent.work
            paid += paid_steps(compiled, ascent.choice, ascent.taken)
    count = float(max(1, passes - settling))
    return work / count, paid / count


def found_roster(compiled: Compiled) -> tuple[FloatArray, FloatArray]:
    """Return ``[a, t]`` who is at work, and paid, in a roster of whole people.

    A few rounds of the local search, started from sampled answers to the same prices.
    Where people are few, heads can't be shared out as finely as answers are: rosters
    pay more hours.
    """
    search = SampledSearch(compiled)
    search.construct()
    search.improve(rounds=SEARCH_ROUNDS)
    choice, taken = choices_of(compiled, search.roster())
    paid = paid_steps(compiled, choice, taken)
    work = np.zeros_like(paid)
    for shift in search.roster().shifts:
        agent = compiled.agent_ids.index(shift.agent_id)
        for span in shift.working_spans:
            work[agent, max(span.start_idx, 0) : span.end_idx] = 1.0
    return work, paid


def paid_steps(compiled: Compiled, choice: IntArray, taken: IntArray) -> FloatArray:
    """Return ``[a, t]`` 1 for every paid step of the chosen shifts."""
    weeks, num_steps = compiled.weeks, compiled.costs.paid.shape[1]
    agent_of_day = np.array([day.agent for day in compiled.days], dtype=np.int64)
    change = np.zeros((len(compiled.agent_ids), num_steps + 1))

    def add(agents: IntArray, start: IntArray, end: IntArray, heads: float) -> None:
        np.add.at(change, (agents, np.clip(start, 0, num_steps)), heads)
        np.add.at(change, (agents, np.clip(end, 0, num_steps)), -heads)

    day = np.flatnonzero(choice >= 0)
    option, agents = choice[day], agent_of_day[day]
    add(
        agents,
        weeks.options[option, OPTION_START],
        weeks.options[option, OPTION_END],
        1.0,
    )
    for i in range(taken.shape[1]):
        place = weeks.options[option, FIRST_BREAK] + i
        has = place < weeks.options[option + 1, FIRST_BREAK]
        windows = weeks.windows[weeks.breaks[place[has]]]
        unpaid = windows[:, WINDOW_PAID] == 0
        start = taken[day[has], i][unpaid]
        add(agents[has][unpaid], start, start + windows[unpaid, WINDOW_STEPS], -1.0)
    return np.asarray(change.cumsum(axis=1)[:, :-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Week:
    """The hours of a roster grid that lie in the plan's week."""

    steps_per_hour: int
    start: int
    end: int
    band: IntArray

    def hourly(self, steps: FloatArray) -> FloatArray:
        """Return ``[..., t]`` of steps as hours of the week."""
        inside = steps[..., self.start : self.end]
        shape = (*inside.shape[:-1], len(self.band), self.steps_per_hour)
        return np.asarray(inside.reshape(shape).mean(axis=-1))

    def banded(self, hours: FloatArray) -> FloatArray:
        """Return ``[..., b]`` sums of ``[..., t]``."""
        member = np.zeros((len(self.band), NUM_BANDS))
        member[np.arange(len(self.band)), self.band] = 1.0
        return np.asarray(hours @ member)


def _week(instance: RosterInstance) -> _Week:
    per_hour = 60 // instance.step_minutes
    num_hours = (instance.window_end_idx - instance.window_start_idx) // per_hour
    num_hours = min(num_hours, 7 * 24)
    clock = local_clock(instance.grid, instance.zone)
    at = instance.window_start_idx + per_hour * np.arange(num_hours)
    weekday = (clock.day[at] + 3) % 7  # 1970-01-01 was a Thursday
    return _Week(
        steps_per_hour=per_hour,
        start=instance.window_start_idx,
        end=instance.window_start_idx + num_hours * per_hour,
        band=band_of(weekday, clock.minute_of_day[at]),
    )


def _summed(
    instance: RosterInstance,
    compiled: Compiled,
    load: float,
    work: FloatArray,
    paid: FloatArray,
) -> LoadPoint:
    week, groups = _week(instance), _Groups(instance, compiled)
    at_work = week.hourly(work)
    required, covered = _cover(instance, week, groups, at_work)
    night = paid * instance.night
    return LoadPoint(
        load=load,
        required=required,
        covered=covered,
        work=week.banded(groups.by_pool(at_work)),
        paid=week.banded(groups.by_pool(week.hourly(paid))),
        night=week.banded(groups.by_pool(week.hourly(night))),
        unguarded=_unguarded(instance, week, groups, at_work),
    )


def _cover(
    instance: RosterInstance, week: _Week, groups: "_Groups", at_work: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return hours required ``[q, b]`` and covered ``[q, s, b]``."""
    live = week.hourly(_live_need(instance))
    deferred = np.zeros(len(instance.queues))
    for item in instance.deferred:
        deferred[_row(instance, item.queue_id)] = item.work_hours.sum()
    supply = groups.summed(at_work)
    flow = covered_hours(
        CoverProblem(
            supply=supply.sum(axis=1),
            serves=groups.serves,
            live=live,
            deferred=deferred,
            is_open=week.hourly(instance.open_mask.astype(float)),
        )
    )
    whole = supply.sum(axis=1, keepdims=True)
    zero = np.zeros_like(supply)
    part = np.divide(supply, whole, out=zero, where=whole > 0.0)
    covered = week.banded(np.einsum("gqt,gst->qst", flow, part))
    required = week.banded(live)
    late = deferred > 0.0
    required[late] = _spread(deferred[late], covered[late].sum(axis=1))
    return required, covered


def _row(instance: RosterInstance, queue_id: str) -> int:
    return next(
        q for q, queue in enumerate(instance.queues) if queue.queue_id == queue_id
    )


def _live_need(instance: RosterInstance) -> FloatArray:
    """Return ``[q, t]`` the target of live queues: scheduled, at least guaranteed."""
    need = np.maximum(instance.scheduled_agents, instance.guaranteed_agents)
    for item in instance.deferred:
        need[_row(instance, item.queue_id)] = 0.0
    return np.asarray(need, dtype=float)


def _spread(hours: FloatArray, profile: FloatArray) -> FloatArray:
    """Return ``[n, b]`` *hours* laid out like *profile*, evenly where that is empty."""
    total = profile.sum(axis=1, keepdims=True)
    even = np.full_like(profile, 1.0 / profile.shape[1])
    shape = np.divide(profile, total, out=even, where=total > 0.0)
    return np.asarray(hours[:, None] * shape)


class _Groups:
    """Who belongs to which group of like people, which site and which pool."""

    def __init__(self, instance: RosterInstance, compiled: Compiled) -> None:
        sets = compiled.groups.queue_rows
        num_q = len(instance.queues)
        sites = list(instance.sites)
        self.pool_of_queue = pools_of(sets, num_q)
        self.num_pools = max(self.pool_of_queue, default=-1) + 1
        self._group = np.asarray(compiled.groups.of_agent)
        self._site = np.array(
            [sites.index(a.site_id) for a in instance.agents], dtype=np.int64
        )
        self._num_sites = len(sites)
        self.serves = np.zeros((len(sets), num_q))
        for g, rows in enumerate(sets):
            self.serves[g, list(rows)] = 1.0

    def summed(self, values: FloatArray) -> FloatArray:
        """Return ``[g, s, t]`` sums of ``[a, t]``."""
        result = np.zeros((len(self.serves), self._num_sites, values.shape[1]))
        np.add.at(result, (self._group, self._site), values)
        return result

    def by_pool(self, values: FloatArray) -> FloatArray:
        """Return ``[p, s, t]`` sums of ``[a, t]``; who serves no queue is left out."""
        result = np.zeros((self.num_pools, self._num_sites, values.shape[1]))
        able = self.serves.sum(axis=1)[self._group] > 0.0
        first = self.serves.argmax(axis=1)[self._group]
        pool = np.array(self.pool_of_queue, dtype=np.int64)[first]
        np.add.at(result, (pool[able], self._site[able]), values[able])
        return result

    def able(self, q: int) -> BoolArray:
        """Return ``[a]`` whether the person can serve queue row *q*."""
        return np.asarray(self.serves[self._group, q] > 0.0)


def _unguarded(
    instance: RosterInstance, week: _Week, groups: _Groups, work: FloatArray
) -> FloatArray:
    floor = week.hourly(instance.guaranteed_agents.astype(float))
    missed = np.zeros(len(instance.queues))
    deferred = {work.queue_id for work in instance.deferred}
    for q, queue in enumerate(instance.queues):
        if queue.queue_id in deferred:
            continue  # prices of such guarantees settle too slowly to judge by
        present = work[groups.able(q)].sum(axis=0)
        lack = (floor[q] - present)[START_HOURS:]
        missed[q] = float(np.count_nonzero(lack > 0.5))
    return missed
