"""Follow-the-sun weeks as roster problems: named people with leave, wishes and rules.

    python benchmarks/large_pools.py 1000 --seconds 600 --seeds 1 2 3
    python benchmarks/large_pools.py 5000 --seconds 300 --alike --part 0.95

The demand, regions and contracts are those of ``roster_fts.py``. As many people are
drawn from the seed as the week is named after (or a ``--part`` of them), in proportion
to the seats of the regions, each with a contract; everybody is away on each day with
probability 0.1, prefers two bands of starts of two hours (an eight-hour shift wholly
outside costs 5.00) and asks for one day off (such a shift on it costs 15.00). With
``--alike`` nobody wishes anything. The rules are those of a plan folder: hours of the
contract, 11 h of rest, six days in a row at most, a weekly rest of 24 h, seats, and two
people guaranteed whenever there is demand; days off need not be consecutive, nor starts
alike. Everything runs through ``solver.solve`` and is judged by the rules' checkers.
The net gap leaves out the wages that no legal roster can avoid: hours are fixed by
contract, so they are all but half a per cent of the cost, and the rest is what can be
planned well or badly.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import numpy as np

# Other benchmarks bear the names of packages that are wanted here.
HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)
sys.path.append(str(HERE))

import roster_fts

from solver.build import build_rules
from solver.core.compile import compile_problem
from solver.core.local_search import LocalSearch
from solver.outcome import Outcome, Progress, Solved, SolveLimits
from solver.problem import read_problem
from solver.rule import Rule
from solver.search import solve
from solver.term import TERMS
from solver.warm import warm
from wfm.calendar.local import day_range
from wfm.domain.demand import OpeningHours, Queue, ServiceTarget, SkillNeed
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Agent,
    BlockedTime,
    BreakRule,
    EmploymentContract,
    Preference,
    ShiftTemplate,
    Site,
)
from wfm.domain.roster import PlannedDay, Prices, RosterInstance, RuleSetting

FIRST = date(2026, 6, 1)
ZONES = {"AMER": "Etc/GMT+5", "EMEA": "Etc/GMT-1", "APAC": "Etc/GMT-8"}
UNIT = 1000
"""Thousandths of a cent."""
CONTRACT_SHARES = {"FT5x8": 0.60, "FT4x10": 0.22, "PT5x4": 0.18}
PAID_HOURS = {"FT5x8": 40, "FT4x10": 40, "PT5x4": 20}
MOST_AWAY = {"FT5x8": 2, "FT4x10": 3, "PT5x4": 2}
"""Days; with more the hours of the contract would be out of reach."""
AWAY, BANDS, BAND_STEPS = 0.1, 2, 8
OUTSIDE_CENTS, DAY_OFF_CENTS = 500, 1500
DAY_OFF_WEIGHT = DAY_OFF_CENTS / OUTSIDE_CENTS


def contracts() -> dict[str, EmploymentContract]:
    """Return the contracts of the west and of APAC, where any start is allowed."""
    found = {}
    for where, windows in (
        ("west", ((300, 900), (1200, 1425))),
        ("apac", ((0, 1425),)),
    ):
        for contract in roster_fts.CONTRACTS:
            name = f"{contract.contract_id}_{where}"
            breaks = tuple(
                BreakRule(
                    kind="break" if item.paid else "meal",
                    minutes=15 * item.length_steps,
                    paid=item.paid,
                    earliest_minutes=15 * item.first,
                    latest_minutes=15 * item.last,
                )
                for item in contract.breaks
            )
            found[name] = EmploymentContract(
                contract_id=name,
                templates=tuple(
                    ShiftTemplate(
                        template_id=f"{name}_{first}",
                        start_from_minute=first,
                        start_to_minute=last,
                        start_step_minutes=15,
                        elapsed_minutes=(15 * contract.shift_steps,),
                        breaks=breaks,
                    )
                    for first, last in windows
                ),
            )
    return found


def people(heads: int, rng: np.random.Generator) -> list[Agent]:
    """Return *heads* people, regions and contracts by largest remainders."""
    seats = np.array([region.share for region in roster_fts.REGIONS])
    agents = []
    numbers = apportion(heads, seats)
    for region, number in zip(roster_fts.REGIONS, numbers, strict=True):
        where = "apac" if region.any_start else "west"
        shares = np.array(list(CONTRACT_SHARES.values()))
        kinds = np.repeat(list(CONTRACT_SHARES), apportion(number, shares))
        for n, kind in enumerate(rng.permutation(kinds).tolist()):
            agents.append(
                Agent(
                    agent_id=f"{region.name}-{n:05d}",
                    site_id=region.name,
                    contract_id=f"{kind}_{where}",
                    skills={"all": 0},
                    zone=ZONES[region.name],
                )
            )
    return agents


def apportion(total: int, shares: np.ndarray) -> list[int]:
    """Return *total* divided by *shares* into whole numbers."""
    edges = [round(total * part) for part in accumulate(shares / shares.sum())]
    return np.diff([0, *edges]).tolist()


def instance_of(
    heads: int, seed: int, *, alike: bool, part: float = 1.0
) -> RosterInstance:
    """Return the week for *heads* people and demand *seed* with a *part* of them."""
    rng = np.random.default_rng([seed, heads])
    required = roster_fts.demand(heads, seed)
    grid = IntervalGrid(
        start_utc=datetime.combine(FIRST, datetime.min.time(), UTC)
        - timedelta(minutes=15 * roster_fts.BEFORE),
        interval_minutes=15,
        num_intervals=roster_fts.BEFORE + roster_fts.SLOTS + roster_fts.AFTER,
    )
    need = np.zeros(grid.num_intervals)
    first = roster_fts.BEFORE
    need[first : first + roster_fts.SLOTS] = required
    agents = people(round(part * heads), rng)
    week = {
        zone: tuple(
            PlannedDay(
                date_local=FIRST + timedelta(days=n),
                start_idx=low,
                end_idx=high,
                week=0,
            )
            for n in range(7)
            for low, high in [day_range(grid, FIRST + timedelta(days=n), zone)]
        )
        for zone in ZONES.values()
    }
    planned = {agent.agent_id: week[agent.zone] for agent in agents}
    pay, night = pay_of(agents, grid.num_intervals)
    blocked, wishes = ([], []) if alike else wishes_of(agents, planned, rng)
    seats = roster_fts.seats_of(max(required))
    return RosterInstance(
        grid=grid,
        zone="UTC",
        window_start_idx=first,
        window_end_idx=first + roster_fts.SLOTS,
        queues=(
            Queue(
                queue_id="all",
                channel="phone",
                zone="UTC",
                requires=(SkillNeed(skill="all"),),
                opening=OpeningHours(spans=(((0, 1440),),) * 7),
                target=ServiceTarget(asa_s=20),
            ),
        ),
        sites={
            name: Site(site_id=name, zone=zone, region=name, seats=seats[name])
            for name, zone in ZONES.items()
        },
        contracts=contracts(),
        agents=tuple(agents),
        planned_days=planned,
        scheduled_agents=need[None],
        guaranteed_agents=np.where(need > 0, roster_fts.FLOOR, 0)[None],
        open_mask=(need > 0)[None],
        pay=pay,
        night=night,
        prices=Prices(
            understaffing_per_hour=4 * roster_fts.MISSING_CENTS * UNIT,
            understaffing_steps=((1.0, 1.0),),
            preference_per_hour=OUTSIDE_CENTS * UNIT // 8,
        ),
        blocked=tuple(blocked),
        preferences=tuple(wishes),
    )


def pay_of(agents: list[Agent], num_t: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``[a, t]`` the pay of a step and whether it is night."""
    step = np.arange(num_t) - roster_fts.BEFORE
    pay, night = {}, {}
    for region in roster_fts.REGIONS:
        clock = (step + region.offset) % roster_fts.DAY
        night[region.name] = (clock >= 88) | (clock < 24)
        pay[region.name] = UNIT * (region.wage + region.premium * night[region.name])
    return (
        np.array([pay[agent.site_id] for agent in agents]),
        np.array([night[agent.site_id] for agent in agents]),
    )


