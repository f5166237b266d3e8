"""Self-service and AI agents as a lane: what they settle and what reaches people."""

from dataclasses import dataclass
from typing import Literal

from scenarios.activity import MonthActivity
from scenarios.months import Month
from scenarios.terms import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """The share of attempted contacts that is settled, rising from launch on.

    From *at_launch* in month 0 to *at_maturity* in month *ramp_months*: ``"linear"``,
    or ``"s_curve"``, slow at both ends (3 u^2 - 2 u^3).
    """

    at_maturity: float
    at_launch: float = 0.0
    ramp_months: int = 0
    shape: Literal["linear", "s_curve"] = "s_curve"

    def __post_init__(self) -> None:
        check = Check()
        for name, share in (
            ("at_maturity", self.at_maturity),
            ("at_launch", self.at_launch),
        ):
            if not 0 <= share <= 1:
                check.fault(name, f"{share} is no share", "0 to 1")
        check.not_negative(ramp_months=self.ramp_months)
        check.done()

    def share(self, months_since_launch: int) -> float:
        """Return the share settled; 0 before launch."""
        if months_since_launch < 0:
            return 0.0
        done = 1.0
        if months_since_launch < self.ramp_months:
            done = months_since_launch / self.ramp_months
        if self.shape == "s_curve":
            done = done * done * (3 - 2 * done)
        return self.at_launch + done * (self.at_maturity - self.at_launch)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotLane:
    """How a bot stands between customers and people.

    Attributes
    ----------
    containment
        Of the contacts it attempts.
    offered_share
        Share of contacts that are offered to it; the rest goes straight to people.
    simple_aht_ratio
        Handle time of the contacts it settles, had people handled them, over the mean
        of all: below 1, since bots settle the simple ones.
    handover_s
        Added to the handle time of each attempted contact that reaches people.
    returning_share
        Share of the settled contacts that come back to people unsettled.
    outage_share
        Share of the time in which it is down; *in_outage* says whether its contacts
        then go to people or wait until it is up again.
    """

    containment: Containment
    offered_share: float = 1.0
    simple_aht_ratio: float = 1.0
    handover_s: float = 0.0
    returning_share: float = 0.0
    outage_share: float = 0.0
    in_outage: Literal["to_people", "wait"] = "to_people"

    def __post_init__(self) -> None:
        check = Check()
        for name in ("offered_share", "returning_share", "outage_share"):
            if not 0 <= (share := getattr(self, name)) <= 1:
                check.fault(name, f"{share} is no share", "0 to 1")
        if not self.handover_s >= 0:
            check.fault("handover_s", f"{self.handover_s} is negative", "0 or more")
        settled = max(self.containment.at_maturity, self.containment.at_launch)
        if not 0 <= self.simple_aht_ratio * settled <= 1:
            message = f"{self.simple_aht_ratio} leaves no work for the other contacts"
            expected = f"0 to {1 / settled:.3g}" if settled else "0 or more"
            check.fault("simple_aht_ratio", message, expected)
        check.done()


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMonth:
    """What a bot made of a month's contacts.

    Attributes
    ----------
    bot
        Its activity, for a price model: attempts, settled contacts, availability.
    people_contacts, people_aht_s
        What reaches people; their handle time is that of the harder rest.
    people_contacts_if_down
        What would reach people in such a month without the bot; by its ratio to
        *people_contacts* the load jumps in an outage.
    aht_without_bot_s
        Handle time of all contacts.
    """

    bot: MonthActivity
    people_contacts: float
    people_aht_s: float
    people_contacts_if_down: float
    aht_without_bot_s: float

    @property
    def workload_saved_fraction(self) -> float:
        """Share of people's handling work that the bot takes off them."""
        whole_s = self.people_contacts_if_down * self.aht_without_bot_s
        left_s = self.people_contacts * self.people_aht_s
        return 1 - left_s / whole_s if whole_s else 0.0


def bot_month(
    lane_id: str,
    month: Month,
    launch: Month,
    contacts: float,
    aht_s: float,
    lane: BotLane,
) -> BotMonth:
    """Return the month of a bot that went live in *launch*.

    The work of all contacts is the same with and without it: what it settles is
    simpler than the mean by ``simple_aht_ratio``, so the rest is harder by as much as
    keeps contacts x AHT. Returning contacts take what simple ones take; those handed
    over take ``handover_s`` more.
    """
    share = lane.containment.share(month - launch)
    is_live = month >= launch
    down = lane.outage_share if lane.in_outage == "to_people" else 0.0
    attempts = contacts * lane.offered_share * (1 - down) if is_live else 0.0
    settled = attempts * share
    returning = settled * lane.returning_share
    simple_s = aht_s * lane.simple_aht_ratio
    handed_over = attempts - settled + returning
    people_contacts = contacts - settled + returning
    work_s = contacts * aht_s - (settled - returning) * simple_s
    work_s += handed_over * lane.handover_s
    bot = MonthActivity(
        lane_id=lane_id,
        month=month,
        contacts=attempts,
        attempts=attempts,
        resolved_contacts=settled - returning,
        kpis={
            "containment": share,
            "availability": 1 - lane.outage_share,
        },
    )
    return BotMonth(
        bot=bot,
        people_contacts=people_contacts,
        people_aht_s=work_s / people_contacts if people_contacts else 0.0,
        people_contacts_if_down=contacts,
        aht_without_bot_s=aht_s,
    )
