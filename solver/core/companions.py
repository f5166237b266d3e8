"""People who belong together: what each one's shifts are worth to the others.

Who has been counted in binds those who come after: a shift that differs from theirs
costs. Who is still out will follow, so that person's shifts are priced together with
the one's who chooses now; a group taken out together thus moves as one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from solver.constraints import Constraint, Together
from solver.core.options import AgentDay
from solver.core.tables import (
    FIRST_OPTION,
    FIRST_START,
    OPTION_END,
    OPTION_START,
    WeekTables,
)
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.roster import RosterInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDate:
    """A date on which somebody and a partner belong together.

    Attributes
    ----------
    day, partner_day
        Rows of the two agent-days.
    options
        The range of options of the first.
    span, partner_span
        What must be equal: ``[option]`` a number for each start and end, or all 0.
    partner_options
        The range of options of the partner.
    """

    day: int
    partner_day: int
    options: slice
    partner_options: slice
    span: IntArray
    partner_span: IntArray

    def differs(self, choice: IntArray) -> bool:
        """Return whether the two dates of ``choice[day]`` are not alike."""
        own, partner = int(choice[self.day]), int(choice[self.partner_day])
        if own < 0 or partner < 0:
            return own >= 0 or partner >= 0
        span = self.span[own - self.options.start]
        return bool(span != self.partner_span[partner - self.partner_options.start])

    def add_given(self, choice: IntArray, value: FloatArray, price: float) -> None:
        """Add to ``value[option]`` what the partner's choice makes of it."""
        partner = int(choice[self.partner_day])
        if partner < 0:
            value[self.options] -= price
        else:
            wanted = self.partner_span[partner - self.partner_options.start]
            value[self.options] += price * (self.span == wanted)

    def add_following(self, value: FloatArray, price: float) -> None:
        """Add to ``value[option]`` what the partner's best like option is worth."""
        most = max(self.span.max(initial=0), self.partner_span.max(initial=0)) + 1
        best = np.full(most, -price)
        np.maximum.at(best, self.partner_span, value[self.partner_options])
        value[self.options] += best[self.span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """Who belongs together: agent row -> partner row -> dates shared.

    *units* are the rows of people who have to be moved together, largest first.
    """

    shared: Mapping[int, Mapping[int, tuple[SharedDate, ...]]]
    units: tuple[tuple[int, ...], ...]

    def unit_of(self, a: int) -> tuple[int, ...]:
        """Return who is moved together with agent *a*, who is one of them."""
        if a not in self.shared:
            return (a,)
        return next(unit for unit in self.units if a in unit)

    def with_companions(self, rows: Iterable[int]) -> list[int]:
        """Return *rows* with those who are moved together with them."""
        return list(dict.fromkeys(b for a in rows for b in self.unit_of(a)))

    def differing(self, a: int, choice: IntArray, counted: BoolArray) -> int:
        """Return on how many dates agent *a* differs from partners counted in."""
        return sum(
            shared.differs(choice)
            for partner, dates in self.shared.get(a, {}).items()
            if counted[partner]
            for shared in dates
        )

    def following(self, a: int, counted: BoolArray) -> list[int]:
        """Return the partners of agent *a* who are out and will follow."""
        return [b for b in self.shared.get(a, {}) if not counted[b]]

    def add_worth(
        self,
        a: int,
        choice: IntArray,
        counted: BoolArray,
        value: FloatArray,
        price: float,
    ) -> None:
        """Add to ``value[option]`` of agent *a* what partners make of it.

        The options of those who will follow must have been priced.
        """
        for partner, dates in self.shared.get(a, {}).items():
            for shared in dates:
                if counted[partner]:
                    shared.add_given(choice, value, price)
                else:
                    shared.add_following(value, price)


def companions_of(
    instance: RosterInstance,
    constraints: Iterable[Constraint],
    days: Sequence[AgentDay],
    weeks: WeekTables,
) -> Companions:
    """Return the companions of all :class:`Together`."""
    rows = instance.agent_index()
    place = {(item.agent, item.day.date_local): d for d, item in enumerate(days)}
    found: dict[int, dict[int, list[SharedDate]]] = {}
    groups: list[set[int]] = []
    for item in constraints:
        if not isinstance(item, Together):
            continue
        members = [rows[name] for name in item.agent_ids]
        groups.append(set(members))
        for a, b in permutations(members, 2):
            for day in sorted(item.dates):
                shared = _shared(item.of, weeks, place[a, day], place[b, day])
                found.setdefault(a, {}).setdefault(b, []).append(shared)
    return Companions(
        shared={
            a: {b: tuple(dates) for b, dates in partners.items()}
            for a, partners in found.items()
        },
        units=tuple(_joined(groups)),
    )


def _shared(of: str, weeks: WeekTables, day: int, partner_day: int) -> SharedDate:
    options, partner_options = _options(weeks, day), _options(weeks, partner_day)
    sizes = [rows.stop - rows.start for rows in (options, partner_options)]
    numbers = np.zeros(sum(sizes), dtype=np.int64)
    if of == "shift":
        both = [weeks.options[rows] for rows in (options, partner_options)]
        times = np.vstack(both)[:, [OPTION_START, OPTION_END]]
        _, numbers = np.unique(times, axis=0, return_inverse=True)
        numbers = numbers.reshape(-1)
    return SharedDate(
        day=day,
        partner_day=partner_day,
        options=options,
        partner_options=partner_options,
        span=numbers[: sizes[0]],
        partner_span=numbers[sizes[0] :],
    )


def _options(weeks: WeekTables, day: int) -> slice:
    first, last = weeks.days[day : day + 2, FIRST_START]
    low, high = weeks.starts[[first, last], FIRST_OPTION].tolist()
    return slice(low, high)


def _joined(groups: Sequence[set[int]]) -> Iterator[tuple[int, ...]]:
    """Yield the unions of groups that share somebody."""
    unions: list[set[int]] = []
    for group in groups:
        apart = [union for union in unions if union.isdisjoint(group)]
        touched = [union for union in unions if not union.isdisjoint(group)]
        unions = [*apart, group.union(*touched)]
    for union in sorted(unions, key=lambda union: (-len(union), min(union))):
        yield tuple(sorted(union))
