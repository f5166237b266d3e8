"""Reading vendors.yaml, with kpi.csv beside it where vendors have a history."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from scenarios.kpi import KPIS, KpiRow
from scenarios.kpi_report import in_currency
from scenarios.onboarding import ExitTest, Onboarding, OnboardingPhase
from scenarios.vendor_marks import (
    SECURITY,
    Candidate,
    CheckAnswer,
    Mark,
    MeasuredBy,
    Rules,
    SecurityCheck,
)
from wfm.domain.plan import PlanFolder
from wfm.io.folder import read_folder
from wfm.io.kpi_files import KPI_FILE, read_kpis
from wfm.io.plan_faults import validated_part
from wfm.io.problems import Problems, did_you_mean
from wfm.io.sheets import SUFFIXES
from wfm.io.vendor_schema import CandidateTable, PhaseTable, VendorTable
from wfm.io.yaml_files import yaml_document
from wfm.io.yaml_source import DocumentProblems, Path

VENDOR_FILE = "vendors.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFile:
    """vendors.yaml, checked; *rows* are results, none without kpi.csv."""

    base: PlanFolder
    rules: Rules
    candidates: tuple[Candidate, ...]
    onboardings: tuple[Onboarding, ...]
    incumbents: tuple[str, ...]
    rows: tuple[KpiRow, ...]
    as_of: date


def read_vendors(
    directory: FilePath, patches: Mapping[str, object] | None = None
) -> VendorFile:
    """Return the vendors of the plan folder *directory*.

    The day judged on is the file's *as_of*, else the last of kpi.csv, else the plan's
    first.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    base = read_folder(directory, frozenset(), patches)
    rows: tuple[KpiRow, ...] = ()
    if any((directory / f"{KPI_FILE}{suffix}").exists() for suffix in SUFFIXES):
        results = read_kpis(directory, patches)
        base, currency = results.base, results.settings.currency
        rows = in_currency(results.rows, results.fx, currency)
    problems = Problems()
    faults = yaml_document(directory, VENDOR_FILE, problems)
    found = None if faults is None else _read(base, rows, faults)
    problems.raise_if_any()
    if found is None:
        msg = "vendors.yaml without problems was not read"
        raise AssertionError(msg)
    content = (directory / VENDOR_FILE).read_bytes()
    own = {VENDOR_FILE: hashlib.sha256(content).hexdigest()}
    return replace(found, base=replace(base, hashes={**base.hashes, **own}))


def _read(
    base: PlanFolder, rows: Sequence[KpiRow], faults: DocumentProblems
) -> VendorFile | None:
    table = validated_part(VendorTable, faults.document.data, (), faults)
    if table is None:
        return None
    job = _Job(table, {row.unit for row in rows}, faults)
    rules = job.rules()
    candidates = tuple(job.candidates())
    onboardings = tuple(job.onboardings())
    job.check_incumbents()
    last = max((row.day for row in rows), default=base.plan.first_date)
    return VendorFile(
        base=base,
        rules=rules,
        candidates=candidates,
        onboardings=onboardings,
        incumbents=table.incumbents,
        rows=tuple(rows),
        as_of=table.as_of or last,
    )


