"""What changes demand against history: growth, self-service, repeats, notices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReason:
    """Why customers call, one of a queue's reasons.

    *share* is of the history's contacts; *aht_factor* sets the handle times of reasons
    against each other (their mean stays what history shows); *repeat_rate* is the
    share of contacts that return about the same matter.
    """

    reason: str
    share: float
    aht_factor: float = 1.0
    repeat_rate: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Contacts that grow by *per_year*, compounding from *since* on."""

    per_year: float
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Contacts that self-service could not settle, later in a queue of people."""

    to_queue: str
    share: float
    delay_minutes: int = 0
    aht_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """Contacts settled by a chatbot, by answers on a page, or by other self-service.

    *share* is settled there, *reasons* says so by reason instead; *in_history* was
    settled there already when the history was made. What is left is harder by
    *aht_factor*. *since* is the local date on which it begins.
    """

    share: float = 0.0
    reasons: Mapping[str, float] = field(default_factory=dict)
    in_history: float = 0.0
    aht_factor: float = 1.0
    since: date | None = None
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Contacts about a matter that an earlier contact left open (1 - FCR).

    *in_history* is their rate when the history was made, *rate* the one planned for.
    """

    rate: float
    in_history: float
    delay_hours: float = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Redials:
    """Customers who gave up and call again."""

    share: float
    abandoned_in_history: float
    delay_minutes: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A pro-active notice in an outage, on the queue's wall clock.

    It reaches the share *reach* of those concerned, and the share *saves* of them does
    not call. With *event_effect*, the ratio of contacts to an ordinary day, only the
    contacts above that day are concerned.
    """

    from_wall_minute: int
    to_wall_minute: int
    reach: float
    saves: float
    event_effect: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandDrivers:
    """What changes one queue's contacts between forecast and workload."""

    reasons: tuple[ContactReason, ...] = ()
    growth: Growth | None = None
    containment: Containment | None = None
    repeats: Repeats | None = None
    redials: Redials | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOffer:
    """A call-back offered to callers whose wait would exceed *after_s*.

    The share *accepted* takes it: they are called back as work of *to_queue*, or,
    without it, keep their place in the line and are called when it is their turn.
    """

    after_s: float
    accepted: float
    to_queue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundList:
    """Customers to be called from a list.

    Attributes
    ----------
    records
        Customers on it when the plan begins; further ones come by the forecast.
    contact_rate
        Share of attempts in which the customer is reached.
    conversion_rate
        Share of the customers reached who agree.
    max_tries, retry_after_open_hours
        Attempts per customer, and the open hours between two of them.
    attempt_s, contact_s, conversion_s
        Agent time of an attempt in vain, of talking to a customer, and of what an
        agreement takes on top.
    """

    contact_rate: float
    records: float = 0.0
    conversion_rate: float = 0.0
    max_tries: int = 1
    retry_after_open_hours: float = 0.0
    attempt_s: float = 30.0
    contact_s: float = 0.0
    conversion_s: float = 0.0
