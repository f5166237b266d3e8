"""What an edit does, and how rosters differ, as a terminal shows it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from wfm.domain.roster import RosterInstance
from wfm.domain.roster_edits import LoggedEdit
from wfm.evaluation.describe import describe_violation
from wfm.pipeline.edit_effect import WAGES, EditEffect, QueueEffect
from wfm.pipeline.roster_diff import ShiftDifference, in_words
from wfm.report.text import MINUS, money, number, percent, words

if TYPE_CHECKING:
    from rich.table import Table

SHOWN_HOURS, SHOWN_LEVEL = 0.05, 0.0005
MOST_LINES = 40


def difference_lines(
    found: Sequence[ShiftDifference], instance: RosterInstance
) -> Iterator[str]:
    """Yield one line per shift that differs, the first ones if they are many."""
    for difference in found[:MOST_LINES]:
        yield f"  {in_words(difference, instance)}"
    if len(found) > MOST_LINES:
        yield f"  and {len(found) - MOST_LINES} more shifts"


def rule_lines(effect: EditEffect, instance: RosterInstance) -> Iterator[str]:
    """Yield what is newly broken, what still is in other measure, what no longer is."""
    for head, breaches in (
        ("broken", effect.broken),
        ("still broken", effect.still),
        ("mended", effect.cured),
    ):
        for breach in breaches[:MOST_LINES]:
            yield f"  {head}: {describe_violation(breach, instance)}"
        if len(breaches) > MOST_LINES:
            yield f"  and {len(breaches) - MOST_LINES} more {head}"
    if not effect.broken:
        yield "  breaks no rule that was kept before"


def cost_line(effect: EditEffect, currency: str) -> str:
    """Return wages, paid hours and the objective with its parts, as changes."""
    parts = ", ".join(
        f"{words(name)} {signed_money(value, currency)}"
        for name, value in effect.terms.items()
        if value and name not in WAGES
    )
    return (
        f"  wages {signed_money(effect.paid_cost, currency)}, "
        f"{_signed(effect.paid_hours, 2)} paid hours; "
        f"objective {signed_money(effect.objective, currency)}"
        + (f" ({parts})" if parts else "")
    )


def signed_money(thousandths: int, currency: str) -> str:
    """Return an amount with its sign."""
    sign = "+" if thousandths > 0 else MINUS if thousandths < 0 else ""
    return f"{sign}{money(abs(thousandths), currency)}"


def _signed(value: float, digits: int) -> str:
    text = number(value, digits)
    return text if text.startswith(MINUS) or not value else f"+{text}"


def moved_queues(effect: EditEffect) -> tuple[QueueEffect, ...]:
    """Return the queues whose cover or service changes by an amount worth showing."""
    return tuple(q for q in effect.queues if _is_shown(q))


def _is_shown(queue: QueueEffect) -> bool:
    missing, level = queue.missing_hours, queue.service_level
    return (
        abs(missing[1] - missing[0]) >= SHOWN_HOURS
        or abs(level[1] - level[0]) >= SHOWN_LEVEL
    )


def cover_table(effect: EditEffect) -> "Table | None":
    """Return the queues whose cover or service changes; ``None`` if none does."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    shown = moved_queues(effect)
    if not shown:
        return None
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("queue", no_wrap=True)
    for head in ("missing", "change", "in time", "change, points"):
        table.add_column(head, justify="right", no_wrap=True)
    for queue in shown:
        old, new = queue.missing_hours
        before, after = queue.service_level
        table.add_row(
            escape(queue.queue_id),
            f"{number(new, 1)} h",
            f"{_signed(new - old, 1)} h",
            percent(after),
            _signed(100 * (after - before), 1),
        )
    return table


def log_lines(
    edits: Sequence[LoggedEdit], standing: Sequence[LoggedEdit]
) -> Iterator[str]:
    """Yield one line per edit, those undone marked."""
    in_force = {edit.number for edit in standing}
    for edit in edits:
        mark = "" if edit.number in in_force or edit.undoes else " (undone)"
        why = f": {edit.why}" if edit.why else ""
        rules = f"; breaks {len(edit.breaks)}" if edit.breaks else ""
        yield (
            f"{edit.number}  {edit.when_utc:%Y-%m-%d %H:%M} UTC  {edit.who}{why}  "
            f"{edit.what}{rules}{mark}"
        )
