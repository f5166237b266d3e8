"""What would change the answer: where options change places, lever by lever."""

from dataclasses import dataclass
from functools import cached_property

from scenarios.repriced import Lever, LeverScan, PricedWork, Scanner, levers
from scenarios.result import ScenarioResult
from scenarios.terms import TermsError
from wfm.report.scenario_inputs import ScenarioReport, by_price
from wfm.report.scenario_words import Say

MOST_OPTIONS = 5
MOST_PANELS = 6


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
            for option in self.report.leading(MOST_OPTIONS)
        }
        scanner = Scanner(options)
        scans: list[LeverScan] = []
        refused: list[str] = []
        for lever in levers(options, self.report.currency):
            try:
                scans += scanner.scan(lever)
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


def top_levers(evens: BreakEvens) -> list[list[LeverScan]]:
    """Return the scans of the levers that matter, those with a crossing first.

    A lever that moves no difference by a thousandth of the cost is left out.
    """
    groups: dict[str, list[LeverScan]] = {}
    for found in evens.scans:
        groups.setdefault(found.lever.name, []).append(found)
    cost = evens.report.reference.cost.amount_minor
    moved = {name: max(map(_swing, group)) for name, group in groups.items()}
    kept = [name for name in groups if moved[name] >= 1e-3 * cost]
    kept.sort(
        key=lambda name: (not any(s.crossings for s in groups[name]), -moved[name])
    )
    return [groups[name] for name in kept[:MOST_PANELS]]


def _swing(found: LeverScan) -> int:
    apart = [a - b for a, b in zip(found.one_minor, found.other_minor, strict=True)]
    return max(apart) - min(apart)
