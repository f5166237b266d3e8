"""Why guarantees can't be met, and what would cure it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

from solver.constraints import Guarantee, HandOver, Heads
from solver.cpsat.run import Run
from solver.cpsat.soft import Missing, SoftCover
from solver.cures import Cures
from solver.outcome import Cure, Shortfall, SolveLimits
from solver.rule import Rule
from solver.stage import Stage, stage_constraints, stages
from solver.walk import clock_text, runs
from wfm.domain.roster import Roster, RosterInstance

_MAX_TIME_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is missing at least, and what would cure it.

    Attributes
    ----------
    shortfalls
        Missing whole agents per queue and run of steps; for a hand-over the steps in
        which another region is missing. Where nothing could be judged, as given.
    cures
        Single rules or absences (or the smallest pair found) that suffice, relaxed.
    conflicts
        What else can't hold, in words: floors of sites and skills.
    is_proven
        Whether it is proven that not all guarantees can hold.
    roster
        A roster that keeps every rule and guarantee, if one was found after all.
    """

    shortfalls: tuple[Shortfall, ...] = ()
    cures: tuple[Cure, ...] = ()
    conflicts: tuple[str, ...] = ()
    is_proven: bool = False
    roster: Roster | None = None


def diagnose(
    instance: RosterInstance,
    rules: Sequence[Rule],
    shortfalls_hint: Sequence[Shortfall] = (),
    limits: SolveLimits | None = None,
    base: Roster | None = None,
) -> tuple[tuple[Shortfall, ...], tuple[Cure, ...]]:
    """Return the least that is missing and its cures; see :func:`examine`."""
    found = examine(instance, rules, shortfalls_hint, limits, base)
    return found.shortfalls, found.cures


def examine(
    instance: RosterInstance,
    rules: Sequence[Rule],
    shortfalls_hint: Sequence[Shortfall] = (),
    limits: SolveLimits | None = None,
    base: Roster | None = None,
) -> Diagnosis:
    """Return why the guarantees can't all hold.

    First the day in which *shortfalls_hint* (what the best roster lacks) is densest is
    judged by itself, for the queues it names, then with the queues that share people
    with them, then with half a day around it, then, where it is not too large, the
    whole plan. Evenly spaced steps stand for all of a large part. What is impossible in
    a part is impossible in the plan; a cure is one for the part that was judged.
    Shortfalls elsewhere are returned as they were given.

    Parameters
    ----------
    limits
        Seed and workers; the time is cut to half a minute.
    base
        The best roster so far: a start, and the shifts of everybody else.
    """
    limits = limits or SolveLimits()
    hint = tuple(shortfalls_hint)
    deadline = monotonic() + min(_MAX_TIME_S, limits.max_time_s)
    for stage in stages(instance, rules, hint, limits, deadline, base):
        found = _examine_stage(stage, base)
        if found.shortfalls or found.conflicts:
            elsewhere = tuple(s for s in hint if not _is_judged(s, stage))
            shortfalls = tuple(
                sorted((*found.shortfalls, *elsewhere), key=lambda s: s.start_idx)
            )
            return replace(found, shortfalls=shortfalls)
        if found.roster:
            return found
        if monotonic() > deadline:
            break
    return Diagnosis(shortfalls=hint)


def _is_judged(shortfall: Shortfall, stage: Stage) -> bool:
    if stage.queue_ids is not None and shortfall.queue_id not in stage.queue_ids:
        return False
    return not stage.part.isdisjoint(range(shortfall.start_idx, shortfall.end_idx))


def _examine_stage(stage: Stage, base: Roster | None) -> Diagnosis:
    demanded = stage_constraints(stage, frozenset())
    model = stage.model(demanded)
    soft = SoftCover(model)
    soft.add_guarantees([c for c in demanded if isinstance(c, Guarantee)])
    for constraint in demanded:
        if isinstance(constraint, HandOver):
            soft.add_hand_over(constraint)
        elif isinstance(constraint, Heads) and constraint.low > 0:
            soft.add_floor(constraint)
    soft.minimise()
    if base is not None:
        model.hint(base)
    result = stage.run(model, 0.4)
    if not result.has_solution:
        conflict = "no roster keeps the rules, even without any guarantee"
        return Diagnosis(
            conflicts=(conflict,) if result.is_infeasible else (),
            is_proven=result.is_infeasible,
        )
    return _diagnosis(stage, soft, result)


def _diagnosis(stage: Stage, soft: SoftCover, result: Run) -> Diagnosis:
    short, breach, floor = soft.missing(result.solver)
    if not (short or breach or floor):
        roster = soft.model.extract(result.solver) if stage.base else None
        return Diagnosis(roster=roster)
    is_proven = result.solver.best_objective_bound > 0.5
    return Diagnosis(
        shortfalls=_shortfalls(_handed(stage.instance, breach) | stage.spread(short)),
        cures=Cures(stage).find() if is_proven else (),
        conflicts=_floors_in_words(stage.instance, floor),
        is_proven=is_proven,
    )


def _handed(instance: RosterInstance, breach: Missing) -> Missing:
    """Return the steps in which somebody is missing who could take a queue over."""
    overlap = {
        queue.queue_id: queue.handover_minutes // instance.step_minutes
        for queue in instance.queues
    }
    return {
        (queue, t): 1
        for queue, leaving in breach
        for t in range(leaving - overlap[queue], leaving)
    }


def _shortfalls(missing: Missing) -> tuple[Shortfall, ...]:
    return tuple(
        Shortfall(queue_id=queue, start_idx=start, end_idx=end, missing=agents)
        for queue in sorted({queue for queue, _ in missing})
        for start, end, agents in runs(
            {t: n for (name, t), n in missing.items() if name == queue}
        )
    )


def _floors_in_words(instance: RosterInstance, missing: Missing) -> tuple[str, ...]:
    return tuple(
        f"{found.queue_id}: {found.missing} people are missing from "
        f"{clock_text(instance, found.start_idx, instance.zone)} to "
        f"{clock_text(instance, found.end_idx, instance.zone)} ({instance.zone})"
        for found in _shortfalls(missing)
    )
