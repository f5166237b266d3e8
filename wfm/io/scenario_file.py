"""Reading scenarios.yaml: scenarios ready to run, prices, uncertainties."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path as FilePath

from scenarios.contract_inputs import missing_inputs
from scenarios.digest import digest
from scenarios.headcount import with_headcounts
from scenarios.months import Month, months_from
from scenarios.patch import Operation, Patch, Provenance, Scenario, lineage
from scenarios.pricing_months import PriceBook
from scenarios.runner import Case
from scenarios.uncertain_input import UncertainInput
from wfm.domain.errors import UsageError
from wfm.domain.plan import PlanFolder
from wfm.io.folder import ALL_FILES, read_folder
from wfm.io.plan_faults import validated_part
from wfm.io.plan_file import PLAN_FILE, plan_document
from wfm.io.plan_patches import apply_patches
from wfm.io.problems import Problems, did_you_mean
from wfm.io.scenario_cases import CaseJob
from wfm.io.scenario_paths import SETTINGS, Patched
from wfm.io.scenario_prices import price_book
from wfm.io.scenario_schema import (
    ChangeTable,
    DecisionTable,
    ScenarioFileTable,
    ScenarioTable,
)
from wfm.io.scenario_uncertainties import rank_correlation, uncertain_inputs
from wfm.io.scenario_variants import ScenarioVariants
from wfm.io.yaml_files import yaml_document
from wfm.io.yaml_source import DocumentProblems, YamlDocument

SCENARIO_FILE = "scenarios.yaml"
UNCERTAIN = "uncertainty"
"""The origin of assumptions that only one future makes."""
OPERATIONS: tuple[Operation, ...] = ("set", "scale", "shift")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """scenarios.yaml and the plan it changes, checked and ready to run.

    *inputs*, *rank_correlation* and *variants* are for risk analysis; the runner takes
    every value as it stands.
    """

    base: PlanFolder
    months: tuple[Month, ...]
    seed: int
    cases: tuple[Case, ...]
    book: PriceBook
    variants: ScenarioVariants
    decision: DecisionTable = field(default_factory=DecisionTable)
    inputs: tuple[UncertainInput, ...] = ()
    rank_correlation: Mapping[tuple[str, str], float] = field(default_factory=dict)


def read_scenarios(
    directory: FilePath,
    *,
    patches: Mapping[str, object] | None = None,
    only: Sequence[str] = (),
    currency: str | None = None,
    base: PlanFolder | None = None,
) -> ScenarioFile:
    """Return the scenarios of the plan folder *directory*.

    Parameters
    ----------
    patches
        Changes to plan.yaml before any scenario's.
    only
        Scenarios to run; all by default.
    currency
        Of the report; by default the file's, else the plan's.
    base
        The plan folder, where it has been read already.

    Raises
    ------
    InputError
        With every problem of the plan folder, or of scenarios.yaml.
    UsageError
        If *only* names an unknown scenario.
    """
    base = base or read_folder(directory, ALL_FILES, patches)
    problems = Problems()
    reader = _Reader(directory, base, patches or {}, problems)
    result = reader.read(only, currency)
    problems.raise_if_any()
    if result is None:
        msg = "scenarios without problems were not read"
        raise AssertionError(msg)
    return result


class _Reader:
    """Reads one file beside one plan."""

    def __init__(
        self,
        directory: FilePath,
        base: PlanFolder,
        patches: Mapping[str, object],
        problems: Problems,
    ) -> None:
        self._directory, self._base, self._problems = directory, base, problems
        self._patches = patches
        self._folders: dict[str, PlanFolder | None] = {}

    def read(self, only: Sequence[str], currency: str | None) -> ScenarioFile | None:
        faults = yaml_document(self._directory, SCENARIO_FILE, self._problems)
        if faults is None:
            return None
        table = validated_part(ScenarioFileTable, faults.document.data, (), faults)
        if table is None:
            return None
        book = self._book(table, faults, currency)
        self._check_start(table.start, faults)
        job = _Cases(self, table, faults)
        cases = tuple(job.cases(only))
        self._check_inputs(cases, book)
        _check_decision(table, faults)
        inputs = uncertain_inputs(table, faults)
        variants = ScenarioVariants(
            document=faults.document,
            table=table,
            book=book,
            case_of=job.case,
            state_of=job.state,
        )
        if not len(self._problems):
            _check_uncertain(inputs, variants, cases, faults)
        return ScenarioFile(
            base=self._hashed(),
            months=job.months,
            seed=table.seed,
            cases=cases,
            book=book,
            variants=variants,
            decision=table.decision,
            inputs=inputs,
            rank_correlation=rank_correlation(table, inputs, faults),
        )

    def _check_start(self, start: Month, faults: DocumentProblems) -> None:
        first = self._base.plan.first_date
        if start.first_date < first:
            message = f"{start} begins before the plan ({first})"
            faults.at_value(("start",), message, f"{Month.of(first) + 1} or later")

    def _hashed(self) -> PlanFolder:
        """Return the base folder with the hash of scenarios.yaml beside the others."""
        content = (self._directory / SCENARIO_FILE).read_bytes()
        own = {SCENARIO_FILE: hashlib.sha256(content).hexdigest()}
        return replace(self._base, hashes={**self._base.hashes, **own})

    def _book(
        self, table: ScenarioFileTable, faults: DocumentProblems, currency: str | None
    ) -> PriceBook:
        chosen = currency or table.currency or self._base.plan.currency
        return price_book(table, self._base.exchange_rates, chosen, faults)

    def _check_inputs(self, cases: Sequence[Case], book: PriceBook) -> None:
        """Note every exchange rate and index value that a lane's costs would lack."""
        months_of: dict[str, set[Month]] = {}
        for case in cases:
            for phase in case.phases:
                for lane in phase.lanes:
                    months_of.setdefault(lane.price, set()).update(phase.months)
        for name, months in months_of.items():
            price = book.prices.get(name)
            if price is None:
                continue
            for problem in missing_inputs(
                price, sorted(months), book.context, book.currency
            ):
                self._problems.add(
                    problem.file,
                    problem.message,
                    column=problem.column,
                    expected=problem.expected,
                )

    def start(self, faults: DocumentProblems) -> Patched:
        found = yaml_document(self._directory, PLAN_FILE, self._problems)
        if found is None:
            msg = "plan.yaml was read before"
            raise AssertionError(msg)
        plan = found.document
        apply_patches(plan, self._patches, self._problems)
        data = faults.document.data
        settings = YamlDocument(
            file=SCENARIO_FILE,
            data={key: data.get(key) or {} for key in SETTINGS},
            keys=faults.document.keys,
            values=faults.document.values,
        )
        heads = dict.fromkeys(self._base.plan.sites, 0)
        for agent in self._base.agents:
            heads[agent.site_id] += 1
        return Patched(plan=plan, settings=settings, headcounts=heads)

    def folder(
        self, seed: int, state: Patched, problems: Problems
    ) -> PlanFolder | None:
        """Return the base folder under the plan and headcounts of *state*."""
        key = digest(state.plan.data, state.at_work())
        if key not in self._folders:
            self._folders[key] = self._folder(state, seed, problems)
        return self._folders[key]

    def _folder(
        self, state: Patched, seed: int, problems: Problems
    ) -> PlanFolder | None:
        document = plan_document(state.plan, problems)
        if document is None or len(problems.found):
            return None
        plan, agents = document.plan, self._base.agents
        gone = sorted({a.site_id for a in agents} - set(plan.sites))
        if gone:
            message = f"people are at {gone[0]}, which is no site any more"
            problems.add(PLAN_FILE, message, expected="headcount: 0 closes a site")
            return None
        own = replace(self._base, plan=plan, history=None)
        return with_headcounts(own, state.at_work(), seed)


