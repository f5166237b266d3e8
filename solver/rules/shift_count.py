"""How many shifts of a kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, ShiftCount
from solver.kinds import (
    LONGEST_MINUTES,
    Windows,
    is_of_kind,
    plan_blocks,
    read_windows,
    shifts_of_kind,
    windows_text,
)
from solver.rule import RULES
from solver.walk import agents_of, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("shift_count")
@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCountRule:
    """Between *least* and *most* shifts of a kind in each block of plan weeks.

    A shift is of the kind if it starts in one of the *starts* (pairs of minutes of the
    agent's day, ends included) and lasts between the elapsed minutes. *per_weeks* = 0
    counts over the whole plan.
    """

    name: ClassVar[str] = "shift_count"
    always: ClassVar[bool] = False
    example: ClassVar[str] = '{starts: ["20:00-23:30"], most: 3, per_weeks: 1}'
    starts: Windows
    least: int = 0
    most: int = 10**6
    per_weeks: int = 0
    min_elapsed_minutes: int = 0
    max_elapsed_minutes: int = LONGEST_MINUTES
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", read_windows(self.starts, "starts"))
        if not 0 <= self.least <= self.most:
            msg = f"{self.least} to {self.most} shifts"
            raise ValueError(msg)

    @property
    def _elapsed(self) -> tuple[int, int]:
        return int(self.min_elapsed_minutes), int(self.max_elapsed_minutes)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent and block."""
        for agent in agents_of(instance, self.agent_ids):
            kind = shifts_of_kind(instance.grid, agent.zone, self.starts, self._elapsed)
            for dates in plan_blocks(instance, agent, int(self.per_weeks)):
                yield ShiftCount(
                    agent_id=agent.agent_id,
                    dates=dates,
                    shifts=kind,
                    min_shifts=int(self.least),
                    max_shifts=int(self.most),
                )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the blocks with too many or too few such shifts."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            of_kind = [
                shift
                for shift in shifts
                if is_of_kind(instance, agent, shift, self.starts, self._elapsed)
            ]
            week_of = {
                day.date_local: day.week
                for day in instance.planned_days.get(agent.agent_id, ())
            }
            length = int(self.per_weeks) or 1 + max(week_of.values(), default=0)
            for block in sorted({week // length for week in week_of.values()}):
                own = [s for s in of_kind if week_of[s.date_local] // length == block]
                if self.least <= len(own) <= self.most:
                    continue
                bound = (
                    f"at most {self.most} are allowed"
                    if len(own) > self.most
                    else f"at least {self.least} are due"
                )
                first = min(d for d, week in week_of.items() if week // length == block)
                found.append(
                    Violation(
                        rule=self.name,
                        agent_id=agent.agent_id,
                        date_local=own[-1].date_local if own else first,
                        message=f"{len(own)} shifts that start "
                        f"{windows_text(self.starts)}, {bound}",
                    )
                )
        return found
