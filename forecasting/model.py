"""What a forecast model sees and gives: day-by-slot matrices on the local clock."""

from dataclasses import dataclass, field
from functools import cache
from typing import Protocol, Self, runtime_checkable

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray, read_only
from wfm.domain.demand import MINUTES_PER_DAY, ModelTest
from wfm.domain.errors import WfmError
from wfm.domain.registry import Registry

DAYS_PER_WEEK = 7
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
SATURDAY_SUNDAY = frozenset({5, 6})


class ForecastError(WfmError):
    """A model can't forecast this queue; another one has to stand in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QueueHistory:
    """Contacts of one queue by local date and slot of its wall clock.

    Histories are compared by identity, so what was worked out of one can be kept.

    An hour that the clock shows twice is one slot holding the mean of both, so every
    value is a rate per interval; an hour that the clock skips is not observed.

    Attributes
    ----------
    days
        ``[d]`` consecutive local dates, as days from 1970-01-01.
    slot_minutes
        Length of a slot; a day has ``1440 / slot_minutes`` of them.
    slots
        The slots of the day that the arrays hold, half-open; all of them by default.
    offered_contacts
        ``[d, s]`` contacts per interval; 0 where not observed.
    observed
        ``[d, s]`` whether the slot was reported. Missing is not zero.
    is_open
        ``[d, s]`` whether the queue was open.
    special
        ``[d, s]`` holidays and tagged events, which are no part of the profile.
    weekend
        The weekdays on which the market rests, 0 = Monday.
    usable, ordinary
        ``[d, s]`` slots that were open and reported; of these, the ones without
        holiday or event.
    """

    days: IntArray
    slot_minutes: int
    offered_contacts: FloatArray
    observed: BoolArray
    is_open: BoolArray
    special: BoolArray
    weekend: frozenset[int] = SATURDAY_SUNDAY
    slots: tuple[int, int] = (0, 0)
    usable: BoolArray = field(init=False)
    ordinary: BoolArray = field(init=False)

    @property
    def first_weekday(self) -> int:
        """The weekday of the first date, 0 = Monday."""
        return (int(self.days[0]) + _EPOCH_WEEKDAY) % DAYS_PER_WEEK

    @property
    def slots_of_day(self) -> int:
        """How many slots a whole day has."""
        return -(-MINUTES_PER_DAY // self.slot_minutes)

    def __post_init__(self) -> None:
        days = read_only(self.days, shape=(len(self.days),), dtype=np.int64)
        if (days[1:] - days[:-1] != 1).any():
            msg = "local dates of a queue's history must be consecutive"
            raise ValueError(msg)
        object.__setattr__(self, "days", days)
        if self.slots == (0, 0):
            object.__setattr__(self, "slots", (0, self.slots_of_day))
        shape = (len(days), self.slots[1] - self.slots[0])
        offered = read_only(self.offered_contacts, shape=shape)
        object.__setattr__(self, "offered_contacts", offered)
        for name in ("observed", "is_open", "special"):
            mask = read_only(getattr(self, name), shape=shape, dtype=np.bool_)
            object.__setattr__(self, name, mask)
        usable = self.observed & self.is_open
        for name, mask in (("usable", usable), ("ordinary", usable & ~self.special)):
            mask.flags.writeable = False
            object.__setattr__(self, name, mask)

    def before(self, day: int) -> Self:
        """Return the part before the local date *day* (days from 1970-01-01)."""
        num = int(np.searchsorted(self.days, day))
        if num == len(self.days):
            return self
        return type(self)(
            days=self.days[:num],
            slot_minutes=self.slot_minutes,
            offered_contacts=self.offered_contacts[:num],
            observed=self.observed[:num],
            is_open=self.is_open[:num],
            special=self.special[:num],
            weekend=self.weekend,
            slots=self.slots,
        )

    def within(self, first: int, end: int) -> Self:
        """Return the slots ``first:end`` of every day of a history of whole days."""
        return type(self)(
            days=self.days,
            slot_minutes=self.slot_minutes,
            offered_contacts=self.offered_contacts[:, first:end],
            observed=self.observed[:, first:end],
            is_open=self.is_open[:, first:end],
            special=self.special[:, first:end],
            weekend=self.weekend,
            slots=(first, end),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindcast:
    """What a model would have forecast for each day of its history.

    Attributes
    ----------
    expected
        ``[d, s]`` mean forecast in contacts per slot, each day from a fixed number of
        days before; 0 where *support* is 0.
    support
        ``[d, s]`` earlier weeks behind each *expected*; 0 where it means nothing.
    """

    expected: FloatArray
    support: IntArray


class Fitted(Protocol):
    """A model that has seen a queue's history.

    Besides the forecast it tells what it *would have* forecast for each day of the
    history. Bands, special-day ratios and the choice of model are learnt from that,
    alike for every model.
    """

    def hindcast(self, lead_days: int, first_row: int = 0) -> Hindcast:
        """Return the forecasts made *lead_days* days ahead, for every day of history.

        Those of the days before *first_row* are left out.
        The forecast of day *d* rests on the days up to *d* − *lead_days*, so 1 is a
        day-ahead forecast. What hardly changes from day to day (the shape of the day)
        may be taken from all the history.
        """
        ...

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` contacts per slot on ordinary *days*, open or not."""
        ...


@runtime_checkable
class Learned(Fitted, Protocol):
    """A fitted model that learns some things once, from all its history.

    Its hindcast rests on them, and so flatters it. For a fair test it can be asked
    what it would be, had it learnt from the first days only.
    """

    def learnt_before(self, day: int) -> Self:
        """Return the model with all that holds for all days learnt before *day*.

        What follows the days (levels, means) is still brought up to date after it.
        *day* counts from 1970-01-01.
        """
        ...


@runtime_checkable
class Chosen(Fitted, Protocol):
    """A fitted model that mixes or chooses models by a test."""

    @property
    def tests(self) -> tuple[ModelTest, ...]:
        """The test behind the choice; empty if the history was too short for one."""
        ...


class Forecaster(Protocol):
    """A model with its parameters, not yet fitted."""

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the model fitted to *history*.

        Raises
        ------
        ForecastError
            If the history does not suffice.
        """
        ...


FORECASTERS: Registry[type[Forecaster]] = Registry(
    "forecast model", "forecasting.models"
)


def weekday_of(days: IntArray) -> IntArray:
    """Return the weekday ``[d]`` of *days*, 0 = Monday."""
    return np.asarray((days + _EPOCH_WEEKDAY) % DAYS_PER_WEEK)


@cache
def rest_days(weekend: frozenset[int]) -> BoolArray:
    """Return ``[7]`` whether each weekday, Monday first, is one of *weekend*."""
    rests = np.zeros(DAYS_PER_WEEK, dtype=bool)
    rests[sorted(weekend)] = True
    rests.flags.writeable = False
    return rests


def is_weekend(days: IntArray, weekend: frozenset[int] = SATURDAY_SUNDAY) -> BoolArray:
    """Return whether each of *days* falls on one of the weekdays *weekend*."""
    return np.asarray(rest_days(weekend)[weekday_of(days)])
