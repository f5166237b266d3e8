"""The sheets of the workbook."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np

from wfm.calendar.catalogue import dates_of
from wfm.domain.people import Agent
from wfm.domain.roster import Shift
from wfm.report.background import flat
from wfm.report.cover import mean_by_interval
from wfm.report.inputs import ReportInput
from wfm.report.key_figures import gaps, queue_figures, target_agents, totals
from wfm.report.sections import banners, search_facts, verdict
from wfm.report.sheets import Column, Formula, Sheet, cells
from wfm.report.text import (
    day_label,
    days_label,
    hours_label,
    local_time,
    money,
    span_label,
    words,
)

ROSTER_COLUMNS = (
    Column(head="agent_id", width=14),
    Column(head="site", width=12),
    Column(head="date_local", width=12, style="plain_date"),
    Column(head="start_utc", width=19, style="utc"),
    Column(head="end_utc", width=19, style="utc"),
    Column(head="activity", width=12),
    Column(head="queue", width=18),
)
SUMMARY_COLUMNS = (
    Column(head="queue", width=28),
    Column(head="channel", width=12),
    Column(head="market's clock", width=20),
    Column(head="contacts", width=12, style="whole"),
    Column(head="needed, h", width=12, style="hours"),
    Column(head="staffed, h", width=12, style="hours"),
    Column(head="missing, h", width=12, style="hours"),
    Column(head="missing", width=10, style="percent"),
    Column(head="guaranteed agents", width=12, style="whole"),
    Column(head="guarantee", width=12),
    Column(head="answered in time", width=12, style="percent"),
    Column(head="promised", width=12, style="percent"),
)
COVER_COLUMNS = (
    Column(head="queue", width=20),
    Column(head="start_utc", width=19, style="utc"),
    Column(head="customers' clock", width=22, style="time"),
    Column(head="needed", width=11, style="agents"),
    Column(head="staffed", width=11, style="agents"),
    Column(head="net", width=11, style="agents"),
    Column(head="kind", width=18),
)

GAP_COLUMNS = (
    Column(head="queue", width=20),
    Column(head="customers' clock", width=34),
    Column(head="zone", width=20),
    Column(head="from_utc", width=19, style="utc"),
    Column(head="to_utc", width=19, style="utc"),
    Column(head="missing, agent-hours", width=14, style="hours"),
    Column(head="share", width=9, style="percent"),
    Column(head="what", width=22),
)


def naive(instant: datetime, zone_name: str = "UTC") -> datetime:
    """Return the wall-clock time that a spreadsheet can hold."""
    return local_time(instant, zone_name).replace(tzinfo=None)


def write_summary(sheet: Sheet, inputs: ReportInput) -> None:
    """Write what is planned, the proof, the queues with totals, and the search."""
    plan = inputs.folder.plan
    last = plan.first_date + timedelta(days=7 * plan.weeks - 1)
    sheet.put(0, 0, plan.name or "Weekly plan", "title")
    sheet.put(
        1, 0, f"{days_label(plan.first_date, last)}, clock of {plan.zone}", "note"
    )
    sheet.put(2, 0, verdict(inputs), "good" if inputs.certificate.ok else "warn")
    row = 3
    for head, text in banners(inputs):
        sheet.put(row, 0, f"{head} {text}", "warn")
        row += 1
    top = row + 1
    after = sheet.table(SUMMARY_COLUMNS, _queue_rows(inputs, top), top=top)
    _totals_row(sheet, inputs, top, after)
    for n, (label, value) in enumerate(_facts(inputs), start=after + 2):
        style = "fact_hours" if isinstance(value, float) else "fact"
        sheet.put(n, 0, label, "note")
        sheet.put(n, 1, value, style)
    sheet.printed(top)


def _facts(inputs: ReportInput) -> list[tuple[str, object]]:
    sums = totals(inputs, queue_figures(inputs))
    return [
        ("People", sums.agents),
        ("Shifts", sums.shifts),
        ("Paid hours", sums.paid_hours),
        ("Hours at work, breaks left out", sums.working_hours),
        ("Wages", money(sums.paid_cost, inputs.folder.plan.currency)),
        *search_facts(inputs),
    ]


def _queue_rows(inputs: ReportInput, top: int) -> Iterator[tuple[object, ...]]:
    answers = {None: "", True: "kept", False: "NOT kept"}
    for n, row in enumerate(queue_figures(inputs), start=top + 2):
        share = Formula(text=f"=IF(E{n}>0,G{n}/E{n},0)", value=row.missing_fraction)
        yield (
            row.queue_id, row.channel, row.zone, row.contacts, row.required_hours,
            row.staffed_hours, row.missing_hours, share, row.guaranteed_agents or "",
            answers[row.guarantee_ok], row.service_level, row.service_target,
        )  # fmt: skip


def _totals_row(sheet: Sheet, inputs: ReportInput, top: int, row: int) -> None:
    sums = totals(inputs, queue_figures(inputs))
    values = (
        sums.contacts,
        sums.required_hours,
        sums.staffed_hours,
        sums.missing_hours,
    )
    sheet.put(row, 0, "all queues", "sum_text")
    sheet.put(row, 1, "", "sum_text")
    sheet.put(row, 2, "", "sum_text")
    for column, value in enumerate(values, start=3):
        text = f"=SUM({cells(column, top + 1, row - 1)})"
        style = "sum_whole" if column == 3 else "sum_hours"
        sheet.put(row, column, Formula(text=text, value=value), style)
    share = f"=IF(E{row + 1}>0,G{row + 1}/E{row + 1},0)"
    sheet.put(row, 7, Formula(text=share, value=sums.missing_fraction), "sum_percent")


def write_roster(sheet: Sheet, inputs: ReportInput) -> None:
    """Write the roster with the columns of roster.csv, ready to be read back."""
    sheet.table(ROSTER_COLUMNS, _roster_rows(inputs))
    sheet.printed(0, landscape=False)


def _roster_rows(inputs: ReportInput) -> Iterator[tuple[object, ...]]:
    grid = inputs.instance.grid
    sites = {agent.agent_id: agent.site_id for agent in inputs.instance.agents}
    for shift in inputs.roster.shifts:
        for span in shift.spans:
            yield (
                shift.agent_id, sites[shift.agent_id], shift.date_local,
                naive(grid.instant(span.start_idx)), naive(grid.instant(span.end_idx)),
                span.activity, span.queue,
            )  # fmt: skip


def write_week(sheet: Sheet, inputs: ReportInput) -> None:
    """Write people by days in local time, with paid hours and their sum."""
    plan = inputs.folder.plan
    days = dates_of(plan.first_date, 7 * plan.weeks)
    first_hours = 5 + len(days)
    columns = (
        Column(head="site", width=12),
        Column(head="agent_id", width=13),
        Column(head="name", width=20),
        Column(head="contract", width=14),
        Column(head="clock", width=18),
        *(Column(head=day_label(day), width=14, style="free") for day in days),
        *(
            Column(head=f"{day_label(day)[:3]} h", width=8, style="hours")
            for day in days
        ),
        Column(head="paid h", width=10, style="week_hours"),
    )
    rows = [_week_row(inputs, a, days, n) for n, a in enumerate(_by_site(inputs), 1)]
    sheet.table(columns, rows, freeze_columns=3)
    for n, agent in enumerate(_by_site(inputs), start=1):
        for shift in inputs.shifts_of(agent.agent_id):
            column = 5 + (shift.date_local - plan.first_date).days
            if 5 <= column < first_hours:
                text = rows[n - 1][column]
                sheet.put(n, column, text, _time_of_day(inputs, shift, agent.zone))
    sheet.printed(0)


def _by_site(inputs: ReportInput) -> list[Agent]:
    return [agent for group in inputs.agents_by_site().values() for agent in group]


def _week_row(
    inputs: ReportInput, agent: Agent, days: tuple[date, ...], row: int
) -> tuple[object, ...]:
    shifts: dict[date, list[Shift]] = {day: [] for day in days}
    for shift in inputs.shifts_of(agent.agent_id):
        shifts.setdefault(shift.date_local, []).append(shift)
    grid = inputs.instance.grid
    texts = [
        ", ".join(
            hours_label(grid, shift.start_idx, shift.end_idx, agent.zone).split(" ")[0]
            for shift in shifts[day]
        )
        or "–"
        for day in days
    ]
    paid = [
        sum(shift.paid_steps for shift in shifts[day]) * inputs.step_hours
        for day in days
    ]
    first = 5 + len(days)
    total = f"=SUM({_across(first, first + len(days) - 1, row)})"
    return (
        agent.site_id, agent.agent_id, agent.name, agent.contract_id, agent.zone,
        *texts, *paid, Formula(text=total, value=sum(paid)),
    )  # fmt: skip


def _across(first: int, last: int, row: int) -> str:
    start = cells(first, row, row).split(":")[0]
    return f"{start}:{cells(last, row, row).split(':')[0]}"


def _time_of_day(inputs: ReportInput, shift: Shift, zone_name: str) -> str:
    hour = local_time(inputs.instance.grid.instant(shift.start_idx), zone_name).hour
    if hour < 5 or hour >= 19:
        return "night"
    return "early" if hour < 9 else "day" if hour < 12 else "late"


def write_cover(sheet: Sheet, inputs: ReportInput) -> None:
    """Write needed, staffed and net agents by queue and interval, sums on top."""
    rows = list(_cover_rows(inputs, first_row=4))
    hours = inputs.folder.plan.interval_minutes / 60
    sheet.put(0, 0, "Agent-hours of the rows shown (the filter counts)", "note")
    last = 3 + len(rows) - 1
    for column in (3, 4, 5):
        text = f"=SUBTOTAL(109,{cells(column, 3, last)})*{hours!r}"
        value = float(np.nansum([_value(row[column]) for row in rows])) * hours
        sheet.put(1, column, Formula(text=text, value=value), "sum_hours")
    sheet.put(1, 0, "sum, hours", "sum_text")
    sheet.table(COVER_COLUMNS, rows, top=2, freeze_columns=3)
    area = cells(5, 3, last)
    for criteria, value, style in (("<", -0.05, "short"), (">", 0.05, "spare")):
        sheet.target.conditional_format(
            area,
            {"type": "cell", "criteria": criteria, "value": value,
             "format": sheet.styles[style]},
        )  # fmt: skip
    sheet.printed(2, landscape=False)


def _value(cell: object) -> float:
    if isinstance(cell, Formula):
        return cell.value
    return cell if isinstance(cell, float) else 0.0


def _cover_rows(inputs: ReportInput, first_row: int) -> Iterator[tuple[object, ...]]:
    instance = inputs.instance
    minutes = inputs.folder.plan.interval_minutes
    factor = minutes // instance.step_minutes
    needed = mean_by_interval(target_agents(inputs)[:, inputs.window], factor)
    staffed = mean_by_interval(inputs.staffed_agents[:, inputs.window], factor)
    deferred = {work.queue_id for work in instance.deferred}
    n = first_row
    for q, queue in enumerate(instance.queues):
        kind = "even pace (a hint)" if queue.queue_id in deferred else "target"
        for t in range(needed.shape[1]):
            start = instance.grid.instant(inputs.window.start + t * factor)
            need, there = float(needed[q, t]), float(staffed[q, t])
            reachable = np.isfinite(need)
            yield (
                queue.queue_id, naive(start), naive(start, queue.zone),
                need if reachable else "out of reach", there,
                Formula(text=f"=E{n}-D{n}", value=there - need) if reachable else "",
                kind,
            )  # fmt: skip
            n += 1


def write_gaps(sheet: Sheet, inputs: ReportInput) -> None:
    """Write every gap, the largest first."""
    sheet.table(GAP_COLUMNS, _gap_rows(inputs))
    sheet.printed(0)


def _gap_rows(inputs: ReportInput) -> Iterator[tuple[object, ...]]:
    grid = inputs.instance.grid
    zones = {queue.queue_id: queue.zone for queue in inputs.instance.queues}
    found = gaps(inputs)
    whole, last = sum(gap.missing_hours for gap in found), len(found) + 1
    for n, gap in enumerate(found, start=2):
        share = f"=F{n}/SUM(F$2:F${last})"
        yield (
            gap.queue_id,
            span_label(grid, gap.start_idx, gap.end_idx, zones[gap.queue_id]),
            zones[gap.queue_id],
            naive(grid.instant(gap.start_idx)),
            naive(grid.instant(gap.end_idx)),
            gap.missing_hours,
            Formula(text=share, value=gap.missing_hours / whole),
            "work not done when due" if gap.deferred else "too few at work",
        )


def write_rules(sheet: Sheet, inputs: ReportInput) -> None:
    """Write every rule checked and, below, every breach."""
    rules = sorted(inputs.certificate.rules.items(), key=lambda r: (-r[1], r[0]))
    heads = (
        Column(head="rule", width=26),
        Column(head="breaches", width=12, style="whole"),
    )
    row = sheet.table(heads, [(words(name), count) for name, count in rules])
    sheet.target.set_column(2, 2, 14)
    sheet.target.set_column(3, 4, 19)
    sheet.target.set_column(5, 5, 80)
    row += 1
    for column, head in enumerate(
        ("rule broken", "agent or queue", "local date", "from_utc", "to_utc", "what")
    ):
        sheet.put(row, column, head, "head")
    grid = inputs.instance.grid
    for n, breach in enumerate(inputs.certificate.violations, start=row + 1):
        sheet.put(n, 0, words(breach.rule))
        sheet.put(n, 1, breach.agent_id or breach.queue_id)
        sheet.put(n, 2, breach.date_local, "plain_date")
        if breach.end_idx > breach.start_idx:
            sheet.put(n, 3, naive(grid.instant(breach.start_idx)), "utc")
            sheet.put(n, 4, naive(grid.instant(breach.end_idx)), "utc")
        sheet.put(n, 5, breach.message)
    sheet.printed(0)


def write_manifest(sheet: Sheet, inputs: ReportInput) -> None:
    """Write the run manifest, one line per entry."""
    columns = (Column(head="entry", width=34), Column(head="value", width=90))
    sheet.table(columns, flat(inputs.manifest))
    sheet.printed(0)
