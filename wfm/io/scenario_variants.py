"""Scenarios of scenarios.yaml under other values of what is uncertain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from scenarios.patch import Patch
from scenarios.pricing_months import PriceBook
from scenarios.runner import Case
from scenarios.uncertain_input import PRICE_ROOTS, UncertainInput, Variant
from wfm.domain.errors import UsageError
from wfm.io.problems import Problems
from wfm.io.scenario_paths import Patched, PatchError
from wfm.io.scenario_prices import (
    RATES,
    price_book,
    with_prices_changed,
    with_rates_changed,
)
from wfm.io.scenario_schema import ScenarioFileTable
from wfm.io.yaml_source import DocumentProblems, YamlDocument

CaseOf: TypeAlias = Callable[[str, Sequence[Patch], DocumentProblems], Case | None]
StateOf: TypeAlias = Callable[[str], Patched]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioVariants:
    """Makes variants; see :class:`scenarios.uncertain_input.Variants`.

    Attributes
    ----------
    document, table, book
        scenarios.yaml, as loaded and as read, and its prices.
    case_of
        Returns a scenario with patches after its own, or notes why there is none.
    state_of
        Returns a scenario's plan and settings with its patches made, months aside.
    """

    document: YamlDocument
    table: ScenarioFileTable
    book: PriceBook
    case_of: CaseOf
    state_of: StateOf

    def applies(self, scenario_id: str, given: UncertainInput) -> bool:
        """Return whether the scenario has anything that *given* changes."""
        return self.refusal(scenario_id, given) is None

    def refusal(self, scenario_id: str, given: UncertainInput) -> str | None:
        """Return why *given* can't be applied to the scenario; ``None`` if it can."""
        patch = given.patch(given.neutral)
        try:
            if given.is_price:
                self._prices([patch])
            else:
                self.state_of(scenario_id).apply(patch, given.name)
        except PatchError as error:
            return str(error)
        return None

    def variant(self, scenario_id: str, patches: Sequence[Patch]) -> Variant:
        """Return the scenario with *patches* after its own.

        Raises
        ------
        InputError, UsageError
            If a value makes no plan or no price.
        """
        of_prices = [p for p in patches if p.path.split(".")[0] in PRICE_ROOTS]
        rest = [patch for patch in patches if patch not in of_prices]
        problems = Problems()
        faults = DocumentProblems(self.document, problems)
        case = self.case_of(scenario_id, rest, faults)
        book = self._prices(of_prices, faults)
        problems.raise_if_any()
        if case is None:
            values = ", ".join(f"{p.path} {p.operation} {p.value}" for p in patches)
            msg = f"{scenario_id}: no plan under {values}"
            raise UsageError(msg)
        return Variant(case=case, book=book)

    def _prices(
        self, patches: Sequence[Patch], faults: DocumentProblems | None = None
    ) -> PriceBook:
        terms = [p for p in patches if not p.path.startswith(f"{RATES}.")]
        rates = [p for p in patches if p.path.startswith(f"{RATES}.")]
        book = self.book
        if terms:
            table = with_prices_changed(self.table, terms)
            noted = faults or DocumentProblems(self.document, Problems())
            read = price_book(table, (), book.currency, noted)
            context = replace(book.context, indices=read.context.indices)
            book = replace(book, prices=read.prices, context=context)
        if rates:
            fx = with_rates_changed(book.context.fx, rates)
            book = replace(book, context=replace(book.context, fx=fx))
        return book
