"""Leave requests: which can be granted without breaking a guarantee, at what price."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from solver.repair import RepairLimits
from wfm.api import PEOPLE_FILES, LoadedPlan
from wfm.domain.errors import UsageError
from wfm.domain.plan import TimeOffRow
from wfm.domain.roster import Roster, Violation
from wfm.evaluation.describe import describe_violation
from wfm.io.absences import read_absences
from wfm.io.requirement_store import kept_requirement
from wfm.pipeline.edit_effect import EditEffect, desk_of, effect_between
from wfm.rosters.repairs import RepairRequest, RepairResult, repair_desk

if TYPE_CHECKING:
    import pandas as pd

ROUNDS = 3
"""Of ruin and recreate for each request; best answers are taken to the end anyway."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What granting one request would do, those granted before it granted.

    Attributes
    ----------
    is_granted
        Whether no rule or guarantee is newly broken once the roster is mended.
    against
        What would be broken.
    effect
        What it changes in service, cost and rules, the mending included.
    changed_shifts
        Shifts of anybody that change beside the ones that fall away.
    """

    row: TimeOffRow
    is_granted: bool
    against: tuple[str, ...]
    effect: EditEffect
    changed_shifts: int

    @property
    def missing_hours(self) -> float:
        """Agent-hours that are missing more than before, over all queues."""
        return sum(q.missing_hours[1] - q.missing_hours[0] for q in self.effect.queues)

    @property
    def worst(self) -> tuple[str, float]:
        """The queue whose service level falls most, and by how much (a fraction)."""
        falls = [
            (q.service_level[1] - q.service_level[0], q.queue_id)
            for q in self.effect.queues
        ]
        fall, queue = min(falls, default=(0.0, ""))
        return queue, fall


def leave_answers(
    plan: LoadedPlan,
    requests: Path,
    *,
    roster: Path | None = None,
    requirement: Path | None = None,
    request: RepairRequest | None = None,
) -> tuple[Answer, ...]:
    """Return an answer to every row of *requests*, in their order; first come, first.

    Raises
    ------
    InputError
        With every fault of the table.
    UsageError
        If no roster stands.
    """
    folder = plan.read(PEOPLE_FILES)
    out = plan.directory / "out"
    table, file = requirement or out / "requirement.csv", roster or out / "roster.csv"
    for path in (table, file):
        if not path.exists():
            msg = f"{path} is not there; make it by: wfm roster {plan.directory}"
            raise UsageError(msg)
    need = kept_requirement(table, folder.plan)
    rows = read_absences(requests, folder.agents).after(folder.time_off)
    live = plan.read_roster(folder, desk_of(folder, need).instance, file)
    answers: list[Answer] = []
    asked = replace(
        request or RepairRequest(),
        limits=RepairLimits(max_time_s=60.0, rounds=ROUNDS),
    )
    granted: tuple[TimeOffRow, ...] = folder.time_off
    for row in rows:
        desk = desk_of(replace(folder, time_off=(*granted, row)), need)
        result = repair_desk(desk, live, asked)
        answer = _answer(row, result, live)
        if answer.is_granted:
            granted, live = (*granted, row), result.after.roster
        answers.append(answer)
    return tuple(answers)


def _answer(row: TimeOffRow, result: RepairResult, live: Roster) -> Answer:
    """Return what the mended roster says about granting *row*."""
    with_all = result.desk.judged(live, near=result.after)
    known = {_place(v) for v in with_all.certificate.violations}
    new = [
        v
        for v in result.after.certificate.violations
        if _place(v) not in known or v.agent_id == row.agent_id
    ]
    return Answer(
        row=row,
        is_granted=not new,
        against=tuple(describe_violation(v, result.desk.instance) for v in new),
        effect=effect_between(result.desk, with_all, result.after),
        changed_shifts=len(result.changes),
    )


def _place(violation: Violation) -> tuple[str, str, str, int]:
    return (
        violation.rule,
        violation.agent_id,
        violation.queue_id,
        violation.start_idx,
    )


HEADER = (
    "agent_id",
    "from_local",
    "to_local",
    "kind",
    "granted",
    "missing_hours",
    "worst_queue",
    "service_points",
    "wage_change_minor",
    "changed_shifts",
    "against",
)


def answer_rows(answers: Sequence[Answer]) -> Iterator[tuple[str | float, ...]]:
    """Yield the answers as rows of ``out/grants.csv``."""
    from wfm.calendar.local import wall_date
    from wfm.domain.demand import MINUTES_PER_DAY

    for answer in answers:
        row, (queue, fall) = answer.row, answer.worst
        times = [
            f"{wall_date(m)} {m % MINUTES_PER_DAY // 60:02d}:{m % 60:02d}"
            for m in (row.from_wall_minute, row.to_wall_minute)
        ]
        yield (
            row.agent_id,
            *times,
            row.kind,
            "yes" if answer.is_granted else "no",
            round(answer.missing_hours, 2),
            queue,
            round(100 * fall, 2),
            answer.effect.paid_cost / 1000,
            answer.changed_shifts,
            "; ".join(answer.against),
        )


def answer_frame(answers: Sequence[Answer]) -> "pd.DataFrame":
    """Return the answers as a frame."""
    import pandas as pd

    return pd.DataFrame(list(answer_rows(answers)), columns=list(HEADER))
