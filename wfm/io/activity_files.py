"""activities.csv: meetings and training that the roster places inside shifts."""

from collections.abc import Iterable, Sequence

from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.people import Agent
from wfm.domain.plan import ActivityRow, Plan
from wfm.domain.roster import HOME, WORK
from wfm.io.problems import Problems, did_you_mean
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import Columns, Sheet
from wfm.io.values import parse_wall

ACTIVITIES = Columns(
    required=("activity", "duration_min", "earliest_local"),
    optional=("agent_id", "group", "latest_local", "pinned", "together"),
    aliases={"agent": "agent_id", "from": "earliest_local", "to": "latest_local"},
    ignored=frozenset({"note", "notes", "comment", "trainer", "room"}),
)
EVERYBODY = "all"
GROUPS = "all, site:<id>, contract:<id>, skill:<id> or grade:<name>"


def read_activities(
    sheet: Sheet, plan: Plan, agents: Sequence[Agent], problems: Problems
) -> tuple[ActivityRow, ...]:
    """Return who has which activity, for how long and when at the earliest and latest.

    A row is about one person or a group. Rows of one activity that is held *together*
    are one meeting; other people have it each by themselves.
    """
    found: list[ActivityRow] = []
    first_rows: dict[tuple[str, str], int] = {}
    for row in iter_rows(sheet, problems):
        entry = ActivityRow(
            activity=_name(row, plan),
            agent_ids=_people(row, agents),
            minutes=_minutes(row, plan),
            windows=_windows(row),
            pinned=row.flag("pinned", default=False),
            together=row.flag("together", default=False),
            row=row.number,
        )
        if row.ok and _fits(row, entry) and _is_new(row, entry, first_rows):
            found.append(entry)
    _check_meetings(found, sheet, problems)
    return tuple(found)


def _name(row: Row, plan: Plan) -> str:
    name = row.required("activity", "a name, as training")
    breaks = {
        rule.kind
        for contract in plan.contracts.values()
        for template in contract.templates
        for rule in template.breaks
    }
    if name in {WORK, HOME, *breaks}:
        row.fault("activity", f"{name!r} is the name of work, a place or a break")
    if any(letter.isspace() or letter == "," for letter in name):
        row.fault(
            "activity", f"{name!r} has a blank or a comma", "a name like team_day"
        )
    return name


def _people(row: Row, agents: Sequence[Agent]) -> tuple[str, ...]:
    """Return whom the row is about."""
    one, group = row.text("agent_id"), row.text("group")
    if bool(one) == bool(group):
        row.fault(
            "agent_id", "the row names no person or group, or both", "one of them"
        )
        return ()
    if one:
        return (row.reference("agent_id", [a.agent_id for a in agents], "agent"),)
    found = _members(group, agents)
    if found is None:
        row.fault("group", f"{group!r} is no group", GROUPS)
        return ()
    if not found:
        row.fault("group", f"nobody belongs to {group}{_meant(group, agents)}", GROUPS)
    return found


def _members(group: str, agents: Iterable[Agent]) -> tuple[str, ...] | None:
    """Return the people of a group, ``None`` if it is written otherwise."""
    kind, _, name = group.partition(":")
    if kind == EVERYBODY and not name:
        return tuple(agent.agent_id for agent in agents)
    if kind not in ("site", "contract", "skill", "grade") or not name:
        return None
    return tuple(agent.agent_id for agent in agents if name in _names(kind, agent))


def _names(kind: str, agent: Agent) -> frozenset[str]:
    """Return the groups of one kind that the agent belongs to."""
    if kind == "skill":
        return frozenset(agent.skills)
    of = {"site": agent.site_id, "contract": agent.contract_id, "grade": agent.grade}
    return frozenset({of[kind]})


def _meant(group: str, agents: Iterable[Agent]) -> str:
    kind, _, name = group.partition(":")
    known = frozenset().union(*(_names(kind, agent) for agent in agents))
    return did_you_mean(name, tuple(sorted(known)))


def _minutes(row: Row, plan: Plan) -> int:
    row.required("duration_min", "minutes")
    step = plan.roster_step_minutes
    minutes = row.number_in("duration_min", step, low=step, high=MINUTES_PER_DAY)
    if minutes % step:
        message = f"{row.text('duration_min')} min are not on the roster's step"
        row.fault("duration_min", message, f"multiples of {step} min")
    return int(minutes)


def _windows(row: Row) -> tuple[tuple[int, int], ...]:
    """Return the wall minutes within which the activity lies.

    Where times of day stand on different dates, 08:00 on one and 17:00 on a later one,
    they are those of every date from the one to the other.
    """
    row.required("earliest_local", "a local date or time")
    start, _ = row.parsed("earliest_local", parse_wall, (0, True))
    midnight = start - start % MINUTES_PER_DAY
    blank = (midnight + MINUTES_PER_DAY, False)
    end, is_date = row.parsed("latest_local", parse_wall, blank)
    if is_date:
        return ((start, end + MINUTES_PER_DAY),)
    opens, closes = start % MINUTES_PER_DAY, end % MINUTES_PER_DAY
    if opens >= closes:
        return ((start, end),)
    days = range(midnight, end, MINUTES_PER_DAY)
    return tuple((day + opens, day + closes) for day in days)


def _fits(row: Row, entry: ActivityRow) -> bool:
    if any(high - low < entry.minutes for low, high in entry.windows or ((0, 0),)):
        message = f"{entry.minutes} min do not fit between earliest and latest"
        row.fault("latest_local", message, "when it has to be over")
    return row.ok


def _is_new(
    row: Row, entry: ActivityRow, first_rows: dict[tuple[str, str], int]
) -> bool:
    """Return whether nobody of the row has the activity by a row before."""
    for name in entry.agent_ids:
        before = first_rows.setdefault((entry.activity, name), entry.row)
        if before != entry.row:
            message = f"{name} has {entry.activity!r} already, by row {before}"
            row.fault("activity", message, "another name for a second one")
            return False
    return True


def _check_meetings(
    entries: Sequence[ActivityRow], sheet: Sheet, problems: Problems
) -> None:
    """Note rows of one meeting that disagree about it."""
    first: dict[str, ActivityRow] = {}
    for entry in entries:
        before = first.setdefault(entry.activity, entry)
        same = _meeting(before) == _meeting(entry)
        if (before.together or entry.together) and not same:
            problems.add(
                sheet.file,
                f"{entry.activity!r} is held otherwise in row {before.row}",
                row=entry.row,
                expected="one length, window and pinned for all who meet",
            )


def _meeting(entry: ActivityRow) -> tuple[object, ...]:
    return entry.together, entry.pinned, entry.minutes, entry.windows
