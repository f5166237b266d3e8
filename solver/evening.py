"""Weeks exchanged among people alike, so that nights and weekends are shared evenly.

People of one site, contract and set of queues can work each other's weeks: cover stays
as it is, only wages and wishes change a little. Who works which of the weeks found is
an assignment, so the fairest one within a stated cost can be proven:

- ``spread``: the least difference between the most and the least burdened peer,
- ``min_max``: the least burden of the most burdened,
- ``lexicographic``: the same, then the least burden of the next, and so on.

The burden is that of :mod:`solver.pareto.burden`: weekend and night shifts a week, in
the weeks that the ledger knows and in this plan. Among equally fair rosters the
cheapest is taken. Lexicographic optima level by level: R. E. Burkard and F. Rendl,
Lexicographic bottleneck problems, Operations Research Letters 10 (1991), 303-308.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from solver.constraints import (
    COUPLING,
    CommonDates,
    Constraint,
    HandOver,
    Heads,
    Together,
    WeighedHeads,
)
from solver.core.choices import choices_of, not_offered
from solver.core.compile import Compiled, compile_problem
from solver.core.plan_back import best_week
from solver.core.tables import FIRST_DAY
from solver.core.week import NEVER, Memory, memories
from solver.cpsat.run import run
from solver.outcome import Evenness, Solved, SolveLimits
from solver.pareto.burden import Peers
from solver.problem import Problem, Score, own_cost, score
from solver.term import ChangePrice, CountPrice, ShiftPrice
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.roster import Roster, Shift

BY_PRICE = "price"
"""The measure of fairness that is a term of the objective and nothing besides."""
HOLD = 1e12
"""What a week's own shifts are worth when it is asked whether the week is legal."""
UNITS = 1000
"""Burdens are compared to the thousandth of a shift a week."""
MOST_S, MOST_WORK = 20.0, 4.0
"""Longest time of one question, and its longest deterministic time."""
Count = cp_model.LinearExprT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """People alike: ``legal``, ``cost`` and ``load`` ``[i, j]`` of week j for i."""

    names: tuple[str, ...]
    weeks: tuple[tuple[Shift, ...], ...]
    legal: BoolArray
    cost: FloatArray
    load: FloatArray


def even_out(problem: Problem, solved: Solved, limits: SolveLimits) -> Solved:
    """Return *solved* with the weeks of people alike exchanged, and what that did.

    The cost may grow by ``prices.fairness_within`` of the objective. Plans with prices
    on single shifts or changes are left as they are.
    """
    prices = problem.instance.prices
    single = (ChangePrice, CountPrice, ShiftPrice)
    if prices.fairness_measure == BY_PRICE or any(
        isinstance(price, single) for price in problem.prices
    ):
        return solved
    alike = _alike(problem)
    if not alike:
        return solved
    groups = _groups(problem, solved.roster, alike)
    model = _Model(groups, limits)
    within = round(prices.fairness_within * solved.objective)
    model.limit_cost(within)
    is_proven = model.make_fair(prices.fairness_measure)
    taken = model.cheapest()
    found = score(problem, _exchanged(solved.roster, groups, taken))
    if found.violations or found.objective > solved.objective + within:
        return solved
    return _told(solved, groups, found, taken, is_proven)


def _told(
    solved: Solved,
    groups: Sequence[_Group],
    found: Score,
    taken: Sequence[Sequence[int]],
    is_proven: bool,
) -> Solved:
    before = [float(g.load[i, i]) / UNITS for g in groups for i in range(len(g.names))]
    after = [
        float(g.load[i, j]) / UNITS
        for g, own in zip(groups, taken, strict=True)
        for i, j in enumerate(own)
    ]
    moved = sum(i != j for own in taken for i, j in enumerate(own))
    return replace(
        solved,
        roster=found.roster,
        allocation=found.served.allocation,
        objective=found.objective,
        bound=min(solved.bound, found.objective),
        terms=dict(found.terms),
        evenness=Evenness(
            before=tuple(sorted(before, reverse=True)),
            after=tuple(sorted(after, reverse=True)),
            exchanged=moved,
            cost=found.objective - solved.objective,
            is_proven=is_proven,
        ),
    )


def _exchanged(
    roster: Roster, groups: Sequence[_Group], taken: Sequence[Sequence[int]]
) -> Roster:
    members = {name for group in groups for name in group.names}
    kept = [shift for shift in roster.shifts if shift.agent_id not in members]
    for group, own in zip(groups, taken, strict=True):
        for name, j in zip(group.names, own, strict=True):
            kept += _given(group.weeks[j], name)
    return Roster(shifts=tuple(kept))


