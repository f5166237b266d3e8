"""People who are not on shift at the same time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, Heads
from solver.rule import RULES
from solver.walk import all_shifts, local_date, runs
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation


@RULES.add("apart")
@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Of each of *groups* (lists of agent ids) at most one is on shift at any time.

    Where the previous roster has several of them on shift, nobody of this plan joins
    them.
    """

    name: ClassVar[str] = "apart"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{groups: [[A1, A2]]}"
    groups: tuple[tuple[str, ...], ...]
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield the steps of each group, by how many are there from before."""
        num_t = instance.grid.num_intervals
        for group in self.groups:
            members = frozenset(group)
            limit = [1] * num_t
            carried = [0] * num_t
            for shift in instance.carry_over:
                if shift.agent_id in members:
                    for t in range(max(0, shift.start_idx), shift.end_idx):
                        carried[t] += 1
                        limit[t] = max(1, carried[t])
            for start, end, most in runs(dict(enumerate(limit))):
                yield Heads(
                    agent_ids=members,
                    start_idx=start,
                    end_idx=end,
                    high=most,
                    counting="on_shift",
                    label=f"{', '.join(sorted(members))} apart",
                )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return when several of a group are on shift."""
        found: list[Violation] = []
        zone = {agent.agent_id: agent.zone for agent in instance.agents}
        for group in self.groups:
            present = _present(all_shifts(instance, roster), group)
            before = _present(instance.carry_over, group)
            together = {
                t: len(names)
                for t, names in present.items()
                if len(names) > max(1, len(before.get(t, ())))
            }
            for start, end, _ in runs(together):
                names = sorted(present[start])
                found.append(
                    Violation(
                        rule=self.name,
                        agent_id=names[0],
                        date_local=local_date(
                            instance, start, zone.get(names[0], instance.zone)
                        ),
                        start_idx=start,
                        end_idx=end,
                        message=f"{' and '.join(names)} are on shift together",
                    )
                )
        return found


def _present(shifts: Iterable[Shift], group: tuple[str, ...]) -> dict[int, set[str]]:
    """Return who of the group is on shift, by step."""
    present: dict[int, set[str]] = {}
    for shift in shifts:
        if shift.agent_id in group:
            for t in range(shift.start_idx, shift.end_idx):
                present.setdefault(t, set()).add(shift.agent_id)
    return present
