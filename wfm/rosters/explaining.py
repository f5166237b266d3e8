"""Why a standing roster is short where it is: for one interval, or the worst ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from solver.fixes import Fix, cheapest_fixes, gaps, worst_step
from solver.one_person import REASON_WORDS
from solver.why import AT_WORK, COULD_COME, ON_BREAK, Standing, Why, explain_gap
from wfm.api import PEOPLE_FILES, LoadedPlan
from wfm.domain.errors import UsageError
from wfm.domain.findings import GapNote
from wfm.domain.roster import Roster
from wfm.io.requirement_store import kept_requirement
from wfm.pipeline.edit_effect import Desk, desk_of

if TYPE_CHECKING:
    import pandas as pd

THOUSANDTHS, _MOST, _NAMED = 1000, 3, 6
NEEDS_MORE = frozenset({"headcount", "skill"})
"""Kinds of fixes that nobody can carry out this week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One gap: why it is there, and what would fill it, cheapest first."""

    why: Why
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desktop:
    """A plan's standing roster with all that judges it."""

    desk: Desk
    roster: Roster


def standing_roster(
    plan: LoadedPlan, roster: Path | None = None, requirement: Path | None = None
) -> Desktop:
    """Return the roster that stands (default ``out/roster.csv``) and its desk.

    Raises
    ------
    UsageError
        If roster or requirement are not there.
    """
    out = plan.directory / "out"
    table, file = requirement or out / "requirement.csv", roster or out / "roster.csv"
    for path in (table, file):
        if not path.exists():
            msg = f"{path} is not there; make it by: wfm roster {plan.directory}"
            raise UsageError(msg)
    folder = plan.read(PEOPLE_FILES)
    desk = desk_of(folder, kept_requirement(table, folder.plan))
    return Desktop(desk=desk, roster=plan.read_roster(folder, desk.instance, file))


def explain(given: Desktop, queue_id: str, at: datetime) -> Explained:
    """Return why the interval of *queue_id* that holds *at* is as it is.

    Raises
    ------
    UsageError
        If there is no such queue, or *at* lies outside the plan's window.
    """
    instance = given.desk.instance
    names = [queue.queue_id for queue in instance.queues]
    if queue_id not in names:
        from wfm.io.problems import did_you_mean

        msg = f"no queue {queue_id!r} in the plan{did_you_mean(queue_id, names)}"
        raise UsageError(msg)
    length = interval_steps(given.desk)
    offset = (instance.grid.floor_index(at) - instance.window_start_idx) // length
    start = instance.window_start_idx + offset * length
    if not instance.window_start_idx <= start < instance.window_end_idx:
        first, last = (
            instance.grid.instant(i)
            for i in (instance.window_start_idx, instance.window_end_idx)
        )
        msg = f"{at} is not in the plan's window, {first} to {last}"
        raise UsageError(msg)
    standing = Standing(given.desk.problem, given.roster)
    return _explained(standing, queue_id, range(start, start + length))


def ranked_gaps(
    given: Desktop, most: int = 10, seconds: float = inf
) -> tuple[Explained, ...]:
    """Return the dearest gaps, each judged at its worst interval, the dearest first.

    None is begun once *seconds* are over.
    """
    began = perf_counter()
    standing = Standing(given.desk.problem, given.roster)
    length = interval_steps(given.desk)
    found: list[Explained] = []
    for queue, steps in gaps(standing, most):
        if perf_counter() - began > seconds:
            break
        worst = worst_step(standing, queue, steps, length)
        found.append(_explained(standing, queue, worst))
    return tuple(found)


def gap_notes(found: Sequence[Explained], given: Desktop) -> tuple[GapNote, ...]:
    """Return what was found as the report keeps it."""
    grid = given.desk.instance.grid
    per_hour = 60 / grid.interval_minutes
    return tuple(
        GapNote(
            queue_id=item.why.queue_id,
            start_utc=grid.instant(item.why.start_idx).isoformat(),
            minutes=(item.why.end_idx - item.why.start_idx) * grid.interval_minutes,
            required=float(item.why.required),
            missing=float(item.why.missing),
            why=binding_words(item.why),
            worth=round(item.why.marginal_price * per_hour),
            fix=fix_words(item.fixes[0], given) if item.fixes else "",
            fix_cost=item.fixes[0].cost if item.fixes else None,
            with_whom_is_there=_other_fix(item.fixes, given),
        )
        for item in found
    )


