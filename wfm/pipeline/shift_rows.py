"""Shifts as one row each on the agent's clock, as the workbook shows them."""

from dataclasses import dataclass
from datetime import date, datetime

from wfm.calendar.local import to_instant, wall_minute, zone
from wfm.domain.roster import WORK, RosterInstance, Shift

MIXED = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """One shift on the agent's clock.

    *start_local* and *end_local* are wall-clock times, or texts with their offset where
    the clock shows a time twice and the second is meant. *breaks* reads
    ``meal 12:00-12:30, break 15:00-15:15``. *queue* is what all its work is pinned
    to, blank for none and :data:`MIXED` where it changes. *where* is blank at the site.
    """

    agent_id: str
    date_local: date
    start_local: datetime | str
    end_local: datetime | str
    breaks: str
    queue: str
    where: str


def shift_row(shift: Shift, instance: RosterInstance, zone_name: str) -> ShiftRow:
    """Return *shift* as a row on the clock of *zone_name*."""
    clock = zone(zone_name)

    def at(idx: int) -> datetime:
        return instance.grid.instant(idx).astimezone(clock)

    texts = [
        f"{span.activity} {at(span.start_idx):%H:%M}-{at(span.end_idx):%H:%M}"
        for span in shift.spans
        if span.activity != WORK
    ]
    pins = {span.queue for span in shift.working_spans}
    return ShiftRow(
        agent_id=shift.agent_id,
        date_local=shift.date_local,
        start_local=_wall(at(shift.start_idx), zone_name),
        end_local=_wall(at(shift.end_idx), zone_name),
        breaks=", ".join(texts),
        queue=MIXED if len(pins) > 1 else next(iter(pins), ""),
        where=shift.where,
    )


def _wall(moment: datetime, zone_name: str) -> datetime | str:
    minute = wall_minute(moment.date(), moment.hour * 60 + moment.minute)
    if to_instant(minute, zone_name) != moment:
        return moment.isoformat(timespec="minutes")
    return moment.replace(tzinfo=None)