def wishes_of(
    agents: list[Agent],
    planned: dict[str, tuple[PlannedDay, ...]],
    rng: np.random.Generator,
) -> tuple[list[BlockedTime], list[Preference]]:
    """Return days away, preferred bands of starts and days off asked for."""
    blocked, wishes = [], []
    for agent in agents:
        days = planned[agent.agent_id]
        kind = agent.contract_id.partition("_")[0]
        away = np.flatnonzero(rng.random(7) < AWAY)[: MOST_AWAY[kind]].tolist()
        blocked += [
            BlockedTime(
                agent_id=agent.agent_id,
                start_idx=days[n].start_idx,
                end_idx=days[n].end_idx,
                kind="unavailable",
                label=f"away on day {n + 1}",
            )
            for n in away
        ]
        length = {c.contract_id: c.shift_steps for c in roster_fts.CONTRACTS}[kind]
        for begin in (20 + rng.integers(0, 33, size=BANDS)).tolist():
            wishes += [
                Preference(
                    agent_id=agent.agent_id,
                    start_idx=day.start_idx + begin,
                    end_idx=day.start_idx + begin + BAND_STEPS + length,
                    kind="prefer",
                )
                for day in days
            ]
        asked = days[int(rng.integers(7))]
        wishes.append(
            Preference(
                agent_id=agent.agent_id,
                start_idx=asked.start_idx,
                end_idx=asked.end_idx,
                kind="avoid",
                weight=DAY_OFF_WEIGHT,
            )
        )
    return blocked, wishes


