"""How many people may be on a break at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil
from typing import ClassVar

from solver.constraints import Constraint, WeighedHeads
from solver.places import check_by, places_of
from solver.rule import RULES
from solver.walk import agents_of, all_shifts, local_date, runs
from wfm.domain.people import Agent
from wfm.domain.roster import (
    WORK,
    Roster,
    RosterInstance,
    Shift,
    Violation,
    is_eligible,
)

_FINEST = 1000
"""Shares are kept to the thousandth."""


@RULES.add("simultaneous_breaks")
@dataclass(frozen=True, slots=True, kw_only=True)
class SimultaneousBreaks:
    """At most *most* people, or a *share* of those on shift, are on a break at once.

    It holds in each place by itself: in each of *by* (``site``, ``queue``,
    ``contract``), for everybody together without it. A share (0.25 is a quarter) is
    rounded up, so one person may always take a break. Both limits hold where both are
    given. Where the previous roster has more on a break, nobody of this plan joins.
    """

    name: ClassVar[str] = "simultaneous_breaks"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{share: 0.25, by: site}"
    most: int | None = None
    share: float | None = None
    by: tuple[str, ...] = ("site",)
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        check_by(self.by)
        if self.most is None and self.share is None:
            msg = "it needs most (people) or share (of those on shift)"
            raise ValueError(msg)
        if self.most is not None and (self.most < 0 or self.most != int(self.most)):
            msg = f"most must be a whole number of people, got {self.most}"
            raise ValueError(msg)
        if self.share is not None and not 0 < self.share <= 1:
            msg = f"share must lie above 0 and up to 1, got {self.share}"
            raise ValueError(msg)

    # ------------------------------------------------------------------ encoder

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield the steps of each place, by what the previous roster leaves."""
        for place, people in places_of(instance, self.by, self.agent_ids).items():
            ids = tuple(sorted(agent.agent_id for agent in people))
            label = f"breaks, {place}" if place else "breaks"
            if self.most is not None:
                yield from _rows(instance, ids, (1, 0, int(self.most)), label)
            if self.share is not None:
                part = Fraction(self.share).limit_denominator(_FINEST)
                limits = part.denominator, part.numerator, part.denominator - 1
                yield from _rows(instance, ids, limits, label)

    # ------------------------------------------------------------------ checker

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return when more people are on a break than may be."""
        everybody = all_shifts(instance, roster)
        found: list[Violation] = []
        for people in self._judged(instance):
            names = {agent.agent_id for agent in people}
            now = _resting(everybody, names)
            before = _resting(instance.carry_over, names)
            many = {
                t: resting
                for t, (resting, present) in now.items()
                if self._is_beyond(resting, present, *before.get(t, (0, 0)))
            }
            for start, end, resting in runs(many):
                found.append(self._told(instance, people, start, end, resting))
        return found

    def _judged(self, instance: RosterInstance) -> Iterator[list[Agent]]:
        """Yield the people of each place."""
        bound = list(agents_of(instance, self.agent_ids))
        sites = {a.site_id for a in bound} if "site" in self.by else [None]
        contracts = {a.contract_id for a in bound} if "contract" in self.by else [None]
        queues = instance.queues if "queue" in self.by else (None,)
        for site_id, contract_id, queue in product(sites, contracts, queues):
            yield [
                a
                for a in bound
                if site_id in (None, a.site_id)
                and contract_id in (None, a.contract_id)
                and (queue is None or is_eligible(a, queue))
            ]

    def _is_beyond(
        self, resting: int, present: int, rested: int, was_present: int
    ) -> bool:
        """Return whether too many are on a break, and more than were before."""
        if self.most is not None and resting > max(self.most, rested):
            return True
        if self.share is None:
            return False
        share = Fraction(str(self.share)).limit_denominator(_FINEST)
        within = resting <= ceil(share * present)
        return not within and resting - share * present > rested - share * was_present

    def _told(
        self,
        instance: RosterInstance,
        people: Sequence[Agent],
        start: int,
        end: int,
        resting: int,
    ) -> Violation:
        return Violation(
            rule=self.name,
            date_local=local_date(instance, start, people[0].zone),
            start_idx=start,
            end_idx=end,
            message=f"{resting} of {len(people)} people are on a break at once",
        )


def _rows(
    instance: RosterInstance,
    ids: Sequence[str],
    limits: tuple[int, int, int],
    label: str,
) -> Iterator[Constraint]:
    """Yield rows: *each* per break less *part* per person on shift, at most *most*."""
    each, part, most = limits
    highest = dict.fromkeys(range(instance.grid.num_intervals), most)
    value: dict[int, int] = {}
    for shift in instance.carry_over:
        for span in shift.spans if shift.agent_id in ids else ():
            for t in range(span.start_idx, span.end_idx):
                pause = each if span.activity != WORK else 0
                value[t] = value.get(t, 0) + pause - part
    highest |= {t: max(most, v) for t, v in value.items() if t in highest}
    for start, end, high in runs(highest):
        yield WeighedHeads(
            weights=tuple((name, each - part, -each) for name in ids),
            start_idx=start,
            end_idx=end,
            high=high,
            label=label,
        )


def _resting(shifts: Sequence[Shift], names: set[str]) -> dict[int, tuple[int, int]]:
    """Return by step how many are on a break, and how many are on shift (checker)."""
    found: dict[int, tuple[int, int]] = {}
    for shift in shifts:
        if shift.agent_id not in names:
            continue
        for t in range(max(0, shift.start_idx), shift.end_idx):
            resting, present = found.get(t, (0, 0))
            works = any(s.start_idx <= t < s.end_idx for s in shift.working_spans)
            found[t] = resting + (not works), present + 1
    return found
