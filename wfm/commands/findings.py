"""What a command says: remarks, problems, and what can't hold, one line each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console

from solver.outcome import (
    Cure,
    Infeasible,
    NotFound,
    Outcome,
    Shortfall,
    SolveLimits,
)
from wfm.calendar.local import zone
from wfm.domain.demand import VolumeForecast
from wfm.domain.edits import AppliedEdit
from wfm.domain.errors import Problem
from wfm.domain.plan import Plan, PlanFolder
from wfm.domain.roster import RosterInstance, Violation, is_eligible
from wfm.domain.staffing import StaffingRequirement
from wfm.evaluation.certificate import Certificate
from wfm.evaluation.describe import describe_violation, span_text

if TYPE_CHECKING:
    from solver.minimal_conflict import Conflict, ConflictCure

MOST_VIOLATIONS, MOST_LACKS = 20, 40
ALARM = "bold red"


def say(console: Console, text: str, style: str | None = None) -> None:
    """Print *text* as it is: no markup, no colouring of numbers, no wrapping."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def say_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Print one line per problem, and how many there are."""
    for problem in problems:
        say(console, str(problem))
    say(console, f"{_counted(len(problems), 'problem')}; nothing was computed")


def say_remarks(
    console: Console,
    forecast: VolumeForecast | None,
    requirement: StaffingRequirement | None = None,
) -> None:
    """Say which queues fell back and what forecast and requirement had to assume."""
    failures = {} if forecast is None else forecast.failures
    for queue, reason in sorted(failures.items()):
        say(console, f"{queue}: {reason}", style="yellow")
    if failures:
        counted = _counted(len(failures), "queue")
        say(console, f"{counted} forecast by other means than the model", "yellow")
    notes = {} if forecast is None else forecast.notes
    warnings = {} if requirement is None else requirement.warnings
    for queue in sorted({*notes, *warnings}):
        lines = (*notes.get(queue, ()), *warnings.get(queue, ()))
        for line in dict.fromkeys(lines):
            say(console, f"{queue}: {line}")
    made = () if forecast is None else forecast.edits
    _say_idle(console, (*made, *(() if requirement is None else requirement.edits)))


def _say_idle(console: Console, edits: Iterable[AppliedEdit]) -> None:
    """Name the planner's rows that met no interval: a slip in a date goes unseen."""
    rows = sorted({applied.edit.row for applied in edits if not applied.intervals})
    if rows:
        shown = ", ".join(map(str, rows[:MOST_VIOLATIONS]))
        more = f" and {len(rows) - MOST_VIOLATIONS} more" * (
            len(rows) > MOST_VIOLATIONS
        )
        say(console, f"overrides.csv: outside the days computed: row {shown}{more}")


def say_unserved(console: Console, folder: PlanFolder) -> None:
    """Name the queues that too few people could ever serve."""
    for queue in folder.plan.queues:
        people = sum(is_eligible(agent, queue) for agent in folder.agents)
        if people < max(1, queue.guaranteed_agents):
            needs = ", ".join(need.skill for need in queue.requires)
            text = f"{queue.queue_id}: {_counted(people, 'agent')} with {needs}"
            if queue.guaranteed_agents:
                text += f", though {queue.guaranteed_agents} are guaranteed"
            say(console, text, style="yellow")


def say_packs(console: Console, plan: Plan) -> None:
    """Name what of the plan's rule packs is off because nobody has verified it."""
    if not plan.packs:
        return
    from wfm.report.packs import pack_notes

    for note in pack_notes(plan):
        say(console, note, style="yellow")


def say_violations(
    console: Console, violations: Sequence[Violation], instance: RosterInstance
) -> None:
    """Print breaches of rules, the first ones if they are many."""
    for violation in violations[:MOST_VIOLATIONS]:
        say(console, describe_violation(violation, instance))
    _say_rest(console, len(violations) - MOST_VIOLATIONS)


def say_no_roster(console: Console, outcome: Outcome) -> None:
    """Say why there is no roster at all."""
    match outcome:
        case Infeasible(conflicts=conflicts):
            say(console, "no roster keeps every rule; nothing was written", ALARM)
            for conflict in conflicts:
                say(console, f"  {conflict}")
        case NotFound(wall_s=wall_s):
            text = f"no roster was found in {wall_s:.0f} s; nothing was written"
            say(console, text, ALARM)
        case _:
            pass


def say_guarantee(console: Console, outcome: Outcome, instance: RosterInstance) -> None:
    """Say which guarantees don't hold, where, by how many, and what would cure it."""
    match outcome:
        case Infeasible(shortfalls=shortfalls, cures=cures, conflicts=conflicts):
            text = "the guarantee can't be met; this roster is the best without it"
            say(console, text, ALARM)
            for conflict in conflicts:
                say(console, f"  {conflict}")
            _say_cures(console, cures)
        case NotFound(shortfalls=shortfalls):
            text = "no roster that meets the guarantee was found; this is the nearest"
            say(console, text, ALARM)
        case _:
            return
    lacks = lacks_of(shortfalls, instance)
    for lack in lacks[:MOST_LACKS]:
        say(console, f"  {lack_text(lack, instance)}")
    _say_rest(console, len(lacks) - MOST_LACKS)


