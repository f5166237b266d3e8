"""Scenarios: paid hours of fast staffing against full rosters; 200 scenarios.

``python -P benchmarks/scenario_runs.py hours [--rounds 1] [--single 10] [--demo 10]``
staffs random scenario-months fast and by the full search (on the same typical week,
people and rules; rounds of work, so that a busy machine makes no worse rosters) and
compares paid hours. ``... many`` runs 200 scenarios of 12 months
on the demo: 5 volumes x 4 chatbots x 2 headcounts x 5 prices. CPU time counts all
processes; wall time depends on who else uses the machine.
"""

import argparse
import os
import re
import resource
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenarios.fast_staffing import staff_fast
from scenarios.headcount import with_headcounts
from scenarios.month_need import (
    DemandQuestion,
    MarketCalendars,
    month_need,
    week_requirement,
)
from scenarios.months import Month, months_from
from scenarios.structure import structural, structured
from scenarios.typical_weeks import typical_weeks
from solver.outcome import SolveLimits
from solver.search import solve
from wfm.io.folder import ALL_FILES, read_folder
from wfm.io.templates import write_template
from wfm.pipeline.instance import roster_instance
from wfm.pipeline.judge import plan_rules
from wfm.studies.scenarios import run_scenarios

VOLUMES, BOTS, HEADS = (0.85, 0.93, 1.0, 1.08, 1.15), (0.0, 0.1, 0.2, 0.3), (1.0, 1.1)
PRICES = ("own_manila", "vendor_a", "vendor_b", "own_dalian", "own_krakow")
FIRST = Month(2026, 11)


def changed(folder, rng):
    """Return *folder* with random volumes, handle times and headcounts."""
    plan = folder.plan
    scale = float(rng.uniform(0.75, 1.2))
    queues = tuple(
        replace(q, volume_scale=q.volume_scale * scale * float(rng.uniform(0.9, 1.1)))
        for q in plan.queues
    )
    heads = {}
    for site in plan.sites:
        own = sum(agent.site_id == site for agent in folder.agents)
        heads[site] = round(own * float(rng.uniform(0.9, 1.1)))
    own = replace(folder, plan=replace(plan, queues=queues))
    return with_headcounts(own, heads, int(rng.integers(1000)))


def one(folder, questions, rng, rounds):
    """Return paid hours of a week, fast and by the search, and both CPU times."""
    case = changed(folder, rng)
    question = questions[int(rng.integers(len(questions)))]
    start = time.process_time()
    timeless = replace(case, plan=structural(case.plan, folder.plan), history=None)
    made = structured(timeless, questions[0], {})
    need = month_need(question, case.plan, {})
    points = {s: made.solve(s) for s in made.structure.steps(need.hours)}
    week = staff_fast(made.structure, points, need.required, need.hours)
    fast_s = time.process_time() - start
    plan = replace(case.plan, first_date=question.week.first_date, weeks=1)
    typical = replace(
        case, plan=plan, time_off=(), previous_roster=None, locked=(), history=None
    )
    needed = week_requirement(question, case.plan, {})
    instance = roster_instance(typical, needed)
    outcome = solve(
        instance,
        plan_rules(typical),
        limits=SolveLimits(max_time_s=600.0, deterministic_rounds=rounds),
    )
    found = outcome if hasattr(outcome, "roster") else outcome.best
    hours = sum(shift.paid_steps for shift in found.roster.shifts)
    return float(week.paid.sum()), hours * instance.step_minutes / 60, fast_s


def hours(template, count, rounds):
    """Print fast against full paid hours of *count* random scenario-months."""
    if not count:
        return []
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "plan"
        write_template(directory, template)
        folder = read_folder(directory, ALL_FILES)
    weeks = typical_weeks(folder, months_from(FIRST, 12))
    folder = replace(
        folder,
        exchange_rates=tuple(
            replace(rate, month=str(month))
            for rate in folder.exchange_rates
            if rate.month == "2026-10"
            for month in months_from(Month(2026, 10), 14)
        ),
    )
    calendars = MarketCalendars(range(2025, 2029))
    questions = [
        DemandQuestion(week=week, base=folder.plan, calendars=calendars)
        for week in weeks
    ]
    rng = np.random.default_rng(20261122)
    apart = []
    for _ in range(count):
        fast, full, fast_s = one(folder, questions, rng, rounds)
        apart.append(fast / full - 1)
        print(
            f"{template:15} full {full:8,.0f} h  fast {fast:8,.0f} h  "
            f"{apart[-1]:+6.1%}  fast took {fast_s:.1f} s CPU",
            flush=True,
        )
    return apart


def many():
    """Print the time of 200 scenarios of 12 months on the demo."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "plan"
        write_template(directory, "global-support")
        path = directory / "scenarios.yaml"
        text = path.read_text(encoding="utf-8")
        head = re.sub(r"(?m)^decision:\n(?:[ ]+.*\n)*", "", text)
        head = head[: head.index("\nscenarios:\n")]
        path.write_text(f"{head}\nscenarios:\n{''.join(scenarios())}", encoding="utf-8")
        start, before = time.perf_counter(), cpu_s()
        last = [""]

        def show(stage, done, count):
            if done == count and stage != last[0]:
                last[0] = stage
                print(f"  {stage}: {count}, CPU so far {cpu_s() - before:.0f} s")

        workers = os.cpu_count() or 1
        run = run_scenarios(directory, workers=workers, on_progress=show)
    results = run.comparison.results
    print(
        f"{len(results)} scenarios x {len(results[0].months)} months, "
        f"{workers} processes: {time.perf_counter() - start:.0f} s wall, "
        f"{cpu_s() - before:.0f} s CPU; load {os.getloadavg()[0]:.1f}"
    )


def scenarios():
    for volume in VOLUMES:
        for bot in BOTS:
            for heads in HEADS:
                for price in PRICES:
                    name = f"v{volume}_b{bot}_h{heads}_{price}".replace(".", "")
                    yield f"  {name}:\n    set:\n"
                    yield f"      lanes.manila.price: {price}\n"
                    yield f"      queues.chat_en.containment: {max(bot, 1e-9)}\n"
                    yield "    scale:\n"
                    yield f'      "queues.*.volume_scale": {volume}\n'
                    yield f"      sites.manila.headcount: {heads}\n"


def cpu_s():
    """Return CPU seconds of this process and its children that have ended."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    rest = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + rest.ru_utime + rest.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["hours", "many"])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--single", type=int, default=10)
    parser.add_argument("--demo", type=int, default=10)
    given = parser.parse_args()
    if given.what == "many":
        many()
        return
    apart = hours("single-site", given.single, given.rounds)
    apart += hours("global-support", given.demo, given.rounds)
    size = [abs(x) for x in apart]
    print(
        f"{len(apart)} scenario-months: median {statistics.median(size):.1%} apart, "
        f"worst {max(size):.1%}, within 3 %: {sum(x <= 0.03 for x in size)}"
    )


if __name__ == "__main__":
    main()
