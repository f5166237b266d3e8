"""A finished run made by hand, small or as large as the demo, for report tests."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from solver.outcome import Allocation, Progress, Solved
from wfm.calendar.catalogue import ShiftOption, build_shift, dates_of, shift_options
from wfm.calendar.local import day_range, local_clock, to_instant, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.demand import (
    ContactHistory,
    Forward,
    OpeningHours,
    Queue,
    ServiceTarget,
    SkillNeed,
    VolumeForecast,
)
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent, BreakRule, EmploymentContract, ShiftTemplate, Site
from wfm.domain.plan import CleaningEntry, Plan, PlanFolder, PlanRule
from wfm.domain.roster import (
    PlannedDay,
    Prices,
    Roster,
    RosterInstance,
    Shift,
    Violation,
    is_eligible,
)
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.evaluation.certificate import Certificate
from wfm.evaluation.coverage import CoverSpan
from wfm.evaluation.handover import HandOverRecord
from wfm.report.inputs import ReportInput

FIRST = date(2026, 10, 26)
ZONE = "Europe/Warsaw"
INTERVAL, STEP = 30, 15
FACTOR = INTERVAL // STEP

BREAKS = (
    BreakRule(kind="break", minutes=15, paid=True, earliest_minutes=75,
              latest_minutes=135, min_shift_minutes=360),
    BreakRule(kind="meal", minutes=45, paid=False, earliest_minutes=195,
              latest_minutes=285, min_shift_minutes=360),
    BreakRule(kind="break", minutes=15, paid=True, earliest_minutes=150,
              latest_minutes=75, anchor="end", min_shift_minutes=360),
    BreakRule(kind="break", minutes=15, paid=True, earliest_minutes=90,
              latest_minutes=150, min_shift_minutes=0, below_shift_minutes=360),
)  # fmt: skip
FULL = EmploymentContract(
    contract_id="full",
    templates=tuple(
        ShiftTemplate(template_id=name, start_from_minute=start, start_to_minute=end,
                      start_step_minutes=60, elapsed_minutes=(510,), breaks=BREAKS)
        for name, start, end in (
            ("day", 7 * 60, 10 * 60), ("late", 12 * 60, 15 * 60),
            ("night", 21 * 60, 23 * 60),
        )
    ),
)  # fmt: skip
PART = EmploymentContract(
    contract_id="part",
    templates=(
        ShiftTemplate(template_id="short", start_from_minute=8 * 60,
                      start_to_minute=16 * 60, start_step_minutes=120,
                      elapsed_minutes=(300,), breaks=BREAKS),
    ),
)  # fmt: skip


def hours(start: int, end: int, days: range = range(7)) -> OpeningHours:
    span = ((start * 60, end * 60),)
    return OpeningHours(spans=tuple(span if d in days else () for d in range(7)))


def queue(
    queue_id: str, zone: str, skills: str, opening: OpeningHours, **more: object
) -> Queue:
    return Queue(
        queue_id=queue_id,
        channel=queue_id.split("_")[0].replace("second", "phone"),
        zone=zone,
        requires=tuple(SkillNeed(skill=s) for s in skills.split(";")),
        opening=opening,
        target=ServiceTarget(service_level_fraction=0.8, answer_within_s=20),
        **more,  # type: ignore[arg-type]
    )


def demo_queues() -> tuple[Queue, ...]:
    us = ("eastern", "New_York"), ("central", "Chicago"), ("mountain", "Denver")
    return (
        queue("phone_ja", "Asia/Tokyo", "ja;phone", hours(9, 21), guaranteed_agents=2),
        queue("phone_ko", "Asia/Seoul", "ko;phone", hours(9, 18, range(5))),
        *(
            queue(f"phone_us_{n}", f"America/{c}", "en;phone", hours(9, 21))
            for n, c in (*us, ("pacific", "Los_Angeles"))
        ),
        queue("phone_us_hawaii", "Pacific/Honolulu", "en;phone", hours(9, 21)),
        queue("phone_de", "Europe/Berlin", "de;phone", hours(8, 20, range(6))),
        queue("chat_ja", "Asia/Tokyo", "ja;chat", hours(9, 21)),
        queue("chat_en", "America/New_York", "en;chat", hours(0, 24),
              guaranteed_agents=2, handover_minutes=30),
        queue("email_en", "America/New_York", "en;email", hours(8, 18, range(5))),
        queue("email_ja", "Asia/Tokyo", "ja;email", hours(9, 18, range(5))),
        queue("social_en", "America/New_York", "en;social", hours(0, 24)),
        queue("second_line", "America/Denver", "en;second", hours(8, 20),
              forwards=(Forward(to_queue="phone_ja", share=0.0),)),
    )  # fmt: skip


def small_queues() -> tuple[Queue, ...]:
    names = ("phone_ja", "chat_en", "email_en")
    return tuple(q for q in demo_queues() if q.queue_id in names)


SITES = {
    "fukuoka": Site(site_id="fukuoka", zone="Asia/Tokyo", region="apac", seats=45),
    "dalian": Site(site_id="dalian", zone="Asia/Shanghai", region="apac"),
    "manila": Site(site_id="manila", zone="Asia/Manila", region="apac"),
    "krakow": Site(site_id="krakow", zone="Europe/Warsaw", region="emea"),
    "denver": Site(site_id="denver", zone="America/Denver", region="amer"),
}
SITE_SKILLS = {
    "fukuoka": ("ja;phone;chat", "ja;phone;email", "ja;en;phone;chat;email"),
    "dalian": ("ja;ko;phone;chat", "ko;phone", "ja;phone;email"),
    "manila": ("en;phone;chat", "en;phone;chat;social", "en;email;social;second"),
    "krakow": ("en;de;phone;chat", "de;phone", "en;phone;chat;email;second"),
    "denver": ("en;phone;chat;second", "en;phone;social", "en;phone;chat;email"),
}


def make_agents(per_site: int) -> tuple[Agent, ...]:
    agents = []
    for site in SITES.values():
        for n in range(per_site):
            skills = SITE_SKILLS[site.site_id][n % 3].split(";")
            agents.append(
                Agent(
                    agent_id=f"{site.site_id[:3].upper()}{n + 1:03d}",
                    site_id=site.site_id,
                    contract_id="part" if n % 6 == 5 else "full",
                    skills=dict.fromkeys(skills, 0),
                    zone=site.zone,
                    name="Łukasz O’Neil" if n == 1 else "",
                    hourly_cost_minor=1800,
                    currency="EUR",
                )
            )
    return tuple(agents)


def volumes(queues: tuple[Queue, ...], grid: IntervalGrid, scale: float) -> np.ndarray:
    rows = []
    for n, q in enumerate(queues):
        clock = local_clock(grid, q.zone)
        hump = np.sin(np.pi * (clock.minute_of_day - 300) / 1140).clip(0.05)
        week = np.array([1.25, 1.1, 1.0, 1.0, 0.95, 0.7, 0.6])[clock.weekday]
        rows.append(scale * (6 + 3 * (n % 4)) * hump * week * open_mask(q, grid))
    return np.array(rows)


def make_history(queues: tuple[Queue, ...], weeks: int, scale: float) -> ContactHistory:
    start = datetime(2026, 10, 25, 16, tzinfo=UTC) - timedelta(weeks=weeks)
    grid = IntervalGrid(
        start_utc=start, interval_minutes=INTERVAL, num_intervals=weeks * 336 + 24
    )
    fine = np.random.default_rng(7)
    offered = fine.poisson(volumes(queues, grid, scale)).astype(float)
    observed = np.ones(offered.shape, dtype=bool)
    observed[0, -300:-290] = False
    offered[~observed] = 0.0
    return ContactHistory(
        grid=grid, queue_ids=tuple(q.queue_id for q in queues),
        offered_contacts=offered, handled_contacts=offered,
        abandoned_contacts=0 * offered, aht_s=np.full(offered.shape, 320.0),
        observed=observed, aht_weight=offered,
    )  # fmt: skip


def make_grid() -> IntervalGrid:
    start = to_instant(wall_minute(FIRST), "Asia/Tokyo") - timedelta(hours=3)
    return IntervalGrid(start_utc=start, interval_minutes=INTERVAL, num_intervals=400)


def make_forecast(
    queues: tuple[Queue, ...], grid: IntervalGrid, scale: float
) -> VolumeForecast:
    mean = volumes(queues, grid, scale)
    first, end = [], []
    for n, q in enumerate(queues):
        first.append(max(0, grid.floor_index(to_instant(wall_minute(FIRST), q.zone))))
        end.append(min(grid.num_intervals, first[-1] + 336))
        mean[n, : first[-1]] = mean[n, end[-1] :] = 0
    spread = 1.3 * np.sqrt(mean)
    levels = [(mean - spread).clip(0), mean, mean + spread]
    return VolumeForecast(
        grid=grid, queue_ids=tuple(q.queue_id for q in queues),
        levels=(0.1, 0.5, 0.9), mean=mean, quantiles=np.stack(levels, axis=1),
        aht_s=np.where(mean > 0, 320.0, 0.0), first_idx=tuple(first),
        end_idx=tuple(end), failures={queues[-1].queue_id: "history too short"},
    )  # fmt: skip


def make_requirement(
    queues: tuple[Queue, ...], forecast: VolumeForecast, window: tuple[int, int]
) -> StaffingRequirement:
    inside = np.zeros(forecast.grid.num_intervals)
    inside[window[0] : window[1]] = 1
    offered = forecast.mean * inside
    load = offered * 320 / (INTERVAL * 60)
    base = np.where(load > 0, load + 0.8 * np.sqrt(load), 0.0)
    deferred = tuple(
        _deferred(q.queue_id, load[n], window)
        for n, q in enumerate(queues)
        if q.channel in ("email", "social")
    )
    names = {work.queue_id for work in deferred}
    binding = [
        ["due" if q.queue_id in names else "service_level"] * base.shape[1]
        for q in queues
    ]
    return StaffingRequirement(
        grid=forecast.grid, queue_ids=forecast.queue_ids, offered_contacts=offered,
        aht_s=forecast.aht_s, workload_erlangs=load, base_agents=base,
        scheduled_agents=base / 0.96, binding=np.where(base > 0, binding, ""),
        deferred=deferred,
        warnings={queues[0].queue_id: ("occupancy above 95 % in 3 intervals",)},
    )  # fmt: skip


def _deferred(queue_id: str, load: np.ndarray, window: tuple[int, int]) -> DeferredWork:
    arrivals = np.flatnonzero(load)
    return DeferredWork(
        queue_id=queue_id,
        arrival_idx=arrivals,
        due_idx=np.minimum(arrivals + 16, window[1]),
        work_hours=load[arrivals] * 0.5,
    )


def make_instance(
    queues: tuple[Queue, ...],
    agents: tuple[Agent, ...],
    requirement: StaffingRequirement,
    window: tuple[int, int],
) -> RosterInstance:
    grid = requirement.grid.refined(STEP)
    live = np.array([q.channel not in ("email", "social") for q in queues])
    opened = np.array([open_mask(q, grid) for q in queues])
    inside = np.zeros(grid.num_intervals, dtype=bool)
    inside[window[0] * FACTOR : window[1] * FACTOR] = True
    floor = np.array([[q.guaranteed_agents] for q in queues])
    days = {zone: _planned(grid, zone) for zone in {a.zone for a in agents}}
    night = np.array(
        [
            (m >= 22 * 60) | (m < 6 * 60)
            for m in (local_clock(grid, a.zone).minute_of_day for a in agents)
        ]
    )
    return RosterInstance(
        grid=grid, zone=ZONE,
        window_start_idx=window[0] * FACTOR, window_end_idx=window[1] * FACTOR,
        queues=queues, sites=SITES, contracts={"full": FULL, "part": PART},
        agents=agents, planned_days={a.agent_id: days[a.zone] for a in agents},
        scheduled_agents=requirement.scheduled_agents.repeat(FACTOR, axis=1)
        * live[:, None],
        guaranteed_agents=floor * opened * inside, open_mask=opened,
        pay=np.where(night, 562_500, 450_000), night=night,
        prices=Prices(understaffing_per_hour=6_000_000),
        deferred=tuple(
            replace(w, arrival_idx=w.arrival_idx * FACTOR, due_idx=w.due_idx * FACTOR)
            for w in requirement.deferred
        ),
    )  # fmt: skip


def _planned(grid: IntervalGrid, zone: str) -> tuple[PlannedDay, ...]:
    return tuple(
        PlannedDay(date_local=d, start_idx=r[0], end_idx=r[1])
        for d in dates_of(FIRST, 7)
        for r in [day_range(grid, d, zone)]
    )


def make_roster(instance: RosterInstance, need: np.ndarray) -> Roster:
    """Give every agent five shifts where the most is missing (greedy, legal enough)."""
    left = need.copy()
    shifts: list[Shift] = []
    for n, agent in enumerate(instance.agents):
        able = [q for q, x in enumerate(instance.queues) if is_eligible(agent, x)]
        contract = instance.contracts[agent.contract_id]
        free = 0
        taken = 0
        for d in range(7):
            day = instance.planned_days[agent.agent_id][(d + n) % 7 if n % 2 else d]
            options = [
                o
                for o in shift_options(
                    contract.templates, day.date_local, agent.zone, instance.grid
                )
                if o.end_idx < instance.grid.num_intervals
                and all(
                    o.start_idx >= s.end_idx + 44 or o.end_idx <= s.start_idx - 44
                    for s in shifts[len(shifts) - taken :]
                )
            ]
            if not options or not able or taken == 5:
                free += 1
                continue
            best = max(options, key=lambda o: _gain(left, able, o))
            starts = [
                b.first_idx + (n * 3 + k) % (b.last_idx - b.first_idx + 1)
                for k, b in enumerate(best.breaks)
            ]
            shift = build_shift(agent.agent_id, day.date_local, best, starts)
            shifts.append(shift)
            taken += 1
            for span in shift.working_spans:
                cut = slice(span.start_idx, span.end_idx)
                row = able[int(np.argmax([left[q, cut].sum() for q in able]))]
                left[row, cut] -= 1
    return Roster(shifts=tuple(shifts))


def _gain(left: np.ndarray, able: list[int], option: ShiftOption) -> float:
    return float(
        left[able, option.start_idx : option.end_idx].max(axis=0, initial=0.0).sum()
    )


def make_allocation(
    instance: RosterInstance, roster: Roster, need: np.ndarray
) -> Allocation:
    names = [q.queue_id for q in instance.queues]
    groups: dict[frozenset[str], set[str]] = {}
    for agent in instance.agents:
        able = frozenset(q.queue_id for q in instance.queues if is_eligible(agent, q))
        groups.setdefault(able, set()).add(agent.agent_id)
    ordered = sorted(groups.items(), key=lambda g: (len(g[0]), sorted(g[0])))
    left = need.copy()
    agents = np.zeros((len(ordered), *need.shape))
    for g, (able, members) in enumerate(ordered):
        heads = np.zeros(need.shape[1])
        for shift in roster.shifts:
            if shift.agent_id in members:
                for span in shift.working_spans:
                    heads[span.start_idx : span.end_idx] += 1
        for name in sorted(able):
            q = names.index(name)
            agents[g, q] = np.minimum(heads, left[q])
            heads -= agents[g, q]
            left[q] -= agents[g, q]
    return Allocation(
        group_queues=tuple(able for able, _ in ordered),
        group_agents=tuple(frozenset(members) for _, members in ordered),
        agents=agents,
    )


def make_plan(queues: tuple[Queue, ...]) -> Plan:
    return Plan(
        name="Global support", zone=ZONE, first_date=FIRST, weeks=1,
        interval_minutes=INTERVAL, roster_step_minutes=STEP, currency="EUR",
        queues=queues, sites=SITES, contracts={"full": FULL, "part": PART},
        prices=Prices(understaffing_per_hour=6_000_000),
        rules=(
            PlanRule(rule="min_rest", parameters={"hours": 11}),
            PlanRule(rule="min_rest", parameters={"hours": 12}, site_id="krakow"),
            PlanRule(rule="seats", enabled=False, contract_id="part"),
        ),
    )  # fmt: skip


def make_certificate(instance: RosterInstance) -> Certificate:
    spans = tuple(
        CoverSpan(
            queue_id=q.queue_id, start_idx=instance.window_start_idx + 48 * d,
            end_idx=instance.window_start_idx + 48 * (d + 1),
            guaranteed=q.guaranteed_agents, present=q.guaranteed_agents,
            eligible=q.guaranteed_agents + 1,
        )
        for q in instance.queues if q.guaranteed_agents for d in range(14)
    )  # fmt: skip
    marks = tuple(
        HandOverRecord(
            queue_id="chat_en", at_idx=instance.window_start_idx + 96 * d + 32 * k,
            leaving_region=a, taking_region=b, overlap_steps=2 + k,
        )
        for d in range(7)
        for k, (a, b) in enumerate(
            (("amer", "apac"), ("apac", "emea"), ("emea", "amer")))
    )  # fmt: skip
    rules = dict.fromkeys(
        (
            "one_shift_a_day", "shift_shape", "weekly_hours", "max_hours_a_day",
            "min_rest", "max_consecutive_days", "weekly_rest", "availability",
            "time_off", "skills", "locked", "seats", "min_cover", "hand_over",
        ),
        0,
    )  # fmt: skip
    return Certificate(
        ok=True,
        violations=(),
        spans=spans,
        cold_start=(),
        handovers=marks,
        rules=rules,
        hashes={},
        roster_hash="",
    )


def make_solved(instance: RosterInstance, roster: Roster, alloc: Allocation) -> Solved:
    trace = [
        Progress(wall_s=2.0 * k, phase="search",
                 objective=None if k < 2 else int(2.1e10 + 9e9 / k),
                 bound=int(2.0e10 - 6e9 / (k + 1)))
        for k in range(40)
    ]  # fmt: skip
    return Solved(
        roster=roster, allocation=alloc, objective=21_230_769_231,
        bound=19_850_000_000, avoidable_base=9_000_000_000,
        terms={"paid_cost": 15_000_000_000, "night": 230_769_231,
               "understaffing": 6_000_000_000, "overstaffing": 0, "preference": 0},
        stop_reason="time", reproducible=False, wall_s=80.2, first_roster_s=4.1,
        start_objective=25_000_000_000, rounds=31, trace=tuple(trace),
    )  # fmt: skip


MANIFEST: Mapping[str, object] = {
    "started_utc": "2026-10-24T09:15:00+00:00",
    "status": "ok",
    "seed": 1,
    "workers": 8,
    "versions": {"wfm": "0.1.0", "python": "3.11.7", "ortools": "9.15.6755"},
    "inputs": {"plan.yaml": "9f2c" * 16, "history.csv.gz": "b1d0" * 16},
    "objective": 21_230_769_231,
    "search": {"stop_reason": "time", "cures": []},
}


def cleaning_log() -> tuple[CleaningEntry, ...]:
    gaps = (
        CleaningEntry(
            file="history.csv", row=17 + n, queue_id="phone_ja",
            start=f"2026-05-0{1 + n % 9}T10:00+09:00",
            finding="no row in open hours", action="treated as missing",
        )
        for n in range(12)
    )  # fmt: skip
    fault = CleaningEntry(
        file="history.csv", row=400, queue_id="chat_en",
        start="2026-06-01T10:00-04:00",
        finding="<b>negative</b> value", action="row left out",
    )  # fmt: skip
    return (*gaps, fault)


def report_case(*, demo: bool = False) -> ReportInput:
    """Return a run of 3 queues and 15 agents, or (demo) of 13 queues and 180."""
    queues = demo_queues() if demo else small_queues()
    scale = 2.2 if demo else 0.7
    agents = make_agents(36 if demo else 3)
    grid = make_grid()
    start = grid.floor_index(to_instant(wall_minute(FIRST), ZONE))
    window = (start, grid.floor_index(to_instant(wall_minute(FIRST) + 10080, ZONE)))
    forecast = make_forecast(queues, grid, scale)
    requirement = make_requirement(queues, forecast, window)
    instance = make_instance(queues, agents, requirement, window)
    need = requirement.scheduled_agents.repeat(FACTOR, axis=1)
    roster = make_roster(instance, need)
    allocation = make_allocation(instance, roster, need)
    folder = PlanFolder(
        plan=make_plan(queues),
        history=make_history(queues, 26 if demo else 6, scale),
        history_log=cleaning_log(),
        agents=agents,
    )
    return ReportInput(
        folder=folder, forecast=forecast, requirement=requirement, instance=instance,
        roster=roster, allocation=allocation, certificate=make_certificate(instance),
        solved=make_solved(instance, roster, allocation), manifest=MANIFEST,
    )  # fmt: skip


def with_violation(case: ReportInput) -> ReportInput:
    """Return *case* with one breach, a guarantee that fails, and no proof."""
    breach = Violation(
        rule="min_rest", agent_id="FUK001", date_local=date(2026, 10, 28),
        start_idx=200, end_idx=230, message="9.0 h of rest, 11 h are due",
    )  # fmt: skip
    short = CoverSpan(
        queue_id="chat_en", start_idx=300, end_idx=310, guaranteed=2, present=1
    )
    proof = replace(
        case.certificate, ok=False, violations=(breach,),
        spans=(*case.certificate.spans, short), rules={"min_rest": 1, "seats": 0},
    )  # fmt: skip
    return replace(case, certificate=proof, status="without_guarantee")
