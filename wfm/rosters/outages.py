"""What is left if a site fails: which guarantees hold, as it is and once mended."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from solver.minimal_conflict import Conflict, minimal_conflict
from solver.outcome import Shortfall, SolveLimits
from solver.repair import RepairLimits, repair
from solver.verdict import shortfalls_of
from wfm.domain.people import BlockedTime
from wfm.domain.roster import Roster, RosterInstance
from wfm.rosters.explaining import Desktop

DOWN = "the site is down"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outage:
    """One site without its people, for the whole plan.

    Attributes
    ----------
    at_once
        Guaranteed people missing if everybody else keeps to the roster.
    mended
        What is still missing once the others are rostered anew, changing least; empty
        if every guarantee holds.
    roster
        The mended roster.
    conflict
        Why not everything can be mended, where that was proven.
    """

    site_id: str
    at_once: tuple[Shortfall, ...]
    mended: tuple[Shortfall, ...]
    roster: Roster
    conflict: Conflict | None = None

    @property
    def holds(self) -> bool:
        """Whether every guarantee can be kept without the site."""
        return not self.mended


def site_outages(
    given: Desktop,
    sites: Iterable[str] | None = None,
    limits: RepairLimits | None = None,
) -> tuple[Outage, ...]:
    """Return for each site (all by default) what its failure would leave."""
    names = list(given.desk.instance.sites) if sites is None else list(sites)
    return tuple(_outage(given, name, limits or RepairLimits()) for name in names)


def _outage(given: Desktop, site_id: str, limits: RepairLimits) -> Outage:
    problem = given.desk.problem
    instance = without_site(problem.instance, site_id, given.roster)
    repaired = repair(instance, problem.rules, limits)
    after = shortfalls_of(repaired.after)
    conflict = None
    if after:
        conflict = minimal_conflict(
            instance, problem.rules, after, SolveLimits(seed=limits.seed)
        )
    return Outage(
        site_id=site_id,
        at_once=shortfalls_of(repaired.before),
        mended=after,
        roster=repaired.after.roster,
        conflict=conflict,
    )


def without_site(
    instance: RosterInstance, site_id: str, roster: Roster
) -> RosterInstance:
    """Return *instance* with nobody of the site at work; the others' shifts live."""
    gone = {a.agent_id for a in instance.agents if a.site_id == site_id}
    return replace(
        instance,
        planned_days={
            name: () if name in gone else days
            for name, days in instance.planned_days.items()
        },
        carry_over=tuple(s for s in instance.carry_over if s.agent_id not in gone),
        blocked=(
            *instance.blocked,
            *(
                BlockedTime(
                    agent_id=name,
                    start_idx=0,
                    end_idx=instance.grid.num_intervals,
                    kind="unavailable",
                    label=DOWN,
                )
                for name in sorted(gone)
            ),
        ),
        live=tuple(s for s in roster.shifts if s.agent_id not in gone),
    )
