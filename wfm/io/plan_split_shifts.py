"""Split shifts of plan.yaml: two parts of a day with hours off between them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from wfm.domain.people import SPLIT, BreakRule, ShiftTemplate
from wfm.io.plan_schema import ShiftTable, SplitTable

_ANY_LENGTH = 10**6


def split_templates(
    template: ShiftTemplate, table: ShiftTable
) -> tuple[ShiftTemplate, ...]:
    """Return one template for each length of first part, gap and second part.

    The gap is an unpaid span called ``split``. Breaks counted from the start lie in the
    first part, breaks counted back from the end in the second; ``for_shifts`` is about
    the length of both parts together.
    """
    if table.split is None:
        return (template,)
    return tuple(
        replace(
            template,
            elapsed_minutes=(first + gap + second,),
            breaks=breaks_of_split(template.breaks, first, gap, second),
        )
        for first, gap, second in split_lengths(table, table.split)
    )


def split_lengths(
    table: ShiftTable, split: SplitTable
) -> Iterator[tuple[int, int, int]]:
    """Yield first part, gap and second part in minutes."""
    gaps = range(split.gap[0], split.gap[1] + 1, split.every_minutes)
    seconds = sorted(set(split.hours or table.hours))
    yield from product(sorted(set(table.hours)), gaps, seconds)


def breaks_of_split(
    breaks: Sequence[BreakRule], first: int, gap: int, second: int
) -> tuple[BreakRule, ...]:
    """Return the breaks of one split shift in order, its gap among them."""
    of_length = [
        replace(rule, min_shift_minutes=0, below_shift_minutes=_ANY_LENGTH)
        for rule in breaks
        if rule.min_shift_minutes <= first + second < rule.below_shift_minutes
    ]
    off = BreakRule(
        kind=SPLIT,
        minutes=gap,
        paid=False,
        earliest_minutes=first,
        latest_minutes=first,
    )
    before = (rule for rule in of_length if rule.anchor == "start")
    after = (rule for rule in of_length if rule.anchor == "end")
    return (*before, off, *after)
