"""Day level: what is special about days is taken out of history and put back later."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from statistics import NormalDist

import numpy as np

from forecasting.day_totals import day_totals, odd_days
from forecasting.effects import Effects, apply_effects, effect_notes, learn_effects
from forecasting.level_break import LevelBreak, find_break
from forecasting.model import (
    DAYS_PER_WEEK,
    Fitted,
    Hindcast,
    QueueHistory,
    weekday_of,
)
from forecasting.month_days import MonthCourse, learn_month_course
from forecasting.special import Tag
from wfm.calendar.local import wall_date
from wfm.domain.arrays import BoolArray, FloatArray, IntArray, frozen
from wfm.domain.demand import MINUTES_PER_DAY, SpecialDay

DAYS_NAMED = 5
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainHistory:
    """A history of ordinary days: what a model is to learn from.

    Attributes
    ----------
    history
        The volumes over the course of the month, odd days marked special.
    course
        What the days of the month were divided by.
    odd
        ``[d]`` days left out because they look like a closure, an outage or a rush.
    odd_ratio
        ``[d]`` their totals over those of the same weekdays nearby.
    moved
        Where the level moved for good: days before are taken at the new one.
    """

    history: QueueHistory
    course: MonthCourse
    odd: BoolArray
    odd_ratio: FloatArray
    moved: LevelBreak | None = None

    def notes(self) -> Iterator[str]:
        """Yield what was done to the history."""
        if self.odd.any():
            rows = np.flatnonzero(self.odd)
            named = ", ".join(
                f"{_date(self.history.days[row])} ({self.odd_ratio[row]:.0%})"
                for row in rows[-DAYS_NAMED:]
            )
            earlier = rows.size - DAYS_NAMED
            more = f" and {earlier} earlier" if earlier > 0 else ""
            yield f"days unlike their weekday are left out of learning: {named}{more}"
        if self.moved is not None:
            day = _date(self.history.days[self.moved.row])
            yield (
                f"the level has moved to {self.moved.ratio:.0%} on {day} and stayed: "
                "days before are learnt from at the new level"
            )
        if not self.course.is_flat:
            low, high = self.course.ratios.min(), self.course.ratios.max()
            yield (
                f"days of the month matter: {low:.0%} to {high:.0%} of an average day, "
                f"{self.course.explained:.0%} of the variance between days"
            )


def _date(day: int) -> date:
    return wall_date(int(day) * MINUTES_PER_DAY)


def plain_history(history: QueueHistory, trusted: BoolArray) -> PlainHistory:
    """Return *history* at one level, without odd days and the course of the month.

    Parameters
    ----------
    trusted
        ``[d]`` days that the planner calls ordinary; they are never odd.
    """
    totals = day_totals(history)
    odd = odd_days(totals) & ~trusted
    moved = find_break(totals.level, ~odd)
    if moved is not None:
        offered = frozen(moved.taken_out(history.offered_contacts))
        history = replace(history, offered_contacts=offered)
        totals = day_totals(history)
        odd = odd_days(totals) & ~trusted
    course = learn_month_course(history.days, totals.deviation, ~odd)
    special, offered = history.special, history.offered_contacts
    if odd.any():
        special = frozen(special | odd[:, None])
    if not course.is_flat:
        offered = frozen(offered / course.factors(history.days)[:, None])
    plain = history
    if special is not history.special or offered is not history.offered_contacts:
        plain = replace(history, special=special, offered_contacts=offered)
    return PlainHistory(
        history=plain, course=course, odd=odd, odd_ratio=totals.ratio, moved=moved
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDays:
    """Learnt effects of special days, and the model that they are relative to.

    *week_ahead* is the model's hindcast a week ahead, where it was needed.
    """

    effects: Effects
    fitted: Fitted
    open_slots: BoolArray
    week_ahead: Hindcast | None = None

    def applied(
        self, mean: FloatArray, days: IntArray, tags: Sequence[Tag]
    ) -> tuple[FloatArray, FloatArray]:
        """Return *mean* ``[d, s]`` of ordinary *days* with the effects of *tags*.

        Beside it stands the variance that not knowing these effects adds.
        """
        if not tags:
            return mean, np.zeros_like(mean)
        return apply_effects(mean, tags, self.effects, self._resembled(days, tags))

    def described(
        self, mean: FloatArray, days: IntArray, tags: Sequence[Tag], is_open: BoolArray
    ) -> tuple[SpecialDay, ...]:
        """Return what each tag makes of each date, *mean* ``[d, s]`` being ordinary."""
        pairs = zip(tags, self._resembled(days, tags), strict=True)
        found = [
            one
            for tag, other in pairs
            for row in range(tag.rows.start, tag.rows.stop)
            if (one := self._described(mean, int(days[row]), row, tag, other, is_open))
        ]
        return tuple(sorted(found, key=lambda one: (one.day, one.kind, one.name)))

    def _described(
        self,
        mean: FloatArray,
        day: int,
        row: int,
        tag: Tag,
        other: FloatArray | None,
        is_open: BoolArray,
    ) -> SpecialDay | None:
        effect, cells = self.effects.of(tag), tag.cells[row - tag.first_row]
        usual, special, deviation = effect.of_day(
            (mean[row], is_open[row]), cells, other
        )
        if usual <= 0:
            return None
        return SpecialDay(
            day=_date(day),
            kind=tag.kind,
            name=tag.name,
            ratio=special / usual,
            ratio_sd=deviation / usual,
            occurrences=effect.occurrences,
            is_stated=tag.effect is not None,
        )

    def _resembled(
        self, days: IntArray, tags: Sequence[Tag]
    ) -> list[FloatArray | None]:
        """Return ``[s]`` the volumes of the weekday that each tag may resemble."""
        if not any(self._has_like(tag) for tag in tags):
            return [None] * len(tags)
        opens = _opens(self.open_slots)
        wanted = [_alike_day(tag, int(days[0]), opens) for tag in tags]
        others = self._usual({day for day in wanted if day is not None})
        return [None if day is None else others[day] for day in wanted]

    def _usual(self, wanted: Collection[int]) -> dict[int, FloatArray]:
        """Return day -> ``[s]`` its ordinary volumes, in slots open on its weekday."""
        if not wanted:
            return {}
        days = np.array(sorted(wanted))
        volumes = np.maximum(self.fitted.predict(days), 0.0)
        volumes = volumes * self.open_slots[weekday_of(days)]
        return dict(zip(days.tolist(), volumes, strict=True))

    def notes(self, tags: Sequence[Tag], is_open: BoolArray) -> Iterator[str]:
        """Yield what had to be assumed of the *tags* ahead."""
        yield from effect_notes(tags, self.effects, is_open, self._has_like)

    def _has_like(self, tag: Tag) -> bool:
        """Return whether the weekday that *tag* may resemble is ever open."""
        weekday = tag.like_weekday
        return weekday is not None and bool(self.open_slots[weekday].any())


def learn_special_days(
    history: QueueHistory, tags: Sequence[Tag], fitted: Fitted
) -> SpecialDays:
    """Return what *tags* did to the volumes that *fitted* expected a week ahead."""
    from forecasting.kernels import days as kernels

    open_slots = kernels.open_slots(history.is_open, history.first_weekday)
    if not tags:
        return SpecialDays(effects=Effects(), fitted=fitted, open_slots=open_slots)
    hindcast = fitted.hindcast(DAYS_PER_WEEK)
    expected = _expected(hindcast, fitted, history, open_slots)
    first, end = int(history.days[0]), int(history.days[-1])
    opens = _opens(open_slots)
    resembled: list[FloatArray | None] = []
    for tag in tags:
        day = _alike_day(tag, first, opens)
        if day is not None:
            day += DAYS_PER_WEEK * ((day < first) - (day > end))
        if day is None or not first <= day <= end:
            resembled.append(None)
        else:
            weekday = (day + _EPOCH_WEEKDAY) % DAYS_PER_WEEK
            resembled.append(expected[day - first] * open_slots[weekday])
    effects = learn_effects(history, tags, expected, resembled)
    return SpecialDays(
        effects=effects, fitted=fitted, open_slots=open_slots, week_ahead=hindcast
    )


def _expected(
    hindcast: Hindcast, fitted: Fitted, history: QueueHistory, open_slots: BoolArray
) -> FloatArray:
    """Return ``[d, s]`` what *fitted* expected a week ahead, or would have expected.

    The latter on days with an open slot of which nothing was known then.
    """
    from forecasting.kernels.days import days_unknown

    expected, support = hindcast.expected, hindcast.support
    rows = days_unknown(support, open_slots, history.first_weekday)
    if rows.size:
        expected = expected.copy()
        backcast = fitted.predict(history.days[rows])
        expected[rows] = np.where(support[rows] <= 0, backcast, expected[rows])
    return np.maximum(expected, 0.0)


def _opens(open_slots: BoolArray) -> list[bool]:
    """Return which weekdays are ever open."""
    found: list[bool] = np.asarray(open_slots.any(axis=1)).tolist()
    return found


def _alike_day(tag: Tag, first_day: int, opens: Sequence[bool]) -> int | None:
    """Return the day nearest to the tag's that it may resemble, if that is open.

    Rows count from *first_day*; *opens* says which weekdays do.
    """
    if tag.like_weekday is None or not opens[tag.like_weekday] or not len(tag.cells):
        return None
    day = first_day + tag.first_row
    half = DAYS_PER_WEEK // 2
    away = (tag.like_weekday - _EPOCH_WEEKDAY - day + half) % DAYS_PER_WEEK - half
    return day + away


@cache
def _normal_scores(levels: tuple[float, ...]) -> FloatArray:
    normal = NormalDist()
    return np.array([normal.inv_cdf(level) for level in levels])


def widened(
    quantiles: FloatArray,
    mean: FloatArray,
    variance: FloatArray,
    levels: Sequence[float],
) -> FloatArray:
    """Return *quantiles* ``[l, d, s]`` moved out where *variance* is added.

    Distances from the mean add up as roots of squares; the order is kept.
    """
    if not variance.any():
        return quantiles
    from forecasting.kernels import pools as kernels

    return kernels.widened(quantiles, mean, variance, _normal_scores(tuple(levels)))
