"""Small random problems for the compiled search, and slow, plain answers to them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import linprog
from support.tiny_rosters import agent, instance_of, queue, site

from solver.build import build_rules
from solver.constraints import Constraint, ForbidTime
from solver.core.compile import Compiled, compile_problem
from solver.core.plan_back import best_week
from solver.core.pricing import Worth, new_worth, price_options
from solver.core.week import memories
from solver.rule import Rule
from solver.term import TERMS
from wfm.calendar.catalogue import ShiftOption, build_shift, shift_options
from wfm.domain.arrays import IntArray
from wfm.domain.people import BlockedTime, BreakRule, ShiftTemplate
from wfm.domain.roster import (
    Prices,
    Roster,
    RosterInstance,
    RuleSetting,
    Shift,
    is_eligible,
)
from wfm.domain.staffing import DeferredWork

FIRST = date(2026, 6, 1)
WEEK_RULES = ("min_rest", "max_consecutive_days", "weekly_rest", "weekly_hours")


def _break(kind: str, earliest: int, latest: int, *, paid: bool) -> BreakRule:
    return BreakRule(
        kind=kind,
        minutes=120,
        paid=paid,
        earliest_minutes=earliest * 60,
        latest_minutes=latest * 60,
    )


def _template(rng: np.random.Generator) -> ShiftTemplate:
    """Two or three starts, one or two lengths, some with a meal and a paid break."""
    first = int(rng.choice([0, 4, 8, 14, 18]))
    breaks: tuple[BreakRule, ...] = ()
    if rng.random() < 0.6:
        breaks = (_break("meal", 2, 4, paid=False),)
        if rng.random() < 0.5:
            breaks = (*breaks, _break("break", 6, 8, paid=True))
    return ShiftTemplate(
        template_id="t",
        start_from_minute=first * 60,
        start_to_minute=(first + int(rng.choice([0, 4]))) * 60,
        start_step_minutes=240,
        elapsed_minutes=tuple(
            int(h) * 60 for h in sorted(rng.choice([10, 12, 14], 2, replace=False))
        ),
        breaks=breaks,
    )


def random_instance(
    seed: int,
    *,
    num_agents: int = 1,
    num_days: int = 4,
    weeks: int = 1,
    num_queues: int = 3,
    guarantee: bool = False,
) -> RosterInstance:
    """A problem on a grid of two hours with random needs, skills and absences."""
    rng = np.random.default_rng(seed)
    skills = ("en", "de", "ja")[:num_queues]
    agents = [
        agent(
            f"a{i}",
            contract_id=f"c{i}",
            skills={s: 0 for s in skills if rng.random() < 0.6} or {skills[0]: 0},
        )
        for i in range(num_agents)
    ]
    floor = int(rng.integers(0, 2)) if guarantee else 0
    base = instance_of(
        agents,
        first=FIRST,
        num_days=num_days,
        templates={a.contract_id: [_template(rng)] for a in agents},
        sites=[site()],
        queues=[queue(f"q_{s}", s) for s in skills],
        guaranteed=lambda q, t: floor * (q == "q_en" and t % 12 in (5, 6)),
        step_minutes=120,
        days_per_week=-(-num_days // weeks),
    )
    return _with_random_parts(base, rng)


def _with_random_parts(
    base: RosterInstance, rng: np.random.Generator
) -> RosterInstance:
    num_t = base.grid.num_intervals
    inside = np.zeros(num_t)
    inside[base.window_start_idx : base.window_end_idx] = 1
    need = rng.integers(0, 25, size=(len(base.queues), num_t)) / 10 * inside
    deferred: tuple[DeferredWork, ...] = ()
    if len(base.queues) > 1 and rng.random() < 0.5:
        need[-1] = 0
        first, last = base.window_start_idx, base.window_end_idx
        arrival = np.arange(first, last - 6, 5)
        deferred = (
            DeferredWork(
                queue_id=base.queues[-1].queue_id,
                arrival_idx=arrival,
                due_idx=arrival + 6,
                work_hours=rng.integers(0, 30, size=len(arrival)) / 10,
            ),
        )
    return _replaced(
        base,
        scheduled_agents=need,
        deferred=deferred,
        pay=rng.integers(1, 40, size=base.pay.shape) * 1000,
        prices=Prices(understaffing_per_hour=30_000, overstaffing_per_hour=2_000),
        carry_over=tuple(_carry_over(base, rng)),
        blocked=tuple(_blocked(base, rng)),
    )


def _replaced(instance: RosterInstance, **changes: Any) -> RosterInstance:
    from dataclasses import replace

    return replace(instance, **changes)


def options_of(instance: RosterInstance, agent_id: str, day: date) -> Any:
    one = next(a for a in instance.agents if a.agent_id == agent_id)
    templates = instance.contracts[one.contract_id].templates
    return shift_options(templates, day, one.zone, instance.grid)


def _carry_over(base: RosterInstance, rng: np.random.Generator) -> Iterator[Shift]:
    for one in base.agents:
        for back in range(int(rng.integers(0, 4)), 0, -1):
            day = FIRST - timedelta(days=back)
            options = options_of(base, one.agent_id, day)
            option = options[int(rng.integers(len(options)))]
            yield build_shift(
                one.agent_id, day, option, [b.first_idx for b in option.breaks]
            )


def _blocked(base: RosterInstance, rng: np.random.Generator) -> Iterator[BlockedTime]:
    for one in base.agents:
        if rng.random() < 0.4:
            start = int(rng.integers(0, base.window_end_idx))
            yield BlockedTime(
                agent_id=one.agent_id,
                start_idx=start,
                end_idx=start + int(rng.integers(1, 9)),
                kind="time_off",
                label="leave",
            )


def random_rules(seed: int, *, weeks: int = 1) -> tuple[Rule, ...]:
    """Rules whose limits the shifts of :func:`random_instance` can just attain."""
    rng = np.random.default_rng(seed + 10_000)
    low = int(rng.choice([0, 8, 10, 20]))
    parameters: dict[str, dict[str, float]] = {
        "min_rest": {"hours": int(rng.choice([2, 8, 10, 12, 14]))},
        "max_consecutive_days": {"days": int(rng.integers(1, 4))},
        "weekly_rest": {"hours": int(rng.choice([20, 24, 30, 36, 40]))},
        "weekly_hours": {
            "min_hours": low * 7 / (4 // weeks) if low else 0,
            "max_hours": 200,
        },
    }
    parameters["weekly_hours"]["max_hours"] = max(
        parameters["weekly_hours"]["min_hours"], int(rng.choice([20, 24, 34, 40]))
    )
    chosen = [name for name in WEEK_RULES if rng.random() < 0.7]
    return build_rules(
        [RuleSetting(rule=name, parameters=parameters[name]) for name in chosen]
    )


def constraints_of(
    instance: RosterInstance, rules: Sequence[Rule]
) -> tuple[Constraint, ...]:
    return tuple(c for rule in rules for c in rule.constraints(instance))


def compiled_of(instance: RosterInstance, rules: Sequence[Rule]) -> Compiled:
    prices = [p for name in TERMS for p in TERMS[name]().prices(instance)]
    return compile_problem(instance, constraints_of(instance, rules), prices)


def all_shifts_of(
    instance: RosterInstance, agent_id: str, option: ShiftOption, day: date
) -> Iterator[Shift]:
    """Every way to place the breaks of an option."""
    windows = [range(b.first_idx, b.last_idx + 1) for b in option.breaks]
    for starts in product(*windows):
        yield build_shift(agent_id, day, option, starts)


def all_plans(instance: RosterInstance, agent_id: str) -> Iterator[tuple[Shift, ...]]:
    """Every choice of shifts of one agent, legal or not."""
    per_day: list[list[Shift | None]] = []
    for day in instance.planned_days[agent_id]:
        found: list[Shift | None] = [None]
        for option in options_of(instance, agent_id, day.date_local):
            if option.end_idx <= instance.grid.num_intervals:
                found += all_shifts_of(instance, agent_id, option, day.date_local)
        per_day.append(found)
    for plan in product(*per_day):
        yield tuple(shift for shift in plan if shift is not None)


def best_of_first(compiled: Compiled, seed: int) -> tuple[float, Worth, IntArray]:
    """The first person's best week at random worths of steps, its options by day.

    Few worths are distinct, so that plans tie.
    """
    rng = np.random.default_rng(seed)
    worth = new_worth(compiled.weeks, compiled.costs.paid.shape[1])
    worth.gain[:] = rng.integers(0, 4, size=worth.gain.shape) * 20_000.0
    price_options(compiled.weeks, compiled.costs, worth, 0)
    choice = np.full(len(compiled.days), -1)
    memory = memories(compiled.weeks)[0]
    found = best_week(compiled.weeks, memory, 0, worth.value, choice)
    return found, worth, choice


def is_legal(
    instance: RosterInstance,
    rules: Sequence[Rule],
    shifts: Sequence[Shift],
    agent_id: str = "a0",
) -> bool:
    """What the rules' checkers say of one agent's shifts (cover rules aside)."""
    roster = Roster(shifts=tuple(shifts))
    single = [r for r in rules if r.name not in {"min_cover", "hand_over", "seats"}]
    found = [v for rule in single for v in rule.violations(instance, roster)]
    return agent_id not in {violation.agent_id for violation in found}


def slot_cost_by_lp(
    instance: RosterInstance, working: dict[str, int], t: int, compiled: Compiled
) -> float:
    """Least cost of step *t* by linear programming over who serves what."""
    need = compiled.need
    able = {
        a.agent_id: [q for q, one in enumerate(instance.queues) if is_eligible(a, one)]
        for a in instance.agents
    }
    heads = [(i, q) for i, n in working.items() for q in able[i] if n]
    num_k, num_q = need.widths.shape[0], len(instance.queues)
    num_y = len(heads)
    total = 1000.0 * sum(working.values())
    # Variables: y[agent, queue], short[k, q]; idle = heads - sum of y.
    cost = [-need.idle_price] * num_y + [
        float(need.piece_prices[k]) for k in range(num_k) for _ in range(num_q)
    ]
    bounds = [(0, None)] * num_y + [
        (0, float(need.widths[k, q, t])) for k in range(num_k) for q in range(num_q)
    ]
    rows, right = [], []
    for i, n in working.items():
        row = np.zeros(len(cost))
        row[[v for v, (j, _) in enumerate(heads) if j == i]] = 1
        rows.append(row)
        right.append(1000.0 * n)
    for q in range(num_q):
        row = np.zeros(len(cost))
        row[[v for v, (_, p) in enumerate(heads) if p == q]] = 1
        rows.append(row)
        right.append(float(need.live[q, t]))
        short = -row
        short[[num_y + k * num_q + q for k in range(num_k)]] = -1
        rows.append(short)
        right.append(-float(need.live[q, t]))
    found = linprog(cost, A_ub=np.array(rows), b_ub=right, bounds=bounds)
    return float(found.fun) + need.idle_price * total


def forbids(instance: RosterInstance) -> list[ForbidTime]:
    return [
        ForbidTime(agent_id=b.agent_id, start_idx=b.start_idx, end_idx=b.end_idx)
        for b in instance.blocked
    ]


def plan_value(compiled: Compiled, gain: Any, shifts: Sequence[Shift]) -> float:
    """Worth of one agent's work less pay, straight from the spans."""
    total = 0.0
    for shift in shifts:
        for span in shift.spans:
            for t in range(span.start_idx, span.end_idx):
                total += gain[t] * (span.activity == "work")
                total -= compiled.costs.paid[0, t] * span.paid
    return total
