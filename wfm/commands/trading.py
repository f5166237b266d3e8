"""A set of rosters to choose from, made beside the roster of a run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from wfm.commands.findings import say
from wfm.commands.live import stop_on_interrupt
from wfm.commands.run import Run
from wfm.domain.tradeoffs import MEASURE_WORDS, TradeOffs
from wfm.results import RosterResult

if TYPE_CHECKING:
    from solver.pareto.outcome import Point
    from wfm.studies.tradeoffs import ParetoResult

BASE_PART = 0.4
"""Of the time for the roster with which the set begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOffRequest:
    """Which measures to trade, how many rosters, which to take (``None``: balanced).

    *seconds* are for the set alone.
    """

    asked: tuple[str, ...]
    seconds: float
    seed: int = 1
    points: int | None = None
    pick: int | None = None
    rounds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traded:
    """A set of rosters, and the number of the one that is taken."""

    found: "ParetoResult"
    picked: int

    @property
    def result(self) -> RosterResult:
        """The roster that is taken, as a run returns it."""
        return self.found.pick(self.picked)

    @property
    def record(self) -> dict[str, object]:
        """What the manifest says of the set."""
        found = self.found.found
        return {
            "asked": list(found.asked),
            "rosters": len(found.points),
            "searches": found.searches,
            "wall_s": round(found.wall_s, 2),
            "picked": self.picked,
        }


def require_tradeoffs(run: Run, request: TradeOffRequest) -> None:
    """Check before long work that the measures can be asked for.

    Raises
    ------
    UsageError
        Saying what is wrong.
    """
    from wfm.api import PEOPLE_FILES
    from wfm.domain.errors import UsageError
    from wfm.studies.tradeoffs import published_roster, require_asked

    if request.pick is not None and request.pick > (request.points or 9):
        msg = f"there is no roster {request.pick} in a set of {request.points or 9}"
        raise UsageError(msg)
    folder = run.plan.read(PEOPLE_FILES)
    _, published = published_roster(run.plan.directory, folder)
    require_asked(request.asked, published)


def trade(run: Run, base: RosterResult, request: TradeOffRequest) -> Traded:
    """Return the set of rosters and which is taken; progress is said as it grows."""
    from solver.pareto.outcome import FrontierLimits

    began = time.perf_counter()

    def tell(points: Sequence["Point"]) -> None:
        spent = time.perf_counter() - began
        say(run.console, f"  trade-offs: {len(points)} rosters after {spent:.0f} s")

    limits = FrontierLimits(
        max_time_s=request.seconds,
        points=request.points,
        seed=request.seed,
        rounds=request.rounds,
    )
    with stop_on_interrupt() as stop:
        found = run.plan.pareto(
            *request.asked, base=base, limits=limits, on_point=tell, stop=stop.is_set
        )
    picked = request.pick or found.balanced
    if picked > len(found.certificates):
        few = len(found.certificates)
        say(run.console, f"only {few} rosters were found, so the balanced one is taken")
        picked = found.balanced
    return Traded(found=found, picked=picked)


def write_set(out: Path, traded: Traded) -> None:
    """Write table, chart and every roster with its certificate into ``pareto/``."""
    from wfm.io.certificate_files import write_certificate
    from wfm.io.tables import write_roster
    from wfm.io.tradeoff_files import FOLDER, write_tradeoffs
    from wfm.report.tradeoff_plots import tradeoff_png

    found, folder = traded.found, out / FOLDER
    chart = tradeoff_png(found.table, traded.picked)
    write_tradeoffs(folder, found.table, traded.picked, chart)
    instance = found.base.instance
    pairs = zip(found.found.points, found.certificates, strict=True)
    for number, (point, proof) in enumerate(pairs, 1):
        place = folder / str(number)
        place.mkdir()
        write_roster(place / "roster.csv", instance, point.roster)
        write_certificate(place, proof, instance, point.roster)


def say_set(run: Run, table: TradeOffs, picked: int) -> None:
    """Show the set, and say which roster was taken and how to take another."""
    run.console.print(_shown(table, picked))
    asked = ", ".join(MEASURE_WORDS[name] for name in table.asked)
    say(run.console, f"none of these is better than another in all of: {asked}")
    word = "the balanced one" if picked == table.balanced else "as asked"
    text = f"roster {picked} ({word}) is in {run.out}; to take another: "
    say(run.console, f"{text}wfm roster {run.plan.directory} --pick N")


def _shown(table: TradeOffs, picked: int) -> Table:
    from wfm.report.text import money, number, percent

    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    heads = [
        "",
        "wages",
        "missing",
        "in time",
        "uneven",
        "changed",
        "gap at its prices",
    ]
    for head in heads:
        shown.add_column(head, justify="right")
    for row in table.rows:
        mark = "→ " if row.number == picked else ""
        shown.add_row(
            f"{mark}{row.number}",
            money(row.paid_cost, table.currency, whole=True),
            f"{number(row.missing_hours, 1)} h",
            percent(row.service_level),
            number(row.unfair_shifts, 1),
            number(row.changed_shifts) if table.published else "–",
            "–" if row.gap is None else percent(row.gap),
        )
    return shown
