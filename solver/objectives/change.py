"""Change: what departs from the roster that people have been told.

Each planned date of each agent counts by itself. A shift that is added, dropped or
starts or ends at another time costs ``change_per_shift``; one that only has its breaks
elsewhere, or is worked in another place, costs ``change_per_break``. Without a live
roster nothing is a change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from solver.outcome import Allocation
from solver.term import TERMS, ChangePrice, Price
from wfm.domain.roster import Roster, RosterInstance, Shift


@TERMS.add("change")
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Shifts that differ from the live roster, by how much they differ."""

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield the live shifts and what leaving them costs."""
        per_shift, per_break = _per_change(instance)
        if instance.live is not None and (per_shift or per_break):
            yield ChangePrice(
                live={(s.agent_id, s.date_local): s for s in instance.live},
                per_shift=per_shift,
                per_break=per_break,
            )

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Compare both rosters date by date."""
        if instance.live is None:
            return 0
        per_shift, per_break = _per_change(instance)
        told, now = _by_day(instance.live), _by_day(roster.shifts)
        total = 0
        for agent_id, days in instance.planned_days.items():
            for day in days:
                before = told.get((agent_id, day.date_local), [])
                after = now.get((agent_id, day.date_local), [])
                if _times(before) != _times(after):
                    total += per_shift
                elif before != after:
                    total += per_break
        return total


def _per_change(instance: RosterInstance) -> tuple[int, int]:
    return instance.prices.change_per_shift, instance.prices.change_per_break


def _by_day(shifts: Iterable[Shift]) -> dict[tuple[str, date], list[Shift]]:
    found: dict[tuple[str, date], list[Shift]] = {}
    for shift in shifts:
        found.setdefault((shift.agent_id, shift.date_local), []).append(shift)
    return found


def _times(shifts: list[Shift]) -> list[tuple[int, int]]:
    return [(shift.start_idx, shift.end_idx) for shift in shifts]
