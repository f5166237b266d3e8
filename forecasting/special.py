"""Special days: holidays and tagged events, kept out of the profile and re-applied."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY, DemandEvent, Queue

HOLIDAY = "holiday"
PRIOR_OCCURRENCES = 0.5
PRIOR_CONTACTS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One holiday or event as it falls on a queue's local days.

    *cells* is ``[d, s]``. *effect* is the planner's ratio, ``None`` if it has to be
    learnt. *name* tells holidays of one kind apart (Christmas is no Labour Day); it is
    empty where only the kind counts.
    """

    kind: str
    cells: BoolArray
    name: str = ""
    effect: float | None = None
    aht_factor: float = 1.0

    def before(self, num_days: int) -> "Tag":
        """Return the tag on the first *num_days* days."""
        return replace(self, cells=self.cells[:num_days])

    def between(self, first: int, end: int) -> "Tag":
        """Return the tag on the days ``first:end``."""
        return replace(self, cells=self.cells[first:end])


def tags_on(
    queue: Queue,
    days: IntArray,
    slot_minutes: int,
    holidays: Mapping[date, Holiday],
    events: Sequence[DemandEvent],
) -> tuple[Tag, ...]:
    """Return the tags of *queue* that touch the local dates *days*.

    A holiday that closes the queue is no tag: there is nothing to learn from it.
    """
    slots = np.arange(0, MINUTES_PER_DAY, slot_minutes)
    start = days[:, None] * MINUTES_PER_DAY + slots
    tags = [
        Tag(kind=HOLIDAY, name=holiday.name, cells=_between(start, slot_minutes, day))
        for day, holiday in holidays.items()
        if not queue.closed_on_holidays and _within(day, days)
    ]
    tags += [
        Tag(
            kind=event.kind,
            effect=event.effect,
            aht_factor=event.aht_factor,
            cells=_overlap(
                start, slot_minutes, event.from_local_minute, event.to_local_minute
            ),
        )
        for event in events
        if queue.queue_id in event.queue_ids
    ]
    return tuple(tag for tag in tags if tag.cells.any())


def _within(day: date, days: IntArray) -> bool:
    return (
        bool(days.size) and days[0] <= wall_minute(day) // MINUTES_PER_DAY <= days[-1]
    )


def _between(start: IntArray, slot_minutes: int, day: date) -> BoolArray:
    first = wall_minute(day)
    return _overlap(start, slot_minutes, first, first + MINUTES_PER_DAY)


def _overlap(start: IntArray, length: int, first: int, end: int) -> BoolArray:
    """Return which slots ``[start, start + length)`` meet ``[first, end)``."""
    return np.asarray((start < end) & (start + length > first))


def tagged_cells(tags: Iterable[Tag], shape: tuple[int, ...]) -> BoolArray:
    """Return ``[d, s]`` whether any tag lies on the cell."""
    cells = np.zeros(shape, dtype=bool)
    for tag in tags:
        cells |= tag.cells
    return cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Learnt ratios to an ordinary day, by kind and by (kind, name)."""

    by_kind: Mapping[str, float] = field(default_factory=dict)
    by_name: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of(self, tag: Tag) -> float:
        """Return the ratio of *tag*: stated, learnt by name, by kind, or 1."""
        if tag.effect is not None:
            return tag.effect
        learnt = self.by_kind.get(tag.kind, 1.0)
        return self.by_name.get((tag.kind, tag.name), learnt)

    def knows(self, tag: Tag) -> bool:
        """Return whether the ratio of *tag* is stated or learnt."""
        return tag.effect is not None or tag.kind in self.by_kind


def learn_ratios(
    tags: Sequence[Tag], offered: FloatArray, expected: FloatArray, usable: BoolArray
) -> Ratios:
    r"""Return the ratios of offered to expected contacts, shrunk where little is seen.

    .. math:: \hat r = \frac{\sum_i A_i + K r_0}{\sum_i E_i + K}, \qquad
        K = \tfrac12 \bar E + 20

    over occurrences *i* with :math:`A_i` offered and :math:`E_i` expected contacts: the
    prior weighs half an occurrence and twenty contacts. A kind is drawn towards
    :math:`r_0 = 1`, a named holiday towards its kind. Cells under two tags teach
    nothing, since nobody can tell whose effect it was.
    """
    single = usable & (sum_of(tags, usable.shape) == 1)
    seen = [
        (tag, float(offered[cells].sum()), float(expected[cells].sum()))
        for tag in tags
        if (cells := tag.cells & single).any()
    ]
    by_kind = {
        kind: _shrunk([(a, e) for tag, a, e in seen if tag.kind == kind], 1.0)
        for kind in {tag.kind for tag, _, _ in seen}
    }
    by_name = {
        (kind, name): _shrunk(
            [(a, e) for tag, a, e in seen if (tag.kind, tag.name) == (kind, name)],
            by_kind[kind],
        )
        for kind, name in {(tag.kind, tag.name) for tag, _, _ in seen if tag.name}
    }
    return Ratios(by_kind=by_kind, by_name=by_name)


def sum_of(tags: Iterable[Tag], shape: tuple[int, ...]) -> IntArray:
    """Return ``[d, s]`` how many tags lie on each cell."""
    count = np.zeros(shape, dtype=np.int64)
    for tag in tags:
        count += tag.cells
    return count


def _shrunk(pairs: Sequence[tuple[float, float]], prior_ratio: float) -> float:
    offered, expected = (sum(column) for column in zip(*pairs, strict=True))
    prior = PRIOR_OCCURRENCES * expected / len(pairs) + PRIOR_CONTACTS
    return float((offered + prior * prior_ratio) / (expected + prior))


def factors(
    tags: Iterable[Tag], ratios: Ratios, shape: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return the factors ``[d, s]`` on contacts and on handle time; tags multiply."""
    volume, aht = np.ones(shape), np.ones(shape)
    for tag in tags:
        volume[tag.cells] *= ratios.of(tag)
        aht[tag.cells] *= tag.aht_factor
    return volume, aht
