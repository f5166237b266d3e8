"""The roster before the plan: previous_roster.csv, or what was published last."""

from collections.abc import Iterable, MutableMapping
from datetime import timedelta
from pathlib import Path

from wfm.domain.errors import InputError
from wfm.domain.people import Agent
from wfm.domain.plan import Plan, RosterRow
from wfm.io.problems import Problems
from wfm.io.roster_state import (
    ROSTER_FILE,
    Version,
    content_of,
    published,
    versions,
)
from wfm.io.rosters import ROSTER, planned_rows, previous_rows
from wfm.io.sheets import read_sheet

REMEMBERED_DAYS = 28
"""Published rosters are remembered for so long: runs of days, rotations, averages."""
_DAYS = 7


def with_published(
    given: tuple[RosterRow, ...] | None,
    directory: Path,
    plan: Plan,
    agents: Iterable[Agent] | None,
    problems: Problems,
    hashes: MutableMapping[str, str],
) -> tuple[RosterRow, ...] | None:
    """Return the rows before the plan.

    Rows of the planner's own file, *given*, stand alone where they speak of the last
    seven days before the plan. Otherwise the published rosters of the last weeks are
    taken, if they reach up to the plan, and older rows of the file before them.

    Parameters
    ----------
    agents
        Rows of others are passed over; ``None`` keeps everybody.
    hashes
        Gets the hash of each published roster that was read.
    """
    last_week = plan.first_date - timedelta(days=_DAYS)
    if given is not None and any(row.date_local >= last_week for row in given):
        return given
    try:
        return _joined(given, directory, plan, agents, problems, hashes)
    except InputError as error:
        for fault in error.problems:
            problems.add(fault.file, fault.message, expected=fault.expected)
        return given


def published_rows(
    directory: Path,
    plan: Plan,
    agents: Iterable[Agent],
    problems: Problems,
    hashes: MutableMapping[str, str],
) -> tuple[RosterRow, ...] | None:
    """Return the plan's own roster as it was published, ``None`` if it was not.

    Rows of people who have left since are passed over.
    """
    people = tuple(agents)
    try:
        version = published(directory, plan.first_date)
        if version is None:
            return None
        content = content_of(directory, version, ROSTER_FILE)
    except InputError as error:
        for fault in error.problems:
            problems.add(fault.file, fault.message, expected=fault.expected)
        return None
    name = version.path(Path(), ROSTER_FILE).as_posix()
    hashes[name] = version.files[ROSTER_FILE]
    sheet = read_sheet(content, name, ROSTER, problems)
    if sheet is None:
        return None
    rows = planned_rows(sheet, plan, people, problems, None)
    known = {agent.agent_id for agent in people}
    return tuple(row for row in rows if row.agent_id in known)


def _joined(
    given: tuple[RosterRow, ...] | None,
    directory: Path,
    plan: Plan,
    agents: Iterable[Agent] | None,
    problems: Problems,
    hashes: MutableMapping[str, str],
) -> tuple[RosterRow, ...] | None:
    known = _before(plan, directory)
    if not known or max(v.last_date for v in known) < plan.first_date - timedelta(1):
        return given
    people = None if agents is None else tuple(agents)
    found: list[RosterRow] = []
    for version in known:
        rows = _rows(directory, version, plan, people, problems, hashes)
        found = [row for row in found if row.date_local < version.week] + rows
    older = [row for row in given or () if row.date_local < known[0].week]
    return (*older, *found)


def _before(plan: Plan, directory: Path) -> list[Version]:
    """Return the published versions in force that bear on the days before the plan."""
    oldest = plan.first_date - timedelta(days=REMEMBERED_DAYS)
    return [
        version
        for version in versions(directory)
        if version.state == "published"
        and version.week < plan.first_date
        and version.last_date >= oldest
    ]


def _rows(
    directory: Path,
    version: Version,
    plan: Plan,
    agents: tuple[Agent, ...] | None,
    problems: Problems,
    hashes: MutableMapping[str, str],
) -> list[RosterRow]:
    content = content_of(directory, version, ROSTER_FILE)
    name = version.path(Path(), ROSTER_FILE).as_posix()
    hashes[name] = version.files[ROSTER_FILE]
    sheet = read_sheet(content, name, ROSTER, problems)
    if sheet is None:
        return []
    return list(previous_rows(sheet, plan, agents, problems, refuse_later=False))
