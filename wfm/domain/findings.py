"""What has been found out about one roster, in words, kept for its report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GapNote:
    """Why a queue is short in one interval, and the cheapest fix that was tried.

    *start_utc* is ISO 8601. *worth* is what one person more there gains in an hour, and
    *fix_cost* what the fix changes in the objective, thousandths of a minor unit.
    *with_whom_is_there* is the cheapest that needs nobody new and no training, where it
    is another.
    """

    queue_id: str
    start_utc: str
    minutes: int
    required: float
    missing: float
    why: str
    worth: int
    fix: str = ""
    fix_cost: int | None = None
    with_whom_is_there: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNote:
    """One shift that a repair has changed, and why."""

    agent_id: str
    date_local: str
    kind: str
    what: str
    reason: str
    queue: str
    agent_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageNote:
    """One site without its people: what lacks at once, and what for good.

    *at_once* counts gaps of guarantees if everybody else keeps to the roster; *lacks*
    are those that are left once the others are rostered anew, with *conflict*, the
    demands that can't hold together, and *cures*.
    """

    site_id: str
    at_once: int
    lacks: tuple[str, ...] = ()
    conflict: str = ""
    cures: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Whether every guarantee can be kept without the site, as far as is known."""
        if not self.lacks:
            return "every guarantee can be kept"
        if self.conflict:
            return "not all can be kept"
        return "not all were kept in the time given; whether they can be is open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that is known of one roster beside its certificate.

    ``None`` is what nobody has asked for yet. *changed_by* says which repair led to the
    changes.
    """

    gaps: tuple[GapNote, ...] | None = None
    changes: tuple[ChangeNote, ...] | None = None
    changed_by: str = ""
    outages: tuple[OutageNote, ...] | None = None