class _Cases:
    """The scenarios of one file, with their own patches or with more of them."""

    def __init__(
        self, reader: _Reader, table: ScenarioFileTable, faults: DocumentProblems
    ) -> None:
        self._reader, self._table, self._faults = reader, table, faults
        self._scenarios = {
            name: _scenario(name, entry, faults)
            for name, entry in table.scenarios.items()
        }
        self._start = reader.start(faults)
        self.months = months_from(table.start, table.months)

    def cases(self, only: Sequence[str]) -> Iterator[Case]:
        """Yield the scenarios named, all by default; what is wrong is noted."""
        unknown = [name for name in only if name not in self._scenarios]
        if unknown:
            hint = did_you_mean(unknown[0], self._scenarios)
            msg = f"unknown scenario {unknown[0]!r}{hint}"
            raise UsageError(msg)
        for name in only or self._scenarios:
            case = self.case(name, (), self._faults)
            if case is not None:
                yield case

    def case(
        self, name: str, patches: Sequence[Patch], faults: DocumentProblems
    ) -> Case | None:
        """Return a scenario with *patches* after its own."""
        try:
            listed = [*self._listed(name), *((patch, UNCERTAIN) for patch in patches)]
        except UsageError as error:
            faults.at_value(("scenarios", name, "inherits"), str(error))
            return None
        prices = (*self._table.cost_models, *self._table.vendor_contracts)
        folder_of = partial(self._reader.folder, self._table.seed)
        job = CaseJob(name, folder_of, faults, prices)
        return job.case(self._scenarios[name].text, listed, self.months, self._start)

    def state(self, name: str) -> Patched:
        """Return plan and settings with all patches of a scenario made."""
        state = self._start.copied()
        for patch, origin in self._listed(name):
            state.apply(patch, origin)
        return state

    def _listed(self, name: str) -> list[tuple[Patch, str]]:
        return [
            (patch, origin)
            for origin in lineage(self._scenarios, name)
            for patch in self._scenarios[origin].patches
        ]