def rules_of(instance: RosterInstance) -> tuple[Rule, ...]:
    """Return the rules of the week."""
    settings = [
        RuleSetting(rule="min_rest", parameters={"hours": 11}),
        RuleSetting(rule="max_consecutive_days", parameters={"days": 6}),
        RuleSetting(rule="weekly_rest", parameters={"hours": 24}),
    ]
    for name, hours in PAID_HOURS.items():
        ids = frozenset(
            agent.agent_id
            for agent in instance.agents
            if agent.contract_id.startswith(name)
        )
        settings.append(
            RuleSetting(
                rule="weekly_hours",
                parameters={"min_hours": hours, "max_hours": hours},
                agent_ids=ids,
            )
        )
    return build_rules(settings, [agent.agent_id for agent in instance.agents])


def show(progress: Progress) -> None:
    """Print a line of the search to the error stream."""
    gap = (progress.objective or 0) / max(1, progress.bound or 1) - 1
    print(
        f"  {progress.wall_s:6.1f} s  {progress.phase:16} {100 * gap:8.3f} %"
        f"  {progress.objective} {progress.bound} {progress.violations}",
        file=sys.stderr,
        flush=True,
    )


def judged(instance: RosterInstance, rules: tuple[Rule, ...], solved: Solved) -> int:
    """Return how many violations the rules' checkers find."""
    return sum(len(rule.violations(instance, solved.roster)) for rule in rules)


def least_wages(instance: RosterInstance, rules: tuple[Rule, ...]) -> int:
    """Return the wages that no legal roster avoids: everybody's cheapest week."""
    wages = read_problem(instance, rules, {"paid_cost": TERMS["paid_cost"]()})
    search = LocalSearch(compile_problem(instance, wages.constraints, wages.prices))
    return sum(search.cheapest_week(a) or 0 for a in range(len(instance.agents)))


def missing_slots(instance: RosterInstance, solved: Solved) -> float:
    """Return the agent-slots of need that nobody serves."""
    served = solved.allocation.agents.sum(axis=0)
    return float(np.maximum(0.0, instance.scheduled_agents - served).sum())


def run(seed: int, options: argparse.Namespace) -> dict[str, object]:
    """Solve one week and return what came of it."""
    instance = instance_of(options.heads, seed, alike=options.alike, part=options.part)
    rules = rules_of(instance)
    start, cpu = time.perf_counter(), cpu_s()
    outcome: Outcome = solve(
        instance,
        rules,
        None,
        SolveLimits(max_time_s=options.seconds, seed=options.seed),
        show if options.trace else None,
    )
    wall, used = time.perf_counter() - start, cpu_s() - cpu
    found = outcome if isinstance(outcome, Solved) else getattr(outcome, "best", None)
    row: dict[str, object] = {
        "people": len(instance.agents),
        "seed": seed,
        "outcome": type(outcome).__name__,
        "wall_s": round(wall, 1),
        "cpu_s": round(used, 1),
    }
    if found is None:
        return row
    wages = least_wages(instance, rules)
    distance = found.objective - found.bound
    return row | {
        "method": found.method,
        "gap_percent": round(100 * found.gap, 4),
        "net_gap_percent": round(100 * distance / max(1, found.objective - wages), 3),
        "objective": round(found.objective / UNIT / 100),
        "bound": round(found.bound / UNIT / 100),
        "least_wages": round(wages / UNIT / 100),
        "terms": {
            name: round(value / UNIT / 100)
            for name, value in found.terms.items()
            if value
        },
        "violations": judged(instance, rules, found),
        "missing_slots": round(missing_slots(instance, found)),
        "slots_percent": round(
            100 * missing_slots(instance, found) / instance.scheduled_agents.sum(), 4
        ),
        "shifts": len(found.roster.shifts),
        "first_roster_s": round(found.first_roster_s, 1),
        "largest_process_mb": round(
            max(
                resource.getrusage(who).ru_maxrss
                for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            )
            / 1024
        ),
        "stop": found.stop_reason,
    }


def cpu_s() -> float:
    """Return CPU seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    """Run the weeks and print one line each, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("heads", type=int, choices=(200, 1000, 5000))
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--seed", type=int, default=1, help="seed of the search")
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--alike", action="store_true")
    parser.add_argument("--trace", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    warm()
    print(f"compiled in {time.perf_counter() - start:.1f} s", file=sys.stderr)
    rows = [run(seed, options) for seed in options.seeds]
    for row in rows:
        print(json.dumps(row), flush=True)
    for name in ("gap_percent", "net_gap_percent"):
        values = [float(str(row[name])) for row in rows if name in row]
        if values:
            print(json.dumps({name: statistics.median(values), "runs": len(values)}))


if __name__ == "__main__":
    main()