def _given(week: Sequence[Shift], name: str) -> tuple[Shift, ...]:
    return tuple(replace(shift, agent_id=name) for shift in week)


# ---------------------------------------------------------------- who may have what


def _groups(
    problem: Problem, roster: Roster, alike: Sequence[tuple[str, ...]]
) -> list[_Group]:
    """Return the groups of people alike with all weeks that they may exchange."""
    compiled = compile_problem(problem.instance, problem.constraints, problem.prices)
    peers, shifts = Peers(problem.instance), roster.by_agent()
    weeks = {name: shifts.get(name, ()) for name in compiled.agent_ids}
    legal = _legal(compiled, alike, weeks)
    return [
        _Group(
            names=names,
            weeks=tuple(weeks[name] for name in names),
            legal=np.array([[legal(n, m) for m in names] for n in names]),
            cost=np.array(
                [
                    [
                        own_cost(problem, Roster(shifts=_given(weeks[m], n)))
                        for m in names
                    ]
                    for n in names
                ],
                dtype=np.float64,
            ),
            load=np.array([_loads(peers, n, [weeks[m] for m in names]) for n in names]),
        )
        for names in alike
    ]


def _loads(peers: Peers, name: str, weeks: Sequence[Sequence[Shift]]) -> list[int]:
    """Return the burden of *name* with each of *weeks*, in units."""
    a = peers.rows[name]
    found = []
    for week in weeks:
        new = sum(peers.burden(a, shift.date_local, shift) for shift in week)
        found.append(round(UNITS * (float(peers.past[a]) + new / peers.weeks)))
    return found


def _alike(problem: Problem) -> list[tuple[str, ...]]:
    """Return groups of people who may stand in for each other everywhere."""
    binds: dict[str, set[tuple[int, object]]] = {}
    coupling = [c for c in problem.constraints if isinstance(c, COUPLING)]
    for n, item in enumerate(coupling):
        for name, part in _members(item):
            binds.setdefault(name, set()).add((n, part))
    found: dict[object, list[str]] = {}
    for agent in problem.instance.agents:
        name = agent.agent_id
        key = (
            (agent.site_id, agent.contract_id, agent.zone),
            problem.serves.get(name, frozenset()),
            frozenset(binds.get(name, ())),
        )
        found.setdefault(key, []).append(name)
    return [tuple(names) for names in found.values() if len(names) > 1]


def _members(item: Constraint) -> Iterator[tuple[str, object]]:
    """Yield who is bound by a record on several people, and as what."""
    match item:
        case Heads(agent_ids=names):
            yield from ((name, 1) for name in names)
        case WeighedHeads(weights=weights):
            yield from ((name, (shift, work)) for name, shift, work in weights)
        case Together(agent_ids=names):
            yield from ((name, name) for name in names)
        case CommonDates(agent_ids=names):
            yield from ((name, 1) for name in names)
        case HandOver(regions=regions):
            yield from ((name, place) for place, own in regions for name in own)
        case _:
            pass  # guarantees are about whom a queue can be served by


def _legal(
    compiled: Compiled,
    alike: Sequence[Sequence[str]],
    weeks: Mapping[str, Sequence[Shift]],
) -> Callable[[str, str], bool]:
    """Return whether somebody may have the week of another, as a function.

    Everybody is asked at once for the week of whoever comes so many places later in
    the group; the week programme says whether it is one of theirs.
    """
    known: dict[tuple[str, str], bool] = {}
    own_memories = memories(compiled.weeks)
    for turn in range(max(map(len, alike), default=0)):
        given = {
            name: names[(i + turn) % len(names)]
            for names in alike
            for i, name in enumerate(names)
        }
        wanted = [s for n, m in given.items() for s in _given(weeks[m], n)]
        foreign = {
            s.agent_id for s in not_offered(compiled, Roster(shifts=tuple(wanted)))
        }
        offered = tuple(s for s in wanted if s.agent_id not in foreign)
        choice, _ = choices_of(compiled, Roster(shifts=offered))
        for a, name in enumerate(compiled.agent_ids):
            if name in given:
                is_own = name not in foreign and _is_week(
                    compiled, own_memories, a, choice
                )
                known[name, given[name]] = is_own
    return lambda name, other: known[name, other]


