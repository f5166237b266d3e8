"""Runs of days with a shift."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from solver.constraints import ConsecutiveDays, Constraint
from solver.rule import RULES, require_whole_days
from solver.walk import agents_of, carried_shifts, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("max_consecutive_days")
@dataclass(frozen=True, slots=True, kw_only=True)
class MaxConsecutiveDays:
    """At most *days* local dates in a row on which a shift starts.

    Dates of the previous roster lengthen the run.
    """

    name: ClassVar[str] = "max_consecutive_days"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{days: 6}"
    days: int
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        require_whole_days(self.days, "days in a row")

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        for agent in agents_of(instance, self.agent_ids):
            yield ConsecutiveDays(agent_id=agent.agent_id, max_days=int(self.days))

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the first date too many of each run."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            planned = {shift.date_local for shift in shifts}
            carried = carried_shifts(instance, agent.agent_id)
            for run in _runs(planned | {shift.date_local for shift in carried}):
                too_many = [day for day in run[self.days :] if day in planned]
                if too_many:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=too_many[0],
                            message=f"{len(run)} days in a row with a shift, "
                            f"{self.days} are allowed",
                        )
                    )
        return found


def _runs(dates: set[date]) -> list[list[date]]:
    """Return *dates* cut into runs of consecutive dates."""
    runs: list[list[date]] = []
    for day in sorted(dates):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
