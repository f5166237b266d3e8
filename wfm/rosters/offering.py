"""Intraday offers carried out: gain in service, cost, and what each sets aside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from solver.offers import Offer, Prices, offers, with_offer
from solver.why import Standing
from wfm.domain.errors import UsageError
from wfm.evaluation.describe import iso_utc
from wfm.pipeline.edit_effect import EditEffect, effect_between
from wfm.rosters.explaining import Desktop

if TYPE_CHECKING:
    import pandas as pd

MAY_SET_ASIDE = frozenset({"shift_shape", "weekly_hours", "max_hours_a_day", "locked"})
"""Rules about a shift's form and hours, which somebody may waive by saying yes."""
MOST_OF_A_KIND = 3
HEADER = (
    "kind",
    "agent_id",
    "queue",
    "from_utc",
    "to_utc",
    "gain_minor",
    "cost_minor",
    "missing_hours",
    "best_queue",
    "service_points",
    "sets_aside",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOffer:
    """An offer, and what the plan is like with it taken up.

    *effect* is ``None`` for a vendor's people, who stand in no roster.
    """

    offer: Offer
    effect: EditEffect | None
    sets_aside: tuple[str, ...] = ()

    @property
    def missing_hours(self) -> float:
        """Change of the agent-hours that are missing, over all queues."""
        if self.effect is None:
            return 0.0
        queues = self.effect.queues
        return sum(q.missing_hours[1] - q.missing_hours[0] for q in queues)

    @property
    def best(self) -> tuple[str, float]:
        """The queue whose service level gains most, and how much (a fraction)."""
        if self.effect is None:
            return self.offer.queue_id, 0.0
        gains = [
            (q.service_level[1] - q.service_level[0], q.queue_id)
            for q in self.effect.queues
        ]
        gain, queue = max(gains, default=(0.0, ""))
        return queue, gain


def judged_offers(
    given: Desktop,
    at: datetime,
    *,
    hours: float = 12.0,
    most: int = 10,
    prices: Prices | None = None,
) -> tuple[JudgedOffer, ...]:
    """Return the best offers for the *hours* from *at* on, each carried out.

    At most three of a kind are shown; offers that would break a rule which nobody may
    waive (rest, absence, a guarantee) are left out.

    Raises
    ------
    UsageError
        If *at* lies outside the plan.
    """
    instance = given.desk.instance
    first, last = (
        instance.grid.floor_index(t) for t in (at, at + timedelta(hours=hours))
    )
    if not 0 <= first < instance.window_end_idx:
        msg = f"{at} is not in the plan's week"
        raise UsageError(msg)
    standing = Standing(given.desk.problem, given.roster)
    until = min(last, instance.window_end_idx)
    found = offers(standing, first, until, prices)
    return tuple(islice(_judged(given, found), most))


def _judged(given: Desktop, found: Sequence[Offer]) -> Iterator[JudgedOffer]:
    desk, shown = given.desk, dict[str, int]()
    before = desk.judged(given.roster)
    busy: set[str] = set()
    for offer in found:
        if shown.get(offer.kind, 0) >= MOST_OF_A_KIND or offer.agent_id in busy:
            continue
        judged = JudgedOffer(offer=offer, effect=None)
        if offer.after is not None:
            after = desk.judged(with_offer(given.roster, offer), near=before)
            effect = effect_between(desk, before, after)
            if any(v.rule not in MAY_SET_ASIDE for v in effect.broken):
                continue
            judged = JudgedOffer(
                offer=offer,
                effect=effect,
                sets_aside=tuple(dict.fromkeys(v.message for v in effect.broken)),
            )
            busy.add(offer.agent_id)
        shown[offer.kind] = shown.get(offer.kind, 0) + 1
        yield judged


def offer_rows(
    found: Sequence[JudgedOffer], given: Desktop
) -> Iterator[tuple[str | float, ...]]:
    """Yield the offers as rows of ``out/offers.csv``."""
    for item in found:
        offer, (queue, gain) = item.offer, item.best
        yield (
            offer.kind,
            offer.agent_id,
            offer.queue_id,
            iso_utc(given.desk.instance, offer.start_idx),
            iso_utc(given.desk.instance, offer.end_idx),
            offer.worth / 1000,
            offer.price / 1000,
            round(item.missing_hours, 2),
            queue,
            round(100 * gain, 2),
            "; ".join(item.sets_aside),
        )


def offer_frame(found: Sequence[JudgedOffer], given: Desktop) -> "pd.DataFrame":
    """Return the offers as a frame."""
    import pandas as pd

    return pd.DataFrame(list(offer_rows(found, given)), columns=list(HEADER))
