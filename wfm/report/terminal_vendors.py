"""The vendor scorecard for the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scenarios.rank_reversal import NEAR
from scenarios.scorecard import Scorecard, Scored
from wfm.report.text import percent

if TYPE_CHECKING:
    from rich.table import Table


def vendor_tables(card: Scorecard) -> Iterator["Table"]:
    """Yield the scorecard, and the phases of onboarding."""
    yield _scores(card)
    if card.onboardings:
        yield _phases(card)


def vendor_lines(card: Scorecard) -> Iterator[str]:
    """Yield in words how firm the order is."""
    if card.first is None:
        yield "no vendor may be chosen: each lacks a required yes"
        return
    first = card.first
    name = first.candidate.vendor_id
    yield (
        f"{name} is first under {percent(first.first_nearby)} of weights within "
        f"{NEAR:.0%} of those stated, {percent(first.first_anywhere)} of all"
    )
    if not card.switches:
        yield f"no single weight puts another vendor before {name}"
        return
    switch = card.switches[0]
    yield (
        f"nearest switch: {switch.criterion} at {percent(switch.weight)} instead of "
        f"{percent(switch.stated)} puts {switch.vendor_id} first"
    )


def _table(title: str, *columns: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    return table


def _scores(card: Scorecard) -> "Table":
    names = [f"{n} {percent(s)}" for n, s in card.rules.shares().items()]
    title = f"vendors on {card.as_of} (* measured)"
    table = _table(title, "vendor", "place", "score", *names, "security gaps")
    for one in card.scored:
        table.add_row(*_cells(one), style=None if one.place else "red")
    return table


def _cells(one: Scored) -> tuple[str, ...]:
    marks = [f"{m.value:.1f}{'*' if m.is_measured else ''}" for m in one.marks.values()]
    place = "out" if one.place is None else str(one.place)
    gaps = ", ".join(one.gaps)
    return (one.candidate.vendor_id, place, f"{one.score:.2f}", *marks, gaps)


def _phases(card: Scorecard) -> "Table":
    columns = ("vendor, phase", "months", "share", "others", "people for", "in time")
    table = _table("onboarding", *columns, "below floor", "exit tests")
    for row in card.onboarding_rows():
        level = row["expected_level"]
        table.add_row(
            f"{row['vendor']}, {row['phase']}",
            f"{row['from']} to {row['to']}",
            percent(float(str(row["share"]))),
            percent(float(str(row["incumbent_share"]))),
            percent(float(str(row["people_for"]))),
            "–" if level is None else percent(float(str(level))),
            str(row["below_floor"]) or "–",
            str(row["exit_tests"]) or "–",
            style="yellow" if row["below_floor"] else None,
        )
    return table
