"""Reading kpi.csv, kpi.yaml and budget.csv: results and what they are held against."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from scenarios.fx import FxTable
from scenarios.kpi import KPIS, KpiRow
from scenarios.kpi_budget import BudgetRow
from scenarios.kpi_report import WATCHED, KpiSettings
from scenarios.kpi_targets import KpiTarget
from scenarios.money import rounded
from scenarios.months import Month
from wfm.domain.demand import Queue
from wfm.domain.errors import UsageError
from wfm.domain.plan import PlanFolder
from wfm.io.folder import read_folder
from wfm.io.kpi_schema import KpiTable, TargetTable
from wfm.io.plan_faults import validated_part
from wfm.io.problems import BadValueError, Problems, did_you_mean
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import SUFFIXES, Columns, Sheet, read_sheet
from wfm.io.values import parse_currency, parse_date
from wfm.io.yaml_files import yaml_document
from wfm.io.yaml_source import DocumentProblems, Path

KPI_FILE, SETTINGS_FILE, BUDGET_FILE = "kpi", "kpi.yaml", "budget"
COUNTS = tuple(f.name for f in fields(KpiRow) if f.type == float | None)
KPI_COLUMNS = Columns(
    required=("date", "queue"),
    optional=("site", "vendor", *COUNTS, "currency"),
    aliases={"day": "date", "answered": "handled", "sl_n": "answered_in_target"},
)
BUDGET_COLUMNS = Columns(
    required=("month", "cost"),
    optional=("site", "vendor", "currency", "contacts"),
)
PARTS = (
    ("answered_in_target", "offered"),
    ("abandoned", "offered"),
    ("handled", "offered"),
    ("resolved_first", "handled"),
    ("csat_good", "csat_n"),
    ("promoters", "nps_n"),
    ("detractors", "nps_n"),
    ("productive_hours", "paid_hours"),
)
"""(part, whole): the part can't be more than the whole."""
_MOST = 1e12
_SOME_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiFiles:
    """Results and settings, checked against the plan."""

    base: PlanFolder
    rows: tuple[KpiRow, ...]
    settings: KpiSettings
    fx: FxTable


