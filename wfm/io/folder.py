"""A plan folder, read whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from wfm.domain.demand import ContactHistory
from wfm.domain.edits import OverrideRow
from wfm.domain.errors import InputError, Problem, UsageError
from wfm.domain.fairness import FairnessRow
from wfm.domain.people import Agent
from wfm.domain.plan import ActivityRow, ExchangeRate, Plan, PlanFolder, RosterRow
from wfm.io.activity_files import ACTIVITIES, read_activities
from wfm.io.demand_files import (
    BACKLOG,
    EVENTS,
    EXCHANGE_RATES,
    OVERRIDES,
    read_backlog,
    read_events,
    read_exchange_rates,
    read_overrides,
)
from wfm.io.fairness_ledger import read_ledger
from wfm.io.history import history_columns, read_history
from wfm.io.people_files import (
    AGENTS,
    AVAILABILITY,
    TIME_OFF,
    AgentNames,
    check_named_agents,
    check_named_grades,
    read_agents,
    read_availability,
    read_time_off,
)
from wfm.io.plan_file import PLAN_FILE, PlanDocument, read_plan
from wfm.io.previous_roster import published_rows, with_published
from wfm.io.problems import Problems, nearest
from wfm.io.rosters import ROSTER, planned_rows, previous_rows
from wfm.io.sheets import SUFFIXES, Columns, Sheet, read_sheet
from wfm.pipeline.overrides import queues_given

ALL_FILES = frozenset(
    {
        "history",
        "agents",
        "availability",
        "time_off",
        "previous_roster",
        "locked",
        "activities",
        "events",
        "overrides",
        "backlog",
        "exchange_rates",
    }
)
_STEMS = {"locked": "locked_roster"}
_REQUIRED = frozenset({"history", "agents"})
T = TypeVar("T")


def read_folder(
    directory: Path,
    needs: frozenset[str],
    patches: Mapping[str, object] | None = None,
) -> PlanFolder:
    """Return what *needs* names of the plan folder *directory*, and plan.yaml.

    Parameters
    ----------
    directory
        The plan folder.
    needs
        Names out of :data:`ALL_FILES`. History and agents must then exist; the other
        files may be absent.
    patches
        Paths of plan.yaml (``"queues.chat_en.aht_s"``) -> values that replace those
        of the file.

    Raises
    ------
    InputError
        With every problem of every file asked for; nothing is computed further.
    UsageError
        If there is no such folder.
    """
    if not needs <= ALL_FILES:
        msg = f"unknown files {sorted(needs - ALL_FILES)}"
        raise ValueError(msg)
    if not directory.is_dir():
        msg = f"{directory} is not a folder"
        raise UsageError(msg)
    problems = Problems()
    source = _Source(directory, needs, problems)
    document = _plan_document(source, problems, patches)
    if document is None:
        problems.raise_if_any()
        msg = "a plan without problems was not read"
        raise AssertionError(msg)
    folder = _contents(source, document, problems)
    problems.raise_if_any()
    return folder


def read_actuals(
    directory: Path, path: Path, patches: Mapping[str, object] | None = None
) -> ContactHistory:
    """Return the contacts of *path*, a table like the history's, on the plan's grid.

    Queues may be absent: nothing has come for them yet.

    Raises
    ------
    InputError
        With every problem of plan.yaml and of the file.
    """
    problems = Problems()
    document = _plan_document(
        _Source(directory, frozenset(), problems), problems, patches
    )
    problems.raise_if_any()
    if document is None:
        msg = "a plan without problems was not read"
        raise AssertionError(msg)
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = Problem(file=path.name, message=f"can't be read: {error.strerror}")
        raise InputError((fault,)) from error
    columns, own_names = history_columns(document.history), document.history.columns
    sheet = read_sheet(content, path.name, columns, problems, own_names)
    problems.raise_if_any()
    found = None
    if sheet is not None:
        found, _ = read_history(sheet, document, problems, every_queue=False)
    problems.raise_if_any()
    if found is None:
        msg = f"{path.name} was refused without a reason"
        raise AssertionError(msg)
    return found


class _Source:
    """Finds, hashes and opens the files of one folder."""

    def __init__(
        self, directory: Path, needs: frozenset[str], problems: Problems
    ) -> None:
        self.directory = directory
        self.needs = needs
        self.problems = problems
        self.hashes: dict[str, str] = {}
        self._names = sorted(p.name for p in directory.iterdir() if p.is_file())

    def content(self, name: str) -> bytes | None:
        """Return the bytes of one file and remember their hash."""
        try:
            content = (self.directory / name).read_bytes()
        except OSError as error:
            self.problems.add(name, f"can't be read: {error.strerror}")
            return None
        self.hashes[name] = hashlib.sha256(content).hexdigest()
        return content

    def sheet(
        self,
        need: str,
        columns: Columns,
        own_names: Mapping[str, str] | None = None,
        file: str | None = None,
    ) -> Sheet | None:
        """Return the table asked for; ``None`` if absent, not asked for or faulty."""
        if need not in self.needs:
            return None
        name = file or self._find(_STEMS.get(need, need), is_required=need in _REQUIRED)
        content = self.content(name) if name else None
        if name is None or content is None:
            return None
        return read_sheet(content, name, columns, self.problems, own_names)

    def _find(self, stem: str, *, is_required: bool) -> str | None:
        for suffix in SUFFIXES:
            if stem + suffix in self._names:
                return stem + suffix
        slip = self._misspelt(stem)
        if slip is not None:
            self.problems.add(slip, f"no file of a plan; did you mean '{stem}.csv'?")
        elif is_required:
            expected = f"one of {', '.join(stem + suffix for suffix in SUFFIXES)}"
            self.problems.add(f"{stem}.csv", "the file is missing", expected=expected)
        return None

    def _misspelt(self, stem: str) -> str | None:
        """Return a table whose name was probably meant to be *stem*."""
        known = {_bare(_STEMS.get(name, name)) for name in ALL_FILES}
        others = {
            _bare(name): name
            for name in self._names
            if name.endswith(SUFFIXES) and _bare(name) not in known - {_bare(stem)}
        }
        near = nearest(_bare(stem), others, cutoff=0.85)
        return None if near is None else others[near]


def _bare(name: str) -> str:
    return "".join(c for c in name.split(".")[0].lower() if c.isalnum())


def _plan_document(
    source: _Source, problems: Problems, patches: Mapping[str, object] | None
) -> PlanDocument | None:
    content = source.content(PLAN_FILE)
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8"
        problems.add(PLAN_FILE, message, row=row)
        return None
    return read_plan(text, problems, patches)


def _contents(
    source: _Source, document: PlanDocument, problems: Problems
) -> PlanFolder:
    plan, settings = document.plan, document.history
    own_names, file = settings.columns, settings.file

    def table(need: str, columns: Columns, read: Callable[[Sheet], T], absent: T) -> T:
        found = source.sheet(need, columns)
        return absent if found is None else read(found)

    overrides: tuple[OverrideRow, ...] = table(
        "overrides",
        OVERRIDES,
        lambda sheet: read_overrides(sheet, document, problems),
        (),
    )
    given = queues_given(plan, overrides)
    sheet = source.sheet("history", history_columns(settings), own_names, file)
    history, log = (
        (None, ())
        if sheet is None
        else read_history(sheet, document, problems, given=given)
    )
    agents, names = _agents(source, document, problems)
    if names is not None:
        check_named_agents(plan, names, problems)
        check_named_grades(plan, agents, problems)
    activities: tuple[ActivityRow, ...] = table(
        "activities",
        ACTIVITIES,
        lambda sheet: read_activities(sheet, plan, agents, problems),
        (),
    )
    plan = replace(plan, duties=frozenset(item.activity for item in activities))
    return PlanFolder(
        plan=plan,
        activities=activities,
        history=history,
        history_log=log,
        agents=agents,
        availability=table(
            "availability",
            AVAILABILITY,
            lambda sheet: read_availability(sheet, names, problems),
            (),
        ),
        time_off=table(
            "time_off",
            TIME_OFF,
            lambda sheet: read_time_off(sheet, names, problems),
            (),
        ),
        previous_roster=_previous(source, plan, agents, names, problems),
        published=_published(source, plan, agents, problems),
        ledger=_ledger(source, problems),
        locked=table(
            "locked",
            ROSTER,
            lambda sheet: planned_rows(
                sheet, plan, agents, problems, None if names is None else names.ids
            ),
            (),
        ),
        events=table(
            "events", EVENTS, lambda sheet: read_events(sheet, document, problems), ()
        ),
        overrides=overrides,
        backlog=table(
            "backlog",
            BACKLOG,
            lambda sheet: read_backlog(sheet, document, problems),
            (),
        ),
        exchange_rates=_rates(source, plan, agents, problems),
        hashes=source.hashes,
    )


def _agents(
    source: _Source, document: PlanDocument, problems: Problems
) -> tuple[tuple[Agent, ...], AgentNames | None]:
    if "agents" in source.needs and not document.has_prices:
        expected = "prices: {understaffing_per_hour: ...}, what a missing hour costs"
        message = "the key 'prices' is missing"
        problems.add(PLAN_FILE, message, row=1, column="1", expected=expected)
    sheet = source.sheet("agents", AGENTS)
    if sheet is None:
        return (), None
    return read_agents(sheet, document, problems)


def _previous(
    source: _Source,
    plan: Plan,
    agents: tuple[Agent, ...],
    names: AgentNames | None,
    problems: Problems,
) -> tuple[RosterRow, ...] | None:
    if "previous_roster" not in source.needs:
        return None
    known = None if names is None else agents
    sheet = source.sheet("previous_roster", ROSTER)
    given = None if sheet is None else previous_rows(sheet, plan, known, problems)
    return with_published(given, source.directory, plan, known, problems, source.hashes)


def _published(
    source: _Source, plan: Plan, agents: tuple[Agent, ...], problems: Problems
) -> tuple[RosterRow, ...] | None:
    """Return the plan's published roster, where a rule asks for it."""
    if "previous_roster" not in source.needs:
        return None
    if not any(rule.rule == "notice" for rule in plan.rules):
        return None
    return published_rows(source.directory, plan, agents, problems, source.hashes)


