"""previous_roster.csv, locked_roster.csv and rosters given to ``wfm verify``."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from wfm.calendar.local import zone
from wfm.domain.errors import InputError, Problem
from wfm.domain.people import Agent
from wfm.domain.plan import Plan, RosterRow
from wfm.domain.roster import HOME, WORK
from wfm.io.problems import Problems, did_you_mean
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import Columns, Sheet, read_sheet
from wfm.io.values import parse_date, parse_instant

ROSTER = Columns(
    required=("agent_id", "date_local", "start_utc", "end_utc", "activity"),
    optional=("site", "queue", "where"),
    aliases={"agent": "agent_id", "start": "start_utc", "end": "end_utc"},
    ignored=frozenset({"note", "notes", "comment", "name"}),
)
_NO_DATE = date(1970, 1, 1)
_NO_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


def read_roster_rows(
    path: Path, plan: Plan, agents: Sequence[Agent]
) -> tuple[RosterRow, ...]:
    """Return the rows of a roster that was written or edited by hand.

    *path* is a CSV or a workbook, of which the sheet ``roster`` is read.

    Raises
    ------
    InputError
        With every row that can't be read, names nobody known, or overlaps another.
    """
    problems = Problems()
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = Problem(file=path.name, message=f"can't be read: {error.strerror}")
        raise InputError((fault,)) from error
    sheet = read_sheet(content, path.name, ROSTER, problems, sheet_name="roster")
    rows: tuple[RosterRow, ...] = ()
    if sheet is not None:
        rows = planned_rows(sheet, plan, agents, problems)
    problems.raise_if_any()
    return rows


def previous_rows(
    sheet: Sheet,
    plan: Plan,
    agents: Iterable[Agent] | None,
    problems: Problems,
    *,
    refuse_later: bool = True,
) -> tuple[RosterRow, ...]:
    """Return the rows of the previous roster.

    Rows of people who are no longer employed (not among *agents*) are passed over;
    ``None`` keeps everybody. Shifts of the planned week itself are a fault: they would
    stand in the way of every new one; without *refuse_later* they are passed over.
    """
    by_id = None if agents is None else {agent.agent_id: agent for agent in agents}
    found: list[RosterRow] = []
    planned: list[int] = []
    for row in iter_rows(sheet, problems):
        agent_id = row.required("agent_id")
        if by_id is not None and agent_id and agent_id not in by_id:
            continue
        agent = (by_id or {}).get(agent_id)
        entry = _entry(row, agent_id, agent, plan)
        if row.ok and entry.date_local >= plan.first_date:
            planned.append(row.number)
        elif row.ok:
            found.append(entry)
    if refuse_later:
        _refuse_planned(planned, sheet, plan, problems)
    _check_overlaps(found, sheet, problems)
    return tuple(found)


def _refuse_planned(
    rows: Sequence[int], sheet: Sheet, plan: Plan, problems: Problems
) -> None:
    if rows:
        problems.add(
            sheet.file,
            f"{len(rows)} rows are dated in the planned week or later",
            row=rows[0],
            column=sheet.header("date_local"),
            expected=f"dates before {plan.first_date}; what is fixed already stands in "
            "locked_roster.csv",
        )


def planned_rows(
    sheet: Sheet,
    plan: Plan,
    agents: Iterable[Agent],
    problems: Problems,
    names: Sequence[str] | None = (),
) -> tuple[RosterRow, ...]:
    """Return the rows of a roster of this plan; people and places must be known.

    *names* are further ids that are known, though faulty in their own file; ``None``
    where nobody is known and everybody is believed.
    """
    by_id = {agent.agent_id: agent for agent in agents}
    known = {*by_id, *(names or ())}
    activities = known_activities(plan)
    queue_ids = tuple(queue.queue_id for queue in plan.queues)
    found: list[RosterRow] = []
    for row in iter_rows(sheet, problems):
        agent_id = row.required("agent_id")
        if agent_id and names is not None:
            row.reference("agent_id", known, "agent")
        entry = _entry(row, agent_id, by_id.get(agent_id), plan)
        activity = row.text("activity")
        if activity and activity not in activities:
            hint = did_you_mean(activity, activities)
            row.fault("activity", f"unknown activity {activity!r}{hint}")
        if row.text("site"):
            row.reference("site", plan.sites, "site")
        if row.text("queue"):
            row.reference("queue", queue_ids, "queue")
        if row.text("where") not in ("", HOME):
            row.fault("where", f"{row.text('where')!r} is no place", f"{HOME} or blank")
        if row.ok:
            found.append(entry)
    _check_overlaps(found, sheet, problems)
    return tuple(found)


def known_activities(plan: Plan) -> frozenset[str]:
    """Return work, the kinds of break of the plan's contracts, and its duties."""
    kinds = {
        rule.kind
        for contract in plan.contracts.values()
        for template in contract.templates
        for rule in template.breaks
    }
    return frozenset({WORK, *kinds, *plan.duties})


def _entry(row: Row, agent_id: str, agent: Agent | None, plan: Plan) -> RosterRow:
    start = row.needed("start_utc", parse_instant, _NO_INSTANT)
    end = row.needed("end_utc", parse_instant, _NO_INSTANT)
    day = row.needed("date_local", parse_date, _NO_DATE)
    if row.ok and end <= start:
        row.fault("end_utc", f"{row.text('end_utc')} is not after the start")
    step = plan.roster_step_minutes
    for column, instant in (("start_utc", start), ("end_utc", end)):
        if int(instant.timestamp()) // 60 % step:
            message = f"{row.text(column)} is not on the roster's step"
            row.fault(column, message, f"multiples of {step} min")
    zone_name = agent.zone if agent is not None else None
    if row.ok and zone_name is not None:
        local = start.astimezone(zone(zone_name)).date()
        if not timedelta() <= local - day <= timedelta(days=1):
            message = f"the span starts on {local} in {zone_name}, far from {day}"
            row.fault("date_local", message, "the date on which the shift starts")
    return RosterRow(
        agent_id=agent_id,
        site_id=row.text("site") or (agent.site_id if agent else ""),
        date_local=day,
        start_utc=start,
        end_utc=end,
        activity=row.required("activity", "work or a kind of break"),
        queue_id=row.text("queue"),
        row=row.number,
        where=row.text("where"),
    )


def _check_overlaps(
    rows: Sequence[RosterRow], sheet: Sheet, problems: Problems
) -> None:
    ends: dict[str, RosterRow] = {}
    for row in sorted(rows, key=lambda r: (r.agent_id, r.start_utc, r.row)):
        before = ends.get(row.agent_id)
        if before is not None and row.start_utc < before.end_utc:
            problems.add(
                sheet.file,
                f"the span overlaps that of {row.agent_id} in row {before.row}",
                row=row.row,
                column=sheet.header("start_utc"),
            )
        if before is None or row.end_utc > before.end_utc:
            ends[row.agent_id] = row
