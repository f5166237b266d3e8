"""No run of days off that is too short."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint
from solver.rule import RULES, require_whole_days
from solver.stretches import short_runs, shortest_runs
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("min_consecutive_days_off")
@dataclass(frozen=True, slots=True, kw_only=True)
class MinConsecutiveDaysOff:
    """At least *days* local dates in a row are free of shifts, wherever one is.

    Free dates since the last shift of the previous roster lengthen a run at the plan's
    start (any number of them where it names none of the agent's); a run that reaches
    the plan's end may go on after it. With an open boundary a run that begins on the
    first date may have begun before it.
    """

    name: ClassVar[str] = "min_consecutive_days_off"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{days: 2}"
    days: int
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        require_whole_days(self.days, "days off in a row")

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        yield from shortest_runs(instance, self.agent_ids, "free", int(self.days))

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the runs that are too short."""
        return [
            Violation(
                rule=self.name,
                agent_id=run.agent_id,
                date_local=run.first,
                message=f"{run.length} days off in a row, at least {self.days} are due",
            )
            for run in short_runs(instance, roster, self.agent_ids, is_work=False)
            if run.length < self.days
        ]