def _ledger(source: _Source, problems: Problems) -> tuple[FairnessRow, ...]:
    """Return what people were asked to work in published weeks."""
    if "previous_roster" not in source.needs:
        return ()
    try:
        return read_ledger(source.directory)
    except InputError as error:
        for fault in error.problems:
            problems.add(
                fault.file, fault.message, row=fault.row, expected=fault.expected
            )
        return ()


def _rates(
    source: _Source, plan: Plan, agents: Iterable[Agent], problems: Problems
) -> tuple[ExchangeRate, ...]:
    """Return the exchange rates; each currency of a wage must have one."""
    if "exchange_rates" not in source.needs:
        return ()
    sheet = source.sheet("exchange_rates", EXCHANGE_RATES)
    rates = () if sheet is None else read_exchange_rates(sheet, problems)
    known = {plan.currency}
    for rate in rates:
        pair = {rate.source_currency, rate.target_currency}
        if plan.currency in pair:
            known |= pair
    paid = {agent.currency for agent in agents if agent.hourly_cost_minor}
    for currency in sorted(paid - known):
        message = f"no rate from {currency}, in which agents are paid"
        file = "exchange_rates.csv" if sheet is None else sheet.file
        problems.add(
            file, message, expected=f"a row from {currency} to {plan.currency}"
        )
    return rates
