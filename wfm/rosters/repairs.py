"""A standing roster mended: what has happened since, and the least change it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from solver.problem import Score, read_problem
from solver.reallocation import allocated
from solver.repair import Repaired, RepairLimits, repair
from wfm.api import PEOPLE_FILES, LoadedPlan
from wfm.domain.errors import UsageError
from wfm.domain.findings import ChangeNote
from wfm.domain.plan import TimeOffRow
from wfm.domain.roster import Roster
from wfm.evaluation.certificate import Certificate
from wfm.evaluation.service import achieved
from wfm.io.absences import Absences, read_absences
from wfm.io.requirement_store import kept_requirement
from wfm.pipeline.edit_effect import (
    Desk,
    EditEffect,
    JudgedRoster,
    desk_of,
    effect_between,
)
from wfm.pipeline.repair_reasons import RepairChange, repair_changes
from wfm.pipeline.repairs import RepairCase, repair_case

if TYPE_CHECKING:
    import pandas as pd

    from solver.explain import Diagnosis

CHANGES_HEADER = (
    "agent_id",
    "date_local",
    "kind",
    "what",
    "reason",
    "queue",
    "agent_hours",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRequest:
    """What is asked for.

    Attributes
    ----------
    absent
        A table with the columns of time_off.csv: who is away, beside time_off.csv.
    roster
        The roster that people know; default ``out/roster.csv``.
    requirement
        The requirement to mend it for; default that of ``out/``.
    now
        What began before stays; by default nothing has begun.
    notice_hours
        What begins within so many hours stays as well.
    """

    absent: Path | None = None
    roster: Path | None = None
    requirement: Path | None = None
    now: datetime | None = None
    notice_hours: float = 0.0
    limits: RepairLimits = field(default_factory=RepairLimits)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RepairResult:
    """A mended roster with all that led to it.

    Attributes
    ----------
    absences
        What was read beside time_off.csv.
    case
        The problem: live, locked and lost shifts.
    before, after
        What stood, once those who are absent are taken out, and the mended roster,
        both judged by the checkers.
    changes
        Every change, by agent, with its reason.
    diagnosis
        Why guarantees are still short, where they are.
    """

    desk: Desk
    absences: Absences
    case: RepairCase
    repaired: Repaired
    before: JudgedRoster
    after: JudgedRoster
    changes: tuple[RepairChange, ...]
    diagnosis: "Diagnosis | None" = None

    @property
    def effect(self) -> EditEffect:
        """What the repair does to rules, queues and cost."""
        return effect_between(self.desk, self.before, self.after)

    def to_rows(self) -> list[tuple[str | float, ...]]:
        """Return the changes as rows of ``out/changes.csv``."""
        from wfm.pipeline.roster_diff import in_words

        return [
            (
                change.difference.agent_id,
                change.difference.date_local.isoformat(),
                change.difference.kind,
                in_words(change.difference, self.desk.instance).partition(": ")[2],
                change.reason,
                change.queue_id,
                round(change.hours, 2),
            )
            for change in self.changes
        ]

    def to_notes(self) -> tuple[ChangeNote, ...]:
        """Return the changes as the report keeps them."""
        return tuple(
            ChangeNote(
                agent_id=change.difference.agent_id,
                date_local=f"{change.difference.date_local:%a %Y-%m-%d}",
                kind=change.difference.kind,
                what=str(row[3]),
                reason=change.reason,
                queue=change.queue_id,
                agent_hours=round(change.hours, 2),
            )
            for change, row in zip(self.changes, self.to_rows(), strict=True)
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return the changes as a frame."""
        import pandas as pd

        return pd.DataFrame(self.to_rows(), columns=list(CHANGES_HEADER))


def repair_plan(plan: LoadedPlan, request: RepairRequest) -> RepairResult:
    """Mend the standing roster of *plan*; nothing is written.

    Raises
    ------
    InputError
        With what is wrong in the files.
    UsageError
        If there is no roster or requirement to start from.
    """
    folder = replace(plan, now=request.now or plan.now).read(PEOPLE_FILES)
    absences = (
        Absences()
        if request.absent is None
        else read_absences(request.absent, folder.agents)
    )
    away: Sequence[TimeOffRow] = absences.after(folder.time_off)
    folder = replace(folder, time_off=(*folder.time_off, *away))
    table = request.requirement or plan.directory / "out" / "requirement.csv"
    if not table.exists():
        msg = f"{table} is not there; make it by: wfm staff {plan.directory}"
        raise UsageError(msg)
    desk = desk_of(folder, kept_requirement(table, folder.plan))
    roster_file = request.roster or plan.directory / "out" / "roster.csv"
    live = plan.read_roster(folder, desk.instance, roster_file)
    return repair_desk(desk, live, request, absences)


def repair_desk(
    desk: Desk,
    live: Roster,
    request: RepairRequest,
    absences: Absences | None = None,
) -> RepairResult:
    """Mend *live*, the roster that people know; *desk* knows who is absent."""
    case = repair_case(desk.instance, live, fixed_until=fixed_until(desk, request))
    repaired = repair(case.instance, desk.problem.rules, request.limits)
    instance = replace(desk.instance, locked=case.instance.locked)
    desk = replace(
        desk, instance=instance, problem=read_problem(instance, desk.problem.rules)
    )
    before = _as_scored(desk, repaired.before)
    after = desk.judged(repaired.after.roster, near=before)
    return RepairResult(
        desk=desk,
        absences=absences or Absences(),
        case=case,
        repaired=repaired,
        before=before,
        after=after,
        changes=repair_changes(
            case, repaired.before.served, repaired.after.served, after.roster
        ),
        diagnosis=_diagnosis(case, desk, repaired, request.limits),
    )


def _as_scored(desk: Desk, found: Score) -> JudgedRoster:
    """Return a roster as it was scored; its certificate has only the breaches."""
    instance, problem = desk.instance, desk.problem
    shared = allocated(instance, found.roster, problem.serves, problem.need)
    return JudgedRoster(
        roster=found.roster,
        certificate=Certificate(
            ok=not found.violations,
            violations=found.violations,
            spans=(),
            cold_start=(),
            handovers=(),
            rules={},
            hashes={},
            roster_hash="",
        ),
        allocated=shared,
        terms=found.terms,
        service=achieved(
            instance,
            desk.requirement,
            shared.served.allocation.agents.sum(axis=0),
        ),
    )


def fixed_until(desk: Desk, request: RepairRequest) -> int:
    """Return the first step that may still change."""
    if request.now is None:
        return 0
    grid = desk.instance.grid
    until = request.now.astimezone(UTC) + timedelta(hours=request.notice_hours)
    minutes = int((until - grid.start_utc).total_seconds()) // 60
    return min(max(0, -(-minutes // grid.interval_minutes)), grid.num_intervals)


def _diagnosis(
    case: RepairCase, desk: Desk, repaired: Repaired, limits: RepairLimits
) -> "Diagnosis | None":
    """Return why guarantees are still short, ``None`` where none is."""
    from solver.verdict import shortfalls_of

    short = shortfalls_of(repaired.after)
    if not short:
        return None
    from solver.explain import examine
    from solver.outcome import SolveLimits

    return examine(
        case.instance,
        desk.problem.rules,
        short,
        SolveLimits(max_time_s=limits.max_time_s, seed=limits.seed),
        repaired.after.roster,
    )