def read_kpis(
    directory: FilePath, patches: Mapping[str, object] | None = None
) -> KpiFiles:
    """Return the results of the plan folder *directory*; kpi.yaml may be absent.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    base = read_folder(directory, frozenset({"exchange_rates"}), patches)
    problems = Problems()
    job = _Job(directory, base, problems)
    rows, settings = job.rows(), job.settings()
    problems.raise_if_any()
    return KpiFiles(
        base=replace(base, hashes={**base.hashes, **job.hashes}),
        rows=rows,
        settings=settings,
        fx=FxTable.of(base.exchange_rates),
    )


class _Job:
    def __init__(
        self, directory: FilePath, base: PlanFolder, problems: Problems
    ) -> None:
        self._directory, self._base, self._problems = directory, base, problems
        self._vendors: tuple[str, ...] = ()
        self.hashes: dict[str, str] = {}
        self._table = self._settings_table()

    def rows(self) -> tuple[KpiRow, ...]:
        """Return the rows of kpi.csv; one per day, unit and queue."""
        sheet = self._sheet(KPI_FILE, KPI_COLUMNS, is_required=True)
        if sheet is None:
            return ()
        queues = {queue.queue_id: queue for queue in self._base.plan.queues}
        found: dict[tuple[date, str, str, str], KpiRow] = {}
        for row in iter_rows(sheet, self._problems):
            entry = self._row(row, queues)
            key = (entry.day, entry.site, entry.vendor, entry.queue_id)
            if row.ok and key in found:
                other = found[key].row
                row.fault("date", f"the day, place and queue of row {other} again")
            if row.ok:
                found[key] = entry
        if not found and not len(self._problems):
            self._problems.add(sheet.file, "holds no row")
        return tuple(found.values())

    def _row(self, row: Row, queues: Mapping[str, Queue]) -> KpiRow:
        queue_id = row.reference("queue", queues, "queue")
        site, vendor = self._unit(row)
        values: dict[str, float | None] = {}
        for name in COUNTS:
            given = bool(row.text(name))
            number = row.number_in(name, 0.0, low=0.0, high=_MOST)
            values[name] = number if given else None
        if row.ok:
            _check_parts(row, values)
        queue = queues.get(queue_id)
        return KpiRow(
            day=row.needed("date", parse_date, _SOME_DAY),
            queue_id=queue_id,
            site=site,
            vendor=vendor,
            channel="" if queue is None else queue.channel,
            language="" if queue is None else language_of(queue),
            market="" if queue is None else queue.country or "",
            currency=row.parsed("currency", parse_currency, ""),
            row=row.number,
            **values,
        )

    def _unit(self, row: Row) -> tuple[str, str]:
        site, vendor = row.text("site"), row.text("vendor")
        if not site and not vendor:
            row.fault("site", "neither site nor vendor is named", "one of them")
        if site:
            row.reference("site", self._base.plan.sites, "site")
        if vendor and self._table is not None and self._table.vendors:
            row.reference("vendor", self._table.vendors, "vendor")
        return site, vendor

    def settings(self) -> KpiSettings:
        """Return kpi.yaml and budget.csv; the plan's currency where none is named."""
        table = self._table
        currency = self._base.plan.currency
        if table is None:
            return KpiSettings(currency=currency, budget=self._budget(currency))
        currency = table.currency or currency
        return KpiSettings(
            currency=currency,
            fiscal_year_starts=table.fiscal_year_starts,
            watched=table.watch.kpis or WATCHED,
            baseline_days=table.watch.baseline_days,
            targets=tuple(_target(entry) for entry in table.targets),
            budget=self._budget(currency),
        )

    def _settings_table(self) -> KpiTable | None:
        path = self._directory / SETTINGS_FILE
        if not path.exists():
            return None
        faults = yaml_document(self._directory, SETTINGS_FILE, self._problems)
        if faults is None:
            return None
        self._hash(SETTINGS_FILE, path.read_bytes())
        table = validated_part(KpiTable, faults.document.data, (), faults)
        if table is not None:
            self._check(table, faults)
        return table

    def _check(self, table: KpiTable, faults: DocumentProblems) -> None:
        for i, name in enumerate(table.watch.kpis or ()):
            _known_figure(name, ("watch", "kpis", i), faults)
        for i, target in enumerate(table.targets):
            self._check_target(i, target, faults)

    def _check_target(
        self, i: int, target: TargetTable, faults: DocumentProblems
    ) -> None:
        if not _known_figure(target.kpi, ("targets", i, "kpi"), faults):
            return
        if KPIS[target.kpi].is_share and not 0.0 <= target.value <= 1.0:
            message = f"{target.value:g} is no share"
            faults.at_value(("targets", i, "value"), message, "0 to 1")
        if target.start is not None and target.start >= target.by:
            message = f"{target.by} is not after {target.start}"
            faults.at_value(("targets", i, "by"), message)
        queues = [queue.queue_id for queue in self._base.plan.queues]
        sites = list(self._base.plan.sites)
        for kind, name, names in (
            ("queue", target.queue, queues),
            ("site", target.site, sites),
        ):
            if name is not None and name not in names:
                message = f"unknown {kind} {name!r}{did_you_mean(name, names)}"
                faults.at_value(("targets", i, kind), message)

    def _budget(self, currency: str) -> tuple[BudgetRow, ...]:
        sheet = self._sheet(BUDGET_FILE, BUDGET_COLUMNS, is_required=False)
        if sheet is None:
            return ()
        found: dict[tuple[Month, str], BudgetRow] = {}
        for row in iter_rows(sheet, self._problems):
            site, vendor = self._unit(row)
            row.required("cost")
            code = row.parsed("currency", parse_currency, currency)
            amount = row.money("cost")
            contacts = row.number_in("contacts", 0.0, low=0.0, high=_MOST)
            month = row.needed("month", _month, Month.of(_SOME_DAY))
            if row.ok and (month, vendor or site) in found:
                row.fault("month", f"a second budget of {vendor or site} for {month}")
            if row.ok:
                found[month, vendor or site] = BudgetRow(
                    month=month,
                    unit=vendor or site,
                    cost=rounded(amount, code),
                    contacts=contacts if row.text("contacts") else None,
                )
        return tuple(found.values())

    def _sheet(self, stem: str, columns: Columns, *, is_required: bool) -> Sheet | None:
        for suffix in SUFFIXES:
            path = self._directory / f"{stem}{suffix}"
            if path.exists():
                content = path.read_bytes()
                self._hash(path.name, content)
                return read_sheet(content, path.name, columns, self._problems)
        if is_required:
            expected = f"columns {', '.join(columns.required)} and what was counted"
            self._problems.add(f"{stem}.csv", "the file is missing", expected=expected)
        return None

    def _hash(self, name: str, content: bytes) -> None:
        self.hashes[name] = hashlib.sha256(content).hexdigest()


def _known_figure(name: str, place: Path, faults: DocumentProblems) -> bool:
    if name in KPIS:
        return True
    message = f"unknown figure {name!r}{did_you_mean(name, KPIS)}"
    faults.at_value(place, message, ", ".join(KPIS))
    return False


def _check_parts(row: Row, values: Mapping[str, float | None]) -> None:
    for part, whole in PARTS:
        one, other = values[part], values[whole]
        if one is not None and other is not None and one > other * (1 + 1e-9):
            row.fault(part, f"{one:g} is more than {whole}, {other:g}")


def _month(text: str) -> Month:
    try:
        return Month.parse(text[:7] if len(text) in {10, 19} else text)
    except UsageError as error:
        msg = f"{text!r} is no month"
        raise BadValueError(msg, "a month YYYY-MM") from error


def _target(entry: TargetTable) -> KpiTarget:
    given: dict[str, Any] = {
        "site": entry.site,
        "vendor": entry.vendor,
        "queue_id": entry.queue,
        "channel": entry.channel,
        "language": entry.language,
        "market": entry.market,
    }
    return KpiTarget(
        kpi=entry.kpi,
        value=entry.value,
        by=entry.by,
        owner=entry.owner,
        scope=tuple((k, v) for k, v in given.items() if v is not None),
        start_value=entry.from_value,
        start=entry.start,
        note=entry.note,
    )


def language_of(queue: Queue) -> str:
    """Return the first skill that is a language by ISO 639, blank if none is."""
    from babel import Locale

    names = Locale("en").languages
    known = [n.skill for n in queue.requires if len(n.skill) < 4 and n.skill in names]
    return known[0] if known else ""