def _is_week(
    compiled: Compiled, own: Sequence[Memory], a: int, choice: IntArray
) -> bool:
    """Return whether *choice* is a legal week of agent row *a*."""
    tables = compiled.weeks
    days = slice(*tables.agents[a : a + 2, FIRST_DAY].tolist())
    value = np.full(len(tables.options), -HOLD)
    wanted = choice[days]
    value[wanted[wanted >= 0]] = HOLD
    found = np.full(len(choice), -1, dtype=np.int64)
    best = best_week(tables, own[a], a, value, found)
    return best > NEVER / 2 and bool((found[days] == wanted).all())


# ------------------------------------------------------------------ who has what


class _Model:
    """Who works which week: one assignment for each group, under one budget."""

    def __init__(self, groups: Sequence[_Group], limits: SolveLimits) -> None:
        self.groups, self.limits = groups, replace(limits, gap=0.0)
        self.model = cp_model.CpModel()
        self.takes = [self._assignment(group) for group in groups]
        self.taken = [list(range(len(group.names))) for group in groups]
        cells = [
            (group.cost[i, j], group.load[i, j], literal)
            for group, takes in zip(groups, self.takes, strict=True)
            for (i, j), literal in takes.items()
        ]
        literals = [literal for *_, literal in cells]
        costs = [round(cost) for cost, *_ in cells]
        self.cost = cp_model.LinearExpr.weighted_sum(literals, costs)
        self.loads = [(int(load), literal) for _, load, literal in cells]
        self.num_people = sum(len(group.names) for group in groups)
        self.base = sum(
            round(group.cost[i, i]) for group in groups for i in range(len(group.names))
        )

    def _assignment(self, group: _Group) -> dict[tuple[int, int], cp_model.IntVar]:
        size = range(len(group.names))
        takes = {
            (i, j): self.model.new_bool_var("")
            for i in size
            for j in size
            if group.legal[i, j] or i == j
        }
        for n in size:
            self.model.add_exactly_one(v for (i, _), v in takes.items() if i == n)
            self.model.add_exactly_one(v for (_, j), v in takes.items() if j == n)
        return takes

    def limit_cost(self, within: int) -> None:
        """Let the cost grow by *within* at most."""
        self.model.add(self.cost <= self.base + within)

    def make_fair(self, measure: str) -> bool:
        """Hold the best value of *measure*; return whether it is proven."""
        if measure != "lexicographic":
            return self._least(self._extremes(with_least=measure == "spread"))
        is_proven = True
        for level in sorted({load for load, _ in self.loads}, reverse=True):
            above = [literal for load, literal in self.loads if load >= level]
            count = self._above(level)
            if 0 < count < self.num_people:
                is_proven &= self._least(cp_model.LinearExpr.sum(above))
            else:
                self.model.add(cp_model.LinearExpr.sum(above) <= count)
        return is_proven

    def _above(self, level: int) -> int:
        """Return how many people bear *level* or more with the weeks found last."""
        return sum(
            group.load[i, j] >= level
            for group, own in zip(self.groups, self.taken, strict=True)
            for i, j in enumerate(own)
        )

    def _extremes(self, *, with_least: bool) -> Count:
        """Return the most burdened of each group, less the least burdened, summed."""
        parts: list[Count] = []
        for group, takes in zip(self.groups, self.takes, strict=True):
            low, high = int(group.load.min()), int(group.load.max())
            most = self.model.new_int_var(low, high, "")
            least = self.model.new_int_var(low, high, "")
            for n in range(len(group.names)):
                own = [(i, j) for i, j in takes if i == n]
                load = cp_model.LinearExpr.weighted_sum(
                    [takes[cell] for cell in own],
                    [int(group.load[cell]) for cell in own],
                )
                self.model.add(load <= most)
                self.model.add(load >= least)
            parts.append(most - least if with_least else most)
        return cp_model.LinearExpr.sum(parts)

    def cheapest(self) -> list[list[int]]:
        """Return the week of each person in the cheapest roster that is as fair."""
        self._least(self.cost)
        return self.taken

    def _least(self, expression: Count) -> bool:
        """Minimise *expression* and keep its value; return whether it is the least."""
        self.model.clear_hints()  # type: ignore[no-untyped-call] # ortools' own
        for takes, own in zip(self.takes, self.taken, strict=True):
            for (i, j), literal in takes.items():
                self.model.add_hint(literal, own[i] == j)
        self.model.minimize(expression)
        done = run(
            self.model, self.limits, max_time_s=MOST_S, deterministic_time=MOST_WORK
        )
        if not done.has_solution:
            return False
        for takes, own in zip(self.takes, self.taken, strict=True):
            for (i, j), literal in takes.items():
                if done.solver.boolean_value(literal):
                    own[i] = j
        self.model.add(expression <= round(done.solver.objective_value))
        return done.is_optimal
