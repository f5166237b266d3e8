"""plan.yaml's tables as domain types."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wfm.domain.demand import (
    MINUTES_PER_DAY,
    ChatConcurrency,
    Forward,
    OpeningHours,
    Queue,
    ServiceTarget,
    ShrinkageComponent,
    SkillNeed,
    StaffingChoice,
)
from wfm.domain.people import (
    BreakRule,
    EmploymentContract,
    ShiftTemplate,
    Site,
)
from wfm.domain.plan import CalendarChange
from wfm.domain.roster import Prices
from wfm.io.plan_drivers import drivers_of, offer_of, outbound_of
from wfm.io.plan_schema import (
    BreakTable,
    CalendarTable,
    HoursTable,
    PlanTable,
    PricesTable,
    QueueTable,
    ShiftTable,
    ShrinkageTable,
    SiteTable,
)
from wfm.io.plan_split_shifts import split_templates
from wfm.io.values import WEEKDAYS, Spans, minor_units

THOUSANDTHS = 1000


def opening_hours(table: HoursTable | None) -> OpeningHours:
    """Return a week of local opening spans; no table is around the clock.

    The more specific key wins (``mon`` before ``weekdays`` before ``daily``). A span
    past midnight continues on the next weekday; spans that touch become one.
    """
    if table is None:
        return OpeningHours(spans=(((0, MINUTES_PER_DAY),),) * 7)
    days: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for weekday in range(7):
        for start, end in _spans_of_day(table, weekday):
            days[weekday].append((start, min(end, MINUTES_PER_DAY)))
            if end > MINUTES_PER_DAY:
                days[(weekday + 1) % 7].append((0, end - MINUTES_PER_DAY))
    return OpeningHours(spans=tuple(_joined(spans) for spans in days))


def _spans_of_day(table: HoursTable, weekday: int) -> Spans:
    group = table.weekdays if weekday < 5 else table.weekend
    for choice in (getattr(table, WEEKDAYS[weekday]), group, table.daily):
        if choice is not None:
            spans: Spans = choice
            return spans
    return ()


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def queue_of(queue_id: str, table: QueueTable) -> Queue:
    """Return one queue."""
    target = table.target
    return Queue(
        queue_id=queue_id,
        channel=table.channel,
        zone=table.zone,
        requires=tuple(
            SkillNeed(skill=skill, min_level=level) for skill, level in table.requires
        ),
        opening=opening_hours(table.open),
        target=ServiceTarget(
            service_level_fraction=target.service_level,
            answer_within_s=target.answer_within_s,
            asa_s=target.asa_s,
            max_occupancy_fraction=target.max_occupancy,
            answer_within_open_hours=target.answer_within_open_hours,
            over=target.over,
            min_interval_level=target.min_interval_service_level,
        ),
        country=table.country,
        subdivision=table.subdivision,
        closed_on_holidays=table.closed_on_holidays,
        guaranteed_agents=table.guaranteed_agents,
        handover_minutes=table.handover_minutes,
        patience_s=table.patience_s,
        chat=_chat(table),
        forwards=_forwards(table),
        shrinkage=shrinkage_of(table.shrinkage or {}),
        default_aht_s=table.aht_s,
        volume_scale=table.volume_scale,
        drivers=drivers_of(table.reasons, table.demand),
        callback_offer=offer_of(table.callback_offer),
        outbound=outbound_of(table.outbound),
        blend_with=table.blend,
        staffing=StaffingChoice(
            plan_on=table.plan_on,
            probability=table.plan_probability or StaffingChoice().probability,
            rate_cv=table.demand_cv,
            method=table.staffing_method,
        ),
    )


def _chat(table: QueueTable) -> ChatConcurrency | None:
    if table.chat is None:
        return None
    return ChatConcurrency(
        max_chats=table.chat.max_chats, aht_factor=table.chat.aht_factor
    )


def _forwards(table: QueueTable) -> tuple[Forward, ...]:
    return tuple(
        Forward(
            to_queue=forward.to,
            share=forward.share,
            delay_minutes=forward.delay_minutes,
            aht_s=forward.aht_s,
        )
        for forward in table.forwards
    )


def shrinkage_of(
    tables: Mapping[str, ShrinkageTable],
) -> tuple[ShrinkageComponent, ...]:
    """Return the components in the order written."""
    return tuple(
        ShrinkageComponent(name=name, fraction=part.fraction, rostered=part.rostered)
        for name, part in tables.items()
    )


def site_of(site_id: str, table: SiteTable) -> Site:
    """Return one site; a site without a region is a region of its own."""
    return Site(
        site_id=site_id,
        zone=table.zone,
        region=table.region or site_id,
        country=table.country,
        subdivision=table.subdivision,
        holidays=table.holidays,
        seats=table.seats,
        night_from_minute=table.night[0],
        night_to_minute=table.night[1],
        night_premium_fraction=table.night_premium,
        holiday_premium_fraction=table.holiday_premium,
        sunday_premium_fraction=table.sunday_premium,
        overtime_premium_fraction=table.overtime_premium,
        overtime_after_minutes=None
        if table.overtime_after_hours is None
        else round(table.overtime_after_hours * 60),
        skill_premia=tuple(
            (skill, level, fraction)
            for (skill, level), fraction in table.skill_premium.items()
        ),
        outsourced=table.outsourced,
    )


def break_rule(table: BreakTable) -> BreakRule:
    """Return one break; without a window it may start at any time of the shift."""
    if table.before_end is not None:
        earliest, latest = table.before_end
    else:
        earliest, latest = table.start_after or (0, 0)
    return BreakRule(
        kind=table.kind,
        minutes=table.minutes,
        paid=table.paid,
        earliest_minutes=earliest,
        latest_minutes=latest,
        anchor="start" if table.before_end is None else "end",
        min_shift_minutes=table.for_shifts[0],
        below_shift_minutes=table.for_shifts[1],
    )


def shift_template(
    template_id: str, table: ShiftTable, break_sets: Mapping[str, tuple[BreakRule, ...]]
) -> ShiftTemplate:
    """Return one shift template with the breaks of its set."""
    return ShiftTemplate(
        template_id=template_id,
        start_from_minute=table.start[0],
        start_to_minute=table.start[1],
        start_step_minutes=table.every_minutes,
        elapsed_minutes=tuple(sorted(set(table.hours))),
        breaks=break_sets.get(table.breaks or "", ()),
        weekdays=frozenset(table.days),
    )


def contracts_of(plan: PlanTable) -> dict[str, EmploymentContract]:
    """Return the employment contracts with their templates."""
    break_sets = {
        name: tuple(break_rule(table) for table in tables)
        for name, tables in plan.break_sets.items()
    }
    templates = {
        name: split_templates(shift_template(name, table, break_sets), table)
        for name, table in plan.shift_templates.items()
    }
    return {
        name: EmploymentContract(
            contract_id=name,
            templates=tuple(t for s in table.shifts for t in templates.get(s, ())),
        )
        for name, table in plan.employment_contracts.items()
    }


def prices_of(table: PricesTable | None, currency: str) -> Prices:
    """Return prices in thousandths of a minor unit; without a table all are 0."""
    if table is None:
        return Prices(understaffing_per_hour=0)

    def price(name: str, default: int = 0) -> int:
        amount = getattr(table, name)
        return default if amount is None else minor_units(amount, currency, THOUSANDTHS)

    # A changed shift weighs as much as two missing hours unless the plan says else.
    per_shift = price("change_per_shift", 2 * price("understaffing_per_hour"))
    prices = Prices(
        understaffing_per_hour=price("understaffing_per_hour"),
        overstaffing_per_hour=price("overstaffing_per_hour"),
        night_per_hour=price("night_per_hour"),
        preference_per_hour=price("preference_per_hour"),
        preference_seniority=table.preference_seniority,
        fairness_per_hour=price("fairness_per_hour"),
        fairness_measure=table.fairness_measure,
        fairness_within=table.fairness_within,
        change_per_shift=per_shift,
        change_per_break=price("change_per_break", per_shift // 3),
    )
    steps = table.understaffing_steps
    return prices if steps is None else replace(prices, understaffing_steps=steps)


def calendar_change(table: CalendarTable) -> CalendarChange:
    """Return one calendar's corrections."""
    return CalendarChange(added=dict(table.add), removed=frozenset(table.remove))