def _other_fix(fixes: Sequence[Fix], given: Desktop) -> str:
    """Return the cheapest fix with today's people and skills, if it is not the first.

    Blank where the first fix is such a one, or none is.
    """
    own = [fix for fix in fixes if fix.kind not in NEEDS_MORE]
    return fix_words(own[0], given) if own and own[0] is not fixes[0] else ""


def _explained(standing: Standing, queue_id: str, steps: range) -> Explained:
    why = explain_gap(standing, queue_id, steps)
    fixes = cheapest_fixes(standing, why) if why.missing > 0 else ()
    return Explained(why=why, fixes=fixes)


def interval_steps(desk: Desk) -> int:
    """Return how many roster steps one interval of demand has."""
    plan = desk.folder.plan
    return plan.interval_minutes // plan.roster_step_minutes


def binding_words(why: Why) -> str:
    """Return in one sentence what keeps the interval short."""
    costs = [person.cost for person in why.people if person.cost is not None]
    at_work = why.counts.get(AT_WORK, 0)
    match why.binding:
        case "nothing":
            return "nobody is missing"
        case "cost":
            return (
                f"cost: {len(costs)} could come, but even the cheapest would cost more "
                "than the missing time"
            )
        case "unfinished":
            return "nothing: somebody could come and pay for it; search on or take it"
        case "headcount":
            return f"headcount: all {at_work} people who know the queue are at work"
        case state:
            words = ", ".join(REASON_WORDS.get(s, s) for s in state.split(", "))
            return f"{words}: it keeps {why.counts.get(state, 0)} of those away"


def people_words(why: Why) -> tuple[str, ...]:
    """Return one line per state: how many people, and who, at most six."""
    lines = []
    for state, count in why.counts.items():
        words = {AT_WORK: AT_WORK, ON_BREAK: ON_BREAK, COULD_COME: COULD_COME}.get(
            state, ", ".join(REASON_WORDS.get(s, s) for s in state.split(", "))
        )
        named = [p.agent_id for p in why.people if p.state == state]
        rest = f" and {count - _NAMED} more" if count > _NAMED else ""
        lines.append(f"{count} {words}: {', '.join(named[:_NAMED])}{rest}")
    return tuple(lines)


def fix_words(fix: Fix, given: Desktop) -> str:
    """Return one line: what to do, what it changes, what it costs."""
    from wfm.pipeline.roster_diff import differences, in_words
    from wfm.report.text import money

    instance = fix.problem.instance
    changed = [
        in_words(d, instance) for d in differences(given.roster, fix.roster, instance)
    ]
    what = {
        "change": "within the rules",
        "headcount": f"one person more like {fix.agent_id}",
        "skill": f"teach {fix.agent_id} {fix.detail}",
        "time_off": f"{fix.agent_id} back from leave ({fix.detail})",
    }.get(fix.kind, f"set aside for {fix.agent_id}: {REASON_WORDS.get(fix.kind)}")
    broken = "; ".join(v.message for v in fix.sets_aside)
    price = money(abs(fix.cost), given.desk.folder.plan.currency)
    worth = f"costs {price}" if fix.cost > 0 else f"saves {price}"
    more = f" and {len(changed) - _MOST} more" if len(changed) > _MOST else ""
    aside = f" ({broken})" if broken else ""
    return f"{what}{aside}, {worth}: {'; '.join(changed[:_MOST])}{more}"


def gap_frame(found: Sequence[Explained], given: Desktop) -> "pd.DataFrame":
    """Return one row per gap with its reason and its cheapest fix."""
    import pandas as pd

    instance = given.desk.instance
    return pd.DataFrame(
        [
            {
                "queue": item.why.queue_id,
                "start_utc": instance.grid.instant(item.why.start_idx),
                "required": round(item.why.required, 2),
                "missing": round(item.why.missing, 2),
                "binding": item.why.binding,
                "why": binding_words(item.why),
                "fix": fix_words(item.fixes[0], given) if item.fixes else "",
                "fix_cost_minor": item.fixes[0].cost / THOUSANDTHS
                if item.fixes
                else None,
            }
            for item in found
        ]
    )
