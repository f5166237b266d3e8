"""What would change the answer: where options change places, lever by lever."""

from dataclasses import dataclass
from functools import cached_property

from scenarios.repriced import Lever, LeverScan, PricedWork, levers, scan
from scenarios.result import ScenarioResult
from scenarios.terms import TermsError
from wfm.report.scenario_inputs import ScenarioReport, by_price
from wfm.report.scenario_words import Say

MOST_OPTIONS = 5


def priced_work(
    report: ScenarioReport, result: ScenarioResult
) -> tuple[PricedWork, ...]:
    """Return what an option's lanes did, each part with its price."""
    case = report.case(result.scenario_id)
    return tuple(
        PricedWork(price=name, done=done, book=report.book)
        for name, done in by_price(case, result.activities).items()
        if name
    )


@dataclass(frozen=True)
class BreakEvens:
    """Levers scanned for the options of a report, the reference against each other.

    *refused* says of levers why they could not be scanned.
    """

    report: ScenarioReport

    @cached_property
    def found(self) -> tuple[tuple[LeverScan, ...], tuple[str, ...]]:
        """The scans, and why levers are missing."""
        options = {
            option.scenario_id: priced_work(self.report, option)
            for option in self.report.options()[:MOST_OPTIONS]
        }
        scans: list[LeverScan] = []
        refused: list[str] = []
        for lever in levers(options, self.report.currency):
            try:
                scans += scan(options, lever)
            except TermsError as error:
                refused.append(f"{lever.name}: {error}")
        return tuple(scans), tuple(refused)

    @property
    def scans(self) -> tuple[LeverScan, ...]:
        """Every lever and pair."""
        return self.found[0]


LEVER_LABELS = {
    "work": "all work (people and contacts)",
    "own_wages": "own wages",
    "vendor_prices": "vendor prices",
    "exchange_rate": "value of {currency}",
}


def lever_label(lever: Lever, say: Say) -> str:
    """Return what a lever is called."""
    return say(LEVER_LABELS[lever.kind], currency=lever.currency)
