"""Contacts: queues, their history and their forecast."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from wfm.domain.arrays import BoolArray, FloatArray, read_only
from wfm.domain.drivers import CallbackOffer, DemandDrivers, OutboundList
from wfm.domain.edits import AppliedEdit
from wfm.domain.grid import IntervalGrid

MINUTES_PER_DAY = 1440
DEFAULT_FORECAST_MODEL = "best"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillNeed:
    """A skill that an agent must hold, at *min_level* or above."""

    skill: str
    min_level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Local opening spans by weekday (0 = Monday), in minutes of the local day.

    ``spans[0] == ((540, 1260),)`` opens Mondays from 09:00 to 21:00; an empty tuple
    is a closed day; ``((0, 1440),)`` is open around the clock.
    """

    spans: tuple[tuple[tuple[int, int], ...], ...]

    def __post_init__(self) -> None:
        if len(self.spans) != 7:
            msg = f"opening hours need 7 weekdays, got {len(self.spans)}"
            raise ValueError(msg)
        for day in self.spans:
            ends = [minute for span in day for minute in span]
            if ends != sorted(set(ends)) or any(
                not 0 <= minute <= MINUTES_PER_DAY for minute in ends
            ):
                msg = f"opening spans must be ascending and within 0..1440, got {day}"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTarget:
    """What a queue promises its customers.

    Phone and chat: *service_level_fraction* answered within *answer_within_s*,
    and/or a mean wait *asa_s*. Deferred channels: everything answered within
    *answer_within_open_hours* hours of the queue's opening time.

    *over* says over which time the service level is promised; *min_interval_level* is
    then the least of a single interval.
    """

    service_level_fraction: float | None = None
    answer_within_s: float | None = None
    asa_s: float | None = None
    max_occupancy_fraction: float | None = None
    answer_within_open_hours: float | None = None
    over: Literal["interval", "day", "week"] = "interval"
    min_interval_level: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingChoice:
    """For what demand, and by which method, a queue is staffed.

    Attributes
    ----------
    plan_on
        The forecast's mean or a quantile of it; the rate that is not passed with
        *probability* (so that the target is met with it); or the service level expected
        over uncertain rates.
    rate_cv
        Coefficient of variation of the rate; ``None`` takes it from the forecast.
    method
        How load that changes is met (:mod:`wfm.staffing.time_varying`).
    """

    plan_on: Literal["mean", "p75", "p90", "sl_probability", "expected_sl"] = "mean"
    probability: float = 0.9
    rate_cv: float | None = None
    method: Literal["auto", "sipp", "lag", "mol", "exact"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatConcurrency:
    """Chats an agent holds at once and the handle time that this costs.

    ``aht_factor[k - 1]`` multiplies the handle time of a chat while its agent holds
    k chats; it starts with 1.0 and has *max_chats* entries.
    """

    max_chats: int
    aht_factor: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """A share of a queue's contacts that later arrives in another queue."""

    to_queue: str
    share: float
    delay_minutes: int = 0
    aht_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkageComponent:
    """Paid time lost to work; *rostered* parts are placed by the roster itself."""

    name: str
    fraction: float
    rostered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A stream of contacts of one channel, language and market.

    *blend_with* names the phone queue in whose idle time this queue's deferred work is
    done.
    """

    queue_id: str
    channel: str
    zone: str
    requires: tuple[SkillNeed, ...]
    opening: OpeningHours
    target: ServiceTarget
    country: str | None = None
    subdivision: str | None = None
    closed_on_holidays: bool = False
    guaranteed_agents: int = 0
    handover_minutes: int = 0
    patience_s: float | None = None
    chat: ChatConcurrency | None = None
    forwards: tuple[Forward, ...] = ()
    shrinkage: tuple[ShrinkageComponent, ...] = ()
    default_aht_s: float | None = None
    volume_scale: float = 1.0
    drivers: DemandDrivers = field(default_factory=DemandDrivers)
    callback_offer: CallbackOffer | None = None
    outbound: OutboundList | None = None
    blend_with: str | None = None
    staffing: StaffingChoice = field(default_factory=StaffingChoice)


def fed_queues(queues: Iterable[Queue]) -> frozenset[str]:
    """Return the queues whose work may come from elsewhere than their own history.

    From other queues' forwards, escalations and call-back offers, or from a list.
    """
    fed: set[str] = set()
    for queue in queues:
        fed.update(step.to_queue for step in queue.forwards)
        containment, offer = queue.drivers.containment, queue.callback_offer
        if containment is not None and containment.escalation is not None:
            fed.add(containment.escalation.to_queue)
        if offer is not None and offer.to_queue is not None:
            fed.add(offer.to_queue)
        if queue.outbound is not None:
            fed.add(queue.queue_id)
    return frozenset(fed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactHistory:
    """Observed contacts per queue and interval, on the UTC grid.

    Attributes
    ----------
    offered_contacts, handled_contacts, abandoned_contacts
        ``[q, t]`` contacts; 0 where not observed.
    aht_s
        ``[q, t]`` mean handle time; 0 where *aht_weight* is 0.
    observed
        ``[q, t]`` whether the interval was reported. Missing is not zero.
    aht_weight
        ``[q, t]`` contacts behind each handle time; 0 where there is none.
    """

    grid: IntervalGrid
    queue_ids: tuple[str, ...]
    offered_contacts: FloatArray
    handled_contacts: FloatArray
    abandoned_contacts: FloatArray
    aht_s: FloatArray
    observed: BoolArray
    aht_weight: FloatArray

    def __post_init__(self) -> None:
        shape = (len(self.queue_ids), self.grid.num_intervals)
        for name in (
            "offered_contacts",
            "handled_contacts",
            "abandoned_contacts",
            "aht_s",
            "aht_weight",
        ):
            object.__setattr__(self, name, read_only(getattr(self, name), shape=shape))
        object.__setattr__(
            self, "observed", read_only(self.observed, shape=shape, dtype=bool)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandEvent:
    """A dated change of demand: a sale, an outage, a launch.

    *effect* is the ratio of offered contacts to an ordinary day, or ``None`` to be
    learnt from earlier events of the same *kind*. *queue_ids* names the queues hit.
    Times are on each queue's own wall clock: minutes from 1970-01-01 00:00 of that
    clock (see :func:`wfm.calendar.local.wall_minute`).
    """

    event: str
    kind: str
    queue_ids: tuple[str, ...]
    from_local_minute: int
    to_local_minute: int
    effect: float | None = None
    aht_factor: float = 1.0
    note: str = ""


class Noise(Protocol):
    """What may come instead of the mean: draws paths of all queues at once."""

    def paths(
        self,
        mean: FloatArray,
        num_paths: int,
        *,
        seed: int,
        first_path: int = 0,
        rates: bool = False,
    ) -> FloatArray:
        """Return ``[n, q, t]`` contacts about *mean* ``[q, t]``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTest:
    """How a forecast model did in the test that decided its weight.

    *wape* and *bias* are fractions of the offered contacts, *lead_days* ahead; *weight*
    is its share in the forecast at such leads.
    """

    model: str
    lead_days: int
    wape: float
    bias: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """What a holiday, a day beside one, or an event makes of a local date.

    *ratio* is of its contacts to those of an ordinary day, in the hours it touches;
    *ratio_sd* how far that may be off. *occurrences* is how many earlier days taught
    it, 0 where it is assumed; *is_stated* where the planner gave it.
    """

    day: date
    kind: str
    name: str
    ratio: float
    ratio_sd: float
    occurrences: int
    is_stated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeForecast:
    """Expected contacts per queue and interval, with quantiles and handle time.

    Attributes
    ----------
    mean, aht_s
        ``[q, t]``.
    quantiles
        ``[q, l, t]`` at the ascending *levels*.
    first_idx, end_idx
        Per queue, the half-open range of intervals that was forecast; outside it
        all arrays are 0.
    failures
        Queue id -> why its model failed and what stands in its place.
    notes
        Queue id -> what a planner should know about a forecast that did not fail.
    tests
        Queue id -> the test of models behind a choice among them; absent without one.
    special_days
        Queue id -> what holidays and events make of its dates; absent without any.
    edits
        What the planner's overrides did to history and forecast.
    noise
        Draws the paths; ``None`` for a forecast that was read from a file.
    """

    grid: IntervalGrid
    queue_ids: tuple[str, ...]
    levels: tuple[float, ...]
    mean: FloatArray
    quantiles: FloatArray
    aht_s: FloatArray
    first_idx: tuple[int, ...]
    end_idx: tuple[int, ...]
    failures: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tests: Mapping[str, tuple[ModelTest, ...]] = field(default_factory=dict)
    special_days: Mapping[str, tuple[SpecialDay, ...]] = field(default_factory=dict)
    edits: tuple[AppliedEdit, ...] = ()
    noise: Noise | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        num_q, num_t = len(self.queue_ids), self.grid.num_intervals
        for name in ("mean", "aht_s"):
            object.__setattr__(
                self, name, read_only(getattr(self, name), shape=(num_q, num_t))
            )
        shape = (num_q, len(self.levels), num_t)
        object.__setattr__(self, "quantiles", read_only(self.quantiles, shape=shape))

    def paths(
        self, num_paths: int, *, seed: int, first_path: int = 0, rates: bool = False
    ) -> FloatArray:
        """Return ``[n, q, t]`` simulated contacts, days and queues hanging together.

        Quantiles of any total come from sums over paths, never from sums of
        quantiles. Path *i* of a seed is always the same, so *first_path* lets a long
        run be drawn in chunks, and changed means are met by the same luck.

        Parameters
        ----------
        rates
            Leave the counting noise out: expected contacts, for a simulator that
            draws arrivals itself.

        Raises
        ------
        ValueError
            If the forecast was read from a file and knows no noise.
        """
        if self.noise is None:
            msg = "a forecast read from a file can't be simulated; make it anew"
            raise ValueError(msg)
        return self.noise.paths(
            self.mean, num_paths, seed=seed, first_path=first_path, rates=rates
        )
