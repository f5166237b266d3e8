"""plan.yaml's keys for what changes demand: their shape, and the domain's words."""

from typing import Annotated

from pydantic import Field

from wfm.domain.drivers import (
    CallbackOffer,
    ContactReason,
    Containment,
    DemandDrivers,
    Escalation,
    Growth,
    Notice,
    OutboundList,
    Redials,
    Repeats,
)
from wfm.io.plan_types import (
    Day,
    Fraction,
    Id,
    LocalEnd,
    LocalTime,
    NotNegative,
    PartFraction,
    Positive,
    Share,
    Table,
)

_FOUR_WEEKS_MINUTES = 28 * 1440


class ReasonTable(Table):
    """One of a queue's contact reasons."""

    share: Share
    aht_factor: Positive = 1.0
    repeat_rate: PartFraction = 0.0


class GrowthTable(Table):
    """Growth by the year."""

    per_year: Annotated[float, Field(gt=-1, le=10)]
    since: Day


class EscalationTable(Table):
    """What self-service hands to people after all."""

    to: Id
    share: Share
    delay_minutes: Annotated[int, Field(ge=0, le=_FOUR_WEEKS_MINUTES)] = 0
    aht_s: Positive | None = None


class ContainmentTable(Table):
    """Contacts settled by self-service."""

    share: Fraction = 0.0
    reasons: dict[Id, Fraction] = Field(default_factory=dict)
    in_history: PartFraction = 0.0
    aht_factor: Positive = 1.0
    since: Day | None = None
    escalation: EscalationTable | None = None


class RepeatsTable(Table):
    """Contacts about a matter left open."""

    rate: PartFraction
    in_history: PartFraction
    delay_hours: Positive = 24.0


class RedialsTable(Table):
    """Customers who gave up and call again."""

    share: PartFraction
    abandoned_in_history: PartFraction
    delay_minutes: Positive = 10.0


class NoticeTable(Table):
    """A pro-active notice."""

    from_local: LocalTime
    to_local: LocalEnd
    reach: Share
    saves: Share
    event_effect: Positive | None = None


class DemandTable(Table):
    """What changes a queue's contacts against history."""

    growth: GrowthTable | None = None
    containment: ContainmentTable | None = None
    repeats: RepeatsTable | None = None
    redials: RedialsTable | None = None
    notices: tuple[NoticeTable, ...] = ()


class CallbackOfferTable(Table):
    """A call-back offered when the wait gets long."""

    after_s: NotNegative
    accepted: Share
    to: Id | None = None


class OutboundTable(Table):
    """A list of customers to call."""

    contact_rate: Share
    records: NotNegative = 0.0
    conversion_rate: Fraction = 0.0
    max_tries: Annotated[int, Field(ge=1, le=50)] = 1
    retry_after_open_hours: NotNegative = 0.0
    attempt_s: NotNegative = 30.0
    contact_s: NotNegative = 0.0
    conversion_s: NotNegative = 0.0


def drivers_of(reasons: dict[str, ReasonTable], table: DemandTable) -> DemandDrivers:
    """Return what changes one queue's demand."""
    growth, repeats, redials = table.growth, table.repeats, table.redials
    return DemandDrivers(
        reasons=tuple(
            ContactReason(reason=name, **reason.model_dump())
            for name, reason in reasons.items()
        ),
        growth=None if growth is None else Growth(**growth.model_dump()),
        containment=_containment(table.containment),
        repeats=None if repeats is None else Repeats(**repeats.model_dump()),
        redials=None if redials is None else Redials(**redials.model_dump()),
        notices=tuple(_notice(notice) for notice in table.notices),
    )


def _containment(table: ContainmentTable | None) -> Containment | None:
    if table is None:
        return None
    escalation = table.escalation
    return Containment(
        share=table.share,
        reasons=table.reasons,
        in_history=table.in_history,
        aht_factor=table.aht_factor,
        since=table.since,
        escalation=None
        if escalation is None
        else Escalation(
            to_queue=escalation.to,
            share=escalation.share,
            delay_minutes=escalation.delay_minutes,
            aht_s=escalation.aht_s,
        ),
    )


def _notice(table: NoticeTable) -> Notice:
    return Notice(
        from_wall_minute=table.from_local,
        to_wall_minute=table.to_local,
        reach=table.reach,
        saves=table.saves,
        event_effect=table.event_effect,
    )


def offer_of(table: CallbackOfferTable | None) -> CallbackOffer | None:
    """Return a queue's call-back offer."""
    if table is None:
        return None
    return CallbackOffer(
        after_s=table.after_s, accepted=table.accepted, to_queue=table.to
    )


def outbound_of(table: OutboundTable | None) -> OutboundList | None:
    """Return a queue's list of customers to call."""
    return None if table is None else OutboundList(**table.model_dump())