def _say_cures(console: Console, cures: Sequence[Cure]) -> None:
    single = [cure.relaxed[0] for cure in cures if len(cure.relaxed) == 1]
    if single:
        say(console, f"  cured if any one of these is relaxed: {', '.join(single)}")
        return
    say(console, "  no single rule or absence cures it when relaxed alone")
    for cure in cures:
        say(console, f"  cured if both are relaxed: {' and '.join(cure.relaxed)}")


def say_why_impossible(
    console: Console,
    outcome: Outcome,
    folder: PlanFolder,
    instance: RosterInstance,
    limits: SolveLimits,
) -> None:
    """Say which demands can't hold together, where that is proven in time."""
    from solver.minimal_conflict import minimal_conflict
    from wfm.pipeline.judge import plan_rules

    match outcome:
        case Infeasible(shortfalls=lacking) | NotFound(shortfalls=lacking) if lacking:
            conflict = minimal_conflict(instance, plan_rules(folder), lacking, limits)
            if conflict is not None:
                say_conflict(console, conflict, instance, folder.plan.currency)


def say_conflict(
    console: Console, conflict: "Conflict", instance: RosterInstance, currency: str
) -> None:
    """Say which demands can't hold together, and what would cure it, cheapest first."""
    least = "" if conflict.is_minimal else ", perhaps fewer of them"
    say(console, f"  can't hold together{least}: {conflict_words(conflict)}")
    for cure in conflict.cures:
        say(console, f"    {conflict_cure_words(cure, instance, currency)}")


def conflict_words(conflict: "Conflict") -> str:
    """Return the demands that can't hold together, and how many people there are."""
    from solver.minimal_conflict import member_words

    members = " and ".join(map(member_words, conflict.members))
    known = ", ".join(
        f"{count} know {queue}" for queue, count in conflict.people.items()
    )
    return f"{members} ({known})"


def conflict_cure_words(
    cure: "ConflictCure", instance: RosterInstance, currency: str
) -> str:
    """Return what would make it possible, and its price."""
    from solver.minimal_conflict import member_words
    from wfm.report.text import money

    price = money(cure.cost, currency)
    if cure.member is not None:
        return f"possible without {member_words(cure.member)}: {price}"
    lacks = lacks_of(cure.shortfalls, instance)
    where = "; ".join(lack_text(lack, instance, "more") for lack in lacks[:MOST_LACKS])
    return f"possible with {where}: {price}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A time without a break in which a queue lacks people, now fewer, now more."""

    queue_id: str
    start_idx: int
    end_idx: int
    least: int
    most: int


def lacks_of(shortfalls: Iterable[Shortfall], instance: RosterInstance) -> list[Lack]:
    """Return *shortfalls* in time order, those that touch within a local day as one."""
    zones = {queue.queue_id: queue.zone for queue in instance.queues}

    def place(shortfall: Shortfall) -> tuple[str, date]:
        start = instance.grid.instant(shortfall.start_idx)
        name = shortfall.queue_id
        return name, start.astimezone(zone(zones[name])).date()

    found: list[Lack] = []
    ordered = sorted(shortfalls, key=lambda s: (place(s), s.start_idx))
    for _, of_day in groupby(ordered, key=place):
        lacks: list[Lack] = []
        for shortfall in of_day:
            if lacks and shortfall.start_idx <= lacks[-1].end_idx:
                lacks[-1] = _joined(lacks[-1], shortfall)
            else:
                lacks.append(_lack(shortfall))
        found += lacks
    return sorted(found, key=lambda lack: (lack.start_idx, lack.queue_id))


def _lack(shortfall: Shortfall) -> Lack:
    return Lack(
        queue_id=shortfall.queue_id,
        start_idx=shortfall.start_idx,
        end_idx=shortfall.end_idx,
        least=shortfall.missing,
        most=shortfall.missing,
    )


def _joined(lack: Lack, shortfall: Shortfall) -> Lack:
    return replace(
        lack,
        end_idx=max(lack.end_idx, shortfall.end_idx),
        least=min(lack.least, shortfall.missing),
        most=max(lack.most, shortfall.missing),
    )


def lack_text(lack: Lack, instance: RosterInstance, word: str = "missing") -> str:
    """Return queue, interval (UTC and market time) and how many, *word* after it."""
    zone_name = _zone_of(lack.queue_id, instance)
    start = instance.grid.instant(lack.start_idx)
    end = instance.grid.instant(lack.end_idx)
    local = [t.astimezone(zone(zone_name)) for t in (start, end)]
    least = "" if lack.least == lack.most else f"{lack.least} to "
    return (
        f"{lack.queue_id}: {least}{lack.most} {word} "
        f"{start:%a %Y-%m-%d %H:%M} to {end:%a %H:%M} UTC "
        f"({local[0]:%a %H:%M} to {local[1]:%a %H:%M} {zone_name})"
    )


def say_cold_start(
    console: Console, proof: Certificate, instance: RosterInstance
) -> None:
    """Say which guaranteed time only last week's roster could have covered."""
    for span in proof.cold_start:
        clock = _zone_of(span.queue_id, instance)
        when = span_text(instance, span.start_idx, span.end_idx, clock)
        text = f"{span.queue_id}: not judged without a previous roster, {when}"
        say(console, text)


def _zone_of(queue_id: str, instance: RosterInstance) -> str:
    return next(q.zone for q in instance.queues if q.queue_id == queue_id)


def _say_rest(console: Console, count: int) -> None:
    if count > 0:
        say(console, f"  and {count} more; all are in out/certificate.json")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