def _check_uncertain(
    inputs: Sequence[UncertainInput],
    variants: ScenarioVariants,
    cases: Sequence[Case],
    faults: DocumentProblems,
) -> None:
    """Note every uncertainty that finds nothing to change in any scenario."""
    for one in inputs:
        reasons = [variants.refusal(case.scenario_id, one) for case in cases]
        if all(reasons):
            place = ("uncertainties", one.name, "path")
            faults.at_value(place, reasons[0] or "", "a path as scenarios change them")


def _scenario(name: str, entry: ScenarioTable, faults: DocumentProblems) -> Scenario:
    own = Provenance(owner=entry.owner, date=entry.date, source=entry.source)
    patches = [
        Patch(path=path, operation=operation, value=value, provenance=own)
        for operation in OPERATIONS
        for path, value in getattr(entry, operation).items()
    ]
    for i, change in enumerate(entry.changes):
        given = [o for o in OPERATIONS if getattr(change, o) is not None]
        if len(given) != 1:
            place = ("scenarios", name, "changes", i)
            message = f"{' and '.join(given) or 'nothing'} is given"
            faults.at_value(place, message, "one of set, scale, shift")
            continue
        patches.append(_dated(change, given[0], own))
    return Scenario(
        scenario_id=name,
        text=entry.text,
        inherits=entry.inherits,
        patches=tuple(patches),
    )


def _check_decision(table: ScenarioFileTable, faults: DocumentProblems) -> None:
    """Note every option of the decision that is no scenario."""
    for i, name in enumerate(table.decision.options):
        if name not in table.scenarios:
            hint = did_you_mean(name, table.scenarios)
            place = ("decision", "options", i)
            faults.at_value(place, f"{name!r} is no scenario{hint}")


def _dated(change: ChangeTable, operation: Operation, own: Provenance) -> Patch:
    return Patch(
        path=change.path,
        operation=operation,
        value=getattr(change, operation),
        first=change.first,
        last=change.last,
        provenance=Provenance(
            owner=own.owner if change.owner is None else change.owner,
            date=own.date if change.date is None else change.date,
            source=own.source if change.source is None else change.source,
        ),
    )