class _Job:
    """Turns tables into types; every fault is noted at its place."""

    def __init__(
        self, table: VendorTable, units: set[str], faults: DocumentProblems
    ) -> None:
        self._table, self._units, self._faults = table, units, faults

    def rules(self) -> Rules:
        low, high = self._table.scale
        if low >= high:
            self._faults.at_value(
                ("scale",), f"[{low:g}, {high:g}]", "[lowest, highest]"
            )
        return Rules(
            weights={name: c.weight for name, c in self._table.criteria.items()},
            lowest=low,
            highest=high,
            measured=self._measured(),
            checks=tuple(
                SecurityCheck(
                    check_id=name,
                    text=question.text,
                    is_required=question.required,
                    at_home=question.home_working,
                )
                for name, question in self._table.security.items()
            ),
            stale_days=self._table.stale_days,
        )

    def _measured(self) -> dict[str, MeasuredBy]:
        found = {}
        for name, entry in self._table.criteria.items():
            if entry.measured is None:
                continue
            place: Path = ("criteria", name, "measured")
            self._figure(entry.measured.kpi, (*place, "kpi"))
            points = tuple((p[0], p[1]) for p in entry.measured.points)
            for i, (_, mark) in enumerate(points):
                self._on_scale(mark, (*place, "points", i))
            how = self._made(
                MeasuredBy,
                (*place, "points"),
                kpi=entry.measured.kpi,
                points=points,
                window_days=entry.measured.window_days,
                least_contacts=entry.measured.least_contacts,
            )
            if how is not None:
                found[name] = how
        return found

    def candidates(self) -> list[Candidate]:
        return [
            self._candidate(name, entry) for name, entry in self._table.vendors.items()
        ]

    def _candidate(self, name: str, entry: CandidateTable) -> Candidate:
        self._check_names(name, entry)
        self._all_marked(name, entry)
        return Candidate(
            vendor_id=name,
            text=entry.text,
            unit=entry.unit or "",
            works_at_home=entry.home_working,
            marks={
                key: Mark(value=m.mark, evidence=m.evidence, day=m.date, by=m.by)
                for key, m in entry.marks.items()
            },
            answers={
                key: CheckAnswer(answer=a.answer, evidence=a.evidence, day=a.date)
                for key, a in entry.security.items()
            },
        )

    def _check_names(self, name: str, entry: CandidateTable) -> None:
        place: Path = ("vendors", name)
        for key, mark in entry.marks.items():
            self._known((*place, "marks", key), key, self._table.criteria, "criterion")
            self._on_scale(mark.mark, (*place, "marks", key, "mark"))
        for key in entry.security:
            at = (*place, "security", key)
            self._known(at, key, self._table.security, "question")
        if entry.unit is not None and entry.unit not in self._units:
            hint = did_you_mean(entry.unit, self._units)
            message = f"kpi.csv has no results of {entry.unit!r}{hint}"
            self._faults.at_value((*place, "unit"), message, "a site or vendor of it")

    def _all_marked(self, name: str, entry: CandidateTable) -> None:
        for key, criterion in self._table.criteria.items():
            by_answers = key == SECURITY and self._table.security
            measured = criterion.measured is not None and entry.unit is not None
            if key not in entry.marks and not by_answers and not measured:
                message = f"no mark for {key!r}"
                expected = "a mark, or a unit of kpi.csv where it is measured"
                self._faults.at_key(("vendors", name, "marks"), message, expected)

    def onboardings(self) -> list[Onboarding]:
        found = []
        for name, entries in self._table.onboarding.items():
            place: Path = ("onboarding", name)
            self._known(place, name, self._table.vendors, "vendor")
            for i, entry in enumerate(entries):
                for k, test in enumerate(entry.exit_tests):
                    self._figure(test.kpi, (*place, i, "exit_tests", k, "kpi"))
            phases = tuple(_phase(entry) for entry in entries)
            made = self._made(Onboarding, place, vendor_id=name, phases=phases)
            if made is not None:
                found.append(made)
        return found

    def check_incumbents(self) -> None:
        for i, name in enumerate(self._table.incumbents):
            place = ("incumbents", i)
            self._known(place, name, self._units, "site or vendor of kpi.csv")

    def _made(self, shape: Any, place: Path, **values: Any) -> Any:
        try:
            return shape(**values)
        except ValueError as error:
            self._faults.at_value(place, str(error))
            return None

    def _figure(self, name: str, place: Path) -> None:
        self._known(place, name, KPIS, "figure")

    def _on_scale(self, mark: float, place: Path) -> None:
        low, high = self._table.scale
        if not low <= mark <= high:
            self._faults.at_value(
                place, f"{mark:g} is off the scale", f"{low:g} to {high:g}"
            )

    def _known(self, place: Path, name: str, known: Any, kind: str) -> None:
        if name not in known:
            hint = did_you_mean(name, known)
            self._faults.at_value(place, f"unknown {kind} {name!r}{hint}")


def _phase(entry: PhaseTable) -> OnboardingPhase:
    return OnboardingPhase(
        name=entry.name,
        first=entry.first,
        last=entry.last,
        share=entry.share,
        incumbent_share=entry.incumbent_share,
        productivity=entry.productivity,
        vendor_level=entry.service_level,
        incumbent_level=entry.incumbent_service_level,
        least_cover=entry.floor.people,
        least_level=entry.floor.service_level,
        exit_tests=tuple(ExitTest(kpi=t.kpi, value=t.value) for t in entry.exit_tests),
    )
